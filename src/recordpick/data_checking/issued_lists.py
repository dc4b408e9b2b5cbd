"""The lists that were handed over, rebuilt from the journal: which patient is on which line.

A workbook may have been overwritten, but the working file records what it exported. The list of an
export follows from the events before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from recordpick.csv_safety import one_line
from recordpick.handover.selection_list import list_id, list_sha256, selection_rows
from recordpick.handover.tick_sheet_model import sheets_of, tabs_of
from recordpick.selection.chains import ExportedIn, exports_of
from recordpick.selection.history import History, history_of
from recordpick.selection.identity_fingerprint import KnownNumbers
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: which patient it is about, and which criterion."""

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
    """The criterion of each sheet, by the sheet's name in lower case."""
    sha256: str = ""
    """The list's fingerprint."""
    numbers: KnownNumbers = field(default_factory=lambda: KnownNumbers("", ""))
    """What the working file knew about the patients' NHS numbers at the time."""

    @cached_property
    def patients(self) -> frozenset[str]:
        """The patient numbers as they are in a workbook."""
        return frozenset(one_line(line.patient_id).strip() for line in self.lines.values())

    @cached_property
    def by_patient(self) -> dict[tuple[str | None, str], Listed]:
        """The lines by criterion and patient."""
        return {(line.criterion_id, line.patient_id): line for line in self.lines.values()}


def list_ids(file: WorkingFile) -> list[str]:
    """Return the name of every list that was handed over from a working file, in order."""
    return [name for name, _ in _named_exports(file)]


def selection_of(file: WorkingFile, name: str) -> Selection | None:
    """Return the selection as it was when a list was handed over; None if there is no such list.

    Where two copies each handed over a list of that name (which older versions of recordpick
    allowed), the last in the journal is returned.
    """
    states = _states(file, name)
    return states[-1].selection() if states else None


def handed_over(file: WorkingFile, name: str) -> HandedOver | None:
    """Return a list of a working file by its name; None if the file has handed over no such list.

    Of two lists with one name the last is returned, as in `selection_of`.
    """
    lists = all_handed_over(file, name)
    return lists[-1] if lists else None


def all_handed_over(file: WorkingFile, name: str) -> list[HandedOver]:
    """Return every list of that name: two where copies that were merged each handed one over."""
    return [_handed_over(file, name, state) for state in _states(file, name)]


def _named_exports(file: WorkingFile) -> list[tuple[str, ExportedIn]]:
    """Return each list's name and export: the file's own, and those of copies merged into it."""
    return [
        (export.list_id or list_id(file.id, export.number), export)
        for export in exports_of(file.events)
    ]


def _states(file: WorkingFile, name: str) -> list[History]:
    """Return the state before each export of that name."""
    return [history_of(export.before) for one, export in _named_exports(file) if one == name]


def _handed_over(file: WorkingFile, name: str, state: History) -> HandedOver:
    selection = state.selection()
    no_patients = pl.DataFrame(schema={"patient_id": pl.String, "nhs_number": pl.String})
    rows = selection_rows(selection, file.pack, no_patients, name)
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
        list_sha256(rows),
        KnownNumbers(
            "" if state.permanent.index is None else state.permanent.index.people,
            file.suggestion_seed,
        ),
    )
