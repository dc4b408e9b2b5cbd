"""What rows of an extract speak of: whose they are, which code, which drug, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from recordpick.index.emis.keys import Keys, order_of
from recordpick.index.extract_files import ExtractFile
from recordpick.index.parts import DELETED, ORDER, ROW
from recordpick.index.quick_typing import Quick, selected
from recordpick.index.small_tables import SmallTable, at


@dataclass(frozen=True)
class Known:
    """The small tables in which is looked up what rows speak of; None where a file is missing."""

    keys: Keys
    patients: SmallTable
    """By KEY: patient_id."""
    codes: SmallTable | None = None
    drugs: SmallTable | None = None
    staff: SmallTable | None = None
    organisations: SmallTable | None = None
    confidential: SmallTable | None = None
    """KEY of consultations that are confidential as a whole."""

    def rows(
        self,
        file: ExtractFile,
        columns: Mapping[str, pl.Expr | Quick],
        deleted: pl.Expr | None = None,
    ) -> pl.LazyFrame:
        """Give these columns of a file, behind what all rows have: ROW, ORDER, DELETED, whose."""
        every: dict[str, pl.Expr | Quick] = {
            ROW: pl.col(ROW),
            ORDER: order_of(file),
            DELETED: file.yes("Deleted") if deleted is None else deleted,
            "patient_id": self._patient(file),
        }
        return selected(file.frame, every | dict(columns))

    def id(self, file: ExtractFile, *columns: str) -> pl.Expr:
        """Make an id of the first of these columns of GUIDs that has one; blanks give ""."""
        guids = [file.raw(column) for column in columns]
        guid = guids[0] if len(guids) == 1 else pl.coalesce(guids)
        return self.keys.id(guid, file.raw("OrganisationGuid"))

    def place(self, table: SmallTable, file: ExtractFile, column: str) -> pl.Expr:
        """Give where in a table stands what a column of GUIDs means."""
        return self.keys.place(table, file.raw(column), file.raw("OrganisationGuid"))

    def _patient(self, file: ExtractFile) -> Quick:
        """Tell whose row it is (Categorical); a GUID that nobody has stays."""
        kind = pl.Categorical()
        return Quick(
            usual=self.place(self.patients, file, "PatientGuid"),
            text=file.raw("PatientGuid"),
            by_rule=lambda guid: guid.cast(kind),
            kind=kind,
            values=self.patients.frame["patient_id"].cast(kind),
        )

    def name(self, file: ExtractFile, column: str) -> pl.Expr | None:
        """Give the name of a member of staff; None if nobody can tell."""
        if self.staff is None or not file.has(column):
            return None
        return at(self.place(self.staff, file, column), self.staff.frame["name"])
