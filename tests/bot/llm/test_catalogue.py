"""The catalogue names pinned bytes only."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError, SettingsError
from bot.llm.catalogue import HubSource, ModelFile, WheelSource, load_catalogue, parse_catalogue
from bot.settings import Settings, load_settings

FILES = [file for model in load_catalogue().values() for file in model.files]


def entry(path: str = "a.bin", size: int = 10, sha256: str = "0" * 64, folder: str = "", source: str = "") -> str:
    source = source or 'kind = "wheel"\npackage = "p"\nversion = "1"\nmember = "m"'
    return f"""hub = "http://hub"
[[model]]
name = "m"
kind = "llm"
title = "M"
licence = "MIT"
{f'folder = "{folder}"' if folder else ""}
files = [{{ path = "{path}", size = {size}, sha256 = "{sha256}" }}]
[[model.source]]
{source}
"""


def test_the_models_of_the_design_are_there() -> None:
    catalogue = load_catalogue()
    assert set(catalogue) == {
        "qwen2.5-coder-1.5b",
        "qwen2.5-coder-0.5b",
        "smollm2-135m",
        "all-minilm-l6-v2",
        "all-mpnet-base-v2",
        "cl100k_base",
    }
    assert all(model.licence in {"Apache-2.0", "MIT"} for model in catalogue.values())
    assert [model.name for model in catalogue.values() if model.default and model.kind == "llm"] == [
        "qwen2.5-coder-1.5b"
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_every_file_has_a_source_at_a_fixed_revision(file: ModelFile) -> None:
    assert file.sources
    for source in file.sources:
        if isinstance(source, HubSource):
            assert re.search(r"/resolve/[0-9a-f]{40}/", source.url)
        else:
            assert all(re.search(r"==\d+(\.\d+)+$", part.requirement) for part in source.parts)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_parts_cover_the_file_without_gap_or_overlap(file: ModelFile) -> None:
    for source in file.sources:
        if isinstance(source, WheelSource):
            end = 0
            for part in source.parts:
                assert part.offset == end
                end += part.size
            assert end == file.size


def test_tiktoken_finds_its_file_under_the_name_and_hash_it_expects() -> None:
    """tiktoken names the cached file after the SHA-1 of its address and checks this SHA-256 itself."""
    (file,) = load_catalogue()["cl100k_base"].files
    source = resources.files("tiktoken_ext").joinpath("openai_public.py").read_text("utf-8")
    assert file.sha256 in source
    assert Path(file.path).parent == Path("tiktoken")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (load_settings(), ("qwen2.5-coder-1.5b", "all-minilm-l6-v2", "all-mpnet-base-v2", "cl100k_base")),
        (load_settings(llm="smollm2-135m"), ("smollm2-135m", "all-minilm-l6-v2", "all-mpnet-base-v2", "cl100k_base")),
        (load_settings(llm="none"), ("all-minilm-l6-v2", "all-mpnet-base-v2", "cl100k_base")),
        (load_settings(llm_base_url="http://127.0.0.1:1"), ("all-minilm-l6-v2", "all-mpnet-base-v2", "cl100k_base")),
    ],
)
def test_needed_follows_the_settings(settings: Settings, expected: tuple[str, ...]) -> None:
    assert load_catalogue().needed(settings) == expected


@pytest.mark.parametrize("name", ["gpt-5", "all-minilm-l6-v2", ""])
def test_a_setting_that_is_no_llm_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="no LLM is called"):
        load_catalogue().needed(load_settings(llm=name))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="smollm2-135m"):
        load_catalogue()["smollm3"]
    assert "smollm3" not in load_catalogue()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (entry(path="../a"), "leaves"),
        (entry(path="/a"), "leaves"),
        (entry(folder="..", path="a"), "leaves"),
        (entry(sha256="abc"), "SHA-256"),
        (entry(source='kind = "ftp"'), "unknown kind"),
        (entry().replace('kind = "llm"', 'kind = "toy"'), "unknown kind"),
        (
            entry(source='kind = "wheel"\npackage = "p"\nversion = "1"\nmember = "m"\nparts = 2\npart_size = 5'),
            "different packages",
        ),
    ],
)
def test_a_catalogue_that_cannot_be_trusted_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_catalogue(text)


@given(size=st.integers(1, 10_000), parts=st.integers(1, 40), part_size=st.integers(1, 2_000))
def test_parts_either_add_up_or_are_refused(size: int, parts: int, part_size: int) -> None:
    source = (
        f'kind = "wheel"\npackage = "p{{n}}"\nversion = "1"\nmember = "m"\nparts = {parts}\npart_size = {part_size}'
    )
    text = entry(size=size, source=source)
    if (parts - 1) * part_size < size <= parts * part_size:
        (made,) = parse_catalogue(text)["m"].files[0].sources
        assert isinstance(made, WheelSource)
        assert sum(part.size for part in made.parts) == size
        assert all(part.size > 0 for part in made.parts)
    else:
        with pytest.raises(ValueError, match="do not make"):
            parse_catalogue(text)
