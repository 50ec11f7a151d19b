"""Train what questions are read with: which sentence of a guide answers, whether any does, and whether it is contradicted.

    python -m eval.tune.answers READER [--threads 2] [--epochs 6] [--go-on] [--out FILE] [--without GUIDE]

READER, 0 or 1, is also the seed: the two differ in their beginning and in the order of what they were shown.

A question's vector is trained towards those of the sentences that answer it, which stay as all-MiniLM-L6-v2 makes them;
what no sentence answers goes to an empty place beside them. Learned from the training split of the suites, from the
questions editors wrote down, and from the small guides in `eval/tune/guides`, each with its own questions. Writes
`bot/steps/reader-READER.safetensors`; about a quarter of an hour on a core of its own. With --go-on --epochs 0.6 what ships
learns what was added, in two minutes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

import bot.steps
from bot.knowledge.adapter import shipped
from bot.knowledge.questions import marked_as_question
from bot.llm.store import Store
from bot.settings import load_settings
from bot.steps.reading import NOWHERE, PREMISE, READERS, beside
from eval.tune import lora
from eval.tune.lessons import Lesson, shelves

EPOCHS = 6.0
TEMPERATURE = 20.0  # what a cosine is multiplied with, at the start
THINNED = 0.25  # of the batches are asked of a guide that lacks some of its sentences:
LACKING = 0.4  # this share; what only they answer is then answered by none
PREMISES = 0.3  # what telling false premises counts beside finding the answer
RARE = torch.tensor(5.0)  # and what one of them counts among twenty other questions


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("reader", type=int, choices=range(len(READERS)))
    parser.add_argument("--go-on", action="store_true", help="from what ships, after questions were added")
    parser.add_argument("--without", default="", help="a small guide to leave out")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    out = options.out or Path(bot.steps.__file__).with_name(f"{READERS[options.reader]}.safetensors")
    lora.seed(options.reader)
    folder = Store(load_settings().model_dir).path("all-minilm-l6-v2")
    start = shipped("bot.steps", READERS[options.reader]) if options.go_on else None
    reader = lora.Reader.open(folder, options.threads, start)
    found = [shelf for shelf in shelves() if shelf.name != options.without]
    lessons = [(shelf, lesson) for shelf in found for lesson in shelf.lessons]
    print(f"{len(lessons)} questions of {len(found)} guides")
    known = start.heads if start else {}
    nowhere, premise = (lora.layer([name], known.get(name)) for name in (NOWHERE, PREMISE))
    warmth = nn.Parameter(torch.tensor(float(start.about["temperature"]) if start else TEMPERATURE).log())

    def loss(batch: Sequence[int]) -> torch.Tensor:
        chosen = [lessons[i] for i in batch]
        texts = [marked_as_question(lora.roughened(lesson.text)) for _, lesson in chosen]
        vectors = reader.encode(texts, [beside(lesson.question) for _, lesson in chosen])
        vectors = nn.functional.dropout(vectors * lora.SCALED, lora.DROPOUT)
        none = nowhere(vectors)[:, 0]
        taken = torch.tensor([float(lesson.premise) for _, lesson in chosen])
        doubted = nn.functional.binary_cross_entropy_with_logits(premise(vectors)[:, 0], taken, pos_weight=RARE)
        directions = nn.functional.normalize(vectors, dim=-1)
        thin = random.random() < THINNED
        losses = []
        for row, (shelf, lesson) in enumerate(chosen):
            logits = directions[row] @ shelf.vectors.T * warmth.exp()
            lacking = torch.rand(len(logits)) < LACKING if thin else torch.zeros(len(logits), dtype=torch.bool)
            each = _loss(logits, none[row], lesson, lacking)
            if each is not None:
                losses.append(each)
        return torch.stack(losses).sum() / len(batch) + PREMISES * doubted

    gently = lora.GENTLY if options.go_on else 1.0
    lengths = [len(lesson.text) + len(beside(lesson.question)) for _, lesson in lessons]
    lora.fit(reader, [*nowhere.parameters(), *premise.parameters(), warmth], lengths, loss, options.epochs, gently)
    about = {"temperature": str(float(warmth.detach().exp())), "epochs": str(options.epochs)}
    heads = {name: lora.head(linear, [name]) for name, linear in ((NOWHERE, nowhere), (PREMISE, premise))}
    out.write_bytes(reader.adapter(heads, about).to_bytes())


def _loss(logits: torch.Tensor, none: torch.Tensor, lesson: Lesson, lacking: torch.Tensor) -> torch.Tensor | None:
    """The negative log likelihood of what answers, over the sentences that are there and the empty place."""
    likely = torch.log_softmax(torch.cat([logits.masked_fill(lacking, -1e4), none[None]]), 0)
    if lesson.answers is None:  # some sentence answers, nobody said which
        return None if lacking.any() else -torch.log1p(-likely[-1].exp().clamp(max=1 - 1e-6))
    there = [place for place in lesson.answers if not lacking[place]]
    return -torch.logsumexp(likely[there], 0) if there else -likely[-1]


if __name__ == "__main__":
    main()
