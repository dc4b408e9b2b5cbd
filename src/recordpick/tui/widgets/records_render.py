"""How the records table is drawn: column widths, headings, marks and cells. Values in, text out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recordpick.tui.text import day, fit, masked

if TYPE_CHECKING:
    from recordpick.tui.widgets.records_query import Sort

GAP = 1
_ENOUGH = 40
"""Cells in which a long text can be understood."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column on the screen: the frame's column, its heading, and its width in cells.

    `least` and `most` are cells; a column without `least` is never shortened. Where the screen is
    too narrow, columns leave whole, the one with the highest `rank` first; rank 0 never leaves. A
    `spare` column is shown only where all others have their natural width, up to what a long text
    needs to be understood. `private` columns are masked while names are hidden.
    """

    name: str
    title: str
    least: int | None = None
    most: int = 40
    rank: int = 0
    right: bool = False
    private: bool = False
    spare: bool = False


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A column and its cells: `width` of them, from `left` on."""

    column: Column
    left: int
    width: int


def place_columns(
    columns: Sequence[Column], longest: Mapping[str, int], width: int
) -> tuple[PlacedColumn, ...]:
    """Lay the columns out in `width` cells; `longest` holds the longest value of each.

    Columns without any value are left out, but never the first. Spare cells go
    to the last, unless it holds numbers.
    """
    shown = [column for column in columns if longest.get(column.name) or column is columns[0]]
    while _wanted(shown, longest) > width and (extra := [c for c in shown[1:] if c.spare]):
        shown.remove(max(extra, key=lambda column: column.rank))
    while _least(shown, longest) > width and (others := [c for c in shown[1:] if c.rank]):
        shown.remove(max(others, key=lambda column: column.rank))
    widths = [_natural(column, longest) for column in shown]
    spare = width - sum(widths) - GAP * (len(shown) - 1)
    if spare < 0:
        widths = _shrunk(shown, widths, -spare, longest)
    elif shown and not shown[-1].right:
        widths[-1] += spare
    placed: list[PlacedColumn] = []
    left = 0
    for column, cells in zip(shown, widths, strict=True):
        placed.append(PlacedColumn(column, left, max(1, min(cells, width - left))))
        left += cells + GAP
    return tuple(replace(item) for item in placed if item.left < width)


def _natural(column: Column, longest: Mapping[str, int]) -> int:
    # one cell more than the heading: the arrow of the sorted column
    return max(len(column.title) + 1, min(column.most, longest.get(column.name, 0)))


def _smallest(column: Column, longest: Mapping[str, int]) -> int:
    natural = _natural(column, longest)
    return natural if column.least is None else min(column.least, natural)


def _wanted(columns: Sequence[Column], longest: Mapping[str, int]) -> int:
    cells = sum(min(_ENOUGH, _natural(column, longest)) for column in columns)
    return cells + GAP * (len(columns) - 1)


def _least(columns: Sequence[Column], longest: Mapping[str, int]) -> int:
    return sum(_smallest(column, longest) for column in columns) + GAP * (len(columns) - 1)


def _shrunk(
    columns: Sequence[Column], widths: list[int], missing: int, longest: Mapping[str, int]
) -> list[int]:
    """Take the missing cells from the columns in proportion to what each can give."""
    can_give = [
        cells - _smallest(column, longest) for column, cells in zip(columns, widths, strict=True)
    ]
    if missing > sum(can_give):  # not even these fit: the names lose their ends, too
        can_give = [cells - 1 for cells in widths]
    total = sum(can_give)
    missing = min(missing, total)
    given = [missing * give // total if total else 0 for give in can_give]
    for at, give in enumerate(can_give):
        if sum(given) == missing:
            break
        given[at] += min(give - given[at], missing - sum(given))
    return [cells - less for cells, less in zip(widths, given, strict=True)]


GUTTER = 5
"""Cells before the first column: cursor, selected, two marks, a space."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Which patients are picked, drawn or sensitive: sets of patient_id."""

    here: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    random: frozenset[str] = frozenset()
    sensitive: frozenset[str] = frozenset()

    def of(self, patient_id: str) -> str:
        """Return the two cells before a patient: picked here or for another; sensitive or drawn."""
        picked = "●" if patient_id in self.here else "○" if patient_id in self.elsewhere else " "
        sort = "S" if patient_id in self.sensitive else "R" if patient_id in self.random else " "
        return picked + sort


def gutter(marks: str, *, cursor: str, is_selected: bool) -> str:
    """Return the cells before the first column; `cursor` is one cell."""
    return cursor + ("x" if is_selected else " ") + marks + " "


def heading(placed: Sequence[PlacedColumn], sort: Sort | None) -> str:
    """Return the headings, with an arrow on the column that orders the rows."""
    text = " " * GUTTER
    for item in placed:
        title = item.column.title
        if sort and sort.column == item.column.name:
            title = fit(title, min(item.width - 1, len(title))) + sort.arrow
        text = fit(text, GUTTER + item.left) + fit(title, item.width, right=item.column.right)
    return text


def cells(placed: Sequence[PlacedColumn], values: Mapping[str, object], *, masks: bool) -> str:
    """Return the values of a row, each within its column; private ones as dots if `masks`."""
    text = ""
    for item in placed:
        value = values[item.column.name]
        cell = day(value) if isinstance(value, dt.date) else "" if value is None else str(value)
        if masks and item.column.private:
            cell = masked(cell)
        text = fit(text, item.left) + fit(cell, item.width, right=item.column.right)
    return text
