"""Undo the disguises a message can wear, keeping the way back to the characters it was typed with.

Follows Unicode UAX #15 (NFKC), UTS #39 (confusables, the small part in `policy/homoglyphs.yaml`) and UTR #36.
Decoded forms serve detection only: they are never answered, stored or shown.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import regex

_BASE64 = regex.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = regex.compile(r"(?:0x)?(?:[0-9a-fA-F]{2}[\s:,]?){6,}|(?:\\x[0-9a-fA-F]{2}){4,}")
_BINARY = regex.compile(r"(?:[01]{8}\s?){4,}")
_SPACED = regex.compile(r"\b(?:\w[ .\-_*]){3,}\w\b")
_WORD = regex.compile(r"\p{L}{2,}")
_TAGS = (0xE0020, 0xE007E)
_MOSTLY = 0.7  # share of words that must be real for a decoded form to count as language
MAX_DECODED = 8


@dataclass(frozen=True, slots=True)
class Normal:
    """A cleaned message: `offsets[i]` is where `text[i]` stood in the original; one extra entry marks the end.

    `garbled` says that its words are none until it is turned round or shifted: what it seems to misspell means nothing.
    """

    text: str
    offsets: tuple[int, ...]
    decoded: tuple[str, ...] = ()
    garbled: bool = False

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's half-open span for `text[start:end]`."""
        if end <= start:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], self.offsets[end - 1] + 1


def normalise(
    message: str, *, homoglyphs: Mapping[str, str] | None = None, is_word: Callable[[str], bool] | None = None
) -> Normal:
    """Clean a message and decode what is hidden in it.

    Without `is_word` (does this string stand in a dictionary?) rot13 and reversed text are not looked for.
    """
    characters: list[str] = []
    offsets: list[int] = []
    hidden: list[str] = []
    for position, cluster in _clusters(message):
        if _TAGS[0] <= ord(cluster[0]) <= _TAGS[1]:
            hidden.append(chr(ord(cluster[0]) - 0xE0000))
            continue
        for character in _clean(cluster):
            characters.append(character)
            offsets.append(position)
    offsets.append(len(message))
    text = _fold_homoglyphs("".join(characters), homoglyphs or {})
    turned = _turned(text, is_word) if is_word is not None else []
    forms = [*turned, *_decode(text, "".join(hidden))]
    decoded = dict.fromkeys(form for form in forms if form.strip() and form != text)
    return Normal(text, tuple(offsets), tuple(decoded)[:MAX_DECODED], bool(turned))


def _clusters(message: str) -> Iterator[tuple[int, str]]:
    """Base characters with the marks that follow them."""
    start = 0
    for index in range(1, len(message) + 1):
        if index == len(message) or not unicodedata.combining(message[index]):
            yield start, message[start:index]
            start = index


def _clean(cluster: str) -> str:
    """NFKC without format, control and variation characters, and with at most two stacked marks."""
    kept: list[str] = []
    for character in unicodedata.normalize("NFKC", cluster[:3]):
        category = unicodedata.category(character)
        if character in "\n\t":
            kept.append(character)
        elif category in ("Zs", "Zl", "Zp", "Cc"):
            kept.append(" ")
        elif category not in ("Cf", "Cs", "Co", "Cn") and not 0xFE00 <= ord(character) <= 0xFE0F:
            kept.append(character)
    return "".join(kept)


def _fold_homoglyphs(text: str, table: Mapping[str, str]) -> str:
    """Turn look-alike letters into Latin ones inside words that are Latin otherwise; length is kept."""

    def fold(match: regex.Match[str]) -> str:
        word = match.group()
        latin = any("a" <= character.lower() <= "z" for character in word)
        if not latin and not all(character in table for character in word):
            return word
        return "".join(table.get(character, character) for character in word)

    return regex.sub(r"\w+", fold, text) if table else text


def _turned(text: str, is_word: Callable[[str], bool]) -> list[str]:
    """The text shifted by thirteen letters or read backwards, where only that makes words of it."""
    if _share(text, is_word) >= _MOSTLY:
        return []
    forms = codecs.decode(text, "rot13"), text[::-1], " ".join(word[::-1] for word in text.split())
    return [form for form in forms if _share(form, is_word) >= _MOSTLY]


def _decode(text: str, hidden: str) -> Iterator[str]:
    """Every reading of the text that is language after one step of decoding."""
    if hidden:
        yield hidden
    for match in _BASE64.finditer(text):
        yield from _readable(_base64(match.group()))
    for match in _HEX.finditer(text):
        digits = regex.sub(r"0x|\\x|[\s:,]", "", match.group())
        yield from _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    for match in _BINARY.finditer(text):
        yield from _readable(bytes(int(octet, 2) for octet in regex.findall(r"[01]{8}", match.group())))
    for unescaped in (unquote(text), html.unescape(text)):
        if unescaped != text:
            yield unescaped
    if _SPACED.search(text):
        yield _SPACED.sub(lambda match: regex.sub(r"[ .\-_*]", "", match.group()), text)


def _base64(blob: str) -> bytes:
    padded = blob.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4))
    except binascii.Error:
        return b""


def _readable(data: bytes) -> Iterator[str]:
    """The bytes as text, if they are text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if len(text) >= 4 and sum(c.isalnum() or c.isspace() for c in text) >= _MOSTLY * len(text) and text.isprintable():
        yield text


def _share(text: str, is_word: Callable[[str], bool]) -> float:
    words = _WORD.findall(text.lower())
    return sum(map(is_word, words)) / len(words) if len(words) >= 2 else 1.0
