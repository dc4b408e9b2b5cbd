"""Reading values from a TOML table: types are checked, and problems recorded.

It also checks a pack's single values: ids, names, texts and numbers of records.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from recordpick.criteria.problems import (
    Problems,
    did_you_mean,
    first_invisible,
    name_of_character,
    shown,
)
from recordpick.criteria.toml_positions import TomlPath
from recordpick.errors import UserError

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""A criterion's id is written to CSV files: no spaces, and no character that begins a formula."""
TITLE_LENGTH = 200
VERSION_LENGTH = 40
TEXT_LENGTH = 2_000
RECORDS_AT_MOST = 1_000
CRITERIA_AT_MOST = 1_000
PACK_AT_MOST = 1024 * 1024
"""How many bytes a pack file may have."""
RECORDS_BY_DEFAULT = 20


def checked_id(text: str) -> str:
    """Return a criterion's id; UserError if it is not valid."""
    if not ID.fullmatch(text):
        raise UserError(
            f"'{shown(text)}' is not an id: an id has up to 40 letters, digits, '-', '_' and '.', "
            "and begins with a letter or digit."
        )
    return text


def checked_text(text: str, what: str, length: int = TEXT_LENGTH) -> str:
    """Return a text with single spaces; UserError if it is empty, too long or invalid."""
    hidden = first_invisible(text, allowed="\n\r\t")
    if hidden is not None:
        raise UserError(
            f"{what} has the character {name_of_character(hidden)} in it, which cannot be seen; "
            "take it out."
        )
    joined = " ".join(text.split())
    if not joined:
        raise UserError(f"{what} is empty.")
    if len(joined) > length:
        raise UserError(f"{what} has {len(joined):,} characters and may have {length:,}.")
    return joined


def checked_records(number: int, what: str, lowest: int = 1) -> int:
    """Return a number of records; UserError if it is out of bounds."""
    if not lowest <= number <= RECORDS_AT_MOST:
        raise UserError(
            f"{what} is {shown(number)} and must be from {lowest} to {RECORDS_AT_MOST:,}."
        )
    return number


_TYPE_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class Values:
    """One TOML table. A missing value or a wrong type is recorded and a default returned."""

    def __init__(
        self, values: dict[str, Any], path: TomlPath, problems: Problems, criterion: str = ""
    ) -> None:
        self._values = values
        self._path = path
        self._problems = problems
        self.criterion = criterion
        """The criterion named in this table's problems."""

    def path(self, *keys: str | int) -> TomlPath:
        """Return the path of a value of this table."""
        return (*self._path, *keys)

    def has(self, key: str) -> bool:
        """Return whether the key is present."""
        return key in self._values

    def items(self) -> dict[str, Any]:
        """Return all keys and values, unchecked."""
        return self._values

    def problem(self, message: str, *keys: str | int) -> None:
        """Record a problem with this table, or with one of its values."""
        self._problems.add(message, at=self.path(*keys), criterion=self.criterion)

    def only(self, known: Collection[str], what: str) -> None:
        """Record a problem for every unknown key; `what` describes the known keys."""
        for key in self._values:
            if key not in known:
                self.problem(f"'{shown(key)}' is not {what}{did_you_mean(key, known) or '.'}", key)

    def raw_text(self, key: str) -> str | None:
        """Return a text unchanged; None if missing, or not a text (which is recorded)."""
        value: str | None = self._typed(key, str)
        return value

    def text(self, key: str, length: int, default: str | None = None) -> str:
        """Return a text of at most `length` characters; without a default it is required."""
        if not self.has(key) and default is not None:
            return default
        value = self._typed(key, str, required=True)
        if value is None or (value == "" and default == ""):
            return default or ""
        return self.checked(value, key, length)

    def checked(self, value: str, key: str, length: int, *at: int) -> str:
        """Return a text checked for length and invisible characters; "" after a problem."""
        try:
            return checked_text(value, key, length)
        except UserError as error:
            self.problem(str(error), key, *at)
            return ""

    def whole(self, key: str, lowest: int, highest: int, default: int) -> int:
        """Return a whole number within bounds, or the default."""
        value: int | None = self._typed(key, int)
        if value is None:
            return default
        if not lowest <= value <= highest:
            self.problem(
                f"{key} is {shown(value)} and must be from {lowest:,} to {highest:,}.", key
            )
            return default
        return value

    def texts(self, key: str, length: int, at_most: int) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        value = self._values.get(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self.problem(f"{key} must be a list of texts.", key)
            return ()
        if len(items) > at_most:
            self.problem(f"{key} has {len(items):,} items and may have {at_most:,}.", key)
            return ()
        return tuple(self.checked(item, key, length, index) for index, item in enumerate(items))

    def table(self, key: str) -> Values:
        """Return a table within this one; an empty one if it is missing or not a table."""
        value = self._typed(key, dict)
        return Values(value or {}, self.path(key), self._problems, self.criterion)

    def tables(self, key: str, header: str) -> list[Values]:
        """Return an array of tables; `header` is how it is written, for messages."""
        value = self._values.get(key, [])
        if isinstance(value, dict):
            self.problem(f"Write {header} with two brackets on each side.", key)
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.problem(f"{key} must be one or more tables, written {header}.", key)
            return []
        return [
            Values(item, self.path(key, index), self._problems, self.criterion)
            for index, item in enumerate(value)
        ]

    def _typed(self, key: str, kind: type, *, required: bool = False) -> Any:
        value = self._values.get(key)
        if value is None:
            if required:
                self.problem(f"{key} is missing.")
            return None
        if type(value) is not kind:
            word = _TYPE_WORDS.get(type(value), "a date or time")
            self.problem(f"{key} must be {_TYPE_WORDS[kind]}, but it is {word}.", key)
            return None
        return value
