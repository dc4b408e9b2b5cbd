"""Which patients of the index people mean: by a number typed in, or a list that staff exported.

A wrong patient is worse than none. So a number finds a patient only if it is exactly one patient's
NHS number or patient number; a number of nobody, or of two, is reported with its line and left out.

Staff may also export a folder of lists, one for each criterion. A list belongs to the criterion
whose id its file name begins with: `MED-04.csv`, `med-04 controlled drugs.xlsx`. The longest id
wins, and what follows must not continue the id (`MED-041.csv` does not belong to MED-04).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.identifiers import nhs_digits
from recordpick.index.list_columns import find_header
from recordpick.index.patient_numbers import repaired
from recordpick.index.practice_index import PracticeIndex
from recordpick.index.readers.list_rows import rows_of, stated_counts
from recordpick.index.readers.not_patients import repeats_header, says_it_is_no_patient
from recordpick.index.values import is_damaged, tidy

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})


@dataclass(frozen=True, slots=True)
class ListedPatients:
    """The patients of a list: how many lines it had, who they are, and which lines match nobody.

    `patient_ids` are in the list's order, each once. `not_found` has a sentence for each line that
    matches nobody. It also has one for each line that is not a patient (a total, a repeated header)
    and not among those read, one for each with a quotation mark that does not enclose a value, and
    one for a stated number of patients that differs from the number of lines.
    """

    read: int
    patient_ids: tuple[str, ...]
    not_found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    line: int
    nhs: str
    patient: str


def patient_of(index: PracticeIndex, text: str) -> str:
    """Return the patient_id of a patient number or NHS number; UserError if there is none."""
    found = _look_up(index, [_Line(1, "", text.strip())])
    patient, why = found.row(0)[1:]
    if patient is None:
        raise UserError(f"{text!r}: {why}")
    return str(patient)


def patients_of_list(index: PracticeIndex, path: Path) -> ListedPatients:
    """Find the patients of a list (CSV or spreadsheet) with a column of numbers.

    The column is found by its name (NHS Number, Patient ID, EMIS Number …), whatever is above the
    header; a list of one column needs none. Where a line has both numbers, the NHS number must
    be known, and the patient number must not mean somebody else. UserError if there is no such
    column, or no line.
    """
    lines, damaged, others = _lines_of(path)
    found = _look_up(index, lines)
    unmatched = [
        f"{path}, line {line}: {why}" for line, patient, why in found.iter_rows() if patient is None
    ]
    known = found["patient_id"].drop_nulls().unique(maintain_order=True)
    return ListedPatients(len(lines) + len(damaged), tuple(known), (*damaged, *unmatched, *others))


def _lines_of(path: Path) -> tuple[list[_Line], list[str], list[str]]:
    """Return the numbers of each line below the header, damaged lines, and other lines."""
    read = rows_of(path)
    rows = list(zip(read.lines, read.rows, strict=True))
    if not rows:
        raise UserError(f"{path}: this file is empty.")
    header, nhs, patient = _header(path, rows)
    names = rows[header - 1][1] if header else []
    lines: list[_Line] = []
    others: list[str] = []
    for number, fields in rows[header:]:
        line = _Line(number, _cell(fields, nhs), _cell(fields, patient))
        if repeats_header(fields, names):
            others.append(f"{path}, line {number}: this repeats the header.")
        elif _is_of_report(line):
            others.append(
                f"{path}, line {number}: {line.patient or line.nhs} is not a patient's number."
            )
        else:
            lines.append(line)
    if not lines:
        raise UserError(f"{path}: there are no patients below its header.")
    others += [
        f"{path}, line {number}: the list says that it has {stated:,} patients, but "
        f"{len(lines):,} were read: check for missing lines."
        for number, stated in stated_counts(read)
        if stated != len(lines)
    ]
    others += [
        f"{path}, line {line}: a quotation mark does not enclose a value, and was read as part of "
        "one."
        for line in read.open_marks
    ]
    others += [
        f"{path}, line {line}: a quoted value spans {count:,} lines that may be rows; it was "
        "read as one value: check whether patients are missing."
        for line, count in read.suspect_values
    ]
    unread = [
        f"{path}, line {line}: this line cannot be read: {why}." for line, why, _ in read.damaged
    ]
    return lines, unread, others


def _is_of_report(line: _Line) -> bool:
    """Return whether a line is a total, a page footer or the like, not a patient."""
    numbers = [number for number in (line.nhs, line.patient) if number]
    return any(says_it_is_no_patient(number) for number in numbers) and not any(
        nhs_digits(number) for number in numbers
    )


def _header(path: Path, rows: list[tuple[int, list[str]]]) -> tuple[int, int | None, int | None]:
    """Return the number of rows up to and including the header, and the columns' positions."""
    found = find_header([fields for _, fields in rows])
    if found is not None:
        return found.row + 1, found.taken.get("nhs_number"), found.taken.get("patient_id")
    if all(not any(map(str.strip, fields[1:])) for _, fields in rows):
        return 0, None, 0
    raise UserError(
        f"{path}: no column is called NHS Number or Patient ID. Give the column of numbers one of "
        "these names, or keep only that column."
    )


def _cell(fields: list[str], at: int | None) -> str:
    return fields[at].strip() if at is not None and at < len(fields) else ""


def _look_up(index: PracticeIndex, lines: list[_Line]) -> pl.DataFrame:
    """Return line, patient_id (null if nobody) and why, in the order of the lines."""
    wanted = pl.DataFrame(
        [(line.line, line.nhs or None, line.patient or None) for line in lines],
        schema={"line": pl.Int64, "nhs": pl.String, "patient": pl.String},
        orient="row",
    ).with_row_index("order")
    by_number = pl.concat(_known_numbers(index)).unique()
    numbers = pl.concat(
        [
            wanted.lazy().select("order", number=tidy(pl.col("nhs")), by_nhs=pl.lit(value=True)),
            wanted.lazy().select(
                "order", number=repaired(pl.col("patient")), by_nhs=pl.col("nhs").is_null()
            ),
            wanted.lazy().select(
                "order", number=tidy(pl.col("patient")), by_nhs=pl.col("nhs").is_null()
            ),
        ]
    )
    meant = (
        numbers.drop_nulls()
        .join(by_number, on="number", how="inner")
        .group_by("order")
        .agg(pl.col("patient_id").unique().sort(), pl.col("by_nhs").any())
        .filter("by_nhs")
    )
    both = pl.concat_str(["nhs", "patient"], separator=" / ", ignore_nulls=True)
    either_damaged = pl.any_horizontal(
        is_damaged(pl.col(name)).fill_null(value=False) for name in ("nhs", "patient")
    )
    how_many = pl.col("patient_id").list.len().fill_null(0)
    return (
        wanted.lazy()
        .join(meant, on="order", how="left")
        .sort("order")
        .select(
            "line",
            pl.when(how_many == 1).then(pl.col("patient_id").list.first()).alias("patient_id"),
            pl.when(how_many == 1)
            .then(None)
            .when(both == "")
            .then(pl.lit("there is no number on this line."))
            .when(how_many > 1)
            .then(
                pl.format(
                    "{} belongs to more than one patient ({}): pick the right one by hand.",
                    both,
                    pl.col("patient_id").list.join(", "),
                )
            )
            .when(either_damaged)
            .then(
                pl.format(
                    "{} was damaged by a spreadsheet: export the list again and open it as text.",
                    both,
                )
            )
            .otherwise(pl.format("no patient in the index has the number {}.", both))
            .alias("why"),
        )
        .collect()
    )


def _known_numbers(index: PracticeIndex) -> Iterator[pl.LazyFrame]:
    patients = index.scan("patients")
    yield patients.select("patient_id", number="patient_id")
    if "nhs_number" in index.columns("patients"):
        yield patients.select("patient_id", number="nhs_number").drop_nulls()


ENDINGS = SPREADSHEETS | {".csv", ".txt", ".tsv"}


def lists_of_folder(
    folder: Path, criterion_ids: Iterable[str]
) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Return the list of each criterion that has one, and a sentence for each unused file.

    UserError if there is no such folder, or one criterion has two lists.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: there is no such folder.")
    ids = sorted(criterion_ids, key=len, reverse=True)
    found: dict[str, Path] = {}
    others: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in ENDINGS or not path.is_file():
            others.append(f"{path}: this is not a list, and was left out.")
            continue
        criterion_id = next((name for name in ids if _is_of(path.stem, name)), None)
        if criterion_id is None:
            others.append(
                f"{path}: its name does not begin with a criterion's id; it was left out."
            )
        elif criterion_id in found:
            raise UserError(
                f"{found[criterion_id]} and {path} are both lists for {criterion_id}: "
                "keep one of them in the folder."
            )
        else:
            found[criterion_id] = path
    if not found:
        raise UserError(
            f"{folder}: no list in it is named after a criterion. Name each by its criterion's id, "
            f"such as {ids[-1] if ids else 'MED-04'}.csv."
        )
    return found, tuple(others)


def _is_of(stem: str, criterion_id: str) -> bool:
    if not stem.lower().startswith(criterion_id.lower()):
        return False
    rest = stem[len(criterion_id) :]
    return not rest or not (rest[0].isalnum() or rest[0] in "-.")
