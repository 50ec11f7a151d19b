from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.app import Bot
from bot.errors import SettingsError
from bot.settings import Settings, load_settings
from bot.types import Guide
from eval.systems.naive import Naive
from eval.systems.openai import OpenAI
from tests.eval.results import case
from tests.fakes import ScriptedLLM
from tests.hashing import HashingEmbeddings

HISTORY = (("does it heal", "it may"),)


@dataclass
class OneGuide:
    """As much of a Bot as the naive chain uses."""

    llm: Any
    settings: Settings = field(default_factory=load_settings)
    encoder: HashingEmbeddings = field(default_factory=HashingEmbeddings)

    def guides(self) -> tuple[Guide, ...]:
        text = "\n\n".join(f"Section {n}. " + f"word{n} " * 120 for n in range(8)) + "\n\nStretching is gentle."
        return (Guide("g", "Guide", None, "en", None, None, None, text),)


def test_the_naive_chain_reads_four_chunks_and_answers_in_text() -> None:
    llm = ScriptedLLM(["It is gentle. Call 999."])
    naive = Naive(cast(Bot, OneGuide(llm)))
    said = naive.reply(case(text="stretching gentle", history=HISTORY))
    assert (said.kind, said.level, said.category) == ("escalate", "emergency_now", None)
    assert said.retrieved is not None
    assert len(said.retrieved) == 4
    assert "Stretching is gentle." in said.retrieved[0]
    assert set(said.retrieved) <= set(naive.passages())
    assert all(len(chunk) <= 1000 for chunk in naive.passages())
    (call,) = llm.history
    assert "Stretching is gentle." in call.system
    assert [turn.text for turn in call.turns] == ["does it heal", "it may", "stretching gentle"]
    assert {"model", "prompts", "corpus"} <= naive.about().keys()


def test_the_naive_chain_needs_a_model() -> None:
    with pytest.raises(SettingsError):
        Naive(cast(Bot, OneGuide(None))).reply(case())


def test_an_endpoint_gets_the_conversation_and_no_prompt_of_ours() -> None:
    llm = ScriptedLLM(["I don't know."], name="m")
    system = OpenAI(llm, "http://127.0.0.1:9")
    said = system.reply(case(history=HISTORY))
    assert (said.kind, said.text, said.retrieved) == ("abstain", "I don't know.", None)
    assert llm.history[0].system == ""
    assert [turn.role for turn in llm.history[0].turns] == ["user", "assistant", "user"]
    assert system.about()["endpoint"] == "http://127.0.0.1:9"
    assert said.citations == ()


@pytest.mark.real
def test_medialis_quotes_exactly_and_shows_its_gate() -> None:
    from eval.bench.setup import fresh_bot
    from eval.systems.medialis import Medialis

    with fresh_bot() as bot:
        system = Medialis(bot, composed=False)
        said = system.reply(case(text="How long does recovery take?"))
        assert (said.kind, said.category) == ("answer", "answer")
        assert said.citations
        assert all(quote.exact for quote in said.citations)
        assert any(piece.quotes for piece in said.said)
        assert said.gate is not None
        assert 0 <= said.gate <= 1
        assert said.timings_ms["total"] >= said.timings_ms["first_sentence"] > 0
        assert said.retrieved
        assert set(said.retrieved) <= set(system.passages())
        assert {"model", "embedder", "prompts", "policy", "corpus"} <= system.about().keys()
