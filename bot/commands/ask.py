"""`medialis ask` and `medialis chat`: answers in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.output import print_json, stderr, stdout
from bot.errors import InvalidQuestion
from bot.settings import load_settings
from bot.types import Answer, Done, Question, Shown, Turn

Extractive = Annotated[
    bool, typer.Option("--extractive", help="Quote the guide's own sentences; use no language model.")
]


def ask(
    question: Annotated[str, typer.Argument(help="What you want to know, in quotes.")],
    json: Annotated[bool, typer.Option("--json", help="Print the answer object as JSON.")] = False,
    extractive: Extractive = False,
) -> None:
    """Answer one question, with the sentences it rests on."""
    from bot.app import build
    from bot.wire import answer_object

    settings = load_settings()
    bot = build(settings, extractive=extractive)
    try:
        answer = bot.answer(Question(question, locale=settings.locale))
        if json:
            print_json(answer_object(answer))
        else:
            _print(answer)
    finally:
        bot.close()


def chat(extractive: Extractive = False) -> None:
    """Hold a conversation in the terminal; an empty line or Ctrl-D ends it."""
    from bot.app import build

    settings = load_settings()
    bot = build(settings, extractive=extractive)
    history: list[Turn] = []
    stderr().print("Ask about the guides. An empty line ends the conversation. I am a program, not a doctor.")
    try:
        while True:
            try:
                text = input("> ").strip()
            except EOFError:
                break
            if not text:
                break
            asked = Question(text, tuple(history[-settings.max_history_turns :]), settings.locale)
            try:
                answer = _stream(bot.stream(asked))
            except InvalidQuestion as error:
                stderr().print(f"error: {error}")
                continue
            history += [Turn("user", text), Turn("assistant", answer.text)]
    finally:
        bot.close()


def _stream(events: object) -> Answer:
    """Print sentences as they come and the citations at the end."""
    out = stdout()
    for event in events:  # type: ignore[attr-defined]
        if isinstance(event, Shown):
            out.print(event.text, end=" ", markup=False)
        elif isinstance(event, Done):
            out.print()
            _print_citations(event.answer)
            return event.answer
    raise InvalidQuestion("the answer ended early")


def _print(answer: Answer) -> None:
    stdout().print(answer.text, markup=False)
    _print_citations(answer)


def _print_citations(answer: Answer) -> None:
    out = stdout()
    for c in answer.citations:
        out.print(f"  [{c.n}] {c.guide_id}, {c.section}: “{' '.join(c.quote.split())}”", markup=False, style="dim")
