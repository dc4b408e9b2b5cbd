"""The last day on which anything was entered in an extract: the export was made then or later.

It is not used as the as-at date, which would be too early where little is entered. It is shown
where no source states the day and a person is asked for it, or warned.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from recordpick.index.as_at import read_as_at, today
from recordpick.index.source import EntryDates

_DAY = 11
"""Characters that hold the day: "01 Oct 2026", "2026-10-01 ", "20261001"."""


def last_entry(columns: Iterable[EntryDates]) -> date | None:
    """Return the last day up to today on which an entry was made; None where that is unknown."""
    texts = {text for column in columns for text in _texts_in(column)}
    days = (day for text in texts if (day := read_as_at(text.strip())))
    return max((day for day in days if day <= today()), default=None)


def _texts_in(dates: EntryDates) -> set[str]:
    """Return the distinct beginnings of a column's texts; none if it cannot be read."""
    column = dates.column
    try:
        rows = pl.scan_csv(
            dates.path,
            has_header=isinstance(column, str),
            infer_schema=False,
            encoding="utf8-lossy",
            truncate_ragged_lines=True,
            ignore_errors=True,
            glob=False,
        )
        names = rows.collect_schema().names()
        if isinstance(column, int):
            name = names[column] if column < len(names) else None
        else:
            name = next((one for one in names if one.lower() == column.lower()), None)
        if name is None:
            return set()
        found = rows.select(pl.col(name).str.head(_DAY).unique()).collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError):
        return set()  # only a hint: the reader says what is wrong with the file
    return set(found.to_series().drop_nulls().to_list())
