"""The head for other languages: learned once, kept without pickle, and told apart by what it was learned from."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety import foreign
from bot.safety.classify import Classifier
from bot.safety.foreign import ForeignHead
from bot.safety.guard import Guard
from tests.bot.safety.conftest import ScriptedHeads

EXAMPLES = {
    "none": ["me gusta caminar", "subir escaleras duele un poco", "me gusta nadar"],
    "emergency": ["no puedo respirar", "no puedo respirar bien", "le cuesta respirar"],
    "urgent": ["tengo la pierna hinchada", "se me hincha la pierna"],
}


@pytest.fixture(autouse=True)
def _few_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    def labelled(head: str, answerable: tuple[str, ...]) -> tuple[list[str], list[str], list[float]]:
        rows = [(text, label) for label, group in EXAMPLES.items() for text in group]
        return [text for text, _ in rows], [label for _, label in rows], [1.0] * len(rows)

    monkeypatch.setattr(foreign, "labelled", labelled)


def test_it_tells_the_classes_apart_and_its_probabilities_sum_to_one() -> None:
    calm, wild = ForeignHead(None).probabilities(["me gusta subir", "no respirar"])
    assert calm["none"] > 0.5 > wild["none"]
    assert sum(calm.values()) == pytest.approx(1)


def test_it_is_learned_once_and_kept_without_pickle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["no puedo caminar", "respirar", ""]
    first = ForeignHead(tmp_path).probabilities(texts)
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]
    monkeypatch.setattr(foreign, "_learn", lambda texts, labels: pytest.fail("learned again"))
    again = ForeignHead(tmp_path).probabilities(texts)
    assert [pytest.approx(each, abs=1e-6) for each in first] == again


def test_other_examples_are_learned_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ForeignHead(tmp_path).probabilities(["respirar"])
    monkeypatch.setitem(EXAMPLES, "none", ["respirar es vivir", "me gusta caminar"])
    ForeignHead(tmp_path).probabilities(["respirar"])
    assert len(list(tmp_path.iterdir())) == 2


def test_it_decides_for_other_languages_and_not_for_english(guard: Guard) -> None:
    classifier = Classifier(ScriptedHeads({}), ForeignHead(None))
    spanish = guard._read("hola, mi padre no puedo respirar bien en la cama")
    assert spanish.language == "es"
    assert classifier.opinions([spanish])[0].danger > 0
    assert (
        classifier.opinions([guard._read("I can walk up the stairs, respirar, and my knee is sore today")])[0].danger
        < 0
    )
