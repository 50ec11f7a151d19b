"""What a system under test said to a case, how its sentences were graded, and both as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.types import Category, Kind, Level
from eval.cases import Case, SupportPair

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Quote:
    """A citation: the guide's words it gives, the heading they stand under, and whether they stand where it says."""

    text: str
    section: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of a reply as it was shown, without markers, and the quotes it rests on; () for words of our own."""

    text: str
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of any system.

    `category` is None for a system that gives only text; then `kind` and `level` were read from the text
    (`eval/systems/plain.py`). `retrieved` holds the texts of the passages found, best first, None for a system that
    retrieves nothing we can see. `gate` is the evidence gate's estimate that the guide answers, 0…1.
    `timings_ms` has "total" and "first_sentence". A `kind` of "error" means that there was no reply; `error` says why.
    """

    kind: Kind
    text: str = ""
    category: Category | None = None
    level: Level | None = None
    said: tuple[Said, ...] = ()
    citations: tuple[Quote, ...] = ()
    retrieved: tuple[str, ...] | None = None
    findings: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    gate: float | None = None
    mode: str | None = None
    model: str | None = None
    error: str | None = None

    @property
    def failed(self) -> bool:
        """Did the system give no reply at all?"""
        return self.kind == "error"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a shown sentence is supported; None when the judge gave no readable grade. `probability` is the judge's."""

    text: str
    supported: bool | None
    reason: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Grades:
    """What grading adds to a reply.

    `support`: a verdict for each sentence that claims something. `relevancy`: cosine of question and reply, -1…1.
    `relevant`: how many passages of the system's index hold a gold sentence. `tokens`: cl100k tokens of the text.
    """

    support: tuple[Verdict, ...] = ()
    relevancy: float | None = None
    relevant: int | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A case of a suite and what came of it; `epoch` counts repeats from 1."""

    suite: str
    case: Case
    reply: Reply
    grades: Grades = Grades()
    epoch: int = 1

    @property
    def key(self) -> tuple[str, str]:
        """What repeats of one case share."""
        return self.suite, self.case.id


@dataclass(frozen=True, slots=True)
class PairResult:
    """A pair of the support check and its verdict; `verdict.supported` None when the judge was unreadable or absent."""

    suite: str
    pair: SupportPair
    verdict: Verdict
    epoch: int = 1

    @property
    def key(self) -> tuple[str, str]:
        """What repeats of one pair share."""
        return self.suite, self.pair.id


def dump(value: Any) -> dict[str, Any]:
    """A dataclass of this module, a case or a pair as JSON-ready values."""
    dumped: dict[str, Any] = _adapter(value.__class__).dump_python(value, mode="json")
    return dumped


def load(kind: type[T], value: Any) -> T:
    """The dataclass that `dump` made `value` of. Raises ValueError."""
    loaded: T = _adapter(kind).validate_python(value)
    return loaded


def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


_ADAPTERS: dict[Any, Any] = {}
