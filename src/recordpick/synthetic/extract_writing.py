"""What the writers of every format share: a folder that appears whole, files by columns."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from recordpick.errors import UserError
from recordpick.synthetic.practice import Practice


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder that becomes `out` when the block ends without an error.

    UserError if `out` holds something already or cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file: give the name of a new folder.")
    if out.is_dir() and any(out.iterdir()):
        raise UserError(f"{out} is not empty: give the name of a new folder.")
    made: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        yield made
        if out.exists():
            out.rmdir()
        made.chmod(0o755)
        made.rename(out)
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(f"{out} cannot be written ({why}). Choose another folder.") from error
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


class ColumnFile:
    """A CSV file with just these columns in this order, written part by part."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self.rows = 0
        self._file: IO[bytes] = path.open("wb")
        self.write(pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String)), header=True)

    def write(self, frame: pl.DataFrame, *, header: bool = False) -> None:
        """Write rows; a column that the frame does not have is empty, one too many is our bug."""
        unknown = set(frame.columns) - set(self.columns)
        assert not unknown, unknown
        empty = pl.lit(None, pl.String)
        rows = frame.select(
            pl.col(name) if name in frame.columns else empty.alias(name) for name in self.columns
        )
        rows.write_csv(self._file, include_header=header)
        self.rows += rows.height

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def write_practice_toml(practice: Practice, folder: Path, system: str) -> None:
    """Say beside the files that they are made up: no export has a column for that."""
    (folder / "practice.toml").write_text(
        f'name = "{practice.name}"\nas_at = {practice.as_at.isoformat()}\nsynthetic = true\n'
        f'made_by = "recordpick synthesise --as {system}, '
        f'{len(practice.patients)} patients, seed {practice.seed}"\n',
        encoding="utf-8",
        newline="\n",
    )
