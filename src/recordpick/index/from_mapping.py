"""Reader of any folder of delimited text files, through a mapping file."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.criteria.conditions import parse_condition
from recordpick.errors import UserError
from recordpick.index.manifest import Restriction
from recordpick.index.mapping_file import Mapped, MappedTable, read_mapping
from recordpick.index.parts import DELETED, ROW, Part, Source
from recordpick.index.table_files import TableFile, open_table_file
from recordpick.index.untold import RESTRICTED
from recordpick.index.values import trimmed
from recordpick.tables import TABLES

_TEXT_FILES = {".csv", ".txt", ".tsv", ".tab"}


def read_mapped(path: Path, work: Path, mapping: Path) -> Source:
    """Read the folder's files as the mapping says; `work` is an empty folder for what is rewritten.

    UserError with a sentence for each thing in the mapping that the folder does not have.
    """
    said = read_mapping(mapping)
    if not path.is_dir():
        raise UserError(f"{path}: a mapping needs a folder of files.")
    parts: list[Part] = []
    wrong: list[str] = []
    for number, table in enumerate(said.tables):
        own = work / str(number)
        own.mkdir()
        try:
            parts.append(_part(path, said, table, own))
        except UserError as error:
            wrong += error.messages
    if wrong:
        raise UserError.of(wrong)
    return Source(
        parts=tuple(parts),
        practice=said.name,
        as_at=said.as_at,
        synthetic=said.synthetic,
        notes=_not_mapped(path, said),
        restrictions=_restrictions(said),
    )


def _restrictions(said: Mapped) -> tuple[Restriction, ...]:
    """Return the columns for which the mapping says one word, whatever its files hold.

    Of patients only where others may have been left out of the files (`RESTRICTED`).
    """
    found = []
    for name in dict.fromkeys(table.name for table in said.tables if table.name in TABLES):
        parts = [table.columns for table in said.tables if table.name == name]
        for column in TABLES[name].columns:
            values = [part.get(column.name) for part in parts]
            words = {
                str(value.said["value"]) if value is not None and value.form == "value" else ""
                for value in values
            }
            word = next(iter(words)) if len(words) == 1 else ""
            if word in column.words and (name != "patients" or column.name in RESTRICTED):
                rows = "every patient" if name == "patients" else f"every row of {name}"
                says = f"{said.path.name} says that {rows} is {word}"
                found.append(Restriction(name, column.name, word, says))
    return tuple(found)


def _part(folder: Path, said: Mapped, table: MappedTable, work: Path) -> Part:
    where = f"{said.path}: {table.place}"
    file = folder / table.file
    if file.resolve().parent != folder.resolve():
        raise UserError(f"{where}, file: {table.file} is not a file of the folder itself.")
    if not file.exists():
        raise UserError(f"{where}, file: there is no file {table.file} in {folder}.")
    found = open_table_file(
        file,
        work,
        delimiter=table.delimiter,
        headers=table.headers,
        has_header=table.has_header,
    )
    _check_needs(where, table, found)
    frame = found.frame
    if table.where:
        frame = _flagged(where, table, found)
    flag = [DELETED] if table.where else []
    values = [value.expression().alias(name) for name, value in table.columns.items()]
    dates = {
        name: value.date_format or table.date_format
        for name, value in table.columns.items()
        if value.form != "value"  # TOML's own dates are ISO
    }
    return Part(
        table=table.name,
        file=table.file,
        path=file,
        frame=frame.select(ROW, *flag, *values),
        raw=found.frame,
        rows=found.rows,
        set_aside=found.set_aside,
        line_of=found.line_of,
        notes=found.notes,
        date_formats={name: text for name, text in dates.items() if text},
        kinds=table.kinds,
    )


def _check_needs(where: str, table: MappedTable, found: TableFile) -> None:
    """Say which columns the mapping names that the file does not have, or has twice."""
    wrong = []
    for column, value in table.columns.items():
        for name in value.needs:
            if name not in found.columns:
                known = ", ".join(found.columns[:30])
                wrong.append(
                    f"{where}, columns.{column}: {table.file} has no column {name}. "
                    f"Its columns are {known}."
                )
            elif name in found.doubled:
                wrong.append(
                    f"{where}, columns.{column}: {table.file} has {name} twice in its header. "
                    "Name the columns with headers = [...]."
                )
    if wrong:
        raise UserError.of(wrong)


def _flagged(where: str, table: MappedTable, found: TableFile) -> pl.LazyFrame:
    """Give the file's rows with those flagged that the table's `where` does not want.

    A condition names columns without quotation marks: for a blank in a name stands "_".
    """
    names = {re.sub(r"\W+", "_", name): name for name in reversed(found.columns)}
    try:
        condition = parse_condition(table.where, dict.fromkeys(names, "text"))
    except UserError as error:
        raise UserError.of(f"{where}, where: {message}" for message in error.messages) from None
    asked = [trimmed(pl.col(names[name])).alias(name) for name in condition.columns]
    wanted = condition.expression(date.min)
    return found.frame.with_columns(asked).with_columns(wanted.not_().alias(DELETED))


def _not_mapped(folder: Path, said: Mapped) -> tuple[str, ...]:
    """Say which text files of the folder the mapping does not name."""
    named = {table.file for table in said.tables}
    others = sorted(
        file.name
        for file in folder.iterdir()
        if file.suffix.lower() in _TEXT_FILES and file.name not in named
    )
    return (f"Not in the mapping, and so not indexed: {', '.join(others)}.",) if others else ()
