"""Taking values out of a TOML table, each with its type checked and its problem told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from recordpick.criteria.fields import checked_text
from recordpick.criteria.problems import Problems
from recordpick.criteria.toml_lines import TomlPath
from recordpick.criteria.wording import did_you_mean, shown
from recordpick.errors import UserError

_UNKNOWN_TOLD = 20
_TYPE_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class Values:
    """One TOML table. What is missing or of a wrong type becomes a problem and a stand-in."""

    def __init__(
        self, values: dict[str, Any], path: TomlPath, problems: Problems, criterion: str = ""
    ) -> None:
        self._values = values
        self._path = path
        self._problems = problems
        self.criterion = criterion
        """Named in this table's problems."""

    def path(self, *keys: str | int) -> TomlPath:
        """Give the path of a value of this table."""
        return (*self._path, *keys)

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._values

    def items(self) -> dict[str, Any]:
        """Give all keys and values as they are."""
        return self._values

    def problem(self, message: str, *keys: str | int) -> None:
        """Note a problem with this table, or with a value of it."""
        self._problems.add(message, at=self.path(*keys), criterion=self.criterion)

    def only(self, known: Collection[str], what: str) -> None:
        """Note every key that is not known."""
        for key in self._values:
            if key not in known:
                self.problem(f"'{shown(key)}' is not {what}{did_you_mean(key, known) or '.'}", key)

    def raw_text(self, key: str) -> str | None:
        """Give a text as it stands, or None if it is missing or no text (which is noted)."""
        value: str | None = self._typed(key, str)
        return value

    def text(self, key: str, length: int, default: str | None = None) -> str:
        """Give a text of at most `length` characters; it must be there without a default."""
        if not self.has(key) and default is not None:
            return default
        value = self._typed(key, str, needed=True)
        if value is None or (value == "" and default == ""):
            return default or ""
        return self.checked(value, key, length)

    def checked(self, value: str, key: str, length: int, *at: int) -> str:
        """Give a text without unseen characters and of fit length; else "" and a problem."""
        try:
            return checked_text(value, key, length)
        except UserError as error:
            self.problem(str(error), key, *at)
            return ""

    def whole(self, key: str, lowest: int, highest: int, default: int) -> int:
        """Give a whole number within bounds, or the default."""
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
        """Give a list of texts; one text alone is a list of one."""
        value = self._values.get(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self.problem(f"{key} must be a list of texts.", key)
            return ()
        if len(items) > at_most:
            self.problem(f"{key} has {len(items):,} items and may have {at_most:,}.", key)
            return ()
        return tuple(self.checked(item, key, length, place) for place, item in enumerate(items))

    def table(self, key: str) -> Values:
        """Give a table within this one; an empty one if it is missing or no table."""
        value = self._typed(key, dict)
        return Values(value or {}, self.path(key), self._problems, self.criterion)

    def tables(self, key: str, header: str) -> list[Values]:
        """Give an array of tables; `header` is how it is written, for the message."""
        value = self._values.get(key, [])
        if isinstance(value, dict):
            self.problem(f"Write {header} with two brackets on each side.", key)
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.problem(f"{key} must be one or more tables, written {header}.", key)
            return []
        return [
            Values(item, self.path(key, place), self._problems, self.criterion)
            for place, item in enumerate(value)
        ]

    def _typed(self, key: str, kind: type, *, needed: bool = False) -> Any:
        value = self._values.get(key)
        if value is None:
            if needed:
                self.problem(f"{key} is missing.")
            return None
        if type(value) is not kind:
            word = _TYPE_WORDS.get(type(value), "a date or time")
            self.problem(f"{key} must be {_TYPE_WORDS[kind]}, and it is {word}.", key)
            return None
        return value
