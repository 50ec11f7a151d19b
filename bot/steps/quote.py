"""Extractive answers: the guide's own sentences, in the guide's order."""

from __future__ import annotations

from collections.abc import Sequence

from bot.steps.evidence import Evidence

MARGIN = 0.12  # a further sentence joins only when its cosine is this close to the best one's
MAX_SENTENCES = 3


def quoted(evidence: Sequence[Evidence], limit: int = MAX_SENTENCES) -> list[Evidence]:
    """Choose what to quote from `evidence` (best first): the best and those nearly as good, as the guide orders them."""
    if not evidence:
        return []
    best = evidence[0].cosine
    chosen = [item for item in evidence if item is evidence[0] or item.cosine >= best - MARGIN][:limit]
    return sorted(chosen, key=lambda item: (item.passage.guide_id, item.start))
