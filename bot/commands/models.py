"""`medialis models`: list, pull and verify the pinned model files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.run import one_line_errors
from bot.llm.catalogue import load_catalogue
from bot.llm.store import ModelState, Store
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

app = typer.Typer(help="List, pull and verify the pinned model files.")

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]…", help="Models; those the settings need if none is named.")
]
Everything = Annotated[bool, typer.Option("--all", help="Every model of the catalogue.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

WORTH_A_BAR = 1_000_000  # bytes


@app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """List, pull and verify the pinned model files; on its own: list."""
    if context.invoked_subcommand is None:
        list_models()


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Show the models, their licences and which of them are here."""
    with one_line_errors():
        settings = load_settings()
        store = Store(settings.model_dir)
        _print(store.status(), set(store.catalogue.needed(settings)), as_json=as_json)


@app.command()
def pull(names: Names = None, everything: Everything = False, as_json: AsJson = False) -> None:
    """Download what is missing, check it, and continue what was interrupted."""
    with one_line_errors():
        settings = load_settings()
        store = Store(settings.model_dir)
        chosen = _choose(names, everything, settings)
        with _progress() as reporter:
            pulled = store.pull(chosen, reporter)
        if as_json:
            typer.echo(json.dumps({"pulled": [file.path for file in pulled], "models": chosen}))
        else:
            typer.echo(f"{', '.join(chosen)}: {f'{len(pulled)} files pulled' if pulled else 'everything is in place'}")


@app.command()
def verify(names: Names = None, everything: Everything = False, as_json: AsJson = False) -> None:
    """Hash the model files again; exit code 1 when one is missing or not the pinned bytes."""
    with one_line_errors():
        settings = load_settings()
        store = Store(settings.model_dir)
        chosen = _choose(names, everything, settings)
        with _progress() as reporter:
            states = store.verify(chosen, reporter)
        _print(states, set(chosen), as_json=as_json)
        if any(state.state != "ready" for state in states):
            bad = [file.file.path for state in states for file in state.files if file.state != "ready"]
            typer.echo(
                f"error: not the pinned bytes or missing: {', '.join(bad)} (run: medialis models pull)", err=True
            )
            raise typer.Exit(1)


def _choose(names: Sequence[str] | None, everything: bool, settings: Settings) -> list[str]:
    catalogue = load_catalogue()
    if everything:
        return list(catalogue)
    return [catalogue[name].name for name in names] if names else list(catalogue.needed(settings))


def _print(states: Sequence[ModelState], needed: set[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([_object(state, needed) for state in states], indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "kind", "size", "licence", "needed", "state", box=None, pad_edge=False)
    for state in states:
        model = state.model
        size = f"{model.size / 1e6:,.0f} MB"
        table.add_row(model.name, model.kind, size, model.licence, "yes" if model.name in needed else "", state.state)
    Console().print(table)


def _object(state: ModelState, needed: set[str]) -> dict[str, Any]:
    model = state.model
    return {
        "name": model.name,
        "kind": model.kind,
        "title": model.title,
        "licence": model.licence,
        "default": model.default,
        "needed": model.name in needed,
        "state": state.state,
        "path": str(state.path),
        "size": model.size,
        "files": [
            {"path": file.file.path, "size": file.file.size, "sha256": file.file.sha256, "state": file.state}
            for file in state.files
        ],
    }


class _Bars:
    """A rich progress bar for each file that takes a moment."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def progress(self, file: str, done: int, total: int) -> None:
        if total < WORTH_A_BAR:
            return
        if file not in self._tasks:
            self._tasks[file] = self._bars.add_task(file.rpartition("/")[2], total=total)
        self._bars.update(self._tasks[file], completed=done)

    def note(self, text: str) -> None:
        self._bars.console.print(text, style="dim", markup=False, highlight=False)


@contextmanager
def _progress() -> Iterator[_Bars]:
    """Progress bars on stderr, so that stdout holds results only."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as bars:
        yield _Bars(bars)
