"""How a run says that it is alive."""

from __future__ import annotations

from collections.abc import Callable

Tick = Callable[[str], None]  # told the suite's name after each case
