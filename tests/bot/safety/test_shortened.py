"""What a sentence may lose and still be its evidence's; in words of other subjects than the shipped guide's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.shortened import shortened

GUMS = "Sore gums, loose teeth, or bleeding may follow poor brushing."
TEA = "Drinks such as tea, coffee, and red wine stain teeth over time."
MILK = "Milk teeth may be crowded, but the second teeth usually have room."
REST = "Brushing harder does not mean cleaner teeth; it wears the gum away. Soft brushes are often enough."
HEALS = "In most cases, a small sore heals within ten days when it is kept clean."


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        (GUMS, GUMS),
        ("Sore gums may follow poor brushing.", GUMS),
        ("Tea, coffee and red wine stain teeth over time.", TEA),
        ("Red wine stain teeth over time.", TEA),
        ("The second teeth usually have room.", MILK),
        (REST, REST),
        ("Your sore gums may follow poor brushing.", GUMS),
        (
            "Over years the enamel, which has no feeling, wears thin.",
            "Over years the enamel, which has no feeling, wears thin.",
        ),
    ],
)
def test_what_is_only_cut_shorter_passes(claim: str, evidence: str) -> None:
    assert shortened(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("", GUMS),
        ("Gums may follow poor brushing.", GUMS),  # an adjective
        ("Sore gums follow poor brushing.", GUMS),  # the hedge
        ("Poor brushing may follow sore gums.", GUMS),  # turned round
        ("Sore gums may follow bad brushing.", GUMS),  # another word
        ("Tea stains all teeth over time.", TEA),  # a word put in
        ("Gums may get red and sore.", "Gums may get red or sore."),  # one of two made both
        ("Milk teeth may be crowded.", MILK),  # what comes after "but"
        ("Brushing harder means cleaner teeth.", REST),  # the denial
        ("Soft brushes are more often enough.", f"Hard brushes may do. {REST}"),  # what it is compared with
        ("Soft brushes are often enough.", REST),
        ("A small sore heals within ten days when it is kept clean.", HEALS),  # "in most cases"
        ("In most cases, a small sore heals within ten days.", HEALS),  # the condition
        (
            "Sores heal when the mouth is clean.",
            "Sores heal when the mouth is clean and the tooth is smooth.",
        ),  # half of it
        (
            "Brown spots, where stains gather.",
            "There are, among others, brown spots, where stains gather.",
        ),  # no verb
    ],
)
def test_what_says_something_else_does_not(claim: str, evidence: str) -> None:
    assert not shortened(claim, evidence)


@given(st.lists(st.sampled_from([*"abcdefgh", "may", "not", "when", "and"]), min_size=1, max_size=12), st.data())
def test_a_word_from_elsewhere_is_never_let_in(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words)))
    assert not shortened(" ".join([*words[:at], "zebra", *words[at:]]), " ".join(words))
