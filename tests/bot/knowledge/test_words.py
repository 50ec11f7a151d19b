from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.words import WordIndex

TEXTS = {"a": "Stretching the thigh feels gentle.", "b": "Running and jumping overload the knee.", "c": "Foam rolling."}


@pytest.mark.parametrize(
    ("query", "best"),
    [("gentle stretches", "a"), ("jump", "b"), ("foam roller rolls", "c")],
)
def test_stemmed_words_find(query: str, best: str) -> None:
    index = WordIndex.build(list(TEXTS), list(TEXTS.values()))
    assert index.search(query, 3)[0][0] == best


@pytest.mark.parametrize("query", ["", "the of and", "quantum", "?!", "膝"])
def test_no_shared_word_finds_nothing(query: str) -> None:
    assert WordIndex.build(list(TEXTS), list(TEXTS.values())).search(query, 3) == []


def test_scores_fall_and_k_may_exceed_the_texts() -> None:
    hits = WordIndex.build(list(TEXTS), list(TEXTS.values())).search("knee thigh stretching", 50)
    assert [id_ for id_, _ in hits] == ["a", "b"]
    assert hits[0][1] >= hits[1][1] > 0


def test_saved_and_loaded_it_finds_the_same(tmp_path: Path) -> None:
    index = WordIndex.build(list(TEXTS), list(TEXTS.values()))
    index.save(tmp_path)
    assert WordIndex.load(tmp_path).search("jump stretching", 3) == index.search("jump stretching", 3)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    WordIndex.build([], []).save(tmp_path)
    assert WordIndex.load(tmp_path).search("knee", 3) == []
