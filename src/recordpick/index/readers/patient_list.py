"""Reader of one list of patients that a person exported or made: CSV, spreadsheet or Parquet.

It supplies the table patients and nothing else. The header row is found wherever it is, columns by
their names (list_columns.py), date formats from the whole column (list_dates.py). The index's notes
say how each was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import REJECT_COLUMNS, ROW, Rejects
from recordpick.errors import UserError
from recordpick.index import values as nhs_numbers
from recordpick.index.build.coverage import RESTRICTED
from recordpick.index.date_columns import DAY_FIRST, MONTH_FIRST
from recordpick.index.list_columns import ListColumns, find_header, words_of
from recordpick.index.manifest import Restriction
from recordpick.index.note_topics import AS_ANSWERED, UNKNOWN_STATUS, UNPROVEN_ORDER
from recordpick.index.patient_numbers import repaired
from recordpick.index.readers.extract_file import SOME_TABLES
from recordpick.index.readers.list_dates import DatesOfColumn, dates_of, without_time
from recordpick.index.readers.list_day import day_of_list
from recordpick.index.readers.list_rows import (
    ListRows,
    body,
    check_one_of_each,
    notes_of,
    rows_of,
    stated_counts,
    texts_of,
)
from recordpick.index.readers.not_patients import not_patients, why_not
from recordpick.index.readers.tables import parquet_part
from recordpick.index.source import NO_ANSWERS, Answers, Question, Source, SourcePart
from recordpick.index.values import ISO, to_date, to_word
from recordpick.schema import PATIENTS, Column
from recordpick.text import day_in_full

_NOT_A_PATIENT = "it is not a patient"


def read_list(path: Path, answers: Answers = NO_ANSWERS) -> Source:
    """Read a list; UserError if no column holds patient or NHS numbers.

    `answers` settle what the list leaves open; questions without an answer are returned with it.
    """
    ending = path.suffix.lower()
    if ending == ".parquet":
        part = parquet_part("patients", path)
        if "patient_id" in part.frame.collect_schema():
            return Source((part,))
        return _source(path, _of_parquet(part), answers)
    return _source(path, rows_of(path), answers)


def _of_parquet(part: SourcePart) -> ListRows:
    frame = part.frame.drop(ROW).select(pl.all().cast(pl.String).fill_null("")).collect()
    rows = [frame.columns, *map(list, frame.iter_rows())]
    return ListRows(list(range(len(rows))), rows, [])


def _source(path: Path, read: ListRows, answers: Answers) -> Source:
    columns = find_header(read.rows)
    if columns is None:
        seen = ", ".join(name.strip() for name in (read.rows or [[]])[0][:8])
        sheets = "".join(f"; {note}" for note in read.notes)
        raise UserError(
            f"{path}: no column is called NHS Number, Patient ID or the like "
            f"(the first row has {seen or 'nothing'}{sheets}). Give that column such a name."
        )
    header = read.rows[columns.row]
    check_one_of_each(path, read.lines[columns.row], columns)
    raw, lines, rest = body(read, columns.row)
    rest += [entry for entry in read.damaged if entry[0] > read.lines[columns.row]]
    texts = raw.lazy().select(ROW, *texts_of(columns)).collect()
    notes = [*read.notes, *notes_of(read, columns.row)]
    if "patient_id" in columns.taken:
        texts, others = _only_patients(texts)
    else:
        texts, others = _by_nhs_number(path, texts)
    rest += [(lines[row], why, ",".join(filter(None, raw.row(row)[1:]))) for row, why in others]
    raw = raw.filter(pl.col(ROW).is_in(texts[ROW].implode()))
    notes += _counts_that_differ(read, texts, [why for _, why in others])
    patients = set(lines) - {lines[row] for row, _ in others}
    list_day = day_of_list(
        [
            row
            for place, (line, row) in enumerate(zip(read.lines, read.rows, strict=True))
            if place < columns.row or (place > columns.row and line not in patients)
        ]
    )
    types = _ListColumnTypes.of(path, header, columns, texts, answers)
    part = SourcePart(
        table="patients",
        file=path.name,
        path=path,
        frame=types.frame.lazy(),
        raw=raw.lazy(),
        rows=raw.height,
        rejects=Rejects.of(pl.DataFrame(sorted(rest), schema=REJECT_COLUMNS, orient="row")),
        line_of=lambda rows: [lines[row] for row in rows],
        date_formats=types.date_formats,
        precleaned=types.precleaned,
        called=types.called,
    )
    return Source(
        (part,),
        as_at=list_day.day if list_day else None,
        as_at_from=list_day.where if list_day else "",
        notes=tuple(f"{path.name}: {note}" for note in (*types.notes, *notes)),
        conflated=SOME_TABLES,
        restrictions=_restrictions(path, types),
        questions=tuple(types.questions),
    )


def _restrictions(path: Path, types: _ListColumnTypes) -> tuple[Restriction, ...]:
    """Return the columns in which all patients of the list have the same word.

    People export lists of those registered now: such a list says nothing about the others.
    """
    found = []
    for column in PATIENTS.columns:
        if column.name not in RESTRICTED or column.name not in types.frame.columns:
            continue
        word = to_word(pl.col(column.name), column.words)
        texts = types.frame.select(text=pl.col(column.name), word=word.cast(pl.String))
        words = texts.drop_nulls("text")["word"].unique().to_list()
        if len(words) == 1 and words[0] is not None:  # null: an unknown word
            why = "is taken to be" if column.name in types.precleaned else "is"
            says = f"everyone on {path.name} {why} {words[0]}"
            found.append(Restriction("patients", column.name, words[0], says))
    return tuple(found)


def _only_patients(
    texts: pl.DataFrame,
) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Return the rows of patients, each patient once, and the other rows with why (row, why)."""
    number = repaired(pl.col("patient_id"))
    read = {"patient_id": number}
    if "nhs_number" in texts.columns:
        tidied = nhs_numbers.tidy(pl.col("nhs_number"))
        read["nhs_number"] = pl.when(nhs_numbers.is_valid(tidied)).then(tidied)
    if "date_of_birth" in texts.columns:
        born = pl.col("date_of_birth")
        ways = [to_date(born, way) for way in (DAY_FIRST[0], MONTH_FIRST[0])]
        read["date_of_birth"] = pl.coalesce(ways)
    names = [name for name in ("family_name", "given_name") if name in texts.columns]
    known = texts.select(ROW, *names, **read)
    is_not_patient = not_patients(known.drop(ROW))
    is_not_patient |= _is_count_at_the_end(texts, is_not_patient)
    wanted = [name for name in texts.columns if name != ROW]
    has_number = pl.col("patient_id").is_not_null()
    is_repeated = (
        texts.select(has_number & ~pl.struct(wanted).is_first_distinct()).to_series()
        & ~is_not_patient
    )
    why = texts.select(
        ROW,
        pl.when(is_not_patient)
        .then(why_not(pl.col("patient_id")))
        .otherwise(pl.lit("the same patient is on an earlier line")),
    )
    others = is_not_patient | is_repeated
    return texts.filter(~others), why.filter(others).rows()


def _is_count_at_the_end(texts: pl.DataFrame, is_not_patient: pl.Series) -> pl.Series:
    """Return which row holds only the number of patients above it: the last row, if any."""
    others = [name for name in texts.columns if name not in {ROW, "patient_id"}]
    if not others:
        return pl.Series([False]).new_from_index(0, texts.height)
    is_row = pl.col("patient_id").is_not_null() & ~pl.lit(is_not_patient)
    is_last = is_row & (pl.col(ROW) == pl.col(ROW).filter(is_row).max())
    is_count = pl.col("patient_id") == (is_row.sum() - 1).cast(pl.String)
    is_bare = pl.all_horizontal(pl.col(name).is_null() for name in others)
    return texts.select((is_last & is_count & is_bare).fill_null(value=False)).to_series()


def _counts_that_differ(
    read: ListRows, patients: pl.DataFrame, left_out: list[str]
) -> Iterator[str]:
    """Yield a note for each line that states a different number of patients than was read."""
    lost = sum(not why.startswith(_NOT_A_PATIENT) for why in left_out)
    kept = patients.filter(pl.col("patient_id").is_not_null()).height
    counts = {kept, kept + lost, patients["patient_id"].n_unique()}
    for line, stated in stated_counts(read):
        if stated not in counts:
            yield (
                f"line {line} says that the list has {stated:,} patients, but {kept:,} were "
                "read: check for missing lines, or lines read as one value"
            )


def _by_nhs_number(path: Path, texts: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Use the NHS number as patient_id; return also the rows without one, with why (row, why).

    UserError if a spreadsheet has damaged all of them.
    """
    number = pl.col("nhs_number")
    tidied = nhs_numbers.tidy(number)
    valid = nhs_numbers.is_valid(tidied).fill_null(value=False)
    damaged = nhs_numbers.is_damaged(number).fill_null(value=False)
    why = (
        pl.when(number.is_null())
        .then(pl.lit("it has no NHS number"))
        .when(damaged)
        .then(pl.format("its NHS number {} was damaged by a spreadsheet", number))
        .otherwise(pl.format("its NHS number {} is not valid", number))
    )
    checked = texts.with_columns(tidied.alias("patient_id"), valid.alias("valid"), why.alias("why"))
    good = checked.filter("valid")
    if good.is_empty() and texts.select(damaged.any()).item():
        raise UserError(
            f"{path}: a spreadsheet has damaged the NHS numbers (such as "
            f"{texts.filter(damaged)['nhs_number'][0]}), and the list has no other number of the "
            "patients. Export it again, and do not save it from a spreadsheet."
        )
    return good.drop("valid", "why"), checked.filter(~pl.col("valid")).select(ROW, "why").rows()


@dataclass
class _ListColumnTypes:
    """Maps a list's columns to those of the table patients, one by one."""

    path: Path
    called: dict[str, str]
    """The list's name of each of our columns."""
    frame: pl.DataFrame
    answers: Answers
    date_formats: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    precleaned: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        path: Path,
        header: list[str],
        columns: ListColumns,
        texts: pl.DataFrame,
        answers: Answers,
    ) -> _ListColumnTypes:
        called = {name: header[at].strip() for name, at in columns.taken.items()}
        types = cls(path, called, texts, answers)
        for ours, names in columns.doubled.items():
            others = ", ".join(names[1:])
            types.notes.append(f"{ours} could also be {others}: not used")
        if columns.unused:
            types.notes.append(f"not used: {', '.join(columns.unused)}")
        types._numbers()
        for column in PATIENTS.columns:
            if column.name in texts.columns and column.kind == "date":
                types._dates(column.name)
            if column.name in texts.columns and column.words:
                types._words(column)
        types._status()
        used = [f"{ours} from {called[ours]}" for ours in called if ours in types.frame.columns]
        types.notes.insert(0, f"read {', '.join(used)}")
        return types

    def _numbers(self) -> None:
        """Use NHS numbers as patient numbers if there are no others, or the other way round."""
        if "patient_id" not in self.called:
            self.notes.append("the NHS number is used as the patient number, which is missing")
        elif "nhs_number" not in self.called:
            tidied = nhs_numbers.tidy(pl.col("patient_id"))
            valid = nhs_numbers.is_valid(tidied).all() & (tidied.count() > 0)
            if self.frame.select(valid).item():
                self.frame = self.frame.with_columns(patient_id=tidied, nhs_number=tidied)
                theirs = self.called["patient_id"]
                self.notes.append(f"all values of {theirs} are NHS numbers, and were read as such")

    def _dates(self, name: str) -> None:
        """Find the column's date format."""
        found = dates_of(self.frame[name])
        theirs = self.called[name]
        if found.two_digit_years:
            raise UserError(
                f"{self.path}: {theirs} has years of two digits, which could be of either century. "
                "Export the list with years of four digits."
            )
        if found.reads_nothing:
            if name == "date_of_birth" and found.serial_numbers:
                raise UserError(
                    f"{self.path}: {theirs} has a spreadsheet's serial numbers of days (such as "
                    f"{self.frame[name].drop_nulls()[0]}). Give its cells a date format, and save "
                    "the list again."
                )
            if name == "date_of_birth":
                raise UserError(
                    f"{self.path}: no value of {theirs} is a date such as 31/01/1980, "
                    "1980-01-31 or 31-Jan-1980. Export the list with such dates."
                )
            serial = ", but a spreadsheet's serial number: give its cells a date format"
            self._leave_out(
                name, f"none of its values is a date{serial if found.serial_numbers else ''}"
            )
            return
        self.frame = self.frame.with_columns(without_time(pl.col(name)))
        answer = self._ask(_which_first(self.path, theirs, found)) if found.example else None
        if answer is False:
            found = found.months_first()
        self.date_formats[name] = found.written
        if found.other_order:
            self.notes.append(
                f"{theirs} mixes two orders of day and month: dates such as {found.other_order} do "
                "not fit the others and were left empty, and any that fits both may be another "
                "day. Export the list with one date format"
            )
        if answer is not None:
            self.notes.append(f"{theirs} was read as {found.says}, {AS_ANSWERED}")
        elif not found.is_sure and not found.other_order:
            self.notes.append(f"{theirs} was read as {found.says}, {UNPROVEN_ORDER}")
        elif found.written != ISO and self.frame[name].count():
            self.notes.append(f"{theirs} was read as {found.says}")

    def _ask(self, question: Question) -> bool | None:
        """Return the answer to a question; without one the question stays open."""
        answer = self.answers.to(question)
        if answer is None:
            self.questions.append(question)
        return answer

    def _status(self) -> None:
        """Treat everyone as registered if the list has no status and a person says so."""
        if "status" in self.frame.columns:
            return
        if self._ask(_is_everyone_registered(self.path)):
            self.frame = self.frame.with_columns(pl.lit("registered").alias("status"))
            self.precleaned = frozenset({"status"})
            self.notes.append(f"everyone was read as registered, {AS_ANSWERED}")
        else:
            self.notes.append(
                f"{UNKNOWN_STATUS}, so criteria about registered patients cannot "
                "be answered from it; use --registered if everyone on it is"
            )

    def _words(self, column: Column) -> None:
        """Replace the list's words with ours."""
        name = column.name
        word = pl.col(name).str.to_lowercase().str.replace_all("[^a-z0-9]", "")
        mapped = word.replace_strict(words_of(name), default=pl.col(name), return_dtype=pl.String)
        self.frame = self.frame.with_columns(mapped.alias(name))
        values = self.frame[name].drop_nulls()
        known = values.to_frame().select(to_word(pl.col(name), column.words).count()).item()
        if len(values) and not known:
            self._leave_out(name, f"none of its words are known (such as {values[0]})")

    def _leave_out(self, name: str, why: str) -> None:
        """Leave out a column that cannot hold what its name says.

        Otherwise all its values would be unreadable.
        """
        self.frame = self.frame.drop(name)
        self.notes.append(f"{self.called[name]} was not used: {why}")


def _which_first(path: Path, column: str, found: DatesOfColumn) -> Question:
    text = pl.select(text=pl.lit(found.example))
    ways = [found.written, found.months_first().written]
    days = text.select(to_date(pl.col("text"), way).alias(way) for way in ways).row(0)
    first, second = map(day_in_full, days)
    return Question(
        "dates",
        path.name,
        column,
        f"{path.name}: the dates of {column} do not show whether the day or the month comes first. "
        f"Is {found.example} {first}, or {second}?",
        first,
        second,
    )


def _is_everyone_registered(path: Path) -> Question:
    return Question(
        "registered",
        path.name,
        "status",
        f"{path.name}: no column says who is registered. "
        "Is everyone on this list registered with the practice now?",
        "All of them",
        "Not all, or unknown",
    )
