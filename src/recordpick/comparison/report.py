"""A comparison with its areas, transformations and code map: what is written, shown and printed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.comparison.acceptance import SEVERITIES, Acceptance, read_acceptance
from recordpick.comparison.code_map import held_out_agreement, learn_code_map
from recordpick.comparison.compare import Comparison
from recordpick.comparison.contract import AREAS, DIFFERENCES, TRANSFORMATIONS
from recordpick.comparison.encode import ROW
from recordpick.comparison.judgement import Judged, area_answers, judge_table
from recordpick.comparison.sums import AreaAnswer, patient_counts, table_counts
from recordpick.comparison.transformations import EXAMPLES, find_transformations

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

    def differences(self) -> pl.DataFrame:
        """Return what differs, columns as in `contract.DIFFERENCES`, by patient."""
        people = self.compared.patients.everybody
        order = {name: number for number, name in enumerate(people.columns)}
        assert order
        rows = [_rows_of(one, people) for one in self.judged]
        return pl.concat(rows) if rows else pl.DataFrame(schema=DIFFERENCES.schema)

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
    lines, marked = find_transformations(compared.tables)
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
        held_out_agreement(compared.tables),
        tuple(area_answers(compared, judged, matrix)),
        {table.rules.name: table_counts(table) for table in compared.tables},
    )


def _finished(lines: pl.DataFrame, judged: list[Judged]) -> pl.DataFrame:
    """Return the lines with severity, proposal and examples, as in `contract.TRANSFORMATIONS`."""
    if not lines.height:
        return pl.DataFrame(schema=TRANSFORMATIONS.schema)
    rows = pl.concat(
        [
            one.differences.drop_nulls("line").select("line", "old_value", "new_value", "severity")
            for one in judged
        ]
    )
    worst = rows.group_by("line").agg(
        severity=pl.col("severity").cast(pl.Enum(SEVERITIES)).min().cast(pl.String)
    )
    shown = pl.format(
        "{} → {}: {}",
        pl.col("old_value").fill_null("(empty)"),
        pl.col("new_value").fill_null("(empty)"),
        pl.col("n"),
    )
    examples = (
        rows.group_by("line", "old_value", "new_value")
        .agg(n=pl.len())
        .sort(["line", "n", "old_value", "new_value"], descending=[False, True, False, False])
        .group_by("line", maintain_order=True)
        .agg(shown.head(EXAMPLES).alias("examples"))
    )
    found = lines.join(worst, on="line", how="left").join(examples, on="line", how="left")
    # a difference of an unsure pair counts for no line: such a line has no rows of its own
    found = found.with_columns(pl.col("severity").fill_null("none")).sort("line")
    return found.with_columns(
        proposal=pl.when(pl.col("severity") == "none")
        .then(pl.lit("accept"))
        .otherwise(pl.lit("look")),
        **{
            f"example_{number + 1}": pl.col("examples").list.get(number, null_on_oob=True)
            for number in range(EXAMPLES)
        },
    ).select(pl.col(name).cast(dtype) for name, dtype in TRANSFORMATIONS.schema.items())


def _rows_of(one: Judged, people: pl.DataFrame) -> pl.DataFrame:
    """Return a table's rows of differences.csv."""
    encoded = one.table.encoded
    assert encoded is not None
    rows, old, new = one.differences, encoded.old.raw, encoded.new.raw
    day, ids = encoded.rules.day, encoded.rules.id

    def both(name: str) -> tuple[pl.Series, pl.Series]:
        nothing = pl.Series(
            name, [None] * rows.height, dtype=old.schema.get(name, new.schema.get(name))
        )
        return (
            old[name].gather(rows[ROW]) if name in old.columns else nothing,
            new[name].gather(rows["r_new"]) if name in new.columns else nothing,
        )

    entry = next((name for name in _ENTRY if name in old.columns or name in new.columns), None)
    stages = one.entries.select(ROW, "r_new", "stage").drop_nulls()
    found = rows.join(people, on="p", how="left", maintain_order="left")
    found = found.join(stages, on=[ROW, "r_new"], how="left", maintain_order="left")
    titles = pl.Series([area.title for area in one.areas], dtype=pl.String)
    days = both(day) if day in {*old.columns, *new.columns} else None
    words = both(entry) if entry else None
    return found.with_columns(
        table=pl.lit(encoded.rules.name),
        old_id=both(ids)[0],
        new_id=both(ids)[1],
        systematic=pl.col("line"),
        area=titles.gather(rows["area"]),
        date=days[0].zip_with(days[0].is_not_null(), days[1]) if days else pl.lit(None, pl.Date),
        entry=words[0].zip_with(words[0].is_not_null(), words[1]) if words else pl.lit(None),
        found_by=pl.col("stage"),
    ).select(pl.col(name).cast(dtype) for name, dtype in DIFFERENCES.schema.items())
