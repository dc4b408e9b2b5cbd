"""Choosing the rows that get a fault, changing them, and keeping the truth about it.

A row gets at most one fault. The rows are chosen by random numbers that depend on the seeds, the
kind and the row's id only, so a batch size or another kind's count changes as little as possible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from recordpick.schema import TABLES
from recordpick.synthetic.chance import Chance
from recordpick.synthetic.losses import NOT_CARRIED
from recordpick.synthetic.migration.fault_kinds import FAULT_KINDS, FaultKind
from recordpick.synthetic.migration.fault_plan import FaultPlan
from recordpick.synthetic.migration.new_ids import doubled_id, id_in_index, new_patient_id
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

_RESULT = {"changed": "changed", "missing": "missing", "doubled": "additional"}
_FAULT, _KIND, _PLACE = "__fault", "__kind", "__place"


@dataclass(frozen=True)
class Chosen:
    """The rows that get a fault (`table`, `id`, `kind`, `fault`), and how many were asked for."""

    rows: pl.DataFrame
    wanted: dict[str, int]

    def planted(self, kind: str) -> int:
        """Return how many rows get this kind of fault."""
        return self.rows.filter(pl.col(_KIND) == kind).height

    def of_table(self, table: str) -> pl.DataFrame:
        """Return the chosen rows of a table: its id column, `__kind`, `__fault`."""
        row_id = TABLES[table].row_id
        return self.rows.filter(table=table).select(pl.col("id").alias(row_id), _KIND, _FAULT)


def carried(kind: FaultKind, system: str) -> tuple[str, ...] | None:
    """Return the changed fields that a system's extract shows; None if it shows nothing of it."""
    lost = {(loss.table, loss.column) for loss in NOT_CARRIED.get(system, ())}
    if (kind.table, "") in lost or system in kind.hidden_in:
        return None
    shown = [
        name
        for name in kind.changes
        if (kind.table, name) not in lost and name not in kind.unreported
    ]
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
    found: list[tuple[str, str, str]] = []
    for table in dict.fromkeys(kind.table for kind in kinds):
        of_table = [kind for kind in kinds if kind.table == table]
        found += _choose_in(practice, table, of_table, wanted, plan, rewriting)
    rows = pl.DataFrame(
        found,
        schema={"table": pl.String, "id": pl.String, _KIND: pl.String},
        orient="row",
    )
    return Chosen(rows.with_row_index(_FAULT, 1), dict(plan.counts))


def _choose_in(
    practice: Practice,
    table: str,
    kinds: list[FaultKind],
    wanted: dict[str, int],
    plan: FaultPlan,
    rewriting: Rewriting,
) -> Iterable[tuple[str, str, str]]:
    """Yield the chosen rows of a table: the lowest random numbers of each kind."""
    enough = sum(wanted[kind.name] for kind in kinds)
    row_id = TABLES[table].row_id
    best: dict[str, list[pl.DataFrame]] = {kind.name: [] for kind in kinds}
    for part in practice.parts(table):
        rows = with_context(table, part, rewriting).with_columns(
            n=pl.col(row_id).cast(pl.UInt64), k=pl.lit(0, pl.UInt64)
        )
        for kind in kinds:
            chance = Chance(practice.seed, f"fault {plan.seed} {kind.name}")
            few = rows.filter(kind.eligible).select(row_id, ticket=chance.bits("which"))
            best[kind.name].append(few.bottom_k(enough, by="ticket"))
    taken: set[str] = set()
    for kind in kinds:
        ordered = pl.concat(best[kind.name]).sort("ticket", row_id)[row_id]
        free = [row for row in ordered.head(enough).to_list() if row not in taken]
        chosen = free[: wanted[kind.name]]
        taken.update(chosen)
        yield from ((table, row, kind.name) for row in chosen)


@dataclass
class Planting:
    """Plants the chosen faults into parts of tables, rewrites them, and collects the truth."""

    chosen: Chosen
    rewriting: Rewriting
    old_system: str
    parts: list[pl.DataFrame] = field(default_factory=list)

    def apply(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return a part of a table as the new system holds it."""
        faults = self.chosen.of_table(table)
        if faults.is_empty():
            return self.rewriting.apply(table, rows)
        row_id = TABLES[table].row_id
        placed = with_context(table, rows, self.rewriting).with_row_index(_PLACE)
        placed = placed.join(faults, on=row_id, how="left", maintain_order="left")
        affected = placed.filter(pl.col(_KIND).is_not_null())
        names = rows.columns
        after = [placed.filter(pl.col(_KIND).is_null()).select(_PLACE, *names)]
        for (name,), some in affected.group_by(_KIND, maintain_order=True):
            kind = FAULT_KINDS[str(name)]
            changed = self._changed(kind, some)
            after.append(changed.select(_PLACE, *names))
            self._keep_truth(kind, some, changed, names)
        whole = pl.concat(after).sort(_PLACE, maintain_order=True).select(names)
        return self.rewriting.apply(table, whole)

    def _changed(self, kind: FaultKind, some: pl.DataFrame) -> pl.DataFrame:
        """Return what becomes of the rows that get one kind of fault."""
        if kind.effect == "missing":
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
        old = some.select(
            pl.col(_FAULT),
            pl.lit(kind.name).alias("kind"),
            pl.lit(_RESULT[kind.effect]).alias("result"),
            pl.lit(table).alias("table"),
            pl.col("patient_id").alias("old_patient_id"),
            new_patient_id(pl.col("patient_id"), rewriting.seed).alias("new_patient_id"),
            id_in_index(self.old_system, table).alias("old_id"),
        )
        nothing = pl.lit(None, pl.String)
        if kind.effect == "missing":
            empty = dict.fromkeys(("new_id", "field", "old_value", "new_value"), nothing)
            self.parts.append(old.with_columns(**empty))
            return
        rewritten = rewriting.apply(table, changed.select(names))
        new = pl.concat(
            [
                changed.select(_FAULT),
                rewritten.select(id_in_index(rewriting.system, table).alias("new_id")),
                rewritten,
            ],
            how="horizontal",
        )
        if kind.effect == "doubled":
            new = new.unique(_FAULT, keep="last", maintain_order=True)
            ids = new.select(_FAULT, "new_id")
            empty = dict.fromkeys(("field", "old_value", "new_value"), nothing)
            self.parts.append(old.join(ids, on=_FAULT, how="left").with_columns(**empty))
            return
        for name in carried(kind, rewriting.system) or ():
            before = some.select(_FAULT, pl.col(name).cast(pl.String).alias("old_value"))
            after = new.select(_FAULT, "new_id", pl.col(name).cast(pl.String).alias("new_value"))
            self.parts.append(
                old.with_columns(pl.lit(name).alias("field"))
                .join(before, on=_FAULT)
                .join(after, on=_FAULT)
                .filter(pl.col("old_value").ne_missing(pl.col("new_value")))
            )

    @cached_property
    def _no_truth(self) -> pl.DataFrame:
        return pl.DataFrame(schema=dict.fromkeys(TRUTH, pl.String))

    def truth(self) -> pl.DataFrame:
        """Return the truth about all parts so far: the columns of `TRUTH`, by fault and field."""
        if not self.parts:
            return self._no_truth
        every = pl.concat(self.parts, how="diagonal").unique(maintain_order=True)
        return (
            every.sort(_FAULT, maintain_order=True)
            .rename({_FAULT: "fault"})
            .select(pl.col(name).cast(pl.String) for name in TRUTH)
        )
