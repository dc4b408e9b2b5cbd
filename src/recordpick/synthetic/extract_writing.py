"""What the writers of all formats share: atomic folders, CSV files with fixed columns, ids.

And the writer of the plain format: a folder of tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import polars as pl
from polars.io.plugins import register_io_source

from recordpick import atomic as whole
from recordpick.atomic import atomic_folder
from recordpick.progress import Progress, silent
from recordpick.synthetic.practice import GENERATED_TABLES, Practice
from recordpick.synthetic.rows import schema


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Yield a temporary folder that is renamed to `out` when the block ends without an error.

    Raises UserError if `out` is not empty or cannot be written.
    """
    whole.make_folders(out.absolute().parent)
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
        f'{practice.made_from}"\n',
        encoding="utf-8",
        newline="\n",
    )


Format = Literal["parquet", "csv"]

ROW_GROUP = 100_000


def write_tables(
    practice: Practice, out: Path, fmt: Format = "parquet", progress: Progress = silent
) -> dict[str, int]:
    """Write `<table>.<fmt>` for every table, and `practice.toml`; return each table's row count.

    `out` must not exist, or be an empty folder. Everything is written to a folder beside it, which
    is then renamed. CSV is UTF-8 with `\\n` as line end; the same practice gives the same bytes.
    Raises UserError if the folder cannot be written.
    """
    with atomic_folder(out) as folder:
        return _write_all(practice, folder, fmt, progress)


def _write_all(practice: Practice, folder: Path, fmt: Format, progress: Progress) -> dict[str, int]:
    write = _write_csv if fmt == "csv" else _write_parquet
    rows = {}
    for table in GENERATED_TABLES:
        parts = _Parts(practice, table, progress)
        write(parts, folder / f"{table}.{fmt}")
        rows[table] = parts.rows
    about = (
        f'name = "{practice.name}"\nas_at = {practice.as_at.isoformat()}\nsynthetic = true\n'
        f'made_by = "recordpick synthesise, '
        f'{practice.made_from}"\n'
    )
    (folder / "practice.toml").write_text(about, encoding="utf-8", newline="\n")
    progress("written", 1.0)
    return rows


class _Parts:
    """The parts of a table, one after the other; counts `rows` and reports progress.

    An exception that ends them early is kept in `stopped_by`, because polars would hide it.
    """

    def __init__(self, practice: Practice, table: str, progress: Progress) -> None:
        self._practice = practice
        self._progress = progress
        self.table = table
        self.rows = 0
        self.stopped_by: BaseException | None = None

    def __iter__(self) -> Iterator[pl.DataFrame]:
        done = sum(_SHARES[: GENERATED_TABLES.index(self.table)])
        share = _SHARES[GENERATED_TABLES.index(self.table)]
        count = max(1, self._practice.part_count(self.table))
        try:
            for position, part in enumerate(self._practice.parts(self.table)):
                self._progress(f"generating {self.table}", (done + share * position / count) / 100)
                self.rows += part.height
                yield part
        except BaseException as error:
            self.stopped_by = error
            raise


_SHARES = (2, 62, 8, 5, 4, 2, 2, 2, 1, 12)
"""The approximate share of time that each table takes, in per cent, as in `GENERATED_TABLES`."""


def _write_csv(parts: _Parts, path: Path) -> None:
    with path.open("wb") as file:
        for position, part in enumerate(parts):
            part.write_csv(file, include_header=position == 0)


def _write_parquet(parts: _Parts, path: Path) -> None:
    """Stream the parts to the file, so that memory holds only a few of them."""

    def source(
        with_columns: list[str] | None,  # noqa: ARG001 - the sink takes every column
        predicate: pl.Expr | None,  # noqa: ARG001 - and every row
        n_rows: int | None,  # noqa: ARG001
        batch_size: int | None,  # noqa: ARG001 - the size of a part is fixed
    ) -> Iterator[pl.DataFrame]:
        return iter(parts)

    rows = register_io_source(source, schema=schema(parts.table))
    try:
        rows.sink_parquet(path, row_group_size=ROW_GROUP, maintain_order=True)
    except pl.exceptions.ComputeError:
        if parts.stopped_by is None:
            raise
        raise parts.stopped_by from None
