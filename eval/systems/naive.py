"""The chain most tutorials build: split every 1,000 characters, the four nearest pieces, one prompt, the same model.

No safety rules, no gate, no check of what the model says. Chat history goes to the model as it is, and the last message
alone is searched for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from typing import Any

from bot.app import Bot
from bot.errors import SettingsError
from bot.knowledge.markup import plain
from bot.types import Turn
from eval.cases import Case
from eval.provenance import corpus_hash, digest, model_names
from eval.reply import Reply
from eval.systems.plain import collect, read

CHUNK, OVERLAP, TOP = 1000, 200, 4
MAX_TOKENS = 256


class Naive:
    """The tutorial chain over the guides, the embedder and the language model of a Bot."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @property
    def name(self) -> str:
        """The chain and its model."""
        return f"naive chain, {self.bot.settings.llm}"

    @cached_property
    def _chunks(self) -> list[str]:
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
        return splitter.split_text("\n\n".join(guide.text for guide in self.bot.guides()))

    @cached_property
    def _store(self) -> Any:
        from langchain_chroma import Chroma

        return Chroma.from_texts(self._chunks, self.bot.encoder, collection_name="naive-chain")

    def reply(self, case: Case, *, compose: bool = True) -> Reply:
        """Answer a case; this chain cannot do without its model, so `compose` changes nothing. Raises LLMError."""
        llm = self.bot.llm
        if llm is None:
            raise SettingsError("the naive chain needs a language model")
        question = case.question()
        began = time.perf_counter()
        found = [document.page_content for document in self._store.similarity_search(question.text, k=TOP)]
        system = _prompt().format(context="\n\n".join(plain(text) for text in found))
        turns = [*question.history, Turn("user", question.text)]
        text, timings = collect(llm.stream(system, turns, max_tokens=MAX_TOKENS), began)
        kind, level = read(text)
        return Reply(
            kind, text, level=level, retrieved=tuple(found), timings_ms=timings, mode="composed", model=llm.name
        )

    def passages(self) -> Sequence[str]:
        """Every chunk."""
        return self._chunks

    def about(self) -> dict[str, str]:
        """Model, prompt and corpus."""
        return {
            **model_names(self.bot.settings, composed=True),
            "prompts": digest(_prompt()),
            "corpus": corpus_hash(self.bot.guides()),
        }

    def close(self) -> None:
        """Stop the model."""
        self.bot.close()


def _prompt() -> str:
    return files("eval.systems").joinpath("naive_prompt.txt").read_text(encoding="utf-8").strip()
