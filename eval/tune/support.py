"""Train what reads a claim beside its evidence, the second opinion of step 9: does the evidence state all of the claim?

    python -m eval.tune.support [--threads 2] [--epochs 5] [--go-on] [--out FILE]

Learned from contrast sets (Gardner et al., Evaluating Models' Local Decision Boundaries via Contrast Sets, 2020): claims made
from the same sentences of a guide, some true to them, some changed in one thing. They are the training split of
`eval/suites/support_pairs` and, of the small guides, `eval/tune/guides/*/pairs`. Writes `bot/safety/stated.safetensors`;
about three quarters of an hour on a core of its own. With --go-on --epochs 1.5 what ships learns what was added, in a third of that.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

import bot.safety
from bot.knowledge.adapter import shipped
from bot.llm.store import Store
from bot.safety.stated import STATED
from bot.settings import load_settings
from eval.cases import SupportPair, load_support_pairs
from eval.guides import guide_pairs
from eval.tune import lora

EPOCHS = 5.0
GENTLY = 0.6  # of the usual rates, when it goes on: what is added is nearly as much as there was


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--go-on", action="store_true", help="from what ships, after claims were added")
    parser.add_argument("--out", type=Path, default=Path(bot.safety.__file__).with_name(f"{STATED}.safetensors"))
    options = parser.parse_args()
    lora.seed(0)
    start = shipped("bot.safety", STATED) if options.go_on else None
    reader = lora.Reader.open(Store(load_settings().model_dir).path("all-minilm-l6-v2"), options.threads, start)
    stated = lora.layer([STATED], start.heads[STATED] if start else None)
    pairs = lessons()
    print(f"{len(pairs)} claims, {sum(pair.supported for pair in pairs)} of them supported")

    def loss(batch: Sequence[int]) -> torch.Tensor:
        chosen = [pairs[i] for i in batch]
        vectors = reader.encode([pair.claim for pair in chosen], [" ".join(pair.context) for pair in chosen])
        logits = stated(nn.functional.dropout(vectors * lora.SCALED, lora.DROPOUT))[:, 0]
        return nn.functional.binary_cross_entropy_with_logits(
            logits, torch.tensor([float(pair.supported) for pair in chosen])
        )

    lengths = [len(pair.claim) + sum(map(len, pair.context)) for pair in pairs]
    gently = GENTLY if options.go_on else 1.0
    lora.fit(reader, list(stated.parameters()), lengths, loss, options.epochs, gently)
    about = {"claims": str(len(pairs)), "epochs": str(options.epochs)}
    options.out.write_bytes(reader.adapter({STATED: lora.head(stated, [STATED])}, about).to_bytes())


def lessons() -> list[SupportPair]:
    """The claims it learns from."""
    return [*load_support_pairs("train"), *guide_pairs()]


if __name__ == "__main__":
    main()
