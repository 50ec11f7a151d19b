"""The conversation as the page holds it: it travels with each event, the server keeps none of it.

It comes back from the browser, so it is read like any other input: unknown fields are dropped, sizes bounded.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from bot.types import Answer, Shown, Turn
from bot.wire import answer_object, citation_object

MOST_TURNS = 40  # shown on the page; the oldest go first

State = Literal["running", "done", "stopped", "failed"]


class Cited(BaseModel):
    """A citation as the page needs it."""

    n: int
    guide: str = Field(max_length=300)
    section: Annotated[str, Field(max_length=500)] = ""
    quote: Annotated[str, Field(max_length=4000)] = ""
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    url: Annotated[str | None, Field(max_length=4000)] = None


class PageTurn(BaseModel):
    """One question and what became of it."""

    question: str = Field(max_length=20_000)
    state: State = "running"
    sentences: list[str] = Field(default_factory=list, max_length=100)
    citations: list[Cited] = Field(default_factory=list, max_length=100)
    answer: dict[str, Any] | None = None
    status: Annotated[str, Field(max_length=500)] = ""
    error: Annotated[str, Field(max_length=1000)] = ""
    follow_ups: list[str] = Field(default_factory=list, max_length=10)
    vote: Literal["up", "down"] | None = None
    voting: bool = False
    voted: Annotated[str, Field(max_length=200)] = ""

    @property
    def text(self) -> str:
        """The whole reply once there is one, what was shown of it until then."""
        if self.answer is not None:
            return str(self.answer.get("response", ""))
        return " ".join(self.sentences)

    def field(self, name: str) -> str:
        """A word of the answer object: kind, category, level or mode; empty when there is none."""
        value = (self.answer or {}).get(name)
        return value if isinstance(value, str) else ""

    def show(self, shown: Shown) -> None:
        """Add a sentence."""
        self.sentences.append(shown.text)
        have = {one.n for one in self.citations}
        self.citations += [Cited(**citation_object(one)) for one in shown.citations if one.n not in have]

    def finish(self, answer: Answer, follow_ups: list[str]) -> None:
        """Put the whole answer in place of its sentences."""
        self.answer = answer_object(answer)
        self.citations = [Cited(**citation_object(one)) for one in answer.citations]
        self.follow_ups = follow_ups
        self.state, self.status = "done", ""


def load(data: Any) -> list[PageTurn]:
    """The conversation a browser sent; one that cannot be read counts as empty."""
    if not isinstance(data, list):
        return []
    try:
        return [PageTurn.model_validate(one) for one in data[-MOST_TURNS:]]
    except ValidationError:
        return []


def dump(turns: list[PageTurn]) -> list[dict[str, Any]]:
    """The conversation for the browser to hold."""
    return [turn.model_dump() for turn in turns[-MOST_TURNS:]]


def history(turns: list[PageTurn]) -> list[Turn]:
    """What was said before, for the next question."""
    said: list[Turn] = []
    for turn in turns:
        if turn.text:
            said += [Turn("user", turn.question), Turn("assistant", turn.text)]
    return said


def pairs(turns: list[PageTurn]) -> tuple[tuple[str, str], ...]:
    """The same as pairs, for a vote."""
    return tuple((turn.question, turn.text) for turn in turns if turn.text)
