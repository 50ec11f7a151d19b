"""Run the engine in a process of its own: prints its address and key as JSON, and ends when its input does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bot.llm.engine import Engine

engine = Engine(Path(sys.argv[1]), ctx=2048)
engine.start()
print(json.dumps({"base_url": engine.base_url, "api_key": engine.api_key}), flush=True)
sys.stdin.read()
engine.stop()
