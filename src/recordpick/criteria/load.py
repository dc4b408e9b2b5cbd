"""Reading criteria packs from files, or from the texts that a working file carries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from recordpick.criteria.codelists import FILE_AT_MOST, FOLDER, FindCodelist, file_name
from recordpick.criteria.list_columns import find_header
from recordpick.criteria.pack import Pack
from recordpick.criteria.problems import listed, shown
from recordpick.criteria.spreadsheet_pack import pack_from_csv, pack_from_rows
from recordpick.criteria.toml_pack import pack_from_toml
from recordpick.criteria.toml_values import PACK_AT_MOST
from recordpick.csvio.records import Row, decoded, read_bytes
from recordpick.errors import UserError
from recordpick.regular_files import check_inside
from recordpick.resources import is_shipped


def read_pack(path: Path) -> Pack:
    """Read and check a criteria pack: TOML with its codelists, CSV or a spreadsheet.

    UserError holds one message a problem, each with file, criterion and line; nothing is loaded
    in part.
    """
    ending = path.suffix.casefold()
    if ending == ".toml":
        return pack_from_toml(path.name, _toml_text(path), _codelists_beside(path))
    if ending in {".csv", ".tsv", ".txt"}:
        return pack_from_csv(path.name, decoded(read_bytes(path, PACK_AT_MOST), str(path)))
    if ending in {".xlsx", ".xlsm"}:
        return _pack_from_spreadsheet(path)
    raise UserError(
        f"{path}: a criteria pack is a file ending in .toml, .csv or .xlsx; this one is not."
    )


def parse_pack(files: Mapping[str, str]) -> Pack:
    """Read a pack from the texts of `Pack.files`, without any file; the first is the pack."""
    if not files:
        raise UserError("The criteria pack is missing: there is no text of it.")
    name = next(iter(files))
    if name.casefold().endswith(".toml"):
        return pack_from_toml(name, files[name], lambda codelist: files.get(file_name(codelist)))
    if name.casefold().endswith(".csv"):
        return pack_from_csv(name, files[name])
    raise UserError(f"{name}: a criteria pack is kept as TOML or CSV; this one is neither.")


def _pack_from_spreadsheet(path: Path) -> Pack:
    from recordpick.spreadsheets import read_sheets

    sheets = {name: _rows_of_sheet(cells) for name, cells in read_sheets(path).items()}
    name = _sheet_of_criteria(path, sheets)
    others = [f'"{shown(other)}"' for other, rows in sheets.items() if rows and other != name]
    note = f'Of its sheets only "{shown(name)}" is used, not {listed(others, last="and")}.'
    return pack_from_rows(path.name, sheets.get(name, []), "row", note if others else "")


def _rows_of_sheet(sheet: list[list[str]]) -> list[Row]:
    rows: list[Row] = []
    for number, cells in enumerate(sheet, 1):
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed):
            rows.append((number, trimmed))
    return rows


def _sheet_of_criteria(path: Path, sheets: Mapping[str, list[Row]]) -> str:
    """Give the sheet that holds the list: the first whose header row names an id, or else any.

    UserError where another sheet looks like a list of criteria too: to read one of them would
    leave the others' criteria out without a word.
    """
    found = {
        name: header
        for name, rows in sheets.items()
        if (header := find_header(rows)) is not None and len(rows) > header.place + 1
    }
    headers = {name: header for name, header in found.items() if "id" in header.columns}
    headers = headers or {name: one for name, one in found.items() if len(one.columns) > 1} or found
    first = next(iter(headers), next(iter(sheets), ""))
    others = [
        name
        for name, header in headers.items()
        if name != first and (len(header.columns) > 2 or header.columns == headers[first].columns)
    ]
    if others:
        named = ", ".join(f'"{name}"' for name in (first, *others))
        raise UserError(
            f"{path}: {len(others) + 1} of its sheets look like lists of criteria ({named}), and a "
            "pack is one list. Put all criteria on one sheet, or save the sheet that is meant as "
            "CSV."
        )
    return first


def _toml_text(path: Path) -> str:
    data = read_bytes(path, PACK_AT_MOST)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path.name}, line {line}: the file is not UTF-8 text; save it as UTF-8."
        ) from error
    return text.replace("\r\n", "\n")


def _codelists_beside(path: Path) -> FindCodelist:
    def find(name: str) -> str | None:
        file = path.parent / FOLDER / f"{name}.csv"
        if not is_shipped(path):  # installers may put links to their store in place of files
            check_inside(path.parent, FOLDER, file.name)
        if not file.exists():
            return None
        return decoded(read_bytes(file, FILE_AT_MOST), file_name(name))

    return find
