"""The heads: trained once, kept as plain arrays, and trained anew when what they stand on changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.safety import classify
from bot.safety.classify import Classifier, load_machine, remembering
from bot.safety.features import Features
from bot.safety.guard import Guard
from tests.hashing import HashingEmbeddings

pytestmark = pytest.mark.usefixtures("few_examples")
hashing = HashingEmbeddings().encode


class Counting:
    """Counts the texts it embeds."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, texts: list[str]) -> NDArray[np.float32]:
        self.seen += texts
        return hashing(texts)


def test_heads_are_trained_once_and_kept_without_pickle(tmp_path: Path, guard: Guard) -> None:
    embed, features = Counting(), Features(["fever"])
    first = load_machine(embed, guard._read, features, tmp_path)
    trained = len(embed.seen)
    second = load_machine(embed, guard._read, features, tmp_path)
    assert len(embed.seen) == trained + 1  # only the probe that identifies the embedding
    assert first.outputs == second.outputs
    assert np.array_equal(first.weights, second.weights)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz"}


def test_new_guides_train_anew_without_embedding_the_examples_anew(tmp_path: Path, guard: Guard) -> None:
    embed, features = Counting(), Features(["fever"])
    load_machine(embed, guard._read, features, tmp_path)
    embed.seen.clear()
    load_machine(embed, guard._read, features, tmp_path, ["what is a zebra"])
    assert set(embed.seen) == {"knee", "what is a zebra"}


def test_changed_words_train_anew(tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    features = Features(["fever"])
    load_machine(hashing, guard._read, features, tmp_path)
    monkeypatch.setattr(classify, "fingerprint", lambda: "other words")
    load_machine(hashing, guard._read, features, tmp_path)
    assert len(list(tmp_path.glob("heads-*.npz"))) == 2


def test_what_guides_answer_is_learned_as_harmless(guard: Guard) -> None:
    asked = "is the zebra in the fridge normal"
    wary = Classifier.load(hashing, guard._read, ["fever"], None)
    calm = Classifier.load(hashing, guard._read, ["fever"], None, [asked])
    reading = guard._read(asked)
    assert calm.opinions([reading])[0].alarm["none"] > wary.opinions([reading])[0].alarm["none"]


def test_opinions_are_remembered_by_digest_and_not_by_text(guard: Guard) -> None:
    embed = Counting()
    classifier = Classifier.load(embed, guard._read, ["fever"], None)
    embed.seen.clear()
    reading = guard._read("my very private words")
    assert classifier.opinions([reading]) == classifier.opinions([reading])
    assert embed.seen.count("my very private words") == 1
    assert "private" not in repr(classifier._known)


def test_known_embedding_is_used(guard: Guard) -> None:
    embed = Counting()
    classifier = Classifier.load(embed, guard._read, ["fever"], None)
    embed.seen.clear()
    classifier.opinions([guard._read("which exercise helps")], hashing(["which exercise helps"])[0])
    assert embed.seen in ([], ["which exercise helps"])  # at most what it asserts


def test_what_was_embedded_once_is_recalled_and_nothing_is_embedded_as_nothing(tmp_path: Path) -> None:
    embed = Counting()
    first = remembering(embed, tmp_path)(["one", "two"])
    again = remembering(embed, tmp_path)(["two", "three", "one"])
    assert np.array_equal(again[[2, 0]], first)
    assert [text for text in embed.seen if text != "knee"] == ["one", "two", "three"]
    assert len(remembering(embed, tmp_path)([])) == 0
