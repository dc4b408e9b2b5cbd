"""The open files of an EMIS extract, and the ids of codes, drugs, staff and places found so far."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl

from recordpick.export_columns import emis_columns, emis_versions
from recordpick.synthetic.as_emis.guids import guid, one_guid
from recordpick.synthetic.extract_writing import ColumnFile, CsvFormat, IdRegistry
from recordpick.synthetic.practice import Practice

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
