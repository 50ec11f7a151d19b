"""Which suites there are, what each is called and how it is run: `suites/suites.toml` and the editor's own folders."""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from bot.errors import InputError
from eval.cases import SUITES_DIR, Case, Split, SupportPair, list_suites, load_cases, load_support_pairs

SuiteKind = Literal["answering", "safety", "pairs"]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Suite:
    """A named set of cases; `root` is the folder its folder stands in."""

    name: str
    title: str
    kind: SuiteKind
    root: Path

    def cases(self, split: Split) -> list[Case]:
        """The cases of a split. Raises InputError."""
        return load_cases(self.name, split, root=self.root)

    def pairs(self, split: Split) -> list[SupportPair]:
        """The pairs of a split, of a suite of that kind. Raises InputError."""
        return load_support_pairs(split, self.name, root=self.root)


def own_suites(data_dir: Path) -> Path:
    """Where an editor's own suites are kept."""
    return data_dir / "suites"


def find_suites(split: Split, roots: Sequence[Path] = (SUITES_DIR,)) -> dict[str, Suite]:
    """Every suite that has the split, those of `suites.toml` first in its order; the first root that has a name wins."""
    found: dict[str, Suite] = {}
    for root in roots:
        for name in list_suites(split, root=root):
            title, kind = describe(name)
            found.setdefault(name, Suite(name, title, kind, root))
    order = {name: n for n, name in enumerate(_described())}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def describe(name: str) -> tuple[str, SuiteKind]:
    """A suite's title and kind; its own name and "answering" when `suites.toml` does not list it."""
    return _described().get(name, (name, "answering"))


def choose(names: Sequence[str], split: Split, roots: Sequence[Path] = (SUITES_DIR,)) -> list[Suite]:
    """The suites named, in the catalogue's order; all of them when none is. Raises InputError for an unknown name."""
    found = find_suites(split, roots)
    for name in names:
        if name not in found:
            raise InputError(f"there is no suite '{name}' with a {split} split", hint=f"there are: {', '.join(found)}")
    return [suite for name, suite in found.items() if not names or name in names]


def stratified(items: Sequence[Item], limit: int | None, stratum: Callable[[Item], object]) -> list[Item]:
    """At most `limit` items in their order: from each stratum its share, drawn with a fixed seed."""
    if limit is None or limit >= len(items):
        return list(items)
    groups: dict[str, list[int]] = defaultdict(list)
    for n, item in enumerate(items):
        groups[str(stratum(item))].append(n)
    chance = random.Random(0)
    # every member gets its place between 0 and 1 within its stratum: the lowest places are an even sample of all
    places = []
    for name in sorted(groups):
        members = groups[name]
        chance.shuffle(members)
        offset = chance.random()
        places += [((rank + offset) / len(members), n) for rank, n in enumerate(members)]
    return [items[n] for n in sorted(n for _, n in sorted(places)[:limit])]


def case_stratum(case: Case) -> object:
    """What a sample keeps in proportion: what is expected, and the first tag."""
    return case.expect, case.tags[:1]


@cache
def _described() -> dict[str, tuple[str, SuiteKind]]:
    table = tomllib.loads((SUITES_DIR / "suites.toml").read_text(encoding="utf-8"))
    return {name: (str(entry["title"]), entry["kind"]) for name, entry in table.items()}
