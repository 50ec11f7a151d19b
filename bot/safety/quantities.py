"""Numbers and measurements in a sentence, so that a claim's can be held against its evidence's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bot.safety.policy import read_yaml

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|%|[^\W\d_]+(?:[’'][^\W\d_]+)*")
_RANGE = frozenset({"to", "or", "and", "-", "–"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or range (`values`, empty when a unit stands alone) and its unit ("" when it counts things)."""

    values: tuple[str, ...]
    unit: str


@cache
def _lexicon() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Words for numbers (vague ones included) and words for units."""
    content = read_yaml("policy", "ground.yaml")
    units = {word: unit for unit, forms in content["units"].items() for word in forms}
    return content["numbers"] | content["vague"], units


def quantities(text: str) -> frozenset[Quantity]:
    """Every quantity in `text`: "four to six weeks" is one of two values; "one of them" and "many people" are none."""
    numbers, units = _lexicon()
    tokens = [token.lower().replace("’", "'") for token in _TOKEN.findall(text.replace("per cent", "percent"))]
    values = [_value(token, numbers) for token in tokens]
    found: list[Quantity] = []
    i = 0
    while i < len(tokens):
        value = values[i]
        if value is None:
            if unit := units.get(tokens[i]):
                found.append(Quantity((), unit))
            i += 1
            continue
        span = [value]
        i += 1
        while i + 1 < len(tokens) and tokens[i] in _RANGE and (following := values[i + 1]) is not None:
            span.append(following)
            i += 2
        while i < len(tokens) and (following := values[i]) is not None:  # "4-6": the hyphen is no token
            span.append(following)
            i += 1
        unit = units.get(tokens[i], "") if i < len(tokens) else ""
        i += bool(unit)
        if unit or any(value not in ("1", "few", "many", "several") for value in span):
            found.append(Quantity(tuple(span), unit))
    return frozenset(found)


def added_quantity(claim: str, evidence: str) -> str | None:
    """The first quantity of `claim` that `evidence` does not give with the same values and unit, in words."""
    given = quantities(evidence)
    measured = {quantity.unit for quantity in given}
    for quantity in sorted(quantities(claim), key=lambda q: (q.unit, q.values)):
        bare = not quantity.values and quantity.unit in measured  # "for weeks" where the evidence says how many
        if quantity not in given and not bare:
            return f"{' to '.join(quantity.values)} {quantity.unit}".strip()
    return None


def _value(token: str, numbers: Mapping[str, str]) -> str | None:
    if token[0].isdigit():
        return token.replace(",", ".")
    return numbers.get(token)
