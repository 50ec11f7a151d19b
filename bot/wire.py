"""The answer object of the contract: one shape for `--json`, `batch` and HTTP."""

from __future__ import annotations

from typing import Any

from bot.types import Answer, Citation


def citation_object(citation: Citation) -> dict[str, Any]:
    """A citation as JSON-ready values."""
    return {
        "n": citation.n,
        "guide": citation.guide_id,
        "section": citation.section,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "url": citation.url,
    }


def answer_object(answer: Answer) -> dict[str, Any]:
    """An answer as JSON-ready values; scores rounded to 4 places, times to 0.1 ms."""
    return {
        "response": answer.text,
        "kind": answer.kind,
        "category": answer.category,
        "level": answer.level,
        "citations": [citation_object(citation) for citation in answer.citations],
        "passages": [
            {"guide": hit.passage.guide_id, "section": hit.passage.section, "score": round(hit.fused, 4)}
            for hit in answer.passages
        ],
        "findings": [
            {"rule": finding.rule, "category": finding.category, "reason": finding.reason}
            for finding in answer.findings
        ],
        "timings_ms": {name: round(value, 1) for name, value in answer.timings_ms.items()},
        "model": answer.model,
        "mode": answer.mode,
    }
