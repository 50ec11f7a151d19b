"""A model is the same whether its folder or the archive of its folder is there."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bot.errors import ModelCorrupt, ModelMissing
from bot.knowledge import published
from bot.knowledge.served import Served

FILES = {"model.safetensors": "weights", "tokenizer.json": "{}", "1_Pooling/config.json": "pooling"}


@pytest.fixture(params=["folder", "archive"])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "encoder"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if request.param == "folder":
        return folder
    with zipfile.ZipFile(tmp_path / "encoder-1.zip", "w") as archive:
        for name in FILES:
            archive.write(folder / name, f"encoder/{name}")
    return tmp_path / "encoder-1.zip"


def test_every_file_can_be_read(model: Path, tmp_path: Path) -> None:
    assert published.is_there(model)
    assert published.text(model, "tokenizer.json") == "{}"
    with published.as_folder(model, tmp_path) as folder:
        assert {name: (folder / name).read_text(encoding="utf-8") for name in FILES} == FILES


def test_what_was_unpacked_goes_and_what_is_published_stays(model: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    with published.as_folder(model, tmp_path):
        pass
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["nothing", "nothing.zip"])
def test_what_is_not_there_is_said_so(tmp_path: Path, name: str) -> None:
    assert not published.is_there(tmp_path / name)
    with pytest.raises(ModelMissing, match="is not there"):
        Served(tmp_path / name, tmp_path / "graph.onnx").encode(["a"])


def test_an_archive_that_is_none_is_said_to_be_broken_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_text("no archive", encoding="utf-8")
    with pytest.raises(ModelCorrupt, match="cannot be loaded"):
        Served(tmp_path / "broken.zip", tmp_path / "graphs" / "graph.onnx").encode(["a"])
    assert list((tmp_path / "graphs").iterdir()) == []
