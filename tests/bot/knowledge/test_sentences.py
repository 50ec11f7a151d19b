import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.sentences import split_sentences
from tests.bot.knowledge.strategies import ANY_TEXT


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It bends. It stops.", ["It bends.", "It stops."]),
        ("Mild cases improve\nin four weeks. Rest\nhelps.", ["Mild cases improve\nin four weeks.", "Rest\nhelps."]),
        ("- Ice it\n- Rest. Then walk.", ["Ice it", "Rest.", "Then walk."]),
        ("## Recovery\n\nIt takes weeks.", ["Recovery", "It takes weeks."]),
        ("| Week | Load. Much. |\n|---|---|\n| 1 | light |", ["| Week | Load. Much. |", "| 1 | light |"]),
        ("Dr. Smith says 3.5 mg, e.g. daily. Fine.", ["Dr. Smith says 3.5 mg, e.g. daily.", "Fine."]),
        ("Rest for approx. 3 days. Then walk.", ["Rest for approx. 3 days.", "Then walk."]),
        ("“Is it safe?” Yes.", ["“Is it safe?”", "Yes."]),
        ("😀 Über 30 °C – heiß. Élan.", ["😀 Über 30 °C – heiß.", "Élan."]),
        ("One.\u00a0Two.\u2028Three.", ["One.", "Two.", "Three."]),
        ("no full stop", ["no full stop"]),
        ("   ", []),
        ("", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[a:b] for a, b in split_sentences(text)] == sentences


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("ja", "膝が痛いです。休みましょう。", 2),
        ("de", "Das hilft z. B. immer. Ja.", 2),
        ("ar", "ما هو الألم؟ هذا جيد.", 2),
    ],
)
def test_other_languages(language: str, text: str, count: int) -> None:
    assert len(split_sentences(text, language)) == count


@pytest.mark.parametrize("language", ["", "xx", "tlh", "no", "é"])
def test_an_unknown_language_still_splits(language: str) -> None:
    assert split_sentences("It bends. It stops.", language) == [(0, 9), (10, 19)]


@given(ANY_TEXT, st.sampled_from(["en", "de", "ja", "xx"]))
def test_spans_are_ordered_disjoint_and_trimmed(text: str, language: str) -> None:
    at = 0
    for start, end in split_sentences(text, language):
        assert at <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        at = end


@given(st.lists(st.sampled_from(["The knee bends.", "Übung hilft!", "Is it safe?", "Take 3.5 mg."]), min_size=1))
def test_no_character_of_prose_is_lost(parts: list[str]) -> None:
    text = " ".join(parts)
    assert [text[a:b] for a, b in split_sentences(text)] == parts
