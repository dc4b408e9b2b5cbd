"""How a row of the records table is written: marks, cells, headings. Text in, text out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recordpick.tui.columns import Placed
from recordpick.tui.visible import day, fit, masked

if TYPE_CHECKING:
    from recordpick.tui.rows import Sort

GUTTER = 7
"""Cells before the first column: cursor, selected, four marks, a blank."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of patients besides their rows: sets of patient_id."""

    here: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    random: frozenset[str] = frozenset()
    sensitive: frozenset[str] = frozenset()

    def of(self, patient_id: str) -> str:
        """Give the four cells that stand before a patient, a space for what is not so."""
        return (
            ("●" if patient_id in self.here else " ")
            + ("○" if patient_id in self.elsewhere else " ")
            + ("R" if patient_id in self.random else " ")
            + ("S" if patient_id in self.sensitive else " ")
        )


def gutter(marks: str, *, cursor: str, is_selected: bool) -> str:
    """Write what stands before the first column: `cursor` is one cell."""
    return cursor + ("+" if is_selected else " ") + marks + " "


def heading(placed: Sequence[Placed], sort: Sort | None) -> str:
    """Write the headings, with an arrow on the column that orders the rows."""
    text = " " * GUTTER
    for item in placed:
        title = item.column.title
        if sort and sort.column == item.column.name:
            arrow = "▾" if sort.descending else "▴"
            title = fit(title, min(item.width - 1, len(title))) + arrow
        text = fit(text, GUTTER + item.left) + fit(title, item.width, right=item.column.right)
    return text


def cells(placed: Sequence[Placed], values: Mapping[str, object], *, masks: bool) -> str:
    """Write the values of a row, each within its column; private ones as dots if `masks`."""
    text = ""
    for item in placed:
        value = values[item.column.name]
        said = day(value) if isinstance(value, dt.date) else "" if value is None else str(value)
        if masks and item.column.private:
            said = masked(said)
        text = fit(text, item.left) + fit(said, item.width, right=item.column.right)
    return text
