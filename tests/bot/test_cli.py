from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import load_settings


def medialis(*arguments: str, data: Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    import os

    known = {"MEDIALIS_DATA_DIR": str(data), "MEDIALIS_MODEL_DIR": str(load_settings().model_dir)}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | known | env,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("bogus",), 2, "bogus"),
        (("ask",), 2, "question"),
        (("ask", "--no-such-flag", "x"), 2, "--no-such-flag"),
        (("ask", "--extractive", "does it heal?"), 1, "medialis ingest"),
        (("search",), 2, "--jsonl"),
        (("batch", "missing.jsonl", "out.jsonl"), 2, "missing.jsonl"),
        (("ingest", "no/such/guide.md"), 1, "guide.md"),
    ],
)
def test_an_error_is_one_line_on_stderr(arguments: tuple[str, ...], code: int, says: str, tmp_path: Path) -> None:
    done = medialis(*arguments, data=tmp_path)
    assert done.returncode == code
    lines = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(lines) == 1
    assert says in lines[0]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    done = medialis("ask", "x", data=tmp_path, MEDIALIS_LOCAL="GB")
    assert done.returncode == 2
    assert "MEDIALIS_LOCAL" in done.stderr


def test_help_lists_the_commands(tmp_path: Path) -> None:
    said = medialis("--help", data=tmp_path).stdout
    assert all(name in said for name in ("serve", "ask", "chat", "ingest", "search", "batch", "models"))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("index")
    done = medialis("ingest", "--ready", data=data)
    assert done.returncode == 0
    assert "ready" in done.stderr
    assert len(list((load_settings().model_dir / "trained").glob("*.onnx"))) >= 2  # messages and questions
    return data


@pytest.mark.real
def test_json_is_pure_json_with_a_verbatim_quote(index: Path) -> None:
    done = medialis("ask", "--extractive", "--json", "How long does recovery take?", data=index)
    answer = json.loads(done.stdout)
    assert answer["kind"] == "answer"
    corpus = Path("corpus/vastus-medialis-knee-pain.md").read_text(encoding="utf-8")
    for citation in answer["citations"]:
        assert corpus[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.real
def test_batch_answers_resumes_and_survives_a_bad_line(index: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked = [
        json.dumps({"id": 1, "text": "does it heal on its own?"}),
        "not json",
        json.dumps(
            {"id": "b", "text": "and for long-standing pain?", "history": [["How long is recovery?", "Weeks."]]}
        ),
        json.dumps({"id": "c", "history": []}),
    ]
    source.write_text("\n".join(asked), encoding="utf-8")
    first = medialis("batch", str(source), str(target), "--extractive", data=index)
    assert first.returncode == 1
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["kind"] == "error") for row in rows] == [
        (1, False),
        ("line 2", True),
        ("b", False),
        ("line 4", True),
    ]
    with target.open("a", encoding="utf-8") as out:
        out.write('{"id": "cut sho')  # as a killed run leaves it
    source.write_text(
        "\n".join([asked[0], asked[2], json.dumps({"id": "new", "text": "should I rest?"})]), encoding="utf-8"
    )
    second = medialis("batch", str(source), str(target), "--extractive", data=index)
    assert second.returncode == 0
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [1, "b", "new"]


@pytest.mark.real
def test_search_reads_and_writes_lines(index: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "q", "text": "pain on the stairs"}\n', encoding="utf-8")
    assert medialis("search", "--jsonl", str(source), str(target), "-k", "3", data=index).returncode == 0
    row = json.loads(target.read_text(encoding="utf-8"))
    assert row["id"] == "q"
    assert len(row["hits"]) == 3
    assert set(row["hits"][0]) == {"guide", "section", "start", "end", "text", "score"}
    assert "stair" in row["hits"][0]["text"]


@pytest.mark.real
def test_chat_holds_a_conversation(index: Path) -> None:
    done = medialis("chat", "--extractive", data=index, stdin="does stretching alone fix it?\n\n")
    assert done.returncode == 0
    assert "strength and movement correction" in done.stdout
