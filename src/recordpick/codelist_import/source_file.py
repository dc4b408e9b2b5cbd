"""What a reader returns of one official file: its members, what was rejected, its version and date.

A *member* is a row that puts a code into a group: a cluster of the Primary Care Domain, a SNOMED CT
reference set (by its number), a list (`LIST` and its name), or a group of the dm+d.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import ROW, Lines
from recordpick.os_errors import cannot_read

LIST = "list "
"""How the name of a group begins that is one list, named by its file: `list asthma`."""

MEMBERS = {
    ROW: pl.UInt32,
    "group": pl.String,
    "code": pl.String,
    "term": pl.String,
    "is_active": pl.Boolean,
    "is_retired": pl.Boolean,
    "is_moved": pl.Boolean,
}
"""The columns of members: the row, its group, the code, its term or "", whether the code is in the
group now, whether the code itself is retired (old records still carry it), and whether another
column has what looks like the code (a comma without quotation marks may have moved it)."""

_VERSION = re.compile(r"(?<![0-9.])([0-9]{1,3}\.[0-9]{1,2}\.[0-9]{1,2})(?![0-9.])")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be used: where it is, its group and code as far as they are known, why."""

    file: str
    line: int
    group: str
    code: str
    why: str

    def __str__(self) -> str:
        group = f" {self.group}:" if self.group else ""
        return f"{self.file}, line {self.line:,}:{group} {self.why}"


@dataclass(frozen=True)
class SourceFile:
    """One file as it was read."""

    path: Path
    kind: str
    """What it is, in words: "reference sets by cluster"."""
    rows: int
    members: pl.DataFrame
    """Columns `MEMBERS`: the rows of the wanted groups."""
    groups: Mapping[str, int]
    """How many rows of each group the file has, wanted or not."""
    line_of: Lines
    rejects: tuple[Rejected, ...] = ()
    """Rows that cannot be read as rows of the file."""
    rejected: int = 0
    """How many there are: the first of them are in `rejects`."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The description of each group, where the file has it."""
    refsets: Mapping[str, str] = field(default_factory=dict)
    """The number of each cluster's reference set, where the file has it."""
    version: str = ""
    day: date | None = None
    """The day of the release; None where neither its name nor its rows say it."""
    sha256: str = ""
    notes: tuple[str, ...] = ()


def version_and_day(path: Path) -> tuple[str, date | None]:
    """Return the version and the day that a release's file or folder names have in them."""
    version, day = "", None
    for name in (path.name, *(folder.name for folder in list(path.parents)[:4])):
        found = _VERSION.search(name)
        version = version or (found[1] if found else "")
        day = day or _day_in(name)
    return version, day


def _day_in(name: str) -> date | None:
    for found in re.finditer(r"20[0-9]{6}", name):
        if name[: found.start()][-1:].isdigit():
            continue
        try:
            return datetime.strptime(found[0], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file (hex); UserError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise cannot_read(path, error) from error
