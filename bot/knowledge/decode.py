"""From the bytes of a text file to its text."""

from __future__ import annotations

import codecs
import re

from bot.errors import GuideError

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = ((b"%PDF-", "a PDF"), (b"PK\x03\x04", "a zip or Office file"), (b"{\\rtf", "an RTF file"))
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# Above this share of control characters a file is not text; one stray form feed in a page is.
MAX_CONTROL_SHARE = 0.001
# With fewer accented letters than this, statistics cannot tell the single-byte encodings apart; then
# Windows-1252 it is, the default of the WHATWG Encoding Standard, and its smart quotes survive.
CP1252_MAX_SHARE = 0.03


def decode(data: bytes) -> str:
    r"""The text of a file: BOM dropped, line ends as "\n". Raises GuideError when it is empty or not text."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise GuideError(f"is {what}, whatever its name says", hint="give it the right suffix")
    text = _decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise GuideError("is empty")
    if "\x00" in text or len(_CONTROL.findall(text)) > len(text) * MAX_CONTROL_SHARE:
        raise GuideError("is not text", hint="binary content")
    return text


def _decode(data: bytes) -> str:
    try:
        for bom, encoding in _BOMS:
            if data.startswith(bom):
                return data.decode(encoding)
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data)


def _guess(data: bytes) -> str:
    if b"\x00" in data:
        raise GuideError("is not text", hint="binary content")
    high = sum(byte >= 0x80 for byte in data)
    if high <= len(data) * CP1252_MAX_SHARE:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            pass  # five bytes have no meaning in cp1252: let the statistics speak
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise GuideError("has an encoding that cannot be told", hint="save it as UTF-8")
    return str(best)
