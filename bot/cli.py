"""The `medialis` command: every error is one line on stderr and an exit code (1 could not, 2 asked wrongly, 130 Ctrl-C)."""

from __future__ import annotations

import logging
import sys
from importlib.metadata import entry_points

import typer

from bot import __version__
from bot.commands.ask import ask, chat
from bot.commands.batch import batch
from bot.commands.ingest import ingest
from bot.commands.mcp import mcp
from bot.commands.models import app as models
from bot.commands.search import search
from bot.commands.serve import serve
from bot.errors import MedialisError

app = typer.Typer(
    name="medialis",
    help="A health chatbot that answers from your guides, cites the sentence, and knows when not to answer.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (serve, mcp, ask, chat, ingest, search, batch):
    app.command()(command)
app.add_typer(models, name="models")
for extra in entry_points(group="medialis.commands"):  # commands that other packages bring, as eval does
    app.add_typer(extra.load(), name=extra.name)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"medialis {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """A health chatbot that answers from your guides, cites the sentence, and knows when not to answer."""


def main(args: list[str] | None = None) -> None:
    """Run the command line; exits."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        result = app(args or sys.argv[1:] or ["--help"], standalone_mode=False)
    except MedialisError as error:
        _fail(str(error), error.exit_code)
    except typer.TyperException as error:  # a wrong flag, a missing argument: typer says which
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "medialis"
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        _fail(f"{message} (see: {command} --help)", 2)
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing is left to say
        sys.exit(1)
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        _fail(f"unexpected {type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no details'}", 1)
    sys.exit(result if isinstance(result, int) else 0)


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"error: {' '.join(message.split())}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
