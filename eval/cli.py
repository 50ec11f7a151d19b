"""`medialis eval`: what follows it is suites to run, unless it names one of its other commands."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from eval.commands.csv import app as csv
from eval.commands.gaps import gaps
from eval.commands.new import new
from eval.commands.run import run
from eval.commands.table import table
from eval.commands.view import view

RUN = "run"


class SuitesFirst(TyperGroup):
    """A group whose first word may be a suite: then `run` is meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `run` in front of what names no command."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = [RUN, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The options of `run`, then the commands."""
        command = self.commands[RUN]
        command.format_options(type(ctx)(command, parent=ctx, info_name=RUN), formatter)
        self.format_commands(ctx, formatter)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """As the command is used."""
        return ["[OPTIONS] [SUITE]… | COMMAND …"]


app = typer.Typer(
    name="eval",
    cls=SuitesFirst,
    help="Run eval suites: a table, a page, exit code 1 below a limit. Without SUITE: all of them.",
    rich_markup_mode=None,
    add_completion=False,
)
for command in (run, table, view, new, gaps):
    app.command()(command)
app.add_typer(csv, name="csv")
