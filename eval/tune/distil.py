"""Teach one reader what two say together, so that a message is read once: `bot/safety/reader.safetensors`.

    python -m eval.tune.distil [--threads 2] [--epochs 2] [--average] [--out FILE]

Two readers taught from different beginnings make different mistakes, and their mean makes fewer than either; a third that
learns the mean of every text keeps most of that (Hinton et al., Distilling the Knowledge in a Neural Network, 2015).
The two come from `python -m eval.tune.safety`. About a quarter of an hour.

With --average what is written lies halfway between what was learned and what shipped before: of two that differ in what they
learned last, the mean of the weights errs less than either (Wortsman et al., Model soups, ICML 2022).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

import bot.safety
from bot.knowledge.adapter import Adapter, Floats, Halves, Head, shipped
from bot.llm.store import Store
from bot.safety.classify import READER
from bot.safety.examples import READ, fingerprint
from bot.settings import load_settings
from eval.bench.setup import editors_questions
from eval.tune import lora
from eval.tune.safety import TEACHERS, Lessons, asked_of_guides, teacher

EPOCHS = 2.0
GENTLY = 0.5  # of the usual rates: it begins as the first of the two
LABELS = 0.3  # what the labels count beside the two's opinions, which know how sure one can be
AT_ONCE = 64  # texts the two read at once


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=Path(bot.safety.__file__).with_name(f"{READER}.safetensors"))
    parser.add_argument("--average", action="store_true", help="meet what ships halfway, after examples were added")
    options = parser.parse_args()
    lora.seed(0)
    folder = Store(load_settings().model_dir).path("all-minilm-l6-v2")
    lessons = Lessons(READ, [*editors_questions(), *asked_of_guides()])
    teachers = [teacher(number) for number in range(len(TEACHERS))]
    said = opinions(folder, options.threads, teachers, lessons.texts)
    first = teachers[0]
    reader = lora.Reader.open(folder, options.threads, first)
    layers = {head: lora.layer(lessons.classes[head], first.heads[head]) for head in READ}

    def loss(batch: Sequence[int]) -> torch.Tensor:
        vectors = reader.encode([lora.roughened(lessons.texts[i]) for i in batch])
        vectors = nn.functional.dropout(vectors * lora.SCALED, lora.DROPOUT)
        total = torch.zeros(())
        for name, layer in layers.items():
            logits = layer(vectors)
            total = total + nn.functional.cross_entropy(logits, said[name][list(batch)])
            rows, places, counts = lessons.of(name, batch)
            if rows:
                each = nn.functional.cross_entropy(logits[rows], torch.tensor(places), reduction="none")
                total = total + LABELS * (each * torch.tensor(counts)).mean()
        return total

    weights = [weight for layer in layers.values() for weight in layer.parameters()]
    lora.fit(reader, weights, [len(text) for text in lessons.texts], loss, options.epochs, GENTLY)
    heads = {name: lora.head(layers[name], lessons.classes[name]) for name in READ}
    about = {"examples": fingerprint(), "epochs": str(options.epochs), "taught by": "reader-0 reader-1"}
    learned = reader.adapter(heads, about)
    options.out.write_bytes(
        (halfway(shipped("bot.safety", READER), learned) if options.average else learned).to_bytes()
    )


def halfway(before: Adapter, after: Adapter) -> Adapter:
    """The mean of two readers of one descent, weight by weight; it is about what the later one is."""
    updates = {
        name: (
            _mean(before.updates[name][0], a).astype(np.float16),
            _mean(before.updates[name][1], b).astype(np.float16),
        )
        for name, (a, b) in after.updates.items()
    }
    heads = {
        name: Head(
            head.classes, _mean(before.heads[name].weight, head.weight), _mean(before.heads[name].bias, head.bias)
        )
        for name, head in after.heads.items()
    }
    return Adapter(updates, heads, after.about)


def _mean(one: Floats | Halves, other: Floats | Halves) -> Floats:
    return np.asarray((one.astype(np.float32) + other.astype(np.float32)) / 2, dtype=np.float32)


def opinions(
    folder: Path, threads: int, teachers: Sequence[Adapter], texts: Sequence[str]
) -> Mapping[str, torch.Tensor]:
    """For every head the probabilities of its classes, (texts, classes), from the mean of the teachers' log-probabilities."""
    found: dict[str, list[torch.Tensor]] = {head: [] for head in READ}
    for adapter in teachers:
        reader = lora.Reader.open(folder, threads, adapter)
        reader.model.eval()
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        with torch.no_grad():
            for first in range(0, len(order), AT_ONCE):
                rows = order[first : first + AT_ONCE]
                vectors[rows] = reader.encode([texts[i] for i in rows]).numpy()
        for head in READ:
            found[head].append(torch.log_softmax(torch.from_numpy(adapter.heads[head].logits(vectors)), -1))
    return {head: torch.softmax(torch.stack(each).mean(0), -1) for head, each in found.items()}


if __name__ == "__main__":
    main()
