"""The documents say what is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "corpus/README.md"]


def test_every_setting_has_its_heading() -> None:
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(Settings.model_fields)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_make_targets_the_readme_names_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)`", README)) | {c.split()[1] for c in COMMANDS if c.startswith("make ")}
    assert named
    assert named <= targets


@pytest.mark.real
@pytest.mark.parametrize("command", [c for c in COMMANDS if c.split()[:1] in (["medialis"], ["python"])])
def test_the_readmes_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.settings import load_settings

    monkeypatch.setenv("MEDIALIS_MODEL_DIR", str(load_settings().model_dir))
    monkeypatch.setenv("MEDIALIS_CORPUS_DIR", str(ROOT / "corpus"))
    monkeypatch.setenv("MEDIALIS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "questions.jsonl").write_text('{"id": 1, "text": "does stretching alone fix it?"}\n', encoding="utf-8")
    medialis = [sys.executable, "-m", "bot.cli"]
    subprocess.run([*medialis, "ingest"], check=True, cwd=tmp_path, capture_output=True)
    words = shlex.split(command)
    words[:1] = medialis if words[0] == "medialis" else [sys.executable]
    if command.startswith("medialis eval faq"):
        words += ["--limit", "3"]  # the whole suites take minutes
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, input="")
    assert done.returncode == 0, done.stderr
