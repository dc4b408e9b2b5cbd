"""Write a synthetic practice as staff export it: a list of patients and a report of each kind.

In three styles, each in a folder of its own (docs/report-exports.md describes them): EMIS Web (a
banner, a row of groups, patients on their first row only), SystmOne (header first, patients on
every row, value and unit in one cell, a column that counts patients) and Vision (tabs, UTF-16,
patients by name and NHS number, code and term in one cell, headers and feet of pages in between).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl

from recordpick.progress import Progress, silent
from recordpick.synthetic.extract_writing import new_folder, write_practice_toml
from recordpick.synthetic.practice import Practice

LIST = "Patient list.csv"
_ROWS_OF_PAGE = 400
_MOST_ROWS = 29_000
"""Rows of a file in SystmOne's style, which cuts exports off at 30,000."""

_SEX = {"F": "Female", "M": "Male", "I": "Indeterminate", "U": "Unknown"}
_STATUS = {"registered": "Currently registered", "left": "Left practice", "deceased": "Deceased"}
_PROBLEM = {"active": "Active", "past": "Past"}
_COURSE = {
    "acute": "Acute",
    "repeat": "Repeat",
    "repeat_dispensing": "Repeat Dispensing",
    "automatic": "Automatic",
}
_SLOT = {
    "emis": {
        "attended": "Left",
        "did_not_attend": "DNA",
        "booked": "Booked",
        "cancelled": "Cancelled",
        "other": "Walked out",
    },
    "systmone": {
        "attended": "Finished",
        "did_not_attend": "Did Not Attend",
        "booked": "Booked",
        "cancelled": "Cancelled by Patient",
        "other": "Waiting",
    },
}
_URGENCY = {"two_week_wait": "2 Week Wait"}
_REPORTS = (
    ("Problems", "events"),
    ("Allergies", "events"),
    ("Immunisations", "events"),
    ("Coded entries", "events"),
    ("Medication", "medications"),
    ("Appointments", "appointments"),
    ("Referrals", "referrals"),
    ("Documents", "documents"),
    ("Recalls", "recalls"),
)
_KINDS = {"Problems": "problem", "Allergies": "allergy", "Immunisations": "immunisation"}


class _Report:
    """One report while it is written, part by part: `patient` columns come before the entry's."""

    def __init__(self, folder: Path, practice: Practice, name: str, patient: int) -> None:
        self.folder = folder
        self.practice = practice
        self.name = name
        self.patient = patient
        self.rows = 0
        self.has_header = False
        self.begin()

    def begin(self) -> None:
        """Write what comes before the first row."""

    def write(self, rows: pl.DataFrame) -> None:
        """Write the rows of some patients."""
        raise NotImplementedError

    def close(self) -> None:
        """Write what comes after the last row."""


@dataclass(frozen=True)
class _Style:
    """How a system's reports look: columns of patients and of entries, and how they are written."""

    name: str
    day: str
    patient: tuple[tuple[str, pl.Expr], ...]
    columns: Callable[[str], dict[str, pl.Expr]]
    report: type[_Report]


def write_reports(practice: Practice, out: Path, *, progress: Progress = silent) -> None:
    """Write the folders `emis`, `systmone` and `vision`; UserError if they cannot be written."""
    with new_folder(out) as folder:
        for style in STYLES:
            (folder / style.name).mkdir()
            _write_list(practice, style, folder / style.name)
            write_practice_toml(practice, folder / style.name, "reports")
        tables = list(dict.fromkeys(table for _, table in _REPORTS))
        for number, table in enumerate(tables):
            progress(f"writing {table}", number / len(tables))
            open_ones = [
                (style, style.report(folder / style.name, practice, name, len(style.patient)))
                for name, of in _REPORTS
                if of == table
                for style in STYLES
            ]
            for part in practice.parts(table):
                for style, report in open_ones:
                    report.write(_rows(practice, style, report.name, part))
            for _, report in open_ones:
                report.close()
    progress("written", 1.0)


def _write_list(practice: Practice, style: _Style, folder: Path) -> None:
    rows = practice.patients.select(
        value.alias(name) for name, value in _list_columns(style).items()
    )
    listed = style.report(folder, practice, "Patient list", 0)
    listed.write(rows)
    listed.close()


def _rows(practice: Practice, style: _Style, report: str, part: pl.DataFrame) -> pl.DataFrame:
    """Return a report's rows with its patients' and entries' columns, as text."""
    if kind := _KINDS.get(report):
        part = part.filter(pl.col("kind") == kind)
    elif report == "Coded entries":
        part = part.filter(~pl.col("kind").is_in(list(_KINDS.values())))
    people = practice.patients.select("patient_id", *_PEOPLE)
    rows = part.join(people, on="patient_id", how="left", maintain_order="left")
    columns = {**dict(style.patient), **style.columns(report)}
    return rows.select(value.cast(pl.String).alias(name) for name, value in columns.items())


_PEOPLE = (
    pl.col("nhs_number").alias("__nhs"),
    pl.col("family_name").alias("__family"),
    pl.col("given_name").alias("__given"),
    pl.col("title").alias("__title"),
    pl.col("date_of_birth").alias("__born"),
)


def _spaced(number: pl.Expr) -> pl.Expr:
    parts = [number.str.slice(0, 3), number.str.slice(3, 3), number.str.slice(6, 4)]
    return pl.concat_str(parts, separator=" ")


def _words(column: str, words: dict[str, str]) -> pl.Expr:
    text = pl.col(column)
    plain = text.str.replace_all("_", " ").str.to_titlecase()
    return text.replace_strict(words, default=plain, return_dtype=pl.String)


def _entry_day(day: str) -> pl.Expr:
    """Return the day of an entry as far as it is known: a year, a month and year, or nothing."""
    month = "%b-%Y" if day == "%d-%b-%Y" else "%m/%Y" if "/" in day else "%b %Y"
    date = pl.col("date")
    return (
        pl.when(pl.col("date_precision") == "year")
        .then(date.dt.to_string("%Y"))
        .when(pl.col("date_precision") == "month")
        .then(date.dt.to_string(month))
        .otherwise(date.dt.to_string(day))
    )


def _number(column: str) -> pl.Expr:
    """Return a number as people write it: 5 rather than 5.0."""
    return pl.col(column).cast(pl.String).str.replace(r"\.0$", "")


def _with_unit(column: str) -> pl.Expr:
    both = pl.concat_str([_number(column), pl.col("unit")], separator=" ", ignore_nulls=True)
    return pl.when(pl.col(column).is_not_null()).then(both)


def _code_and_term(code: str, term: str) -> pl.Expr:
    both = pl.concat_str([pl.col(term), pl.lit(" ("), pl.col(code), pl.lit(")")])
    return pl.coalesce(both, pl.col(term), pl.col(code))


def _list_columns(style: _Style) -> dict[str, pl.Expr]:
    def day(name: str) -> pl.Expr:
        return pl.col(name).dt.to_string(style.day)

    nhs, sex = pl.col("nhs_number"), pl.col("sex").replace_strict(_SEX, default=None)
    names = {
        "emis": ("EMIS Number", "NHS Number", "Family Name", "Given Name"),
        "systmone": ("Patient ID", "NHS number", "Surname", "First name"),
        "vision": ("", "NHS Number", "Surname", "Forename"),
    }[style.name]
    columns = {
        names[0] or "Patient Number": pl.col("patient_id"),
        names[1]: _spaced(nhs),
        "Title": pl.col("title"),
        names[2]: pl.col("family_name"),
        names[3]: pl.col("given_name"),
        "Previous Surname": pl.col("previous_name"),
        "Date of Birth": day("date_of_birth"),
        "Gender": sex,
        "Patient Type": _words("registration", {}),
        "Registration Status": _words("status", _STATUS),
        "Registration Date": day("registered_on"),
        "Deduction Date": day("left_on"),
        "Date of Death": day("died_on"),
        "Usual GP": pl.col("usual_gp"),
        "Address": pl.col("address"),
        "Postcode": pl.col("postcode"),
        "Residential Institute": pl.col("institution"),
        "Home Telephone": pl.col("home_phone"),
        "Mobile Telephone": pl.col("mobile_phone"),
        "E-mail Address": pl.col("email"),
        "Carer": pl.col("carer"),
    }
    if style.name == "systmone":
        columns["Patient Count"] = pl.lit("1")
    return columns


# ---------------------------------------------------------------- EMIS Web


def _emis_columns(report: str) -> dict[str, pl.Expr]:
    def day(name: str) -> pl.Expr:
        return pl.col(name).dt.to_string("%d-%b-%Y")

    code = {"Code Term": pl.col("term"), "SNOMED CT Concept ID": pl.col("code")}
    date = {"Date": _entry_day("%d-%b-%Y")}
    text = {"Associated Text": pl.col("text")}
    by = {"User Details' Full Name": pl.col("recorded_by")}
    if report == "Problems":
        return {
            **code,
            **date,
            "Problem Status": _words("problem_status", _PROBLEM),
            "Problem Significance": _words("significance", {}),
            "Problem End Date": day("ended_on"),
            **text,
            **by,
        }
    if report == "Immunisations":
        return {**code, **date, "Immunisation Status": pl.col("value_text"), **text, **by}
    if report == "Coded entries":
        value = {"Value": _number("value"), "Unit of Measure": pl.col("unit")}
        return {**code, **date, **value, **text, **by}
    if report == "Medication":
        quantity = _with_unit("quantity")
        return {
            "Date Drug Added": day("started_on"),
            "Name, Dosage and Quantity": pl.concat_str(
                [pl.col("drug"), pl.col("dosage"), quantity], separator=", ", ignore_nulls=True
            ),
            "dm+d Code": pl.col("code"),
            "Prescription Type": _words("course", _COURSE),
            "Status": pl.when("is_active").then(pl.lit("Current")).otherwise(pl.lit("Past")),
            "End Date": day("ended_on"),
            "Most Recent Issue Date": day("last_issued_on"),
            "Number of Issues": pl.col("issues").cast(pl.String),
            "Issues Authorised": pl.col("issues_authorised").cast(pl.String),
            "Review Date": day("review_on"),
        }
    if report == "Allergies":
        return {**code, **date, **text, **by}
    return _workflow_columns(report, "%d-%b-%Y", _SLOT["emis"])


def _workflow_columns(report: str, written: str, slots: dict[str, str]) -> dict[str, pl.Expr]:
    def day(name: str) -> pl.Expr:
        return pl.col(name).dt.to_string(written)

    columns: dict[str, dict[str, pl.Expr]] = {
        "Appointments": {
            "Appointment Date": day("date"),
            "Appointment Time": pl.col("start_time"),
            "Session Holder's Full Name": pl.col("clinician"),
            "Slot Type": pl.col("slot_type"),
            "Appointment Status": _words("status", slots),
        },
        "Referrals": {
            "Referral Date": day("date"),
            "Referral Reason": pl.col("term"),
            "Referral Code": pl.col("code"),
            "Urgency": _words("urgency", _URGENCY),
            "Referred To": pl.col("recipient"),
            "UBRN": pl.col("ubrn"),
            "Referral Status": _words("status", {}),
            "Date Closed": day("closed_on"),
        },
        "Documents": {
            "Document Date": day("date"),
            "Document Type": pl.col("kind"),
            "Document Title": pl.col("title"),
            "File Name": pl.col("file_name"),
            "Attachment Missing": pl.when("is_absent").then(pl.lit("Yes")).otherwise(pl.lit("No")),
        },
        "Recalls": {
            "Due Date": day("date"),
            "Recall": pl.col("term"),
            "Recall Code": pl.col("code"),
            "Recall Status": _words("status", {}),
        },
    }
    return columns[report]


class _EmisReport(_Report):
    """A banner, a row of groups, and each patient's details on the first of their rows."""

    def begin(self) -> None:
        self.file = (self.folder / f"{self.name}.csv").open("w", encoding="utf-8-sig", newline="")
        self.file.write(
            f"Report Name,,,{self.name}\r\nPractice,,,{self.practice.name}\r\n"
            f'Last Run,,,"{self.practice.as_at:%d/%m/%Y} 08:12"\r\n\r\n'
        )

    def write(self, rows: pl.DataFrame) -> None:
        names = rows.columns[: self.patient]
        if names:
            if not self.has_header:
                groups = ["Patient Details", *[""] * (self.patient - 1), self.name]
                empty = [""] * (rows.width - self.patient - 1)
                self.file.write(",".join([*groups, *empty]) + "\r\n")
            same = (pl.col(names[0]) == pl.col(names[0]).shift()).fill_null(value=False)
            rows = rows.with_columns(
                pl.when(same).then(None).otherwise(name).alias(name) for name in names
            )
        self.file.write(rows.write_csv(include_header=not self.has_header, line_terminator="\r\n"))
        self.has_header = True

    def close(self) -> None:
        self.file.close()


# ---------------------------------------------------------------- SystmOne


def _systmone_columns(report: str) -> dict[str, pl.Expr]:
    def day(name: str) -> pl.Expr:
        return pl.col(name).dt.to_string("%d %b %Y")

    date = {"Event date": _entry_day("%d %b %Y")}
    code = {"SNOMED CT code": pl.col("code"), "Code description": pl.col("term")}
    text = {"Notes": pl.col("text")}
    last = {"Patient Count": pl.lit("1")}
    if report == "Problems":
        return {
            **date,
            "Problem code": pl.col("code"),
            "Problem": pl.col("term"),
            "Problem status": _words("problem_status", _PROBLEM),
            "Problem significance": _words("significance", {}),
            "Problem end date": day("ended_on"),
            **text,
            **last,
        }
    if report == "Immunisations":
        return {
            "Vaccination type": pl.col("term"),
            "Vaccination code": pl.col("code"),
            **date,
            "Vaccination status": pl.col("value_text"),
            **last,
        }
    if report == "Coded entries":
        return {**date, **code, "Numeric value": _with_unit("value"), **text, **last}
    if report == "Allergies":
        return {
            "Allergy": pl.col("term"),
            "Allergy code": pl.col("code"),
            **date,
            "Reaction": pl.col("text"),
            **last,
        }
    if report == "Medication":
        return {
            "Drug": pl.col("drug"),
            "Drug code": pl.col("code"),
            "Dosage": pl.col("dosage"),
            "Quantity": _with_unit("quantity"),
            "Start date": day("started_on"),
            "End date": day("ended_on"),
            "Type": _words("course", _COURSE),
            "Medication status": pl.when("is_active")
            .then(pl.lit("Active"))
            .otherwise(pl.lit("Ended")),
            **last,
        }
    return {**_workflow_columns(report, "%d %b %Y", _SLOT["systmone"]), **last}


class _SystmOneReport(_Report):
    """The header first; a report of more rows than a file holds goes on in further files."""

    def begin(self) -> None:
        self.file: IO[bytes] | None = None
        self.files = 0

    def write(self, rows: pl.DataFrame) -> None:
        is_list = not self.patient
        most = rows.height if is_list else _MOST_ROWS
        at = 0
        while at < rows.height or self.file is None:
            if self.file is None or (self.rows == most and not is_list):
                self._begin_file()
            some = rows.slice(at, max(most - self.rows, 1))
            text = some.write_csv(include_header=not self.has_header, line_terminator="\r\n")
            self.has_header = True
            assert self.file is not None
            self.file.write(text.encode("utf-8-sig" if is_list else "cp1252", "replace"))
            self.rows += some.height
            at += some.height

    def _begin_file(self) -> None:
        self.close()
        self.files += 1
        self.rows = 0
        self.has_header = False
        name = self.name if self.files == 1 else f"{self.name} {self.files}"
        self.file = (self.folder / f"{name}.csv").open("wb")

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


# ---------------------------------------------------------------- Vision


def _vision_columns(report: str) -> dict[str, pl.Expr]:
    def day(name: str) -> pl.Expr:
        return pl.col(name).dt.to_string("%d/%m/%Y")

    both = _code_and_term("code", "term")
    date, text = {"Date": _entry_day("%d/%m/%Y")}, {"Comment": pl.col("text")}
    if report == "Problems":
        return {
            "Onset Date": _entry_day("%d/%m/%Y"),
            "Problem and Code": both,
            "Status": _words("problem_status", _PROBLEM),
            "Significance": _words("significance", {}),
            "End Date": day("ended_on"),
            **text,
        }
    if report == "Immunisations":
        return {
            "Date Given": _entry_day("%d/%m/%Y"),
            "Immunisation and Code": both,
            "Given Status": pl.col("value_text"),
            **text,
        }
    if report == "Coded entries":
        return {
            **date,
            "Code and Term": both,
            "Value": _number("value"),
            "Units": pl.col("unit"),
            **text,
        }
    if report == "Allergies":
        return {
            "Allergy Date": _entry_day("%d/%m/%Y"),
            "Allergy and Code": both,
            "Reaction": pl.col("text"),
        }
    if report == "Medication":
        return {
            "Date Started": day("started_on"),
            "Drug and Code": _code_and_term("code", "drug"),
            "Dosage": pl.col("dosage"),
            "Quantity": _number("quantity"),
            "Quantity Unit": pl.col("unit"),
            "Repeat/Acute": _words("course", _COURSE),
            "Drug Status": pl.when("is_active")
            .then(pl.lit("Active"))
            .otherwise(pl.lit("Inactive")),
            "Date Stopped": day("ended_on"),
        }
    return _workflow_columns(report, "%d/%m/%Y", _SLOT["emis"])


class _VisionReport(_Report):
    """Pages, each with its header and its foot, and a total; a list has no pages."""

    def begin(self) -> None:
        self.file = (self.folder / f"{self.name}.csv").open("w", encoding="utf-16", newline="")
        self.file.write(
            f"{self.practice.name}\r\n{self.name}\r\n"
            f"Report date: {self.practice.as_at:%d/%m/%Y}\r\n\r\n"
        )
        self.pages = 0
        self.width = 1

    def write(self, rows: pl.DataFrame) -> None:
        self.width = rows.width
        most = _ROWS_OF_PAGE if self.patient else max(rows.height, 1)
        for first in range(0, max(rows.height, 1), most):
            page = rows.slice(first, most)
            self.file.write(page.write_csv(separator="\t", line_terminator="\r\n"))
            self.rows += page.height
            if self.patient:
                self.pages += 1
                self._foot(f"Page {self.pages}")

    def _foot(self, text: str) -> None:
        empty = "\t" * (self.width - 1)
        self.file.write(f"{text}{empty}\r\n\r\n")

    def close(self) -> None:
        if self.patient:
            self._foot(f"Total: {self.rows}")
        self.file.close()


_EMIS = _Style(
    "emis",
    "%d-%b-%Y",
    (
        ("EMIS Number", pl.col("patient_id")),
        ("NHS Number", _spaced(pl.col("__nhs"))),
        (
            "Full Name",
            pl.concat_str(
                [
                    pl.col("__family").str.to_uppercase(),
                    pl.lit(", "),
                    pl.col("__given"),
                    pl.concat_str([pl.lit(" ("), pl.col("__title"), pl.lit(")")]),
                ],
                ignore_nulls=True,
            ),
        ),
        ("Date of Birth", pl.col("__born").dt.to_string("%d-%b-%Y")),
    ),
    _emis_columns,
    _EmisReport,
)
_SYSTMONE = _Style(
    "systmone",
    "%d %b %Y",
    (
        ("Patient ID", pl.col("patient_id")),
        ("NHS number", _spaced(pl.col("__nhs"))),
        ("Date of birth", pl.col("__born").dt.to_string("%d %b %Y")),
    ),
    _systmone_columns,
    _SystmOneReport,
)
_VISION = _Style(
    "vision",
    "%d/%m/%Y",
    (
        ("Surname", pl.col("__family")),
        ("Forename", pl.col("__given")),
        ("NHS Number", pl.col("__nhs")),
        ("Date of Birth", pl.col("__born").dt.to_string("%d/%m/%Y")),
    ),
    _vision_columns,
    _VisionReport,
)
STYLES = (_EMIS, _SYSTMONE, _VISION)
"""The styles, each with a folder of its own."""
