"""Rules over asserted signs, in this message and the turns before it: no model, no retrieval, nothing learned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.safety.lexicon import Speller
from bot.safety.normalise import Normal
from bot.safety.policy import BODIES, Condition, Policy, Rule
from bot.safety.scope import Block, Reason, blocked
from bot.safety.text import Sentence, Token, sentences
from bot.types import Finding


@dataclass(frozen=True, slots=True)
class Sign:
    """One occurrence of a term: sentence and clause number within the conversation, and its span in the message."""

    term: str
    turn: int
    sentence: int
    clause: tuple[int, int]
    span: tuple[int, int]
    silent: Reason | None


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence as written, and what is left of it without what it denies, remembers, supposes or asks about."""

    text: str
    asserted: str
    n_words: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Every occurrence in one turn, asserted or not, its sentences, and its language (ISO 639-1)."""

    text: str
    signs: tuple[Sign, ...]
    said: tuple[Said, ...]
    language: str = "en"

    def sentence(self, number: int) -> Reading:
        """One sentence of the turn as if it stood alone."""
        said = self.said[number]
        return Reading(said.text, tuple(sign for sign in self.signs if sign.sentence == number), (said,), self.language)


class Triage:
    """Reads messages into signs and finds which rules the signs fire."""

    def __init__(self, policy: Policy, speller: Speller) -> None:
        self._policy = policy
        self._speller = speller

    def read(self, normal: Normal, languages: Iterable[str], language: str = "en") -> Reading:
        """The signs of one message in the given languages (ISO 639-1); the last one's cues cut what is not asserted.

        `language` is the one the message is written in, shipped or not.
        """
        signs: list[Sign] = []
        parts = sentences(normal.text)
        said: list[Said] = []
        codes = list(languages)
        for code in codes:
            rules = self._policy.languages[code]
            for number, original in enumerate(parts):
                sentence = self._speller.correct(original) if code == "en" and not normal.garbled else original
                blocks = rules.scoper.blocks(sentence)
                clauses = rules.scoper.clauses(sentence)
                if code == codes[-1]:
                    said.append(_said(normal.text, original, sentence, blocks))
                for term in rules.terms:
                    if term not in self._policy.terms:
                        continue
                    for start, end in rules.terms.find(term, sentence):
                        span = normal.span(sentence.tokens[start].start, sentence.tokens[end - 1].end)
                        clause = (clauses[start], clauses[end - 1])
                        signs.append(Sign(term, 0, number, clause, span, blocked((start, end), blocks)))
        return Reading(normal.text, tuple(signs), tuple(said), language)

    def findings(self, readings: Sequence[Reading], rules: Sequence[Rule] | None = None) -> list[Finding]:
        """The rules that fire over these turns, oldest first; spans are those of the last turn, (0, 0) if it has no part."""
        signs = _conversation(readings)
        there = {sign.term for sign in signs}
        last = len(readings) - 1
        fired = []
        for rule in self._policy.rules if rules is None else rules:
            for way in rule.when:
                if not all(there.issuperset(condition.terms) for condition in way if not condition.absent):
                    continue
                matched = _match(way, signs, rule)
                if matched is not None:
                    spans = [sign.span for sign in matched if sign.turn == last]
                    start, end = (min(s for s, _ in spans), max(e for _, e in spans)) if spans else (0, 0)
                    reason = " + ".join(dict.fromkeys(sign.term for sign in matched))
                    fired.append(Finding(rule.id, rule.category, rule.level, start, end, reason))
                    break
        return fired


def _conversation(readings: Sequence[Reading]) -> list[Sign]:
    """All turns' signs with running sentence numbers; what a later turn denies or calls past is silenced in earlier ones."""
    merged: list[Sign] = []
    offset = 0
    for turn, reading in enumerate(readings):
        withdrawn = {sign.term for sign in reading.signs if sign.silent == "denied"}
        withdrawn -= {sign.term for sign in reading.signs if sign.silent is None}
        if withdrawn - BODIES:
            merged = [sign for sign in merged if sign.term not in withdrawn - BODIES]
        for s in reading.signs:
            merged.append(Sign(s.term, turn, s.sentence + offset, s.clause, s.span, s.silent))
        offset += len(reading.said)
    return merged


def _said(text: str, original: Sentence, sentence: Sentence, blocks: Sequence[Block]) -> Said:
    """A sentence with the stretches that assert nothing, and the cues that silence them, cut out."""
    cut = {
        sentence.tokens[i].start
        for block in blocks
        for i in range(
            min(block.start, block.cue[0]) if block.cue[0] >= 0 else block.start, max(block.end, block.cue[1])
        )
        if i < len(sentence.tokens)
    }
    stretches: list[list[Token]] = [[]]
    for token in original.tokens:
        if token.start in cut:
            stretches.append([])
        else:
            stretches[-1].append(token)
    kept = [text[stretch[0].start : stretch[-1].end] for stretch in stretches if stretch]
    whole = text[original.tokens[0].start : original.tokens[-1].end]
    return Said(whole, ", ".join(kept), len(original.tokens))


def _match(way: Sequence[Condition], signs: Sequence[Sign], rule: Rule) -> list[Sign] | None:
    """The signs that satisfy every condition, or None."""
    heard = [sign for sign in signs if _counts(sign, rule)]
    matched: list[Sign] = []
    for condition in way:
        if condition.absent:
            continue
        found = _find(condition, heard, signs)
        if found is None:
            return None
        matched += found
    where = {sign.sentence for sign in matched}
    for condition in way:
        if condition.absent and any(s.term in condition.terms and s.sentence in where for s in signs):
            return None
    return matched


def _counts(sign: Sign, rule: Rule) -> bool:
    if rule.scope == "raw" or sign.silent is None:
        return True
    if rule.scope == "denied":
        return sign.silent != "denied"
    return sign.term in BODIES and sign.silent != "denied"


def _find(condition: Condition, heard: Sequence[Sign], signs: Sequence[Sign]) -> list[Sign] | None:
    first, *others = condition.terms
    for sign in heard:
        if sign.term != first:
            continue
        chosen = [sign]
        for term in others:
            mate = next((s for s in heard if s.term == term and _together(sign, s, condition, signs)), None)
            if mate is None:
                break
            chosen.append(mate)
        else:
            return chosen
    return None


def _together(one: Sign, other: Sign, condition: Condition, signs: Sequence[Sign]) -> bool:
    if one.sentence == other.sentence:
        return condition.join != "*" or (one.clause[0] <= other.clause[1] and other.clause[0] <= one.clause[1])
    if condition.join != "+":
        return False
    earlier, later = sorted((one, other), key=lambda sign: sign.sentence)
    if earlier.term not in BODIES:
        return False
    bodies = {sign.sentence for sign in signs if sign.term in BODIES}
    return not any(number in bodies for number in range(earlier.sentence + 1, later.sentence + 1))
