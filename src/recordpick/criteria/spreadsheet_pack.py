"""Criteria packs that are lists: CSV files and spreadsheets. Their criteria have no rules yet.

The list is found by its header row, whose columns are known by the names people give them. Lines
above it may name the title, supplier and version. Whatever it was read from, the pack carries it
as one canonical CSV text, which reads back to the same pack.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from recordpick.criteria.how_many import how_many
from recordpick.criteria.list_columns import (
    NOTES,
    Field,
    Header,
    find_header,
    is_empty_meta,
    is_total,
    meta_of,
    unused_in_words,
)
from recordpick.criteria.list_titles import title_of
from recordpick.criteria.numbered_criteria import numbered_parts
from recordpick.criteria.pack import Criterion, Pack
from recordpick.criteria.problems import Problems, listed, shown
from recordpick.criteria.toml_values import (
    CRITERIA_AT_MOST,
    ID,
    RECORDS_AT_MOST,
    RECORDS_BY_DEFAULT,
    TEXT_LENGTH,
    TITLE_LENGTH,
    VERSION_LENGTH,
    checked_id,
    checked_records,
    checked_text,
)
from recordpick.csvio.records import DELIMITERS, Row, UnreadableRowError, rows_of
from recordpick.errors import UserError

NO_AREA = "Criteria"
"""The area of criteria whose list tells none."""
COMPARE_AT_MOST = 50

HEADING_WORDS = 8
MOST_NAMED = 5
"""How many rows above the header a note quotes."""
_BETWEEN = re.compile(r"[^A-Za-z0-9._]+")
_FIELD_OF = {"area": "area", "title": "title", "what to find": "find", "what to compare": "compare"}

_NUMBER = re.compile(r"[0-9]+")
_BULLETS = re.compile(r"\A\s*(?:(?:[-•*·–]|[0-9]{1,2}[.)])(?:\s+|\Z))+")


def pack_from_csv(name: str, text: str) -> Pack:
    """Read a list in CSV as a pack; UserError with one message a problem."""
    return list_from_csv(name, text).pack


def list_from_csv(name: str, text: str) -> ListOfCriteria:
    """Read a list in CSV; UserError with one message a problem."""
    found: list[tuple[int, str, list[Row]]] = []
    refused: UnreadableRowError | None = None
    for delimiter in DELIMITERS:
        try:
            rows = list(rows_of(text, delimiter))
        except UnreadableRowError as error:
            refused = refused or error
            continue
        header = find_header(rows)
        if header:
            found.append((len(header.columns), delimiter, rows))
    if not found and refused:
        raise UserError(f"{name}, line {refused.line}: {refused}")
    _, delimiter, rows = max(found, key=lambda item: item[0], default=(0, ",", []))
    _refuse_swallowed_rows(name, rows, delimiter)
    header = find_header(rows)
    if header is None:
        raise UserError(f"{name}: {no_header(rows, 'line')}")
    return list_from_tables(name, [ListTable(rows, header)])


def _refuse_swallowed_rows(name: str, rows: Sequence[Row], delimiter: str) -> None:
    """Raise UserError where a quoted cell holds rows of the list: two lone quotes hide criteria."""
    header = find_header(rows)
    if header is None or "id" not in header.columns:
        return
    width, (at, *_) = len(rows[header.place][1]), header.columns["id"]
    body = rows[header.place + 1 :]
    numbered = any(re.search("[0-9]", cells[at]) for _, cells in body if at < len(cells))
    for line, cells in body:
        for text in (text for cell in cells if "\n" in cell for text in cell.split("\n")[1:]):
            parts = [part.strip() for part in text.split(delimiter)]
            is_row = width > 2 and len(parts) >= width - 1 and at < len(parts)
            if (
                is_row
                and ID.fullmatch(parts[at])
                and (not numbered or re.search("[0-9]", parts[at]))
            ):
                raise UserError(
                    f"{name}, line {line}: A cell of this row holds whole rows of the list, such "
                    f"as '{shown(text)}': a quotation mark that is not closed, or not doubled, "
                    "hides them."
                )


@dataclass(frozen=True)
class ListTable:
    """One table of criteria of a document: rows that are not empty, cells trimmed.

    A list in CSV is one such table without a place. `merged` holds the text of cells that are
    merged downwards, for each row below the first by (row, column).
    """

    rows: Sequence[Row]
    header: Header
    place: str = ""
    """Where in the file: `sheet "Criteria"`, `table 2`."""
    area: str = ""
    """The area of its criteria where the table itself names none: a heading, or the sheet."""
    merged: Mapping[tuple[int, int], str] = field(default_factory=dict)
    line_word: str = "line"
    column_words: tuple[str, ...] = ()
    """How messages name its columns; () if they do not."""


@dataclass(frozen=True)
class ListOfCriteria:
    """A pack read from a list, and where in the file each criterion is, in words."""

    pack: Pack
    places: dict[str, str]


def no_header(rows: Sequence[Row], line_word: str) -> str:
    """Return a sentence for a list without a row that names its columns."""
    seen = ""
    if rows:
        line, cells = rows[0]
        texts = [f'"{shown(cell)}"' for cell in cells if cell][:5]
        seen = f" ({line_word} {line} has {listed(texts, last='and')})"
    return (
        f"there is no row that names the columns{seen}. Give a column the name what to find; those "
        "for id, area, what to compare and how many are used where they are there."
    )


def list_from_tables(
    name: str, tables: Sequence[ListTable], notes: Sequence[str] = ()
) -> ListOfCriteria:
    """Read one list from one table or several; UserError with one message a problem."""
    reader = _ListReader(name)
    for note in notes:
        reader.note(note)
    for table in tables:
        reader.read(table)
    return reader.finish()


class _ListReader:
    """Reads the tables of one list, one after the other."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._problems = Problems(name)
        self._criteria: list[Criterion] = []
        self._places: dict[str, str] = {}
        self._seen: dict[str, tuple[str, str]] = {}
        self._rewritten: dict[str, str] = {}
        """References that were not ids, as they were written."""
        self._meta: dict[str, Any] = {"title": "", "supplier": "", "version": "", "notes": ()}
        self._records = self._random_records = RECORDS_BY_DEFAULT

    def note(self, text: str) -> None:
        """Record what a person should know of the file as a whole."""
        self._problems.note(text)

    def read(self, table: ListTable) -> None:
        """Read the criteria of one table; problems are recorded."""
        self._table = table
        self._header = table.header
        self._problems.line_word = table.line_word
        self._file = f"{self._name}, {table.place}" if table.place else self._name
        # A heading is in the first column, or in that of the areas.
        self._telling = {
            place
            for field_, places in table.header.columns.items()
            for place in places
            if field_ not in {"id", "area"} and place
        }
        header_line, header_cells = table.rows[table.header.place]
        width = len(header_cells)
        below = [row for row in table.rows[table.header.place + 1 :] if row[1] != header_cells]
        self._look_at([cells for _, cells in below], header_line)
        if unused := unused_in_words(table.header):
            self._note(unused, header_line)
        self._read_above(table.rows[: table.header.place])
        area, first = table.area, len(self._criteria)
        for line, cells in below:
            if is_total(cells):
                continue
            if any(cells[width:]):
                self._add(
                    f"There are {len(cells)} cells, and the columns named are {width}: put a text "
                    "with the delimiter in it into quotes.",
                    line,
                )
                continue
            heading = self._heading(line, cells)
            if heading:
                area = heading
            elif not self._goes_on(line, cells):
                area = self._header.cell(cells, "area") or area  # merged cells: in the first
                self._read_criteria(line, cells, area)
        if len(self._criteria) == first:
            self._add("No criteria stand below the row that names the columns.", header_line)

    def finish(self) -> ListOfCriteria:
        """Return the list; UserError where a problem was recorded."""
        if len(self._criteria) > CRITERIA_AT_MOST:
            self._problems.add(
                f"The list has {len(self._criteria):,} criteria and may have {CRITERIA_AT_MOST:,}."
            )
        if self._rewritten:
            examples = [f'{new} ("{shown(old)}")' for new, old in self._rewritten.items()]
            more = f" and {len(examples) - 3:,} more" if len(examples) > 3 else ""
            self._problems.note(
                "References were written without spaces and signs: "
                f"{listed(examples[:3], last='and')}{more}."
            )
        self._problems.raise_any()
        stem = self._name.rpartition(".")[0] or self._name
        earlier = self._meta.pop("notes")
        made = Pack(
            title=self._meta.pop("title") or shown(stem),
            **self._meta,
            records_per_criterion=self._records,
            random_records=self._random_records,
            population=None,
            random_population=None,
            criteria=tuple(self._criteria),
            codelists={},
            files={},
            notes=(*earlier, *self._problems.notes),
        )
        made.files[f"{stem}.csv"] = canonical_text(made)
        return ListOfCriteria(made, self._places)

    def _add(self, message: str, line: int, criterion: str = "", fields: str = "") -> None:
        """Record a problem; `fields` names whose column it is in."""
        self._problems.add(
            message, at=line, criterion=criterion, file=self._file, column=self._column(fields)
        )

    def _note(self, message: str, line: int, criterion: str = "", fields: str = "") -> None:
        self._problems.note(
            message, at=line, criterion=criterion, file=self._file, column=self._column(fields)
        )

    def _column(self, fields: str) -> str:
        """Return in words the column of a field; "" if there is none, or columns have no words."""
        places = self._header.columns.get(cast("Field", fields), ())
        words = self._table.column_words
        return words[places[0]] if places and places[0] < len(words) else ""

    def _look_at(self, body: Sequence[Sequence[str]], line: int) -> None:
        """Find out whether the criteria have ids, and whether a text alone can be a heading."""
        header = self._header
        self._has_ids = any(header.cell(cells, "id") for cells in body)
        if not self._has_ids:
            self._note(
                "No column holds an id: the criteria are numbered in the order of the list.", line
            )
        alone = sum(sum(map(bool, cells)) == 1 for cells in body)
        if "id" not in header.columns and "area" not in header.columns and 2 * alone > len(body):
            self._telling |= {0}  # what to find is there, and mostly nothing beside it

    def _read_above(self, rows: Sequence[Row]) -> None:
        """Read what the rows above the header say of the pack; name those that say nothing."""
        others: list[str] = []
        for line, cells in rows:
            found = meta_of(cells)
            if is_empty_meta(cells):
                continue
            if found is None:
                text = shown(" ".join(cell for cell in cells if cell))
                others.append(f'"{text}" ({self._table.line_word} {line})')
                continue
            key, value = found
            if key == NOTES:
                self._meta["notes"] = tuple(value.splitlines())
            elif key == "records per criterion":
                self._records = self._number(value, key, line, self._records)
            elif key == "random records":
                self._random_records = self._number(value, key, line, self._random_records)
            else:
                length = VERSION_LENGTH if key == "version" else TITLE_LENGTH
                self._meta[key] = self._text(value, key, line, "", length)
        if others:
            above = listed(others[:MOST_NAMED], last="and")
            more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
            self._note(f"What is above the header is not used: {above}{more}.", rows[-1][0])

    def _heading(self, line: int, cells: Sequence[str]) -> str:
        """Return the text of a row that is only a heading, "" if it is a criterion's row.

        A text alone that could be an id is a criterion of which all else is missing, and one in a
        column of what to find or compare is a criterion without an id, or the rest of the one
        above: neither must be passed over. One in capitals is a heading there, which a note says.
        """
        filled = [(place, cell) for place, cell in enumerate(cells) if cell]
        if len(filled) != 1:
            return ""
        place, text = filled[0]
        joined = " ".join(text.split())
        if ID.fullmatch(text) and re.search("[0-9]", text):
            return ""
        if place not in self._telling:
            return joined
        is_capitals = joined.isupper() and len(joined.split()) <= HEADING_WORDS
        if (
            not self._has_ids
            or not is_capitals
            or place not in self._header.columns.get("find", ())
        ):
            return ""
        self._note(f'"{shown(joined)}" is the area of the rows below.', line, "", "find")
        return joined

    def _goes_on(self, line: int, cells: Sequence[str]) -> bool:
        """Add to the criterion above what a row below its merged cells says to compare.

        Returns whether the row is such a row: one whose text is merged with the criterion's.
        """
        what = (*self._header.columns.get("find", ()), *self._header.columns.get("title", ()))
        is_merged = any((line, column) in self._table.merged for column in what)
        text = self._header.cell(cells, "compare")
        says_more = any(map(self._cell_of(cells), ("id", "find", "title", "records")))
        if not self._criteria or not is_merged or says_more:
            return False
        last = self._criteria[-1]
        more = self._compare(text, line, last.id)
        self._criteria[-1] = replace(last, compare=(*last.compare, *more))
        return True

    def _cell_of(self, cells: Sequence[str]) -> Callable[[Any], str]:
        return lambda name: self._header.cell(cells, name)

    def _merged_cell(self, line: int, cells: Sequence[str], name: Field) -> str:
        """Return a row's cell of a field; where it is merged with those above, their text."""
        there = []
        for column in self._header.columns.get(name, ()):
            text = cells[column] if column < len(cells) else ""
            there.append(text or self._table.merged.get((line, column), ""))
        return "\n".join(text for text in there if text)

    def _read_criteria(self, line: int, cells: Sequence[str], area: str) -> None:
        """Read the criterion of a row, or the criteria where its text has several with numbers."""
        cell = self._cell_of(cells)
        found_id = self._id(self._reference(cell("id")), line) if self._has_ids else ""
        title, find = cell("title"), cell("find")
        if not find and not title:
            self._add("It does not say what to find.", line, found_id)
        parts = numbered_parts(find)
        ids: list[str] = []
        for number, part in enumerate(parts, 1):
            criterion_id = found_id
            if not self._has_ids:
                criterion_id = self._id(str(len(self._criteria) + 1), line)
            elif len(parts) > 1 and found_id:
                criterion_id = self._id(f"{found_id}.{number}", line)
            named = f"{title} ({number})" if title and len(parts) > 1 else title
            ids.append(criterion_id)
            self._criteria.append(self._criterion(line, cells, area, criterion_id, (named, part)))
        if len(parts) > 1:
            self._note(
                f"{len(parts)} numbered criteria are in one cell; they became "
                f"{listed(ids, last='and')}.",
                line,
                found_id,
                "find",
            )

    def _criterion(
        self,
        line: int,
        cells: Sequence[str],
        area: str,
        criterion_id: str,
        words: tuple[str, str],
    ) -> Criterion:
        """Return a criterion; `words` are its title and what to find, one of which may be ""."""
        title, find = words
        if len(" ".join(title.split())) > TITLE_LENGTH:  # a text: all of it says what to find
            title, find = title_of(title), f"{title}\n{find}"
        title, find = title or title_of(find), find or title
        place = f"{self._table.line_word} {line}"
        self._places[criterion_id] = f"{self._table.place}, {place}".removeprefix(", ")
        return Criterion(
            id=criterion_id,
            area=self._text(area or NO_AREA, "area", line, criterion_id),
            title=self._text(title, "title", line, criterion_id),
            find=self._text(find, "what to find", line, criterion_id, TEXT_LENGTH),
            compare=self._compare(self._merged_cell(line, cells, "compare"), line, criterion_id),
            records=self._how_many(self._merged_cell(line, cells, "records"), line, criterion_id),
        )

    def _reference(self, text: str) -> str:
        """Return a reference as an id: in documents people write "DEM 01" or "DEM/01"."""
        if self._table.line_word == "line" or ID.fullmatch(text):
            return text
        written = _BETWEEN.sub("-", text).strip("-.")
        if not ID.fullmatch(written):
            return text
        self._rewritten.setdefault(written, text)
        return written

    def _id(self, text: str, line: int) -> str:
        first = self._seen.get(text.casefold())
        if first is not None:
            table, row = first
            where = row if table == self._table.place else f"{table}, {row}"
            self._add(f"The id is already that of {where}.", line, text, "id")
            return text
        try:
            checked_id(text)
        except UserError as error:
            message = str(error) if text else "The row has no id."
            self._add(message, line, "", "id")
            return ""
        self._seen[text.casefold()] = (self._table.place, f"{self._table.line_word} {line}")
        return text

    def _text(
        self, text: str, what: str, line: int, criterion: str, length: int = TITLE_LENGTH
    ) -> str:
        if not text:
            return ""
        try:
            return checked_text(text, what, length)
        except UserError as error:
            self._add(str(error), line, criterion, _FIELD_OF.get(what, ""))
            return ""

    def _compare(self, text: str, line: int, criterion: str) -> tuple[str, ...]:
        items = [_BULLETS.sub("", item).strip() for item in re.split(r"[\n;]", text)]
        items = [item for item in items if item]
        if len(items) > COMPARE_AT_MOST:
            self._add(
                f"what to compare has {len(items)} items and may have {COMPARE_AT_MOST}.",
                line,
                criterion,
                "compare",
            )
        return tuple(self._text(item, "what to compare", line, criterion) for item in items)

    def _how_many(self, text: str, line: int, criterion: str) -> int:
        """Return how many records a cell asks for; what it leaves open is noted, not refused."""
        if not text:
            return self._records
        wanted = how_many(text)
        if wanted is not None and 1 <= wanted <= RECORDS_AT_MOST:
            return wanted
        if wanted is None:
            why = f"how many is '{shown(text)}', which is not understood"
        else:
            why = f"how many is {wanted:,} and must be from 1 to {RECORDS_AT_MOST:,}"
        taken = RECORDS_AT_MOST if wanted is not None and wanted > 1 else self._records
        self._note(f"{why}: {taken:,} are asked for.", line, criterion, "records")
        return taken

    def _number(self, text: str, what: str, line: int, default: int) -> int:
        """The one whole number of a cell above the header, which may say more ("20 records")."""
        if not text:
            return default
        numbers = _NUMBER.findall(text.removesuffix(".0"))
        if len(numbers) != 1 or len(numbers[0]) > 9 or "-" in text:
            problem = f"{what} is '{shown(text)}', and must hold one whole number, such as 20."
        else:
            lowest = 0 if what == "random records" else 1
            problem = _problem_of(lambda: checked_records(int(numbers[0]), what, lowest))
        if problem:
            self._add(problem, line)
            return default
        return int(numbers[0])


def _problem_of(check: Callable[[], object]) -> str:
    try:
        check()
    except UserError as error:
        return str(error)
    return ""


def canonical_text(pack: Pack) -> str:
    """Return the CSV text of a pack without rules: title and the like, a header, the criteria."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(
        [
            ("title", pack.title),
            ("supplier", pack.supplier),
            ("version", pack.version),
            ("records per criterion", pack.records_per_criterion),
            ("random records", pack.random_records),
            *([(NOTES, "\n".join(pack.notes))] if pack.notes else []),
            ("id", "area", "title", "what to find", "what to compare", "how many"),
        ]
    )
    for criterion in pack.criteria:
        writer.writerow(
            (
                criterion.id,
                criterion.area,
                criterion.title,
                criterion.find,
                "\n".join(criterion.compare),
                criterion.records,
            )
        )
    return out.getvalue()
