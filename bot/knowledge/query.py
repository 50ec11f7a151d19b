"""What to search for."""

from __future__ import annotations

from dataclasses import dataclass

from bot.knowledge.embed import Encoder, Vectors

# Log-odds from which a message may rest on a false premise: on the development split 90 % of those that do, 2 % of the others.
PRESUMES = -1.0


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the answer to a question lies, by what was taught to read questions.

    A sentence's vector times `direction` (384,), less `nowhere`, is the logarithm of how much likelier it is that this
    sentence answers than that none does. `premise` is the log-odds that the message takes for granted what a guide
    contradicts.
    """

    direction: Vectors
    nowhere: float
    premise: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for: words for BM25, a vector (384,) for the dense index, and what the message leans on.

    `message` and `own` (384,) are the reader's message and its vector without what it leans on. `said` is what the bot
    had just said, `last` (384,) the vector of the question before: "" and None when the message stands alone.
    `aim` is where its answer lies, None where nobody looked.
    """

    text: str
    vector: Vectors
    message: str
    own: Vectors
    said: str = ""
    last: Vectors | None = None
    aim: Aim | None = None

    @property
    def leans(self) -> bool:
        """Whether the message takes up what came before."""
        return self.last is not None

    @property
    def presumes(self) -> bool:
        """Whether the message may take for granted what a guide contradicts."""
        return self.aim is not None and self.aim.premise >= PRESUMES

    @classmethod
    def alone(cls, text: str, encoder: Encoder, vector: Vectors | None = None) -> Query:
        """The query of a message that stands alone; `vector` is its embedding if the caller has it."""
        own = encoder.encode([text])[0] if vector is None else vector
        return cls(text, own, text, own)
