"""Criteria packs that are lists: CSV files and spreadsheets. Their criteria have no rules yet.

The list is found by its header row, whose columns are known by the names people give them. Lines
above it may name the title, supplier and version. Whatever it was read from, the pack carries it
as one canonical CSV text, which reads back to the same pack.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from recordpick.criteria.how_many import how_many
from recordpick.criteria.list_columns import (
    NOTES,
    Header,
    find_header,
    is_total,
    meta_of,
    unused_in_words,
)
from recordpick.criteria.list_titles import title_of
from recordpick.criteria.pack import Criterion, Pack
from recordpick.criteria.problems import Problems, shown
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

_NUMBER = re.compile(r"[0-9]+")
_BULLETS = re.compile(r"\A\s*(?:(?:[-•*·–]|[0-9]{1,2}[.)])(?:\s+|\Z))+")


def pack_from_csv(name: str, text: str) -> Pack:
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
    return pack_from_rows(name, rows)


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


def pack_from_rows(name: str, rows: Sequence[Row], line_word: str = "line", note: str = "") -> Pack:
    """Read a list from its rows, cells trimmed and empty rows left out.

    `name` is the file's; without its ending it is the pack's title where no row tells another.
    `note` is what else of the file a person is to know.
    """
    header = find_header(rows)
    if header is None:
        raise UserError(
            f"{name}: there is no row that names the columns. Give a column the name what to find; "
            "those for id, area, what to compare and how many are used where they are there."
        )
    problems = Problems(name, line_word)
    if note:
        problems.note(note)
    pack = _ListReader(problems, header).read(rows, name)
    problems.raise_any()
    return pack


class _ListReader:
    """Reads the rows of one list."""

    def __init__(self, problems: Problems, header: Header) -> None:
        self._problems = problems
        self._header = header
        # A heading stands in the first column, or in that of the areas.
        self._telling = {
            place
            for field, places in header.columns.items()
            for place in places
            if field not in {"id", "area"} and place
        }
        self._has_ids = False
        self._seen: dict[str, int] = {}
        self._records = RECORDS_BY_DEFAULT

    def read(self, rows: Sequence[Row], name: str) -> Pack:
        """Return the pack; it is whole only if no problem was noted."""
        header_line, header_cells = rows[self._header.place]
        width = len(header_cells)
        body = [cells for _, cells in rows[self._header.place + 1 :] if cells != header_cells]
        self._look_at(body, header_line)
        if unused := unused_in_words(self._header):
            self._problems.note(unused, at=header_line)
        meta = self._meta(rows[: self._header.place])
        earlier = meta.pop("notes")
        self._records = meta["records_per_criterion"]
        criteria: list[Criterion] = []
        area = ""
        for line, cells in rows[self._header.place + 1 :]:
            if cells == header_cells or is_total(cells):  # header: at the top of a printed page
                continue
            if any(cells[width:]):
                self._problems.add(
                    f"There are {len(cells)} cells, and the columns named are {width}: put a text "
                    "with the delimiter in it into quotes.",
                    at=line,
                )
                continue
            heading = self._heading(cells)
            if heading:
                area = heading
            else:
                area = self._header.cell(cells, "area") or area  # merged cells stand in their first
                number = str(len(criteria) + 1)
                criteria.append(self._criterion(line, cells, area, number))
        self._check_number(criteria, header_line)
        stem = name.rpartition(".")[0] or name
        title = meta.pop("title") or shown(stem)
        made = Pack(
            title=title,
            **meta,
            population=None,
            random_population=None,
            criteria=tuple(criteria),
            codelists={},
            files={},
            notes=(*earlier, *self._problems.notes),
        )
        made.files[f"{stem}.csv"] = canonical_text(made)
        return made

    def _look_at(self, body: Sequence[Sequence[str]], line: int) -> None:
        """Find out whether the criteria have ids, and whether a text alone can be a heading."""
        header = self._header
        self._has_ids = any(header.cell(cells, "id") for cells in body)
        if not self._has_ids:
            self._problems.note(
                "No column holds an id: the criteria are numbered in the order of the list.",
                at=line,
            )
        alone = sum(sum(map(bool, cells)) == 1 for cells in body)
        if "id" not in header.columns and "area" not in header.columns and 2 * alone > len(body):
            self._telling |= {0}  # what to find stands there, and mostly nothing beside it

    def _check_number(self, criteria: list[Criterion], line: int) -> None:
        if not criteria:
            self._problems.add("No criteria stand below the row that names the columns.", at=line)
        if len(criteria) > CRITERIA_AT_MOST:
            self._problems.add(
                f"The list has {len(criteria):,} criteria and may have {CRITERIA_AT_MOST:,}.",
                at=line,
            )

    def _meta(self, rows: Sequence[Row]) -> dict[str, Any]:
        texts = {"title": "", "supplier": "", "version": ""}
        notes: tuple[str, ...] = ()
        numbers = dict.fromkeys(("records per criterion", "random records"), RECORDS_BY_DEFAULT)
        for line, cells in rows:
            found = meta_of(cells)
            if found is None:
                continue
            key, value = found
            if key == NOTES:
                notes = tuple(value.splitlines())
            elif key in numbers:
                numbers[key] = self._number(value, key, line, numbers[key])
            else:
                length = VERSION_LENGTH if key == "version" else TITLE_LENGTH
                texts[key] = self._text(value, key, line, "", length)
        return {
            **texts,
            "notes": notes,
            "records_per_criterion": numbers["records per criterion"],
            "random_records": numbers["random records"],
        }

    def _heading(self, cells: Sequence[str]) -> str:
        """The text of a row that is only a heading, "" if it is a criterion's row.

        A text alone that could be an id is a criterion of which all else is missing, and one in a
        column of what to find or compare is a criterion without an id, or the rest of the one
        above: neither must be passed over.
        """
        filled = [(place, cell) for place, cell in enumerate(cells) if cell]
        if len(filled) != 1:
            return ""
        place, text = filled[0]
        if (ID.fullmatch(text) and re.search("[0-9]", text)) or place in self._telling:
            return ""
        return " ".join(text.split())

    def _criterion(self, line: int, cells: Sequence[str], area: str, number: str) -> Criterion:
        """Return a row's criterion; `number` is its id where the list has none."""

        def cell(field: Any) -> str:
            return self._header.cell(cells, field)

        criterion_id = self._id(cell("id"), line) if self._has_ids else number
        title, find = cell("title"), cell("find")
        if not find and not title:
            self._problems.add("It does not say what to find.", at=line, criterion=criterion_id)
        if len(" ".join(title.split())) > TITLE_LENGTH:  # a text: all of it says what to find
            title, find = title_of(title), f"{title}\n{find}"
        title, find = title or title_of(find), find or title
        return Criterion(
            id=criterion_id,
            area=self._text(area or NO_AREA, "area", line, criterion_id),
            title=self._text(title, "title", line, criterion_id),
            find=self._text(find, "what to find", line, criterion_id, TEXT_LENGTH),
            compare=self._compare(cell("compare"), line, criterion_id),
            records=self._how_many(cell("records"), line, criterion_id),
        )

    def _id(self, text: str, line: int) -> str:
        first = self._seen.get(text.casefold())
        if first is not None:
            message = f"The id is already that of {self._problems.line_word} {first}."
            self._problems.add(message, at=line, criterion=text)
            return ""
        problem = _problem_of(lambda: checked_id(text)) if text else "The row has no id."
        if problem:
            self._problems.add(problem, at=line)
            return ""
        self._seen[text.casefold()] = line
        return text

    def _text(
        self, text: str, what: str, line: int, criterion: str, length: int = TITLE_LENGTH
    ) -> str:
        if not text:
            return ""
        try:
            return checked_text(text, what, length)
        except UserError as error:
            self._problems.add(str(error), at=line, criterion=criterion)
            return ""

    def _compare(self, text: str, line: int, criterion: str) -> tuple[str, ...]:
        items = [_BULLETS.sub("", item).strip() for item in re.split(r"[\n;]", text)]
        items = [item for item in items if item]
        if len(items) > COMPARE_AT_MOST:
            self._problems.add(
                f"what to compare has {len(items)} items and may have {COMPARE_AT_MOST}.",
                at=line,
                criterion=criterion,
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
        self._problems.note(f"{why}: {taken:,} are asked for.", at=line, criterion=criterion)
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
            self._problems.add(problem, at=line)
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
