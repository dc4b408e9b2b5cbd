"""What the records table tells its screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from recordpick.tui.arrangement import Answer

if TYPE_CHECKING:
    from recordpick.tui.records_shown import RecordsShown


class PatientHighlighted(Message, namespace="records_table"):
    """The cursor moved to another patient (None: there is no row)."""

    def __init__(self, table: RecordsShown, patient_id: str | None) -> None:
        super().__init__()
        self.table = table
        self.patient_id = patient_id


class PatientChosen(Message, namespace="records_table"):
    """Space was pressed on these patients, or one of them was double-clicked."""

    def __init__(self, table: RecordsShown, patient_ids: tuple[str, ...]) -> None:
        super().__init__()
        self.table = table
        self.patient_ids = patient_ids


class PatientOpened(Message, namespace="records_table"):
    """Enter was pressed: let me read this record."""

    def __init__(self, table: RecordsShown, patient_id: str) -> None:
        super().__init__()
        self.table = table
        self.patient_id = patient_id


class RowsChanged(Message, namespace="records_table"):
    """Other rows are shown (`shown` of `of`), or others are selected."""

    def __init__(self, table: RecordsShown, shown: int, of: int) -> None:
        super().__init__()
        self.table = table
        self.shown = shown
        self.of = of


class Arranged(Message, namespace="records_table"):
    """A thread has put the rows in order."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer
