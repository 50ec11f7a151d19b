"""The local judge of support: one pinned model, apart from the one that answers, whose grades are kept in a file."""

from __future__ import annotations

import json
import os
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

from bot.errors import LLMUnavailable
from bot.llm.catalogue import load_catalogue
from bot.llm.client import connect
from bot.llm.protocol import ChatModel
from bot.llm.store import Store
from bot.settings import Settings
from bot.steps.compose import judge as asking
from eval.provenance import digest, prompt_hash


def judge_model() -> str:
    """The name of the model that judges, in the catalogue."""
    return str(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["model"])


class Judge:
    """(evidence, claim) → probability; the model is connected at the first question nobody asked before.

    Grades are kept under the hash of model and prompts. Thread-safe. Raises LLMError when there is no readable grade.
    """

    def __init__(self, make: Callable[[], ChatModel | None], folder: Path, *, ours: bool = True) -> None:
        self._make = make
        self._ours = ours  # to close
        self._model: ChatModel | None = None
        self._path = folder / f"{digest(load_catalogue()[judge_model()].files[0].sha256, prompt_hash())}.jsonl"
        self._lock = threading.Lock()
        self._known = self._read()

    @classmethod
    def none(cls) -> Judge:
        """A judge that is not there: what only it could grade stays unscored."""
        return cls(lambda: None, Path(os.devnull))

    def __call__(self, evidence: str, claim: str) -> float:
        """The probability that `evidence` states `claim`, 0 to 1. Raises LLMError."""
        with self._lock:
            known = self._known.get((evidence, claim))
            if known is None:
                known = self._ask(evidence, claim)
                self._known[evidence, claim] = known
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a", encoding="utf-8") as out:
                    out.write(json.dumps([evidence, claim, known], ensure_ascii=False) + "\n")
            return known

    def close(self) -> None:
        """Stop the model, unless it is the answering one's to stop."""
        close = getattr(self._model, "close", None)
        if close and self._ours:
            close()

    def _ask(self, evidence: str, claim: str) -> float:
        self._model = self._model or self._make()
        if self._model is None:
            raise LLMUnavailable("there is no judge")
        return asking(self._model)(evidence, claim)

    def _read(self) -> dict[tuple[str, str], float]:
        known: dict[tuple[str, str], float] = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").split("\n"):
                try:
                    evidence, claim, probability = json.loads(line)
                except ValueError:
                    continue  # the line a kill cut short
                known[evidence, claim] = probability
        return known


def pinned_judge(settings: Settings, shared: Callable[[], ChatModel | None] | None, folder: Path) -> Judge:
    """The judge; `shared` gives the answering model where it is the very same, so that it is not loaded twice."""
    if shared is not None and settings.llm == judge_model() and not settings.llm_base_url:
        return Judge(shared, folder, ours=False)
    chosen = settings.model_copy(update={"llm": judge_model(), "llm_base_url": None})
    return Judge(lambda: connect(chosen, Store(settings.model_dir)), folder)
