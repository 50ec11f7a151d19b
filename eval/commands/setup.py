"""What the commands share: the system under test, its grader, and where suites and runs are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from bot.errors import InputError, SettingsError
from bot.settings import Settings, load_settings
from eval.cases import SUITES_DIR
from eval.catalogue import own_suites
from eval.plan import Mode

SystemName = Literal["medialis", "naive", "openai"]
NEAREST = 3  # guide sentences a claim without citation is held against


def suite_roots(settings: Settings) -> list[Path]:
    """The editor's own suites first, then those that ship."""
    return [own_suites(settings.data_dir), SUITES_DIR]


def settings_for(model: str | None, system: SystemName, base_url: str | None) -> Settings:
    """The settings, with what the command line changes. Raises SettingsError, InputError."""
    if (system == "openai") != (base_url is not None):
        raise InputError("--system openai and --base-url URL go together")
    changes: dict[str, Any] = {}
    if system == "openai":
        changes = {"llm_base_url": base_url, "llm_model": model}
    elif model is not None:
        changes = {"llm": model, "llm_base_url": None}
    return load_settings(**changes)


@contextmanager
def under_test(settings: Settings, system: SystemName, mode: Mode) -> Iterator[tuple[Any, Any]]:
    """The system and its grader, closed afterwards. Raises MedialisError."""
    from bot.app import Bot
    from bot.knowledge.query import Query
    from bot.knowledge.tokens import token_counter
    from bot.llm.client import connect
    from bot.llm.store import Store
    from bot.safety.stated import seconded
    from eval.grade import Grader
    from eval.judge import Judge, pinned_judge
    from eval.systems.medialis import Medialis
    from eval.systems.naive import Naive
    from eval.systems.openai import OpenAI

    composed = mode == "composed" and settings.llm != "none"
    bot = Bot(
        settings.model_copy(update={"llm_base_url": None}) if system == "openai" else settings, extractive=not composed
    )
    tested: Any
    if system == "openai":
        llm = connect(settings, Store(settings.model_dir))
        if llm is None:
            raise SettingsError("setting llm is none, so there is no client")
        tested = OpenAI(llm, settings.llm_base_url or "")
    else:
        tested = Naive(bot) if system == "naive" else Medialis(bot, composed=composed)

    def nearest(claim: str) -> Sequence[str]:
        found = bot.retriever.search(Query.alone(claim, bot.encoder), 4, NEAREST)
        return [hit.sentence.text for hit in found.sentences[:NEAREST]]

    shared = (lambda: bot.llm) if system != "openai" else None
    # what is only quoted needs no judge
    judge = pinned_judge(settings, shared, settings.data_dir / "eval" / "judge") if composed else Judge.none()
    try:
        topic = " ".join(guide.title for guide in bot.guides())
        asked = seconded(judge, bot.stated)  # the same two opinions that the path asks
        yield tested, Grader(asked, bot.encoder, token_counter(settings.model_dir), nearest, topic)
    finally:
        judge.close()
        tested.close()
        bot.close()
