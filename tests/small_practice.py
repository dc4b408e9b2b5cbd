"""A practice small enough to reckon by hand: tables given as rows, held in memory.

`SmallIndex` is a PracticeIndex without files, so that tests of matching need no building.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import Codelist, Criterion, Pack, Rule, Step, condition_over
from recordpick.index.manifest import FORMAT, Manifest
from recordpick.schema import TABLES, Kind

POLARS: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "yes_no": pl.Boolean(),
}
AS_AT = date(2026, 10, 1)

_MANIFEST = Manifest(
    format=FORMAT,
    made_by="test",
    made_at="2026-10-01T00:00:00+00:00",
    practice="",
    synthetic=True,
    as_at=AS_AT,
    tables={},
    files=(),
    fingerprint="",
)


@dataclass
class SmallIndex:
    """Tables in memory; has what matching asks of an index."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    kinds: dict[str, dict[str, Kind]] = field(default_factory=dict)
    manifest: Manifest = _MANIFEST

    def has(self, table: str) -> bool:
        return table in self.tables

    def columns(self, table: str) -> dict[str, Kind]:
        return dict(self.kinds.get(table, {}))

    def scan(self, table: str) -> pl.LazyFrame:
        return self.tables[table].lazy()

    def of_patients(self, patients: frozenset[str]) -> SmallIndex:
        kept = pl.col("patient_id").is_in(list(patients))
        return replace(self, tables={name: one.filter(kept) for name, one in self.tables.items()})

    def patients(self, as_at: date) -> pl.LazyFrame:
        return self.tables["patients"].lazy().sort("patient_id")


def small_index(**tables: Sequence[Mapping[str, Any]]) -> SmallIndex:
    """Make an index of rows; a table's columns are those that its rows name (or the id alone)."""
    index = SmallIndex()
    for name, rows in tables.items():
        known = TABLES[name]
        named = ["patient_id", *dict.fromkeys(key for row in rows for key in row)]
        kinds = {
            column: (known.column(column).kind if known.column(column) else "text")
            for column in dict.fromkeys(named)
        }
        index.kinds[name] = kinds
        index.tables[name] = pl.DataFrame(
            [{column: row.get(column) for column in kinds} for row in rows],
            schema={column: POLARS[kind] for column, kind in kinds.items()},
        )
    return index


def criterion(*rules: Rule | Step, criterion_id: str = "C-1", **more: Any) -> Criterion:
    """Make a criterion of rules."""
    steps = tuple(rule if isinstance(rule, Step) else Step((rule,)) for rule in rules)
    prose = {"area": "Area", "title": "Title", "find": "Find."}
    return Criterion(id=criterion_id, steps=steps, **{**prose, **more})


def pack(*criteria: Criterion, codelists: Mapping[str, Sequence[str]] | None = None, **more: Any):
    """Make a pack of criteria, with codelists given as name and codes."""
    fields: dict[str, Any] = {
        "title": "Pack",
        "supplier": "Supplier",
        "version": "1",
        "records_per_criterion": 20,
        "random_records": 5,
        "population": None,
        "random_population": None,
        "files": {},
        **more,
    }
    tables = fields.get("tables", {})
    for name in ("population", "random_population"):
        fields[name] = parsed(fields[name], "patients", tables)
    return Pack(
        criteria=tuple(_parsed_criterion(one, tables) for one in criteria),
        codelists={name: Codelist(name, tuple(codes)) for name, codes in (codelists or {}).items()},
        **fields,
    )


def parsed(where: Any, table: str = "patients", tables: Any = None) -> Condition | None:
    """Parse a condition that a test wrote as text; one that is parsed already, or None, stays."""
    if not isinstance(where, str):
        return where
    return condition_over(table, where, tables)


def _parsed_criterion(one: Criterion, tables: Any) -> Criterion:
    steps = tuple(
        Step(
            tuple(
                replace(rule, where=parsed(rule.where, rule.table, tables)) for rule in step.rules
            )
        )
        for step in one.steps
    )
    return replace(one, steps=steps, population=parsed(one.population, "patients", tables))
