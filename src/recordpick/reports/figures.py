"""The figures of reports: the columns that hold them, and how a cell becomes a figure.

A report has one row for each figure (such as the denominator of AF006). Next to the figure from our
index are columns for what the current system's own report says, what the new system's says, the
difference and who checked it: the practice fills those in.

A wrong figure is worse than none, so a cell is accepted only where it is a number beyond doubt:
1,234 and 87.5%, and not 87,5 or 12E3. Patients are counted in whole numbers, and no achievement is
above 100 percent: any other value comes from another column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from recordpick.reports.columns import Column, schema_of
from recordpick.reports.period import Period

STATUS = {
    "given": "counted in the index by the report's rules",
    "no_rule": "recordpick has no rule for this figure: take it from the system's own report",
    "cannot_be_counted": "there is a rule, but the index lacks what it asks for; see why_empty",
}
"""The words of the column `status`, with the meaning of each."""


NO_RULE = "No rule: take it from the system's own report."


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure from the index: the value, or None and the sentence that says why there is none."""

    value: float | None
    why_empty: str = ""


Figures = Mapping[tuple[str, ...], Figure]
"""Figures by their subject (an indicator; a sex and an age band) and their own name."""

FIGURE_COLUMNS = (
    Column(
        "from_records",
        pl.Float64(),
        "what recordpick counts in the practice's records; empty where it cannot",
        minimum=0,
    ),
    Column(
        "current_system",
        pl.Float64(),
        "the current system's own figure: the practice fills it in",
    ),
    Column("new_system", pl.Float64(), "the new system's figure: the practice fills it in"),
    Column(
        "difference",
        pl.Float64(),
        "new_system less current_system: the practice fills it in",
    ),
    Column("checked_by", pl.String(), "who compared them: the practice fills it in"),
    Column(
        "status",
        pl.String(),
        "whether from_records is given",
        required=True,
        words=tuple(STATUS),
    ),
    Column("why_empty", pl.String(), "why from_records is empty, in a sentence"),
)
"""The last columns of every report with figures."""

FILLED_IN = schema_of(FIGURE_COLUMNS)
"""Those columns with their types."""

PERIOD_COLUMNS = (
    Column(
        "qof_year",
        pl.String(),
        "the QOF year that is reported",
        required=True,
        pattern=r"'?20[0-9]{2}/[0-9]{2}",
        since="1.1",
    ),
    Column(
        "counted_to",
        pl.Date(),
        "the day from which ages and intervals are calculated: the as-at date, or 31 March",
        required=True,
        since="1.1",
    ),
)
"""The columns after those, of the reports of a QOF year."""


def with_figures(rows: pl.DataFrame, keys: Sequence[str], figures: Figures) -> pl.DataFrame:
    """Add the columns `FILLED_IN` to report rows named by the text columns `keys` and `figure`.

    Rows without a figure get an empty `from_records`, never 0, and say why.
    """
    named = [*keys, "figure"]
    given = pl.DataFrame(
        [
            (
                *name,
                figure.value,
                "given" if figure.value is not None else "cannot_be_counted",
                figure.why_empty or None,
            )
            for name, figure in figures.items()
        ],
        schema={
            **dict.fromkeys(named, pl.String),
            "from_records": pl.Float64,
            "status": pl.String,
            "why_empty": pl.String,
        },
        orient="row",
    )
    joined = rows.join(given, on=named, how="left", maintain_order="left")
    without = pl.col("status").is_null()
    return joined.with_columns(
        pl.when(without).then(pl.lit("no_rule")).otherwise("status").alias("status"),
        pl.when(without).then(pl.lit(NO_RULE)).otherwise("why_empty").alias("why_empty"),
        *(
            pl.lit(None, dtype=kind).alias(name)
            for name, kind in FILLED_IN.items()
            if name not in joined.columns
        ),
    ).select(*rows.columns, *FILLED_IN)


def with_period(rows: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Add the columns `PERIOD_COLUMNS` to the rows of a report."""
    return rows.with_columns(
        pl.lit(period.year).alias("qof_year"), pl.lit(period.counted_to).alias("counted_to")
    )


_NUMBER = re.compile(r"(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.[0-9]{1,20})?")
_TWO_DECIMALS = Decimal("0.01")
_ANY_NUMBER = re.compile(r"[-+]?[0-9.,]+%?")
_EMPTY = ("", "-", "n/a", "na", "none", "null")

UNITS = {"achievement": "percent", "points": "points", "weighted": "weighted patients"}
"""Units of the figures that are not patients."""


def unit_of(figure: str) -> str:
    """Return the unit of a figure by its name."""
    return UNITS.get(figure, "patients")


def is_empty(text: str) -> bool:
    """Return whether a cell says that there is no figure."""
    return text.strip().casefold() in _EMPTY


def value_of(figure: str, text: str) -> float | None:
    """Return the figure in a text, to two decimals; None where it is not a figure.

    All output has two decimals, so that a figure is the same in the app, in a pack and in the
    comparison.
    """
    unit, bare = unit_of(figure), text.strip()
    if unit == "percent":
        bare = bare.removesuffix("%").rstrip()
    if _NUMBER.fullmatch(bare) is None:
        return None
    exactly = Decimal(bare.replace(",", ""))
    if unit == "patients" and exactly != exactly.to_integral_value():
        return None
    value = exactly.quantize(_TWO_DECIMALS, ROUND_HALF_UP)
    return None if unit == "percent" and value > 100 else float(value)


def stored_form(value: float) -> str:
    """Return a figure as the working file stores it: 1234, 87.5."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def why_not_a_figure(figure: str, text: str) -> str:
    """Return why a text is not a figure, to follow it in a sentence: "'-3' is …"."""
    unit, bare = unit_of(figure), text.strip()
    if _ANY_NUMBER.fullmatch(bare):
        if bare.startswith("-"):
            return "is below 0, which no figure can be"
        if unit != "percent" and bare.endswith("%"):
            return f"is a percentage, and this figure counts {unit}"
        if unit == "percent" and _NUMBER.fullmatch(bare.removesuffix("%").rstrip()):
            return "is more than 100 percent"
        if unit == "patients" and _NUMBER.fullmatch(bare):
            return "is not a whole number, and patients are counted in whole numbers"
    return "is not a number"
