"""A small working file that was handed over, and results recorded in it as from workbooks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recordpick.data_checking.issued_lists import handed_over, list_ids
from recordpick.selection.results import Entry, FilledIn, Phase
from recordpick.selection.working_file import WorkingFile

Given = Mapping[tuple[str | None, str], tuple[object, ...]]
"""By criterion and patient: outcome, what differs, severity, initials, day."""


class Checking:
    """A working file that was handed over, and results taken in as from workbooks."""

    def __init__(self, file: WorkingFile) -> None:
        self.file = file
        self.hand_over()

    def hand_over(self) -> None:
        self.file.record_export(Path("pack"), "ab" * 32)

    def take_in(self, phase: Phase, results: Given) -> None:
        listed = handed_over(self.file, list_ids(self.file)[-1])
        assert listed is not None
        entries = []
        for key, given in results.items():
            line = listed.by_patient[key]
            entries.append(Entry(*key, line.line, line.record, *given))  # type: ignore[arg-type]
        sha256 = f"{len(self.file.events):064x}"
        self.file.import_results(
            FilledIn(phase, listed.list_id, "sheets.xlsx", sha256, tuple(entries))
        )

    @property
    def random(self) -> list[str]:
        return [pick.patient_id for pick in self.file.selection.random()]
