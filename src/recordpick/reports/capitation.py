"""Capitation: the registered list by age band and sex of the global sum, with its weights.

The bands and weights are in a data file, `capitation_weights.csv` (sex, from_age, to_age, weight,
source; an empty to_age is "and over"), so that they can be replaced. They are those of the global
sum formula of the 2004 GMS contract. The patients counted are those on the GMS list: status
registered, registration regular.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.index.practice_index import PracticeIndex
from recordpick.reports.columns import Column, Table, schema_of
from recordpick.reports.figures import FIGURE_COLUMNS, Figure, Figures, with_figures
from recordpick.resources import data_file

NEW = 1.46
"""Multiplier for the weight of a patient registered within the last year."""
HOME = 1.43
"""Multiplier for the weight of a patient in a nursing or residential home."""

CAPITATION_FIGURES = {
    "patients": "patients on the list",
    "newly_registered": "of these, registered within the last year (weight x 1.46)",
    "in_home": "of these, in a nursing or residential home (weight x 1.43)",
    "weighted": "weighted patients: the weights of these patients added up",
}
"""The figures that are compared for each age band and sex."""

ALL = "all"
UNKNOWN = "unknown"

_NAMING_COLUMNS = (
    Column("sex", pl.String(), "the sex", required=True, words=("M", "F", UNKNOWN, ALL)),
    Column("age_band", pl.String(), "whole years at the as-at date", required=True),
    Column(
        "weight",
        pl.Float64(),
        "the weight of one patient; empty where there is none",
        minimum=0,
    ),
    Column("figure", pl.String(), "which figure", required=True, words=tuple(CAPITATION_FIGURES)),
    Column("means", pl.String(), "what the figure counts", required=True),
)
"""The columns that name a figure, with its weight."""

CAPITATION_TABLE = Table(
    "capitation.csv",
    "The registered list by sex and age band of the global sum: a row a figure",
    (*_NAMING_COLUMNS, *FIGURE_COLUMNS),
    key=("sex", "age_band", "figure"),
)
CAPITATION = CAPITATION_TABLE.schema
"""The columns of capitation.csv, in order, with their types."""


@dataclass(frozen=True, slots=True)
class Band:
    """One age band of one sex: whole years from and to (None: and over), and its weight."""

    sex: str
    from_age: int
    to_age: int | None
    weight: float
    source: str = ""
    """Where the weight is published."""

    @property
    def name(self) -> str:
        """The band in words that no spreadsheet reads as a date: `5 to 14`, `85 and over`."""
        if self.to_age is None:
            return f"{self.from_age} and over"
        return f"{self.from_age} to {self.to_age}"


def shipped_bands(path: Path | None = None) -> tuple[Band, ...]:
    """Read the bands and weights from a file, by default the one that ships."""
    with (path or data_file("capitation_weights.csv")).open(encoding="utf-8", newline="") as file:
        return tuple(
            Band(
                row["sex"],
                int(row["from_age"]),
                int(row["to_age"]) if row["to_age"] else None,
                float(row["weight"]),
                row.get("source") or "",
            )
            for row in csv.DictReader(file)
        )


@dataclass(frozen=True, slots=True)
class Homes:
    """Who lives in a nursing or residential home: None, and why, where that is not known.

    `cautions` say, in sentences, what the answer is based on where it uses only part of the rule.
    """

    patients: pl.Series | None
    why_empty: str = ""
    cautions: tuple[str, ...] = ()


def homes_by_institution(index: PracticeIndex) -> Homes:
    """Return who has an institution in their details, for rules without capitation.in_home."""
    if "institution" not in index.columns("patients"):
        return Homes(None, "The index has no column institution in patients.")
    of_homes = index.scan("patients").filter(pl.col("institution") != "").select("patient_id")
    return Homes(of_homes.collect()["patient_id"], cautions=(_BY_INSTITUTION,))


_BY_INSTITUTION = (
    "capitation.csv: in_home and weighted use the institution in patients' details only, since "
    "the report rules have no capitation.in_home."
)


def capitation_rows(index: PracticeIndex, as_at: date, homes: Homes | None = None) -> pl.DataFrame:
    """Return the report: one row a figure of each sex and age band, columns as in `CAPITATION`.

    `homes` says who lives in a home; without it the institution in patients' details does.
    Patients without a date of birth, or with another sex, are in rows of their own (`unknown`),
    which have no weight. The last rows are for the whole list; its weighted patients are those that
    have a weight.
    """
    bands = shipped_bands()
    weights = {(band.sex, band.name): band.weight for band in bands}
    groups = [*weights, (UNKNOWN, UNKNOWN), (ALL, ALL)]
    rows = pl.DataFrame(
        [
            (sex, band, weights.get((sex, band)), figure, means)
            for sex, band in groups
            for figure, means in CAPITATION_FIGURES.items()
        ],
        schema=schema_of(_NAMING_COLUMNS),
        orient="row",
    )
    return with_figures(
        rows,
        ["sex", "age_band"],
        _figures(index, as_at, homes or homes_by_institution(index), groups),
    )


def _figures(
    index: PracticeIndex, as_at: date, homes: Homes, groups: list[tuple[str, str]]
) -> Figures:
    missing_data = _missing_data(index, homes)
    counted = {} if "patients" in missing_data else _counted(index, as_at, homes)
    figures: dict[tuple[str, ...], Figure] = {}
    for group in groups:
        for figure in CAPITATION_FIGURES:
            if figure in missing_data:
                figures[*group, figure] = Figure(None, missing_data[figure])
            elif figure == "weighted" and group == (UNKNOWN, UNKNOWN):
                figures[*group, figure] = Figure(None, "There is no weight without age and sex.")
            else:
                figures[*group, figure] = Figure(counted.get(group, {}).get(figure, 0))
    return figures


def _missing_data(index: PracticeIndex, homes: Homes) -> dict[str, str]:
    """Return what the index lacks to count each figure; figures that it can count are left out."""
    present = index.columns("patients")
    on_list_columns = ["status", "registration", "date_of_birth", "sex"]
    needs = {
        "patients": on_list_columns,
        "newly_registered": [*on_list_columns, "registered_on"],
        "in_home": on_list_columns,
        "weighted": [*on_list_columns, "registered_on"],
    }
    missing = {
        figure: [column for column in columns if column not in present]
        for figure, columns in needs.items()
    }
    missing_data = {
        figure: f"The index has no column {', '.join(columns)} in patients."
        for figure, columns in missing.items()
        if columns
    }
    if homes.patients is None:
        for figure in ("in_home", "weighted"):
            missing_data[figure] = " ".join(
                filter(None, [missing_data.get(figure), homes.why_empty])
            )
    return missing_data


def _counted(
    index: PracticeIndex, as_at: date, homes: Homes
) -> dict[tuple[str, str], dict[str, float]]:
    """Return every figure that the index can give, by group."""
    present = index.columns("patients")
    age = pl.col("age")
    named, weight = pl.lit(UNKNOWN), pl.lit(None, dtype=pl.Float64)
    for band in shipped_bands():
        in_band = (pl.col("sex") == band.sex) & (age >= band.from_age)
        in_band &= (age <= band.to_age) if band.to_age is not None else pl.lit(value=True)
        named = pl.when(in_band).then(pl.lit(band.name)).otherwise(named)
        weight = pl.when(in_band).then(pl.lit(band.weight)).otherwise(weight)
    a_year_ago = pl.lit(as_at).dt.offset_by("-1y")
    registered, today = pl.col("registered_on"), pl.lit(as_at)
    within = (registered > a_year_ago) & (registered <= today)
    new = within if "registered_on" in present else pl.lit(value=False)
    residents = pl.Series([], dtype=pl.String) if homes.patients is None else homes.patients
    home = pl.col("patient_id").is_in(residents.implode())
    new = new.fill_null(value=False)
    on_list = (
        index.patients(as_at)
        .filter(pl.col("status") == "registered", pl.col("registration") == "regular")
        .select(
            named.alias("age_band"),
            pl.when(named == UNKNOWN).then(pl.lit(UNKNOWN)).otherwise("sex").alias("sex"),
            new.alias("new"),
            home.alias("home"),
            (
                weight
                * pl.when(new).then(NEW).otherwise(1.0)
                * pl.when(home).then(HOME).otherwise(1.0)
            ).alias("weighted"),
        )
        .collect()
    )
    sums = [
        pl.len().cast(pl.Float64).alias("patients"),
        pl.col("new").sum().cast(pl.Float64).alias("newly_registered"),
        pl.col("home").sum().cast(pl.Float64).alias("in_home"),
        pl.col("weighted").sum(),
    ]
    grouped = pl.concat(
        [
            on_list.group_by("sex", "age_band").agg(sums),
            on_list.select(pl.lit(ALL).alias("sex"), pl.lit(ALL).alias("age_band"), *sums),
        ]
    )
    return {(row.pop("sex"), row.pop("age_band")): row for row in grouped.iter_rows(named=True)}
