"""The examples the heads are trained on: one YAML list of messages for each class of a head."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from bot.safety.policy import listing, read_yaml

ALARM: Final = "alarm"
FOREIGN: Final = "foreign"  # is anybody in danger, in languages other than English
ROUTER: Final = "router"
HEADS: Final = (ALARM, FOREIGN, ROUTER)
READ: Final = (ALARM, ROUTER)  # what the reader that ships was taught
HARMLESS: Final = {ALARM: "none", FOREIGN: "none", ROUTER: "answer"}
BESIDE: Final = 0.6  # what an example counts that was not written for the head


def examples(head: str) -> dict[str, list[str]]:
    """The messages of `policy/examples/HEAD/CLASS.yaml` and `CLASS-*.yaml` by class; raises SettingsError if unreadable."""
    found: dict[str, list[str]] = {}
    for name in listing("policy", "examples", head):
        found.setdefault(name.split("-")[0], []).extend(read_yaml("policy", "examples", head, f"{name}.yaml"))
    return found


def labelled(head: str, answerable: Sequence[str]) -> tuple[list[str], list[str], list[float]]:
    """Texts, their classes, and what each counts.

    The guides' own questions are harmless to the English heads, and to the alarm head whatever the router's examples ask.
    """
    own = [(text, label) for label, group in examples(head).items() for text in group]
    others = [text for group in examples(ROUTER).values() for text in group] if head == ALARM else []
    known = {text for text, _ in own}
    beside = [text for text in dict.fromkeys([*answerable, *others]) if text not in known] if head != FOREIGN else []
    labels = [label for _, label in own] + [HARMLESS[head]] * len(beside)
    return [text for text, _ in own] + beside, labels, [1.0] * len(own) + [BESIDE] * len(beside)


def fingerprint() -> str:
    """A digest of every example the reader is taught, and its class: what was learned from others is not what these teach."""
    taught = {head: {label: sorted(group) for label, group in sorted(examples(head).items())} for head in READ}
    return hashlib.sha256(repr(taught).encode()).hexdigest()[:16]
