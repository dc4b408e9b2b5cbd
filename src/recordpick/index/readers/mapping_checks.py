"""Checks for settings in a mapping file that would have no effect, or would damage every row.

Whatever a mapping accepts takes effect. So a date format that no date uses, a repeated name, or a
word that its column cannot hold, is an error with its section and key.
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
"""The most characters of a text in a mapping, other than a condition."""
_LONGEST_CONDITION = 20_000
_LONGEST_NAME = 60

PRECISIONS = {
    ("patients", "date_of_birth"): "date_of_birth_precision",
    ("events", "date"): "date_precision",
}
"""Columns that say how much of a date is known, where there is one."""


def wrong_texts(section: str, settings: object, key: str = "") -> Iterator[str]:
    """Yield the texts that are too long or contain invisible characters."""
    if isinstance(settings, str):
        longest = _LONGEST_CONDITION if key == "where" else LONGEST_TEXT
        if len(settings) > longest:
            yield f"{section}: a text has more than {longest:,} characters"
        elif (
            any(not letter.isprintable() and letter != "\t" for letter in settings)
            and key != "where"
        ):
            yield f"{section}: the text {visible(settings[:50])} has invisible characters"
    elif isinstance(settings, dict):
        for name, value in settings.items():
            at = f"{section}, {visible(name[:50])}" if section else visible(name[:50])
            yield from wrong_texts(section, name)
            yield from wrong_texts(at, value, name)
    elif isinstance(settings, list):
        for value in settings:
            yield from wrong_texts(section, value)


def wrong_name(section: str, name: str) -> Iterator[str]:
    """Yield what is wrong with a table's name."""
    is_plain = name.replace("_", "").isalnum() and name.isascii() and name == name.lower()
    if not is_plain or len(name) > _LONGEST_NAME:
        yield (
            f"{section}: a name may only have lower-case letters, digits and underscores, at most "
            f"{_LONGEST_NAME}"
        )


def wrong_delimiter(section: str, delimiter: str) -> Iterator[str]:
    """Yield what is wrong with a delimiter."""
    if len(delimiter) != 1:
        yield f"{section}, delimiter: must be one character"
    elif delimiter.isalnum() or delimiter in "\"'\r\n._-":
        yield f"{section}, delimiter: {delimiter!r} cannot separate fields"


def wrong_headers(section: str, headers: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield which names are repeated in a list of names."""
    for names in headers:
        plain = [" ".join(name.split()) for name in names if name.strip()]
        twice = next((name for name in plain if plain.count(name) > 1), None)
        if twice is not None:
            yield f"{section}, headers: {visible(twice)} is twice in one list"


def wrong_values(
    section: str, name: str, kinds: Mapping[str, Kind], values: Mapping[str, ColumnValue]
) -> Iterator[str]:
    """Yield columns with constants that they cannot hold, and date formats of other columns."""
    known = {column.name: column for column in TABLES[name].columns} if name in TABLES else {}
    for key, value in values.items():
        at = f"{section}, columns.{visible(key)}"
        column = known.get(key) or Column(key, kinds.get(key, "text"), "")
        if key.startswith("__") or len(key) > _LONGEST_NAME:
            yield (
                f"{at}: a column's name may have {_LONGEST_NAME} characters, and not begin with __"
            )
        if column.kind != "date" and (value.date_format or value.is_iso_date):
            yield f"{at}: date_format, year and partial_date are for columns that hold a date"
        for text in _constants(value):
            if not _can_hold(column, text):
                expected = ", ".join(column.words) or KIND_WORDS[column.kind]
                yield f"{at}: {visible(text)} is not what the column holds ({expected})"


def _constants(value: ColumnValue) -> list[str]:
    """Return the texts that a column may have whatever is in the file."""
    settings: Mapping[str, Any] = value.settings
    constants = [settings[key] for key in ("value", "then", "else", "otherwise") if key in settings]
    constants += settings.get("values", {}).values()
    return [text for text in map(text_of, constants) if text.strip()]


def _can_hold(column: Column, text: str) -> bool:
    value = trimmed(pl.lit(text))
    return pl.select(from_text(value, column)).item() is not None


def uses_date_format(
    name: str, kinds: Mapping[str, Kind], values: Mapping[str, ColumnValue]
) -> bool:
    """Return whether the table's date format is used by any column."""
    dates = {key for key, kind in kinds.items() if kind == "date"}
    if name in TABLES:
        dates = {column.name for column in TABLES[name].columns if column.kind == "date"}
    return any(
        key in dates and value.form != "value" and not value.is_iso_date and not value.date_format
        for key, value in values.items()
    )
