from itertools import pairwise

import pytest
from hypothesis import given

from bot.errors import GuideError
from bot.knowledge.formats.text import read
from bot.knowledge.outline import sections
from tests.bot.knowledge.strategies import ANY_TEXT

LONG = "It bends and straightens with every step, and the muscle on its inner side keeps the kneecap where it belongs. "


def _outline(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in read(text.encode()).headings]


@pytest.mark.parametrize(
    ("text", "outline"),
    [
        (f"Knee\n{LONG}\nCauses\n{LONG}\n{LONG}", [(1, "Knee"), (2, "Causes")]),
        (f"Knee\n\n\n{LONG}\n\nCauses\n\n- load\n- falls", [(1, "Knee"), (2, "Causes")]),
        ("Knee\n====\n\nText.\n\nCauses\n------\n\nLoad.", [(1, "Knee"), (2, "Causes")]),
        ("# Knee\n\nText.\n\n## Causes\n\nLoad.", [(1, "Knee"), (2, "Causes")]),
        (
            "Knee pain\n\nThe knee bends and straightens with every step we\ntake. Rest is rarely\nneeded.\n\n"
            "Causes\n\nLoad that grows faster than the muscle can follow it\ncauses most pain.\n",
            [(1, "Knee pain"), (2, "Causes")],
        ),
        (f"Knee\n{LONG}\nFAQ\nIs it safe?\nYes.\nMust I rest?\nNo.\nConclusion\n{LONG}",
         [(1, "Knee"), (2, "FAQ"), (3, "Is it safe?"), (3, "Must I rest?"), (2, "Conclusion")]),
        (f"Knee\n\nWhat causes it?\n\n{LONG}", [(1, "Knee"), (2, "What causes it?")]),
        # not headings
        (f"Knee\n{LONG}\nIt ends here.\n{LONG}", [(1, "Knee")]),
        (f"Knee\n{LONG}\n- one item\n{LONG}", [(1, "Knee")]),
        (f"Knee\n{LONG}\nJane Doe\nHigh Street 1\nLondon", [(1, "Knee")]),
        ("Knee\n\nThe knee bends and straightens, as it should, in most people.\nThen a new sentence begins on this very line here and\ngoes on.", [(1, "Knee")]),
        (f"Knee\n{LONG}\nYou may also read: Another Guide", [(1, "Knee")]),
        (f"Knee\n{LONG}\nlower case line\n{LONG}", [(1, "Knee")]),
        (f"Knee\n{LONG}\n* * *\n{LONG}", [(1, "Knee")]),
        (LONG * 2, []),
    ],
)  # fmt: skip
def test_headings(text: str, outline: list[tuple[int, str]]) -> None:
    assert _outline(text) == outline


def test_front_matter_is_welcome() -> None:
    document = read(b"---\nid: knee\n---\nKnee\n\nIt bends.")
    assert document.stated is not None
    assert (document.stated.id, document.title) == ("knee", "Knee")


def test_bad_front_matter_is_an_error() -> None:
    with pytest.raises(GuideError, match="unknown field"):
        read(b"---\ntopic: knee\n---\nKnee")


def test_a_rule_is_no_front_matter() -> None:
    assert read(b"---\nKnee").stated is None


@given(ANY_TEXT)
def test_headings_are_ordered_lines_of_the_text(text: str) -> None:
    try:
        document = read(text.encode())
    except GuideError:
        return
    at = 0
    for heading in document.headings:
        assert at <= heading.start < heading.end
        assert document.text[heading.start : heading.end].strip()
        at = heading.end
    spans = sections(document.text, document.body, document.headings, "T")
    assert all(a.end <= b.start for a, b in pairwise(spans))
