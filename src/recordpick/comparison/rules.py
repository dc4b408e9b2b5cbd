"""What is compared, table by table, and how: read from `data/comparison/rules.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from recordpick.resources import data_file

How = Literal[
    "exact", "wording", "digits", "letters", "number", "date", "yes_no", "link", "consultation"
]
CODE_CLASS = "~code"
"""In a stage: the class of the entry's code in the learned code map."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is compared, and how much an equal value says for the same entry."""

    name: str
    how: How
    weight: int

    @property
    def is_link(self) -> bool:
        """Whether it is the id of another row, which says nothing by itself."""
        return self.how in {"link", "consultation"}


@dataclass(frozen=True, slots=True)
class Fold:
    """A difference that follows from the formats alone; the field is then not compared."""

    rule: str
    table: str
    reason: str
    field: str = ""
    other: str = ""
    column: str = ""
    by: str = ""
    words: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    """Words of the row's term: the fold is only about rows whose term has one of them."""
    if_conflated: bool = False
    unless_filled: str = ""


@dataclass(frozen=True, slots=True)
class TableRules:
    """How one table is compared: `stages` are keys of falling strictness, `near` have no day."""

    name: str
    id: str
    day: str
    made_on: str
    code: tuple[str, ...]
    content: tuple[str, ...]
    moved: tuple[str, ...]
    groups: tuple[str, ...]
    stages: tuple[tuple[str, ...], ...]
    near: tuple[tuple[str, ...], ...]
    fields: tuple[Field, ...]
    not_compared: dict[str, str]
    """Columns that say nothing by themselves, with the reason."""

    def field(self, name: str) -> Field:
        """Return a field by its name."""
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True, slots=True)
class Rules:
    """All tables and folds, with the version of the data."""

    version: str
    tables: tuple[TableRules, ...]
    folds: tuple[Fold, ...]

    def folds_of(self, table: str) -> tuple[Fold, ...]:
        """Return the folds of a table."""
        return tuple(fold for fold in self.folds if fold.table == table)


@cache
def comparison_rules() -> Rules:
    """Return the rules that come with recordpick."""
    text = data_file("comparison/rules.toml").read_text(encoding="utf-8")
    return parse_rules(tomllib.loads(text))


def parse_rules(found: dict[str, Any]) -> Rules:
    """Return the rules that a TOML document holds; ValueError for what is not a rule."""
    return Rules(
        version=str(found["version"]),
        tables=tuple(_table(entry) for entry in found["table"]),
        folds=tuple(_fold(entry) for entry in found.get("fold", ())),
    )


def _table(entry: dict[str, Any]) -> TableRules:
    fields = tuple(_field(name, one) for name, one in entry["fields"].items())
    return TableRules(
        name=entry["name"],
        id=entry["id"],
        day=entry["day"],
        made_on=entry["made_on"],
        code=tuple(entry["code"]),
        content=tuple(entry["content"]),
        moved=tuple(entry.get("moved", ())),
        groups=tuple(entry["groups"]),
        stages=tuple(tuple(stage) for stage in entry["stages"]),
        near=tuple(tuple(stage) for stage in entry["near"]),
        fields=fields,
        not_compared=dict(entry.get("not_compared", {})),
    )


def _field(name: str, entry: dict[str, Any]) -> Field:
    if entry["how"] not in get_args(How):
        raise ValueError(f"{name}: {entry['how']} is not a way to compare")
    return Field(name, entry["how"], int(entry["weight"]))


def _fold(entry: dict[str, Any]) -> Fold:
    lists = {name: tuple(entry.get(name, ())) for name in ("words", "terms")}
    return Fold(**{**entry, **lists})
