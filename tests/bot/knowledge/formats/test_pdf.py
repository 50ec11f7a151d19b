import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from bot.errors import GuideError
from bot.knowledge.formats.pdf import _LIGATURES, read

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
    page = [
        ("A long heading, to be sure,", 20, 780, "R"),
        ("over two lines", 20, 756, "R"),
        *_lines(FULL, FULL, top=720),
    ]
    assert _read(page)[0] == "# A long heading, to be sure, over two lines"


def test_paragraphs_part_at_a_gap_or_a_short_last_line() -> None:
    gap = [*_lines(FULL, FULL + "."), *_lines(FULL, "so on.", top=740)]
    assert len(_read(gap)) == 2
    short = _lines(FULL, "so on.", FULL, "so forth.")
    assert _read(short) == [f"{FULL} so on.", f"{FULL} so forth."]


def test_bold_words_in_a_sentence_are_no_heading() -> None:
    assert _read([*_lines(FULL, "so on."), *_lines("Do not run.", top=740, font="B")])[-1] == "Do not run."


def test_a_word_broken_at_a_lines_end_is_mended() -> None:
    assert _read(_lines(FULL, "it needs rehabili-", "tation.")) == [f"{FULL} it needs rehabilitation."]


def test_ligatures_are_letters() -> None:
    assert _LIGATURES[0xFB03] == "ffi"
    assert "e\ufb00ects of \ufb01ve".translate(_LIGATURES) == "effects of five"


def test_lists() -> None:
    page = _lines("It hurts because of:", "\u2022 load that grows", "and grows", "\u2022 falls", "1. rest")
    assert _read(page) == ["It hurts because of:", "- load that grows and grows", "- falls", "1. rest"]


def test_a_paragraph_goes_on_over_the_page_without_running_lines() -> None:
    days = {1: "abcde", 2: "fghij", 3: "klmno"}
    text = " ".join(f"{FULL} {day}" for n in days for day in days[n])
    pages = [
        [
            ("Clinic leaflet", 8, 820, "R"),
            *_lines(*(f"{FULL} {day}" for day in days[n])),
            (f"Page {n} of 3", 8, 20, "R"),
        ]
        for n in (1, 2, 3)
    ]
    assert _read(*pages) == [text]
    last_in_the_file = [page[1:] + page[:1] for page in pages]
    assert _read(*last_in_the_file) == [text]


def test_a_title_stays_though_the_running_header_repeats_it() -> None:
    pages = [[("Knee pain", 8, 820, "R"), *_lines(f"{FULL} {n}.")] for n in "abc"]
    pages[0].insert(0, ("Knee pain", 20, 800, "R"))
    assert _read(*pages)[0] == "# Knee pain"
    assert sum(block.count("Knee pain") for block in _read(*pages)) == 1


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
