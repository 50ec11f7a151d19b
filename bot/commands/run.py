"""How a command ends when something goes wrong: one line on stderr and an exit code, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bot.errors import MedialisError

log = logging.getLogger(__name__)
INTERRUPTED = 130  # what a shell expects of a program ended by Ctrl-C


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn MedialisError and Ctrl-C into a line on stderr and typer.Exit."""
    try:
        yield
    except MedialisError as error:
        log.debug("the command failed", exc_info=error)
        typer.echo(f"error: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise typer.Exit(INTERRUPTED) from None
