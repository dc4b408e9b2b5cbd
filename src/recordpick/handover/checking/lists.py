"""The lists that were handed over, made again from the journal: who stood on which line.

A workbook may have been pasted over; the working file knows what it exported. The list of an export
is what the events before it lead to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from recordpick.cells import one_line
from recordpick.handover.selection_list import list_id, selection_rows
from recordpick.handover.tick_words import sheets_of, tabs_of
from recordpick.selection.facts import Facts
from recordpick.selection.journal import replay
from recordpick.selection.state import Selection


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: whom it is about, and for what."""

    line: int
    record: int
    criterion_id: str | None
    patient_id: str

    @property
    def name(self) -> str:
        """What people call the criterion: its id, or Random."""
        return self.criterion_id or "Random"


@dataclass(frozen=True)
class HandedOver:
    """One list as it was handed over: its lines by number, and the sheets of its workbook."""

    list_id: str
    number: int
    lines: Mapping[int, Listed]
    sheets: Mapping[str, str | None]
    """The criterion of each sheet, by the sheet's name in small letters."""

    @cached_property
    def patients(self) -> frozenset[str]:
        """The patient numbers as a workbook has them."""
        return frozenset(one_line(line.patient_id).strip() for line in self.lines.values())

    @cached_property
    def by_patient(self) -> dict[tuple[str | None, str], Listed]:
        """The lines by criterion and patient."""
        return {(line.criterion_id, line.patient_id): line for line in self.lines.values()}


def list_ids(file: Facts) -> list[str]:
    """Name every list that was handed over from a working file, in order."""
    return [list_id(file.id, number + 1) for number in range(len(file.selection.exports))]


def selection_of(file: Facts, name: str) -> Selection | None:
    """Give the selection as it was when a list was handed over; None if there is no such list."""
    names = list_ids(file)
    if name not in names:
        return None
    exports = [place for place, event in enumerate(file.events) if event.kind == "exported"]
    return replay(file.events[: exports[names.index(name)]])


def handed_over(file: Facts, name: str) -> HandedOver | None:
    """Give a list of a working file by its name; None if the file has handed over no such list."""
    selection = selection_of(file, name)
    if selection is None:
        return None
    nobody = pl.DataFrame(schema={"patient_id": pl.String, "nhs_number": pl.String})
    rows = selection_rows(selection, file.pack, nobody, name)
    sheets = sheets_of(file.pack, rows)
    tabs = dict(zip(map(str.casefold, tabs_of(sheets)), sheets, strict=True))
    return HandedOver(
        name,
        len(selection.exports) + 1,
        {
            line: Listed(line, record, criterion_id, patient_id)
            for line, record, criterion_id, patient_id in rows.select(
                "line", "record_number", "criterion_id", "patient_id"
            ).iter_rows()
        },
        {tab: sheet.criterion_id for tab, sheet in tabs.items()},
    )
