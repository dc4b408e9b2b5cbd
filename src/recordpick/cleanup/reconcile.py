"""The practice's registered patients beside PCSE's list: who is on both, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.cleanup.compared import Compared, compared_patients
from recordpick.cleanup.differences import COMPARED, differences
from recordpick.cleanup.pairing import ALONE, LIKELY, MATCHED, UNCLEAR, Pairing, name_keys, pair
from recordpick.cleanup.pcse_list import PcseList
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex

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
"""The columns of pcse_differences.csv, in order. `line` is that of PCSE's file."""

_WHO = ("nhs_number", "family_name", "given_name", "date_of_birth")


@dataclass(frozen=True)
class Reconciliation:
    """What came of comparing. For both sides the places add up:

    here = matched + likely + unclear_here + only_here, and there likewise. `not_compared` are the
    index's other patients, `left_out` the list's lines that name nobody. `rows` (columns as in
    `PCSE_ROWS`) tell all that is not in order; `differing` of the `matched` differ somewhere.
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
    """What was compared of those who share an NHS number."""
    by_name: bool
    """Whether both sides have what it takes to look for people by name and date of birth."""
    not_told: tuple[str, ...]
    """What could not be compared, as one side does not have it: a sentence each."""
    notes: tuple[str, ...]
    rows: pl.DataFrame


def reconcile(index: PracticeIndex, pcse: PcseList) -> Reconciliation:
    """Compare the index's registered, regular patients with PCSE's list.

    UserError where they have nothing in common to be matched by.
    """
    ours = compared_patients(index)
    there = pcse.rows.with_row_index("row")
    names = {"family_name", "given_name", "date_of_birth"}
    if "nhs_number" not in ours.columns and not names <= ours.columns & pcse.columns:
        raise UserError(
            f"{pcse.file} cannot be compared: the index has no NHS numbers, and not both sides "
            "have surname, first name and date of birth. Make the index of an export with them."
        )
    pairing = pair(ours.rows, there)
    fields = [name for name in COMPARED if name in ours.columns & pcse.columns]
    matched = _beside(pairing, MATCHED, ours.rows, there)
    likely = _beside(pairing, LIKELY, ours.rows, there)
    differ = differences(matched, fields)
    frames = [
        _of_pairs(DIFFERS, matched, differ, _perhaps_another(differ)),
        _likely(likely, differences(likely, ["nhs_number", *fields])),
        _of_side(ONLY_HERE, ours.rows, pairing.here, ALONE),
        _only_there(there, pairing, ours),
        _of_side(UNCLEAR_HERE, ours.rows, pairing.here, UNCLEAR),
        _of_side(UNCLEAR_THERE, there, pairing.there, UNCLEAR),
        _twice(TWICE_HERE, ours.rows),
        _twice(TWICE_THERE, there),
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
        not_told=_not_told(ours, pcse),
        notes=pcse.notes,
        rows=pl.concat(frames),
    )


def _not_told(ours: Compared, pcse: PcseList) -> tuple[str, ...]:
    sides = (("the index", ours.columns), (f"{pcse.file}", pcse.columns))
    return tuple(
        f"{name.replace('_', ' ').capitalize()} was not compared: {side} does not have it."
        for name in COMPARED
        for side, columns in sides
        if name not in columns
    )


def _beside(pairing: Pairing, place: str, here: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Give the pairs of that place with the columns of both sides, theirs with " there" behind."""
    theirs = there.rename({name: f"{name} there" for name in there.columns if name != "row"})
    return (
        pairing.pairs.filter(pl.col("place") == place)
        .drop("place")
        .join(here.rename({"row": "here"}), on="here", how="left")
        .join(theirs.rename({"row": "there"}), on="there", how="left")
        .sort("here")
    )


def _shaped(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Give the rows the columns of `PCSE_ROWS`; what they do not have is empty."""
    rows = rows.with_columns(kind=pl.lit(kind))
    return rows.select(
        pl.col(name).cast(dtype) if name in rows.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in PCSE_ROWS.items()
    )


def _of_pairs(
    kind: str, pairs: pl.DataFrame, differ: pl.DataFrame, notes: pl.DataFrame
) -> pl.DataFrame:
    """Give a row for each difference, saying whose it is as the index has them."""
    whose = pairs.select("here", "patient_id", *_WHO, line="line there")
    rows = differ.join(whose, on="here", how="left", maintain_order="left").join(
        notes, on="here", how="left", maintain_order="left"
    )
    values = {"value_here": "here", "value_there": "there"}
    return _shaped(rows.drop("here", "there").rename(values), kind)


def _perhaps_another(differ: pl.DataFrame) -> pl.DataFrame:
    """Give here and note for pairs by number who share neither surname nor date of birth."""
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
    """Give a row for each likely pair: the NHS numbers side by side, other differences noted."""
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


def _of_side(kind: str, rows: pl.DataFrame, places: pl.DataFrame, place: str) -> pl.DataFrame:
    chosen = places.filter(pl.col("place") == place)
    return _shaped(rows.join(chosen, on="row", how="semi", maintain_order="left"), kind)


def _only_there(there: pl.DataFrame, pairing: Pairing, ours: Compared) -> pl.DataFrame:
    """Give those only there; those who are here but were not compared are said to be."""
    alone = pairing.there.filter(pl.col("place") == ALONE)
    rows = there.join(alone, on="row", how="semi", maintain_order="left")
    others = ours.others.with_row_index("other")
    says = pl.format("Here as patient {} ({})", "patient_id", "stands").alias("says")
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
    told = rows.join(by_number, on="nhs_number", how="left", maintain_order="left").join(
        named, on="row", how="left", maintain_order="left"
    )
    return _shaped(told.with_columns(note=pl.coalesce("says", "perhaps") + pl.lit(".")), ONLY_THERE)


def _twice(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of one side that share an NHS number, or name and date of birth."""
    number = pl.col("nhs_number")
    by_number = rows.filter(number.is_not_null() & number.is_duplicated()).select(
        "row", said=pl.lit("NHS number")
    )
    by_name = (
        name_keys(rows)
        .filter(pl.col("key").is_duplicated())
        .select(pl.col("row").unique(), said=pl.lit("name and date of birth"))
    )
    said = (
        pl.concat([by_number, by_name])
        .group_by("row", maintain_order=True)
        .agg(note=pl.lit("More than once: ") + pl.col("said").str.join(", ") + pl.lit("."))
    )
    order = ["nhs_number", "family_name", "given_name", "row"]
    found = rows.join(said, on="row", how="inner").sort(order, nulls_last=True)
    return _shaped(found, kind)
