"""Choosing the rows that get a fault, changing them, and keeping the truth about it.

A row gets at most one fault. The rows are chosen by random numbers that depend on the seeds, the
kind and the row's id only, so a batch size or another kind's count changes as little as possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import polars as pl

from recordpick.schema import TABLES
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.losses import NOT_CARRIED
from recordpick.synthetic.migration.fault_kind import FaultKind
from recordpick.synthetic.migration.fault_kinds import FAULT_KINDS
from recordpick.synthetic.migration.fault_plan import FaultPlan
from recordpick.synthetic.migration.new_ids import (
    doubled_id,
    id_in_index,
    new_patient_id,
    value_in_index,
)
from recordpick.synthetic.migration.rewriting import Rewriting
from recordpick.synthetic.practice import Practice

TRUTH = (
    "fault",
    "kind",
    "result",
    "table",
    "old_patient_id",
    "new_patient_id",
    "old_id",
    "new_id",
    "field",
    "old_value",
    "new_value",
)
"""The columns of the truth file, all text; `fault` counts from 1, and several rows may share it."""

_RESULT = {"changed": "changed", "missing": "missing", "doubled": "additional", "merged": "missing"}
_FAULT, _KIND, _PLACE, _INTO = "__fault", "__kind", "__place", "__into"
_EMPTY = pl.lit(None, pl.String)


@dataclass(frozen=True)
class Chosen:
    """The rows that get a fault, in the order of their numbers, and how many were asked for.

    `rows` has `__fault` (from 1), `table`, `id`, `__kind` and `__into`: of a merged patient the one
    whose record got the entries.
    """

    rows: pl.DataFrame
    wanted: dict[str, int]

    def planted(self, kind: str) -> int:
        """Return how many rows get this kind of fault."""
        return self.rows.filter(pl.col(_KIND) == kind).height

    def of_table(self, table: str) -> pl.DataFrame:
        """Return the chosen rows of a table: its id column, `__kind`, `__fault`, `__into`."""
        row_id = TABLES[table].row_id
        rows = self.rows.filter(table=table)
        return rows.select(pl.col("id").alias(row_id), _KIND, _FAULT, _INTO)

    @cached_property
    def lost_patients(self) -> pl.DataFrame:
        """The patients who are missing or merged: as `of_table`."""
        losing = [name for name, kind in FAULT_KINDS.items() if _loses_patient(kind)]
        return self.of_table("patients").filter(pl.col(_KIND).is_in(losing))


def _loses_patient(kind: FaultKind) -> bool:
    return kind.table == "patients" and kind.effect in ("missing", "merged")


def carried(kind: FaultKind, system: str) -> tuple[str, ...] | None:
    """Return the changed fields that a system's extract shows; None if it shows nothing of it."""
    lost = {(loss.table, loss.column) for loss in NOT_CARRIED.get(system, ())}
    if (kind.table, "") in lost or system in kind.hidden_in:
        return None
    hidden = kind.hides(system)
    shown = [name for name in kind.changes if (kind.table, name) not in lost and name not in hidden]
    return tuple(shown) if shown or kind.effect != "changed" else None


def with_context(table: str, rows: pl.DataFrame, rewriting: Rewriting) -> pl.DataFrame:
    """Return rows with the columns beside the table's own that fault kinds may ask for."""
    rows = rows.with_columns(pl.lit(rewriting.loaded_on).alias("loaded_on"))
    if table != "events":
        return rows
    others = pl.concat([rows["parent_id"], rows["header_id"]]).drop_nulls().unique()
    return rows.with_columns(is_parent=pl.col("event_id").is_in(others.implode()))


def choose(practice: Practice, plan: FaultPlan, rewriting: Rewriting) -> Chosen:
    """Return the rows that get a fault; fewer than wanted where not enough are eligible."""
    wanted = {name: count for name, count in plan.counts.items() if count}
    kinds = [
        kind
        for kind in FAULT_KINDS.values()
        if kind.name in wanted and carried(kind, rewriting.system) is not None
    ]
    kinds.sort(key=lambda kind: kind.table != "patients")  # their entries get no other fault
    found: list[_Found] = []
    untouched: set[str] = set()
    for table in dict.fromkeys(kind.table for kind in kinds):
        choice = _Choice(practice, plan, rewriting, frozenset(untouched))
        found += choice.of(table, [kind for kind in kinds if kind.table == table], wanted)
        if table == "patients":
            untouched = {name for one in found for name in (one.row, one.into) if name}
    schema = {"table": pl.String, "id": pl.String, _KIND: pl.String, _INTO: pl.String}
    rows = pl.DataFrame(found, schema=schema, orient="row")
    return Chosen(rows.with_row_index(_FAULT, 1), dict(plan.counts))


class _Found(NamedTuple):
    table: str
    row: str
    kind: str
    into: str | None = None


@dataclass(frozen=True)
class _Choice:
    """Chooses rows of a table by random numbers; none of the patients `untouched`."""

    practice: Practice
    plan: FaultPlan
    rewriting: Rewriting
    untouched: frozenset[str]

    def of(self, table: str, kinds: list[FaultKind], wanted: dict[str, int]) -> Iterator[_Found]:
        """Yield the chosen rows of a table, kind by kind; each row once."""
        row_id = TABLES[table].row_id
        best = self._best(table, kinds, 2 * sum(wanted[kind.name] for kind in kinds))
        taken: set[str] = set()
        for kind in kinds:
            ordered = best[kind.name].sort("ticket", row_id)[row_id].to_list()
            free = [row for row in ordered if row not in taken]
            if kind.effect == "merged":
                pairs = list(zip(free[::2], free[1::2], strict=False))[: wanted[kind.name]]
                taken.update(row for pair in pairs for row in pair)
                yield from (_Found(table, row, kind.name, into) for row, into in pairs)
            else:
                chosen = free[: wanted[kind.name]]
                taken.update(chosen)
                yield from (_Found(table, row, kind.name) for row in chosen)

    def _best(self, table: str, kinds: list[FaultKind], enough: int) -> dict[str, pl.DataFrame]:
        """Return the eligible rows of each kind with the lowest random numbers (`ticket`)."""
        row_id = TABLES[table].row_id
        best: dict[str, list[pl.DataFrame]] = {kind.name: [] for kind in kinds}
        for part in self.practice.parts(table):
            rows = with_context(table, part, self.rewriting).with_columns(
                n=pl.col(row_id).cast(pl.UInt64), k=pl.lit(0, pl.UInt64)
            )
            rows = rows.filter(~pl.col("patient_id").is_in(list(self.untouched)))
            for kind in kinds:
                chance = Chance(self.practice.seed, f"fault {self.plan.seed} {kind.name}")
                few = rows.filter(kind.eligible).select(row_id, ticket=chance.bits("which"))
                best[kind.name].append(few.bottom_k(enough, by="ticket"))
        return {
            name: pl.concat(parts).bottom_k(enough, by="ticket") for name, parts in best.items()
        }


@dataclass
class Planting:
    """Plants the chosen faults into parts of tables, rewrites them, and collects the truth."""

    chosen: Chosen
    rewriting: Rewriting
    old_system: str
    parts: list[pl.DataFrame] = field(default_factory=list)

    def apply(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return a part of a table as the new system holds it."""
        names = rows.columns
        placed = with_context(table, rows, self.rewriting).with_row_index(_PLACE)
        after: list[pl.DataFrame] = []
        if table != "patients":
            placed, moved = self._of_lost_patients(table, placed, names)
            after.append(moved.select(_PLACE, *names))
        row_id = TABLES[table].row_id
        faults = self.chosen.of_table(table)
        placed = placed.join(faults, on=row_id, how="left", maintain_order="left")
        after.append(placed.filter(pl.col(_KIND).is_null()).select(_PLACE, *names))
        affected = placed.filter(pl.col(_KIND).is_not_null())
        for (name,), some in affected.group_by(_KIND, maintain_order=True):
            kind = FAULT_KINDS[str(name)]
            changed = self._changed(kind, some)
            after.append(changed.select(_PLACE, *names))
            self._keep_truth(kind, some, changed, names)
        whole = pl.concat(after).sort(_PLACE, maintain_order=True).select(names)
        return self.rewriting.apply(table, whole)

    def _of_lost_patients(
        self, table: str, placed: pl.DataFrame, names: list[str]
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the rows without those of patients who are lost, and those that were merged."""
        lost = self.chosen.lost_patients
        rows = placed.join(lost, on="patient_id", how="inner", maintain_order="left")
        if rows.is_empty():
            return placed, rows
        missing = rows.filter(pl.col(_INTO).is_null())
        self._add(self._old(table, missing, "missing"), new_patient_id=_EMPTY)
        merged = rows.filter(pl.col(_INTO).is_not_null())
        moved = merged.with_columns(pl.col(_INTO).alias("patient_id"))
        new_id = self._rewritten(table, moved, names)["new_id"]
        into = new_patient_id(pl.col(_INTO), self.rewriting.seed).alias("new_patient_id")
        self._add(
            self._old(table, merged, "changed").with_columns(new_id, *merged.select(into)),
            field=pl.lit("patient_id"),
            old_value=pl.col("old_patient_id"),
            new_value=pl.col("new_patient_id"),
        )
        others = placed.join(lost, on="patient_id", how="anti", maintain_order="left")
        return others, moved

    def _changed(self, kind: FaultKind, some: pl.DataFrame) -> pl.DataFrame:
        """Return what becomes of the rows that get one kind of fault."""
        if kind.effect in ("missing", "merged"):
            return some.clear()
        if kind.effect == "doubled":
            row_id = TABLES[kind.table].row_id
            again = some.with_columns(doubled_id(pl.col(row_id)).alias(row_id))
            return pl.concat([some, again])
        types = some.schema
        return some.with_columns(
            value.cast(types[name]).alias(name) for name, value in kind.changes.items()
        )

    def _keep_truth(
        self, kind: FaultKind, some: pl.DataFrame, changed: pl.DataFrame, names: list[str]
    ) -> None:
        """Keep the truth about one kind of fault in these rows."""
        table, rewriting = kind.table, self.rewriting
        old = self._old(table, some, _RESULT[kind.effect])
        if _loses_patient(kind):
            into = new_patient_id(pl.col(_INTO), rewriting.seed).alias("new_patient_id")
            self._add(old.with_columns(some.select(into)["new_patient_id"]))
        elif kind.effect == "missing":
            self._add(old)
        elif kind.effect == "doubled":
            new = self._rewritten(table, changed, names).unique(
                _FAULT, keep="last", maintain_order=True
            )
            self._add(old.join(new.select(_FAULT, "new_id"), on=_FAULT))
        else:
            new = self._rewritten(table, changed, names)
            for name in carried(kind, rewriting.system) or ():
                before = value_in_index(self.old_system, table, name).alias("old_value")
                after = value_in_index(rewriting.system, table, name).alias("new_value")
                self._add(
                    old.join(some.select(_FAULT, before), on=_FAULT)
                    .join(new.select(_FAULT, "new_id", after), on=_FAULT)
                    .filter(pl.col("old_value").ne_missing(pl.col("new_value"))),
                    field=pl.lit(name),
                )

    def _old(self, table: str, some: pl.DataFrame, result: str) -> pl.DataFrame:
        """Return what the truth says about rows of the old practice."""
        return some.select(
            pl.col(_FAULT),
            pl.col(_KIND).alias("kind"),
            pl.lit(result).alias("result"),
            pl.lit(table).alias("table"),
            pl.col("patient_id").alias("old_patient_id"),
            new_patient_id(pl.col("patient_id"), self.rewriting.seed).alias("new_patient_id"),
            id_in_index(self.old_system, table).alias("old_id"),
        )

    def _rewritten(self, table: str, rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
        """Return rows as the new system holds them, with their fault and `new_id`."""
        new = self.rewriting.apply(table, rows.select(names))
        new_id = id_in_index(self.rewriting.system, table).alias("new_id")
        return pl.concat([rows.select(_FAULT), new.with_columns(new_id)], how="horizontal")

    def _add(self, rows: pl.DataFrame, **values: pl.Expr) -> None:
        """Keep rows of the truth; columns that neither they nor `values` have are empty."""
        lacking = [name for name in TRUTH[1:] if name not in rows.columns and name not in values]
        empty = dict.fromkeys(lacking, _EMPTY)
        self.parts.append(rows.with_columns(**empty, **values).select(_FAULT, *TRUTH[1:]))

    def truth(self) -> pl.DataFrame:
        """Return the truth about all parts so far: the columns of `TRUTH`, by fault and field."""
        if not self.parts:
            return pl.DataFrame(schema=dict.fromkeys(TRUTH, pl.String))
        every = pl.concat(self.parts, how="diagonal").unique(maintain_order=True)
        return (
            every.sort(_FAULT, maintain_order=True)
            .rename({_FAULT: "fault"})
            .select(pl.col(name).cast(pl.String) for name in TRUTH)
        )
