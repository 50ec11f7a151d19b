"""Tables of what each rule must stop and must let through, in words of other subjects than the shipped guide's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.reference import speaks_as_reader
from bot.safety.reversal import turned_round
from bot.safety.vetoes import (
    RULES,
    Rule,
    adds_advice,
    adds_body_part,
    adds_cause,
    adds_comparison,
    adds_quantity,
    adds_thing,
    contradicts,
    denies,
    drops_condition,
    misplaces,
    strengthens,
    veto,
)

SPRAIN = "A sprained wrist usually heals within two to six weeks."
MATTRESS = "A firm mattress may ease back pain in some people."
TEETH = "Brushing helps, but healthy gums also require cleaning between the teeth."

STOPPED: list[tuple[Rule, str, str]] = [
    (adds_quantity, "A sprained wrist usually heals within ten weeks.", SPRAIN),
    (adds_quantity, "A sprained wrist usually heals within two to six days.", SPRAIN),
    (adds_body_part, "A firm mattress may ease back and shoulder pain.", MATTRESS),
    (adds_body_part, "Clean between your teeth, and mind your jaw.", TEETH),
    (adds_thing, "Massage may ease back pain.", "Warmth may ease back pain."),
    (adds_thing, "It is more frequent in women.", "It is frequent."),
    (adds_thing, "The wrist is inflamed.", "The wrist is sore."),
    (adds_thing, "Your surgeon will check it.", "A clinician will check it."),
    (adds_cause, "The eyelid twitches because of coffee.", "The eyelid may twitch."),
    (adds_cause, "A rash due to sweat is common.", "A rash is common."),
    (adds_comparison, "A rash is the largest of the changes.", "A rash is one of the changes."),
    (adds_comparison, "Rest works better than tape.", "Rest and tape are used."),
    (adds_advice, "The skin gets dry, so use a cream.", "The skin gets dry."),
    (adds_advice, "You should check the skin.", "The skin gets dry."),
    (adds_advice, "The skin gets dry: wash it rarely.", "The skin gets dry."),
    (
        drops_condition,
        "Salt keeps the road safe in winter.",
        "When spread before the frost, salt keeps the road safe in winter.",
    ),
    (drops_condition, "Most people can sleep well.", "By going to bed at the same hour, most people can sleep well."),
    (drops_condition, "The road is forced to bear loads.", "As the bridge sinks, the road is forced to bear loads."),
    (strengthens, "A firm mattress will ease back pain.", MATTRESS),
    (strengthens, "A firm mattress eases back pain.", MATTRESS),
    (strengthens, "A firm mattress always eases back pain.", MATTRESS),
    (strengthens, "A firm mattress may ease back pain in all people.", MATTRESS),
    (strengthens, "A sprained wrist always heals.", SPRAIN),
    (strengthens, "A sprained wrist is sure to heal within two to six weeks.", SPRAIN),
    (strengthens, "Only a firm mattress may ease back pain.", MATTRESS),
    (strengthens, "A rash is never serious.", "A rash is rarely serious."),
    (strengthens, "No, no rash is serious.", "A rash is rarely serious."),
    (strengthens, "Sprained wrists usually heal.", "Sprained wrists often heal."),
    (contradicts, "A drink before bed reduces the risk.", "A drink before bed increases the risk."),
    (contradicts, "Take it after the meal.", "Take it before the meal."),
    (contradicts, "The outer side hurts.", "The inner side hurts."),
    (contradicts, "It comes on suddenly.", "It comes on gradually."),
    (denies, "A firm mattress does not ease back pain.", MATTRESS),
    (denies, "A sprained wrist won't heal within two to six weeks.", SPRAIN),
    (
        misplaces,
        "Reduced shoulder mobility strains the neck.",
        "Poor shoulder control or reduced hip mobility strains the neck.",
    ),
    (turned_round, "Aim for speed rather than control.", "Aim for control rather than speed."),
    (speaks_as_reader, "As I sleep more, the wrist heals.", "As sleep improves, the wrist heals."),
]

PASSED: list[tuple[Rule, str, str]] = [
    (adds_quantity, "A sprained wrist usually heals in 2-6 weeks.", SPRAIN),
    (adds_quantity, "One kind of mattress may help.", MATTRESS),
    (adds_body_part, "Your kneecap may hurt.", "The patella may hurt."),
    (adds_body_part, "Your leg may hurt.", "The knee may hurt."),
    (adds_body_part, "Hands-on treatment helps.", "Manual therapy helps."),
    (adds_body_part, "It may come back.", "It may return."),
    (adds_thing, "An operation may follow.", "Surgery may follow."),
    (adds_thing, "A doctor can check it.", "A clinician can check it."),
    (adds_thing, "A scan may be needed.", "An MRI may be needed."),
    (adds_cause, "It hurts because the lid is dry.", "A dry lid leads to pain."),
    (adds_cause, "It has lasted since spring.", "It has lasted since spring."),
    (adds_comparison, "Rest works better than tape.", "Rest is more effective."),
    (adds_comparison, "It calms rather than heals.", "It calms and does not heal."),
    (adds_advice, "You need to clean between your teeth too.", TEETH),
    (adds_advice, "Have it checked.", "An examination is recommended."),
    (adds_advice, "Creams help dry skin.", "Dry skin is helped by creams."),
    (
        drops_condition,
        "Spread before the frost, salt keeps the road safe.",
        "When spread before the frost, salt keeps the road safe.",
    ),
    (
        drops_condition,
        "Salt keeps the road safe if it is there in time.",
        "When spread before the frost, salt keeps the road safe.",
    ),
    (
        drops_condition,
        "Most people sleep well by keeping the hour.",
        "By going to bed at the same hour, most people sleep well.",
    ),
    (drops_condition, "Gritting is cheap.", "When spread before the frost, salt keeps the road safe."),
    (strengthens, "Some people find that a firm mattress can ease back pain.", MATTRESS),
    (strengthens, "Often a firm mattress might help.", MATTRESS),
    (strengthens, "A sprained wrist will usually heal within two to six weeks.", SPRAIN),
    (strengthens, "You do not always need a splint.", "A splint is not always needed."),
    (strengthens, "It hurts all day.", "It hurts throughout the day."),
    (strengthens, "Brushing will help.", TEETH),
    (strengthens, "No, a rash is rarely serious.", "A rash is rarely serious."),
    (contradicts, "It does not come on suddenly.", "It comes on gradually."),
    (contradicts, "The inner and the outer side hurt.", "The inner side and the outer side hurt."),
    (contradicts, "It should be gentle rather than hard.", "It should be gentle."),
    (contradicts, "Train your lower body.", "The risk increases; train your legs."),
    (denies, "A splint is not needed.", "A splint is unnecessary."),
    (denies, "Brushing alone is not enough.", TEETH),
    (denies, "If rest doesn't help, see a doctor.", "Should it persist despite rest, see a doctor."),
    (
        misplaces,
        "Reduced hip mobility strains the neck.",
        "Poor shoulder control or reduced hip mobility strains the neck.",
    ),
    (misplaces, "Hip training helps.", "Training of the hips and shoulders helps."),
    (turned_round, "Control comes first rather than speed.", "Aim for control rather than speed."),
    (speaks_as_reader, "As you sleep more, the wrist heals.", "As sleep improves, the wrist heals."),
]


@pytest.mark.parametrize(("rule", "claim", "evidence"), STOPPED)
def test_rule_stops(rule: Rule, claim: str, evidence: str) -> None:
    assert rule(claim, [evidence]) is not None
    assert veto(claim, [evidence]) is not None


@pytest.mark.parametrize(("rule", "claim", "evidence"), PASSED)
def test_rule_lets_through(rule: Rule, claim: str, evidence: str) -> None:
    assert rule(claim, [evidence]) is None


def test_every_rule_has_both_kinds_of_cases() -> None:
    for rule in (*RULES, adds_body_part):
        assert rule in {r for r, _, _ in STOPPED}
        assert rule in {r for r, _, _ in PASSED}


def test_the_topic_of_a_guide_is_no_added_part() -> None:
    assert veto("The wrist may feel stiff.", ["It may feel stiff."]) == "adds arm"
    assert veto("The wrist may feel stiff.", ["It may feel stiff."], "Wrist pain") is None
    assert veto("The hip may feel stiff.", ["It may feel stiff."], "Wrist pain") == "adds hip"


def test_a_reason_across_two_sentences_is_left_to_the_judge() -> None:
    claim, evidence = "Rest, because the wrist is sore.", ["You should rest.", "The wrist is sore."]
    assert adds_cause(claim, evidence) is None
    assert adds_cause(claim, ["You should rest; the wrist is sore."]) is not None


@given(st.text())
def test_no_text_is_stopped_for_repeating_itself(text: str) -> None:
    assert veto(text, [text]) is None
