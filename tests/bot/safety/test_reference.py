"""Who speaks in a claim, and of what; in words of other subjects than the shipped guide's."""

from __future__ import annotations

import pytest

from bot.safety.reference import replaces_subject, speaks_as_reader

TOPIC = "Tooth care: a guide"
AVOID = "This may involve leaving out foods that hurt, such as hot soup or ice."
GROWS = "It grows slowly over many years."


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("As I chew more, the gums get firmer.", "As chewing increases, the gums get firmer."),
        ("My gums may bleed at first.", "Gums may bleed at first."),
        ("We often brush too hard.", "Many people brush too hard."),
    ],
)
def test_a_claim_in_the_readers_person_is_seen(claim: str, evidence: str) -> None:
    assert speaks_as_reader(claim, [evidence])


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Your gums may bleed at first.", "Gums may bleed at first."),
        ("We clean teeth twice a year.", "At our practice, teeth are cleaned twice a year."),
        ("Vitamin I is not a thing.", "Vitamin I is not a thing."),
    ],
)
def test_a_claim_in_another_person_passes(claim: str, evidence: str) -> None:
    assert speaks_as_reader(claim, [evidence]) is None


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Yes, hot soup may involve leaving out foods that hurt.", [AVOID]),
        ("Ice can involve leaving out foods that hurt.", [AVOID]),
        ("A crown grows slowly over many years.", [GROWS]),
    ],
)
def test_another_subject_for_this_or_it_is_seen(claim: str, evidence: list[str]) -> None:
    assert replaces_subject(claim, evidence, TOPIC)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It may involve leaving out foods that hurt.", [AVOID]),
        ("Tooth care may involve leaving out foods that hurt.", [AVOID]),
        ("A gentler diet may involve leaving out foods that hurt.", ["A gentler diet comes first.", AVOID]),
        ("Foods that hurt, such as hot soup or ice, may have to be left out.", [AVOID]),
        ("Tartar grows slowly over many years.", ["Tartar is hardened plaque.", GROWS]),
        ("The enamel layer is thinnest here.", ["This protective layer is thinnest here."]),
        ("A crown lasts.", ["A crown lasts for years."]),
    ],
)
def test_the_same_subject_by_another_name_passes(claim: str, evidence: list[str]) -> None:
    assert replaces_subject(claim, evidence, TOPIC) is None
