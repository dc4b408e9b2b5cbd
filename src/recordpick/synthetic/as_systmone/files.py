"""The open files of a SystmOne extract, and the ids of staff, places and vaccines found so far."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from recordpick.extract_columns import systmone_columns, systmone_tables
from recordpick.synthetic.extract_writing import ColumnFile, CsvFormat, IdRegistry
from recordpick.synthetic.practice import Practice

CSV_FORMAT = CsvFormat(quotes="always", encoding="cp1252", line_end="\r\n")
ORGANISATION = "X99001"
OTHER_ORGANISATION = "X99002"

WORDS = {
    "Pending": 501,
    "Seen": 502,
    "Cancelled": 503,
    "Undelivered": 504,
    "Routine": 601,
    "Urgent": 602,
    "Two Week Wait": 603,
    "Soon": 604,
    "Dated": 605,
    "Unknown": 606,
    "1": 701,
    "2": 702,
    "3": 703,
    "B": 704,
}
"""Words that some of SystmOne's columns hold as ids into SRMapping."""


STAFF_MEMBER = 10_000
"""The number of a member of staff is that of their profile and this."""


class Extract:
    """The open files of one extract: all tables; those without rows have only a header."""

    def __init__(self, practice: Practice, folder: Path) -> None:
        self.practice = practice
        self._folder = folder
        self._files = {
            table: ColumnFile(folder / f"{table}.csv", systmone_columns(table), CSV_FORMAT)
            for table in systmone_tables()
        }
        self.staff = IdRegistry(9001)
        self.places = IdRegistry(7001)
        self.vaccines = IdRegistry(3001)

    def write(self, table: str, frame: pl.DataFrame) -> None:
        """Write rows of a table; columns that most tables have are added."""
        file = self._files[table]
        added = {
            "IDOrganisationVisibleTo": ORGANISATION,
            "IDOrganisation": ORGANISATION,
            "IDOrganisationDoneAt": ORGANISATION,
            "RemovedData": "0",
        }
        file.write(
            frame.with_columns(
                pl.lit(value).alias(name)
                for name, value in added.items()
                if name in file.columns and name not in frame.columns
            )
        )

    def profile(self, frame: pl.DataFrame, name: str) -> pl.DataFrame:
        """Add `__by`: the profile id of the member of staff named in a column."""
        people = self.staff.assign(frame.filter(pl.col(name).is_not_null()), [name])
        return frame.join(
            people.rename({"number": "__by"}), on=name, how="left", maintain_order="left"
        )

    def close(self) -> None:
        """Finish all files."""
        for file in self._files.values():
            file.close()

    def write_manifest(self) -> None:
        """Write SRManifest.csv: the files, and the day up to which they are complete."""
        columns = ("FileName", "IsDelta", "IsReference", "DateExtractFrom", "DateExtractTo")
        file = ColumnFile(self._folder / "SRManifest.csv", columns, CSV_FORMAT)
        file.write(
            pl.DataFrame(
                {
                    "FileName": list(self._files),
                    "IsDelta": ["N"] * len(self._files),
                    "IsReference": ["N"] * len(self._files),
                    "DateExtractFrom": [""] * len(self._files),
                    "DateExtractTo": [f"{self.practice.as_at:%Y%m%d}_0200"] * len(self._files),
                }
            )
        )
        file.close()


def day(name: str, clock: str = " 00:00:00") -> pl.Expr:
    """Return a column of days as SystmOne writes it."""
    return pl.concat_str(pl.col(name).dt.to_string("%d %b %Y"), pl.lit(clock))


def flag(value: pl.Expr) -> pl.Expr:
    """Return Boolean values as TRUE and FALSE."""
    return pl.when(value).then(pl.lit("TRUE")).when(~value).then(pl.lit("FALSE"))
