"""What a message that is no alarm asks for, in the order of precedence of docs/safety.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.types import Category, Finding

# Thresholds on the router's probabilities, chosen on the dev split of eval/suites/safety.
INJECTION: Final = 0.60
MEDICATION: Final = 0.50
DIAGNOSIS: Final = 0.65
OUT_OF_SCOPE: Final = 0.50
CHIT_CHAT: Final = 0.50
PRECEDENCE: Final[tuple[Category, ...]] = ("injection", "medication", "diagnosis")
_BAR: Final[Mapping[Category, float]] = {"injection": INJECTION, "medication": MEDICATION, "diagnosis": DIAGNOSIS}


def route(findings: Sequence[Finding], shares: Mapping[str, float], *, on_topic: bool, n_words: int) -> tuple[Category, Finding | None]:
    """The category of a message: rules or router, in precedence; `shares` are the router's probabilities, empty without one.

    Out of scope is decided only where nothing in the message is about limbs, pain or exercise: the evidence gate does the rest.
    """
    for category in PRECEDENCE:
        ruled = next((finding for finding in findings if finding.category == category), None)
        if ruled is not None:
            return category, ruled
        if shares.get(category, 0.0) >= _BAR[category] and not (category == "injection" and on_topic and n_words < 12):
            return category, _learned(category, shares[category])
    if not on_topic:
        if shares.get("chit_chat", 0.0) >= CHIT_CHAT and n_words <= 15:
            return "chit_chat", _learned("chit_chat", shares["chit_chat"])
        if shares.get("out_of_scope", 0.0) >= OUT_OF_SCOPE:
            return "out_of_scope", _learned("out_of_scope", shares["out_of_scope"])
    return "answer", None


def _learned(category: Category, share: float) -> Finding:
    return Finding(f"router.{category}", category, None, 0, 0, f"classifier, P = {share:.2f}")
