from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from bot.steps.told import Told, filled, general_examples, guide_examples
from tests.alike import alike
from tests.hashing import HashingEmbeddings


def test_slots_are_filled_from_the_lists_and_each_template_in_at_most_two_ways() -> None:
    topics = {"p": ["pain", "ache", "strain"], "a": ["knee", "hip"]}
    made = filled("is {p} in the {a} bad", 3, topics)
    assert 1 <= len(made) <= 2
    assert all(re.fullmatch(r"is (pain|ache|strain) in the (knee|hip) bad", text) for text in made)
    assert filled("no slot", 0, topics) == ["no slot"]


def test_no_example_keeps_a_slot() -> None:
    for examples in (general_examples(), guide_examples()):
        assert not [question for question in examples.questions if "{" in question or "}" in question]
        assert len(examples.questions) == len(examples.told)
        assert 0.2 < examples.told.mean() < 0.8


def test_no_example_is_a_case_of_a_suite() -> None:
    """The gate is measured on these."""
    texts = [question for group in (general_examples(), guide_examples()) for question in group.questions]
    assert [text for split in ("dev", "test") for text in alike(texts, split)] == []


def test_it_learns_to_tell_the_classes_apart() -> None:
    embed = HashingEmbeddings().encode
    told = ["what are the symptoms", "how is it treated", "what causes it", "symptoms and treatment"]
    untold = ["which brand costs less", "price of a brace", "best brand of brace", "what does a brace cost"]
    learned = Told.train(embed([*told, *untold]), np.array([True] * 4 + [False] * 4))
    asked = learned.score(embed(["what are its symptoms", "which brand of brace"]))
    assert asked[0] > 0 > asked[1]


def test_what_is_learned_is_kept_and_read_again(tmp_path: Path) -> None:
    encoder = HashingEmbeddings()
    first = Told.load(encoder.encode, tmp_path)
    encoder.encoded.clear()
    again = Told.load(encoder.encode, tmp_path)
    assert len(encoder.encoded) == 1  # the probe that names the embedding
    vectors = encoder.encode(["how long does it take", "which brand"])
    assert np.allclose(first.score(vectors), again.score(vectors))


def test_another_embedding_meets_no_old_weights(tmp_path: Path) -> None:
    encoder = HashingEmbeddings()
    Told.load(encoder.encode, tmp_path)
    Told.load(lambda texts: encoder.encode([text[::-1] for text in texts]), tmp_path)
    assert len(list(tmp_path.glob("gate-*.npz"))) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_one_score_for_each_vector(rows: int) -> None:
    learned = Told.load(HashingEmbeddings().encode, None)
    assert learned.score(np.zeros((rows, 384), dtype=np.float32)).shape == (rows,)
