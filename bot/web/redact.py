"""Take out what names a person before anything of a reader is stored; the patterns are in redaction.yaml."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import yaml


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = yaml.safe_load(resources.files("bot.web").joinpath("redaction.yaml").read_text("utf-8"))
    return tuple(
        (
            re.compile(row["pattern"], re.IGNORECASE),
            rf"\{row['keep']}[{row['name']}]" if "keep" in row else f"[{row['name']}]",
        )
        for row in rows
    )


def redact(text: str) -> str:
    """The text with e-mail addresses, links, dates, long numbers, postcodes and announced names replaced by [kind].

    Names that are not announced ("my name is …", "Dr …") are not recognised; nothing here makes text anonymous.
    """
    for pattern, stand_in in _rules():
        text = pattern.sub(stand_in, text)
    return text
