"""Write the patients of a synthetic practice as staff export them: an EMIS Web report as CSV."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from recordpick.progress import Progress, silent
from recordpick.synthetic.extract_writing import new_folder
from recordpick.synthetic.practice import Practice

REPORT = "Patients.csv"
_SEX = {"F": "Female", "M": "Male", "I": "Indeterminate", "U": "Unknown"}


def write_list(practice: Practice, out: Path, *, progress: Progress = silent) -> None:
    """Write `Patients.csv` into a new folder.

    Lines about the report come above the header; NHS numbers are written 3-3-4 and dates as
    01-Jan-2020. Patients who left or died are left out, because such a report lists registered
    patients. Raises UserError if the folder cannot be written.
    """
    with new_folder(out) as folder:
        patients = practice.patients.filter(pl.col("status") == "registered")
        day = f"{practice.as_at:%d-%b-%Y}"
        above = (
            f"Population:,All registered patients\r\nLast Run:,{day}\r\n"
            f"Patient Count:,{patients.height}\r\n\r\n"
        )
        rows = _rows(practice, patients).write_csv(line_terminator="\r\n")
        (folder / REPORT).write_bytes(f"\ufeff{above}{rows}".encode())
    progress("written", 1.0)


def _rows(practice: Practice, patients: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("nhs_number")
    spaced = pl.concat_str(
        number.str.slice(0, 3),
        pl.lit(" "),
        number.str.slice(3, 3),
        pl.lit(" "),
        number.str.slice(6, 4),
    )
    parts = pl.col("address").str.split(", ")
    born, today = pl.col("date_of_birth"), practice.as_at
    birthday_to_come = (born.dt.month().cast(pl.Int32) * 100 + born.dt.day()) > (
        today.month * 100 + today.day
    )
    columns = {
        "EMIS Number": pl.col("patient_id"),
        "Organisation Code": pl.lit("X99001"),
        "Organisation Name": pl.lit(practice.name),
        "Usual GP's Full Name": pl.col("usual_gp"),
        "NHS Number": spaced,
        "Title": pl.col("title"),
        "Family Name": pl.col("family_name"),
        "Calling Name": pl.col("given_name"),
        "Age": today.year - born.dt.year() - birthday_to_come.cast(pl.Int32),
        "Date of Birth": born.dt.to_string("%d-%b-%Y"),
        "Gender": pl.col("sex").replace_strict(_SEX, default=None),
        "House Name / Flat Number": parts.list.head(parts.list.len() - 2).list.join(", "),
        "Number and Street": parts.list.get(-2, null_on_oob=True),
        "Locality": pl.lit(None, pl.String),
        "Town": parts.list.get(-1, null_on_oob=True),
        "County": pl.lit(None, pl.String),
        "Postcode": pl.col("postcode"),
        "Home Telephone": pl.col("home_phone"),
        "Mobile Telephone": pl.col("mobile_phone"),
        "E-mail Address": pl.col("email"),
    }
    return patients.select(value.alias(name) for name, value in columns.items())
