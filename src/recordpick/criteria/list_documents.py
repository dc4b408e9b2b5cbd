"""Finding the tables of a workbook or Word document that hold the list of criteria.

In a workbook one sheet is the list; if it could be any of several, the person is asked. In a Word
document the tables with the columns of such a list are one list, since people begin a new table
for each area.
"""

from __future__ import annotations

from collections.abc import Sequence

from recordpick.criteria.list_columns import Header, column_number, find_header
from recordpick.criteria.problems import listed, shown
from recordpick.criteria.spreadsheet_pack import (
    ListOfCriteria,
    ListTable,
    list_from_tables,
    no_header,
)
from recordpick.csvio.records import Row
from recordpick.document_tables import DocumentTable, column_letters
from recordpick.errors import UserError

MOST_NAMED = 12
_AREA_WORDS = 10
"""A heading with more words is a sentence, not the name of an area."""


class WhichTableError(UserError):
    """Several sheets could be the list; `names` are their names, in file order."""

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


def list_from_document(
    name: str, tables: Sequence[DocumentTable], wanted: Sequence[str] = ()
) -> ListOfCriteria:
    """Read the list of a document; `wanted` names the sheets or tables that it consists of.

    Raise WhichTableError if several sheets could be the list, and UserError with one message for
    each problem.
    """
    rows = [_rows_of(table) for table in tables]
    headers = [
        find_header(one, column_letters if table.is_sheet else column_number)
        for one, table in zip(rows, tables, strict=True)
    ]
    _check_wanted(name, tables, wanted)
    if wanted:
        chosen = [at for at, table in enumerate(tables) if _is_wanted(table, wanted)]
    else:
        chosen = _choose(name, tables, rows, headers)
    found = []
    for at in chosen:
        header = headers[at]
        if header is None:
            message = no_header(rows[at], "row")
            raise UserError(f"{name}, {tables[at].place}: {message}")
        found.append(_list_table(tables[at], rows[at], header, is_one_of=len(chosen)))
    return list_from_tables(name, found, _notes(tables, chosen))


def _rows_of(table: DocumentTable) -> list[Row]:
    rows: list[Row] = []
    for number, cells in enumerate(table.rows, 1):
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed):
            rows.append((number, trimmed))
    return rows


def _check_wanted(name: str, tables: Sequence[DocumentTable], wanted: Sequence[str]) -> None:
    known = {table.name.casefold() for table in tables}
    for one in wanted:
        if one.strip().casefold() not in known:
            names = listed([f'"{shown(table.name)}"' for table in tables[:MOST_NAMED]], last="and")
            what = "sheet" if not tables or tables[0].is_sheet else "table"
            raise UserError(
                f'{name}: there is no {what} "{shown(one)}" with cells. It has {names}.'
            )


def _is_wanted(table: DocumentTable, wanted: Sequence[str]) -> bool:
    return table.name.casefold() in {one.strip().casefold() for one in wanted}


def _choose(
    name: str,
    tables: Sequence[DocumentTable],
    rows: Sequence[Sequence[Row]],
    headers: Sequence[Header | None],
) -> list[int]:
    """Return the indexes of the tables that hold the list; UserError if none does."""
    found = {
        at: header
        for at, header in enumerate(headers)
        if header is not None and len(rows[at]) > header.place + 1
    }
    if not found:
        raise UserError(_nothing_found(name, tables, rows))
    with_ids = {at: one for at, one in found.items() if "id" in one.columns}
    likely = with_ids or {at: one for at, one in found.items() if len(one.columns) > 1} or found
    if not tables[0].is_sheet:
        most = max(len(header.columns) for header in likely.values())
        return [at for at, header in likely.items() if len(header.columns) >= min(3, most)]
    first = next(iter(likely))
    others = [
        at
        for at, header in likely.items()
        if at != first
        and (
            len(header.columns) > 2
            or header.columns == likely[first].columns
            or _names_of(rows[at], header) == _names_of(rows[first], likely[first])
        )
    ]
    if others:
        meant = tuple(tables[at].name for at in (first, *others))
        named = ", ".join(f'"{shown(one)}"' for one in meant)
        raise WhichTableError(
            f"{name}: {len(meant)} of its sheets look like lists of criteria ({named}), and a "
            "pack is one list. Put all criteria on one sheet, or save the sheet that is meant as "
            "CSV; or name the sheets that are meant with --sheet.",
            meant,
        )
    return [first]


def _names_of(rows: Sequence[Row], header: Header) -> tuple[str, ...]:
    """Return what a header calls the columns of ids and of what to find, "" without one."""
    _, cells = rows[header.place]
    return header.cell(cells, "id").casefold(), header.cell(cells, "find").casefold()


def _nothing_found(
    name: str, tables: Sequence[DocumentTable], rows: Sequence[Sequence[Row]]
) -> str:
    if not tables:
        return (
            f"{name}: there is no table in it. Put the criteria into a table, one a row, below a "
            "row that names the columns."
        )
    if len(tables) == 1:
        return f"{name}, {tables[0].place}: {no_header(rows[0], 'row')}"
    places = listed([shown(table.place) for table in tables[:MOST_NAMED]], last="and")
    return f"{name}: in {places} {no_header((), 'row')}"


def _list_table(
    table: DocumentTable, rows: Sequence[Row], header: Header, *, is_one_of: int
) -> ListTable:
    area = " ".join(table.heading.split())
    if len(area.split()) > _AREA_WORDS or area.endswith("."):
        area = ""
    if table.is_sheet and is_one_of > 1:
        area = table.name
    names = next(cells for number, cells in rows if number == rows[header.place][0])
    return ListTable(
        rows=rows,
        header=header,
        place=table.place,
        area=area,
        merged=_merged(table),
        line_word="row",
        column_words=tuple(_column_words(table, names)),
    )


def _merged(table: DocumentTable) -> dict[tuple[int, int], str]:
    """Return the text of cells merged downwards, for each row below their first."""
    found: dict[tuple[int, int], str] = {}
    for first, column, count in table.merged:
        if first >= len(table.rows) or column >= len(table.rows[first]):
            continue
        text = table.rows[first][column].strip()
        for row in range(first + 1, min(first + count, len(table.rows))):
            found[row + 1, column] = text
    return found


def _column_words(table: DocumentTable, names: Sequence[str]) -> list[str]:
    words = []
    for column, name in enumerate(names):
        number = column_letters(column) if table.is_sheet else column_number(column)
        quoted = f' ("{shown(name)}")' if name else ""
        words.append(f"column {number}{quoted}")
    return words


def _notes(tables: Sequence[DocumentTable], chosen: Sequence[int]) -> list[str]:
    """Return notes for the person: sheets or tables that are not used, or are read as one list."""
    others = [table for at, table in enumerate(tables) if at not in chosen]
    what = "sheets" if tables[0].is_sheet else "tables"
    used = listed([_named(tables[at]) for at in chosen], last="and")
    notes = []
    if others:
        named = [_described(table) for table in others[:MOST_NAMED]]
        if len(others) > MOST_NAMED:
            named.append(f"{len(others) - MOST_NAMED} more")
        are = "is" if len(chosen) == 1 else "are"
        notes.append(f"Of its {what} only {used} {are} used, not {listed(named, last='and')}.")
    if len(chosen) > 1:
        notes.append(f"{what.capitalize()} {used} are read as one list.")
    return notes


def _named(table: DocumentTable) -> str:
    return f'"{shown(table.name)}"' if table.is_sheet else table.name


def _described(table: DocumentTable) -> str:
    """Return the name of an unused table; a Word table has no name, so add its first words."""
    if table.is_sheet:
        return _named(table)
    words = next((cell for row in table.rows for cell in row if cell.strip()), "")
    count = len(table.rows)
    return f'{table.name} ("{shown(words.strip())} …", {count} row{"" if count == 1 else "s"})'
