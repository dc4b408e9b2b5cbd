"""Find phrases in a text, the longest at each place; correct spelling where that is safe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from recordpick.criteria.templates.tokens import Token, stem

GAP = "~"
_GAP_AT_MOST = 4
_SPELLED_FROM = 5
"""Shorter words are not corrected: too many are one letter from another."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase means: its kind, and which of that kind if there are several (library.py)."""

    kind: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase found in a text: from word `start` to before `end`."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]


@dataclass(slots=True)
class Lexicon:
    """Phrases by their first word."""

    exact: dict[str, list[tuple[tuple[str, ...], Meaning]]] = field(default_factory=dict)
    prefixed: dict[str, list[tuple[tuple[str, ...], Meaning]]] = field(default_factory=dict)
    """Phrases whose first word is a prefix such as `vaccin*`, by its first two letters."""
    words: set[str] = field(default_factory=set)
    _spellings: list[str] = field(default_factory=list)
    _corrected: dict[str, str] = field(default_factory=dict)

    def add(self, phrase: str, meaning: Meaning) -> None:
        """Add a phrase with its alternatives written out."""
        for parts in expand(phrase):
            if parts[0].endswith("*"):
                self.prefixed.setdefault(parts[0][:2], []).append((parts, meaning))
            else:
                self.exact.setdefault(parts[0], []).append((parts, meaning))
            self.words.update(part for part in parts if part != GAP and not part.endswith("*"))

    def at(self, tokens: Sequence[Token], start: int) -> Found | None:
        """Return the longest phrase that begins at a word, with all its meanings."""
        best, meanings = 0, dict[Meaning, None]()
        candidates = self.exact.get(tokens[start].stem, [])
        if start == 0:
            candidates = candidates + self.exact.get(f"^{tokens[start].word}", [])
        prefixed = self.prefixed.get(tokens[start].word[:2], ())
        for parts, meaning in (*candidates, *prefixed):
            end = _match(parts, tokens, start)
            if end > best:
                best, meanings = end, {meaning: None}
            elif end and end == best:
                meanings[meaning] = None
        return Found(start, best, tuple(meanings)) if best else None

    def knows(self, token: Token) -> bool:
        """Return whether a word is in some phrase."""
        return token.stem in self.words or any(
            _fits(parts[0], token) for parts, _ in self.prefixed.get(token.word[:2], ())
        )

    def spelled(self, word: str) -> str:
        """Return the word that a misspelt one most likely is; "" where that is not certain."""
        if word not in self._corrected:
            self._corrected[word] = self._nearest(word)
        return self._corrected[word]

    def _nearest(self, word: str) -> str:
        if len(word) < _SPELLED_FROM or not word.isalpha():
            return ""
        if not self._spellings:
            self._spellings = sorted(one for one in self.words if len(one) >= _SPELLED_FROM)
        allowed = 1 if len(word) < 9 else 2
        near = process.extract(
            word, self._spellings, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=3
        )
        near = [one for one in near if one[0][0] == word[0]]
        if not near or (len(near) > 1 and near[0][1] == near[1][1]):
            return ""
        return str(near[0][0])


def expand(phrase: str) -> Iterator[tuple[str, ...]]:
    """Yield the word sequences of a phrase with (a|b) and (a)? in it, also within each other."""
    parts = re.findall(r"\)\?|[()|]|[^\s()|]+", phrase)
    sequences, end = _alternatives(parts, 0)
    assert end == len(parts), phrase
    yield from (one for one in dict.fromkeys(sequences) if one)


def _alternatives(parts: Sequence[str], place: int) -> tuple[list[tuple[str, ...]], int]:
    """Return the sequences from a place up to the bracket that closes, and where that is."""
    found: list[tuple[str, ...]] = []
    current: list[tuple[str, ...]] = [()]
    while place < len(parts) and not parts[place].startswith(")"):
        if parts[place] == "|":
            found, current = found + current, [()]
        elif parts[place] == "(":
            inner, place = _alternatives(parts, place + 1)
            inner = [*inner, ()] if parts[place] == ")?" else inner
            current = [(*one, *other) for one in current for other in inner]
        else:
            current = [(*one, *_stems(parts[place])) for one in current]
        place += 1
    return found + current, place


def _stems(word: str) -> Iterable[str]:
    if word == GAP:
        return [GAP]
    if word.endswith("*") or word.startswith("^"):
        return [word]
    return [stem(part) for part in re.findall(r"[a-z0-9]+", word)] or [word]


def _fits(part: str, token: Token) -> bool:
    if part.startswith("^"):
        return token.word == part[1:]
    return token.word.startswith(part[:-1]) if part.endswith("*") else token.stem == part


def _match(parts: tuple[str, ...], tokens: Sequence[Token], start: int) -> int:
    """Return where the phrase ends if it is at `start`, else 0. It does not cross a sentence."""
    sentence, place = tokens[start].sentence, start
    for number, part in enumerate(parts):
        if part == GAP:
            return _after_gap(parts[number + 1 :], tokens, place)
        if place >= len(tokens) or tokens[place].sentence != sentence:
            return 0
        if place > start and (
            tokens[place].mark in {",", ";", ":"}
            or tokens[place].parenthetical != tokens[start].parenthetical
        ):
            return 0
        if not _fits(part, tokens[place]):
            return 0
        place += 1
    return place


def _after_gap(rest: tuple[str, ...], tokens: Sequence[Token], place: int) -> int:
    for skipped in range(_GAP_AT_MOST + 1):
        if place + skipped < len(tokens) and (end := _match(rest, tokens, place + skipped)):
            return end
    return 0
