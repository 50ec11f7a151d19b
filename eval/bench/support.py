"""How well step 9 tells supported claims from altered ones, over eval/suites/support_pairs.

    python -m eval.bench.support [--split dev|test] [--no-llm] [--cache FILE] [--misses]
    python -m eval.bench.support --fit [--cache FILE]     # dev: choose weight and threshold, write policy/support.yaml

`passed` counts altered claims that would be shown, `kept` supported ones; AUROC is of the whole check, a claim that a
rule stops scoring 0.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

import bot.safety
from bot.app import Bot
from bot.llm.client import connect
from bot.llm.store import Store
from bot.safety.ground import Judge, check_support, threshold
from bot.safety.quantities import added_quantity
from bot.safety.stated import seconded
from bot.settings import load_settings
from bot.steps.compose import judge as model_judge
from eval.cases import Split, SupportPair, load_support_pairs
from eval.intervals import wilson

TOPIC = "Vastus Medialis Knee Pain: A Practical, Evidence-Informed Guide for Long-Term Relief"  # the pairs' guide
POLICY = Path(bot.safety.__file__).parent / "policy" / "support.yaml"
PASSED_AT_MOST = 0.01
# Rules were written with the first dev pairs in sight and will miss more of what nobody has seen: of altered claims that a
# rule stops there, this share is taken to reach the judge elsewhere. Numbers are a matter of counting: a rule is a rule.
# Of pairs by STRANGERS, which came later, the rules stop what they stop.
ESCAPES, NUMBERS_ESCAPE = 0.10, 0.03
STRANGERS = "strangers"
FOLDS = 8
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)  # tried for the second opinion

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair with the judge's best probability (before any rule) and what the rules object, None if nothing."""

    pair: SupportPair
    probability: float
    objection: str | None

    @property
    def score(self) -> float:
        """What is compared with the threshold."""
        return 0.0 if self.objection else self.probability


class Cached:
    """A judge that remembers its answers in a file, and the time of those it asked for."""

    def __init__(self, judge: Judge, path: Path | None) -> None:
        self._judge, self._path = judge, path
        self._known: dict[str, float] = json.loads(path.read_text("utf-8")) if path and path.is_file() else {}
        self.ms: list[float] = []

    def __call__(self, evidence: str, claim: str) -> float:
        """The probability that `evidence` states `claim`."""
        key = f"{evidence}\n{claim}"
        if key not in self._known:
            began = time.perf_counter()
            self._known[key] = self._judge(evidence, claim)
            self.ms.append((time.perf_counter() - began) * 1e3)
            if self._path:
                self._path.write_text(json.dumps(self._known), "utf-8")
        return self._known[key]


def rate(pairs: Sequence[SupportPair], judge: Judge | None, everything: bool = False) -> list[Scored]:
    """Score every pair as the path would, or judge `everything`: each set of texts it may ask about, and what a rule stops."""
    out = []
    for pair in pairs:
        asked: list[float] = []

        def ask(evidence: str, claim: str, asked: list[float] = asked) -> float:
            asked.append(judge(evidence, claim) if judge else 0.0)
            return 0.0 if everything else asked[-1]  # without a yes the next set is asked about

        support = check_support(pair.claim, pair.context, ask, topic=TOPIC)
        if support.supported and not asked:
            out.append(Scored(pair, 1.0, None))
            continue
        objection = None if asked else support.reason
        if objection and everything and judge:
            asked.append(judge(" ".join(pair.context), pair.claim))
        out.append(Scored(pair, max(asked, default=0.0), objection))
    return out


def expected(scored: Sequence[Scored], at: float) -> float:
    """The share of altered claims expected to pass elsewhere at a threshold, rules escaped from as assumed above."""
    altered = [s for s in scored if not s.pair.supported]
    return sum(_escape(s) for s in altered if s.probability >= at) / len(altered)


def fit(scored: Sequence[Scored]) -> float:
    """The lowest threshold at which no more than PASSED_AT_MOST of the altered are expected to pass."""
    steps = [step / 100 for step in range(30, 99)]
    return next((at for at in steps if expected(scored, at) <= PASSED_AT_MOST), steps[-1])


def cross_validated(scored: Sequence[Scored]) -> tuple[int, int]:
    """(kept, passed) when each fold, whole contexts together, meets the threshold of the others."""
    contexts = sorted({s.pair.context[0] for s in scored})
    kept = passed = 0
    for fold in range(FOLDS):
        out = set(contexts[fold::FOLDS])
        at = fit([s for s in scored if s.pair.context[0] not in out])
        shown = [s.pair.supported for s in scored if s.pair.context[0] in out and s.score >= at]
        kept += sum(shown)
        passed += len(shown) - sum(shown)
    return kept, passed


def auroc(scored: Sequence[Scored], score: Callable[[Scored], float]) -> float:
    """The chance that a supported claim scores higher than an altered one (Hanley and McNeil 1982)."""
    yes = np.array([score(s) for s in scored if s.pair.supported])[:, None]
    no = np.array([score(s) for s in scored if not s.pair.supported])[None, :]
    return float(np.mean((yes > no) + 0.5 * (yes == no)))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--no-llm", action="store_true", help="the rules alone")
    parser.add_argument("--fit", action="store_true", help="choose the threshold (development split only)")
    parser.add_argument("--cache", type=Path, help="JSON file that keeps the model's answers")
    parser.add_argument("--misses", action="store_true", help="list what went wrong (development split only)")
    options = parser.parse_args()
    split = cast(Split, "dev" if options.fit else options.split)
    pairs = load_support_pairs(split)
    if options.no_llm:
        _report_rules(rate(pairs, None))
        return
    settings = load_settings()
    llm = connect(settings, Store(settings.model_dir))
    if llm is None:
        parser.error("the settings name no language model; use --no-llm")
    judge = Cached(model_judge(llm), options.cache)
    second = cache(Bot(settings).stated)
    try:
        if options.fit:
            tried = {counts: rate(pairs, seconded(judge, second, counts), everything=True) for counts in WEIGHTS}
            counts = max(tried, key=lambda counts: cross_validated(tried[counts])[0])
            scored = tried[counts]
            _write_policy(tried, counts)
        else:
            scored = rate(pairs, seconded(judge, second))
    finally:
        llm.close()
    _report(scored, threshold() if not options.fit else fit(scored), split)
    if judge.ms:
        print(
            f"{len(judge.ms)} judgements: p50 {np.percentile(judge.ms, 50):.0f} ms, p95 {np.percentile(judge.ms, 95):.0f} ms"
        )
    if options.misses and split == "dev":
        _list_misses(scored, threshold())


def _report_rules(scored: Sequence[Scored]) -> None:
    for kind, group in _by_kind(scored):
        print(_line(f"stopped by a rule: {kind}", sum(s.objection is not None for s in group), len(group)))


def _report(scored: Sequence[Scored], at: float, split: str) -> None:
    supported = [s for s in scored if s.pair.supported]
    altered = [s for s in scored if not s.pair.supported]
    print(f"support_pairs/{split}, judge's yes from {at:.2f}")
    print(f"AUROC {auroc(scored, lambda s: s.score):.3f}")
    print(_line("kept of supported", sum(s.score >= at for s in supported), len(supported)))
    print(_line("passed of altered", sum(s.score >= at for s in altered), len(altered)))
    print(_line("altered stopped by a rule", sum(s.objection is not None for s in altered), len(altered)))
    for kind, group in _by_kind(scored):
        print(_line(f"shown: {kind}", sum(s.score >= at for s in group), len(group)))
    print("threshold  kept  passed")
    for step in (n / 100 for n in range(40, 96, 5)):
        shown = [np.mean([s.score >= step for s in group]) for group in (supported, altered)]
        print(f"{step:9.2f} {shown[0]:5.1%} {shown[1]:6.1%}")


def _write_policy(tried: Mapping[float, Sequence[Scored]], counts: float) -> None:
    for each, scored in tried.items():
        kept, passed = cross_validated(scored)
        supported = sum(s.pair.supported for s in scored)
        print(_line(f"cross-validated, weight {each}: kept of supported", kept, supported))
        print(_line(f"cross-validated, weight {each}: passed of altered", passed, len(scored) - supported))
    at = fit(tried[counts])
    POLICY.write_text(
        "# What the second opinion counts beside the judge's, and the least probability of both that counts as a yes. Chosen by\n"
        f"# `python -m eval.bench.support --fit` on the {len(tried[counts])} dev pairs: of the thresholds the lowest at which at most\n"
        f"# {PASSED_AT_MOST:.0%} of altered claims are expected to pass, taking it that {ESCAPES:.0%} of those the rules stop among the older pairs\n"
        f"# ({NUMBERS_ESCAPE:.0%} of altered numbers) would get past them elsewhere; of the weights the one that then keeps most.\n"
        f'weight: "{counts}"\n'
        f'threshold: "{at:.2f}"\n',
        encoding="utf-8",
    )


def _list_misses(scored: Sequence[Scored], at: float) -> None:
    for s in sorted(scored, key=lambda s: (s.pair.supported, -s.probability)):
        if (s.score >= at) != s.pair.supported:
            print(
                f"{s.pair.kind} {s.probability:.2f} {s.objection or ''}\n   {s.pair.claim}\n   << {' | '.join(s.pair.context)}"
            )


def _escape(scored: Scored) -> float:
    if scored.objection is None:
        return 1.0
    if STRANGERS in scored.pair.tags:
        return 0.0
    numeric = added_quantity(scored.pair.claim, " ".join(scored.pair.context)) is not None
    return NUMBERS_ESCAPE if numeric else ESCAPES


def _by_kind(scored: Iterable[Scored]) -> list[tuple[str, list[Scored]]]:
    groups: dict[str, list[Scored]] = {}
    for s in scored:
        groups.setdefault(s.pair.kind, []).append(s)
    return sorted(groups.items())


def _line(name: str, hits: int, n: int) -> str:
    low, high = wilson(hits, n)
    return f"{name:42}{hits:4}/{n:<4} {hits / n:6.1%}  [{low:.1%}, {high:.1%}]"


if __name__ == "__main__":
    main()
