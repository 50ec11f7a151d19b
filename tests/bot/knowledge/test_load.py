import os
from pathlib import Path

import pytest

from bot.errors import GuideError
from bot.knowledge.load import load_corpus, load_guide

FRONT = "---\nid: {id}\ntitle: Knee\n---\n"


def _write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _problem(path: Path) -> str:
    """The message of the error a file gives; it must be one line that names the file."""
    with pytest.raises(GuideError) as caught:
        load_guide(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_a_markdown_guide(tmp_path: Path) -> None:
    source = "\ufeff---\r\nid: knee\r\ntitle: Knee\r\nlicense: CC0\r\nreviewed_on: 2026-01-31\r\n---\r\n\r\n# Knee\r\n\r\nIt “bends”.\r\n"
    guide = load_guide(_write(tmp_path / "a.md", source))
    assert guide.text == source.removeprefix("\ufeff").replace("\r\n", "\n")
    assert (guide.id, guide.title, guide.licence, guide.reviewed_on, guide.language) == (
        "knee",
        "Knee",
        "CC0",
        "2026-01-31",
        "en",
    )
    section = guide.sections[0]
    assert (section.heading_path, guide.text[section.start : section.end]) == (("Knee",), "It “bends”.")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.md", "", "is empty"),
        ("a.md", " \n\t", "is empty"),
        ("a.md", FRONT.format(id="a") + "\n \n", "is empty"),
        ("a.txt", "---\nid: a\n---\n", "is empty"),
        ("a.md", "# Knee\n\nText.", "has no front matter (begin it with"),
        ("a.md", "---\nid: a\ntitle: b\n\nText.", "has no front matter"),
        ("a.md", "---\ntitle: a\n---\nText.", "front matter has no id"),
        ("a.md", "---\nid: a\ntitle:\n---\nText.", "front matter has no title"),
        ("a.md", "---\nid: [\n---\nText.", "front matter is not YAML"),
        ("a.md", "---\nid: a\ntitle: b\nreviewd_by: c\n---\nText.", "unknown field 'reviewd_by'"),
        ("a.md", "---\nid: a\ntitle: b\nreviewed_on: today\n---\nText.", "'today' is not a date"),
        ("a.md", b"\x00\x01\x02", "is not text"),
        ("a.txt", b"%PDF-1.4 whatever", "is a PDF, whatever its name says"),
        ("a.html", "<html><body><nav>Home</nav></body></html>", "has no text"),
        ("a.html", b"<p>\x00\x00</p>", "is not text"),
        ("a.pdf", b"%PDF-1.7\nbroken", "is damaged or not a PDF"),
        ("a.pdf", b"words", "is damaged or not a PDF"),
        ("a.docx", b"PK\x03\x04broken", "is damaged or not a Word document"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "protected by a password"),
        ("a.odt", "text", "is not a format medialis reads"),
        ("a", "text", "is not a format medialis reads"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, content: str | bytes, problem: str) -> None:
    assert problem in _problem(_write(tmp_path / name, content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "does not exist" in _problem(tmp_path / "a.md")


def test_a_folder_with_a_guides_name(tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()
    assert "is a folder" in _problem(tmp_path / "a.md")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert "is not a regular file" in _problem(tmp_path / "a.md")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = _write(tmp_path / "a.md", "text")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "cannot be read: permission denied" in _problem(path)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert "is 50 MB, larger than 20 MB" in _problem(path)


def test_a_folder_is_read_in_order_and_the_rest_passed_over(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "sub/c.MD"):
        _write(tmp_path / name, FRONT.format(id=Path(name).stem) + "Text.")
    for name in ("README.md", "sub/readme.md", ".hidden.md", ".git/d.md", "picture.png", "notes.yaml", "~$a.docx"):
        _write(tmp_path / name, "not a guide")
    guides, errors = load_corpus([tmp_path])
    assert ([g.id for g in guides], errors) == (["a", "b", "c"], [])


def test_other_guides_are_read_beside_a_bad_one(tmp_path: Path) -> None:
    _write(tmp_path / "a.md", "no front matter")
    _write(tmp_path / "b.txt", "Knee\n\nIt bends.")
    _write(tmp_path / "c.pdf", b"broken")
    guides, errors = load_corpus([tmp_path, tmp_path / "missing.md", tmp_path / "d.odt"])
    assert [g.id for g in guides] == ["b"]
    assert [str(e).split(": ")[0].rpartition("/")[2] for e in errors] == ["a.md", "c.pdf", "missing.md", "d.odt"]


def test_two_guides_with_one_id(tmp_path: Path) -> None:
    first = _write(tmp_path / "a.md", FRONT.format(id="knee") + "First.")
    second = _write(tmp_path / "b.md", FRONT.format(id="knee") + "Second.")
    guides, errors = load_corpus([tmp_path])
    assert [g.text[-6:] for g in guides] == ["First."]
    assert [str(e) for e in errors] == [f"{second}: id 'knee' is already that of {first} (change one of them)"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.md", FRONT.format(id="a") + "Text.")
    (tmp_path / "link.md").symlink_to(path)
    guides, errors = load_corpus([tmp_path, path, tmp_path / "sub" / ".." / "a.md"][:2])
    assert (len(guides), errors) == (1, [])


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    guides, errors = load_corpus([tmp_path])
    assert not guides
    assert [str(e) for e in errors] == [f"{tmp_path}: cannot be read: permission denied"]


def test_a_sidecar_says_what_the_format_cannot(tmp_path: Path) -> None:
    path = _write(tmp_path / "Knee Pain (2).html", "<title>T</title><p>It bends.</p>")
    guide = load_guide(path)
    assert (guide.id, guide.title, guide.reviewed_by) == ("knee-pain-2", "T", None)
    _write(tmp_path / "Knee Pain (2).html.yaml", "id: knee\ntitle: Knee\nreviewed_by: Jo\nreviewed_on: 2026-01-31\n")
    guide = load_guide(path)
    assert (guide.id, guide.title, guide.reviewed_by, guide.reviewed_on) == ("knee", "Knee", "Jo", "2026-01-31")


def test_a_bad_sidecar_is_named(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.html", "<p>It bends.</p>")
    _write(tmp_path / "a.html.yaml", "reviewer: Jo")
    assert "a.html.yaml: front matter has an unknown field 'reviewer'" in _problem(path)


def test_front_matter_and_a_sidecar_are_one_too_many(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.md", FRONT.format(id="a") + "Text.")
    _write(tmp_path / "a.md.yaml", "reviewed_by: Jo")
    assert "has front matter and a.md.yaml too" in _problem(path)


def test_a_sidecar_without_its_guide_is_noticed(tmp_path: Path) -> None:
    _write(tmp_path / "leaflet.pdf.yaml", "reviewed_by: Jo")
    _, errors = load_corpus([tmp_path])
    assert [str(e) for e in errors] == [
        f"{tmp_path / 'leaflet.pdf.yaml'}: there is no leaflet.pdf beside it (rename or remove it)"
    ]


@pytest.mark.parametrize(
    ("name", "prefix"), [("Über Knie.txt", "uber-knie"), ("膝.txt", "guide-"), ("a" * 150 + ".txt", "a" * 100)]
)
def test_ids_from_file_names(tmp_path: Path, name: str, prefix: str) -> None:
    guide = load_guide(_write(tmp_path / name, "Knee\n\nIt bends."))
    assert guide.id.startswith(prefix)
    assert len(guide.id) <= 100


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>T</title><h1>A</h1><p>x</p>", "A"),
        ("<title>T</title><h2>A</h2><p>x</p>", "T"),
        ("<h3>A</h3><h2>B</h2><p>x</p>", "B"),
        ("<p>x</p>", "my page"),
    ],
)
def test_a_title_is_found_somewhere(tmp_path: Path, page: str, title: str) -> None:
    assert load_guide(_write(tmp_path / "my-page.html", page)).title == title
