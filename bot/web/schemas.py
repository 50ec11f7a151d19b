"""What the API takes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from bot.types import Turn

Pair = tuple[str, str]
History = Annotated[
    list[Pair], Field(default_factory=list, max_length=200, description="[reader, bot] pairs, oldest first")
]


def turns_of(pairs: list[Pair] | tuple[Pair, ...]) -> list[Turn]:
    """The history of the contract as turns."""
    return [Turn(role, text) for asked, said in pairs for role, text in (("user", asked), ("assistant", said))]  # type: ignore[arg-type]


class ChatRequest(BaseModel):
    """A question and the conversation before it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"text": "How long does recovery take?"},
                {
                    "text": "And if it has hurt for a year?",
                    "history": [["How long does recovery take?", "Mild cases often improve within four to six weeks."]],
                },
            ]
        }
    )
    text: str = Field(
        validation_alias=AliasChoices("text", "message"), description="the question; `message` is read too"
    )
    history: History
    locale: str | None = Field(
        None, max_length=16, description="the reader's country; only where the operator allows it"
    )


class FeedbackRequest(BaseModel):
    """A vote on an answer; without consent nothing is stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "vote": "down",
                    "reason": "incomplete",
                    "comment": "It does not say how often.",
                    "question": "Does stretching help?",
                    "answer": {"response": "Stretching helps, but …", "kind": "answer"},
                    "consent": True,
                }
            ]
        }
    )
    vote: Literal["up", "down"]
    question: str = Field(min_length=1, max_length=10_000)
    answer: dict[str, Any] = Field(description="the answer object that was shown")
    history: History
    reason: str | None = Field(None, max_length=64)
    comment: str | None = Field(None, max_length=2000)
    consent: bool = Field(False, description="the reader agreed to this being stored")


class Message(BaseModel):
    """One message of an OpenAI chat; content is text or a list of parts, of which the text ones are read."""

    role: str
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The text of the message."""
        if isinstance(self.content, list):
            return "\n".join(str(part.get("text", "")) for part in self.content if part.get("type") == "text")
        return self.content or ""


class CompletionRequest(BaseModel):
    """What is read of an OpenAI chat request; temperature, tools and the like have no effect here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "medialis", "messages": [{"role": "user", "content": "Does stretching alone help?"}]}
            ]
        }
    )
    model: str
    messages: list[Message] = Field(min_length=1, max_length=400)
    stream: bool = False
