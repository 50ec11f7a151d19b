"""Small guides with labelled questions: their training ones teach, those of guides kept back tell what carries over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.cases import Case, Split, load_cases

GUIDES = Path(__file__).parent / "tune" / "guides"


def labelled_guides(split: Split) -> Iterator[tuple[Path, list[Case]]]:
    """The folder of every guide that has cases of the split, and these."""
    for path in sorted(GUIDES.glob(f"*/{split}.jsonl")):
        yield path.parent, load_cases(path.parent.name, split, root=GUIDES)
