"""Reader of a list of patients and the exports of their entries: one source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from recordpick.csvio.rejects import REJECT_COLUMNS, ROW, Rejects
from recordpick.errors import UserError
from recordpick.index.as_at import FoundDay
from recordpick.index.list_columns import names_of
from recordpick.index.readers.list_day import day_of_list
from recordpick.index.readers.report_exports import vocabulary
from recordpick.index.readers.report_exports.coverage import cautions_of, gaps_of, restrictions_of
from recordpick.index.readers.report_exports.entries import REJECTED, Entries, entries_of
from recordpick.index.readers.report_exports.grid import LINE, Body, Grid, open_grids
from recordpick.index.readers.report_exports.identity import BORN, PATIENT, Patients
from recordpick.index.readers.report_exports.layout import Layout, layout_of
from recordpick.index.readers.report_exports.overlap import without_repeated
from recordpick.index.readers.report_exports.rows import rows_of
from recordpick.index.readers.report_exports.vocabulary import Kind
from recordpick.index.source import DETAIL_OF, NO_ANSWERS, Answers, Question, Source, SourcePart
from recordpick.index.values import ISO
from recordpick.schema import TABLES, Table

MOST_ROWS_OF_SYSTMONE = 30_000
"""An export of SystmOne ends there, whatever was found (two public tools say so)."""
_MANY = 100, 0.1
"""Rejected rows of an export, and their share, that are worth a warning."""


@dataclass(frozen=True)
class Export:
    """A file of entries that was recognised: its tables, and what their columns mean."""

    path: Path
    tables: tuple[tuple[Grid, Layout], ...]
    notes: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """What it lists, for people."""
        kinds = [group.kind.says for _, layout in self.tables for group in layout.groups]
        kinds += [name for _, layout in self.tables for name in layout.ignored]
        return " and ".join(dict.fromkeys(kinds))

    def day(self) -> FoundDay | None:
        """Return the day on which it was made, as a line above the header says it."""
        for grid, _ in self.tables:
            if found := day_of_list(grid.above):
                return found
        return None

    def practice(self) -> str:
        """Return the practice's name, where a line above the header says it."""
        for grid, _ in self.tables:
            for row in grid.above:
                cells = [cell.strip() for cell in row if cell.strip()]
                label = cells[0].rstrip(":").casefold() if cells else ""
                if len(cells) == 2 and label in {"practice", "practice name", "organisation"}:
                    return cells[1]
        return ""


def recognise(path: Path, said: Kind | None = None) -> Export | None:
    """Return what a file of entries is; None for any other file, such as a list of patients.

    UserError where it could be of several kinds, or where `said` does not fit.
    """
    grids, notes = open_grids(path)
    tables = []
    for grid in grids:
        layout = layout_of(grid, said)
        if layout is not None:
            tables.append((grid, layout))
    if not tables:
        if said is not None:
            raise UserError(_no_header(path, grids, said))
        return None
    _check_one_sheet_each(path, tables)
    return Export(path, tuple(tables), notes)


def _no_header(path: Path, grids: Sequence[Grid], said: Kind) -> str:
    if not grids:
        return (
            f"{path}: no row names columns of patients (such as NHS Number) and of {said.says}. "
            "Give the columns such names."
        )
    return f"{grids[0].place}: no column of {said.says} is known here."


def _check_one_sheet_each(path: Path, tables: Sequence[tuple[Grid, Layout]]) -> None:
    """Refuse two sheets of one kind: nothing tells whether they add up or one is an older copy."""
    seen: dict[str, str] = {}
    for grid, layout in tables:
        for kind in {group.kind.name: group.kind for group in layout.groups}.values():
            if kind.name in seen and seen[kind.name] != grid.sheet:
                raise UserError(
                    f'{path}: the sheets "{seen[kind.name]}" and "{grid.sheet}" could both be the '
                    f"{kind.says}. Leave only the one that is meant in the file, or save each "
                    f"as CSV."
                )
            seen[kind.name] = grid.sheet


def is_one_row_an_entry(export: Export) -> bool:
    """Return whether a file has several rows for a patient, or rows for nobody: no list has."""
    for grid, layout in export.tables:
        place = layout.identity.get("number", layout.identity.get("nhs_number"))
        if place is None:
            return True
        with TemporaryDirectory(prefix="recordpick.") as work:
            numbers = grid.read(Path(work)).frame[str(place)]
        if numbers.drop_nulls().is_duplicated().any():
            return True
    return False


_OF_LISTS = ("status", "registration", "registered_on", "left_on", "died_on")


def is_list_too(export: Export) -> bool:
    """Return whether a file with columns of entries has one row a patient, and says who left."""
    if len(export.tables) != 1:
        return False
    names = {vocabulary.plain(name) for name in export.tables[0][0].header}
    known = {vocabulary.plain(name) for column in _OF_LISTS for name in names_of(column)}
    return bool(names & known - {"status"}) and not is_one_row_an_entry(export)


def read_reports(
    listed: Source,
    exports: Sequence[Export],
    as_at: date,
    work: Path,
    answers: Answers = NO_ANSWERS,
) -> Source:
    """Return a list's source with the entries of exports, joined to its patients.

    `work` is an empty folder for what must be written again.

    UserError where an export has no columns for entries that a table holds, or names no patients.
    """
    people = next(part for part in listed.parts if part.table == "patients")
    patients = Patients.of(people)
    reading = _Reading(patients, as_at, answers, work)
    for export in exports:
        reading.notes += export.notes
        for grid, layout in export.tables:
            reading.read(grid, layout)
    every, notes = reading.every, reading.notes
    cautions = without_repeated(every)
    keys = _keys(every)
    parts = tuple(_part(one, key) for one, key in zip(every, keys, strict=True))
    for one in every:
        notes += _notes_of(one)
    return replace(
        listed,
        parts=(*listed.parts, *parts),
        practice=listed.practice or next(filter(None, (one.practice() for one in exports)), ""),
        notes=(*listed.notes, *dict.fromkeys(notes)),
        warnings=(*listed.warnings, *reading.warnings),
        questions=(*listed.questions, *dict.fromkeys(reading.questions)),
        conflated=(
            *listed.conflated,
            *cautions_of(every, patients.frame, as_at),
            *cautions,
        ),
        gaps=(*listed.gaps, *gaps_of(every)),
        restrictions=(*listed.restrictions, *restrictions_of(every)),
    )


@dataclass
class _Reading:
    """Exports that are read one after the other, and what is to be said about them."""

    patients: Patients
    as_at: date
    answers: Answers
    work: Path
    every: list[Entries] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def read(self, grid: Grid, layout: Layout) -> None:
        """Read one table: its rows with their patients, and the entries of each group."""
        _check_can_be_read(grid, layout)
        own = self.work / f"export.{len(self.every)}"
        own.mkdir()
        body = grid.read(own)
        fill_down, question = _fill_down(grid, self.answers)
        rows = rows_of(grid, layout, body, self.patients, fill_down=fill_down)
        if rows.asks:
            self.questions.append(_asking(question, rows.asks))
            self.notes.append(
                f"{grid.name}: {_rows_name(rows.asks)} no patient: rejected. If the report names a "
                "patient only on the first of several rows, add --fill-down"
            )
        found = entries_of(grid, layout, rows.frame, self.as_at, self.answers)
        found[0].rejected = pl.concat([found[0].rejected, _of_body(body)])
        self.notes += _used(grid, layout, found, body)
        self.notes += [f"{grid.name}: {note}" for note in (*rows.notes, *body.notes)]
        for one in found:
            self.notes += [f"{grid.name}: {note}" for note in one.notes]
            self.questions += one.questions
        self.warnings += _warnings(grid, body, found, self.patients)
        self.warnings += _by_number_only(grid, layout, self.patients)
        self.every += found


def _check_can_be_read(grid: Grid, layout: Layout) -> None:
    if not layout.groups:
        raise UserError(
            f"{grid.path}: it lists {' and '.join(layout.ignored)}, which no criterion can ask "
            "for. Leave it out."
        )
    if not layout.identity:
        raise UserError(
            f"{grid.place}: no column says who the patient is (NHS Number, EMIS "
            "Number, Patient ID, or name and Date of Birth). Export it with such a column."
        )


def _of_body(body: Body) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=REJECTED), *body.rejected.batches()])


def _fill_down(grid: Grid, answers: Answers) -> tuple[bool | None, Question]:
    question = Question(
        "fill_down",
        grid.name,
        "",
        "",
        "Yes, rows without a patient belong to the one above",
        "No, or unknown: reject them",
    )
    return answers.to(question), question


def _rows_name(count: int) -> str:
    return "1 row names" if count == 1 else f"{count:,} rows name"


def _asking(question: Question, count: int) -> Question:
    return replace(
        question,
        asks=f"{question.file}: {_rows_name(count)} no patient. Does this report name a "
        "patient only on the first of several rows?",
    )


def _used(grid: Grid, layout: Layout, every: Sequence[Entries], body: Body) -> list[str]:
    """Say which column was taken for what, and name each of the others."""
    who = ", ".join(grid.header[at] for at in layout.identity.values())
    said = []
    for one in every:
        group = one.group
        name = f" {group.name}" if group.name else ""
        columns = ", ".join(f"{role} from {grid.header[at]}" for role, at in group.columns.items())
        said.append(f"{grid.name}:{name} read as {group.kind.says}: {columns}; patients by {who}")
    unused = _unused(grid, layout, every, body)
    if unused:
        said.append(f"{grid.name}: not used: {', '.join(unused)}")
    if layout.ignored:
        said.append(
            f"{grid.name}: not used: the columns of {', '.join(layout.ignored)}, which no "
            "criterion can ask for"
        )
    return said


def _unused(grid: Grid, layout: Layout, every: Sequence[Entries], body: Body) -> list[str]:
    """Return the names of columns that nothing is read from; one without a name by its place."""
    used = {*layout.identity.values()}
    for one in every:
        used |= {*one.group.columns.values()}
        used |= set() if one.group.own_number is None else {one.group.own_number}
    used |= set() if layout.patient_count is None else {layout.patient_count}
    found = []
    for place in range(body.frame.width - 2):
        if place in used or str(place) not in body.frame.columns:
            continue
        name = grid.header[place] if place < len(grid.header) else ""
        if name:
            found.append(name)
        elif body.frame[str(place)].count():
            found.append(f"column {place + 1}, which has no name")
    return found


def _by_number_only(grid: Grid, layout: Layout, patients: Patients) -> list[str]:
    """Warn where a number alone says who patients are, and the list calls it otherwise.

    Two systems give the same numbers to different people.
    """
    if set(layout.identity) != {"number"} or not patients.number_called:
        return []
    theirs = vocabulary.bare_name(grid.header[layout.identity["number"]])
    if vocabulary.plain(theirs) == vocabulary.plain(patients.number_called):
        return []
    warning = (
        f"{grid.name} says who patients are only by {theirs}, and {patients.file} calls their "
        f"number {patients.number_called}: if these are not the same numbers, entries are on the "
        "wrong patients. Export it with NHS Number and Date of Birth, which are compared."
    )
    return [warning]


def _warnings(grid: Grid, body: Body, every: Sequence[Entries], patients: Patients) -> list[str]:
    found = []
    rejected = sum(one.rejected.height for one in every)
    rows = rejected + sum(one.frame.height for one in every)
    if rejected >= max(_MANY[0], _MANY[1] * rows):
        found.append(
            f"{rejected:,} of {rows:,} rows of {grid.name} were rejected: they are not certainly "
            f"those of one patient of {patients.file}. See rejected_rows.csv."
        )
    if body.frame.height == MOST_ROWS_OF_SYSTMONE:
        found.append(
            f"{grid.name} has exactly {MOST_ROWS_OF_SYSTMONE:,} rows, where SystmOne cuts an "
            "export off: entries are missing. Export ranges of dates, and index all of them "
            "together."
        )
    return found


def _notes_of(entries: Entries) -> list[str]:
    name = entries.grid.name
    said = []
    if entries.without:
        rows = "row lists" if entries.without == 1 else "rows list"
        said.append(f"{name}: {entries.without:,} {rows} a patient without any entry")
    if entries.repeated:
        said.append(
            f"{name}: {entries.repeated:,} {entries.group.kind.says} are in an earlier file too, "
            "and count once"
        )
    return said


def _keys(every: Sequence[Entries]) -> list[str]:
    """Return what the ids of each group's rows begin with: the file's name, if need be a number."""
    names = [one.grid.name for one in every]
    return [
        name if names.count(name) == 1 else f"{name} #{names[: at + 1].count(name)}"
        for at, name in enumerate(names)
    ]


def _part(entries: Entries, key: str) -> SourcePart:
    """Return the entries as a part of their table, each row named by file and line."""
    table = TABLES[entries.group.kind.table]
    frame = entries.frame.drop(BORN)
    ids = pl.format("{}:{}", pl.lit(key), pl.col(LINE))
    frame = frame.with_columns(
        ids.alias(table.row_id), pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW)
    )
    if entries.group.kind.is_folded:
        frame = _folded(frame, table.row_id)
    lines = frame[LINE].to_list()
    rows = frame.drop(LINE)
    return SourcePart(
        table=table.name,
        file=entries.grid.name,
        path=entries.grid.path,
        frame=rows.lazy(),
        raw=rows.drop(DETAIL_OF, strict=False).lazy(),
        rows=rows.height,
        rejects=Rejects.of(entries.rejected.select(*REJECT_COLUMNS).sort("line")),
        dropped=entries.without + entries.repeated,
        line_of=lambda numbers: [lines[number] for number in numbers],
        date_formats=dict.fromkeys(_dates(table, rows), ISO),
    )


def _dates(table: Table, rows: pl.DataFrame) -> list[str]:
    """Return the columns of days: they are ISO by now, or no days at all."""
    return [one.name for one in table.columns if one.kind == "date" and one.name in rows.columns]


_COURSE = ("drug", "code", "dosage", "quantity", "unit")


def _folded(frame: pl.DataFrame, row_id: str) -> pl.DataFrame:
    """Return issues as courses: of a patient's issues of a drug, the first row has the last day."""
    keys = [PATIENT, *(name for name in _COURSE if name in frame.columns)]
    first = pl.col(row_id).first().over(keys)
    latest = pl.col("last_issued_on").max().over(keys)
    own = pl.col(row_id)
    return frame.with_columns(
        latest.alias("last_issued_on"),
        first.alias(row_id),
        pl.when(own != first).then(own).alias(DETAIL_OF),
    )
