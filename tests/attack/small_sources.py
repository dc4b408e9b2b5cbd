"""Small sources in each format that recordpick reads, in which every value says whose it is.

There are eight patients. Each text about patient k holds `zq{k}z`, each year ends in k, and the
NHS number is k's. The numbers of entries are those of other patients, so that a value which slips
by one column finds somebody. An index can therefore be checked without knowing how it was read:
a row must hold nothing but what its patient's own lines hold.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from recordpick.extract_columns import emis_columns, systmone_columns, vision_columns

import emis_extracts
import systmone_extracts
import vision_extracts

NUMBERS = range(8)
FIRST_YEARS = (1950, 2010)
"""Births and entries are in these years, plus the patient's number."""


def patient_number(k: int) -> str:
    """Return a patient number: seven equal digits, so that no damage to one makes another."""
    return str(k + 1) * 7


def nhs_number(k: int) -> str:
    """Return a valid NHS number of the range for tests."""
    for digits in range(100):
        text = f"999{k}{k}{k}1{digits:02d}"
        check = 11 - sum(int(d) * (10 - at) for at, d in enumerate(text)) % 11
        if check != 10:
            return text + str(check % 11)
    raise AssertionError


def entry_number(k: int, j: int) -> str:
    """Return the number of an entry: another patient's number, or one of its own."""
    return patient_number((k + 3) % len(NUMBERS)) if j == 0 else f"{5_000_000 + k}"


def text(k: int, j: int = 0) -> str:
    """Return a text about a patient."""
    return f"zq{k}z{j} note"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source: `owner` is the place of the patient's number in a row (-1: none)."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    """Its header, if it has one, is the first."""
    owner: int
    quoted: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    owner_name: str = ""
    """What the header calls that place; "" in a file without a header."""

    def begins(self, fields: Sequence[str]) -> bool:
        """Return whether the values up to the patient's number are those of one of the rows."""
        start = tuple(fields[: self.owner + 1])
        return any(row[: self.owner + 1] == start for row in self.rows)

    def content(self, rows: Sequence[Sequence[str]] | None = None) -> bytes:
        """Write the file."""
        made = io.StringIO(newline="")
        writer = csv.writer(
            made,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL,
        )
        writer.writerows(self.rows if rows is None else rows)
        return made.getvalue().encode(self.encoding, "replace")


@dataclass(frozen=True, slots=True)
class Source:
    """A source: its files, the way it writes days, and patient numbers by what its lines have."""

    name: str
    files: tuple[SourceFile, ...]
    day: str
    owners: dict[str, int] = field(default_factory=dict)

    @property
    def is_list(self) -> bool:
        """Whether it is one file, a list of patients, and no folder."""
        return self.name == "lists"


def _file(
    name: str,
    columns: Sequence[str],
    rows: Sequence[dict[str, str]],
    owner: str,
    *,
    header: bool = True,
    quoted: bool = False,
    encoding: str = "utf-8",
) -> SourceFile:
    unknown = {key for row in rows for key in row} - set(columns)
    assert not unknown, unknown
    lines = [tuple(row.get(column, "") for column in columns) for row in rows]
    at = columns.index(owner) if owner else -1
    rows_with_header = (tuple(columns), *lines) if header else tuple(lines)
    named = owner if header else ""
    return SourceFile(name, rows_with_header, at, quoted, encoding, owner_name=named)


def _entries(make: Callable[[int, int], dict[str, str]]) -> list[dict[str, str]]:
    return [make(k, j) for j in (0, 1) for k in NUMBERS]


def emis() -> Source:
    """Return a bulk extract of EMIS Web."""
    guid = emis_extracts.guid

    def number(k: int, j: int) -> int:
        return int(entry_number(k, j))

    def owned(k: int) -> dict[str, str]:
        return {"PatientGuid": guid(int(patient_number(k)))}

    def file(table: str, rows: Sequence[dict[str, str]], owner: str = "PatientGuid") -> SourceFile:
        return _file(emis_extracts.file_name(table), emis_columns(table), rows, owner)

    patients = [
        emis_extracts.patient(
            int(patient_number(k)),
            Surname=text(k),
            NhsNumber=nhs_number(k),
            DateOfBirth=f"195{k}-01-31",
            PatientTypeDescription="Regular",
        )
        for k in NUMBERS
    ]
    observations = _entries(
        lambda k, j: (
            emis_extracts.entry(number(k, j), 1, EffectiveDate=f"201{k}-02-03")
            | owned(k)
            | {"Value": text(k, j), "NumericUnit": text(k, j)}
        )
    )
    problems = [
        emis_extracts.problem(number(k, 0), 1, EndDate=f"201{k}-03-04") | owned(k) for k in NUMBERS
    ]
    drugs = _entries(
        lambda k, j: (
            emis_extracts.drug(number(k, j), 1, EffectiveDate=f"201{k}-02-03")
            | owned(k)
            | {"Dosage": text(k, j)}
        )
    )
    issues = [
        emis_extracts.issue(number(k, 1), 1, number(k, 0), f"201{k}-05-06") | owned(k)
        for k in NUMBERS
    ]
    files = (
        file("Admin_Patient", patients),
        file("CareRecord_Observation", observations),
        file("CareRecord_Problem", problems),
        file("Prescribing_DrugRecord", drugs),
        file("Prescribing_IssueRecord", issues),
        file("Coding_ClinicalCode", [dict(one) for one in emis_extracts.CODES], ""),
        file("Coding_DrugCode", [dict(one) for one in emis_extracts.DRUGS], ""),
    )
    owners = {guid(int(patient_number(k))).strip("{}"): k for k in NUMBERS}
    return Source("EMIS", files, "%Y-%m-%d", owners | _by_number())


def _by_number() -> dict[str, int]:
    return {patient_number(k): k for k in NUMBERS}


def systmone() -> Source:
    """Return an extract of SystmOne."""

    def day(k: int, rest: str) -> str:
        return f"{rest} 201{k} 00:00:00"

    def row(k: int, j: int, **more: str) -> dict[str, str]:
        made = systmone_extracts.row(int(entry_number(k, j)), int(patient_number(k)))
        return made | {
            "DateEvent": day(k, "03 Feb"),
            "DateEventRecorded": day(k, "04 Feb"),
            **more,
        }

    def file(table: str, rows: Sequence[dict[str, str]], owner: str = "IDPatient") -> SourceFile:
        columns = systmone_columns(table)
        known = [{key: value for key, value in one.items() if key in columns} for one in rows]
        return _file(f"{table}.csv", columns, known, owner, quoted=True, encoding="cp1252")

    patients = [
        systmone_extracts.patient(
            int(patient_number(k)),
            Surname=text(k),
            NHSNumber=nhs_number(k),
            DateBirth=f"31 Jan 195{k} 00:00",
        )
        for k in NUMBERS
    ]
    codes = {"SNOMEDCode": "195967001", "CTV3Code": "H33..", "IsNumeric": "FALSE"}
    files = (
        file("SRPatient", patients, "RowIdentifier"),
        file(
            "SRCode",
            _entries(lambda k, j: row(k, j, SNOMEDText=text(k, j), CTV3Text=text(k, j), **codes)),
        ),
        file(
            "SRProblem",
            [row(k, 1, IDCode=entry_number(k, 0), DateEnd=day(k, "05 Mar")) for k in NUMBERS],
        ),
        file(
            "SRPatientRegistration",
            [row(k, 0, DateRegistration=day(k, "06 Apr")) for k in NUMBERS],
        ),
        file(
            "SRPrimaryCareMedication",
            _entries(
                lambda k, j: row(
                    *(k, j),
                    NameOfMedication=text(k, j),
                    DateMedicationStart=day(k, "03 Feb"),
                    MedicationDosage=text(k, j),
                )
            ),
        ),
        SourceFile(
            "SRManifest.csv",
            (
                ("FileName", "IsDelta", "IsReference", "DateExtractFrom", "DateExtractTo"),
                ("SRPatient", "N", "N", "", "20261001_0200"),
            ),
            -1,
            quoted=True,
        ),
    )
    return Source("SystmOne", files, "%d %b %Y", _by_number())


def vision() -> Source:
    """Return an extract of Vision: lines without a header."""

    def file(kind: str, rows: Sequence[dict[str, str]]) -> SourceFile:
        name = f"FULL_99_{kind.lower()}_data_extract-2026-10-01-000500.csv"
        return _file(name, vision_columns(kind), rows, "PID", header=False)

    patients = [
        vision_extracts.patient(
            int(patient_number(k)),
            SURNAME=text(k),
            NHS_NUMBER=nhs_number(k),
            DATE_OF_BIRTH=f"195{k}0131",
            REGISTERED_DATE=f"201{k}0203",
        )
        for k in NUMBERS
    ]
    journal = _entries(
        lambda k, j: vision_extracts.entry(
            int(entry_number(k, j)),
            int(patient_number(k)),
            RUBRIC=text(k, j),
            TEXT=text(k, j),
            DATE=f"201{k}0203",
            SUBSET="OA"[j],
        )
    )
    referrals = [
        {
            "PID": patient_number(k),
            "ID": entry_number(k, 0),
            "DATE": f"201{k}0405",
            "SPECIALTY": text(k),
            "ACTION": "A",
        }
        for k in NUMBERS
    ]
    files = (file("Patient", patients), file("Journal", journal), file("Referral", referrals))
    return Source("Vision", files, "%Y%m%d", _by_number())


def tables() -> Source:
    """Return a folder of tables with the columns of the practice index."""

    def columns(rows: Sequence[dict[str, str]]) -> tuple[str, ...]:
        return tuple(rows[0])

    patients = [
        {
            "patient_id": patient_number(k),
            "nhs_number": nhs_number(k),
            "family_name": text(k),
            "date_of_birth": f"195{k}-01-31",
            "status": "registered",
        }
        for k in NUMBERS
    ]
    events = _entries(
        lambda k, j: {
            "event_id": entry_number(k, j),
            "patient_id": patient_number(k),
            "date": f"201{k}-02-03",
            "kind": "observation",
            "code": "195967001",
            "term": text(k, j),
            "value_text": text(k, j) if j else "",
            "value": "",
        }
    )
    medications = _entries(
        lambda k, j: {
            "medication_id": entry_number(k, j),
            "patient_id": patient_number(k),
            "started_on": f"201{k}-02-03",
            "drug": text(k, j),
            "dosage": text(k, j),
        }
    )
    referrals = [
        {
            "patient_id": patient_number(k),
            "recipient": entry_number(k, 0),
            "date": f"201{k}-02-03",
            "term": text(k),
            "referral_id": entry_number(k, 1),
        }
        for k in NUMBERS
    ]
    named = {
        "patients": patients,
        "events": events,
        "medications": medications,
        "referrals": referrals,
    }
    files = tuple(
        _file(f"{name}.csv", columns(rows), rows, "patient_id") for name, rows in named.items()
    )
    return Source("tables", files, "%Y-%m-%d", _by_number())


def lists() -> Source:
    """Return a list of patients as staff export it, with a title above and a count below."""
    columns = ("Usual GP number", "EMIS Number", "NHS Number", "Surname", "DOB", "Status", "Notes")
    rows = [
        (
            *(entry_number(k, 0), patient_number(k), nhs_number(k)),
            *(text(k), f"31/01/195{k}", "Registered", text(k)),
        )
        for k in NUMBERS
    ]
    title = ("Patients of Example Surgery", *[""] * (len(columns) - 1))
    owner = "EMIS Number"
    rows_in_file = (title, columns, *rows)
    file = SourceFile("list.csv", rows_in_file, columns.index(owner), owner_name=owner)
    return Source("lists", (file,), "%d/%m/%Y", _by_number())


SOURCES: dict[str, Callable[[], Source]] = {
    "emis": emis,
    "systmone": systmone,
    "vision": vision,
    "tables": tables,
    "lists": lists,
}
"""How each is made, by the name that the attack on it has."""
