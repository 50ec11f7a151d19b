"""Extractive answers: the guide's own sentences, in the guide's order."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge.markup import bare
from bot.steps.evidence import Evidence

# A further sentence joins when the ranking finds it at least a tenth as likely as the best to be the one that answers.
# Across the two hands of the development split (weights learned on one, measured on the other) .1 quotes 1.3 sentences of
# a single question's answer and holds one that answers for 96 %; .03 quotes 1.6 for 96.5 %, .4 quotes 1.1 for 94 %.
SHARE = 0.1
MAX_SENTENCES = 3


def quoted(evidence: Sequence[Evidence], limit: int = MAX_SENTENCES, said: str = "") -> list[Evidence]:
    """Choose what to quote from `evidence` (best first): the best and those nearly as good, as the guide orders them.

    "Nearly as good" is measured at the best that was not `said` just before: a follow-up wants something new.
    """
    told = bare(said)
    best = next((item.score for item in evidence if bare(item.quote) not in told), evidence[0].score)
    chosen = [item for item in evidence if item.score >= SHARE * best][:limit]
    return sorted(chosen, key=lambda item: (item.passage.guide_id, item.start))
