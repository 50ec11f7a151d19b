"""Ingest against the bare encoder on the same passages, and the ratio of the two.

python -m eval.bench.encoder [--corpus DIR]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bot.knowledge.embed import MiniLM
from bot.knowledge.ingest import vector_texts
from eval.bench.setup import fresh_bot


def main() -> None:
    """Run and print; both parts run one after the other in this process, so compare the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="a folder of guides; the settings' corpus by default")
    options = parser.parse_args()
    with fresh_bot(options.corpus, ingest=False) as bot:
        bot.encoder.encode(["warm up"])
        first = bot.ingest()
        again = bot.ingest()
        texts = [
            text
            for entry in bot.index.get().catalog.each()
            for passage in entry.passages
            for text in vector_texts(entry.guide.title, passage).values()
        ]
        encoder = MiniLM(bot.encoder.model, bot.settings.threads_batch)
        encoder.encode(["warm up"])
        began = time.perf_counter()
        encoder.encode(texts)
        bare = time.perf_counter() - began
    print(f"{len(first.added)} guides, {first.total} passages, {len(texts)} vectors")
    print(f"ingest {first.seconds:.1f} s, bare encoder {bare:.1f} s, ratio {first.seconds / bare:.2f}")
    print(f"second run {again.seconds:.1f} s, {again.embedded} embedded")


if __name__ == "__main__":
    main()
