import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import GuideError
from bot.knowledge.frontmatter import Fields, parse, split


@pytest.mark.parametrize(
    ("text", "source", "body"),
    [
        ("---\nid: a\n---\nBody", "id: a\n", "Body"),
        ("---\nid: a\n...\nBody", "id: a\n", "Body"),
        ("---  \nid: a\n---", "id: a\n", ""),
        ("---\n---\nBody", "", "Body"),
        ("Body\n---\nid: a\n---", None, "Body\n---\nid: a\n---"),
        ("---\nid: a\nBody", None, "---\nid: a\nBody"),
        ("---\ntitle: a --- b\n---\nBody", "title: a --- b\n", "Body"),
    ],
)
def test_split(text: str, source: str | None, body: str) -> None:
    found, at = split(text)
    assert (found, text[at:]) == (source, body)


def test_every_field() -> None:
    source = (
        'id: a-1\ntitle: "T: x"\nlanguage: pt-BR\nlicense: CC BY 4.0\nurl: https://example.org/a\n'
        "reviewed_by: Jo\nreviewed_on: 2026-01-31\nreview_due: '2028-01-31'"
    )
    assert parse(source) == Fields(
        "a-1", "T: x", "pt", "CC BY 4.0", "https://example.org/a", "Jo", "2026-01-31", "2028-01-31"
    )


@pytest.mark.parametrize("nothing", ["", "null", "~", "none", "None", "'null'", '""', "n/a"])
def test_what_is_not_known_is_none(nothing: str) -> None:
    assert parse(f"id: a\nreviewed_by: {nothing}\nurl: {nothing}") == Fields(id="a")


@pytest.mark.parametrize(("source", "value"), [("id: 0123", "0123"), ("id: 1e3", "1e3"), ("id: yes", "yes")])
def test_values_stay_as_written(source: str, value: str) -> None:
    assert parse(source).id == value


def test_norwegian_is_not_false() -> None:
    assert parse("language: no").language == "no"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("id: [a", "not YAML"),
        ("id: a\n\tb: c", "not YAML"),
        ("title: one: two", "not YAML"),
        ("- a", "not a list of"),
        ("just words", "not a list of"),
        ("reviewd_by: Jo", "unknown field 'reviewd_by'"),
        ("id: a\nid: b", "'id' twice"),
        ("licence: a\nlicense: b", "'licence' twice"),
        ("title: [a, b]", "title must be one plain value"),
        ("[a, b]: c", "a key must be one plain value"),
        ("id: a b", "id 'a b'"),
        ("id: ../a", "id '../a'"),
        ("id: a:b", "id 'a:b'"),
        ("language: english", "language 'english'"),
        ("url: javascript:alert(1)", "url 'javascript:alert(1)'"),
        ("url: example.org", "not a web address"),
        ("url: 'https://['", "not a web address"),
        ("reviewed_on: 2026-13-01", "reviewed_on '2026-13-01' is not a date"),
        ("review_due: soon", "review_due 'soon' is not a date"),
        ("reviewed_on: 31.01.2026", "is not a date"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(source: str, message: str) -> None:
    with pytest.raises(GuideError) as caught:
        parse(source)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=100))
def test_any_text_is_fields_or_a_guide_error(source: str) -> None:
    try:
        fields = parse(source)
    except GuideError as error:
        outcome = str(error)
    else:
        outcome = repr(fields)
    assert "\n" not in outcome
