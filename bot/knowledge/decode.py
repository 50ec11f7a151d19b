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
# With fewer accented letters than this, statistics cannot tell the single-byte encodings apart; then Windows-1252
# it is, the default of the WHATWG Encoding Standard, and its smart quotes survive.
CP1252_MAX_SHARE = 0.05
# What old files are written in. Left to choose from all it knows, charset-normalizer takes Czech for Baltic and
# Turkish for Nordic; from these it told all of tests/bot/knowledge/test_decode.py.
OLD_ENCODINGS = (
    *(f"cp{page}" for page in (1250, 1251, 1252, 1253, 1254, 1255, 1256, 874, 932, 949)),
    *("koi8_r", "gb18030", "big5", "euc_jp"),
)
# Between equals it takes the Central European page first, and "à" for "ŕ": these are written in Windows-1252.
CP1252_LANGUAGES = {
    *("Danish", "Dutch", "English", "Finnish", "French", "German"),
    *("Italian", "Norwegian", "Portuguese", "Spanish", "Swedish"),
}
# Polish, Romanian and others read as Windows-1252 have these inside words.
_SYMBOL_IN_WORD = re.compile(r"[a-z][¹³¿ºª¼¾][a-z]", re.IGNORECASE)


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
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise GuideError(f"is damaged: it begins as {encoding} and does not go on so") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data)


def _guess(data: bytes) -> str:
    """The text of a file in one of the old encodings."""
    if b"\x00" in data:
        raise GuideError("is not text", hint="binary content")
    western = data.decode("cp1252", errors="replace")
    letters = sum(map(str.isalpha, western))
    accented = sum(c.isalpha() and not c.isascii() for c in western)
    if "\ufffd" not in western and not _SYMBOL_IN_WORD.search(western) and accented <= letters * CP1252_MAX_SHARE:
        return western
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=list(OLD_ENCODINGS))
    best = matches.best()
    if best is None:
        raise GuideError("has an encoding that cannot be told", hint="save it as UTF-8")
    as_likely = (match for match in matches if match.coherence >= best.coherence)
    western_match = next((m for m in as_likely if m.encoding == "cp1252" and m.language in CP1252_LANGUAGES), None)
    return str(western_match or best)
