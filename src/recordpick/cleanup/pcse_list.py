"""Read PCSE's list of registered patients, as it was sent: CSV or spreadsheet.

Columns are found by their names (list_columns.py), the date format from the whole column. A line
is only left out if it identifies nobody; a value that cannot be read is not compared, and reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index import values as nhs_numbers
from recordpick.index.list_columns import ListColumns, find_header, words_of
from recordpick.index.readers.list_dates import dates_of, without_time
from recordpick.index.readers.list_rows import (
    body,
    check_one_of_each,
    notes_of,
    rows_of,
    stated_counts,
    texts_of,
)
from recordpick.index.values import ISO, to_date, to_word
from recordpick.schema import PATIENTS

FIELDS = ("family_name", "given_name", "middle_names", "date_of_birth", "sex")
"""The fields that are compared besides the NHS number, where the list has them."""

_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "nhs_number": pl.String(),
    "nhs_as_written": pl.String(),
    "nhs_damaged": pl.Boolean(),
    **{name: pl.Date() if name == "date_of_birth" else pl.String() for name in FIELDS},
    "unread": pl.List(pl.String()),
}
_LEFT_OUT: dict[str, pl.DataType] = {"line": pl.Int64(), "note": pl.String()}


@dataclass(frozen=True)
class PcseList:
    """PCSE's list, one row a patient.

    `rows`: line (of the file), nhs_number (ten digits with a valid check digit, else null),
    nhs_as_written, nhs_damaged (by a spreadsheet), `FIELDS`, and unread: which of `FIELDS` hold
    something that could not be read. `left_out`: line and note of the lines that identify nobody.
    `read` is how many lines are below the header: those of `rows` and of `left_out`.
    """

    file: str
    rows: pl.DataFrame
    left_out: pl.DataFrame
    columns: frozenset[str]
    notes: tuple[str, ...]

    @property
    def read(self) -> int:
        """How many lines are below the header, without blank ones."""
        return self.rows.height + self.left_out.height


def read_pcse_list(path: Path) -> PcseList:
    """Read the list; raise a UserError if it has no usable NHS numbers, or no patients."""
    read = rows_of(path)
    columns = find_header(read.rows)
    if columns is None:
        raise UserError(_no_header(path, read.rows))
    header_line = read.lines[columns.row]
    check_one_of_each(path, header_line, columns)
    raw, lines, excluded = body(read, columns.row)
    excluded += [entry for entry in read.damaged if entry[0] > header_line]
    if raw.is_empty():
        raise UserError(f"{path}: there is no patient below its header (line {header_line}).")
    texts = raw.select(pl.Series("line", lines, pl.Int64), *texts_of(columns))
    texts, notes = _with_nhs_numbers(path, texts, columns)
    notes += [f"{path.name}, {note}." for note in notes_of(read, columns.row)]
    for name in FIELDS:
        if name in texts.columns:
            texts, column_notes = _typed(path, texts, name)
            notes += column_notes
    texts = texts.with_columns(unread=_unread(texts))
    notes += [f"{note[:1].upper()}{note[1:]}." for note in read.notes]
    columns_found = frozenset(name for name in ("nhs_number", *FIELDS) if name in texts.columns)
    whole = texts.select(
        pl.col(name).cast(kind) if name in texts.columns else pl.lit(None, kind).alias(name)
        for name, kind in _SCHEMA.items()
    )
    is_unidentified = pl.col("nhs_number").is_null() & pl.any_horizontal(
        pl.col(name).is_null() for name in ("family_name", "given_name", "date_of_birth")
    )
    people = whole.filter(~is_unidentified).height
    notes += [
        f"Line {line} says that the list has {stated:,} patients, but {people:,} were read."
        for line, stated in stated_counts(read)
        if stated not in {people, whole.height}
    ]
    unidentified = whole.filter(is_unidentified).select("line", note=_why_unidentified())
    excluded_rows = pl.DataFrame([entry[:2] for entry in excluded], schema=_LEFT_OUT, orient="row")
    return PcseList(
        path.name,
        whole.filter(~is_unidentified),
        pl.concat([excluded_rows, unidentified]).sort("line"),
        columns_found,
        tuple(notes),
    )


def _unread(texts: pl.DataFrame) -> pl.Expr:
    """Return the names of the columns whose value could not be read, as a list for each row."""
    names = [name for name in FIELDS if f"{name} unread" in texts.columns]
    unread = [pl.when(pl.col(f"{name} unread")).then(pl.lit(name)) for name in names]
    nothing = pl.lit(None, pl.String)
    return pl.concat_list(nothing, *unread).list.drop_nulls()


def _no_header(path: Path, rows: list[list[str]]) -> str:
    seen = ", ".join(name.strip() for name in (rows or [[]])[0][:8])
    return (
        f"{path}: no column is called NHS Number (the first row has {seen or 'nothing'}). "
        "Rename the column of NHS numbers to NHS Number."
    )


def _why_unidentified() -> pl.Expr:
    written = pl.col("nhs_as_written")
    without = "and without a name and date of birth the patient cannot be found"
    return (
        pl.when(written.is_null())
        .then(pl.lit(f"there is no NHS number, {without}"))
        .when("nhs_damaged")
        .then(
            pl.format(
                "the NHS number {} was damaged by a spreadsheet, {}", written, pl.lit(without)
            )
        )
        .otherwise(pl.format("{} is not a valid NHS number, {}", written, pl.lit(without)))
    )


def _with_nhs_numbers(
    path: Path, texts: pl.DataFrame, columns: ListColumns
) -> tuple[pl.DataFrame, list[str]]:
    """Add nhs_number, nhs_as_written and nhs_damaged; return notes on how many cannot be used."""
    notes: list[str] = []
    if "nhs_number" not in columns.taken:
        # PCSE's own reference identifies nobody here, unless the column holds NHS numbers.
        tidied = nhs_numbers.tidy(pl.col("patient_id"))
        valid = nhs_numbers.is_valid(tidied).fill_null(value=False)
        if not texts.select(valid.any()).item():
            raise UserError(
                f"{path}: there is no column of NHS numbers under a known name. Rename it to "
                "NHS Number."
            )
        texts = texts.with_columns(nhs_number="patient_id")
    number = pl.col("nhs_number")
    tidied = nhs_numbers.tidy(number)
    valid = nhs_numbers.is_valid(tidied).fill_null(value=False)
    texts = texts.with_columns(
        nhs_as_written=number,
        nhs_damaged=nhs_numbers.is_damaged(number).fill_null(value=False),
        nhs_number=pl.when(valid).then(tidied),
    )
    unusable = texts.filter(pl.col("nhs_number").is_null() & pl.col("nhs_as_written").is_not_null())
    damaged = unusable.filter("nhs_damaged")
    if damaged.height and not texts["nhs_number"].count():
        raise UserError(
            f"{path}: a spreadsheet has damaged the NHS numbers (such as "
            f"{damaged['nhs_as_written'][0]}). Use the list as PCSE sent it, and do not save it "
            "from a spreadsheet."
        )
    for rows, what in (
        (damaged, "were damaged by a spreadsheet"),
        (unusable.filter(~pl.col("nhs_damaged")), "cannot be right"),
    ):
        if rows.height:
            line, value = rows.select("line", "nhs_as_written").row(0)
            notes.append(
                f"NHS numbers that {what}: {rows.height:,}, such as {value} (line {line}). These "
                "patients were looked for by name and date of birth only."
            )
    return texts, notes


def _typed(path: Path, texts: pl.DataFrame, name: str) -> tuple[pl.DataFrame, list[str]]:
    """Cast a column to its type; return notes on date formats and values that could not be read."""
    text = pl.col(name)
    notes: list[str] = []
    if name == "date_of_birth":
        found = dates_of(texts[name])
        if found.two_digit_years:
            raise UserError(
                f"{path}: the dates of birth have years of two digits, which could be in either "
                "century. Ask for the list with years of four digits."
            )
        value = to_date(without_time(text), found.written)
        if not found.is_sure:
            notes.append(
                f"Dates of birth were read as {found.says}, but no date in the column confirms it."
            )
        elif found.written != ISO:
            notes.append(f"Dates of birth were read as {found.says}.")
    elif name == "sex":
        column = PATIENTS.column(name)
        assert column is not None
        word = text.str.to_lowercase().str.replace_all("[^a-z0-9]", "")
        ours = word.replace_strict(words_of(name), default=text, return_dtype=pl.String)
        value = to_word(ours, column.words)
    else:
        return texts, notes
    read = texts.with_columns(
        (text.is_not_null() & value.is_null()).alias(f"{name} unread"), value.alias(name)
    )
    bad = texts.filter(read[f"{name} unread"])
    if bad.height:
        line, wrong = bad.select("line", name).row(0)
        what = name.replace("_", " ")
        notes.append(
            f"Lines where the {what} could not be read: {bad.height:,}, such as {wrong!r} "
            f"(line {line}). It was not compared there."
        )
    return read, notes
