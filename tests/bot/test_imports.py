"""Imports go one way: web, commands, cli → app → answer → steps → safety, knowledge, llm → types, errors, settings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# a package may import those on lower floors, and its own
FLOORS = [
    {"types", "errors", "kept"},
    {"settings"},
    {"safety", "knowledge", "llm"},
    {"steps"},
    {"answer"},
    {"app", "wire"},
    {"web", "commands"},
    {"cli"},
]
FLOOR = {name: n for n, floor in enumerate(FLOORS) for name in floor}
ALLOWED = {("commands", "web")}  # `medialis serve` starts the server


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def part(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", sources("bot"), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_arrow_points_backward(path: Path) -> None:
    here = part(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if here in ("", "__init__"):
        return
    for module in imports(path):
        if module.split(".")[0] in ("eval", "tests"):
            pytest.fail(f"{path} imports {module}")
        if module.startswith("bot.") and (there := part(module)) != here:
            assert FLOOR[there] < FLOOR[here] or (here, there) in ALLOWED, f"{path} imports {module}"


@pytest.mark.parametrize("path", sources("eval"), ids=lambda path: str(path.relative_to(ROOT)))
def test_eval_imports_no_tests(path: Path) -> None:
    assert not any(module.split(".")[0] == "tests" for module in imports(path))


def test_the_floors_name_every_part() -> None:
    parts = {p.stem if p.is_file() else p.name for p in (ROOT / "bot").iterdir() if not p.name.startswith("__")}
    assert parts - {"py.typed"} == set(FLOOR)
