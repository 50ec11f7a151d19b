"""A published model as it was taught to read for one purpose; what it was taught ships as an adapter of a few megabytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from bot.knowledge.adapter import Adapter, Head, shipped
from bot.knowledge.served import Served


class Tuned(Served):
    """A model with the adapter a package ships; its graph, made at the first call, is kept in `graphs` under the adapter's id."""

    def __init__(self, model: Path, package: str, name: str, graphs: Path, threads: int = 1) -> None:
        self._adapter = shipped(package, name)
        super().__init__(model, graphs / f"{package}-{name}-{self._adapter.id}.onnx", threads)

    def adapter(self) -> Adapter:
        """What it was taught."""
        return self._adapter

    def outdated(self) -> Iterable[Path]:
        """The graphs of what it was taught before."""
        family = self.graph.name.removesuffix(f"{self._adapter.id}.onnx")
        return [graph for graph in self.graph.parent.glob(f"{family}*.onnx") if graph != self.graph]

    @cached_property
    def heads(self) -> Mapping[str, Head]:
        """The heads on its vectors, by name."""
        return self._adapter.heads

    @cached_property
    def about(self) -> Mapping[str, str]:
        """What the adapter says of itself."""
        return self._adapter.about

    def odds(self, head: str, text: str, beside: str) -> float:
        """The log-odds that a head of one class gives a text read with another beside it."""
        return float(self.heads[head].logits(self.encode([text], [beside]))[0, 0])

    def logits(self, texts: Sequence[str]) -> dict[str, list[dict[str, float]]]:
        """Of every head, for every text the logits of its classes."""
        vectors = self.encode(list(texts))
        return {
            name: [dict(zip(head.classes, map(float, row), strict=True)) for row in head.logits(vectors)]
            for name, head in self.heads.items()
        }


class Mpnet(Tuned):
    """all-mpnet-base-v2 so taught: seven times MiniLM's size, and in 8-bit integers under three times as slow."""

    dimensions = 768
    quantised = True
