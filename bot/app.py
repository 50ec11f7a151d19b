"""The composition root: Settings → Bot. The only place that wires the parts together."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path

from bot.answer import Path as AnswerPath
from bot.errors import InvalidQuestion, MedialisError, ModelError
from bot.kept import Embed, remembering
from bot.knowledge.embed import MiniLM
from bot.knowledge.index import Generation, IndexFolder, LiveIndex
from bot.knowledge.ingest import IngestReport, Progress, ingest
from bot.knowledge.query import Aim, Query
from bot.knowledge.retrieve import Retriever
from bot.knowledge.tokens import token_counter
from bot.knowledge.tuned import Mpnet, Tuned
from bot.llm.client import connect
from bot.llm.protocol import ChatModel
from bot.llm.store import Store
from bot.safety.classify import ENCODER, READER, Vectors
from bot.safety.guard import Guard
from bot.safety.route import Nearness
from bot.safety.stated import STATED
from bot.settings import Settings, load_settings
from bot.steps.compose import prompt
from bot.steps.gate import Gate
from bot.steps.reading import READERS as QUESTIONS
from bot.steps.reading import aim
from bot.steps.replies import Replies
from bot.steps.spelling import Spelling, guide_words
from bot.steps.told import Told
from bot.steps.verbatim import FaqMatcher
from bot.types import Answer, Done, Event, Guide, Hit, Question, Turn

log = logging.getLogger(__name__)

FAQ_THRESHOLD = 0.80  # cosine of question and FAQ question: python -m eval.bench.faq


class Bot:
    """Answers questions; every part is opened when it is first needed. Thread-safe."""

    def __init__(self, settings: Settings, llm: ChatModel | None = None, *, extractive: bool = False) -> None:
        self.settings = settings
        self._llm = llm
        self._extractive = extractive
        self._lock = threading.RLock()
        self._wired: tuple[Generation, AnswerPath] | None = None
        self.index = LiveIndex(IndexFolder(settings.data_dir, settings.chroma_url))

    @cached_property
    def encoder(self) -> MiniLM:
        """The embedding model."""
        return MiniLM(Store(self.settings.model_dir).path("all-minilm-l6-v2"), self.settings.threads)

    @cached_property
    def messages(self) -> Tuned:
        """What tells what a message is."""
        encoder = Store(self.settings.model_dir).path(ENCODER)
        return Mpnet(encoder, "bot.safety", READER, self._trained_dir(), self.settings.threads)

    @cached_property
    def questions(self) -> list[Tuned]:
        """What tells where in a guide a question's answer lies."""
        return [self._tuned("bot.steps", name) for name in QUESTIONS]

    @cached_property
    def claims(self) -> Tuned:
        """What tells whether evidence states a claim."""
        return self._tuned("bot.safety", STATED)

    def stated(self, evidence: str, claim: str) -> float:
        """How sure the reader of claims is that the evidence states all of it, log-odds."""
        return self.claims.odds(STATED, claim, evidence)

    def _tuned(self, package: str, name: str) -> Tuned:
        return Tuned(self.encoder.model, package, name, self._trained_dir(), self.settings.threads)

    def _aim(self, text: str, beside: str) -> Aim:
        return aim(self.questions, text, beside)

    @cached_property
    def llm(self) -> ChatModel | None:
        """The language model; None in extractive mode."""
        if self._extractive:
            return None
        return self._llm or connect(self.settings, Store(self.settings.model_dir))

    @cached_property
    def retriever(self) -> Retriever:
        """Retrieval over the live index."""
        return Retriever(self.index, self.encoder)

    @property
    def path(self) -> AnswerPath:
        """The path of one question, wired to the current generation of the index."""
        generation = self.index.get()
        with self._lock:
            if self._wired is None or self._wired[0] is not generation:
                self._wired = (generation, self._wire(generation))
            return self._wired[1]

    def _wire(self, generation: Generation) -> AnswerPath:
        guides = generation.catalog.guides()
        cache = self._trained_dir()
        questions = asked(generation)
        guard = Guard.load(
            locale=self.settings.locale,
            reader=self.messages.logits,
            cache_dir=cache,
            max_chars=self.settings.max_question_chars,
            topics=[guide.title for guide in guides],
            languages=sorted({guide.language for guide in guides}),
            nearness=self._nearness(generation),
        )
        learn = remembering(self.encoder.encode, cache)
        return AnswerPath(
            encoder=self.encoder,
            guard=guard,
            retriever=self.retriever,
            gate=Gate(self.encoder, Told.load(learn, cache, questions), generation.catalog.guide_passages),
            faq=self._faq_matcher(generation, learn),
            guide=generation.catalog.guide,
            replies=Replies(),
            llm=self.llm,
            aims=self._aim,
            stated=self.stated if self.llm else None,
            spelling=Spelling(
                guard.is_word, (word for e in generation.catalog.each() for word in guide_words(e.passages))
            ),
        )

    def _nearness(self, generation: Generation) -> Nearness:
        """How near a message is to the nearest passage or editor's question."""

        def nearness(text: str, vector: Vectors | None) -> float:
            own = self.encoder.encode([text])[0] if vector is None else vector
            return max((cosine for _, cosine in generation.vectors.nearest(own, 1)), default=-1.0)

        return nearness

    def _trained_dir(self) -> Path:
        """Where trained heads are kept: beside the models, for every data folder; in the data folder if that is read-only."""
        folder = self.settings.model_dir
        return folder / "trained" if os.access(folder, os.W_OK) else self.settings.data_dir / "trained"

    def _faq_matcher(self, generation: Generation, learn: Embed) -> FaqMatcher:
        catalog = generation.catalog
        faqs = catalog.faqs()
        guides = dict.fromkeys(faq.guide_id for faq in faqs)
        passages = [p for guide in guides for p in catalog.guide_passages(guide) if p.faq_question is None]
        others = [question for p in passages for sentence in p.sentences for question in sentence.asked]
        return FaqMatcher(faqs, learn, FAQ_THRESHOLD, others)

    def stream(self, question: Question) -> Generator[Event, None, None]:
        """Answer step by step: Status and Shown events, then Done. Raises MedialisError; closing stops the model."""
        if not question.text.strip():
            raise InvalidQuestion("the question is empty")
        yield from self.path.stream(question)

    def answer(self, question: Question) -> Answer:
        """Answer at once. Raises MedialisError."""
        for event in self.stream(question):
            if isinstance(event, Done):
                return event.answer
        raise MedialisError("the answer ended early")

    def search(self, query: str, k: int = 5) -> list[Hit]:
        """What retrieval finds."""
        return list(self.retriever.search(Query.alone(query, self.encoder), k).hits)

    def guides(self) -> tuple[Guide, ...]:
        """Every guide in the index."""
        return tuple(self.index.get().catalog.guides())

    def guide(self, guide_id: str) -> Guide | None:
        """One guide by id."""
        return self.index.get().catalog.guide(guide_id)

    def count_passages(self, guide_id: str) -> int:
        """How many passages of a guide are in the index."""
        return len(self.index.get().catalog.guide_passages(guide_id))

    def starters(self, limit: int = 4) -> list[str]:
        """Questions to begin with: those the guides' authors answered."""
        return [faq.faq_question or "" for faq in self.index.get().catalog.faqs(limit)]

    def follow_ups(self, answer: Answer, limit: int = 3) -> list[str]:
        """Questions that lead on from `answer`: what readers ask of the passages beside those it cited, then the FAQ."""
        cited = {citation.section for citation in answer.citations}
        near = [hit.passage for hit in answer.passages if hit.passage.section not in cited]
        asked = [next((q for s in p.sentences for q in s.asked if _is_chip(q)), p.faq_question) for p in near]
        faqs = [faq.faq_question for faq in self.index.get().catalog.faqs(2 * limit) if faq.section not in cited]
        questions = [question[0].upper() + question[1:] for question in [*asked, *faqs] if question]
        return list(dict.fromkeys(questions))[:limit]

    def ingest(self, paths: Sequence[Path] | None = None, progress: Progress | None = None) -> IngestReport:
        """Bring the index in line with the guide files; see bot.knowledge.ingest.ingest."""
        settings = self.settings
        encoder = MiniLM(self.encoder.model, settings.threads_batch)
        return ingest(
            paths,
            settings.corpus_dir,
            IndexFolder(settings.data_dir, settings.chroma_url),
            encoder,
            encoder.id,
            token_counter(settings.model_dir),
            progress or (lambda stage, done, total: None),
        )

    def ready(self) -> dict[str, str]:
        """The state of each part: "ok", "off", "starting" or "down: why"."""
        return {"index": self._index_state(), "embedder": self._embedder_state(), "llm": self._llm_state()}

    def get_ready(self) -> None:
        """Make whatever the first question would make, or find it kept. Raises MedialisError."""
        self.messages.encode(["ready"])  # the guard itself would fail closed, and say nothing
        self.retriever.search(self.path.query(Question("Are you ready?")))

    def warm_up(self) -> None:
        """Open everything and start the language model, so that the first reader does not wait for it.

        What fails is logged and shown by `ready`; nothing is raised.
        """
        try:
            self.get_ready()
            llm = self.path.llm
            if llm is not None:
                for name in ("judge", "compose"):  # the engine keeps both beginnings
                    with closing(llm.stream(prompt(name), [Turn("user", "OK?")], max_tokens=1)) as pieces:
                        next(pieces, None)
        except MedialisError as error:
            log.warning("warm-up: %s", error)

    def close(self) -> None:
        """Stop the language model and close the index."""
        close = getattr(self._llm_or_none(), "close", None)
        if close:
            close()
        self.index.close()

    def _llm_or_none(self) -> ChatModel | None:
        return self.__dict__.get("llm")

    def _index_state(self) -> str:
        try:
            self.index.get()
        except MedialisError as error:
            return f"down: {error}"
        return "ok"

    def _embedder_state(self) -> str:
        try:
            self.encoder.encode(["ready"])
        except ModelError as error:
            return f"down: {error}"
        return "ok"

    def _llm_state(self) -> str:
        if self._extractive or (self._llm is None and self.settings.llm == "none" and not self.settings.llm_base_url):
            return "off"
        state = getattr(self._llm_or_none(), "state", None)
        return str(state()) if state else "starting"


def asked(generation: Generation) -> list[str]:
    """The questions editors say the guides answer, those of the FAQ included."""
    questions = [faq.faq_question or "" for faq in generation.catalog.faqs()]
    for entry in generation.catalog.each():
        questions += [question for p in entry.passages for s in p.sentences for question in s.asked]
    return sorted(set(questions))


def _is_chip(question: str) -> bool:
    """Whether a question can stand on a button: short, and a question."""
    return question.endswith("?") and 15 <= len(question) <= 60


def build(settings: Settings | None = None, *, extractive: bool = False) -> Bot:
    """A Bot from `settings` (read from the environment by default); nothing is loaded yet."""
    return Bot(settings or load_settings(), extractive=extractive)
