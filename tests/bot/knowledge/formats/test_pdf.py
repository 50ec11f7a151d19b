import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from bot.errors import GuideError
from bot.knowledge.formats.pdf import read

Line = tuple[str, float, float, str]  # words, size in points, baseline in points, font
BODY, LEADING = 10.0, 12.0


def _font(name: str) -> DictionaryObject:
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject(name),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )


def _writer(*pages: list[Line]) -> PdfWriter:
    writer = PdfWriter()
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        fonts = DictionaryObject({NameObject("/R"): _font("/Helvetica"), NameObject("/B"): _font("/Helvetica-Bold")})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        escaped = ((w.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)"), s, y, f) for w, s, y, f in lines)
        stream.set_data(
            "\n".join(f"BT /{f} {s} Tf 1 0 0 1 72 {y} Tm ({w}) Tj ET" for w, s, y, f in escaped).encode("cp1252")
        )
        page[NameObject("/Contents")] = writer._add_object(stream)
    return writer


def _pdf(*pages: list[Line]) -> bytes:
    out = io.BytesIO()
    _writer(*pages).write(out)
    return out.getvalue()


def _lines(*words: str, top: float = 780, size: float = BODY, font: str = "R") -> list[Line]:
    return [(line, size, top - LEADING * i, font) for i, line in enumerate(words)]


def _read(*pages: list[Line]) -> list[str]:
    return read(_pdf(*pages)).text.split("\n\n")


FULL = "The knee bends and straightens with every step that we take in a day and"


def test_headings_are_larger_or_bold() -> None:
    page = [
        ("Knee pain", 20, 780, "R"),
        *_lines(FULL, "rests at night.", top=740),
        ("Causes", 14, 690, "R"),
        *_lines(FULL, "hurts.", top=670),
        ("In runners", BODY, 630, "B"),
        *_lines("It “hurts” – more.", top=610),
    ]
    assert _read(page) == [
        "# Knee pain",
        f"{FULL} rests at night.",
        "## Causes",
        f"{FULL} hurts.",
        "### In runners",
        "It “hurts” – more.",
    ]


def test_a_heading_of_two_lines_is_one() -> None:
    page = [("A long heading that goes", 20, 780, "R"), ("over two lines", 20, 756, "R"), *_lines(FULL, FULL, top=720)]
    assert _read(page)[0] == "# A long heading that goes over two lines"


def test_paragraphs_part_at_a_gap_or_a_short_last_line() -> None:
    gap = [*_lines(FULL, FULL + "."), *_lines(FULL, "so on.", top=740)]
    assert len(_read(gap)) == 2
    short = _lines(FULL, "so on.", FULL, "so forth.")
    assert _read(short) == [f"{FULL} so on.", f"{FULL} so forth."]


def test_bold_words_in_a_sentence_are_no_heading() -> None:
    assert _read([*_lines(FULL, "so on."), *_lines("Do not run.", top=740, font="B")])[-1] == "Do not run."


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("it needs rehabili-", "tation.", "it needs rehabilitation."),
        ("it is a long-", "term plan of a long term.", "it is a long-term plan of a long term."),
        ("long-term plans are long-", "term.", "long-term plans are long-term."),
        ("the X-", "Ray", "the X-Ray"),
        ("from 5 -", "10 days", "from 5 - 10 days"),
        ("soft\u00ad", "ware", "software"),
    ],
)
def test_words_broken_at_a_lines_end(first: str, second: str, joined: str) -> None:
    assert _read(_lines(FULL, first, second)) == [f"{FULL} {joined}"]


def test_lists() -> None:
    page = _lines("It hurts because of:", "\u2022 load that grows", "and grows", "\u2022 falls", "1. rest")
    assert _read(page) == ["It hurts because of:", "- load that grows and grows", "- falls", "1. rest"]


def test_a_paragraph_goes_on_over_the_page_without_running_lines() -> None:
    pages = [
        [("Clinic leaflet", 8, 820, "R"), *_lines(*[f"{FULL}"] * 3), (f"Page {n} of 3", 8, 20, "R")] for n in (1, 2, 3)
    ]
    assert _read(*pages) == [" ".join([FULL] * 9)]


def test_title_and_language() -> None:
    for given, title in (("Knee", "Knee"), ("Microsoft Word - knee.docx", None), ("knee.indd", None)):
        writer = _writer(_lines("Text."))
        writer.add_metadata({"/Title": given})
        writer.root_object[NameObject("/Lang")] = TextStringObject("de-DE")
        out = io.BytesIO()
        writer.write(out)
        found = read(out.getvalue())
        assert (found.title, found.language) == (title, "de")


def _encrypted(user: str, owner: str) -> bytes:
    writer = _writer(_lines("Text."))
    writer.encrypt(user, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_password_is_an_error() -> None:
    with pytest.raises(GuideError, match="protected by a password"):
        read(_encrypted("secret", "owner"))


def test_a_password_only_for_changes_is_none() -> None:
    assert read(_encrypted("", "owner")).text == "Text."


@pytest.mark.parametrize("pages", [[], [[]], [[("12", BODY, 20, "R")]]])
def test_a_scan_is_an_error(pages: list[list[Line]]) -> None:
    with pytest.raises(GuideError, match="only pictures of pages"):
        read(_pdf(*pages))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_file_cut_short_is_read_or_an_error(share: float) -> None:
    data = _pdf(_lines(FULL, FULL))
    with pytest.raises(GuideError):
        read(data[: int(len(data) * share)])
