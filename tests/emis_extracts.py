"""Small EMIS extracts written by hand: rows as dictionaries, the rest of each row filled in."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex

ORG = "{0A000000-0000-0000-0000-00000000000A}"
OTHER_ORG = "{0B000000-0000-0000-0000-00000000000B}"
Rows = Sequence[Mapping[str, str]]


def guid(number: int) -> str:
    """Give a GUID in braces."""
    return f"{{00000000-0000-0000-0000-{number:012d}}}"


def bare(number: int) -> str:
    """Give the same without braces: an id of the index."""
    return guid(number)[1:-1]


def patient(number: int, **more: str) -> dict[str, str]:
    """Make a row of Admin_Patient whose EMIS number is the number."""
    return {
        "PatientGuid": guid(number),
        "OrganisationGuid": ORG,
        "PatientNumber": str(number),
        "Surname": f"Name{number}",
        "NhsNumber": "",
        "DateOfBirth": "1980-01-31",
        "DateOfDeath": "",
        "DateofDeactivation": "",
        "Deleted": "FALSE",
        "ProcessingId": "1",
    } | more


def entry(number: int, of: int, **more: str) -> dict[str, str]:
    """Make a row of CareRecord_Observation."""
    return {
        "ObservationGuid": guid(number),
        "PatientGuid": guid(of),
        "OrganisationGuid": ORG,
        "EffectiveDate": "2020-02-01",
        "EffectiveDatePrecision": "YMD",
        "CodeId": "1",
        "Value": "",
        "Deleted": "FALSE",
        "ProcessingId": "1",
    } | more


def consultation(number: int, of: int, **more: str) -> dict[str, str]:
    """Make a row of CareRecord_Consultation."""
    return {
        "ConsultationGuid": guid(number),
        "PatientGuid": guid(of),
        "OrganisationGuid": ORG,
        "EffectiveDate": "2020-02-01",
        "Deleted": "FALSE",
        "ProcessingId": "1",
    } | more


def problem(number: int, of: int, **more: str) -> dict[str, str]:
    """Make a row of CareRecord_Problem."""
    return {
        "ObservationGuid": guid(number),
        "PatientGuid": guid(of),
        "OrganisationGuid": ORG,
        "EndDate": "",
        "ProblemStatusDescription": "Active Problem",
        "SignificanceDescription": "Significant Problem",
        "ProcessingId": "1",
    } | more


def drug(number: int, of: int, **more: str) -> dict[str, str]:
    """Make a row of Prescribing_DrugRecord."""
    return {
        "DrugRecordGuid": guid(number),
        "PatientGuid": guid(of),
        "OrganisationGuid": ORG,
        "EffectiveDate": "2020-02-01",
        "CodeId": "9",
        "PrescriptionType": "Repeat",
        "IsActive": "TRUE",
        "CancellationDate": "",
        "NumberOfIssues": "3",
        "Deleted": "FALSE",
        "ProcessingId": "1",
    } | more


def issue(number: int, of: int, drug_record: int, day: str, **more: str) -> dict[str, str]:
    """Make a row of Prescribing_IssueRecord."""
    return {
        "IssueRecordGuid": guid(number),
        "PatientGuid": guid(of),
        "OrganisationGuid": ORG,
        "DrugRecordGuid": guid(drug_record),
        "EffectiveDate": day,
        "ReviewDate": "",
        "Deleted": "FALSE",
        "ProcessingId": "1",
    } | more


CODES: Rows = (
    {
        "CodeId": "1",
        "Term": "Asthma",
        "ReadTermId": "H33",
        "SnomedCTConceptId": "195967001",
        "EmisCodeCategoryDescription": "Conditions, operations and procedures",
        "ProcessingId": "1",
    },
    {
        "CodeId": "2",
        "Term": "Practice walk",
        "ReadTermId": "EMISNQ1",
        "SnomedCTConceptId": "",
        "EmisCodeCategoryDescription": "Something new",
        "ProcessingId": "1",
    },
    {
        "CodeId": "3",
        "Term": "Transfer-degraded drug allergy",
        "ReadTermId": "x",
        "SnomedCTConceptId": "196461000000101",
        "EmisCodeCategoryDescription": "Allergy and adverse reactions",
        "ProcessingId": "1",
    },
)
DRUGS: Rows = (
    {"CodeId": "9", "Term": "Aspirin", "DmdProductCodeId": "322236009", "ProcessingId": "1"},
    {"CodeId": "8", "Term": "Special mixture", "DmdProductCodeId": "", "ProcessingId": "1"},
)
DAY = "20260901-20261001"


def file_name(table: str, days: str = DAY) -> str:
    """Name a file as EMIS does."""
    return f"{days}_{table}_20261001020000_0C000000-0000-0000-0000-00000000000C.csv"


def write_file(folder: Path, table: str, rows: Rows, days: str = DAY) -> Path:
    """Write a table's file: the columns of its first row, for a header alone a row of blanks."""
    folder.mkdir(exist_ok=True)
    path = folder / file_name(table, days)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if any(row.values()))
    return path


def write_extract(folder: Path, **tables: Rows) -> Path:
    """Write an extract: tables as given, with the codes of this module unless others are."""
    named = {"Coding_ClinicalCode": CODES, "Coding_DrugCode": DRUGS} | tables
    for table, rows in named.items():
        write_file(folder, table, rows)
    return folder


def indexed(folder: Path) -> PracticeIndex:
    """Index the extract in a folder, beside it."""
    return build_index([folder], folder.with_name(folder.name + ".index"))


def rows_of(index: PracticeIndex, table: str, *columns: str) -> list[tuple[object, ...]]:
    """Give the rows of a table, sorted, of some columns."""
    return sorted(index.scan(table).select(columns).collect().iter_rows(), key=repr)


def counts_of(index: PracticeIndex, table: str) -> tuple[int, int, int, int]:
    """Give read, indexed, rejected and deleted of the files whose name has `table` in it."""
    found = [count for count in index.manifest.files if f"_{table}_" in count.file]
    return (
        sum(count.rows_read for count in found),
        sum(count.rows_indexed for count in found),
        sum(count.rows_rejected for count in found),
        sum(count.rows_deleted for count in found),
    )


def emptied(index: PracticeIndex) -> list[tuple[str, str, str]]:
    """Return column, value and reason of the values that were left empty."""
    found = pl.read_csv(index.folder / "set_aside_values.csv", infer_schema=False)
    values = found.with_columns(pl.col("value").str.strip_prefix("'"))
    return values.select("column", "value", "reason").rows()


def rejected(index: PracticeIndex) -> list[tuple[int, str]]:
    """Give line and reason of the rows that were set aside."""
    found = pl.read_csv(index.folder / "rejected_rows.csv", infer_schema=False)
    return [(int(line), reason) for line, reason in found.select("line", "reason").iter_rows()]
