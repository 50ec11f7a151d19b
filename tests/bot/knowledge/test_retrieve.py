from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.retrieve import beside, reciprocal_rank
from tests.bot.steps.guide import passage

rankings = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8), max_size=5)


@given(rankings)
def test_fusion_is_the_sum_over_rankings(given_rankings: list[list[str]]) -> None:
    fused = reciprocal_rank(given_rankings, k=60)
    assert set(fused) == {id_ for ranking in given_rankings for id_ in ranking}
    for id_, score in fused.items():
        expected = sum(1 / (60 + ranking.index(id_) + 1) for ranking in given_rankings if id_ in ranking)
        assert abs(score - expected) < 1e-12


@given(rankings, st.sampled_from("abcdefgh"))
def test_first_in_every_ranking_is_first(given_rankings: list[list[str]], winner: str) -> None:
    led = [[winner, *(id_ for id_ in ranking if id_ != winner)] for ranking in given_rankings] or [[winner]]
    fused = reciprocal_rank(led, k=5)
    assert max(fused, key=lambda id_: fused[id_]) == winner


def test_beside_what_was_said_stands_what_follows_it_first() -> None:
    here = passage("here", ["One is first.", "Two is second.", "Three is third.", "Four is fourth."])
    elsewhere = passage("there", ["Elsewhere it rains."])
    there = [(p, n) for p in (here, elsewhere) for n in range(len(p.sentences))]
    near = dict(
        zip([p.sentences[n].text.split()[0] for p, n in there], beside("So: two is *second*! [1]", there), strict=True)
    )
    assert sorted((word for word in near if near[word]), key=lambda word: -near[word]) == ["Three", "One", "Four"]
    assert not beside("", there).any()
    assert not beside("Nothing of the kind.", there).any()
