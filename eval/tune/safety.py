"""Teach what the guard reads messages with, from `bot/safety/policy/examples/`: `bot/safety/reader.safetensors`.

    python -m eval.tune.safety [--threads 2] [--epochs 1.3] [--go-on] [--average] [--out FILE]

The heads alarm and router learn at once, on all-mpnet-base-v2. About forty minutes on two cores; with --go-on --epochs 1 it
learns what was added to the examples, in thirty.

With --average what is written lies halfway between what was learned and what shipped before: of two that differ in what they
learned last, the mean of the weights errs less than either (Wortsman et al., Model soups, ICML 2022).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

import bot.safety
from bot.knowledge.adapter import shipped
from bot.llm.store import Store
from bot.safety.classify import ENCODER, READER
from bot.safety.examples import READ, fingerprint, labelled
from bot.settings import load_settings
from eval.bench.setup import editors_questions
from eval.guides import suite_cases
from eval.tune import lora
from eval.tune.lessons import SUITES

# Of twelve layers: taken from a reader taught with all of them they cost .0001 of the area under the curve on 1,459 development
# messages, before a step was taken without; the last two, or two spread over the rest, cost .002 to .046.
WITHOUT = (9, 10)
EPOCHS = 1.3
RATE = 0.6  # of the usual rates: a larger encoder takes smaller steps,
GENTLY = 0.5  # and of these, when what was learned only takes in what was added
SMOOTHING = 0.05  # of the labels: nobody is always right about a stranger's message


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--go-on", action="store_true", help="from what was learned, after examples were added")
    parser.add_argument("--average", action="store_true", help="meet what ships halfway, after examples were added")
    parser.add_argument("--out", type=Path, default=Path(bot.safety.__file__).with_name(f"{READER}.safetensors"))
    options = parser.parse_args()
    start = shipped("bot.safety", READER) if options.go_on else None
    if options.average and (start is None or start.without != WITHOUT):
        parser.error("--average needs --go-on and the same layers: only readers of one descent have a mean")
    lora.seed(0)
    reader = lora.Reader.open(Store(load_settings().model_dir).path(ENCODER), options.threads, start, WITHOUT)
    lessons = Lessons(READ, [*editors_questions(), *asked_of_guides()])
    layers = {
        head: lora.layer(classes, start.heads[head] if start else None, reader.dimensions)
        for head, classes in lessons.classes.items()
    }

    def loss(batch: Sequence[int]) -> torch.Tensor:
        vectors = reader.encode([lora.roughened(lessons.texts[i]) for i in batch])
        vectors = nn.functional.dropout(vectors * lora.SCALED, lora.DROPOUT)
        total = torch.zeros(())
        for name, layer in layers.items():
            rows, places, counts = lessons.of(name, batch)
            if rows:
                each = nn.functional.cross_entropy(
                    layer(vectors[rows]), torch.tensor(places), reduction="none", label_smoothing=SMOOTHING
                )
                total = total + (each * torch.tensor(counts)).mean()
        return total

    weights = [weight for layer in layers.values() for weight in layer.parameters()]
    gently = RATE * (GENTLY if options.go_on else 1.0)
    lora.fit(reader, weights, [len(text) for text in lessons.texts], loss, options.epochs, gently)
    heads = {name: lora.head(layers[name], lessons.classes[name]) for name in READ}
    about = {"examples": fingerprint(), "epochs": str(options.epochs), "model": ENCODER}
    learned = reader.adapter(heads, about)
    options.out.write_bytes((lora.halfway(start, learned) if start and options.average else learned).to_bytes())


class Lessons:
    """Every text once, with what each head is to say of it."""

    def __init__(self, heads: Sequence[str], answerable: Sequence[str]) -> None:
        self.classes: dict[str, list[str]] = {}
        self._said: dict[str, dict[str, tuple[int, float]]] = {}
        for name in heads:
            texts, labels, counts = labelled(name, answerable)
            classes = self.classes[name] = sorted(set(labels))
            rarer = _rarer(labels, counts)
            self._said[name] = {
                text: (classes.index(label), count * rarer[label])
                for text, label, count in zip(texts, labels, counts, strict=True)
            }
        self.texts = list(dict.fromkeys(text for said in self._said.values() for text in said))

    def of(self, name: str, batch: Sequence[int]) -> tuple[list[int], list[int], list[float]]:
        """The rows of a batch a head is shown, the places of their classes, and what they count."""
        said = self._said[name]
        rows = [row for row, i in enumerate(batch) if self.texts[i] in said]
        found = [said[self.texts[batch[row]]] for row in rows]
        return rows, [place for place, _ in found], [count for _, count in found]


def asked_of_guides() -> list[str]:
    """What is asked in the training splits about guides: answered or not, nobody is in danger and no rule is broken."""
    return [case.text for _, case in suite_cases(SUITES, "train")]


def _rarer(labels: Sequence[str], counts: Sequence[float]) -> dict[str, float]:
    """What an example of each class counts: the rarer the more, by the square root."""
    names = sorted(set(labels))
    sums = np.array([sum(c for label, c in zip(labels, counts, strict=True) if label == name) for name in names])
    return dict(zip(names, map(float, np.sqrt(sums.sum() / len(names) / sums)), strict=True))


if __name__ == "__main__":
    main()
