"""Read a criterion's text: which signs, numbers and negations it has, and which words are left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from recordpick.criteria.templates.commentary import bracketed, without_commentary
from recordpick.criteria.templates.lexicon import Found, Meaning
from recordpick.criteria.templates.library import Library, library
from recordpick.criteria.templates.numbers_of import settled
from recordpick.criteria.templates.quantities import Quantities, Quantity
from recordpick.criteria.templates.signs import Reading, Sign
from recordpick.criteria.templates.tokens import TEXT_AT_MOST, Token, stem, tokenise

_BEGINNING = 5
"""A number of patients within so many first words is how many records are wanted."""


def read(text: str) -> Reading:
    """Return the reading of a text."""
    words = library()
    reading = without_commentary(bracketed(tokenise(written_out(text))), words)
    _correct_spelling(reading, words)
    _scan(reading, words)
    reading.signs = [one for one in reading.signs if not _is_said_again(reading, one)]
    reading.signs = [one for one in reading.signs if not _is_how_many_records(reading, one)]
    reading.signs = [settled(reading, sign) for sign in reading.signs]
    return reading


def written_out(text: str) -> str:
    """Return the text with the abbreviations written out that stand for whole words."""
    return _abbreviations().sub(
        lambda found: library().abbreviations[found.group().lower()], text[:TEXT_AT_MOST]
    )


@lru_cache(maxsize=1)
def _abbreviations() -> re.Pattern[str]:
    longest_first = sorted(library().abbreviations, key=len, reverse=True)
    words = "|".join(re.escape(word) for word in longest_first)
    return re.compile(rf"(?<![\w/'-])(?:{words})(?![\w/'-])", re.IGNORECASE)


def _is_said_again(reading: Reading, sign: Sign) -> bool:
    """Return whether a number in brackets is the one before it: at least ten (10)."""
    return sign.parenthetical and any(
        one.quantity is not None
        and sign.quantity is not None
        and one.end == sign.start
        and one.quantity.low == sign.quantity.low
        for one in reading.signs
    )


def _is_how_many_records(reading: Reading, sign: Sign) -> bool:
    """Return whether a number at the beginning is of records: up to 20 registered patients."""
    quantity = sign.quantity
    if quantity is None or quantity.unit:
        return False
    if sign.start and reading.tokens[sign.start - 1].word == "x":
        before = [one.name for one in reading.signs if one.end == sign.start - 1]
        return not any(name in library().classes["countable"] for name in before)
    if sign.start > _BEGINNING:
        return False
    if quantity.compare not in {"", "at most", "at least", "exactly"}:
        return False
    after = [one.name for one in reading.signs if 0 <= one.start - sign.end <= 2]
    return after[:1] == ["patient_word"] or after[:2] == ["registered", "patient_word"]


# words to signs


def _correct_spelling(reading: Reading, words: Library) -> None:
    lexicon = words.lexicon
    for place, token in enumerate(reading.tokens):
        if token.number is not None or token.day or token.pressure or lexicon.knows(token):
            continue
        right = lexicon.spelled(token.stem)
        if right:
            reading.corrections.append(f"“{token.word}” read as {right}")
            reading.tokens[place] = Token(
                right, stem(right), token.sentence, token.mark, token.parenthetical, token.capital
            )


def _scan(reading: Reading, words: Library) -> None:
    quantities = Quantities(reading.tokens)
    place = 0
    while place < len(reading.tokens):
        found = words.lexicon.at(reading.tokens, place)
        quantity = None
        if found is None or not _has_number(reading.tokens, found):
            quantity = quantities.at(place)
        if quantity is not None and _covers(quantity, found, reading, words):
            sign = Sign(
                "#number",
                place,
                quantity.end,
                quantity=quantity,
                parenthetical=reading.tokens[place].parenthetical,
            )
            reading.signs.append(sign)
            place = quantity.end
        elif found is not None:
            _add(reading, found, words)
            place = found.end
        else:
            _add_unknown(reading, place)
            place += 1


def _add_unknown(reading: Reading, place: int) -> None:
    """Keep a word that is in no list: a name after Dr, a postcode, or not understood."""
    token = reading.tokens[place]
    before = reading.tokens[place - 1] if place else token
    named = {sign.name for sign in reading.signs if place - 3 <= sign.end - 1 < place}
    name = "unknown"
    if token.capital and before.word in {"dr", "doctor", "nurse"}:
        name = "@person"
    elif "postcode" in named and re.fullmatch(r"[a-z]{1,2}\d[\da-z]?", token.word):
        name = "@postcode"
    elif token.capital and "address_in" in named:
        name = "@place"
    sign = Sign(name, place, place + 1, token.word, parenthetical=token.parenthetical)
    (reading.unknown if name == "unknown" else reading.signs).append(sign)


def _covers(quantity: Quantity, found: Found | None, reading: Reading, words: Library) -> bool:
    """Return whether a quantity is meant and not a phrase: "two week wait" is no two weeks."""
    if found is not None and quantity.end < found.end and found.end - found.start > 1:
        return False
    for place in range(quantity.start + 1, quantity.end):
        inner = words.lexicon.at(reading.tokens, place)
        if inner and inner.end > quantity.end and _has_number(reading.tokens, inner):
            return False
    return True


def _has_number(tokens: Sequence[Token], found: Found) -> bool:
    if {meaning.kind for meaning in found.meanings} <= {"filler"} or found.end - found.start < 2:
        return False
    numbers = library().numbers["words"]
    return any(
        token.number is not None or token.word in numbers
        for token in tokens[found.start : found.end]
    )


def _add(reading: Reading, found: Found, words: Library) -> None:
    kinds = {meaning.kind for meaning in found.meanings}
    parenthetical = reading.tokens[found.start].parenthetical
    if "by hand" in kinds and not any(kind for kind in kinds if kind not in {"by hand", "filler"}):
        number = next(int(one.value) for one in found.meanings if one.kind == "by hand")
        reading.by_hand = reading.by_hand or (
            f"“{reading.words(found.start, found.end)}”: {words.by_hand[number]}"
        )
        return
    if "connect not" in kinds or "connect never" in kinds:
        name = "never" if "connect never" in kinds else "not"
        reading.nots.append(Sign(name, found.start, found.end, parenthetical=parenthetical))
        return
    joining = [kind for kind in kinds if kind.startswith("connect ")]
    if joining and not any(_is_sign(one) for one in found.meanings):
        name = next(
            name for name in ("union", "or", "each", "and", "with") if f"connect {name}" in joining
        )
        reading.joins.append(Sign(name, found.start, found.end, parenthetical=parenthetical))
        reading.takes_each = reading.takes_each or name == "each"
        return
    for meaning in found.meanings:
        if _is_sign(meaning):
            reading.signs.append(
                Sign(
                    meaning.kind, found.start, found.end, meaning.value, parenthetical=parenthetical
                )
            )


def _is_sign(meaning: Meaning) -> bool:
    return meaning.kind not in {"filler", "by hand"} and not meaning.kind.startswith("connect ")
