"""A frame of the core as lines of text: a heading, then the rows, each cell made visible."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from recordpick.tui.visible import MASK, amount, day, fit

if TYPE_CHECKING:
    import polars as pl

MOST_ROWS = 200
"""So many rows are shown; the files that are written hold all of them."""

_WIDEST = 30
_NOBODY = frozenset(
    (
        *("kind", "code", "term", "patients", "patients_current", "entries", "last_used"),
        *("status", "registration", "table", "field", "set", "line"),
    )
)
"""Columns that tell nothing of who a patient is: they stay when names are hidden."""


def plain_table(frame: pl.DataFrame, *, masks: bool = False) -> list[str]:
    """Give the heading and the first rows of a frame, in columns as wide as what stands in them.

    `masks` hides every cell of a column that could say who a patient is.
    """
    rows = frame.head(MOST_ROWS).rows()
    columns = []
    for at, name in enumerate(frame.columns):
        hidden = masks and name not in _NOBODY
        texts = [MASK * 6 if hidden and row[at] is not None else _text(row[at]) for row in rows]
        number = not hidden and all(isinstance(row[at], int | float | None) for row in rows)
        columns.append(_column(name.replace("_", " "), texts, right=number and bool(rows)))
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    if frame.height > MOST_ROWS:
        lines.append(f"The first {MOST_ROWS} of {amount(frame.height)}: the folder has all.")
    return lines


def _column(name: str, texts: list[str], *, right: bool) -> list[str]:
    width = min(_WIDEST, max(map(len, (name, *texts))))
    return [fit(text, width, right=right) for text in (name, *texts)]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return day(value)
    return str(value)
