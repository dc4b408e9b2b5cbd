"""What was read for an index: rows by table, what was rejected or emptied, guesses, notes.

All of it is in the index's folder: the manifest, `rejected_rows.csv` and `set_aside_values.csv`.
Rejected rows are named by file and line only, and emptied values by column: neither the rows nor
the values themselves are repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index.manifest import EMPTIED_VALUES, REJECTED, Manifest
from recordpick.index.note_topics import Topic, topic_of
from recordpick.schema import TABLES

MOST = 60
"""Reasons of each sort that are listed, the most frequent first."""
AT_ONCE = 50_000
"""Rows of the accounts that are read at a time: there may be millions."""
EXAMPLES = 3
"""Lines named for each reason."""
_NUMBER = r"((?:patient|patient_id|numbers?|birth|and) )\S*\d\S*(?: \S*\d\S*| [A-Z][a-z]{2}\b)*"
_VALUE = r'"[^"]*"|\d{5,}'
"""Values within a reason, such as the number of a patient: they differ from row to row."""
_DAMAGED = (
    "{path}: this file is not what the index wrote, so the rows in it cannot be counted. Make the "
    "index again with `recordpick index`."
)


@dataclass(frozen=True, slots=True)
class TableRead:
    """What became of the rows for one table (or of a lookup file, which is no table).

    `read` = `indexed` + `rejected` + `deleted`. `rows` are those of the index, None for a lookup:
    fewer than `indexed` where several sources have one patient, or rows are details of others.
    """

    name: str
    title: str
    read: int
    indexed: int
    rejected: int
    deleted: int
    emptied: int
    rows: int | None
    columns: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    """Columns of recordpick's table that no source supplies."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows of a file were rejected, or values of a column emptied: how many, and where.

    `column` is "" for rejected rows. `lines` are the first few.
    """

    file: str
    table: str
    column: str
    reason: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What was read, from the manifest and the accounts of an index.

    `more_rejected` and `more_emptied` are the rows and values of reasons that are not listed.
    """

    practice: str
    synthetic: bool
    as_at: date
    as_at_from: str
    made_at: str
    made_by: str
    patients: int
    tables: tuple[TableRead, ...]
    missing: tuple[str, ...]
    """Tables that no source supplies."""
    rejected: tuple[Reason, ...]
    more_rejected: int
    emptied: tuple[Reason, ...]
    more_emptied: int
    guesses: tuple[str, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    partial: tuple[str, ...]
    """What only some of the sources supply, or supply with one word only."""

    @property
    def rows_rejected(self) -> int:
        """How many rows were rejected in all."""
        return sum(table.rejected for table in self.tables)

    @property
    def values_emptied(self) -> int:
        """How many values were emptied in all."""
        return sum(table.emptied for table in self.tables)


def read_report(folder: Path, manifest: Manifest) -> ReadReport:
    """Return what was read for the index in `folder`. UserError where its accounts are damaged."""
    tables = _tables(manifest)
    rejected = _reasons(folder / REJECTED, (), sum(table.rejected for table in tables))
    emptied = _reasons(folder / EMPTIED_VALUES, ("column",), sum(table.emptied for table in tables))
    by_topic: dict[Topic, list[str]] = {"guess": [], "unused": [], "emptied": [], "note": []}
    for note in manifest.notes:
        if note not in manifest.warnings:
            by_topic[topic_of(note)].append(note)
    return ReadReport(
        practice=manifest.practice,
        synthetic=manifest.synthetic,
        as_at=manifest.as_at,
        as_at_from=manifest.as_at_from,
        made_at=manifest.made_at,
        made_by=manifest.made_by,
        patients=manifest.tables["patients"].rows,
        tables=tables,
        missing=tuple(name for name in TABLES if name not in manifest.tables),
        rejected=tuple(rejected[:MOST]),
        more_rejected=sum(one.count for one in rejected[MOST:]),
        emptied=tuple(emptied[:MOST]),
        more_emptied=sum(one.count for one in emptied[MOST:]),
        guesses=tuple(by_topic["guess"]),
        unused=tuple(by_topic["unused"]),
        notes=tuple(by_topic["note"]),
        warnings=manifest.warnings,
        partial=tuple(_partial(manifest)),
    )


def _tables(manifest: Manifest) -> tuple[TableRead, ...]:
    names = dict.fromkeys([*manifest.tables, *(count.table for count in manifest.files)])
    found = []
    for name in names:
        counts = [count for count in manifest.files if count.table == name]
        summary = manifest.tables.get(name)
        ours = TABLES.get(name)
        columns = tuple(summary.columns) if summary else ()
        lacking = () if ours is None or summary is None else _lacking(ours.names, columns)
        found.append(
            TableRead(
                name,
                ours.title if ours else name,
                sum(count.rows_read for count in counts),
                sum(count.rows_indexed for count in counts),
                sum(count.rows_rejected for count in counts),
                sum(count.rows_deleted for count in counts),
                sum(count.values_emptied for count in counts),
                summary.rows if summary else None,
                columns,
                lacking,
            )
        )
    return tuple(found)


def _lacking(ours: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    calculated = {"age"} if "date_of_birth" in columns else set()
    return tuple(name for name in ours if name not in columns and name not in calculated)


def _reasons(path: Path, also: Sequence[str], expected: int) -> list[Reason]:
    """Return the reasons in a file of accounts with their counts, the most frequent first.

    `expected` is how many rows the manifest has counted: a file with other rows is not read.
    """
    if not expected:
        return []
    keys = ["file", "table", *also, "reason"]
    counts: dict[tuple[str, ...], tuple[int, list[int]]] = {}
    try:
        rows = (
            pl.scan_csv(path, infer_schema=False)
            .select(*keys, pl.col("line").cast(pl.Int64))
            .with_columns(_without_values(pl.col("reason")))
        )
        for batch in rows.collect_batches(chunk_size=AT_ONCE, maintain_order=True):
            _count(batch, keys, counts)
    except (OSError, pl.exceptions.PolarsError):
        raise UserError(_DAMAGED.format(path=path)) from None
    if sum(count for count, _ in counts.values()) != expected:
        raise UserError(_DAMAGED.format(path=path))
    return [
        Reason(file, table, "".join(column), reason, count, tuple(sorted(lines)))
        for (file, table, *column, reason), (count, lines) in sorted(
            counts.items(), key=lambda entry: (-entry[1][0], entry[0])
        )
    ]


def _count(
    rows: pl.DataFrame, keys: Sequence[str], counts: dict[tuple[str, ...], tuple[int, list[int]]]
) -> None:
    """Add the rows of each reason to `counts`, with the first lines."""
    found = rows.group_by(keys, maintain_order=True).agg(
        pl.len().alias("count"), pl.col("line").drop_nulls().head(EXAMPLES).alias("lines")
    )
    for *values, count, lines in found.iter_rows():
        key = tuple(value or "" for value in values)
        before, first = counts.get(key, (0, []))
        counts[key] = before + count, [*first, *lines][:EXAMPLES]


def _without_values(reason: pl.Expr) -> pl.Expr:
    """Return a reason with … for whose numbers and which values it is about."""
    return reason.str.replace_all(_NUMBER, "${1}…").str.replace_all(_VALUE, "…")


def _partial(manifest: Manifest) -> Iterable[str]:
    for gap in manifest.gaps:
        what = f"column {gap.column} of {gap.table}" if gap.column else f"table {gap.table}"
        whom = "patients" if gap.table == "patients" or not gap.column else "rows"
        yield f"{gap.source} does not supply {what}: not known for its {gap.rows:,} {whom}."
    for one in manifest.restrictions:
        place = f"{one.table}.{one.column}" if one.column else one.table
        yield f"{place}: {one.says}."
