"""Labelled guides are found wherever their folder is, each with its own cases."""

from __future__ import annotations

import json
from pathlib import Path

from eval.guides import labelled_guides


def test_guides_elsewhere_come_with_their_cases_and_only_of_the_split(tmp_path: Path) -> None:
    for name, split in (("teeth", "dev"), ("eyes", "train")):
        (tmp_path / name).mkdir()
        case = {"id": f"{name}-1", "text": "does it itch", "expect": {"kind": "abstain", "category": "unsupported"}}
        (tmp_path / name / f"{split}.jsonl").write_text(json.dumps(case), encoding="utf-8")
    (folder, cases), *others = labelled_guides("dev", tmp_path)
    assert (folder.name, [case.id for case in cases], others) == ("teeth", ["teeth-1"], [])
