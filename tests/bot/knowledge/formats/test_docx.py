import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from bot.errors import GuideError
from bot.knowledge.formats import docx as reader
from bot.knowledge.formats.docx import read


def _bytes(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _read(build: Callable[[Any], object]) -> str:
    document = docx.Document()
    build(document)
    return read(_bytes(document)).text


def _append(document: Any, xml: str) -> None:
    """Put raw WordprocessingML before the section properties that end the body."""
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))


def test_headings_lists_and_tables() -> None:
    def build(document: Any) -> None:
        document.add_heading("Knee pain", 0)
        document.add_paragraph("It “bends” – café.")
        document.add_heading("Causes", 1)
        document.add_paragraph("Load", style="List Bullet")
        document.add_paragraph("Falls", style="List Number")
        document.add_heading("Running", 2)
        document.add_paragraph()
        table = document.add_table(2, 2)
        for cell, words in zip((c for row in table.rows for c in row.cells), ["Week", "Load", "1", "low"], strict=True):
            cell.text = words
        document.add_paragraph("After it.")

    assert _read(build).split("\n\n") == [
        "# Knee pain",
        "It “bends” – café.",
        "# Causes",
        "- Load\n- Falls",
        "## Running",
        "| Week | Load |\n| --- | --- |\n| 1 | low |",
        "After it.",
    ]


def test_title_and_language_come_from_the_properties() -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    document.core_properties.title = "Knee"
    document.core_properties.language = "de-AT"
    found = read(_bytes(document))
    assert (found.title, found.language) == ("Knee", "de")


def test_a_style_based_on_a_heading_is_one() -> None:
    def build(document: Any) -> None:
        style = document.styles.add_style("House heading", 1)
        style.base_style = document.styles["Heading 2"]
        document.add_paragraph("Causes", style="House heading")

    assert _read(build) == "## Causes"


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<w:r><w:t>Do </w:t></w:r><w:ins w:id='1' w:author='a'><w:r><w:t>not </w:t></w:r></w:ins><w:r><w:t>run.</w:t></w:r>", "Do not run."),
        ("<w:r><w:t xml:space='preserve'>Do </w:t></w:r><w:del w:id='1' w:author='a'><w:r><w:delText>not </w:delText></w:r></w:del><w:r><w:t>run.</w:t></w:r>", "Do run."),
        ("<w:r><w:t>Do run.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden</w:t></w:r>", "Do run."),
        ("<w:hyperlink><w:r><w:t>Do run.</w:t></w:r></w:hyperlink>", "Do run."),
        ("<w:r><w:t>self</w:t><w:noBreakHyphen/><w:t>care</w:t><w:tab/><w:t>helps</w:t></w:r>", "self-care helps"),
        ("<w:r><w:t>one</w:t><w:br/><w:t>two</w:t></w:r>", "one\ntwo"),
    ],
)  # fmt: skip
def test_the_words_are_those_with_all_changes_accepted(inside: str, words: str) -> None:
    assert _read(lambda document: _append(document, f"<w:p>{inside}</w:p>")) == words


def test_a_content_control_is_read_and_a_table_of_contents_not() -> None:
    def build(document: Any) -> None:
        _append(document, "<w:sdt><w:sdtContent><w:p><w:r><w:t>Kept.</w:t></w:r></w:p></w:sdtContent></w:sdt>")
        gallery = "<w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
        _append(
            document, f"<w:sdt>{gallery}<w:sdtContent><w:p><w:r><w:t>Left.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        )

    assert _read(build) == "Kept."


def test_an_empty_document_is_an_error() -> None:
    with pytest.raises(GuideError, match="has no text"):
        _read(lambda document: document.add_paragraph(" "))


def test_a_zip_file_of_another_kind_is_an_error() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "words")
    with pytest.raises(GuideError, match="damaged or not a Word document"):
        read(out.getvalue())


def test_what_unpacks_beyond_measure_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(GuideError, match="unpacks to more than"):
        _read(lambda document: document.add_paragraph("Text."))
