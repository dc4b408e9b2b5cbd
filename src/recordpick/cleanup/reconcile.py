"""Compare the practice's registered patients with PCSE's list: who is on both, and differences.

The patients who should be on PCSE's list are those on the GMS list.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.cleanup.finding import missing_columns, sentence
from recordpick.cleanup.pairing import (
    ALONE,
    COMPARED,
    LIKELY,
    MATCHED,
    UNCLEAR,
    Pairing,
    differences,
    name_keys,
    pair,
)
from recordpick.cleanup.pcse_list import FIELDS, PcseList
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex


@dataclass(frozen=True)
class Compared:
    """The patients to compare in `rows`: row (UInt32), patient_id, nhs_number, `FIELDS`.

    `others` are those not compared: the same columns without `row`, and `standing`, their status
    and registration. `columns` are those that the index has, `scope` says in words who is compared.
    """

    rows: pl.DataFrame
    others: pl.DataFrame
    columns: frozenset[str]
    scope: str


def compared_patients(index: PracticeIndex) -> Compared:
    """Return the registered, regular patients; all, and why, where the index does not say."""
    present = index.columns("patients")
    names = ("nhs_number", *FIELDS)
    shown = [
        pl.col(name)
        if name in present
        else pl.lit(None, pl.Date() if name == "date_of_birth" else pl.String()).alias(name)
        for name in names
    ]
    wanted = {"status": "registered", "registration": "regular"}
    supplied = [name for name in wanted if name in present]
    on_list = pl.all_horizontal(
        pl.lit(value=True), *(pl.col(name).eq_missing(wanted[name]) for name in supplied)
    )
    standing = (
        pl.concat_str(supplied, separator=", ", ignore_nulls=True) if supplied else pl.lit("")
    )
    everybody = (
        index.scan("patients")
        .select("patient_id", *shown, standing=standing.str.replace_all("_", " "), on_list=on_list)
        .sort("patient_id")
        .collect()
    )
    rows = everybody.filter("on_list").drop("on_list", "standing").with_row_index("row")
    why = missing_columns(index, "patients", *wanted)
    says = "only registered patients with a regular (GMS) registration are compared"
    if why:
        kept = "registered" if supplied == ["status"] else "regular" if supplied else "all"
        says = f"{kept} patients are compared, as {why}"
    return Compared(
        rows,
        everybody.filter(~pl.col("on_list")).drop("on_list"),
        frozenset(name for name in names if name in present),
        sentence(says),
    )


ONLY_HERE, ONLY_THERE, DIFFERS = "only_here", "only_there", "differs"
LIKELY_SAME, UNCLEAR_HERE, UNCLEAR_THERE = "likely_the_same", "unclear_here", "unclear_there"
TWICE_HERE, TWICE_THERE, NOT_READ = "twice_here", "twice_there", "not_read"

PCSE_ROWS: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "patient_id": pl.String(),
    "nhs_number": pl.String(),
    "line": pl.Int64(),
    "family_name": pl.String(),
    "given_name": pl.String(),
    "date_of_birth": pl.Date(),
    "field": pl.String(),
    "here": pl.String(),
    "there": pl.String(),
    "note": pl.String(),
}
"""The columns of pcse_differences.csv, in order. `line` is the line in PCSE's file."""

_WHO = ("nhs_number", "family_name", "given_name", "date_of_birth")


@dataclass(frozen=True)
class Reconciliation:
    """The result of the comparison. For both sides the counts add up:

    here = matched + likely + unclear_here + only_here, and there likewise. `not_compared` are the
    index's other patients, `left_out` the list's lines that identify nobody. `rows` (columns as in
    `PCSE_ROWS`) report everything that is not in order; `differing` counts those of `matched` that
    differ in some field.
    """

    file: str
    here: int
    there: int
    matched: int
    differing: int
    likely: int
    unclear_here: int
    unclear_there: int
    only_here: int
    only_there: int
    not_compared: int
    left_out: int
    scope: str
    fields: tuple[str, ...]
    """The fields compared for those who share an NHS number."""
    by_name: bool
    """Whether both sides have the columns to match people by name and date of birth."""
    not_compared_fields: tuple[str, ...]
    """What could not be compared, as one side does not have it: one sentence each."""
    notes: tuple[str, ...]
    rows: pl.DataFrame


def reconcile(index: PracticeIndex, pcse: PcseList) -> Reconciliation:
    """Compare the index's registered, regular patients with PCSE's list.

    Raise a UserError where they have no columns in common to match by.
    """
    ours = compared_patients(index)
    there = pcse.rows.with_row_index("row")
    names = {"family_name", "given_name", "date_of_birth"}
    if "nhs_number" not in ours.columns and not names <= ours.columns & pcse.columns:
        raise UserError(
            f"{pcse.file} cannot be compared: the index has no NHS numbers, and surname, first "
            "name and date of birth are not all on both sides. Make the index from an export with "
            "them."
        )
    pairing = pair(ours.rows, there)
    fields = [name for name in COMPARED if name in ours.columns & pcse.columns]
    matched = _pairs_at(pairing, MATCHED, ours.rows, there)
    likely = _pairs_at(pairing, LIKELY, ours.rows, there)
    differ = differences(matched, fields)
    frames = [
        _of_pairs(DIFFERS, matched, differ, _doubtful_pairs(differ)),
        _likely(likely, differences(likely, ["nhs_number", *fields])),
        _of_side(ONLY_HERE, ours.rows, pairing.here, ALONE),
        _only_there(there, pairing, ours),
        _of_side(UNCLEAR_HERE, ours.rows, pairing.here, UNCLEAR),
        _of_side(UNCLEAR_THERE, there, pairing.there, UNCLEAR),
        _duplicates(TWICE_HERE, ours.rows),
        _duplicates(TWICE_THERE, there),
        _shaped(pcse.left_out, NOT_READ),
    ]
    return Reconciliation(
        file=pcse.file,
        here=ours.rows.height,
        there=there.height,
        matched=matched.height,
        differing=differ["here"].n_unique(),
        likely=likely.height,
        unclear_here=pairing.number("here", UNCLEAR),
        unclear_there=pairing.number("there", UNCLEAR),
        only_here=pairing.number("here", ALONE),
        only_there=pairing.number("there", ALONE),
        not_compared=ours.others.height,
        left_out=pcse.left_out.height,
        scope=ours.scope,
        fields=tuple(fields),
        by_name=names <= ours.columns & pcse.columns,
        not_compared_fields=_not_compared_fields(ours, pcse),
        notes=pcse.notes,
        rows=pl.concat(frames),
    )


def _not_compared_fields(ours: Compared, pcse: PcseList) -> tuple[str, ...]:
    sides = (("the index", ours.columns), (f"{pcse.file}", pcse.columns))
    return tuple(
        f"{name.replace('_', ' ').capitalize()} was not compared: {side} does not have it."
        for name in COMPARED
        for side, columns in sides
        if name not in columns
    )


def _pairs_at(
    pairing: Pairing, outcome: str, here: pl.DataFrame, there: pl.DataFrame
) -> pl.DataFrame:
    """Return the pairs of that outcome with the columns of both sides, theirs suffixed " there"."""
    theirs = there.rename({name: f"{name} there" for name in there.columns if name != "row"})
    return (
        pairing.pairs.filter(pl.col("outcome") == outcome)
        .drop("outcome")
        .join(here.rename({"row": "here"}), on="here", how="left")
        .join(theirs.rename({"row": "there"}), on="there", how="left")
        .sort("here")
    )


def _shaped(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return the rows with the columns of `PCSE_ROWS`; columns that they do not have are empty."""
    rows = rows.with_columns(kind=pl.lit(kind))
    return rows.select(
        pl.col(name).cast(dtype) if name in rows.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in PCSE_ROWS.items()
    )


def _of_pairs(
    kind: str, pairs: pl.DataFrame, differ: pl.DataFrame, notes: pl.DataFrame
) -> pl.DataFrame:
    """Return a row for each difference, with the patient's details as in the index."""
    whose = pairs.select("here", "patient_id", *_WHO, line="line there")
    rows = differ.join(whose, on="here", how="left", maintain_order="left").join(
        notes, on="here", how="left", maintain_order="left"
    )
    values = {"value_here": "here", "value_there": "there"}
    return _shaped(rows.drop("here", "there").rename(values), kind)


def _doubtful_pairs(differ: pl.DataFrame) -> pl.DataFrame:
    """Return here and note for pairs by number that share neither surname nor date of birth."""
    both = pl.col("field").is_in(["family_name", "date_of_birth"])
    known = pl.col("value_here").is_not_null() & pl.col("value_there").is_not_null()
    says = "Surname and date of birth both differ: check first whether this is the same person."
    return (
        differ.filter(both & known)
        .group_by("here")
        .agg(pl.len().alias("count"))
        .filter(pl.col("count") == 2)
        .select("here", note=pl.lit(says))
    )


def _likely(pairs: pl.DataFrame, differ: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each likely pair: the NHS numbers side by side, other differences noted."""
    others = (
        differ.filter(pl.col("field") != "nhs_number")
        .group_by("here", maintain_order=True)
        .agg(
            note=pl.format(
                "{}: {} here, {} there",
                pl.col("field").str.replace_all("_", " "),
                pl.col("value_here").fill_null("nothing"),
                pl.col("value_there").fill_null("nothing"),
            ).str.join("; ")
        )
    )
    rows = pairs.join(others, on="here", how="left", maintain_order="left").select(
        "patient_id",
        *_WHO,
        "note",
        line="line there",
        field=pl.lit("nhs_number"),
        here="nhs_number",
        there="nhs_as_written there",
    )
    return _shaped(rows, LIKELY_SAME)


def _of_side(kind: str, rows: pl.DataFrame, outcomes: pl.DataFrame, outcome: str) -> pl.DataFrame:
    chosen = outcomes.filter(pl.col("outcome") == outcome)
    return _shaped(rows.join(chosen, on="row", how="semi", maintain_order="left"), kind)


def _only_there(there: pl.DataFrame, pairing: Pairing, ours: Compared) -> pl.DataFrame:
    """Return those only there, with a note on those who are here but were not compared."""
    alone = pairing.there.filter(pl.col("outcome") == ALONE)
    rows = there.join(alone, on="row", how="semi", maintain_order="left")
    others = ours.others.with_row_index("other")
    says = pl.format("Here as patient {} ({})", "patient_id", "standing").alias("says")
    by_number = (
        others.drop_nulls("nhs_number")
        .group_by("nhs_number", maintain_order=True)
        .agg(says.first())
    )
    keyed = name_keys(others.rename({"other": "row"})).join(
        others.select(pl.col("other").alias("row"), says), on="row", how="left"
    )
    by_name = keyed.sort("row").group_by("key", maintain_order=True).agg(pl.col("says").first())
    named = (
        name_keys(rows)
        .join(by_name, on="key")
        .sort("row", "key")
        .group_by("row", maintain_order=True)
        .agg(
            perhaps=pl.lit("Perhaps the same, by name and date of birth: ") + pl.col("says").first()
        )
    )
    noted = rows.join(by_number, on="nhs_number", how="left", maintain_order="left").join(
        named, on="row", how="left", maintain_order="left"
    )
    return _shaped(
        noted.with_columns(note=pl.coalesce("says", "perhaps") + pl.lit(".")), ONLY_THERE
    )


def _duplicates(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of one side that share an NHS number, or name and date of birth."""
    number = pl.col("nhs_number")
    by_number = rows.filter(number.is_not_null() & number.is_duplicated()).select(
        "row", shared=pl.lit("NHS number")
    )
    by_name = (
        name_keys(rows)
        .filter(pl.col("key").is_duplicated())
        .select(pl.col("row").unique(), shared=pl.lit("name and date of birth"))
    )
    notes = (
        pl.concat([by_number, by_name])
        .group_by("row", maintain_order=True)
        .agg(note=pl.lit("More than once: ") + pl.col("shared").str.join(", ") + pl.lit("."))
    )
    order = ["nhs_number", "family_name", "given_name", "row"]
    found = rows.join(notes, on="row", how="inner").sort(order, nulls_last=True)
    return _shaped(found, kind)
