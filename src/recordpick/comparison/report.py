"""A comparison with its areas, transformations and code map: what is written, shown and printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.comparison.acceptance import SEVERITIES, Acceptance, read_acceptance
from recordpick.comparison.code_map import (
    held_out_agreement,
    learn_code_map,
    remapped_local_codes,
)
from recordpick.comparison.compare import Comparison
from recordpick.comparison.contract import AREAS, DIFFERENCES, TO_CHECK, TRANSFORMATIONS
from recordpick.comparison.differences import values_of
from recordpick.comparison.encode import EncodedTable
from recordpick.comparison.judgement import Judged, area_answers, judge_table
from recordpick.comparison.merged import with_merged
from recordpick.comparison.rows import PAIR, ROW
from recordpick.comparison.sums import AreaAnswer, patient_counts, table_counts
from recordpick.comparison.transformations import EXAMPLES, find_transformations
from recordpick.reports.local_codes import local_code_rows
from recordpick.text import plural

PART = 200_000
"""Rows of differences that are made and written at a time."""
_ENTRY = ("term", "drug", "title", "slot_type", "relation", "kind")
"""What names an entry to people: the first column that its table has."""


@dataclass(frozen=True)
class ComparisonReport:
    """Everything that follows from a comparison and an acceptance matrix."""

    compared: Comparison
    acceptance: Acceptance
    judged: tuple[Judged, ...]
    lines: pl.DataFrame
    code_map: pl.DataFrame
    agreement: dict[str, float | None]
    areas: tuple[AreaAnswer, ...]
    tables: dict[str, dict[str, int]]

    def differences(self, *, accepted: bool = False) -> Iterator[pl.DataFrame]:
        """Yield what differs in parts, columns as in `contract.DIFFERENCES`, by table and patient.

        What a line of the transformations says once and the matrix has no limit for is left out,
        unless `accepted` is wanted, or somebody answered that it is to be looked at.
        """
        people = self.compared.patients.everybody
        for one in self.judged:
            rows = one.differences
            if not accepted:
                rows = rows.filter(~self._is_left_out)
            encoded = one.table.encoded
            assert encoded is not None
            with encoded.old.raw.kept(), encoded.new.raw.kept():
                for part in rows.iter_slices(PART):
                    yield rows_of(one, part, people)

    @property
    def left_out(self) -> int:
        """How many differing fields `differences` leaves out."""
        left_out = self._is_left_out
        return sum(one.differences.select(left_out.sum()).item() for one in self.judged)

    @property
    def _is_left_out(self) -> pl.Expr:
        line = pl.col("line")
        to_look_at = self.lines.filter(pl.col("answer") == "look")["line"].cast(pl.UInt32)
        is_said = line.is_not_null() & ~line.is_in(to_look_at.implode())
        return is_said.fill_null(value=False) & (pl.col("severity") == "none")

    @property
    def answered(self) -> dict[str, int]:
        """How many lines are accepted, to be looked at, and not answered: proposed to accept.

        A line that the matrix has a limit for is to be looked at until somebody accepts it.
        """
        says = self.lines.select(
            says=pl.coalesce(
                "answer",
                pl.when(pl.col("proposal") == "accept").then(pl.lit("proposed")),
                pl.lit("look"),
            )
        )["says"]
        return {word: says.filter(says == word).len() for word in ("accept", "look", "proposed")}

    @property
    def repeats_in_words(self) -> str:
        """How many differences repeat, and what people said to them, as a sentence."""
        counts = self.answered
        parts = [
            f"{counts['accept']:,} accepted" if counts["accept"] else "",
            f"{counts['proposed']:,} proposed to accept" if counts["proposed"] else "",
            f"{counts['look']:,} to look at",
        ]
        repeats = plural(self.lines.height, "difference repeats", "differences repeat")
        return f"{repeats}: {', '.join(part for part in parts if part)}"

    def to_check(self) -> pl.DataFrame:
        """Return a line for each entry that differs by itself, columns as in `contract.TO_CHECK`.

        What a line of the transformations says once is not among them.
        """
        people = self.compared.patients.everybody
        single = [
            one_line_each(one, one.differences.filter(pl.col("line").is_null()), people)
            for one in self.judged
        ]
        if not single:
            return pl.DataFrame(schema=TO_CHECK.schema)
        lines = (
            pl.concat(single)
            .sort("patient_id", "new_patient_id", "severity", nulls_last=True, maintain_order=True)
            .with_row_index("line", offset=1)
        )
        empty = [pl.lit(None, pl.String).alias(n) for n in ("result", "checked_by", "comment")]
        return lines.with_columns(empty).select(
            pl.col(name).cast(dtype) for name, dtype in TO_CHECK.schema.items()
        )

    def local_codes(self) -> pl.DataFrame:
        """Return the old system's local codes, with what they are in the new system."""
        local, _ = local_code_rows(self.compared.old)
        return remapped_local_codes(local, self.code_map, self.compared.tables)

    def unmatched(self) -> pl.DataFrame:
        """Return who is in one system only, with whom a missing patient was merged."""
        compared = self.compared
        return with_merged(compared.patients, compared.tables, compared.old)

    def patient_counts(self) -> pl.DataFrame:
        """Return the counts of each patient and table."""
        return patient_counts(self.compared)

    def area_rows(self) -> pl.DataFrame:
        """Return the answers by area, columns as in `contract.AREAS`."""
        return pl.DataFrame(
            [
                {
                    "area": one.area.title,
                    **one.counts,
                    "systematic": one.systematic,
                    **one.severities,
                    "answer": one.answer,
                    "reason": "; ".join(one.reasons),
                }
                for one in self.areas
            ],
            schema=AREAS.schema,
        )


def report_on(compared: Comparison, acceptance: Path | None = None) -> ComparisonReport:
    """Return the report on a comparison, by an acceptance matrix (a file, or the one supplied)."""
    matrix = read_acceptance(acceptance)
    lines, marked = find_transformations(compared.tables, compared.patients.pairs.height)
    code_map = learn_code_map(compared.tables)
    judged = [
        judge_table(compared, table, marked.get(table.rules.name), code_map, matrix)
        for table in compared.tables
        if table.encoded is not None
    ]
    return ComparisonReport(
        compared,
        matrix,
        tuple(judged),
        _finished(lines, judged),
        code_map,
        held_out_agreement(compared.tables, compared.patients.everybody),
        tuple(area_answers(compared, judged, matrix)),
        {table.rules.name: table_counts(table) for table in compared.tables},
    )


def _finished(lines: pl.DataFrame, judged: list[Judged]) -> pl.DataFrame:
    """Return the lines with severity, proposal and examples, as in `contract.TRANSFORMATIONS`."""
    if not lines.height:
        return pl.DataFrame(schema=TRANSFORMATIONS.schema)
    rows = pl.concat(
        one.differences.drop_nulls("line").select("line", "severity") for one in judged
    )
    worst = rows.group_by("line").agg(pl.col("severity").min())
    # a difference of an unsure pair counts for no line: such a line has no rows of its own
    found = lines.join(worst, on="line", how="left", maintain_order="left")
    found = found.with_columns(pl.col("severity").fill_null("none"))
    return found.with_columns(
        proposal=pl.when(pl.col("severity") == "none")
        .then(pl.lit("accept"))
        .otherwise(pl.lit("look")),
        **{
            f"example_{number + 1}": pl.col("examples").list.get(number, null_on_oob=True)
            for number in range(EXAMPLES)
        },
        answer=None,
        answered_by=None,
        answered_on=None,
    ).select(pl.col(name).cast(dtype) for name, dtype in TRANSFORMATIONS.schema.items())


def rows_of(one: Judged, rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Return some of a table's differences as rows of differences.csv."""
    encoded = one.table.encoded
    assert encoded is not None
    old, new = encoded.old.raw, encoded.new.raw
    day, ids = encoded.rules.day, encoded.rules.id
    rows = _with_values(encoded, rows)

    def both(name: str) -> tuple[pl.Series, pl.Series]:
        dtype = old.schema.get(name, new.schema.get(name))
        nothing = pl.Series(name, [None] * rows.height, dtype=dtype)
        return (
            old.gather(name, rows[ROW]) if name in old.columns else nothing,
            new.gather(name, rows["r_new"]) if name in new.columns else nothing,
        )

    def either(name: str | None) -> pl.Series | pl.Expr:
        if name is None or name not in {*old.columns, *new.columns}:
            return pl.lit(None)
        first, second = both(name)
        return first.zip_with(first.is_not_null(), second)

    entry = next((name for name in _ENTRY if name in old.columns or name in new.columns), None)
    found = rows.join(people, on=PAIR, how="left", maintain_order="left")
    stages = one.entries.select(ROW, "r_new", "stage").drop_nulls()
    stages = stages.join(rows, on=[ROW, "r_new"], how="semi")
    found = found.join(stages, on=[ROW, "r_new"], how="left", maintain_order="left")
    titles = pl.Series([area.title for area in one.areas], dtype=pl.String)
    return found.with_columns(
        table=pl.lit(encoded.rules.name),
        old_id=both(ids)[0],
        new_id=both(ids)[1],
        systematic=pl.col("line"),
        area=titles.gather(rows["area"]),
        date=either(day),
        entry=either(entry),
        found_by=pl.col("stage"),
    ).select(pl.col(name).cast(dtype) for name, dtype in DIFFERENCES.schema.items())


def one_line_each(one: Judged, rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Return differences as one row an entry, in their order.

    Columns p, r, r_new, table, patient_id, new_patient_id, date, entry, result, differs (each
    field as "name: old → new", or "" for a whole entry) and severity (the worst).
    """
    entry = [PAIR, ROW, "r_new"]
    field = pl.format(
        "{}: {} → {}",
        pl.col("field").str.replace_all("_", " "),
        pl.col("old_value").fill_null("(empty)"),
        pl.col("new_value").fill_null("(empty)"),
    )
    first = ["table", "patient_id", "new_patient_id", "date", "entry", "result"]
    return (
        rows_of(one, rows, people)
        .with_columns(rows.select(entry))
        .with_columns(differs=pl.coalesce(field, "result"))
        .group_by(entry, maintain_order=True)
        .agg(
            pl.col(first).first(),
            pl.col("differs").str.join("; "),
            pl.col("severity").cast(pl.Enum(SEVERITIES)).min(),
        )
    )


def _with_values(encoded: EncodedTable, rows: pl.DataFrame) -> pl.DataFrame:
    """Return differences with both values, in the same order."""
    rows = rows.with_row_index("i")
    nothing = [pl.lit(None, pl.String).alias(name) for name in ("old_value", "new_value")]
    parts = [rows.filter(pl.col("field").is_null()).with_columns(nothing)]
    for part in rows.drop_nulls("field").partition_by("field"):
        field = encoded.rules.field(part["field"][0])
        parts.append(part.with_columns(*values_of(encoded, part, field)))
    return pl.concat(parts).sort("i").drop("i")
