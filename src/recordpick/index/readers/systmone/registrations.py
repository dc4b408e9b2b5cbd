"""SRPatientRegistration: who is registered here on the as-at date, who was, and who is not yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from recordpick.index.readers.extract_file import ExtractFile, lines_of_rows, patients_are
from recordpick.index.readers.systmone.files import (
    DAY,
    Opened,
    current_rows,
    day,
    is_last,
    removed,
)
from recordpick.index.source import LookUp
from recordpick.index.values import to_date

_KEY = "patient_id"

_NOT_YET = r"\b(?:appl(?:ied|ication|ying)|pending|awaiting|requested|pre[- ]?regist\w*)\b"
_NEVER = r"\b(?:not registered|unregistered|rejected|refused|declined|cancelled|withdrawn)\b"
_OVER = r"\b(?:deducted|deduction|de-?registered|removed|left|deceased|dead|died)\b"
"""Words of RegistrationStatus that say that somebody is not registered (yet)."""

_REGISTRATION = (
    ("immediately necessary", "immediately_necessary"),
    ("temporary", "temporary"),
    ("private", "private"),
    ("gms", "regular"),
    ("standard", "regular"),
    ("regular", "regular"),
)
"""Words of RegistrationStatus, of which the first found decides; any other is "other"."""


def registrations_of(opened: Opened, file: ExtractFile, as_at: date) -> pl.DataFrame:
    """Return the registrations: whose, `registered_on`, `left_on`, `registration` and `state`.

    `state` is "now", "over", "not yet" (only applied for, or beginning after the as-at date),
    "never" (refused) or "elsewhere": the table also lists registrations at other organisations,
    which say nothing about this one (IDOrganisation differs from IDOrganisationVisibleTo).
    """
    began = to_date(day(file, "DateRegistration"), DAY)
    ended = to_date(day(file, "DateDeRegistration"), DAY)
    word = opened.word(file, "RegistrationStatus").str.to_lowercase()
    words = word.str.split(",").list.eval(pl.element().str.strip_chars())
    kept = words.list.eval(
        pl.element().filter(
            (pl.element() != "")
            & ~pl.any_horizontal(
                pl.element().str.contains(says) for says in (_NOT_YET, _NEVER, _OVER)
            )
        )
    )
    says_nothing_else = word.is_not_null() & (kept.list.len() == 0)
    kind = pl.lit("other")
    for part, ours in reversed(_REGISTRATION):
        found = kept.list.join(",").str.contains(part, literal=True)
        kind = pl.when(found).then(pl.lit(ours)).otherwise(kind)
    elsewhere = pl.lit(value=False)
    if file.has("IDOrganisation") and file.has("IDOrganisationVisibleTo"):
        here = _organisation(opened, file, "IDOrganisationVisibleTo")
        elsewhere = _organisation(opened, file, "IDOrganisation") != here
    state = (
        pl.when(elsewhere.fill_null(value=False))
        .then(pl.lit("elsewhere"))
        .when(says_nothing_else & word.str.contains(_NEVER))
        .then(pl.lit("never"))
        .when(says_nothing_else & word.str.contains(_NOT_YET))
        .then(pl.lit("not yet"))
        .when(says_nothing_else & word.str.contains(_OVER))
        .then(pl.lit("over"))
        .when(ended <= as_at)
        .then(pl.lit("over"))
        .when(began > as_at)
        .then(pl.lit("not yet"))
        .otherwise(pl.lit("now"))
    )
    return (
        current_rows(file)
        .select(
            file.text("IDPatient").alias(_KEY),
            registered_on=began,
            left_on=ended,
            registration=pl.when(word.is_not_null()).then(kind),
            state=state,
        )
        .collect()
    )


def _organisation(opened: Opened, file: ExtractFile, column: str) -> pl.Expr:
    """Return a column of organisations as codes, also where it has ids of SROrganisation."""
    organisation = file.text(column)
    organisations = opened.get("SROrganisation")
    if organisations is not None and organisations.has("ID"):
        rows = current_rows(organisations).select(
            organisations.text("RowIdentifier"), code=organisations.text("ID")
        )
        organisation = organisation.replace(dict(rows.drop_nulls().collect().iter_rows()))
    return organisation.str.to_uppercase()


def with_registration(rows: pl.LazyFrame, registrations: pl.DataFrame, as_at: date) -> pl.LazyFrame:
    """Add registered_on, left_on, registration and status, from the current registration.

    Of several, one that has not ended, otherwise the latest; of several that have not ended, the
    GMS one, since somebody may also be registered for another service, or privately. A patient
    without a present or past registration here has no status: neither registered nor left.
    """
    has_left = pl.col("state") == "over"
    present = (
        registrations.lazy()
        .filter(pl.col("state").is_in(["now", "over"]))
        .sort(
            has_left,
            (~has_left & (pl.col("registration") == "regular")).fill_null(value=False),
            pl.col("registered_on"),
            descending=[True, False, False],
        )
        .unique(_KEY, keep="last", maintain_order=True)
    )
    joined = rows.join(present, on=_KEY, how="left", maintain_order="left")
    is_test = pl.when("__is_test").then(pl.lit("dummy"))
    columns = {"registration": pl.coalesce(is_test, "registration")}
    if "died_on" in rows.collect_schema().names():
        columns["status"] = (
            pl.when(to_date(pl.col("died_on"), DAY) <= as_at)
            .then(pl.lit("deceased"))
            .when(pl.col("state") == "over")
            .then(pl.lit("left"))
            .when(pl.col("state") == "now")
            .then(pl.lit("registered"))
        )
    return joined.with_columns(**columns).drop("state")


def not_registered(registrations: pl.DataFrame) -> Iterator[str]:
    """Yield how many patients have registrations, but no present or past one here."""
    is_here = pl.col("state").is_in(["now", "over"]).any().over(_KEY)
    others = registrations.filter(~is_here, pl.col(_KEY).is_not_null())
    for state, says in (
        ("elsewhere", "registered at other organisations only, and not here"),
        ("not yet", "not registered yet (only applied for, or from a day after the as-at date)"),
        ("never", "not registered, as their only registration was refused"),
    ):
        count = others.filter(pl.col("state") == state)[_KEY].n_unique()
        if count:
            yield (f"SRPatientRegistration: {patients_are(count)} {says}: without a status.")


def rows_counted(file: ExtractFile, what: str, ids: pl.DataFrame) -> LookUp:
    """Return the counts of rows that add details to patients: those without a patient are rejected.

    Rows that are removed, or replaced by a later one, count as deleted.
    """
    rows = file.frame.with_columns(
        (removed(file) | ~is_last(file)).alias("__removed"),
        file.text("IDPatient").alias("__patient"),
    ).collect()
    gone = rows.filter("__removed").height
    unknown = rows.filter(~pl.col("__removed")).join(
        ids, left_on="__patient", right_on=_KEY, how="anti"
    )
    unusable = lines_of_rows(
        file, unknown.drop("__removed", "__patient"), "there is no patient with this IDPatient"
    )
    return file.look_up(what, gone, unusable)
