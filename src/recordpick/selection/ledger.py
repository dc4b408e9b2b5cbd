"""Tables with an undo log, so that no state is ever copied.

A journal of many events is replayed on one set of tables. Each change appends what was there before
to a log; reverting the log restores the tables, with the order of their rows. An event then costs
what it changes, in time and in memory, however much was decided before it.
"""

from __future__ import annotations

import gc
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeAlias, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")

Log: TypeAlias = "list[tuple[Table[Any, Any], Any, tuple[int, Any] | None]]"
"""What was there before each change, the oldest first: table, key, row (None: no row)."""


class Table(Generic[_Key, _Value]):
    """Values by key, in the order in which the keys were added.

    A value that is replaced keeps its place; one that is dropped and added again goes to the end.
    """

    __slots__ = ("_in_order", "_next", "_rows", "changes")

    def __init__(self) -> None:
        self._rows: dict[_Key, tuple[int, _Value]] = {}
        self._next = 0
        self._in_order = True
        self.changes = 0
        """A counter of changes: what was computed from the table holds while this is the same."""

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[_Key]:
        self._restore_order()
        return iter(self._rows)

    def get(self, key: _Key) -> _Value | None:
        """Return the value of a key, or None where there is none."""
        row = self._rows.get(key)
        return None if row is None else row[1]

    def values(self) -> Iterator[_Value]:
        """Return the values in order."""
        self._restore_order()
        return (value for _, value in self._rows.values())

    def items(self) -> Iterator[tuple[_Key, _Value]]:
        """Return keys and values in order."""
        self._restore_order()
        return ((key, value) for key, (_, value) in self._rows.items())

    def put(self, key: _Key, value: _Value, log: Log) -> None:
        """Add a value, or replace the one that is there."""
        before = self._rows.get(key)
        log.append((self, key, before))
        if before is None:
            self._rows[key] = (self._next, value)
            self._next += 1
        else:
            self._rows[key] = (before[0], value)
        self.changes += 1

    def append(self, value: _Value, log: Log) -> int:
        """Add a value under the next whole number, which is returned (tables keyed by numbers)."""
        key: Any = self._next
        self.put(key, value, log)
        return int(key)

    def drop(self, key: _Key, log: Log) -> None:
        """Remove a value, if there is one."""
        before = self._rows.pop(key, None)
        if before is not None:
            log.append((self, key, before))
            self.changes += 1

    def clear(self, log: Log) -> None:
        """Remove all values."""
        for key in list(self):
            self.drop(key, log)

    def _put_back(self, key: _Key, before: tuple[int, _Value] | None) -> None:
        if before is None:
            del self._rows[key]
        else:
            self._in_order = self._in_order and key in self._rows
            self._rows[key] = before
        self.changes += 1

    def _restore_order(self) -> None:
        if not self._in_order:
            self._rows = dict(sorted(self._rows.items(), key=lambda row: row[1][0]))
            self._in_order = True


def revert(log: Log) -> None:
    """Restore all tables of a log to what they held before its first change."""
    for table, key, before in reversed(log):
        table._put_back(key, before)  # noqa: SLF001 - the log is the table's own memory


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Pause the search for garbage in reference cycles: reading events makes none.

    Searching the events read so far again and again takes half of the time of opening a file of
    100,000 events. At the end what was read counts as old: Python would otherwise search all of it
    at once, for another fifth of that time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()  # into the oldest generation
            gc.enable()
