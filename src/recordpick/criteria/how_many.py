"""How many records a list asks for, as people write it: "20", "up to 20", "10-20", "all"."""

from __future__ import annotations

import re

from recordpick.criteria.toml_values import RECORDS_AT_MOST

_ALL = frozenset(
    {"all", "all records", "all patients", "all of them", "every one", "everyone", "every record"}
    | {"every patient", "max", "maximum", "as many as possible", "no limit", "unlimited"}
)
_WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def how_many(text: str) -> int | None:
    """Return the most records that a cell asks for, None if that is unknown.

    Of two numbers ("10-20", "20 (min 10)") it is the larger. "All" is the most that a criterion
    can have. What lies beyond what it can have comes back as it is.
    """
    plain = " ".join(text.casefold().split()).strip(" .*")
    if plain in _ALL:
        return RECORDS_AT_MOST
    if "%" in plain or re.match(r"[-\u2012-\u2015\u2212]\s*[0-9]", plain):
        return None
    if plain in _WORDS:
        return _WORDS.index(plain) + 1
    for part in (plain, _IN_BRACKETS.sub(" ", plain).strip()):
        if part in _WORDS:
            return _WORDS.index(part) + 1
        numbers = [one.removesuffix(".0").replace(",", "") for one in _NUMBER.findall(part)]
        if not numbers or any("." in one or len(one) > 9 for one in numbers):
            continue
        if len(numbers) == 1 or (len(numbers) == 2 and _is_range(part)):
            return max(map(int, numbers))
    return None


def _is_range(text: str) -> bool:
    """Return whether two numbers are the ends of what is wanted, and not two things."""
    joined = re.search(r"[0-9]\s*(?:-|[\u2010-\u2015]|/|to|or|and)\s*[0-9]", text)
    return (
        bool(joined)
        or re.search(r"\b(?:min|max|minimum|maximum|least|most|up to)\b", text) is not None
    )
