"""Labelled questions of guides: of the one that ships, and of small ones that teach or, kept back, tell what carries over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.cases import Case, Split, SupportPair, load_cases, load_support_pairs

GUIDES = Path(__file__).parent / "tune" / "guides"


def labelled_guides(split: Split, root: Path = GUIDES) -> Iterator[tuple[Path, list[Case]]]:
    """The folder of every guide under `root` that has cases of the split, and these."""
    for path in sorted(root.glob(f"*/{split}.jsonl")):
        yield path.parent, load_cases(path.parent.name, split, root=root)


def guide_pairs() -> list[SupportPair]:
    """The claims made from the small guides, held against their sentences."""
    folders = sorted(path.parent for path in GUIDES.glob("*/pairs/train.jsonl"))
    return [
        pair for folder in folders for pair in load_support_pairs("train", f"{folder.parent.name}/pairs", root=GUIDES)
    ]


def suite_cases(suites: Sequence[str], split: Split) -> list[tuple[str, Case]]:
    """The cases of suites about the guide that ships, each with its suite's name."""
    return [(suite, case) for suite in suites for case in load_cases(suite, split)]
