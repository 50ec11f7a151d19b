"""What the model should compose from: the best sentences, or the whole passages they stand in.

    python -m eval.bench.compose [--limit 30] [--model qwen2.5-coder-0.5b]

Over questions of the development split that get past the gate and are no FAQ's: of the drafts a reply shows, whether one
cites a sentence that answers; how many drafts are made, stand as written, are quoted instead, or are dropped; seconds a reply.
What is quoted beside a composed answer is left out.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answer import EVIDENCE, PASSAGES, SENTENCES, Path
from bot.llm.protocol import ChatModel
from bot.safety.ground import check_support
from bot.safety.shortened import shortened
from bot.safety.stated import seconded
from bot.steps.compose import compose, judge
from bot.steps.evidence import Evidence
from bot.steps.quote import quoted
from eval.bench.gate import line
from eval.bench.setup import fresh_bot
from eval.cases import Case, load_cases
from eval.metrics.gold import holds_gold

WHOLE = 2  # passages read whole: about what fits a prompt that two cores read in five seconds


@dataclass(frozen=True, slots=True)
class Composed:
    """What became of each draft of one reply, whether one that is shown cites what answers, and how long it took."""

    drafts: Counter[str]
    answers: bool
    seconds: float


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=30, help="questions, evenly drawn")
    parser.add_argument("--model", default="qwen2.5-coder-1.5b")
    options = parser.parse_args()
    with fresh_bot(extractive=False, llm=options.model) as bot:
        path, llm = bot.path, bot.path.llm
        if llm is None:
            parser.error("the settings name no language model")
        asked = list(_asked(path, load_cases("faq", "dev")))
        asked = asked[:: max(1, len(asked) // options.limit)][: options.limit]
        for name, source in SOURCES.items():
            report(name, [reply(path, llm, case, query, source(best)) for case, query, best in asked])


def sentences(best: Sequence[Evidence]) -> list[Evidence]:
    """What ships: the best sentences, in the guide's order."""
    return quoted(best, EVIDENCE)


def passages(best: Sequence[Evidence]) -> list[Evidence]:
    """Every sentence of the passages that the best sentences stand in."""
    read = list({item.passage.id: item.passage for item in best}.values())[:WHOLE]
    return [
        Evidence(passage, s.start, s.end, passage.text[s.start - passage.start : s.end - passage.start])
        for passage in sorted(read, key=lambda passage: passage.start)
        for s in passage.sentences
    ]


SOURCES: Mapping[str, Callable[[Sequence[Evidence]], list[Evidence]]] = {"sentences": sentences, "passages": passages}


def reply(path: Path, llm: ChatModel, case: Case, query: str, evidence: Sequence[Evidence]) -> Composed:
    """Compose and ground one reply."""
    began, seen, answers = time.perf_counter(), Counter[str](), False
    with llm.turn() as turn:
        while turn.wait(1.0):
            continue
        asked = seconded(judge(turn), path.stated) if path.stated else judge(turn)
        for draft in compose(query, evidence, turn):
            support = check_support(draft.text, [item.text for item in draft.cited], asked, question=query)
            cited = [draft.cited[i].text for i in support.stands_on]
            own = len(cited) == 1 and shortened(draft.text, cited[0])
            seen["dropped" if not support.supported else "shown" if own else "quoted instead"] += 1
            answers = answers or (support.supported and any(holds_gold(case, text) for text in cited))
    return Composed(seen, answers, time.perf_counter() - began)


def report(name: str, replies: Sequence[Composed]) -> None:
    """Print one source's figures."""
    drafts = sum((each.drafts for each in replies), Counter[str]())
    seconds = np.array([each.seconds for each in replies])
    line(f"from {name}: an answer is cited", sum(each.answers for each in replies), len(replies))
    print(
        f"  drafts {dict(drafts)}; seconds p50 {np.percentile(seconds, 50):.1f}, p95 {np.percentile(seconds, 95):.1f}"
    )


def _asked(path: Path, cases: Sequence[Case]) -> Iterator[tuple[Case, str, tuple[Evidence, ...]]]:
    for case in cases:
        query = path.query(case.question())
        found = path.retriever.search(query, PASSAGES, SENTENCES)
        if not case.gold or path.faq.match(query.own) or path.faq.match(query.vector):
            continue
        decision = path.gate.decide(query.text, found.sentences, None, np.stack([query.own, query.vector]))
        if decision.answerable and not query.presumes:
            yield case, query.text, decision.evidence


if __name__ == "__main__":
    main()
