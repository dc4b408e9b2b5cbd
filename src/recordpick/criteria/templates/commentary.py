"""Leave out what only explains: further sentences, examples, and what to check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recordpick.criteria.templates.library import Library
from recordpick.criteria.templates.signs import Reading
from recordpick.criteria.templates.tokens import Token


def bracketed(tokens: list[Token]) -> list[Token]:
    """Treat ", also a suspected or past one," as if it were in brackets."""
    result = list(tokens)
    for start, token in enumerate(tokens):
        if token.word != "also" or token.mark != ",":
            continue
        end = start + 1
        while end < len(tokens) and not tokens[end].mark and tokens[end].sentence == token.sentence:
            end += 1
        if "one" in {one.word for one in tokens[start:end]} and end < len(tokens):
            result[start:end] = [replace(one, parenthetical=True) for one in tokens[start:end]]
    return result


def without_commentary(tokens: list[Token], words: Library) -> Reading:
    """Leave out sentences that explain, examples, and what to check: they add no condition."""
    reading = Reading([])
    sentences: dict[int, list[Token]] = {}
    for token in tokens:
        sentences.setdefault(token.sentence, []).append(token)
    for number, sentence in enumerate(sentences.values()):
        reading.takes_each = reading.takes_each or _takes_each(sentence)
        if number and _is_commentary(sentence, words):
            reading.commentary.append(" ".join(token.word for token in sentence))
            continue
        kept = _before_check(_without_examples(sentence, words, reading), words, reading)
        reading.tokens += kept
    return reading


def _takes_each(sentence: Sequence[Token]) -> bool:
    stems = [token.stem for token in sentence]
    return "each" in stems and any(
        word in stems for word in ("some", "one", "few", "mix", "example")
    )


def _is_commentary(sentence: Sequence[Token], words: Library) -> bool:
    said = [token.word for token in sentence]
    begins = words.commentary["begins"]
    if any(tuple(said[: len(phrase)]) == phrase for phrase in begins):
        return True
    return any(_has(said, phrase) for phrase in words.commentary["has"])


def _has(said: Sequence[str], phrase: tuple[str, ...]) -> bool:
    return any(tuple(said[place : place + len(phrase)]) == phrase for place in range(len(said)))


def _without_examples(sentence: list[Token], words: Library, reading: Reading) -> list[Token]:
    """Leave out "such as …" up to the next comma, if something stands before it."""
    kept: list[Token] = []
    place = 0
    while place < len(sentence):
        length = _begins(sentence, place, words.commentary["examples"])
        if not length or not kept:
            kept.append(sentence[place])
            place += 1
            continue
        end = place + length
        inside = sentence[place].parenthetical
        while end < len(sentence) and not _ends_example(sentence, end, inside=inside):
            end += 1
        reading.commentary.append(" ".join(token.word for token in sentence[place:end]))
        place = end
    return kept


def _ends_example(sentence: Sequence[Token], place: int, *, inside: bool) -> bool:
    if inside:
        return not sentence[place].parenthetical
    if sentence[place].mark == ";":
        return True
    return (
        sentence[place].mark in {",", "-"}
        and sentence[place].word not in {"or", "and"}
        and (
            place + 1 < len(sentence)
            and sentence[place].word
            in {"in", "with", "who", "on", "from", "within", "aged", "check"}
        )
    )


def _before_check(sentence: list[Token], words: Library, reading: Reading) -> list[Token]:
    """Leave out what follows a word such as "check" within the sentence."""
    for place in range(1, len(sentence)):
        token = sentence[place]
        if not token.mark and token.word not in {"to", "whatever", "so", "because", "in"}:
            continue
        if _begins(sentence, place, words.commentary["check"]):
            reading.commentary.append(" ".join(one.word for one in sentence[place:]))
            return sentence[:place]
    return sentence


def _begins(sentence: Sequence[Token], place: int, phrases: Sequence[tuple[str, ...]]) -> int:
    for phrase in phrases:
        said = tuple(token.word for token in sentence[place : place + len(phrase)])
        if said == phrase:
            return len(phrase)
    return 0
