"""Write a synthetic practice as a folder of tables, atomically."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import polars as pl
from polars.io.plugins import register_io_source

from recordpick.progress import Progress, silent
from recordpick.synthetic.practice import GENERATED_TABLES, Practice
from recordpick.synthetic.rows import schema
from recordpick.whole import atomic_folder

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
        f'{len(practice.patients)} patients, seed {practice.seed}"\n'
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


_SHARES = (2, 70, 10, 6, 5, 2, 2, 2, 1)
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
