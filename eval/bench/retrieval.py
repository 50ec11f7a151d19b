"""How often retrieval finds what answers: passage hit@k and sentence hit@k.

    python -m eval.bench.retrieval [--split dev|test] [--suite faq|follow_ups] [--misses]

A passage is a hit when it holds a gold sentence, a sentence when it is one; success@k over cases, not recall. Lines:
fused (what ships), dense alone and BM25 alone; for follow_ups also the case's hand-written standalone query and the
message with its history pasted in front.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from bot.app import Bot
from bot.knowledge.markup import plain
from bot.knowledge.query import Query
from bot.knowledge.vectors import passage_of
from bot.types import Passage
from eval.bench.setup import fresh_bot
from eval.cases import Case, load_cases

Find = Callable[[Query, int], list[Passage]]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--suite", choices=("faq", "follow_ups"), default="faq")
    parser.add_argument("--misses", action="store_true", help="list what was missed (development split only)")
    options = parser.parse_args()
    cases = [case for case in load_cases(options.suite, options.split) if case.gold]
    with fresh_bot() as bot:
        print(f"{options.suite}/{options.split}: {len(cases)} cases, {bot.index.get().catalog.count()} passages")
        print(f"{'':24}" + "".join(f"passage@{k} " for k in (1, 3, 5)) + "sentence@1 sentence@5")
        for name, query in _queries(bot, options.suite).items():
            queries = [query(case) for case in cases]
            for ranking, find in _rankings(bot).items():
                if name != "as shipped" and ranking != "fused":
                    continue
                _report(bot, f"{name}, {ranking}", cases, queries, find, options.misses and options.split == "dev")


def _queries(bot: Bot, suite: str) -> dict[str, Callable[[Case], Query]]:
    def encoded(text: str) -> Query:
        return Query.alone(text, bot.encoder)

    shipped = {"as shipped": lambda case: bot.path.query(case.question())}
    if suite == "faq":
        return shipped
    return shipped | {
        "message alone": lambda case: encoded(case.text),
        "history pasted": lambda case: encoded(" ".join([*(q for q, _ in case.history), case.text])),
        "written standalone": lambda case: encoded(case.standalone or case.text),
    }


def _rankings(bot: Bot) -> dict[str, Find]:
    def fused(query: Query, k: int) -> list[Passage]:
        return [hit.passage for hit in bot.retriever.search(query, k).hits]

    def alone(ids: Sequence[tuple[str, float]]) -> list[Passage]:
        order = list(dict.fromkeys(passage_of(id_) for id_, _ in ids))
        found = bot.index.get().catalog.passages(order)
        return [found[id_] for id_ in order]

    return {
        "fused": fused,
        "dense alone": lambda query, k: alone(bot.index.get().vectors.nearest(query.vector, 20 * k))[:k],
        "BM25 alone": lambda query, k: alone(bot.index.get().words.search(query.text, k)),
    }


def _report(bot: Bot, name: str, cases: Sequence[Case], queries: Sequence[Query], find: Find, misses: bool) -> None:
    passage_at = dict.fromkeys((1, 3, 5), 0)
    sentence_at = dict.fromkeys((1, 5), 0)
    missed = []
    for case, query in zip(cases, queries, strict=True):
        found = find(query, 5)
        gold = {plain(sentence) for sentence in case.gold}
        for k in passage_at:
            passage_at[k] += any(gold & {plain(s.text) for s in passage.sentences} for passage in found[:k])
        sentences = bot.retriever.search(query, 5, 5).sentences
        for k in sentence_at:
            sentence_at[k] += any(plain(hit.sentence.text) in gold for hit in sentences[:k])
        if not any(plain(hit.sentence.text) in gold for hit in sentences):
            missed.append((case, sentences))
    n = len(cases)
    print(
        f"{name:24}"
        + "".join(f"{v / n:9.3f} " for v in passage_at.values())
        + "".join(f"{v / n:10.3f} " for v in sentence_at.values())
    )
    if misses:
        for case, sentences in missed:
            print(
                f"  {case.id} {case.text!r}\n     gold: {case.gold[0][:100]}\n     got:  {sentences[0].sentence.text[:100] if sentences else None}"
            )


if __name__ == "__main__":
    main()
