from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import IndexUnavailable, IngestError
from bot.knowledge.index import IndexFolder, LiveIndex
from bot.knowledge.ingest import IngestReport, ingest
from bot.knowledge.vectors import passage_of
from tests.hashing import HashingEmbeddings

GUIDE = """---
id: {id}
title: {title}
language: en
licence: CC0-1.0
reviewed_by: null
reviewed_on: null
---

# {title}

## Rest
{rest}

## Frequently Asked Questions
### Does it heal?
It usually heals. Be patient.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    write(folder, "ankle")
    write(folder, "wrist")
    return folder


def write(corpus: Path, name: str, rest: str = "Resting the joint often helps for a few days.") -> Path:
    path = corpus / f"{name}.md"
    path.write_text(GUIDE.format(id=name, title=f"The {name}", rest=rest), encoding="utf-8")
    return path


class Setup:
    def __init__(self, corpus: Path) -> None:
        self.corpus = corpus
        self.folder = IndexFolder(corpus.parent / "data")
        self.encoder = HashingEmbeddings()

    def run(self, *paths: Path) -> IngestReport:
        self.encoder.encoded.clear()
        return ingest(
            list(paths) or None, self.corpus, self.folder, self.encoder, self.encoder.id, lambda text: len(text.split())
        )

    def guides(self) -> list[str]:
        generation = self.folder.open()
        try:
            stored = {passage_of(id_) for id_ in generation.vectors.ids()}
            assert stored == generation.catalog.passage_ids()
            return sorted(guide.id for guide in generation.catalog.guides())
        finally:
            generation.close()


@pytest.fixture
def setup(corpus: Path) -> Setup:
    return Setup(corpus)


def test_first_run_adds_everything(setup: Setup) -> None:
    report = setup.run()
    assert report.added == ("ankle", "wrist")
    assert report.embedded == report.total == len(setup.encoder.encoded) == 4
    assert setup.guides() == ["ankle", "wrist"]


def test_second_run_embeds_nothing_and_keeps_the_generation(setup: Setup) -> None:
    setup.run()
    before = setup.folder.current()
    report = setup.run()
    assert (report.added, report.changed, report.removed, report.embedded) == ((), (), (), 0)
    assert report.unchanged == ("ankle", "wrist")
    assert setup.encoder.encoded == []
    assert setup.folder.current() == before


def test_a_changed_section_is_the_only_thing_embedded_again(setup: Setup) -> None:
    setup.run()
    write(setup.corpus, "ankle", rest="Moving it gently often helps more.")
    report = setup.run()
    assert report.changed == ("ankle",)
    assert report.embedded == 1
    assert "Moving it gently" in setup.encoder.encoded[0]
    assert setup.guides() == ["ankle", "wrist"]


def test_a_guide_whose_file_is_gone_disappears(setup: Setup) -> None:
    setup.run()
    (setup.corpus / "ankle.md").unlink()
    report = setup.run()
    assert report.removed == ("ankle",)
    assert report.embedded == 0
    assert setup.guides() == ["wrist"]


def test_a_broken_guide_does_not_stop_the_others(setup: Setup) -> None:
    (setup.corpus / "broken.md").write_bytes(b"")
    report = setup.run()
    assert report.added == ("ankle", "wrist")
    assert len(report.errors) == 1
    assert "broken.md" in str(report.errors[0])


def test_a_guide_that_breaks_later_keeps_answering_as_it_was(setup: Setup) -> None:
    setup.run()
    (setup.corpus / "ankle.md").write_text("no front matter", encoding="utf-8")
    report = setup.run()
    assert report.kept == ("ankle",)
    assert len(report.errors) == 1
    assert setup.guides() == ["ankle", "wrist"]


def test_two_guides_with_one_id(setup: Setup) -> None:
    (setup.corpus / "zz-copy.md").write_text((setup.corpus / "ankle.md").read_text(encoding="utf-8"), encoding="utf-8")
    report = setup.run()
    assert report.added == ("ankle", "wrist")
    assert "zz-copy.md" in str(report.errors[0])
    assert "ankle.md" in str(report.errors[0])


def test_nothing_readable_leaves_the_index_as_it_was(setup: Setup) -> None:
    setup.run()
    before = setup.folder.current()
    for path in setup.corpus.iterdir():
        path.unlink()
    with pytest.raises(IngestError, match="no guides"):
        setup.run()
    assert setup.folder.current() == before
    assert setup.guides() == ["ankle", "wrist"]


def test_named_paths_are_added_and_the_rest_stays(setup: Setup, tmp_path: Path) -> None:
    setup.run()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    hip = write(elsewhere, "hip")
    assert setup.run(hip).added == ("hip",)
    assert setup.guides() == ["ankle", "hip", "wrist"]
    assert setup.run().removed == ("hip",)  # naming nothing: exactly the corpus
    assert setup.guides() == ["ankle", "wrist"]


def test_another_encoder_means_a_fresh_index(setup: Setup) -> None:
    setup.run()
    setup.encoder.id = "hashing/other"
    report = setup.run()
    assert report.embedded == 4
    assert setup.guides() == ["ankle", "wrist"]


def test_one_ingest_at_a_time(setup: Setup) -> None:
    with setup.folder.writing(), pytest.raises(IngestError, match="another ingest"):
        setup.run()


def test_a_live_index_follows_an_ingest(setup: Setup) -> None:
    setup.run()
    live = LiveIndex(setup.folder)
    assert len(live.get().catalog.guides()) == 2
    write(setup.corpus, "hip")
    setup.run()
    assert len(live.get().catalog.guides()) == 3
    live.close()


def test_no_index_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="medialis ingest"):
        IndexFolder(tmp_path).open()


def test_old_generations_are_swept_but_the_previous_one(setup: Setup) -> None:
    for n in range(4):
        write(setup.corpus, "ankle", rest=f"Resting it for {n} days is enough for most people.")
        setup.run()
    assert sorted(p.name for p in setup.folder.path.glob("gen-*")) == ["gen-000003", "gen-000004"]
