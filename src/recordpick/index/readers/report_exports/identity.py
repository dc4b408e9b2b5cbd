"""Whose row it is: each row of an export is one patient's of the list, or it is rejected.

A patient is found by number, by NHS number, or by name with date of birth where that is one patient
of the list. Whatever else a row says of the patient must agree; where it contradicts, the row is
rejected. Nothing here is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from recordpick.index.date_columns import to_date
from recordpick.index.patient_numbers import is_damaged as is_damaged_number
from recordpick.index.patient_numbers import repaired
from recordpick.index.readers.list_dates import dates_of
from recordpick.index.readers.report_exports import vocabulary
from recordpick.index.source import SourcePart
from recordpick.index.values import ISO, is_damaged, is_valid, tidy, trimmed

PATIENT = "patient_id"
WHY = "__why"
BORN = "__born"

_TEXTS = (PATIENT, "nhs", "family", "family_first", "given", "given_first", "whole")


@dataclass(frozen=True)
class Patients:
    """The patients of the list: patient_id, NHS number, names as they are compared, date of birth.

    `has_own_numbers` says whether patient_id is a number of the system, not the NHS number.
    """

    frame: pl.DataFrame
    has_own_numbers: bool
    file: str
    number_called: str = ""
    """What the list calls the patient number."""

    @classmethod
    def of(cls, part: SourcePart) -> Patients:
        """Return the patients of a list, as `read_list` has read it."""
        schema = part.frame.collect_schema()
        columns: dict[str, pl.Expr] = {}
        for name, source in (
            (PATIENT, PATIENT),
            ("nhs", "nhs_number"),
            ("family", "family_name"),
            ("given", "given_name"),
            ("born", "date_of_birth"),
        ):
            text = trimmed(pl.col(source).cast(pl.String)) if source in schema else None
            columns[name] = pl.lit(None, pl.String) if text is None else text
        if vocabulary.plain(part.called.get("given_name", "")) in vocabulary.calling_names():
            columns["given"] = pl.lit(None, pl.String)  # reports have the name on the record
        written = part.date_formats.get("date_of_birth", ISO)
        tidied = tidy(columns["nhs"])
        frame = part.frame.select(
            repaired(columns[PATIENT]).alias(PATIENT),
            pl.when(is_valid(tidied)).then(tidied).alias("nhs"),
            compared(columns["family"]).alias("family"),
            _first_word(columns["family"]).alias("family_first"),
            compared(columns["given"]).alias("given"),
            _first_word(columns["given"]).alias("given_first"),
            to_date(columns["born"], written).alias("born"),
        ).collect()
        whole = pl.col("given") + pl.col("family")
        frame = frame.with_columns(whole.alias("whole"))
        frame = frame.drop_nulls(PATIENT).unique(PATIENT, keep="first", maintain_order=True)
        is_nhs = frame.select(
            (pl.col(PATIENT) == pl.col("nhs")).fill_null(value=False).all()
        ).item()
        return cls(
            frame.with_columns(pl.col(_TEXTS).cast(pl.String)),
            not is_nhs,
            part.file,
            part.called.get("patient_id", ""),
        )


def compared(name: pl.Expr) -> pl.Expr:
    """Return a name as names are compared: its letters, small, without accents."""
    name = pl.when(~name.str.contains("[?\ufffd]")).then(name)  # an encoding has lost letters
    letters = name.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"[^\p{L}]", "")
    return pl.when(letters != "").then(letters)


def _first_word(name: pl.Expr) -> pl.Expr:
    return compared(name.str.strip_chars().str.extract(r"^([^\s]+)", 1))


def find_patients(
    rows: pl.DataFrame, identity: Mapping[str, int], patients: Patients
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return PATIENT, WHY and BORN for each row of texts, in order, and notes.

    PATIENT is null where the row is no patient's of the list that is known for certain, and WHY
    says why; both are null where nothing in the row names a patient. BORN is the date of birth
    that the list gives.
    """
    notes: list[str] = []
    texts = {role: pl.col(str(place)) for role, place in identity.items()}
    said = rows.select(
        *(
            (texts[role] if role in texts else pl.lit(None, pl.String)).alias(role)
            for role in _ROLES
        )
    )
    different = said.unique(maintain_order=True)
    keys = _keys(different, patients, notes, has_number="number" in texts)
    decided = _decide(keys, patients)
    unchecked = (
        decided[PATIENT].is_not_null() & keys["nhs"].is_null() & keys["nhs_text"].is_not_null()
    )
    if unchecked.any():
        notes.append(
            f"{int(unchecked.sum()):,} patients have an NHS number that is not valid: their "
            "patient number alone says who they are"
        )
    both = pl.concat([different, decided], how="horizontal")
    found = said.join(both, on=list(_ROLES), how="left", nulls_equal=True, maintain_order="left")
    return found.select(PATIENT, WHY, BORN), tuple(notes)


_TITLE = r"(?i)^(?:mr|mrs|ms|miss|mx|dr|prof|professor|master|rev|sir|lady)\.?\s+"
_ROLES = ("number", "nhs_number", "full_name", "family_name", "given_name", "date_of_birth")


def _keys(
    said: pl.DataFrame, patients: Patients, notes: list[str], *, has_number: bool
) -> pl.DataFrame:
    """Return what the different rows say of their patients, as it is compared."""
    number = repaired(pl.col("number"))
    tidied = tidy(pl.col("nhs_number"))
    full = pl.col("full_name")
    has_comma = full.str.contains(",", literal=True)
    family = pl.coalesce("family_name", pl.when(has_comma).then(full.str.extract(r"^([^,]*),", 1)))
    after = full.str.extract(r",\s*(.*)$", 1).str.replace(r"\s*\([^()]*\)\s*$", "")
    given = pl.coalesce("given_name", pl.when(has_comma).then(after))
    bare = full.str.replace(_TITLE, "")
    keys = said.select(
        number=number,
        nhs=pl.when(is_valid(tidied)).then(tidied),
        nhs_text=trimmed(pl.col("nhs_number")),
        family=compared(family),
        given=compared(given),
        given_first=_first_word(given),
        whole=pl.when(~has_comma).then(compared(bare)),
        whole_first=pl.when(~has_comma).then(_first_word(bare)),
        born_text=pl.col("date_of_birth"),
        has_damaged_number=is_damaged_number(number).fill_null(value=False),
    )
    keys = keys.with_columns(number=pl.when(~pl.col("has_damaged_number")).then("number"))
    numbers = keys["number"].drop_nulls()
    tidied_numbers = numbers.to_frame().select(tidy(pl.col("number"))).to_series()
    are_nhs = bool(len(numbers)) and bool(
        tidied_numbers.to_frame().select(is_valid(pl.col("number")).all()).item()
    )
    if has_number and are_nhs:
        notes.append("the patient numbers are NHS numbers, and were taken as such")
        keys = keys.with_columns(other_nhs=tidy(pl.col("number")), number=pl.lit(None, pl.String))
    else:
        keys = keys.with_columns(other_nhs=pl.lit(None, pl.String))
        if len(numbers) and not patients.has_own_numbers:
            notes.append(f"the patient numbers were not used: {patients.file} has NHS numbers only")
            keys = keys.with_columns(number=pl.lit(None, pl.String))
    return _with_days_of_birth(keys).with_columns(
        nhs=pl.coalesce("nhs", "other_nhs"),
        differ=(pl.col("nhs") != pl.col("other_nhs")).fill_null(value=False),
    )


_TWO_DIGITS = r"^([0-9]{1,2})[-/. ]([0-9A-Za-z]{1,9})[-/. ]([0-9]{2})$"


def _with_days_of_birth(keys: pl.DataFrame) -> pl.DataFrame:
    """Add `born`, and `born_1900` and `born_2000` where a year has only two digits."""
    text = pl.col("born_text")
    short = keys.select(text.str.contains(_TWO_DIGITS).fill_null(value=False)).to_series()
    written = dates_of(keys.filter(~short)["born_text"]).written
    centuries = [
        to_date(text.str.replace(_TWO_DIGITS, f"${{1}}-${{2}}-{century}${{3}}"), written)
        for century in ("19", "20")
    ]
    return keys.with_columns(
        born=pl.when(~pl.lit(short)).then(to_date(text, written)),
        born_1900=pl.when(pl.lit(short)).then(centuries[0]),
        born_2000=pl.when(pl.lit(short)).then(centuries[1]),
    )


def _decide(keys: pl.DataFrame, patients: Patients) -> pl.DataFrame:
    """Return PATIENT, WHY and BORN for what each different row says."""
    known = patients.frame
    rows = keys.with_row_index("__at")
    by_number = known.select(pl.col(PATIENT).alias("number"), pl.col(PATIENT).alias("by_number"))
    by_nhs = (
        known.drop_nulls("nhs")
        .group_by("nhs")
        .agg(pl.col(PATIENT).first().alias("by_nhs"), pl.len().alias("nhs_count"))
    )
    by_name = (
        known.drop_nulls(["family", "given", "born"])
        .group_by("family", "given", "born")
        .agg(pl.col(PATIENT).first().alias("by_name"), pl.len().alias("name_count"))
    )
    by_whole = (
        known.drop_nulls(["whole", "born"])
        .group_by("whole", "born")
        .agg(pl.col(PATIENT).first().alias("by_whole"), pl.len().alias("whole_count"))
    )
    rows = (
        rows.join(by_number, on="number", how="left")
        .join(by_nhs, on="nhs", how="left")
        .join(by_name, on=["family", "given", "born"], how="left")
        .join(by_whole, on=["whole", "born"], how="left")
        .with_columns(
            by_nhs=pl.when(pl.col("nhs_count") == 1).then("by_nhs"),
            by_name=pl.when(pl.col("name_count") == 1)
            .then("by_name")
            .when(pl.col("whole_count") == 1)
            .then("by_whole"),
            name_count=pl.coalesce("name_count", "whole_count"),
        )
    )
    has_number, has_nhs = pl.col("number").is_not_null(), pl.col("nhs").is_not_null()
    chosen = (
        pl.when(has_number)
        .then("by_number")
        .when(has_nhs)
        .then("by_nhs")
        .when(pl.col("nhs_text").is_null() & ~pl.col("has_damaged_number"))
        .then("by_name")
    )
    rows = rows.with_columns(chosen.alias("chosen")).join(
        known.select(
            pl.col(PATIENT).alias("chosen"),
            pl.col("nhs").alias("list_nhs"),
            pl.col("family").alias("list_family"),
            pl.col("given").alias("list_given"),
            pl.col("given_first").alias("list_given_first"),
            pl.col("family_first").alias("list_family_first"),
            pl.col("born").alias("list_born"),
        ),
        on="chosen",
        how="left",
    )
    rows = rows.sort("__at").with_columns(_why(patients.file).alias(WHY))
    return rows.select(
        pl.when(pl.col(WHY).is_null()).then("chosen").alias(PATIENT),
        WHY,
        pl.when(pl.col(WHY).is_null()).then("list_born").alias(BORN),
    )


_BORN = ("born", "born_1900", "born_2000")


def _why(file: str) -> pl.Expr:
    """Return why a row is no known patient's; null where it is, or where it names nobody."""
    number, nhs = pl.col("number"), pl.col("nhs")
    is_found = pl.col("chosen").is_not_null()
    named = ["number", "nhs_text", "other_nhs", "family", "given", "whole", "born_text"]
    names_nobody = pl.all_horizontal(pl.col(name).is_null() for name in named)
    names_nobody &= ~pl.col("has_damaged_number")
    other = pl.lit(f" of the patient of {file} that it names otherwise")
    list_nhs, list_born = pl.col("list_nhs"), pl.col("list_born")
    same_given = (pl.col("given") == pl.col("list_given")) | (
        pl.col("given_first") == pl.col("list_given_first")
    )
    names_all = pl.col("born").is_not_null() & (
        pl.col("whole").is_not_null() | pl.all_horizontal(pl.col("family", "given").is_not_null())
    )
    whole, list_family, list_given = pl.col("whole"), pl.col("list_family"), pl.col("list_given")
    first = pl.col("whole_first")
    same_whole = (
        (first == pl.col("list_given_first"))
        & whole.str.starts_with(list_given)
        & whole.str.ends_with(list_family)
    ) | (
        (first == pl.col("list_family_first"))
        & whole.str.starts_with(list_family)
        & whole.str.ends_with(list_given)
    )
    has_born = pl.any_horizontal(pl.col(name).is_not_null() for name in _BORN)
    is_born = pl.any_horizontal(
        (pl.col(name) == list_born).fill_null(value=False) for name in _BORN
    )
    return (
        pl.when(names_nobody)
        .then(pl.lit(None, pl.String))
        .when("differ")
        .then(pl.format("it has two NHS numbers, {} and {}", nhs, "other_nhs"))
        .when(number.is_not_null() & ~is_found)
        .then(pl.format("there is no patient {} on {}", number, pl.lit(file)))
        .when(number.is_null() & (pl.col("nhs_count") > 1))
        .then(pl.format("NHS number {} is that of several patients of {}", nhs, pl.lit(file)))
        .when(number.is_null() & nhs.is_not_null() & ~is_found)
        .then(pl.format("there is no patient with NHS number {} on {}", nhs, pl.lit(file)))
        .when(~is_found & is_damaged(pl.col("nhs_text")).fill_null(value=False))
        .then(pl.format("its NHS number {} was damaged by a spreadsheet", "nhs_text"))
        .when(~is_found & pl.col("nhs_text").is_not_null())
        .then(pl.format("its NHS number {} is not valid", "nhs_text"))
        .when(~is_found & pl.col("has_damaged_number"))
        .then(pl.lit("its patient number was spoilt by a spreadsheet"))
        .when(~is_found & (pl.col("name_count") > 1))
        .then(pl.lit(f"several patients of {file} have its name and date of birth"))
        .when(~is_found & names_all)
        .then(pl.lit(f"no patient of {file} has its name and date of birth"))
        .when(~is_found)
        .then(pl.lit("it does not say enough to know whose it is"))
        .when((pl.col("by_nhs") != pl.col("chosen")) | (list_nhs != nhs))
        .then(pl.format("its NHS number {} is not that{}", nhs, other))
        .when(has_born & list_born.is_not_null() & ~is_born)
        .then(pl.format("its date of birth {} is not that{}", "born_text", other))
        .when(pl.col("family") != pl.col("list_family"))
        .then(pl.concat_str(pl.lit("its surname is not that"), other))
        .when(~same_given)
        .then(pl.concat_str(pl.lit("its first name is not that"), other))
        .when(~same_whole)
        .then(pl.concat_str(pl.lit("its name is not that"), other))
    )
