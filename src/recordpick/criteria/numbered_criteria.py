"""Several criteria in one cell: numbered texts, each a criterion of its own.

    1. Patients over 75
    2. Patients with a previous name

They are parted only where nothing else can be meant: the text begins with the first number, all
numbers follow each other, and no part leads on to the next ("and", "or", "with:").
"""

from __future__ import annotations

import re

MOST = 26
_MARK = r"(?:\(?(?P<number>[0-9]{1,2})[.)]|\(?(?P<letter>[a-z])\))"
_BEFORE = r"(?:\A|\n|(?<=[.;:,])[ \t]|[ \t]{2,})\s*"
_PLACE = re.compile(rf"{_BEFORE}{_MARK}[ \t]+(?=\S)", re.IGNORECASE)
_LEADS_ON = re.compile(
    r"(?:\b(?:and|or|and/or|plus|with|including|either|both|who|are|is|have|has|of)|[&+:,/])\s*\Z",
    re.IGNORECASE,
)


def numbered_parts(text: str) -> list[str]:
    """Return the texts of a cell's numbered criteria; one text, as it is, where it has one."""
    places: list[re.Match[str]] = []
    for found in _PLACE.finditer(text):
        if _rank(found) == len(places) + 1 and _is_same_form(places, found):
            places.append(found)
    if not 2 <= len(places) <= MOST or places[0].start() or text[: places[0].start()].strip():
        return [text]
    ends = [*(one.start() for one in places[1:]), len(text)]
    parts = [
        text[one.end() : end].strip().rstrip(";").rstrip()
        for one, end in zip(places, ends, strict=True)
    ]
    if not all(parts) or any(map(_LEADS_ON.search, parts[:-1])):
        return [text]
    return parts


def _rank(found: re.Match[str]) -> int:
    if found["number"]:
        return int(found["number"])
    return ord(found["letter"].casefold()) - ord("a") + 1


def _is_same_form(places: list[re.Match[str]], found: re.Match[str]) -> bool:
    return not places or bool(places[0]["number"]) == bool(found["number"])
