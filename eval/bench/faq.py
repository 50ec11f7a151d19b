"""How often a FAQ answer comes back word for word when it is asked for, and only then.

    python -m eval.bench.faq [--split dev|test] [--misses]

verbatim_faq: matched, and with the right answer. not_verbatim: look-alikes that ask something else; "harmless" are
those whose gold holds a sentence of the answer matched. Others: every other case of faq, false_premises, follow_ups
and unanswerable. The last lines show what other limits of the match's score would give.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.app import Bot
from bot.knowledge.markup import plain
from bot.steps.contextualise import contextualise
from bot.steps.verbatim import SURE
from eval.bench.gate import SUITES, line
from eval.bench.setup import fresh_bot
from eval.cases import Case, Split, load_cases


@dataclass(frozen=True, slots=True)
class Match:
    """The best FAQ pair for a case: its score, and whether the answer holds all, or any, of the case's gold."""

    case: Case
    score: float
    right: bool
    harmless: bool


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--misses", action="store_true", help="list what went wrong (development split only)")
    options = parser.parse_args()
    with fresh_bot() as bot:
        matches = run(bot, options.split)
    report(matches, SURE)
    for limit in (-0.6, -0.4, -0.2, 0.2, 0.4):
        print(f"\nwith limit {limit}:")
        report(matches, limit)
    if options.misses and options.split == "dev":
        for match in sorted(matches, key=lambda m: -m.score):
            wanted = "verbatim_faq" in match.case.tags
            if wanted != (match.score >= SURE) or (wanted and not match.right):
                print(f"  {match.score:.2f} {match.case.id} {match.case.text!r}")


def run(bot: Bot, split: Split) -> list[Match]:
    """The best FAQ pair for every case of a split."""
    faqs = [faq for faq in bot.index.get().catalog.faqs() if faq.sentences]
    matcher = bot.path.faq
    found = []
    for suite in SUITES:
        for case in load_cases(suite, split):
            scores = matcher.scores(contextualise(case.question(), bot.encoder).vector)
            best = int(np.argmax(scores))
            answer = {plain(sentence.text) for sentence in faqs[best].sentences}
            gold = {plain(sentence) for sentence in case.gold}
            found.append(Match(case, float(scores[best]), bool(gold) and gold <= answer, bool(gold & answer)))
    return found


def report(matches: Sequence[Match], limit: float) -> None:
    """Print the three proportions."""
    asked = [m for m in matches if "verbatim_faq" in m.case.tags]
    alike = [m for m in matches if "not_verbatim" in m.case.tags]
    other = [m for m in matches if not {"verbatim_faq", "not_verbatim"} & set(m.case.tags)]
    line("verbatim_faq matched and right", sum(m.score >= limit and m.right for m in asked), len(asked))
    line("not_verbatim matched", sum(m.score >= limit for m in alike), len(alike))
    line("  of those not harmless", sum(m.score >= limit and not m.harmless for m in alike), len(alike))
    line("others matched", sum(m.score >= limit for m in other), len(other))
    line("  of those not harmless", sum(m.score >= limit and not m.harmless for m in other), len(other))


if __name__ == "__main__":
    main()
