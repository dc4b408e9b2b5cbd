"""Patients of two indexes aligned one to one.

First by the NHS number where it occurs once on each side, then, among the rest, by names and date
of birth where those occur once on each side. Nobody is paired by half of that: who is left over is
missing, additional, or ambiguous (a number or a name that several share).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.comparison.folds import as_windows_1252
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex

SMALLEST_SHARE = 0.5
"""Below this share of patients who are in both, two extracts are not of the same practice."""

_NAMES = ("family_name", "given_name", "date_of_birth")

UNMATCHED = {
    "patient_id": pl.String(),
    "new_patient_id": pl.String(),
    "result": pl.String(),
    "reason": pl.String(),
}


@dataclass(frozen=True)
class PatientPairs:
    """Patients who are in both, and who is not.

    `pairs` has p (UInt32, from 0), patient_id, new_patient_id and found_by (nhs_number, name);
    `unmatched` one row a patient: patient_id or new_patient_id, result (missing, additional,
    ambiguous) and the reason. `old` and `new` are the numbers of patients compared.
    """

    pairs: pl.DataFrame
    unmatched: pl.DataFrame
    old: int
    new: int

    @property
    def everybody(self) -> pl.DataFrame:
        """p, patient_id and new_patient_id of the pairs, then of who is on one side only.

        Who is ambiguous has no p: nothing of them is compared.
        """
        ids = ["patient_id", "new_patient_id"]
        alone = self.unmatched.filter(pl.col("result") != "ambiguous").select(ids)
        both = pl.concat([self.pairs.select(ids), alone])
        return both.with_row_index("p")

    @property
    def share(self) -> float:
        """The share of patients who are in both, of the side that has more of them."""
        most = max(self.old, self.new)
        return self.pairs.height / most if most else 0.0


def align_patients(
    old: PracticeIndex, new: PracticeIndex, only: frozenset[str] | None = None
) -> PatientPairs:
    """Align the patients of two indexes; with `only`, those old patients and their partners.

    UserError where so few are in both that this is another practice, or a part of one.
    """
    before, after = _people(old), _people(new)
    shared = _shared_numbers(before), _shared_numbers(after)
    by_number = _singles(before, after, ("nhs_number",))
    pairs = by_number.with_columns(found_by=pl.lit("nhs_number"))
    if all(name in before.columns and name in after.columns for name in _NAMES):
        pairs = _with_named(pairs, before, after)
        if any(_loses_letters(index) for index in (old, new)):
            pairs = _with_named(pairs, *(_without_lost_letters(one) for one in (before, after)))
    total_new = after.height
    if only is not None:
        before = before.filter(pl.col("patient_id").is_in(list(only)))
        pairs = pairs.filter(pl.col("patient_id").is_in(list(only)))
    _check_share(pairs.height, before.height, total_new, selected=only is not None)
    unmatched = _unmatched(before, after, pairs, shared, selected=only is not None)
    pairs = pairs.sort("patient_id").with_row_index("p")
    return PatientPairs(
        pairs.select("p", "patient_id", "new_patient_id", "found_by"),
        unmatched,
        before.height,
        total_new if only is None else pairs.height,
    )


def _with_named(pairs: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return pairs with those of the rest whose names and date of birth are single on each side."""
    rest_before = before.join(pairs, on="patient_id", how="anti")
    rest_after = after.join(pairs, left_on="patient_id", right_on="new_patient_id", how="anti")
    # who has different NHS numbers in both is never paired by name
    by_name = _singles(rest_before, rest_after, _NAMES, agree="nhs_number")
    return pl.concat([pairs, by_name.with_columns(found_by=pl.lit("name"))])


def _loses_letters(index: PracticeIndex) -> bool:
    """Return whether an extract has question marks for letters of names that it cannot say."""
    return any(one.table == "patients" and one.column in _NAMES for one in index.manifest.conflated)


def _without_lost_letters(people: pl.DataFrame) -> pl.DataFrame:
    """Return people with names as an extract has them that loses letters (Łukasz: ?ukasz)."""
    return people.with_columns(as_windows_1252(pl.col(name)) for name in _NAMES[:2])


def _people(index: PracticeIndex) -> pl.DataFrame:
    """Return patient_id and what identifies a patient, as far as the index has it."""
    held = index.columns("patients")
    frame = index.scan("patients").select(
        "patient_id",
        pl.col("nhs_number")
        if "nhs_number" in held
        else pl.lit(None, pl.String).alias("nhs_number"),
        *(
            pl.col(name).str.to_lowercase().str.replace_all(r"[^\p{L}?]", "").alias(name)
            for name in ("family_name", "given_name")
            if name in held
        ),
        *(pl.col(name) for name in ("date_of_birth",) if name in held),
    )
    return frame.collect()


def _singles(
    before: pl.DataFrame, after: pl.DataFrame, keys: tuple[str, ...], agree: str = ""
) -> pl.DataFrame:
    """Return pairs (patient_id, new_patient_id) whose keys are filled and once on each side."""

    def once(people: pl.DataFrame) -> pl.DataFrame:
        filled = people.drop_nulls(list(keys))
        return filled.filter(pl.len().over(list(keys)) == 1)

    found = once(before).join(once(after), on=list(keys), suffix="_new")
    if agree:
        differs = pl.col(agree) != pl.col(f"{agree}_new")
        found = found.filter(differs.is_null() | ~differs)
    return found.select("patient_id", new_patient_id="patient_id_new")


def _check_share(matched: int, old: int, new: int, *, selected: bool) -> None:
    most = old if selected else max(old, new)
    if most and matched / most >= SMALLEST_SHARE:
        return
    share = f"Only {100 * matched / most:.0f}% of patients are" if matched else "No patient is"
    raise UserError(
        f"{share} in both ({matched:,} of {old:,} in the old system and {new:,} in the new one). "
        "Is this another practice, or an extract of only some patients? Nothing was compared. "
        "Compare two extracts of the whole practice; for the selected patients of a working file "
        "add --file and --selected."
    )


def _shared_numbers(people: pl.DataFrame) -> pl.Series:
    """Return the NHS numbers that several patients have."""
    numbers = people["nhs_number"].drop_nulls()
    return numbers.filter(numbers.is_duplicated()).unique()


def _unmatched(
    before: pl.DataFrame,
    after: pl.DataFrame,
    pairs: pl.DataFrame,
    shared: tuple[pl.Series, pl.Series],
    *,
    selected: bool,
) -> pl.DataFrame:
    """Return who is in one side only, or cannot be told from another.

    `shared` are the NHS numbers that several patients of a side have, selected or not.
    """
    left = before.join(pairs, on="patient_id", how="anti")
    right = after.join(pairs, left_on="patient_id", right_on="new_patient_id", how="anti")
    old = _why(left, right, *shared).select(
        "patient_id", new_patient_id=pl.lit(None, pl.String), why="why"
    )
    new = _why(right, left, *shared[::-1]).select(
        pl.lit(None, pl.String).alias("patient_id"), new_patient_id="patient_id", why="why"
    )
    old = old.with_columns(result=_result("missing"))
    new = new.with_columns(result=_result("additional"))
    rows = old if selected else pl.concat([old, new])
    return (
        rows.with_columns(
            reason=pl.col("why").fill_null(
                pl.when(pl.col("result") == "missing")
                .then(pl.lit("not in the new system"))
                .otherwise(pl.lit("not in the old system"))
            )
        )
        .select(list(UNMATCHED))
        .sort("result", "patient_id", "new_patient_id", nulls_last=True)
    )


def _result(word: str) -> pl.Expr:
    return pl.when(pl.col("why").is_null()).then(pl.lit(word)).otherwise(pl.lit("ambiguous"))


def _why(
    people: pl.DataFrame, others: pl.DataFrame, shared: pl.Series, shared_there: pl.Series
) -> pl.DataFrame:
    """Return the people with `why` they are ambiguous; null where they are on one side only."""
    number = pl.col("nhs_number")
    why = (
        pl.when(number.is_in(shared.implode()))
        .then(pl.lit("several patients have this NHS number"))
        .when(number.is_in(shared_there.implode()))
        .then(pl.lit("several patients of the other side have this NHS number"))
    )
    names = list(_NAMES)
    if set(names) <= set(people.columns) & set(others.columns):
        also = (
            others.drop_nulls(names)
            .group_by(names)
            .agg(_there=pl.len(), _number=pl.col("nhs_number").first())
        )
        people = people.join(also, on=names, how="left", maintain_order="left")
        has_another = (pl.col("_there") == 1) & (number != pl.col("_number"))
        why = why.when(has_another.fill_null(value=False)).then(
            pl.lit("somebody of the same name and date of birth has another NHS number")
        )
        why = why.when(pl.col("_there").is_not_null()).then(
            pl.lit("somebody of the same name and date of birth, not certainly this patient")
        )
    return people.with_columns(why=why)
