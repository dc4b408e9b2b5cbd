"""The patients of an index: each once, from one source or several.

A wrong patient is the worst that can happen. So two rows with one number are never distinguished
by guessing: within a file they are refused, and between files they are one person only if a date
of birth or an NHS number agrees and none contradicts.

Record linkage finds patients of a later source who are in an earlier one under another number: a
list of NHS numbers beside a system's extract must not create a second patient. A row of a later
source whose patient number is new, but whose NHS number is that of exactly one known patient, is
that patient, and so are all rows with its number in that source. If several patients have the NHS
number, it is unknown whose row it is, and it is rejected.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.index.build.cast import BAD, NHS_NUMBER, UNSURE
from recordpick.index.build.staging import Staged, rows_with_reasons
from recordpick.index.build.table_builder import TableBuilder
from recordpick.index.build.writer import ROW_GROUP_BY_PATIENT
from recordpick.index.manifest import TableSummary
from recordpick.index.source import DELETED, PATIENT
from recordpick.polars_types import TYPES
from recordpick.schema import Kind

_COMPARED = 100_000
"""Rows whose faults are compared if no row is a patient."""

_IDENTITY = (NHS_NUMBER, "date_of_birth")


def patients_of(builder: TableBuilder) -> pl.DataFrame:
    """Return the patients, one row each, sorted by patient_id; UserError if they are ambiguous."""
    for number in range(len(builder.staged)):
        _check_one_row_each(builder, number)
    columns = [pl.col(name).cast(TYPES[kind]) for name, kind in builder.kinds.items()]
    if len(builder.staged) == 1:
        patients = builder.rows().select(columns).sort(PATIENT).collect()
    else:
        _check_same_person(builder)
        values = [pl.col(name).drop_nulls().first() for name in builder.kinds if name != PATIENT]
        merged = builder.rows().group_by(PATIENT, maintain_order=True).agg(values)
        patients = merged.select(columns).sort(PATIENT).collect()
    if patients.is_empty():
        raise UserError(_no_patients_message(builder.staged[0]))
    return patients


def write_patients(
    patients: pl.DataFrame, summary_of: TableBuilder, counts: list[pl.DataFrame], folder: Path
) -> TableSummary:
    """Write the patients with `entries` and `entries_percentile`.

    `counts` have patient_id and `entries`: the rows of one other table. The percentile is the
    percentage of patients who have fewer. Neither is written where no other table was supplied (no
    rows were counted), and no percentile where all have equally many rows: none of them is larger
    than another.
    """
    if not counts:
        patients.lazy().sink_parquet(
            folder / "patients.parquet", row_group_size=ROW_GROUP_BY_PATIENT
        )
        return TableSummary(patients.height, dict(summary_of.kinds))
    zero = pl.DataFrame(schema={PATIENT: pl.String, "entries": pl.UInt32})
    entries = pl.concat([zero, *counts]).lazy().group_by(PATIENT).agg(pl.col("entries").sum())
    fewer = pl.col("entries").rank("min").cast(pl.Float64) - 1
    counted = (
        patients.lazy()
        .join(entries, on=PATIENT, how="left", maintain_order="left")
        .with_columns(pl.col("entries").cast(pl.Int64).fill_null(0))
        .collect()
    )
    kinds: dict[str, Kind] = {**summary_of.kinds, "entries": "integer"}
    if counted["entries"].n_unique() > 1:
        counted = counted.with_columns((fewer * 100 / pl.len()).alias("entries_percentile"))
        kinds["entries_percentile"] = "number"
    counted.lazy().sink_parquet(folder / "patients.parquet", row_group_size=ROW_GROUP_BY_PATIENT)
    return TableSummary(patients.height, kinds)


def _check_one_row_each(builder: TableBuilder, number: int) -> None:
    """Raise UserError for two rows with one patient_id: it is unknown which is the patient."""
    staged = builder.staged[number]
    good = builder.part(number).select(ROW, PATIENT)
    duplicates = good.filter(pl.col(PATIENT).is_duplicated()).sort(PATIENT, ROW).collect()
    if duplicates.is_empty():
        return
    patient = duplicates[PATIENT][0]
    rows = duplicates.filter(pl.col(PATIENT) == patient)[ROW].to_list()
    lines = " and ".join(str(line) for line in staged.part.line_of(rows[:3]))
    count = duplicates[PATIENT].n_unique()
    who = f"patient {patient} is" if count == 1 else f"{count:,} patients, such as {patient}, are"
    raise UserError(
        f"{staged.part.file}: {who} on more than one row (lines {lines}). "
        "Give each patient one row, with their own number."
    )


def _check_same_person(builder: TableBuilder) -> None:
    """Raise UserError for a patient_id in several files that do not agree on the person."""
    known = [name for name in _IDENTITY if name in builder.kinds]
    seen = (
        builder.rows()
        .group_by(PATIENT)
        .agg(
            pl.len().alias("rows"),
            *[pl.col(name).drop_nulls().n_unique().alias(f"{name} values") for name in known],
            *[pl.col(name).count().alias(f"{name} count") for name in known],
        )
        .filter(pl.col("rows") > 1)
        .sort(PATIENT)
    )
    differ = pl.any_horizontal(pl.col(f"{name} values") > 1 for name in known) if known else None
    if differ is not None:
        wrong = seen.filter(differ).collect()
        if wrong.height:
            raise UserError(
                f"Patient {wrong[PATIENT][0]} has another date of birth or NHS number in one "
                f"source than in another (one of {wrong.height:,} patients): these are not the "
                "same people. Only index sources of one practice together."
            )
    agree = [pl.col(f"{name} count") > 1 for name in known]
    unsure = seen.filter(~pl.any_horizontal(agree)) if agree else seen
    left = unsure.collect()
    if left.height:
        raise UserError(
            f"Patient {left[PATIENT][0]} is in two sources (as are {left.height:,} in all), and "
            "no date of birth or NHS number in both shows that this is one person. "
            "Add one of these columns, or index the sources one by one."
        )


def _no_patients_message(staged: Staged) -> str:
    part = staged.part
    failed = staged.typed.filter(pl.col(BAD).is_not_null() & ~pl.col(DELETED)).select(ROW, BAD)
    rejected = [rows_with_reasons(staged, failed.head(_COMPARED).collect())]
    rejected += [batch.head(_COMPARED) for batch in part.rejects.batches()]
    reasons = pl.concat(rejected).select("line", "reason")
    if reasons.is_empty():
        return f"{part.file}: there are no patients in this file."
    fault = pl.col("reason").str.replace_all('"[^"]*"|[0-9]+', "…")
    common = reasons.group_by(fault.alias("fault")).agg(
        pl.len(), pl.col("line").min(), pl.col("reason").sort_by("line").first()
    )
    count, line, reason = common.sort("len", "line", descending=[True, False]).row(0)[1:]
    return (
        f"{part.file}: no row of this file is a usable patient. Of {reasons.height:,} rows, "
        f"{count:,} have this fault, the first on line {line}: {reason}."
    )


OTHER = "__other"
Aliases = dict[int, pl.DataFrame]
"""By source number: patient_id there, and OTHER, the patient_id in the index."""

_IDS = {PATIENT: pl.String, NHS_NUMBER: pl.String}


def link_records(builder: TableBuilder) -> Aliases:
    """Find patients known under another number, and assign it to their rows in `builder`."""
    sources = sorted({staged.part.source for staged in builder.staged})
    known = pl.DataFrame(schema=_IDS)
    aliases: Aliases = {}
    for source in sources:
        numbers = [n for n, staged in enumerate(builder.staged) if staged.part.source == source]
        rows = pl.concat([_ids(builder, number) for number in numbers])
        if source != sources[0]:
            new = rows.join(known, on=PATIENT, how="anti").drop_nulls(NHS_NUMBER)
            same = new.join(known, on=NHS_NUMBER, how="inner", suffix=" known")
            is_unique = pl.len().over(NHS_NUMBER) == 1
            sure = same.filter(is_unique)
            unsure = same.filter(~is_unique)
            aliases[source] = sure.select(PATIENT, pl.col(f"{PATIENT} known").alias(OTHER))
            for number in numbers:
                of_part = builder.part(number).select(ROW, PATIENT).collect()
                builder.reject(number, of_part.join(unsure, on=PATIENT, how="semi"), UNSURE)
                staged = builder.staged[number]
                builder.staged[number] = replace(staged, aliases=aliases[source])
            rows = rows.join(same, on=PATIENT, how="anti")
        known = pl.concat([known, rows]).unique(PATIENT, keep="first", maintain_order=True)
    return aliases


def _ids(builder: TableBuilder, number: int) -> pl.DataFrame:
    """Return patient_id and NHS number of a part's patients; null if it has no such column."""
    rows = builder.part(number)
    if NHS_NUMBER not in builder.staged[number].cast.kinds:
        rows = rows.with_columns(pl.lit(None, pl.String).alias(NHS_NUMBER))
    return rows.select(*_IDS).collect()
