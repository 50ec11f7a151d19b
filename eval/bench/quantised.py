"""What reading messages in 8-bit integers costs and gains, against the same reader in full precision.

    python -m eval.bench.quantised [--split dev] [--limit 600]

Both graphs are made anew in a temporary folder. Prints how far the odds of danger and the likeliest kind of message move,
and the time of one message as a ratio; two cores are shared, so compare the ratio.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bot.knowledge.tuned import Mpnet
from bot.llm.store import Store
from bot.safety.classify import ENCODER, READER
from bot.safety.examples import ALARM, ROUTER
from bot.settings import load_settings
from eval.bench.safety_cases import cases


class Full(Mpnet):
    """The same reader in full precision."""

    quantised = False


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", default="dev", choices=("dev", "test"))
    parser.add_argument("--limit", type=int, default=600, help="messages, evenly spread over the suites")
    options = parser.parse_args()
    texts = [case.question.text for case in cases(options.split)]
    texts = texts[:: max(1, len(texts) // options.limit)]
    model = Store(load_settings().model_dir).path(ENCODER)
    with tempfile.TemporaryDirectory(prefix="medialis-bench-") as made:
        readers = [kind(model, "bot.safety", READER, Path(made, kind.__name__)) for kind in (Full, Mpnet)]
        said = [reader.logits(texts) for reader in readers]
        times = _times(readers, texts)
    full, small = (_danger(heads[ALARM]) for heads in said)
    moved = np.abs(full - small)
    kinds = [[max(logits, key=lambda name: logits[name]) for logits in heads[ROUTER]] for heads in said]
    other = sum(one != two for one, two in zip(*kinds, strict=True))
    print(f"{len(texts)} messages: log-odds of danger move by {moved.mean():.3f}, p99 {np.quantile(moved, 0.99):.2f};")
    print(f"{int(((full > 0) != (small > 0)).sum())} change sides at even odds, {other} are taken for another kind")
    print(
        f"one message, median: {times[0]:.1f} ms in full, {times[1]:.1f} ms in 8 bits, {times[0] / times[1]:.1f} times"
    )


def _danger(logits: Sequence[Mapping[str, float]]) -> np.ndarray:
    """The log-odds of any danger."""
    return np.array(
        [np.logaddexp.reduce([v for name, v in row.items() if name != "none"]) - row["none"] for row in logits]
    )


def _times(readers: Sequence[Mpnet], texts: Sequence[str]) -> list[float]:
    """The median milliseconds of CPU for a message by itself, the readers in turn."""
    spent: list[list[float]] = [[] for _ in readers]
    for text in texts[:200]:
        for own, reader in zip(spent, readers, strict=True):
            began = time.process_time()
            reader.encode([text])
            own.append((time.process_time() - began) * 1e3)
    return [float(np.median(own)) for own in spent]


if __name__ == "__main__":
    main()
