"""How well the evidence gate tells what the guide answers from what it does not.

    python -m eval.bench.gate [--split dev|test] [--misses] [--no-questions] [--fit]

Over faq, false_premises, follow_ups and unanswerable: retrieval, FAQ match and gate as they ship; safety and the model
are left out. Abstention is the positive class: precision, recall and F1, then by suite and tag with Wilson intervals.
--no-questions takes the editor's questions away from the guide. --fit weighs the features anew and chooses the
threshold on the development split: on the editor's questions, each unknown to the index that it is asked of, and on
`gate_examples.yaml`, each unknown to the classifier. It writes `bot/steps/gate_weights.yaml`.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.app import Bot
from bot.knowledge.questions import SUFFIX
from bot.settings import load_settings
from bot.steps import gate as gate_module
from bot.steps.contextualise import contextualise
from bot.steps.gate import Gate, Weights
from bot.steps.told import Told, general_examples, guide_examples
from bot.types import Question
from eval.bench.setup import fresh_bot
from eval.cases import Case, Split, load_cases
from eval.intervals import wilson

SUITES = ("faq", "false_premises", "follow_ups", "unanswerable")
KEEP = 0.98  # of the answerable development cases must pass the threshold that --fit chooses
FOLDS = 5
Asked = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case, its score (1 when a FAQ answer matched), whether it was answered, and the time the gate took."""

    suite: str
    case: Case
    score: float
    answered: bool
    ms: float

    @property
    def answerable(self) -> bool:
        """Does the guide answer it?"""
        return self.case.expect.kind == "answer"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--misses", action="store_true", help="list what was decided wrongly (development split only)")
    parser.add_argument("--no-questions", action="store_true", help="without the editor's questions")
    parser.add_argument("--fit", action="store_true", help="weigh the features anew first")
    options = parser.parse_args()
    if options.fit:
        fit()
    with corpus(None if options.no_questions else lambda asked: asked) as folder, fresh_bot(folder) as bot:
        outcomes = run(bot, options.split)
    report(outcomes)
    if options.misses and options.split == "dev":
        for o in sorted(outcomes, key=lambda o: o.score):
            if o.answered != o.answerable:
                print(f"  {o.score:.2f} {'answered' if o.answered else 'abstained'} {o.case.id} {o.case.text!r}")


def run(bot: Bot, split: Split) -> list[Outcome]:
    """Decide every case of a split."""
    path = bot.path
    outcomes = []
    for suite in SUITES:
        for case in load_cases(suite, split):
            vector = bot.encoder.encode([case.text])[0]
            query = contextualise(case.question(), bot.encoder, vector)
            found = bot.retriever.search(query.text, 4, 8, query.vector)
            began = time.perf_counter()
            decision = path.gate.decide(query.text, found.sentences, None, np.stack([vector, query.vector]))
            ms = (time.perf_counter() - began) * 1e3
            faq = path.faq.match(query.vector)
            outcomes.append(
                Outcome(suite, case, 1.0 if faq else decision.score, faq is not None or decision.answerable, ms)
            )
    return outcomes


def report(outcomes: Sequence[Outcome]) -> None:
    """Print the table."""
    from sklearn.metrics import roc_auc_score

    missing, present = [[o for o in outcomes if o.answerable is yes] for yes in (False, True)]
    right = sum(not o.answered for o in missing)
    wrong = sum(not o.answered for o in present)
    precision, recall = right / max(1, right + wrong), right / max(1, len(missing))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    auroc = roc_auc_score([o.answerable for o in outcomes], [o.score for o in outcomes])
    print(f"abstention: precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  AUROC of the score {auroc:.3f}")
    line("unanswerable abstained", right, len(missing))
    line("answerable kept", len(present) - wrong, len(present))
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        groups[f"{o.suite} ({'kept' if o.answerable else 'abstained'})"].append(o)
    for name, group in groups.items():
        line(name, sum(o.answered == o.answerable for o in group), len(group))
    tags: dict[str, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        for tag in o.case.tags:
            tags[f"  {tag}"].append(o)
    for name, group in sorted(tags.items()):
        line(name, sum(o.answered == o.answerable for o in group), len(group))
    times = np.array([o.ms for o in outcomes])
    print(f"gate, ms: p50 {np.percentile(times, 50):.1f}, p95 {np.percentile(times, 95):.1f}, max {times.max():.1f}")


def line(name: str, hits: int, n: int) -> None:
    """One proportion with its interval."""
    low, high = wilson(hits, n)
    print(f"{name:<34}{hits:>4}/{n:<4}{hits / max(1, n):>7.1%}  [{low:.1%}, {high:.1%}]")


@contextmanager
def corpus(change: Any) -> Iterator[Path]:
    """A copy of the settings' corpus with each questions file as `change` makes it of its entries; None: without them."""
    source = load_settings().corpus_dir
    with tempfile.TemporaryDirectory(prefix="medialis-corpus-") as made:
        folder = Path(made) / "corpus"
        shutil.copytree(source, folder)
        for path in folder.rglob(f"*{SUFFIX}"):
            entries: Asked = yaml.safe_load(path.read_text(encoding="utf-8"))
            path.unlink()
            if change is not None:
                path.write_text(yaml.safe_dump(change(entries), allow_unicode=True), encoding="utf-8")
        yield folder


def fit() -> None:
    """Weigh the features, choose the threshold, and write both."""
    from sklearn.linear_model import LogisticRegression

    rows: list[dict[str, float]] = []
    labels: list[bool] = []
    weights: list[float] = []
    for questions in (True, False):
        for row, label, weight in _rows(questions):
            rows.append(row)
            labels.append(label)
            weights.append(weight)
    names = list(rows[0])
    values = np.array([[row[name] for name in names] for row in rows])
    centre, spread = values.mean(axis=0), values.std(axis=0)
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=3000)
    model.fit((values - centre) / spread, labels, sample_weight=weights)
    slopes = model.coef_[0] / spread
    bias = float(model.intercept_[0] - slopes @ centre)
    found = Weights(dict(zip(names, map(float, slopes), strict=True)), bias, 0.5)
    with fresh_bot() as bot:
        _use(bot, found)
        scores = [o.score for o in run(bot, "dev") if o.answerable]
    found = replace(found, threshold=float(np.quantile(scores, 1 - KEEP)))
    _write(found)
    print(f"standardised weights: {dict(zip(names, model.coef_[0].round(2), strict=True))}; {found}")


def _rows(questions: bool) -> Iterator[tuple[dict[str, float], bool, float]]:
    """Features, label and weight of every training question, asked of a guide with or without an editor's questions."""
    with corpus((lambda asked: asked) if questions else None) as folder, fresh_bot(folder) as bot:
        told = bot.path.gate._told
        examples = guide_examples()
        vectors = bot.encoder.encode(list(examples.questions))
        for n, judge in _unseen(bot, vectors, examples.told):
            gate = Gate(bot.encoder, judge, bot.index.get().catalog.guide_passages)
            # hand-written in readers' words, but fewer than the editor's
            yield _features(bot, gate, examples.questions[n]), bool(examples.told[n]), 3.0
    for fold in range(FOLDS if questions else 1):
        held: list[str] = []

        def without(entries: Asked, fold: int = fold, held: list[str] = held) -> Asked:
            kept: Asked = []
            for row, entry in enumerate(entries):
                out = [(row + n) % FOLDS == fold for n in range(len(entry["asked"]))]
                held += [q for q, leave in zip(entry["asked"], out, strict=True) if leave]
                kept.append({**entry, "asked": [q for q, leave in zip(entry["asked"], out, strict=True) if not leave]})
            return kept

        with corpus(without) as folder:
            for path in () if questions else folder.rglob(f"*{SUFFIX}"):
                path.unlink()
            with fresh_bot(folder) as bot:
                gate = Gate(bot.encoder, told, bot.index.get().catalog.guide_passages)
                for question in held:
                    yield _features(bot, gate, question), True, 1.0


def _unseen(bot: Bot, vectors: NDArray[np.float32], told: NDArray[np.bool_]) -> Iterator[tuple[int, Told]]:
    """Each guide example's number, with a classifier trained on the others of ten parts and the general examples."""
    general = general_examples()
    known = bot.encoder.encode(list(general.questions))
    part = np.random.default_rng(0).permutation(len(told)) % 10
    for n in range(10):
        rest = part != n
        judge = Told.train(np.vstack([known, vectors[rest]]), np.concatenate([general.told, told[rest]]))
        for index in np.flatnonzero(~rest):
            yield int(index), judge


def _features(bot: Bot, gate: Gate, text: str) -> dict[str, float]:
    query = contextualise(Question(text), bot.encoder)
    found = bot.retriever.search(query.text, 4, 8, query.vector)
    return gate.features(query.text, found.sentences, query.vector[None])[0]


def _use(bot: Bot, weights: Weights) -> None:
    """Let the bot's gate decide with `weights`."""
    bot.path.gate._weights = weights


def _write(weights: Weights) -> None:
    """Write the weights where the gate reads them."""
    path = Path(gate_module.__file__).with_name("gate_weights.yaml")
    content = {
        "features": {name: round(value, 4) for name, value in weights.features.items()},
        "bias": round(weights.bias, 4),
        "threshold": round(weights.threshold, 4),
    }
    head = "# Written by `python -m eval.bench.gate --fit`; see there what it is fitted on.\n"
    path.write_text(head + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    gate_module.shipped_weights.cache_clear()


if __name__ == "__main__":
    main()
