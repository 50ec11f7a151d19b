"""Low-rank adaptation (LoRA, Hu et al., ICLR 2022) of a published encoder: every linear layer gets an update of small rank.

The model itself stays frozen; what is trained, and ships, is the update and the heads on it, one to five megabytes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from bot.knowledge.adapter import Adapter, Floats, Halves, Head, leave_out
from bot.knowledge.embed import DIMENSIONS, MAX_PIECES
from bot.knowledge.published import as_folder

RANK: Final = 16
SCALE: Final = 2.0  # of the update; with this rank and rate full fine-tuning did no better on messages of other hands
RATE: Final = 1e-3  # of the update, at its height,
HEAD_RATE: Final = 3e-3  # and of the heads
GENTLY: Final = 0.3  # of these rates, when what was learned only takes in what was added
WARM_UP: Final = 0.06  # of the steps, after which both rates fall to 0
BATCH: Final = 32
DROPOUT: Final = 0.1
LIKE: Final = 50  # batches' worth of texts sorted by length, so that a batch holds like lengths
SHOWN: Final = 100  # steps between two reports of the mean loss
SCALED: Final = 8.0  # length of the vectors the heads are trained on; folded into their weights when kept


class LowRank(nn.Module):
    """A linear layer with an update of rank `rank`."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.a = nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the layer gives, plus the update's share."""
        out: torch.Tensor = self.linear(x) + SCALE * ((x @ self.a.T) @ self.b.T)
        return out


@dataclass(frozen=True, slots=True)
class Reader:
    """An encoder with updates to train; encodes messages, alone or with what came before beside them."""

    model: nn.Module
    tokenizer: Any
    threads: int
    without: tuple[int, ...] = ()

    @classmethod
    def open(cls, published: Path, threads: int, start: Adapter | None = None, without: tuple[int, ...] = ()) -> Reader:
        """The frozen model of a folder or archive, with the updates of `start`, or fresh ones that change nothing yet.

        `without` are layers to leave out, beside those that `start` does.
        """
        from transformers import AutoModel, AutoTokenizer

        torch.set_num_threads(threads)
        with as_folder(published) as folder:
            model, tokenizer = AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
        model.requires_grad_(False)
        already = start.without if start else ()
        leave_out(model, already)
        layers = [(name, module) for name, module in model.encoder.named_modules() if isinstance(module, nn.Linear)]
        for name, module in layers:
            parent, _, last = name.rpartition(".")
            update = LowRank(module, RANK)
            if start is not None:
                a, b = (torch.from_numpy(part.astype(np.float32)) for part in start.updates[f"encoder.{name}"])
                update.a.data, update.b.data = a / SCALE, b
            setattr(model.encoder.get_submodule(parent), last, update)
        leave_out(model, without, already)
        return cls(model, tokenizer, threads, tuple(sorted({*already, *without})))

    def encode(self, texts: Sequence[str], beside: Sequence[str] = ()) -> torch.Tensor:
        """Unit vectors (n, dimensions), pooled over the message alone; `beside` is "" where nothing came before."""
        pairs = list(texts) if not any(beside) else [(t, b) if b else t for t, b in zip(texts, beside, strict=True)]
        encoded = [
            self.tokenizer(*([p] if isinstance(p, str) else p), truncation=True, max_length=MAX_PIECES) for p in pairs
        ]
        batch = self.tokenizer.pad(encoded, return_tensors="pt")
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.model(**batch).last_hidden_state.float()
        own = batch["attention_mask"]
        if "token_type_ids" in batch:  # not every model tells a pair's texts apart
            own = own * (batch["token_type_ids"] == 0)
        own = own.unsqueeze(-1)
        return nn.functional.normalize((states * own).sum(1) / own.sum(1), dim=-1)

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self.model.get_parameter("embeddings.word_embeddings.weight").shape[1]

    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""
        return [p for p in self.model.parameters() if p.requires_grad]

    def adapter(self, heads: Mapping[str, Head], about: Mapping[str, str]) -> Adapter:
        """The updates and heads as they are kept."""
        updates = {
            name: (module.a.detach().numpy() * SCALE, module.b.detach().numpy())
            for name, module in self.model.named_modules()
            if isinstance(module, LowRank)
        }
        halves = {name: (a.astype(np.float16), b.astype(np.float16)) for name, (a, b) in updates.items()}
        return Adapter(halves, heads, about, self.without)


def fit(
    reader: Reader,
    heads: Sequence[nn.Parameter],
    lengths: Sequence[int],
    loss: Callable[[Sequence[int]], torch.Tensor],
    epochs: float,
    gently: float = 1.0,
    report: Callable[[str], None] = print,
) -> None:
    """Train on examples 0…n-1 of the given lengths; `loss` is of a batch of them, `gently` a share of the usual rates."""
    updates = reader.parameters()
    optimizer = torch.optim.AdamW(
        [{"params": updates, "lr": RATE}, {"params": list(heads), "lr": HEAD_RATE}], weight_decay=0.01
    )
    steps = int(epochs * len(batches(lengths)))
    reader.model.train()
    started, step, recent = time.perf_counter(), 0, 0.0
    while step < steps:
        for batch in batches(lengths)[: steps - step]:
            share = min(1.0, (step + 1) / (WARM_UP * steps)) * (1 - step / steps)
            for group, rate in zip(optimizer.param_groups, (RATE, HEAD_RATE), strict=True):
                group["lr"] = rate * share * gently
            value = loss(batch)
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(updates, 1.0)
            optimizer.step()
            step, recent = step + 1, recent + float(value.detach()) / SHOWN
            if step % SHOWN == 0:
                report(f"step {step} of {steps}, loss {recent:.3f}, {time.perf_counter() - started:.0f} s")
                recent = 0.0
    reader.model.eval()


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """The examples in random batches of like length."""
    order = random.sample(range(len(lengths)), len(lengths))
    found = []
    for first in range(0, len(order), BATCH * LIKE):
        alike = sorted(order[first : first + BATCH * LIKE], key=lambda i: lengths[i])
        found += [alike[i : i + BATCH] for i in range(0, len(alike), BATCH)]
    random.shuffle(found)
    return found


def roughened(text: str) -> str:
    """The text, or now and then what a hurried reader makes of it: no capitals and points, letters swapped or left out."""
    if random.random() < 0.15:
        text = text.lower().replace("'", "").replace(",", "").rstrip(".?!")
    if random.random() < 0.1:
        words = text.split(" ")
        long = [n for n, word in enumerate(words) if len(word) > 4 and word.isalpha()]
        for n in random.sample(long, min(len(long), 1 + len(words) // 20)):
            word, at = words[n], random.randrange(1, len(words[n]) - 1)
            words[n] = random.choice(
                (
                    word[:at] + word[at + 1 :],
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                    word[:at] + word[at:][0] + word[at:],
                )
            )
        text = " ".join(words)
    return text


def seed(number: int) -> None:
    """Make a run repeatable on one machine."""
    random.seed(number)
    torch.manual_seed(number)


def layer(classes: Sequence[str], start: Head | None = None, dimensions: int = DIMENSIONS) -> nn.Linear:
    """A linear layer to train as a head, as `start` left it if there is one."""
    linear = nn.Linear(dimensions, len(classes))
    if start is not None:
        linear.weight.data = torch.from_numpy(start.weight / SCALED)
        linear.bias.data = torch.from_numpy(start.bias.copy())
    return linear


def head(linear: nn.Linear, classes: Iterable[str]) -> Head:
    """A linear layer on vectors of length SCALED, as it is kept: on unit vectors."""
    weight, bias = linear.weight.detach().numpy(), linear.bias.detach().numpy()
    return Head(tuple(classes), (weight * SCALED).astype(np.float32), bias.astype(np.float32))


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
    return Adapter(updates, heads, after.about, after.without)


def _mean(one: Floats | Halves, other: Floats | Halves) -> Floats:
    return np.asarray((one.astype(np.float32) + other.astype(np.float32)) / 2, dtype=np.float32)
