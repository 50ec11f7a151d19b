"""Words of the page, one file a language."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def strings(language: str = "en") -> dict[str, Any]:
    """The words of a language, English for one that has no file."""
    file = resources.files(__name__).joinpath(f"{language}.yaml")
    if not language.isalpha() or not file.is_file():
        file = resources.files(__name__).joinpath("en.yaml")
    words: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return words
