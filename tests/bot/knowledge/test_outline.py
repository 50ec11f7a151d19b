import pytest

from bot.knowledge.outline import FAQ_MAX_WORDS, announces_faq, is_question, markdown_headings, sections
from bot.types import Section

FAQ = "## Frequently asked questions\n\n"


def _sections(text: str, title: str = "Knee") -> tuple[Section, ...]:
    return sections(text, 0, markdown_headings(text), title)


def _paths(text: str, title: str = "Knee") -> list[tuple[str, ...]]:
    return [section.heading_path for section in _sections(text, title)]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("Just text.", [("Knee",)]),
        ("Before.\n\n# A\n\n## B\n\nb\n\n### C\n\n# D", [("Knee",), ("A",), ("A", "B"), ("A", "B", "C"), ("D",)]),
        ("# Knee\n\nIntro.\n\n## A\n\n## B", [("Knee",), ("A",), ("B",)]),
        ("# *KNEE*\n\n# A", [("Knee",), ("A",)]),
        ("# Another name\n\nIntro.\n\n## A", [("Knee",), ("A",)]),
        ("# Treatment\n\nRest.", [("Treatment",)]),
        ("## A\n\n#### B\n\n### C", [("A",), ("A", "B"), ("A", "C")]),
        ("##\n\ntext\n\n## **A** [b](https://example.org)", [("Knee",), ("A b",)]),
        ("## 1. A\n\n## 2) B\n\nC\nd\n---", [("1. A",), ("2) B",), ("C d",)]),
        ("> ## Quoted\n\n- ## Listed", [("Knee",)]),
        ("```\n## Code\n```", [("Knee",)]),
    ],
)
def test_heading_paths(text: str, paths: list[tuple[str, ...]]) -> None:
    assert _paths(text) == paths


def test_a_section_is_its_body_without_subsections() -> None:
    text = "## A\n\none\n\ntwo\n\n### B\n\nthree\n"
    assert [text[s.start : s.end] for s in _sections(text)] == ["one\n\ntwo", "three"]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (FAQ + "### Is it safe?\n\nYes.", ["Is it safe?"]),
        ("## Knee pain: FAQs\n\n### Is it safe?\n\nYes.", ["Is it safe?"]),
        ("## Häufige Fragen\n\n### Hilft Ruhe?\n\nJa.", ["Hilft Ruhe?"]),
        ("## よくある質問\n\n### 安全ですか？\n\nはい。", ["安全ですか？"]),
        ("## A?\n\nYes.\n\n## B?\n\nNo.", ["A?", "B?"]),
        ("## Causes\n\n### A?\n\nYes.\n\n### B?\n\nNo.", ["A?", "B?"]),
        # not pairs
        ("## What is it?\n\nA muscle.\n\n## Causes\n\nLoad.", []),
        (FAQ + "### Recovery\n\nWeeks.", []),
        (FAQ + "### Is it safe?", []),
        (FAQ + "### Is it safe?\n\n" + "word " * (FAQ_MAX_WORDS + 1), []),
        (FAQ + "### Is it safe?\n\n" + "膝" * 1001, []),
        (FAQ + "### Is it safe?\n\nYes.\n\n#### For runners\n\nNo.", []),
        ("## A?\n\nYes.\n\n# Other\n\n## B?\n\nNo.", []),
    ],
)
def test_faq_pairs(text: str, pairs: list[str]) -> None:
    assert [s.heading_path[-1] for s in _sections(text) if s.is_faq] == pairs


@pytest.mark.parametrize(
    ("heading", "yes"),
    [
        ("FAQ", True),
        ("Frequently Asked Questions about knees", True),
        ("Q&A", True),
        ("Preguntas frecuentes", True),
        ("Faqir", False),
        ("Questions to ask your doctor", False),
        ("Conclusion", False),
    ],
)
def test_announces_faq(heading: str, yes: bool) -> None:
    assert announces_faq(heading) is yes


def test_question_marks_of_several_scripts() -> None:
    assert all(map(is_question, ("Safe?", "安全ですか？", "آمن؟", "Ασφαλές\u037e")))
    assert not is_question("Safe; sound")
