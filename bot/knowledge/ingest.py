"""From guide files to a new index generation, doing only what changed.

A guide whose file has the same bytes is neither read nor embedded again; in a guide that changed, only passages whose
text or headings changed are embedded, because a passage's id is derived from its content.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from langchain_core.embeddings import Embeddings

from bot.errors import GuideError, IndexUnavailable, IngestError
from bot.knowledge.catalog import Catalog, Entry, Source
from bot.knowledge.chunk import CHUNKER_VERSION, passages
from bot.knowledge.index import FORMAT, Generation, IndexFolder
from bot.knowledge.load import find_guides, load_guide, sidecar
from bot.knowledge.questions import attach, questions_file, read_questions
from bot.knowledge.vectors import asked_id, passage_of
from bot.knowledge.words import WordIndex
from bot.types import Passage

Progress = Callable[[str, int, int], None]  # stage, done, total


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest changed, by guide id; `embedded` and `total` count passages."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # their file cannot be read any more: the version indexed before still answers
    errors: tuple[GuideError, ...] = ()
    passages: dict[str, int] = field(default_factory=dict)
    embedded: int = 0
    total: int = 0
    seconds: float = 0.0


def passage_text(guide_title: str, passage: Passage) -> str:
    """What is embedded for a passage: its guide's title and headings give it the context it lost."""
    path = [guide_title, *(heading for heading in passage.heading_path if heading != guide_title)]
    if passage.faq_question:
        path = path[:-1]  # the body begins with the question already
    return " › ".join(path) + "\n" + passage.text


def vector_texts(guide_title: str, passage: Passage) -> dict[str, str]:
    """What is embedded for a passage, by vector id: its text, and each question an editor says it answers."""
    texts = {passage.id: passage_text(guide_title, passage)}
    for n, sentence in enumerate(passage.sentences):
        for question in sentence.asked:
            texts[asked_id(passage.id, n, question)] = question
    return texts


def word_text(guide_title: str, passage: Passage) -> str:
    """What BM25 indexes for a passage: its text and the questions it answers."""
    return "\n".join(vector_texts(guide_title, passage).values())


def ingest(
    paths: Sequence[Path] | None,
    corpus_dir: Path,
    folder: IndexFolder,
    encoder: Embeddings,
    space: str,
    count: Callable[[str], int],
    progress: Progress = lambda stage, done, total: None,
) -> IngestReport:
    """Bring the index in line with the guide files and return what changed.

    With `paths` None the index becomes exactly the guides under `corpus_dir`; otherwise the guides under `paths` are
    added or renewed (and those gone from a folder named are removed) while all others stay. A guide that cannot be
    read is reported in `errors`, the others go in. Raises IngestError, leaving the index as it was, when nothing
    readable is found or another ingest runs, and IndexUnavailable when the vector store fails.
    """
    began = time.perf_counter()
    with folder.writing():
        old = _previous(folder, space)
        try:
            plan = _plan(paths, corpus_dir, old, count, progress)
            stale = old is None or plan.touched or (folder.shared_vectors and _drifted(old))
            embedded = _write(folder, old, plan.entries, encoder, space, progress) if stale else 0
        finally:
            if old is not None:
                old.close()
    return IngestReport(
        added=tuple(plan.added),
        changed=tuple(plan.changed),
        removed=tuple(plan.removed),
        unchanged=tuple(plan.unchanged),
        kept=tuple(plan.kept),
        errors=tuple(plan.errors),
        passages={entry.guide.id: len(entry.passages) for entry in plan.entries},
        embedded=embedded,
        total=sum(len(entry.passages) for entry in plan.entries),
        seconds=time.perf_counter() - began,
    )


def _versions(space: str) -> dict[str, str]:
    return {"format": FORMAT, "encoder": space, "chunker": str(CHUNKER_VERSION)}


def _previous(folder: IndexFolder, space: str) -> Generation | None:
    """The current generation if this version of medialis can build on it."""
    try:
        old = folder.open()
    except IndexUnavailable:
        if folder.shared_vectors:
            folder.vectors("", None, space).close()  # a server that does not answer is an error, not a fresh start
        return None
    if any(old.catalog.about(name) != value for name, value in _versions(space).items()):
        old.close()
        return None
    return old


def _drifted(old: Generation) -> bool:
    """Whether a shared vector store lost or gained passages behind our back."""
    stored = {passage_of(id_) for id_ in old.vectors.ids()}
    return stored != old.catalog.passage_ids()


@dataclass(slots=True)
class _Plan:
    entries: list[Entry] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    errors: list[GuideError] = field(default_factory=list)

    @property
    def touched(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def _plan(
    paths: Sequence[Path] | None,
    corpus_dir: Path,
    old: Generation | None,
    count: Callable[[str], int],
    progress: Progress,
) -> _Plan:
    named = [path.resolve() for path in paths] if paths is not None else [corpus_dir.resolve()]
    files, errors = find_guides(named)
    plan = _Plan(errors=list(errors))
    before = {entry.source.path: entry for entry in old.catalog.each()} if old else {}
    taken: dict[str, str] = {}
    for path, entry in before.items():
        if paths is not None and not any(Path(path).is_relative_to(root) for root in named):
            taken[entry.guide.id] = path
            plan.entries.append(entry)
            plan.unchanged.append(entry.guide.id)
    failed = {str(error.path) for error in plan.errors if error.path}
    for done, file in enumerate(files):
        progress("read", done, len(files))
        known = before.get(str(file))
        try:
            digest = _digest(file)
            entry = known if known and known.source.sha256 == digest else _entry(file, digest, count, plan.errors)
            if entry.guide.id in taken:
                other = taken[entry.guide.id]
                raise GuideError(f"{file}: the id {entry.guide.id!r} is taken by {other}", path=file)
        except GuideError as error:
            plan.errors.append(error)
            failed.add(str(file))
            continue
        taken[entry.guide.id] = str(file)
        plan.entries.append(entry)
        if known is entry:
            plan.unchanged.append(entry.guide.id)
    progress("read", len(files), len(files))
    for path in sorted(failed & before.keys()):
        if before[path].guide.id not in taken:
            plan.entries.append(before[path])
            plan.kept.append(before[path].guide.id)
    if not plan.entries:
        if plan.errors:
            raise IngestError(
                str(plan.errors[0])
                if len(plan.errors) == 1
                else f"none of {len(plan.errors)} guides can be read: {plan.errors[0]}"
            )
        raise IngestError(
            f"there are no guides in {', '.join(map(str, named))}", hint="corpus/README.md says how to add one"
        )
    old_ids = {entry.guide.id for entry in before.values()}
    new_ids = {entry.guide.id for entry in plan.entries}
    plan.added = [e.guide.id for e in plan.entries if e.guide.id not in old_ids]
    same = {*plan.unchanged, *plan.kept, *plan.added}
    plan.changed = [e.guide.id for e in plan.entries if e.guide.id not in same]
    plan.removed = sorted(old_ids - new_ids)
    return plan


def _digest(file: Path) -> str:
    """The SHA-256 of a guide's bytes, those of its sidecar and questions included."""
    digest = sha256()
    try:
        for part in (file, sidecar(file), questions_file(file)):
            if part.is_file():
                digest.update(part.read_bytes())
    except OSError as error:
        raise GuideError(f"{file}: cannot be read: {error.strerror}", path=file) from error
    return digest.hexdigest()


def _entry(file: Path, digest: str, count: Callable[[str], int], errors: list[GuideError]) -> Entry:
    """Read and cut one guide; a fault in its questions is reported in `errors` and costs only the questions."""
    guide = load_guide(file)
    cut = tuple(passages(guide, count))
    beside = questions_file(file)
    try:
        cut, unmatched = attach(cut, read_questions(beside))
        if unmatched:
            raise GuideError(f"{beside}: {len(unmatched)} sentences are not in the guide, the first: “{unmatched[0]}”")
    except GuideError as error:
        errors.append(error)
    return Entry(guide, Source(guide.id, str(file), digest), cut)


def _write(
    folder: IndexFolder,
    old: Generation | None,
    entries: Sequence[Entry],
    encoder: Embeddings,
    space: str,
    progress: Progress,
) -> int:
    """Write and publish a generation holding `entries`; how many passages were embedded for it."""
    texts: dict[str, str] = {}
    words: dict[str, str] = {}
    for entry in entries:
        for passage in entry.passages:
            texts |= vector_texts(entry.guide.title, passage)
            words[passage.id] = word_text(entry.guide.title, passage)
    name = folder.begin()
    home = folder.path / name
    if old is not None and not folder.shared_vectors:
        old.vectors.close()
        shutil.copytree(folder.path / old.name / "chroma", home / "chroma")
    vectors = folder.vectors(name, encoder, space)
    try:
        stored = vectors.ids()
        new = [id_ for id_ in texts if id_ not in stored]
        done = 0
        progress("embed", 0, len(new))
        for added in vectors.add(new, [texts[id_] for id_ in new]):
            done += added
            progress("embed", done, len(new))
        gone = sorted(stored - texts.keys())
        if not folder.shared_vectors:
            vectors.remove(gone)
        WordIndex.build(list(words), list(words.values())).save(home / "words")
        Catalog.write(home / "catalog.sqlite", entries, _versions(space))
        folder.publish(name)
        if folder.shared_vectors:  # the old generation answered from these until this moment
            vectors.remove(gone)
    finally:
        vectors.close()
    return len(new)
