"""Writes a made-up practice as a folder of tables: whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import polars as pl

from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.synthetic.practice import MAKERS, Practice

Format = Literal["parquet", "csv"]

ROW_GROUP = 100_000


def write_tables(
    practice: Practice, out: Path, fmt: Format = "parquet", progress: Progress = silent
) -> dict[str, int]:
    """Write `<table>.<fmt>` for every table, and `practice.toml`; give the rows of each table.

    `out` must not exist, or be an empty folder. All is written to a folder beside it, which then
    takes its name. CSV is UTF-8 with `\\n` as line end; the same practice gives the same bytes.
    UserError where the folder cannot be written.
    """
    _check_free(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise UserError(_cannot(out, error)) from None
    try:
        rows = _write_all(practice, temporary, fmt, progress)
        if out.exists():
            out.rmdir()
        temporary.chmod(0o755)
        temporary.rename(out)
    except OSError as error:
        raise UserError(_cannot(out, error)) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return rows


def _cannot(out: Path, error: OSError) -> str:
    why = error.strerror or str(error)
    return f"{out}: the tables cannot be written there ({why}). Choose another folder."


def _check_free(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file: give the name of a new folder.")
    if out.is_dir() and any(out.iterdir()):
        raise UserError(f"{out} is not empty: give the name of a new folder.")


def _write_all(practice: Practice, folder: Path, fmt: Format, progress: Progress) -> dict[str, int]:
    rows = {}
    names = ("patients", *MAKERS)
    for place, table in enumerate(names):
        progress(f"writing {table}", place / len(names))
        write = _write_csv if fmt == "csv" else _write_parquet
        rows[table] = write(practice.parts(table), folder / f"{table}.{fmt}")
    about = (
        f'name = "{practice.name}"\nas_at = {practice.as_at.isoformat()}\nsynthetic = true\n'
        f'made_by = "recordpick synthesise, '
        f'{len(practice.patients)} patients, seed {practice.seed}"\n'
    )
    (folder / "practice.toml").write_text(about, encoding="utf-8", newline="\n")
    progress("written", 1.0)
    return rows


def _write_csv(parts: Iterator[pl.DataFrame], path: Path) -> int:
    rows = 0
    with path.open("wb") as file:
        for part in parts:
            part.write_csv(file, include_header=rows == 0)
            rows += part.height
    return rows


def _write_parquet(parts: Iterator[pl.DataFrame], path: Path) -> int:
    """Write the parts as one file; more than one go through files of their own, to save memory."""
    first = next(parts)
    following = next(parts, None)
    if following is None:
        first.write_parquet(path, row_group_size=ROW_GROUP)
        return first.height
    beside = path.with_suffix(".parts")
    beside.mkdir()
    rows = 0
    names: list[Path] = []
    part: pl.DataFrame | None = first
    while part is not None:
        name = beside / f"{len(names):05}.parquet"
        part.write_parquet(name, compression="lz4")
        names.append(name)
        rows += part.height
        part, following = following, next(parts, None)
    pl.scan_parquet(names, glob=False).sink_parquet(
        path, row_group_size=ROW_GROUP, maintain_order=True
    )
    shutil.rmtree(beside)
    return rows
