"""What the suites need of a system under test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from eval.cases import Case
from eval.reply import Reply


class System(Protocol):
    """Answers cases, one at a time."""

    @property
    def name(self) -> str:
        """What reports call it."""

    def reply(self, case: Case, *, compose: bool = True) -> Reply:
        """The reply to a case; without `compose` a system that can does without its language model. May raise."""

    def passages(self) -> Sequence[str] | None:
        """The texts of every passage of its index; None when it shows none."""

    def about(self) -> dict[str, str]:
        """What a report must record to be comparable: models, prompts, policies, corpus, as hashes or names."""

    def close(self) -> None:
        """Free what it holds."""
