"""`medialis eval view`: inspect-ai's log viewer, on this machine only."""

from __future__ import annotations

import os
from typing import Annotated

import typer


def view(port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens, on 127.0.0.1.")] = 7575) -> None:
    """Open inspect-ai's log viewer over all runs: every message, score and time of every case."""
    from bot.commands.output import stderr
    from bot.errors import InputError
    from bot.settings import load_settings
    from eval.runs import runs_dir

    folder = runs_dir(load_settings().data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["XDG_DATA_HOME"] = str(folder.parent / "inspect")
    try:
        # not inspect_ai.view(): it ends whatever process a stale note of it names
        from inspect_ai._view.fastapi_server import view_server
        from inspect_ai._view.network import resolve_viewer_network_policy
    except ImportError as error:
        raise InputError("this needs inspect-ai", hint="pip install 'medialis[eval]'") from error
    stderr().print(f"http://127.0.0.1:{port} (Ctrl-C ends it)", markup=False)
    policy = resolve_viewer_network_policy(
        bind_host="127.0.0.1",
        port=port,
        trusted_hosts=(),
        trusted_origins=(),
        authorization=None,
        unsafe_allow_unauthenticated=False,
    )
    view_server(log_dir=str(folder), recursive=True, host="127.0.0.1", port=port, network_policy=policy)
