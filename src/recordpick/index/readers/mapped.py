"""Reader of any folder of delimited text files, through a mapping file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

import polars as pl

from recordpick.criteria.conditions import parse_condition
from recordpick.csvio.rejects import ROW
from recordpick.csvio.scan import TableFile, open_table_file
from recordpick.errors import UserError
from recordpick.index.build.coverage import RESTRICTED
from recordpick.index.manifest import Restriction
from recordpick.index.readers.mapping_file import Mapped, MappedTable, read_mapping
from recordpick.index.readers.mapping_lookups import LookedUp, MappedLookUp
from recordpick.index.source import DELETED, LookUp, Source, SourcePart
from recordpick.index.values import trimmed
from recordpick.schema import TABLES

_TEXT_FILES = {".csv", ".txt", ".tsv", ".tab"}
_WILDCARDS = {r"\*": ".*", r"\?": "."}
MOST_FILES = 2000
"""The most files that one wildcard may match."""


def read_mapped(path: Path, work: Path, mapping: Path) -> Source:
    """Read the folder's files with the mapping; `work` is an empty folder for converted copies.

    UserError with a sentence for each thing in the mapping that the folder does not have.
    """
    mapped = read_mapping(mapping)
    if not path.is_dir():
        raise UserError(f"{path}: a mapping needs a folder of files.")
    reading = _Reading(path, work, mapped)
    parts: list[SourcePart] = []
    wrong: list[str] = []
    for table in mapped.tables:
        try:
            parts += reading.parts(table)
        except UserError as error:
            wrong += error.messages
    if wrong:
        raise UserError.of(wrong)
    return Source(
        parts=tuple(parts),
        practice=mapped.name,
        as_at=mapped.as_at,
        synthetic=mapped.synthetic,
        notes=(*dict.fromkeys(reading.notes), *reading.not_mapped()),
        look_ups=tuple(reading.accounts.values()),
        restrictions=_restrictions(mapped),
    )


def _restrictions(mapped: Mapped) -> tuple[Restriction, ...]:
    """Return the columns for which the mapping has one constant word.

    For patients, only those where others may have been left out of the files (`RESTRICTED`).
    """
    found = []
    for name in dict.fromkeys(table.name for table in mapped.tables if table.name in TABLES):
        parts = [table.columns for table in mapped.tables if table.name == name]
        for column in TABLES[name].columns:
            values = [part.get(column.name) for part in parts]
            words = {
                str(value.settings["value"]) if value is not None and value.form == "value" else ""
                for value in values
            }
            word = next(iter(words)) if len(words) == 1 else ""
            if word in column.words and (name != "patients" or column.name in RESTRICTED):
                rows = "every patient" if name == "patients" else f"every row of {name}"
                says = f"{mapped.path.name} says that {rows} is {word}"
                found.append(Restriction(name, column.name, word, says))
    return tuple(found)


@dataclass
class _Reading:
    """A folder that is read with a mapping: the opened files, and the counts of look-up files."""

    folder: Path
    work: Path
    mapped: Mapped
    notes: list[str] = field(default_factory=list)
    accounts: dict[str, LookUp] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=count)
    _look_up_files: dict[tuple[object, ...], list[TableFile]] = field(default_factory=dict)

    def parts(self, table: MappedTable) -> list[SourcePart]:
        """Return the parts of a table, one for each of its files."""
        where = f"{self.mapped.path}: {table.location}"
        files = self._files(where, table.file)
        several = "*" in table.file or "?" in table.file
        return [
            self._part(where, table, file, number if several else 0)
            for number, file in enumerate(files, 1)
        ]

    def not_mapped(self) -> tuple[str, ...]:
        """Return a note on the text files in the folder that the mapping does not name."""
        others = sorted(
            file.name
            for file in self.folder.iterdir()
            if file.suffix.lower() in _TEXT_FILES and file.name not in self.used
        )
        if not others:
            return ()
        return (f"Not in the mapping, so not indexed: {', '.join(others)}.",)

    def _files(self, where: str, name: str) -> list[Path]:
        """Return the files in the folder that match a name, which may have wildcards."""
        if "*" in name or "?" in name:
            pattern = re.escape(name)
            for wildcard, means in _WILDCARDS.items():
                pattern = pattern.replace(wildcard, means)
            entries = sorted(self.folder.iterdir())
            files = [one for one in entries if re.fullmatch(pattern, one.name) and one.is_file()]
            if not files:
                raise UserError(f"{where}, file: no file in {self.folder} is called {name}.")
            if len(files) > MOST_FILES:
                raise UserError(
                    f"{where}, file: {name} matches {len(files):,} files, more than {MOST_FILES}."
                )
        else:
            files = [self.folder / name]
        for file in files:
            if file.resolve().parent != self.folder.resolve():
                raise UserError(f"{where}, file: {file.name} is not directly in the folder.")
            if not file.exists():
                raise UserError(f"{where}, file: there is no file {name} in {self.folder}.")
        self.used |= {file.name for file in files}
        return files

    def _opened(self, file: Path, of: MappedTable | MappedLookUp) -> TableFile:
        own = self.work / str(next(self._numbers))
        own.mkdir()
        return open_table_file(
            file, own, delimiter=of.delimiter, headers=of.headers, has_header=of.has_header
        )

    def _part(self, where: str, table: MappedTable, file: Path, number: int) -> SourcePart:
        found = self._opened(file, table)
        looked_up = self._looked_up(table, found)
        _check_needs(where, table, found, looked_up.columns)
        frame = looked_up.frame
        if table.where:
            frame = _flagged(where, table, frame, looked_up.columns)
        flag = [DELETED] if table.where else []
        values = [value.expression(number).alias(name) for name, value in table.columns.items()]
        for name, value in table.columns.items():
            if precision := table.precision_of(name):
                values.append(value.precision().alias(precision))
        dates = {
            name: value.date_format or table.date_format
            for name, value in table.columns.items()
            if value.form != "value" and not value.is_iso_date  # these are in ISO format
        }
        return SourcePart(
            table=table.name,
            file=file.name,
            path=file,
            frame=frame.select(ROW, *flag, *values),
            raw=found.frame,
            rows=found.rows,
            rejects=found.rejects,
            line_of=found.line_of,
            notes=found.notes,
            date_formats={name: text for name, text in dates.items() if text},
            kinds=table.kinds,
        )

    def _looked_up(self, table: MappedTable, found: TableFile) -> LookedUp:
        """Return a table's file with the columns of its look-up files."""
        looked_up = LookedUp(found.frame, list(found.columns))
        for one in table.look_ups:
            where = f"{self.mapped.path}: {one.location}"
            key = (one.file, one.delimiter, one.headers, one.has_header)
            if key not in self._look_up_files:
                files = self._files(where, one.file)
                self._look_up_files[key] = [self._opened(file, one) for file in files]
            opened = self._look_up_files[key]
            try:
                looked_up.join(found.path.name, one, opened)
            except UserError as error:
                messages = (f"{self.mapped.path}: {text}" for text in error.messages)
                raise UserError.of(messages) from None
            looked_up.account(one, opened)
        self.notes += looked_up.notes
        for account in looked_up.accounts:
            self.accounts.setdefault(account.file, account)
        return looked_up


def _check_needs(where: str, table: MappedTable, found: TableFile, columns: Sequence[str]) -> None:
    """Raise UserError for columns in the mapping that the file does not have, or has twice."""
    wrong = []
    for column, value in table.columns.items():
        for name in value.needs:
            if name not in columns:
                known = ", ".join(columns[:30])
                wrong.append(
                    f"{where}, columns.{column}: {found.path.name} has no column {name}. "
                    f"Its columns are {known}."
                )
            elif name in found.doubled:
                wrong.append(
                    f"{where}, columns.{column}: {found.path.name} has {name} twice in its header. "
                    "Name the columns with headers = [...]."
                )
    if wrong:
        raise UserError.of(wrong)


def _flagged(
    where: str, table: MappedTable, frame: pl.LazyFrame, columns: Sequence[str]
) -> pl.LazyFrame:
    """Return the file's rows, with those marked as deleted that the table's `where` excludes.

    A condition names columns without quotation marks: a blank in a name is written "_".
    """
    names = {re.sub(r"\W+", "_", name): name for name in reversed(columns)}
    try:
        condition = parse_condition(table.where, dict.fromkeys(names, "text"))
    except UserError as error:
        raise UserError.of(f"{where}, where: {message}" for message in error.messages) from None
    for column in condition.columns:
        matches = [name for name in columns if re.sub(r"\W+", "_", name) == column]
        if len(matches) > 1:
            raise UserError(f"{where}, where: {column} may be {' or '.join(matches)}.")
    used = [trimmed(pl.col(names[name])).alias(name) for name in condition.columns]
    wanted = condition.expression(date.min)
    return frame.with_columns(used).with_columns(wanted.not_().alias(DELETED))
