"""What a kind of event keeps by key, and how two copies of a working file are merged in it.

A kind that keeps something describes it once, in its own module, as a `Kept`, and names it in its
`EventKind`. The table of it is in `Decisions`, its values in `Selection.kept`, and merging, the
list of what each copy changed, and masking follow from the description. What depends on something
else is compared in `three_way.py` itself: picks, the closing of a criterion, and random records.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Json
from recordpick.selection.ledger import Log, Table

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Values: TypeAlias = "Mapping[str, Mapping[Any, Any]]"
"""The values of each kept table, by its name."""


def required_text(value: Json) -> str:
    """Return a key that is a text; ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - what is not a key is a wrong value of an event
    return value


def when_given(value: Any) -> tuple[datetime, str]:
    """Return when something was decided, and the name of who did (values with `on` and `by`)."""
    return value.on, value.by.name


def _is_equal(mine: Any, other: Any) -> bool:
    return bool(mine == other)


def _other(_: Any, other: Any) -> Any:
    return other


def _itself(value: Any) -> Any:
    return value


def _no_patient(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Kept(Generic[K, V]):
    """A table of decisions, by key."""

    name: str
    """Its name in events that merge a copy; never changed once it was released."""
    read_key: Callable[[Json], K]
    """Read a key from an event that merges a copy; ValueError where it is not one."""
    title: Callable[[K], str]
    """What a value is about, in a list of changes: "Note on patient 17"."""
    in_words: Callable[[Any], str]
    """What a copy has, in words; None: it has no value."""
    conflict_name: Callable[[K], str]
    """The name of a conflict in `--take NAME=A`."""
    conflict: Callable[[K], str]
    """The sentence on a conflict between two copies."""
    says_the_same: Callable[[Any, Any], bool] = _is_equal
    """Whether two values agree, though other people gave them at other times."""
    when: Callable[[Any], tuple[datetime, str]] | None = None
    """When a value was given and by whom: of two that agree the earlier one is kept."""
    compared: Callable[[V], Any] = _itself
    """What of a value is compared, and passed to the functions above."""
    combined: Callable[[V, V], V] = _other
    """The value that is kept where this copy (first) adopts the value of the other one."""
    patient: Callable[[K], str | None] = _no_patient
    """The patient that a key names, so that the number can be masked."""
    is_free_text: bool = False
    """Whether the words are what a person wrote, which may say anything about a patient."""
    table: Callable[[Decisions], Table[K, V]] | None = None
    """Its table, where that has a name of its own in `Decisions`."""

    def rows(self, decisions: Decisions) -> Table[K, V]:
        """Return the table in which events keep the values."""
        return decisions.kept_rows[self.name] if self.table is None else self.table(decisions)

    def values_in(self, kept: Values) -> Mapping[K, V]:
        """Return the values in `Selection.kept`, in the order in which they were first kept."""
        return kept.get(self.name) or MappingProxyType({})

    def adopt(self, mine: Decisions, theirs: Decisions, keys: tuple[K, ...], log: Log) -> None:
        """Adopt another copy's values of these keys, also where it has none."""
        rows, other_rows = self.rows(mine), self.rows(theirs)
        for key in keys:
            before, other = rows.get(key), other_rows.get(key)
            if other is None:
                rows.drop(key, log)
            else:
                rows.put(key, other if before is None else self.combined(before, other), log)
