"""The values that travel along the path of one question.

All are frozen. Offsets (`start`, `end`) count characters (Unicode code points) of `Guide.text`,
half-open, so that `guide.text[start:end]` is the thing itself. Scores are unitless; times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["answer", "abstain", "refuse", "escalate", "chat", "error"]
Category = Literal[
    "answer",
    "unsupported",
    "out_of_scope",
    "diagnosis",
    "medication",
    "injection",
    "harm",
    "urgent",
    "emergency",
    "crisis",
    "chit_chat",
    "invalid",
]
Level = Literal["emergency_now", "same_day", "soon"]
Mode = Literal["verbatim", "composed", "extractive", "template"]
Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Section:
    """A headed stretch of a guide; `start:end` spans its body without the heading line, subsections apart."""

    heading_path: tuple[str, ...]
    start: int
    end: int
    is_faq: bool = False  # the heading is a question and the body its author-written answer


@dataclass(frozen=True, slots=True)
class Guide:
    """One health guide as text.

    For Markdown and plain text `text` is the whole file as decoded (front matter included, BOM dropped,
    line ends as "\\n"), so offsets can be checked in any editor; for other formats it is the text extracted.
    """

    id: str
    title: str
    url: str | None
    language: str
    licence: str | None
    reviewed_by: str | None
    reviewed_on: str | None  # ISO 8601 date
    text: str
    sections: tuple[Section, ...] = ()
    review_due: str | None = None  # ISO 8601 date after which the guide counts as stale


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage; `text` is the guide's own characters at `start:end`.

    `asked` are questions in readers' words that an editor says it answers: they help to find it, nothing else.
    """

    passage_id: str
    start: int
    end: int
    text: str
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one section, the unit of retrieval.

    `id` is derived from the content (same content, same id); `text` is the guide's own characters at
    `start:end`. A FAQ passage spans the question and its whole answer. `n_tokens` counts cl100k_base tokens.
    """

    id: str
    guide_id: str
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    n_tokens: int
    sentences: tuple[Sentence, ...] = ()
    faq_question: str | None = None

    @property
    def section(self) -> str:
        """The nearest heading, as shown to a reader."""
        return self.heading_path[-1] if self.heading_path else ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage: `rank` from 1, `cosine` in [-1, 1], `fused` the reciprocal-rank score (higher is better)."""

    passage: Passage
    rank: int
    cosine: float
    fused: float


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A retrieved sentence and the passage it stands in; `score` as for `Hit.fused`.

    `asked` is the cosine with the nearest question an editor says it answers, -1 when none is near; `odds` is the logarithm
    of how much likelier it is that this sentence answers than that none does, 0 when nobody looked.
    """

    sentence: Sentence
    passage: Passage
    rank: int
    cosine: float
    score: float
    asked: float = -1.0
    odds: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message. Assistant turns are unverified input: never evidence, never instructions."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks; `locale` is the operator's country code ("GB", "US", … or "unknown")."""

    text: str
    history: tuple[Turn, ...] = ()
    locale: str = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a safety step spoke: the rule's id, the span of the message it saw, and a reason for people."""

    rule: str
    category: Category
    level: Level | None
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What safety decides about a message: `answer` means go on to retrieval, anything else means reply from `replies/`.

    `remainder` is the legitimate question left once an injection is cut out, if there is one; `language` is
    the ISO 639-1 code of the message.
    """

    kind: Kind
    category: Category
    level: Level | None = None
    findings: tuple[Finding, ...] = ()
    remainder: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered pointer to the guide's own words: `quote` is `guide.text[start:end]`."""

    n: int
    guide_id: str
    section: str
    quote: str
    start: int
    end: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply, whichever step of the path made it."""

    kind: Kind
    category: Category
    text: str
    level: Level | None = None
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()
    passages: tuple[Hit, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    model: str | None = None
    mode: Mode = "template"


@dataclass(frozen=True, slots=True)
class Status:
    """A step of the path has begun; `stage` names it (triage, retrieve, compose, ground, busy), `ahead` counts askers before this one."""

    stage: str
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence that passed every check and may be put before the reader, with the citations it carries."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer; always the last event of a stream."""

    answer: Answer


Event = Status | Shown | Done
