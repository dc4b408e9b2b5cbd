"""Settle what a number is of: an age, a count of things, a value of a test, a period."""

from __future__ import annotations

from recordpick.criteria.templates.library import library
from recordpick.criteria.templates.quantities import Quantity
from recordpick.criteria.templates.signs import Reading, Sign

_REACH = 3
"""How many words may lie between a number and what it is of."""


def settled(reading: Reading, sign: Sign) -> Sign:
    """Return the sign of a quantity under the name of what it is: #age, #count, #period …"""
    quantity = sign.quantity
    if quantity is None:
        return sign
    name = f"#{quantity.kind}"
    if quantity.kind == "number":
        name = _kind_of_number(reading, sign, quantity)
    of = ""
    if name == "#count":
        after, before = _next_sign(reading, sign), _previous_sign(reading, sign)
        owner = (
            after if after is not None and after.name in library().classes["countable"] else before
        )
        of = owner.name if owner is not None else ""
    before_it = {token.word for token in reading.tokens[max(sign.start - 3, 0) : sign.start]}
    if name == "#period" and "or" in before_it:
        name = "#period_or" if quantity.direction in {"before", "ago"} else name
    return Sign(name, sign.start, sign.end, of, quantity, sign.parenthetical)


def _kind_of_number(reading: Reading, sign: Sign, quantity: Quantity) -> str:
    after, before = _next_sign(reading, sign), _previous_sign(reading, sign)
    classes = library().classes
    is_value = before is not None and before.name in classes["measured"]
    if quantity.has_measure or is_value:
        return "#measure" if is_value else "#strength"
    if quantity.unit:
        return "#age" if _is_of_person(reading, sign, quantity) else "#period"
    if (
        quantity.compare == "between"
        and sign.parenthetical
        and quantity.low >= 10
        and after is None
    ):
        return "#age"
    if _is_counted(reading, sign, after, before):
        return "#count"
    if quantity.low <= 120 and (quantity.compare or quantity.high):
        return "#age"
    is_countable = any(one.name in classes["countable"] for one in reading.signs)
    return "#count" if is_countable else "#number"


def _is_counted(reading: Reading, sign: Sign, after: Sign | None, before: Sign | None) -> bool:
    """Return whether a number is of things named after or before it."""
    if after is not None and after.name in library().classes["countable"]:
        return True
    if before is None or not _counts_back(reading, sign, before):
        return False
    is_compared = sign.quantity is not None and bool(sign.quantity.compare)
    return not (is_compared and before.name == "current") or after is None


def _counts_back(reading: Reading, sign: Sign, before: Sign) -> bool:
    """Return whether a number is of the things named before it: "DNAs, more than 3"."""
    is_thing = before.name in {"@document_kind", "@file_type", "@vaccine"}
    if before.name not in library().classes["countable"] or (
        before.name.startswith("@") and not is_thing
    ):
        return False
    if reading.tokens[sign.start].mark not in {",", ";"}:
        return True
    assert sign.quantity is not None
    last = reading.tokens[before.end - 1]
    return sign.quantity.low < 16 or last.word != last.stem


def _is_of_person(reading: Reading, sign: Sign, quantity: Quantity) -> bool:
    """Return whether "under 8 weeks" is an age: it follows a person, or begins the text."""
    before = _previous_sign(reading, sign)
    persons = library().classes["persons"]
    if before is not None:
        return before.name in persons
    after = _next_sign(reading, sign)
    return bool(quantity.compare) and (after is None or after.name in persons)


def _next_sign(reading: Reading, sign: Sign) -> Sign | None:
    place, seen = sign.end, 0
    while place < len(reading.tokens) and seen <= _REACH:
        token = reading.tokens[place]
        if token.sentence != reading.tokens[sign.start].sentence or token.mark in {",", ";", ":"}:
            return None
        near = [one for one in reading.signs if one.start == place and one.quantity is None]
        if near and token.word in library().classes["partings"]:
            return None
        if near:
            return next(
                (one for one in near if one.name in library().classes["countable"]), near[0]
            )
        if any(one.start == place for one in reading.unknown):
            return None
        if token.word in library().classes["partings"] or any(
            one.start == place for one in reading.signs
        ):
            return None
        place, seen = place + 1, seen + 1
    return None


def _test_before(reading: Reading, sign: Sign) -> Sign | None:
    """Return the test whose result it is: "HbA1c result above 75"."""
    return next(
        (
            one
            for one in reading.signs
            if one.name in {"@test", "systolic", "diastolic", "blood_pressure"}
            and 0 <= sign.start - one.end <= 1
        ),
        None,
    )


def _previous_sign(reading: Reading, sign: Sign) -> Sign | None:
    """Return the sign just before a number, or the test whose result it is."""
    place, seen = sign.start - 1, 0
    while place >= 0 and seen <= _REACH:
        token = reading.tokens[place]
        if token.sentence != reading.tokens[sign.start].sentence:
            return None
        near = [one for one in reading.signs if one.end == place + 1 and one.quantity is None]
        if near and near[0].name not in {"file_word", "record_word"}:
            return _likeliest(reading, near)
        is_parted = reading.tokens[place + 1].mark in {";", ","} and not near
        if is_parted or token.word in {"and", "or", "who", "with"}:
            return None
        place, seen = place - 1, seen + 1
    return None


def _likeliest(reading: Reading, near: list[Sign]) -> Sign:
    """Return of the meanings of one phrase the one that a number after it is of."""
    classes = library().classes
    if near[0].name in classes["of_result"] and (test := _test_before(reading, near[0])):
        return test
    likely = (one for one in near if one.name in classes["countable"] or one.name == "@test")
    return next(likely, near[0])
