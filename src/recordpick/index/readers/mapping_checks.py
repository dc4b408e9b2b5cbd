"""What a mapping file says that could not take effect, or would spoil every row: refused.

Whatever a mapping accepts takes effect. So a format of dates that no date is read by, a name that
stands twice, or a word that its column cannot hold, is a problem with its section and key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from recordpick.index.readers.mapping_values import ColumnValue, text_of
from recordpick.index.values import from_text, trimmed
from recordpick.sanitize import visible
from recordpick.schema import KIND_WORDS, TABLES, Column, Kind

LONGEST_TEXT = 1000
"""Characters of a text in a mapping, a condition aside."""
_LONGEST_CONDITION = 20_000
_LONGEST_NAME = 60

PRECISIONS = {
    ("patients", "date_of_birth"): "date_of_birth_precision",
    ("events", "date"): "date_precision",
}
"""Columns that say how much of a date is known, where there is one."""


def wrong_texts(place: str, said: object, key: str = "") -> Iterator[str]:
    """Return the texts that are too long or contain invisible characters."""
    if isinstance(said, str):
        longest = _LONGEST_CONDITION if key == "where" else LONGEST_TEXT
        if len(said) > longest:
            yield f"{place}: a text has more than {longest:,} characters"
        elif any(not letter.isprintable() and letter != "\t" for letter in said) and key != "where":
            yield f"{place}: the text {visible(said[:50])} has characters that cannot be seen"
    elif isinstance(said, dict):
        for name, value in said.items():
            at = f"{place}, {visible(name[:50])}" if place else visible(name[:50])
            yield from wrong_texts(place, name)
            yield from wrong_texts(at, value, name)
    elif isinstance(said, list):
        for value in said:
            yield from wrong_texts(place, value)


def wrong_name(place: str, name: str) -> Iterator[str]:
    """Return what is wrong with a table's name."""
    is_plain = name.replace("_", "").isalnum() and name.isascii() and name == name.lower()
    if not is_plain or len(name) > _LONGEST_NAME:
        yield (
            f"{place}: a name has small letters, digits and underscores only, at most "
            f"{_LONGEST_NAME}"
        )


def wrong_delimiter(place: str, delimiter: str) -> Iterator[str]:
    """Return what is wrong with a delimiter."""
    if len(delimiter) != 1:
        yield f"{place}, delimiter: must be one character"
    elif delimiter.isalnum() or delimiter in "\"'\r\n._-":
        yield f"{place}, delimiter: {delimiter!r} cannot divide fields"


def wrong_headers(place: str, headers: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return which names stand twice in a list of names."""
    for names in headers:
        plain = [" ".join(name.split()) for name in names if name.strip()]
        twice = next((name for name in plain if plain.count(name) > 1), None)
        if twice is not None:
            yield f"{place}, headers: {visible(twice)} stands twice in one list"


def wrong_values(
    place: str, name: str, kinds: Mapping[str, Kind], values: Mapping[str, ColumnValue]
) -> Iterator[str]:
    """Return columns made of what they cannot hold, and date formats of columns without dates."""
    known = {column.name: column for column in TABLES[name].columns} if name in TABLES else {}
    for key, value in values.items():
        at = f"{place}, columns.{visible(key)}"
        column = known.get(key) or Column(key, kinds.get(key, "text"), "")
        if key.startswith("__") or len(key) > _LONGEST_NAME:
            yield f"{at}: a column's name has at most {_LONGEST_NAME} characters and no __ in front"
        if column.kind != "date" and (value.date_format or value.is_iso_date):
            yield f"{at}: date_format, year and partial_date are for columns that hold a date"
        for text in _constants(value):
            if not _can_hold(column, text):
                expected = ", ".join(column.words) or KIND_WORDS[column.kind]
                yield f"{at}: {visible(text)} is not what the column holds ({expected})"


def _constants(value: ColumnValue) -> list[str]:
    """Return the texts that a column may have whatever stands in the file."""
    said: Mapping[str, Any] = value.said
    constants = [said[key] for key in ("value", "then", "else", "otherwise") if key in said]
    constants += said.get("values", {}).values()
    return [text for text in map(text_of, constants) if text.strip()]


def _can_hold(column: Column, text: str) -> bool:
    asked = trimmed(pl.lit(text))
    return pl.select(from_text(asked, column)).item() is not None


def uses_date_format(
    name: str, kinds: Mapping[str, Kind], values: Mapping[str, ColumnValue]
) -> bool:
    """Return whether a format of dates that is said for the whole table is used by a column."""
    dates = {key for key, kind in kinds.items() if kind == "date"}
    if name in TABLES:
        dates = {column.name for column in TABLES[name].columns if column.kind == "date"}
    return any(
        key in dates and value.form != "value" and not value.is_iso_date and not value.date_format
        for key, value in values.items()
    )
