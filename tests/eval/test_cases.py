from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.errors import InputError
from bot.types import Turn
from eval.cases import SUITES_DIR, Case, PairKind, Split, SupportPair, list_suites, load_cases, load_support_pairs
from tests.alike import LONG, alike

ROOT = Path(__file__).parents[2]
CASE_SUITES = ("faq", "follow_ups", "unanswerable", "false_premises")
ALTERATIONS = [kind for kind in get_args(PairKind) if kind != "supported"]


def _guide() -> str:
    corpus = ROOT / "corpus" / "vastus-medialis-knee-pain.md"
    fixture = ROOT / "tests" / "fixtures" / "vastus-medialis-knee-pain.txt"
    return (corpus if corpus.exists() else fixture).read_text(encoding="utf-8")


GUIDE = _guide()
HEADINGS = {line.lstrip("# ").strip() for line in GUIDE.splitlines()}
# only the suites of this list: others may bring suites of their own, with tests of their own
PRESENT: list[tuple[str, Split]] = [
    (suite, split)
    for suite in CASE_SUITES
    for split in get_args(Split)
    if (SUITES_DIR / suite / f"{split}.jsonl").exists()
]
PAIR_SPLITS: list[Split] = [s for s in get_args(Split) if (SUITES_DIR / "support_pairs" / f"{s}.jsonl").exists()]


def _write(root: Path, suite: str, *records: Any, split: str = "dev") -> None:
    folder = root / suite
    folder.mkdir(parents=True, exist_ok=True)
    lines = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
    (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _case(**changes: Any) -> dict[str, Any]:
    return {"id": "a", "text": "why?", "expect": {"kind": "answer"}} | changes


def _pair(**changes: Any) -> dict[str, Any]:
    return {"id": "a", "context": ["It helps."], "claim": "It helps.", "supported": True, "kind": "supported"} | changes


class TestTheSets:
    @pytest.mark.parametrize(("suite", "split"), PRESENT)
    def test_every_quoted_sentence_stands_in_the_guide(self, suite: str, split: Split) -> None:
        for case in load_cases(suite, split):
            for quote in (*case.gold, *([case.nearest] if case.nearest else [])):
                assert quote in GUIDE, (case.id, quote)
            assert case.section is None or case.section in HEADINGS, (case.id, case.section)

    @pytest.mark.parametrize("split", PAIR_SPLITS)
    def test_every_context_sentence_stands_in_the_guide(self, split: Split) -> None:
        for pair in load_support_pairs(split):
            assert 1 <= len(pair.context) <= 3, pair.id
            for sentence in pair.context:
                assert sentence in GUIDE, (pair.id, sentence)

    def test_ids_are_unique_over_suites_and_splits(self) -> None:
        ids = [case.id for suite, split in PRESENT for case in load_cases(suite, split)]
        ids += [pair.id for split in PAIR_SPLITS for pair in load_support_pairs(split)]
        assert [name for name, count in Counter(ids).items() if count > 1] == []

    def test_no_message_occurs_twice_in_or_across_splits(self) -> None:
        # a follow-up such as "why?" is the same message only after the same conversation
        seen = Counter(
            json.dumps([case.history, " ".join(case.text.casefold().split())])
            for suite, split in PRESENT
            for case in load_cases(suite, split)
        )
        assert [message for message, count in seen.items() if count > 1] == []

    def test_no_claim_occurs_twice_for_the_same_context(self) -> None:
        seen = Counter(
            (pair.context, pair.claim.casefold()) for split in PAIR_SPLITS for pair in load_support_pairs(split)
        )
        assert [claim for claim, count in seen.items() if count > 1] == []

    @pytest.mark.parametrize(
        ("suite", "minimum"), [("faq", 120), ("follow_ups", 45), ("unanswerable", 90), ("false_premises", 35)]
    )
    def test_dev_has_enough_cases(self, suite: str, minimum: int) -> None:
        assert len(load_cases(suite, "dev")) >= minimum

    def test_dev_has_enough_of_each_kind(self) -> None:
        faq = Counter(tag for case in load_cases("faq", "dev") for tag in case.tags)
        assert faq["verbatim_faq"] >= 24
        assert faq["not_verbatim"] >= 20
        assert sum(case.expect.kind == "abstain" for case in load_cases("follow_ups", "dev")) >= 10
        pairs = load_support_pairs("dev")
        assert sum(pair.supported for pair in pairs) >= 150
        assert sum("lay" in pair.tags for pair in pairs if pair.supported) >= 80
        altered = Counter(pair.kind for pair in pairs if not pair.supported)
        assert altered.keys() == set(ALTERATIONS)
        assert min(altered.values()) >= 14

    @pytest.mark.parametrize(("suite", "split"), PRESENT)
    def test_labels_fit_what_is_expected(self, suite: str, split: Split) -> None:
        for case in load_cases(suite, split):
            assert bool(case.gold) == (case.expect.kind == "answer"), case.id
            if suite == "follow_ups":
                assert case.history, case.id
                assert case.standalone, case.id
            if suite == "false_premises":
                assert case.premise, case.id

    def test_dev_faq_asks_for_every_sentence_of_the_guide(self) -> None:
        """What is left of the guide without the gold sentences is headings and the closing link."""
        source = (ROOT / "tests" / "fixtures" / "vastus-medialis-knee-pain.txt").read_text(encoding="utf-8")
        for gold in sorted({gold for case in load_cases("faq", "dev") for gold in case.gold}, key=len, reverse=True):
            source = source.replace(gold, "")
        assert [line for line in source.splitlines() if line.strip().endswith(".")] == []

    def test_the_gold_quoted_as_it_stands_passes_its_own_case(self) -> None:
        """Otherwise an answer that only quotes could not be right."""
        for suite in CASE_SUITES:
            for case in load_cases(suite, "dev"):
                answers = case.gold if case.gold_mode == "any" else (" ".join(case.gold),)
                for answer in answers:
                    missing = [facts for facts in case.key_facts if not any(f.lower() in answer.lower() for f in facts)]
                    assert missing == [], case.id
                    assert [bad for bad in case.must_not if bad.lower() in answer.lower()] == [], case.id


class TestLoading:
    def test_a_case_with_every_field(self, tmp_path: Path) -> None:
        record = _case(
            expect={"kind": "escalate", "category": "urgent", "level": "same_day"},
            history=[["hello", "hi"]],
            gold=["One."],
            gold_mode="all",
            key_facts=[["a", "b"], ["c"]],
            must_not=["d"],
            section="S",
            tags=["t"],
            standalone="s",
            premise="p",
            nearest="n",
        )
        _write(tmp_path, "faq", record)
        (case,) = load_cases("faq", "dev", root=tmp_path)
        assert case.expect.level == "same_day"
        assert case.key_facts == (("a", "b"), ("c",))
        assert case.question("GB").history == (Turn("user", "hello"), Turn("assistant", "hi"))
        assert (case.gold_mode, case.premise, case.nearest, case.standalone) == ("all", "p", "n", "s")

    def test_optional_fields_may_be_missing_or_null(self, tmp_path: Path) -> None:
        _write(tmp_path, "faq", _case(nearest=None, gold=None, section=None))
        (case,) = load_cases("faq", "dev", root=tmp_path)
        assert (case.history, case.gold, case.gold_mode, case.nearest, case.tags) == ((), (), "any", None, ())

    def test_a_nested_suite(self, tmp_path: Path) -> None:
        _write(tmp_path, "shoulder/faq", _case(), split="test")
        _write(tmp_path, "faq", _case(), split="test")
        assert [case.id for case in load_cases("shoulder/faq", "test", root=tmp_path)] == ["a"]
        assert list_suites("test", root=tmp_path) == ["faq", "shoulder/faq"]
        assert list_suites("dev", root=tmp_path) == []

    def test_blank_lines_a_byte_order_mark_and_line_separators_are_harmless(self, tmp_path: Path) -> None:
        _write(tmp_path, "faq", "\ufeff" + json.dumps(_case()), "", _case(id="b", text="one\u2028two"))
        assert [case.text for case in load_cases("faq", "dev", root=tmp_path)] == ["why?", "one\u2028two"]

    @pytest.mark.parametrize(
        ("record", "reason"),
        [
            ("{", "Expecting property name"),
            ("[]", "not a JSON object"),
            (_case(text=None), "no field 'text'"),
            (_case(text="  "), "'text' is not a non-empty string"),
            (_case(id=3), "'id' is not a non-empty string"),
            (_case(expect=None), "no field 'expect'"),
            (_case(expect={}), "'expect' has neither"),
            (_case(expect={"kind": "reply"}), "'kind' is 'reply'"),
            (_case(expect={"kind": "answer", "category": "x"}), "'category' is 'x'"),
            (_case(expect={"kind": "escalate", "level": "now"}), "'level' is 'now'"),
            (_case(gold="One."), "'gold' is not a list"),
            (_case(gold=[""]), "'gold' is not a list"),
            (_case(gold_mode="some"), "'gold_mode' is 'some'"),
            (_case(key_facts=["a"]), "'key_facts' is not a list"),
            (_case(key_facts={"a": 1}), "'key_facts' is not a list"),
            (_case(history=[["hello"]]), "'history' has a turn"),
            (_case(history="hello"), "'history' is not a list"),
            (_case(must_nots=["a"]), "unknown field 'must_nots'"),
            (_case(id="first"), "the id 'first' occurs twice"),
        ],
    )
    def test_a_bad_case_is_named_by_file_and_line(self, tmp_path: Path, record: Any, reason: str) -> None:
        _write(tmp_path, "faq", _case(id="first"), record)
        with pytest.raises(InputError) as caught:
            load_cases("faq", "dev", root=tmp_path)
        assert str(caught.value).startswith(f"{tmp_path / 'faq' / 'dev.jsonl'}:2: {reason}")

    def test_a_missing_or_unreadable_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"nowhere.*no such file"):
            load_cases("nowhere", "dev", root=tmp_path)
        (tmp_path / "dev.jsonl").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(InputError, match="cannot be read"):
            load_cases(".", "dev", root=tmp_path)

    def test_a_pair(self, tmp_path: Path) -> None:
        _write(
            tmp_path, "support_pairs", _pair(), _pair(id="b", supported=False, kind="number", claim="It helps 3 times.")
        )
        first, second = load_support_pairs("dev", root=tmp_path)
        assert first == SupportPair("a", ("It helps.",), "It helps.", True, "supported")
        assert (second.supported, second.kind) == (False, "number")

    @pytest.mark.parametrize(
        ("record", "reason"),
        [
            (_pair(context=[]), "'context' is empty"),
            (_pair(supported="yes"), "'supported' is not true or false"),
            (_pair(kind="number"), "'kind' is 'number' but 'supported' is True"),
            (_pair(supported=False), "'kind' is 'supported' but 'supported' is False"),
            (_pair(supported=False, kind="other"), "'kind' is 'other'"),
            (_pair(supported=False, kind=None), "'kind' is None"),
            (_pair(claim=""), "'claim' is not a non-empty string"),
        ],
    )
    def test_a_bad_pair_is_named_by_file_and_line(self, tmp_path: Path, record: Any, reason: str) -> None:
        _write(tmp_path, "support_pairs", record)
        with pytest.raises(InputError) as caught:
            load_support_pairs("dev", root=tmp_path)
        assert str(caught.value).startswith(f"{tmp_path / 'support_pairs' / 'dev.jsonl'}:1: {reason}")

    def test_a_case_cannot_be_changed(self, tmp_path: Path) -> None:
        _write(tmp_path, "faq", _case())
        (case,) = load_cases("faq", "dev", root=tmp_path)
        assert isinstance(case, Case)
        with pytest.raises(AttributeError):
            case.text = "other"  # type: ignore[misc]


def test_nothing_is_learned_from_what_is_tested() -> None:
    cases = [case for suite in CASE_SUITES for case in load_cases(suite, "train")]
    alone = [
        case.text for case in cases if not case.history
    ]  # "and how long?" is another question in another conversation
    assert [text for split in ("dev", "test") for text in alike(alone, split)] == []
    assert [text for split in ("dev", "test") for text in alike([case.text for case in cases], split, least=LONG)] == []
