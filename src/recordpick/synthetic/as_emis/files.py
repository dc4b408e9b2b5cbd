"""The open files of an EMIS extract, and the ids of codes, drugs, staff and places found so far.

GUIDs are in braces, and derived from a kind and a number: always the same for the same thing.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import polars as pl

from recordpick.extract_columns import emis_columns, emis_versions
from recordpick.synthetic.extract_writing import ColumnFile, CsvFormat, IdRegistry
from recordpick.synthetic.practice import Practice

_MASK = (1 << 64) - 1
_HEX = pl.Series([f"{number:04X}" for number in range(1 << 16)])


def _mix(bits: pl.Expr) -> pl.Expr:
    """Apply SplitMix64's finaliser, as in chance.py: a one-to-one mapping of 64 bits."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits // (1 << shift))) * pl.lit(factor, pl.UInt64)
    return bits ^ (bits // (1 << 31))


def guid(what: str, number: pl.Expr) -> pl.Expr:
    """Return the GUID of thing `number` (an integer, also as text) of a kind; null for null."""
    salt = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "big")
    bits = number.cast(pl.UInt64) + pl.lit(salt & _MASK, pl.UInt64)
    first, second = _mix(bits), _mix(_mix(bits) + pl.lit(0x9E3779B97F4A7C15, pl.UInt64))
    parts = [_four(half, shift) for half in (first, second) for shift in (48, 32, 16, 0)]
    return _join_parts(parts)


def _four(bits: pl.Expr, shift: int) -> pl.Expr:
    return pl.lit(_HEX).gather(((bits // (1 << shift)) % (1 << 16)).cast(pl.UInt32))


def _join_parts(parts: list[pl.Expr]) -> pl.Expr:
    a, b, c, d, e, f, g, h = parts
    cut = pl.lit("-")
    return pl.concat_str(pl.lit("{"), a, b, cut, c, cut, d, cut, e, cut, f, g, h, pl.lit("}"))


def one_guid(what: str) -> str:
    """Return the GUID of a kind of which there is only one."""
    return str(pl.select(guid(what, pl.lit(0))).item())


ORGANISATION = one_guid("organisation")
PROCESSING_ID = "1001"
_AGREEMENT = one_guid("agreement")


class Extract:
    """The open files of one extract. `older` writes the oldest known columns of each table."""

    def __init__(self, practice: Practice, folder: Path, *, older: bool = False) -> None:
        self.practice = practice
        self._folder = folder
        self._older = older
        self._files: dict[str, ColumnFile] = {}
        self.codes = IdRegistry(100_001)
        self.drugs = IdRegistry(500_001)
        self.staff = IdRegistry(1)
        self.places = IdRegistry(1)

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table in the version that is written."""
        version = emis_versions(table)[-1] if self._older else "8.2"
        return emis_columns(table, version)

    def write(self, table: str, frame: pl.DataFrame) -> None:
        """Write rows of a table, without columns that this version does not have.

        Columns for the organisation and the processing run are added.
        """
        file = self._files.get(table)
        if file is None:
            file = self._files[table] = ColumnFile(
                self._path(table), self.columns(table), CsvFormat()
            )
        spelt = {name.lower(): name for name in file.columns}
        spelt.setdefault("clinicianuserinroleguid", spelt.get("clinicanuserinroleguid", ""))
        added = {
            "OrganisationGuid": ORGANISATION,
            "ProcessingId": PROCESSING_ID,
            "Deleted": "FALSE",
        }
        own = frame.with_columns(
            pl.lit(value).alias(name) for name, value in added.items() if name not in frame.columns
        )
        known = [name for name in own.columns if spelt.get(name.lower())]
        file.write(own.select(pl.col(name).alias(spelt[name.lower()]) for name in known))

    def _path(self, table: str) -> Path:
        day = self.practice.as_at
        days = f"{day - timedelta(days=30):%Y%m%d}-{day:%Y%m%d}"
        return self._folder / f"{days}_{table}_{day:%Y%m%d}020000_{_AGREEMENT[1:-1]}.csv"

    def close(self) -> None:
        """Finish all files."""
        for file in self._files.values():
            file.close()

    def with_staff(self, frame: pl.DataFrame, name: str) -> pl.DataFrame:
        """Add `__by`: the GUID of the member of staff named in a column."""
        people = self.staff.assign(frame.filter(pl.col(name).is_not_null()), [name])
        guids = people.select(name, guid("staff", pl.col("number")).alias("__by"))
        return frame.join(guids, on=name, how="left", maintain_order="left")


def yes_no(value: pl.Expr) -> pl.Expr:
    """Return Boolean values as TRUE and FALSE."""
    return pl.when(value).then(pl.lit("TRUE")).when(~value).then(pl.lit("FALSE"))


def clock(number: pl.Expr) -> pl.Expr:
    """Return a time of day derived from a number, which has no meaning beyond looking plausible."""
    minutes = number.cast(pl.UInt64) % 600 + 480
    hour = (minutes // 60).cast(pl.String).str.zfill(2)
    minute = (minutes % 60).cast(pl.String).str.zfill(2)
    return pl.concat_str(hour, pl.lit(":"), minute, pl.lit(":00"))
