"""The files of an EMIS extract, recognised by their names, and the keys that join them.

`<from>-<to>_<Schema>_<Table>_<yyyyMMddHHmmss>_<agreement guid>.csv`. From and to are days or the
numbers of processing runs. A file that was renamed to its table, with or without a day before or
after it, is recognised as well.

A GUID is unique only together with its organisation's. If one organisation has patients, an id is
the GUID without its braces; if several have, the organisation's ODS code (or its GUID) is put
before it. Ids are the same in every version of an extract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.index.as_at import FoundDay, day_in_name, latest, read_as_at
from recordpick.index.fast_cast import FastCast
from recordpick.index.lookup import LookupTable
from recordpick.index.readers.extract_file import ExtractFile, open_extract_file
from recordpick.index.source import VERSION, Announce

PATIENT = "Admin_Patient"
USER = "Admin_UserInRole"
ORGANISATION = "Admin_Organisation"
SLOT = "Appointment_Slot"
CONSULTATION = "CareRecord_Consultation"
DIARY = "CareRecord_Diary"
OBSERVATION = "CareRecord_Observation"
REFERRAL = "CareRecord_ObservationReferral"
PROBLEM = "CareRecord_Problem"
CLINICAL_CODE = "Coding_ClinicalCode"
DRUG_CODE = "Coding_DrugCode"
DRUG_RECORD = "Prescribing_DrugRecord"
ISSUE_RECORD = "Prescribing_IssueRecord"

USED = (
    PATIENT,
    USER,
    ORGANISATION,
    SLOT,
    CONSULTATION,
    DIARY,
    OBSERVATION,
    REFERRAL,
    PROBLEM,
    CLINICAL_CODE,
    DRUG_CODE,
    DRUG_RECORD,
    ISSUE_RECORD,
)
"""The tables that are read. Others of an extract (locations, sessions …) are named in a note."""

LARGE = frozenset(
    {OBSERVATION, PROBLEM, DRUG_RECORD, ISSUE_RECORD, CONSULTATION, SLOT, DIARY, REFERRAL}
)
"""Those that grow with the record. Optimistic scans: their last column is never empty."""

DRIFTS = {
    "ClinicianUserInRoleGuid": ("ClinicanUserInRoleGuid",),
    "ExternalUsualGP": ("ExternalUsusalGP",),
    "ExternalUsualGPOrganisation": ("ExternalUsusalGPOrganisation",),
}
"""Columns that some versions spell differently; differences of case need no entry."""

_NAME = re.compile(
    r"(?:(?:full|bulk|incremental|delta)_)?"
    r"(?:(?:(?P<first>[0-9]+)(?:-(?P<last>[0-9]+))?|[0-9]{4}-[0-9]{2}-[0-9]{2})[_-])?"
    r"(?P<table>[A-Za-z]+_[A-Za-z]+)"
    r"(?:_(?P<stamp>[0-9]{14})_\{?[0-9A-Fa-f-]{36}\}?"
    r"|[_-](?:[0-9]{8}|[0-9]{14}|[0-9]{4}-[0-9]{2}-[0-9]{2}|full|bulk|incremental|delta))?\.csv",
    re.IGNORECASE,
)
_DELTA = re.compile(r"(?<![a-z])(incremental|delta)(?![a-z])", re.IGNORECASE)
_TABLES = {name.lower(): name for name in USED}


@dataclass(frozen=True, slots=True)
class Named:
    """The parts of a file's name: table, the last day or run that it covers, when it was made."""

    path: Path
    table: str
    last: int
    stamp: str

    @property
    def day(self) -> date | None:
        """The last day that the file covers; the day on which it was made if runs are numbered."""
        if len(str(self.last)) in {8, 14} and (day := read_as_at(str(self.last))):
            return day
        return read_as_at(self.stamp) if self.stamp else day_in_name(self.path.name)


def named(path: Path) -> Named | None:
    """Parse a file's name; None if it is not the name of a file of an extract."""
    found = _NAME.fullmatch(path.name)
    if found is None or (found["stamp"] is None and found["table"].lower() not in _TABLES):
        return None
    table = _TABLES.get(found["table"].lower(), found["table"])
    last = int(found["last"] or found["first"] or 0)
    return Named(path, table, last, found["stamp"] or "")


def day_of_emis(folder: Path) -> FoundDay | None:
    """Return the latest day in the files' names; None if the names are only those of tables."""
    every = (name.day for several in files_of(folder).values() for name in several)
    return latest(every, "file names")


def deltas_of(tables: Mapping[str, Sequence[Named]]) -> list[str]:
    """Return the names of files that hold changes only (INCREMENTAL_…).

    Not those beside a full file of their table: together they are the whole table.
    """
    names = ([name.path.name for name in several] for several in tables.values())
    return [name for several in names if all(map(_DELTA.search, several)) for name in several]


def files_of(folder: Path) -> dict[str, list[Named]]:
    """Return the files of the extract in a folder and the folders in it, by table, oldest first."""
    tables: dict[str, list[Named]] = {}
    for path in sorted(folder.rglob("*.[cC][sS][vV]")):
        name = named(path) if path.is_file() else None
        if name is not None:
            tables.setdefault(name.table, []).append(name)
    for several in tables.values():
        several.sort(key=lambda name: (name.last, name.stamp, str(name.path)))
    return tables


def is_emis_extract(path: Path) -> bool:
    """Return whether a folder holds the patients of an EMIS extract, or other tables of one."""
    return path.is_dir() and any(table in USED for table in files_of(path))


def open_files(
    tables: Mapping[str, Sequence[Named]], work: Path, announce: Announce
) -> dict[str, tuple[ExtractFile, ...]]:
    """Announce and open every file that is used; `work` is an empty folder.

    Two at a time: more would only make a disk seek. The largest first, so that none of these is
    left for the end.
    """

    def opened(table: str, number: int, name: Named) -> ExtractFile:
        return open_extract_file(
            name.path,
            work / f"{table}.{number}",
            DRIFTS,
            number=number,
            delimiter=",",
            optimistic=table in LARGE,
        )

    each = [(table, *one) for table in USED for one in enumerate(tables.get(table, ()))]
    each.sort(key=lambda one: one[2].path.stat().st_size, reverse=True)
    for *_, name in each:
        announce(name.path)
    with ThreadPoolExecutor(2) as pool:
        futures = {one[:2]: pool.submit(opened, *one) for one in each}
        try:
            return {
                table: tuple(
                    futures[table, number].result() for number in range(len(tables.get(table, ())))
                )
                for table in USED
            }
        finally:
            pool.shutdown(cancel_futures=True)


_FILES = 4096
"""More files than one table has."""


@dataclass(frozen=True)
class Keys:
    """The organisations that have patients: the prefix of their ids, by their GUID."""

    prefixes: dict[str, str]

    def key(self, guid: pl.Expr, organisation: pl.Expr) -> pl.Expr:
        """Return the key that joins rows of different files; null for another organisation's."""
        if len(self.prefixes) == 1:
            return pl.when(organisation == next(iter(self.prefixes))).then(guid)
        known = pl.when(organisation.is_in(list(self.prefixes))).then(organisation)
        return pl.concat_str(guid, known)

    def index_of(self, table: LookupTable, guid: pl.Expr, organisation: pl.Expr) -> pl.Expr:
        """Return the index of a key in a lookup table; null if it is not in the table."""
        if len(self.prefixes) == 1:  # emptying indexes costs less than emptying texts
            own = organisation == next(iter(self.prefixes))
            return pl.when(own).then(table.index_of(guid))
        return table.index_of(self.key(guid, organisation))

    def id(self, guid: pl.Expr, organisation: pl.Expr) -> pl.Expr:
        """Return the id of a row; null without a GUID, empty where that is only blanks."""
        bare = guid.str.strip_chars("{} ")
        if len(self.prefixes) == 1:
            return bare
        prefix = organisation.replace_strict(
            self.prefixes, default=organisation.str.strip_chars("{} "), return_dtype=pl.String
        )
        return pl.concat_str(prefix, pl.lit("-"), bare)


def order_of(file: ExtractFile) -> pl.Expr | FastCast:
    """Return VERSION, the order in which rows were supplied: the ProcessingId."""
    if not file.has("ProcessingId"):
        return pl.lit(None, pl.Int64)
    text = file.raw("ProcessingId")
    return FastCast(text.cast(pl.Int64, strict=False), text, _run, pl.Int64())


def _run(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().cast(pl.Int64, strict=False)


def run_of(file: ExtractFile) -> pl.Expr:
    """Return VERSION for files that are read together: ProcessingId and position in one number."""
    position = pl.lit(file.number, pl.Int64)
    if not file.has("ProcessingId"):
        return position.alias(VERSION)
    run = _run(file.raw("ProcessingId")).fill_null(0)
    return (run * _FILES + position).alias(VERSION)
