from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bot.settings import load_settings
from eval.cases import load_cases
from eval.cli import app
from tests.bot.test_privacy import run_without_exit

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "corpus" / "vastus-medialis-knee-pain.md"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIALIS_MODEL_DIR", str(load_settings().model_dir))
    monkeypatch.setenv("MEDIALIS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def medialis(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.cli", "eval", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def call(*arguments: str) -> None:
    """The command in this process; raises what it raises."""
    app(list(arguments), standalone_mode=False)


def test_help_names_the_options_of_a_run_and_the_other_commands(capsys: pytest.CaptureFixture[str]) -> None:
    call("--help")
    said = capsys.readouterr().out
    assert all(option in said for option in ("--quick", "--split", "--system", "--against", "--repeat", "--json"))
    assert all(command in said for command in ("view", "new", "csv", "gaps", "table"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("elbow",), "there is no suite 'elbow'"),
        (("faq", "--system", "openai"), "--base-url"),
        (("faq", "--mode", "fast"), "fast"),
        (("new", "nowhere.md"), "nowhere.md"),
        (("csv", "export", "support_pairs", "x.csv"), "pairs"),
        (("--against", "never"), "no run 'never'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], says: str, data: Path) -> None:
    done = medialis(*arguments)
    assert done.returncode in (1, 2)
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_suite_goes_to_a_spreadsheet_and_back(data: Path, tmp_path: Path) -> None:
    call("csv", "export", "follow_ups", str(tmp_path / "f.csv"))
    call("csv", "import", str(tmp_path / "f.csv"), "mine")
    assert load_cases("mine", "dev", root=data / "suites") == load_cases("follow_ups", "dev")


def test_a_guide_gets_a_suite(data: Path) -> None:
    call("new", str(GUIDE), "--name", "knee")
    cases = load_cases("knee", "dev", root=data / "suites")
    text = GUIDE.read_text(encoding="utf-8")
    assert sum("verbatim_faq" in case.tags for case in cases) == 4
    assert all(gold in text for case in cases for gold in case.gold)


@pytest.mark.real
def test_a_run_is_reported_compared_and_sends_nothing_out(data: Path, tmp_path: Path) -> None:
    assert "exit 0" in run_without_exit(sys.executable, "-m", "bot.cli", "ingest")
    run = ("faq", "red_flags", "support_pairs", "--mode", "extractive", "--split", "dev", "--limit", "12")
    said = run_without_exit(sys.executable, "-m", "bot.cli", "eval", *run)
    assert "exit 0 outward 0" in said
    (folder,) = (data / "eval" / "runs").iterdir()
    assert "Red flags recognised" in (folder / "report.html").read_text(encoding="utf-8")
    again = medialis(*run, "--against", "last", "--json", "--junit", str(tmp_path / "junit.xml"))
    assert again.returncode == 0, again.stderr
    figures = {one["metric"]: one for one in json.loads(again.stdout)["estimates"]}
    assert figures["red_flag_recall"]["value"] > 0.9
    assert figures["faithfulness"]["value"] == 1
    assert ET.parse(tmp_path / "junit.xml").getroot().find("testsuite") is not None


@pytest.mark.real
def test_a_limit_that_is_not_met_ends_with_1(data: Path, tmp_path: Path) -> None:
    limits = tmp_path / "limits.toml"
    limits.write_text("[[gate]]\nmetric = 'latency_p50'\nmax = 0.0\nleast = 1\nwhy = 'Impossible.'\n", encoding="utf-8")
    assert (
        subprocess.run(
            [sys.executable, "-m", "bot.cli", "ingest"], cwd=ROOT, check=False, capture_output=True
        ).returncode
        == 0
    )
    done = medialis("faq", "--mode", "extractive", "--split", "dev", "--limit", "8", "--thresholds", str(limits))
    assert done.returncode == 1
    assert "BELOW THE LIMIT" in done.stdout
    assert "Impossible." in done.stdout


@pytest.mark.real
def test_readers_questions_become_a_report_of_gaps(data: Path, tmp_path: Path) -> None:
    from bot.web.feedback import FILE, Feedback, FeedbackStore

    store = FeedbackStore(data / FILE)
    for question in ("which brace should I buy?", "what brace to buy", "how do I tape it?"):
        store.add(Feedback("down", question, {"kind": "abstain", "response": "no"}))
    store.add(Feedback("up", "does it heal?", {"kind": "answer", "response": "yes"}))
    assert (
        subprocess.run(
            [sys.executable, "-m", "bot.cli", "ingest"], cwd=ROOT, check=False, capture_output=True
        ).returncode
        == 0
    )
    done = medialis("gaps", "--json", "--out", str(tmp_path / "gaps" / "dev.jsonl"))
    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout)[0]
    assert set(first["questions"]) == {"which brace should I buy?", "what brace to buy"}
    assert first["nearest"]["section"]
    assert len(load_cases("gaps", "dev", root=tmp_path)) == 3
