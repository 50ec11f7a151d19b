"""Examples for /openapi.json, read from examples.yaml."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

_DATA: dict[str, dict[int | str, dict[str, Any]]] = yaml.safe_load(
    resources.files("bot.web").joinpath("examples.yaml").read_text("utf-8")
)
CHAT = _DATA["chat"]
FEEDBACK = _DATA["feedback"]
COMPLETION = _DATA["completion"]
