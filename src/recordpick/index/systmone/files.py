"""Which files are of a SystmOne extract, and what their columns have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index.extract_files import ExtractFile, open_extract_file

USED = (
    "SRPatient",
    "SRPatientRegistration",
    "SRPatientAddressHistory",
    "SRPatientContactDetails",
    "SRPatientRelationship",
    "SRCode",
    "SRProblem",
    "SRDrugSensitivity",
    "SRImmunisation",
    "SRChildAtRisk",
    "SRPersonAtRisk",
    "SRSpecialNotes",
    "SRRepeatTemplate",
    "SRPrimaryCareMedication",
    "SRAppointment",
    "SRMedia",
    "SRLetter",
    "SRReferralOut",
    "SRRecall",
    "SRStaffMember",
    "SRStaffMemberProfile",
    "SROrganisation",
    "SRConfiguredListOption",
    "SRMapping",
    "SRImmunisationContent",
    "SRMedicationReadCodeDetails",
)
"""The tables that are read; others (events, questionnaires …) are named in a note."""

MANIFEST = "SRManifest"
DAY = "%d %b %Y"
_DAY_AND_TIME = r"^(\d{1,2} [A-Za-z]{3} \d{4}) \d{2}:\d{2}(?::\d{2})?$"
_NAMES = {name.lower(): name for name in (*USED, MANIFEST)}


def tables_of(folder: Path) -> dict[str, Path]:
    """Give the files of an extract in a folder, by table; other files that begin with SR too.

    UserError if two files are of one table.
    """
    tables: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv" or not path.stem.lower().startswith("sr"):
            continue
        table = _NAMES.get(path.stem.lower(), path.stem)
        if table in tables:
            raise UserError(
                f"{folder}: {tables[table].name} and {path.name} are both of {table}. Take one "
                "of them away."
            )
        tables[table] = path
    return tables


def is_systmone_extract(path: Path) -> bool:
    """Tell whether a folder holds the patients or the manifest of a SystmOne extract."""
    return path.is_dir() and any(
        entry.name.lower() in {"srpatient.csv", "srmanifest.csv"} for entry in path.iterdir()
    )


@dataclass(frozen=True)
class Opened:
    """The files of an extract that were looked at, and words for ids into lists of words."""

    files: Mapping[str, ExtractFile]
    words: Mapping[str, str]

    def get(self, table: str) -> ExtractFile | None:
        """Give the file of a table, or None."""
        return self.files.get(table)

    def word(self, file: ExtractFile, column: str) -> pl.Expr:
        """Give a column of words, where it holds an id into a list the word of that id."""
        text = file.text(column)
        return text.replace(self.words) if self.words else text


def open_all(folder: Path, work: Path) -> dict[str, ExtractFile]:
    """Look at every file that is used; `work` is an empty folder."""
    found = tables_of(folder)
    return {
        table: open_extract_file(found[table], work / table, {}, delimiter=",")
        for table in USED
        if table in found
    }


def day(file: ExtractFile, column: str) -> pl.Expr:
    """Give a column of days and times as days, as DAY writes them; what is no day as it stands."""
    return file.text(column).str.replace(_DAY_AND_TIME, "${1}")


def removed(file: ExtractFile) -> pl.Expr:
    """Tell which rows the extract says are removed."""
    return file.yes("RemovedData")


def words_of(files: Mapping[str, ExtractFile]) -> dict[str, str]:
    """Give the word for each id of SRMapping and SRConfiguredListOption; the latter goes before."""
    words: dict[str, str] = {}
    for table, column in (
        ("SRMapping", "Mapping"),
        ("SRConfiguredListOption", "ConfiguredListOption"),
    ):
        file = files.get(table)
        if file is not None:
            rows = file.frame.filter(~removed(file)).select(
                key=file.text("RowIdentifier"), word=file.text(column)
            )
            words |= dict(rows.drop_nulls().collect().iter_rows())
    return words


def day_of_extract(folder: Path, work: Path) -> date | None:
    """Give the latest day that the manifest says; None without a manifest or a day in it."""
    path = tables_of(folder).get(MANIFEST)
    if path is None:
        return None
    file = open_extract_file(path, work / MANIFEST, {}, delimiter=",")
    texts = file.frame.select(pl.col(name) for name in file.file.columns).collect()
    days = [found for row in texts.iter_rows() for text in row if (found := _day(text))]
    return max(days, default=None)


def _day(text: str | None) -> date | None:
    for written in ("%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %b %Y", "%Y-%m-%d"):
        try:
            return datetime.strptime((text or "").strip(), written).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return None
