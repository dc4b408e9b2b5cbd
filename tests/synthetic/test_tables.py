"""A synthetic practice follows the schema of the tables, and its dates are in a plausible order."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from examples import usually
from recordpick.polars_types import TYPES
from recordpick.schema import TABLES
from recordpick.synthetic.practice import GENERATED_TABLES, Practice, make_practice

MAY_BE_AHEAD = {
    ("appointments", "date"),
    ("recalls", "date"),
    ("medications", "review_on"),
}
"""The only dates that may be after the as-at day."""


def test_all_tables_are_generated() -> None:
    """Every table of the schema is generated, in the same order."""
    assert tuple(TABLES) == GENERATED_TABLES


@pytest.mark.parametrize("table", TABLES)
def test_columns_have_the_names_order_and_types_of_the_schema(
    practice: Practice, table: str
) -> None:
    """All columns are there, except those that recordpick derives itself."""
    expected = {
        column.name: TYPES[column.kind] for column in TABLES[table].columns if not column.derived
    }

    assert expected == dict(practice.tables[table].schema)
    assert list(expected) == practice.tables[table].columns


@pytest.mark.parametrize("table", TABLES)
def test_closed_columns_hold_only_their_words_and_all_of_them(
    practice: Practice, table: str
) -> None:
    """Each word appears somewhere (except the rarest), and nothing else does."""
    for column in TABLES[table].columns:
        if column.words:
            found = set(practice.tables[table][column.name].drop_nulls().unique())
            assert found <= set(column.words), column.name
            if column.name not in {"date_of_birth_precision", "sex"}:
                assert found == set(column.words), column.name


@pytest.mark.parametrize("table", TABLES)
def test_row_ids_are_unique_and_rows_belong_to_a_patient(practice: Practice, table: str) -> None:
    """There are no duplicate ids and no orphan rows."""
    rows = practice.tables[table]

    assert rows[TABLES[table].row_id].is_unique().all()
    assert rows["patient_id"].is_in(practice.patients["patient_id"].implode()).all()
    for column in TABLES[table].columns:
        if column.required:
            assert rows[column.name].null_count() == 0


@pytest.mark.parametrize("table", TABLES)
def test_only_appointments_recalls_and_reviews_are_in_the_future(
    practice: Practice, table: str
) -> None:
    """No entry is dated after the as-at day."""
    for column in TABLES[table].columns:
        if column.kind == "date" and (table, column.name) not in MAY_BE_AHEAD:
            latest = practice.tables[table][column.name].max()
            assert latest is None or latest <= practice.as_at, column.name  # type: ignore[operator]


@pytest.mark.parametrize("table", [name for name in TABLES if name != "patients"])
def test_nothing_happens_before_birth_or_after_death(practice: Practice, table: str) -> None:
    """A year alone is stored as its first day, which must not be before birth either."""
    date = TABLES[table].date
    rows = practice.tables[table].join(
        practice.patients.select("patient_id", "date_of_birth", "died_on", "left_on"),
        on="patient_id",
    )

    assert rows.filter(pl.col(date) < pl.col("date_of_birth")).is_empty()
    assert rows.filter(pl.col(date) > pl.col("died_on")).is_empty()
    assert rows.filter(pl.col(date) > pl.col("left_on")).is_empty()


def test_ends_come_after_beginnings(practice: Practice) -> None:
    """This is true of problems, medicines, referrals, addresses and appointments."""
    for table, first, last in (
        ("events", "date", "ended_on"),
        ("medications", "started_on", "ended_on"),
        ("medications", "started_on", "last_issued_on"),
        ("referrals", "date", "closed_on"),
        ("addresses", "since", "until"),
        ("appointments", "booked_on", "date"),
    ):
        rows = practice.tables[table]
        assert rows.filter(pl.col(last) < pl.col(first)).is_empty(), (table, last)


def test_child_entries_refer_to_an_entry_of_the_same_patient(practice: Practice) -> None:
    """A diastolic reading refers to its header, a complication to its condition."""
    events = practice.tables["events"]
    for name, least in (("header_id", 1_000), ("parent_id", 10)):
        children = events.filter(pl.col(name).is_not_null())
        found = children.join(
            events.select("patient_id", pl.col("event_id").alias(name), on="date"),
            on=["patient_id", name],
        )
        assert children.height > least
        assert children.height == found.height
        assert found.filter(pl.col("date") < pl.col("on")).is_empty()


def test_conditions_come_with_their_drugs_and_results(practice: Practice) -> None:
    """Most people with diabetes take metformin and have a raised HbA1c; few others do."""
    people = practice.people.filter(pl.col("status") == "registered")
    diabetic = pl.col("since_diabetes_type_2").is_not_null()
    takes = practice.tables["medications"].filter(
        pl.col("drug").str.starts_with("Metformin"), pl.col("course") != "acute", "is_active"
    )["patient_id"]
    sugar = (
        practice.tables["events"]
        .filter(pl.col("term") == "HbA1c (IFCC)")
        .join(people.filter(diabetic).select("patient_id"), on="patient_id", how="semi")
    )

    with_it = people.filter(diabetic)["patient_id"].is_in(takes.implode()).mean()
    without = people.filter(~diabetic)["patient_id"].is_in(takes.implode()).mean()
    assert with_it > 0.5  # type: ignore[operator]
    assert without < 0.02  # type: ignore[operator]
    assert sugar["value"].mean() > 48  # type: ignore[operator]


def test_about_two_hundred_rows_a_patient(practice: Practice) -> None:
    """That is the average of a real practice's entries; consultations are not entries."""
    tables = practice.tables.items()
    rows = sum(table.height for name, table in tables if TABLES[name].is_entry)

    assert 170 < rows / len(practice.patients) < 240


def test_results_have_decimals_units_and_ranges(practice: Practice) -> None:
    """They are flagged exactly where they are outside the range."""
    results = practice.tables["events"].filter(
        pl.col("kind") == "investigation", pl.col("value").is_not_null()
    )
    outside = (pl.col("value") < pl.col("range_low")) | (pl.col("value") > pl.col("range_high"))

    assert results.filter(pl.col("unit").is_null()).is_empty()
    assert results.filter(pl.col("is_abnormal") != outside).is_empty()
    assert results.filter(pl.col("value") != pl.col("value").round(2)).is_empty()
    assert results.filter(pl.col("value") != pl.col("value").round()).height > 100


@pytest.mark.parametrize("patients", usually([1, 2, 3, 7], 1))
def test_the_smallest_practices_can_be_generated(patients: int) -> None:
    """Even a single patient has a record."""
    practice = make_practice(patients, 1)

    assert patients == practice.tables["patients"].height
    assert practice.tables["events"].height > 0


@pytest.mark.parametrize(
    "as_at",
    usually([date(1995, 6, 30), date(2024, 2, 29), date(2031, 12, 31)], date(2024, 2, 29)),
)
def test_a_practice_can_be_generated_for_any_day(as_at: date) -> None:
    """Nothing in it depends on another day."""
    practice = make_practice(200, 1, as_at)

    latest = practice.tables["events"]["date"].max()
    assert latest is not None
    assert as_at - timedelta(days=60) < latest <= as_at  # type: ignore[operator]
    assert practice.patients["registered_on"].max() <= as_at  # type: ignore[operator]


def test_vaccines_have_batch_site_and_route(practice: Practice) -> None:
    """A vaccine that is taken by mouth is not injected."""
    given = practice.tables["events"].filter(
        pl.col("kind") == "immunisation", pl.col("text").str.starts_with("Batch")
    )
    rotavirus = given.filter(pl.col("term").str.contains("rotavirus"))

    assert given["text"].str.contains(r"^Batch [A-K]\d{5}, .*(intramuscular|by mouth)$").all()
    assert rotavirus["text"].str.ends_with("by mouth").all()
    assert rotavirus.height > 20
