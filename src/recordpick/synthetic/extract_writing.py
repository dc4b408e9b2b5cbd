"""What the writers of all formats share: atomic folders, CSV files with fixed columns, ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import polars as pl

from recordpick import whole
from recordpick.synthetic.practice import Practice
from recordpick.whole import cannot_write


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Yield a temporary folder that is renamed to `out` when the block ends without an error.

    Raises UserError if `out` is not empty or cannot be written.
    """
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from error
    with whole.atomic_folder(out) as folder:
        yield folder


@dataclass(frozen=True)
class CsvFormat:
    """How a system writes its CSV files."""

    has_header: bool = True
    quotes: Literal["necessary", "always"] = "necessary"
    encoding: str = "utf-8"
    """Characters that the encoding does not have become question marks."""
    line_end: str = "\n"


class ColumnFile:
    """A CSV file with exactly these columns in this order, written part by part."""

    def __init__(self, path: Path, columns: Sequence[str], form: CsvFormat) -> None:
        self.columns = tuple(columns)
        self._form = form
        self._file: IO[bytes] = path.open("wb")
        if form.has_header:
            empty = pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
            self._write(empty, header=True)

    def write(self, frame: pl.DataFrame) -> None:
        """Write rows; a missing column is written empty, an unknown one is a programming error."""
        unknown = set(frame.columns) - set(self.columns)
        assert not unknown, unknown
        empty = pl.lit(None, pl.String)
        rows = frame.select(
            pl.col(name) if name in frame.columns else empty.alias(name) for name in self.columns
        )
        self._write(rows, header=False)

    def _write(self, rows: pl.DataFrame, *, header: bool) -> None:
        form = self._form
        text = rows.write_csv(
            include_header=header, quote_style=form.quotes, line_terminator=form.line_end
        )
        self._file.write(text.encode(form.encoding, "replace"))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class IdRegistry:
    """Assigns consecutive numbers to distinct things, such as codes, drugs or people."""

    def __init__(self, first: int) -> None:
        self._numbers: dict[tuple[str | None, ...], int] = {}
        self._first = first

    def assign(self, frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
        """Return `names` and `number` for each distinct row of the frame."""
        found = frame.select(names).unique().sort(names)
        for row in found.iter_rows():
            self._numbers.setdefault(row, self._first + len(self._numbers))
        numbers = [self._numbers[row] for row in found.iter_rows()]
        return found.with_columns(pl.Series("number", numbers, pl.Int64))

    def frame(self, names: list[str]) -> pl.DataFrame:
        """Return all things that have a number, with their numbers."""
        rows = [(*row, number) for row, number in self._numbers.items()]
        schema = dict.fromkeys(names, pl.String) | {"number": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")


def write_practice_toml(practice: Practice, folder: Path, system: str) -> None:
    """Write practice.toml, which says that the files are synthetic: no export has such a column."""
    (folder / "practice.toml").write_text(
        f'name = "{practice.name}"\nas_at = {practice.as_at.isoformat()}\nsynthetic = true\n'
        f'made_by = "recordpick synthesise --as {system}, '
        f'{len(practice.patients)} patients, seed {practice.seed}"\n',
        encoding="utf-8",
        newline="\n",
    )
