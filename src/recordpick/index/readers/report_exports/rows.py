"""Which rows of an export are entries, and whose: the patient is on the row, or certainly above it.

Where a layout names a patient on the first of several rows (an EMIS report with its row of groups,
or merged cells), rows below belong to that patient until any cell about a patient is filled again.
After a blank row, a foot of a page or a repeated header nothing is certain, and in any other layout
a row without a patient is rejected, unless a person says that such rows belong to the one above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.index.note_topics import AS_ANSWERED
from recordpick.index.readers.not_patients import stated_count
from recordpick.index.readers.report_exports.grid import LINE, Body, Grid
from recordpick.index.readers.report_exports.identity import (
    BORN,
    PATIENT,
    WHY,
    Patients,
    find_patients,
)
from recordpick.index.readers.report_exports.layout import Layout

_FOOT = re.compile(
    r"page \d+(?: ?(?:of|/) ?\d+)?|(?:end of (?:the )?(?:report|file|list|page)|eof)[\W_]*"
    r"|(?:report )?(?:printed|run|produced|generated|created|exported) (?:by|on|at)\b.*"
    r"|(?:grand |sub[- ]?)?totals?[\W_]*[\d,]*|(?:©|copyright\b).*|confidential[\W_]*"
    r"|last run\b.*|continued[\W_]*|-+ ?\d+ ?-+",
    re.IGNORECASE,
)
_MAY_BE_FOOT = (
    r"(?i)^\W*(page|end|eof|report|printed|run|produced|generated|created|exported|grand|sub|total"
    r"|©|copyright|confidential|last|continued|-|patient|record|row|count|number|no\b|[0-9,]+ "
    r"[prn])"
)
"""How a foot of a page can begin: only rows with such a cell are looked at one by one."""
_FEW = 3
"""A foot of a page has no more cells than these."""

NOBODY = "it names no patient, and nothing says for certain whose it is"


@dataclass(frozen=True)
class Rows:
    """The rows of an export that are entries or could be: the body's columns, PATIENT, WHY, BORN.

    WHY is null where PATIENT is known. `asks` is the number of rows that name no patient and follow
    one that does: whether they belong to it is for a person to say.
    """

    frame: pl.DataFrame
    notes: tuple[str, ...]
    asks: int = 0


def rows_of(
    grid: Grid, layout: Layout, body: Body, patients: Patients, *, fill_down: bool | None
) -> Rows:
    """Return the rows with the patient of each; `fill_down` is what a person said, if anything."""
    frame = _filled_from_merged(grid, layout, body.frame)
    places = [str(at) for at in range(len(grid.header)) if str(at) in frame.columns]
    about_patient = _about_patient(grid, layout, places)
    is_blank = frame.select(pl.all_horizontal(pl.col(at).is_null() for at in places)).to_series()
    why_not_entry = _why_not_entry(frame, grid, places)
    names_one = frame.select(
        pl.any_horizontal(pl.col(at).is_not_null() for at in about_patient)
    ).to_series()
    found, notes = find_patients(frame, layout.identity, patients)
    rows = frame.with_columns(
        *found.get_columns(),
        is_blank.alias("__blank"),
        why_not_entry.alias("__foot"),
        names_one.alias("__names"),
    )
    rows = _with_counts(rows, layout)
    asks = 0
    if not _is_repeated(rows, layout):
        below = _below_a_patient(rows)
        if layout.is_first_row_only or fill_down:
            rows = _filled_down(rows, below)
            if below.any() and not layout.is_first_row_only:
                notes = (*notes, f"rows without a patient belong to the one above, {AS_ANSWERED}")
        elif fill_down is None:
            asks = int(below.sum())
    rows = rows.with_columns(
        pl.when(pl.col("__foot").is_not_null())
        .then("__foot")
        .when(pl.col(PATIENT).is_null())
        .then(pl.coalesce(WHY, pl.lit(NOBODY)))
        .alias(WHY)
    )
    rows = rows.with_columns(
        pl.when(pl.col(WHY).is_null()).then(pl.col(name)).alias(name) for name in (PATIENT, BORN)
    )
    kept = rows.filter(~pl.col("__blank"))
    return Rows(kept.drop("__blank", "__foot", "__names"), notes, asks)


def _about_patient(grid: Grid, layout: Layout, places: Sequence[str]) -> list[str]:
    """Return the places of all columns about the patient: where one is filled, a patient begins."""
    named = {str(at) for at in layout.identity.values()}
    details = {str(at) for at, name in enumerate(grid.header) if name in layout.details}
    return [at for at in places if at in named | details]


def _filled_from_merged(grid: Grid, layout: Layout, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with what merged cells about the patient hold on each of their rows."""
    about = {*layout.identity.values()}
    about |= {at for at, name in enumerate(grid.header) if name in layout.details}
    spans: dict[int, list[tuple[int, int]]] = {}
    for first, last, left, right in grid.merged:
        for place in range(left, right + 1):
            if place in about and left == right:
                spans.setdefault(place, []).append((first, last))
    for place, ranges in spans.items():
        column = str(place)
        starts = pl.DataFrame(
            ranges, schema={"__first": pl.Int64, "__last": pl.Int64}, orient="row"
        ).sort("__first")
        texts = frame.select(pl.col(LINE).alias("__first"), pl.col(column).alias("__text"))
        starts = starts.join(texts, on="__first", how="left")
        filled = frame.sort(LINE).join_asof(starts, left_on=LINE, right_on="__first")
        within = pl.col(LINE) <= pl.col("__last")
        frame = filled.with_columns(
            pl.when(within & pl.col(column).is_null())
            .then("__text")
            .otherwise(column)
            .alias(column)
        ).drop("__first", "__last", "__text")
    return frame


def _why_not_entry(frame: pl.DataFrame, grid: Grid, places: Sequence[str]) -> pl.Series:
    """Return why a row is none of the report's entries: its header again, or the foot of a page."""
    header = {str(at): name.casefold() for at, name in enumerate(grid.header)}
    same = [
        pl.col(at).is_null()
        | (pl.col(at).str.replace_all(r"\s+", " ").str.to_lowercase() == header[at])
        for at in places
    ]
    filled = pl.sum_horizontal(pl.col(at).is_not_null() for at in places)
    may_be = pl.any_horizontal(pl.col(at).str.contains(_MAY_BE_FOOT) for at in places)
    few = frame.filter(filled.is_between(1, _FEW) & may_be.fill_null(value=False))
    feet: dict[int, str] = {}
    for row, *cells in few.select(ROW, *places).iter_rows():
        said = [cell.strip() for cell in cells if cell is not None]
        each, whole = [_FOOT.fullmatch(one) for one in said], _FOOT.fullmatch(" ".join(said))
        if stated_count(said) is not None or all(each) or whole:
            feet[row] = f"it is not an entry: {' '.join(said)[:60]}"
    by_row = pl.DataFrame(
        {ROW: list(feet), "__feet": list(feet.values())},
        schema={ROW: pl.UInt32, "__feet": pl.String},
    )
    is_header = pl.all_horizontal(same) & (filled > 1)
    return (
        frame.join(by_row, on=ROW, how="left", maintain_order="left")
        .select(pl.when(is_header).then(pl.lit("it is the header again")).otherwise("__feet"))
        .to_series()
    )


def _with_counts(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Reject rows that count several patients: they are of nobody."""
    if layout.patient_count is None:
        return rows
    count = pl.col(str(layout.patient_count))
    is_several = count.is_not_null() & (count != "1") & pl.col("__foot").is_null()
    return rows.with_columns(
        pl.when(is_several)
        .then(pl.format("it counts {} patients", count))
        .otherwise("__foot")
        .alias("__foot")
    )


def _is_repeated(rows: pl.DataFrame, layout: Layout) -> bool:
    """Return whether any patient, known or not, is named on two rows: then each names its own."""
    named = rows.filter(pl.col("__names") & pl.col("__foot").is_null())
    cells = named.select(str(at) for at in layout.identity.values())
    cells = cells.filter(pl.any_horizontal(pl.all().is_not_null()))
    known = named[PATIENT].drop_nulls()
    return bool(cells.is_duplicated().any()) or known.n_unique() != len(known)


def _below_a_patient(rows: pl.DataFrame) -> pl.Series:
    """Return which rows name nobody and follow, without any break, a row that names a patient."""
    is_break = pl.col("__blank") | pl.col("__foot").is_not_null()
    state = (
        pl.when(is_break).then(pl.lit(0)).when("__names").then(pl.lit(1)).otherwise(None)
    ).forward_fill()
    is_bare = ~pl.col("__names") & ~is_break
    return rows.select((is_bare & (state == 1)).fill_null(value=False)).to_series()


def _filled_down(rows: pl.DataFrame, below: pl.Series) -> pl.DataFrame:
    """Return the rows with the patient above, or the reason why that one is not known."""
    block = (pl.col("__names") & pl.col("__foot").is_null()).cum_sum()
    unknown = pl.lit("the patient of the row above is not known")
    return rows.with_columns(
        pl.when(pl.lit(below)).then(pl.col(name).first().over(block)).otherwise(name).alias(name)
        for name in (PATIENT, BORN)
    ).with_columns(
        pl.when(pl.lit(below) & pl.col(PATIENT).is_null()).then(unknown).otherwise(WHY).alias(WHY)
    )
