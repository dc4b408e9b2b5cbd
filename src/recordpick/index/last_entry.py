"""The last day on which anything was entered in an extract: the export is of that day or later.

Not taken for the as-at date, which it would make too early where little is entered; but shown where
nothing says the day and a person is asked for it, or warned.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.extract_columns import vision_columns
from recordpick.index.as_at import read_as_at, today
from recordpick.index.readers.emis.files import OBSERVATION
from recordpick.index.readers.emis.files import files_of as emis_files
from recordpick.index.readers.systmone.files import tables_of as systmone_files
from recordpick.index.readers.vision.files import files_of as vision_files

_DAY = 11
"""Characters that hold the day: "01 Oct 2026", "2026-10-01 ", "20261001"."""


def last_entry(folder: Path, kind: str | None) -> date | None:
    """Return the last day up to today on which an entry was made; None where nobody can tell."""
    find = _COLUMNS.get(kind or "")
    if find is None:
        return None
    texts: set[str] = set()
    for path, column, has_header in find(folder):
        texts |= _days_in(path, column, has_header=has_header)
    days = (day for text in texts if (day := read_as_at(text.strip())))
    return max((day for day in days if day <= today()), default=None)


def _days_in(path: Path, column: str | int, *, has_header: bool) -> set[str]:
    """Return the different beginnings of a column's texts; none where it cannot be read so."""
    try:
        rows = pl.scan_csv(
            path,
            has_header=has_header,
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


Found = list[tuple[Path, str | int, bool]]


def _emis(folder: Path) -> Found:
    return [(name.path, "EnteredDate", True) for name in emis_files(folder).get(OBSERVATION, [])]


def _systmone(folder: Path) -> Found:
    path = systmone_files(folder).get("SRCode")
    return [] if path is None else [(path, "DateEventRecorded", True)]


def _vision(folder: Path) -> Found:
    path = vision_files(folder).get("Journal")
    place = vision_columns("Journal").index("RECORDED_DATE")
    return [] if path is None or not path.stat().st_size else [(path, place, False)]


_COLUMNS: dict[str, Callable[[Path], Found]] = {
    "emis": _emis,
    "systmone": _systmone,
    "vision": _vision,
}
