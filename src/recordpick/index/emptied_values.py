"""Values that were left empty because they cannot be read, in rows that are used: which and why.

Each is listed in `set_aside_values.csv`. The index's notes say how many there are, in which column
and for which reason, and criteria on such a column have a caution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.index.build.cast import BAD, EMPTIED_FLAG, NHS_NUMBER, values_emptied
from recordpick.index.build.table_builder import TableBuilder
from recordpick.index.manifest import Conflated
from recordpick.index.note_topics import LEFT_EMPTY
from recordpick.index.source import DELETED, PATIENT
from recordpick.index.values import is_damaged
from recordpick.text import plural, word_for

SCHEMA = {
    "file": pl.String,
    "line": pl.Int64,
    "table": pl.String,
    "column": pl.String,
    "value": pl.String,
    "reason": pl.String,
    "patient_id": pl.String,
}
"""The columns of `set_aside_values.csv`."""

AT_ONCE = 500_000
"""Rows that are read at a time."""


@dataclass
class EmptiedCounts:
    """How many values were left empty, by file, table, column and reason, each with an example."""

    _counts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    _examples: dict[tuple[str, str, str, str], tuple[str, int]] = field(default_factory=dict)

    def add(self, values: pl.DataFrame) -> None:
        """Count some values (columns SCHEMA)."""
        keys = ("file", "table", "column", "reason")
        by_reason = values.group_by(keys, maintain_order=True).agg(
            pl.len(), pl.col("value").first(), pl.col("line").first()
        )
        for *key, count, value, line in by_reason.iter_rows():
            file, table, column, reason = key
            of = (file, table, column, reason)
            self._counts[of] = self._counts.get(of, 0) + count
            self._examples.setdefault(of, (value, line))

    def notes(self) -> Iterator[str]:
        """Yield a note for each file, column and reason with its count, the most frequent first."""
        for key, count in sorted(self._counts.items(), key=lambda entry: (-entry[1], entry[0])):
            file, _, column, reason = key
            value, line = self._examples[key]
            yield (
                f"{file}: {plural(count, 'value')} of {column} {word_for(count, 'was', 'were')} "
                f"{LEFT_EMPTY} {reason} (such as {_short(value)}, line {line})."
            )

    def cautions(self) -> tuple[Conflated, ...]:
        """Return a caution for each column with such values: answers may depend on them."""
        totals: dict[tuple[str, str], int] = {}
        for (_, table, column, _), count in self._counts.items():
            totals[table, column] = totals.get((table, column), 0) + count
        return tuple(
            Conflated(table, column, "", "", _says(column, count), always=False)
            for (table, column), count in totals.items()
        )

    @property
    def total(self) -> int:
        """The number of values."""
        return sum(self._counts.values())


def _says(column: str, count: int) -> str:
    what, why = (
        ("NHS number", "that cannot be right")
        if column == NHS_NUMBER
        else ("value", "that cannot be read")
    )
    many = plural(count, f"{what} {why} was", f"{what}s {why} were")
    return f"{many} left empty: set_aside_values.csv beside the index names whose"


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"


def emptied_values(table: TableBuilder, number: int) -> Iterator[pl.DataFrame]:
    """Yield the values of a part that were left empty (columns SCHEMA), in batches of rows.

    UserError where a spreadsheet has damaged all its NHS numbers.
    """
    staged = table.staged[number]
    flagged = staged.typed.filter(pl.col(EMPTIED_FLAG) & pl.col(BAD).is_null() & ~pl.col(DELETED))
    rows = flagged.select(pl.col(ROW).cast(pl.UInt32), whose=pl.col(PATIENT).cast(pl.String))
    for excluded in (table.failed[number], table.gone[number]):
        if excluded.height:
            rows = rows.join(excluded.lazy(), on=ROW, how="anti")
    wanted = rows.collect(engine="streaming").sort(ROW)
    for batch in wanted.iter_slices(AT_ONCE):
        near = pl.col(ROW).is_between(pl.lit(batch[ROW].min()), pl.lit(batch[ROW].max()))
        part = staged.part
        own = part.frame.filter(near).join(batch.lazy().select(ROW), on=ROW, how="semi")
        found = values_emptied(staged.cast, own).join(
            batch, on=ROW, how="inner", maintain_order="left"
        )
        if table.name == "patients":
            _check_not_all_damaged(table, number, found)
        lines = pl.Series("line", part.line_of(found[ROW].to_list()), pl.Int64)
        yield found.select(
            pl.lit(part.file).alias("file"),
            lines,
            pl.lit(part.table).alias("table"),
            "column",
            "value",
            "reason",
            pl.col("whose").alias(PATIENT),
        )


def _check_not_all_damaged(table: TableBuilder, number: int, found: pl.DataFrame) -> None:
    """Raise UserError for a file all of whose NHS numbers a spreadsheet has damaged."""
    numbers = found.filter(pl.col("column") == NHS_NUMBER)["value"].str.strip_chars()
    if numbers.is_empty() or not _are_damaged(numbers):
        return
    good = table.part(number).select(pl.col(NHS_NUMBER).count()).collect().item()
    if not good:
        raise UserError(
            f"{table.staged[number].part.file}: a spreadsheet has damaged every NHS number (such "
            f"as {numbers[0]}). Export the list again, and do not save it from a spreadsheet."
        )


def _are_damaged(numbers: pl.Series) -> bool:
    return bool(numbers.to_frame("number").select(is_damaged(pl.col("number")).all()).item())
