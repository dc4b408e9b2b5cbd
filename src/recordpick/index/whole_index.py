"""An index folder that appears whole or not at all, and takes the place of an earlier one whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recordpick.errors import UserError
from recordpick.index.manifest import MANIFEST
from recordpick.whole import atomic_folder, cannot_write

REJECTED = "rejected_rows.csv"
SET_ASIDE = "set_aside_values.csv"


def check_out(out: Path) -> None:
    """Raise UserError unless `out` is free, empty, or an index."""
    try:
        if not out.absolute().parent.is_dir():
            raise UserError(f"{out}: there is no folder {out.absolute().parent}. Make it first.")
        if out.is_symlink() and not out.exists():
            raise UserError(f"{out} is a link to nothing: choose another folder.")
        if not out.exists():
            return
        if not out.is_dir():
            raise UserError(f"{out} is a file: choose another folder for the index.")
        held = {entry.name for entry in out.iterdir()}
        others = sorted(name for name in held if not _is_of_an_index(name))
        if others or (held and MANIFEST not in held):
            raise UserError(
                f"{out} holds something that is not of an index ({(others or sorted(held))[0]}): "
                "nothing in it was touched. Choose another folder for the index."
            )
    except OSError as error:
        raise cannot_write(out, error) from error


def _is_of_an_index(name: str) -> bool:
    """Tell whether an index has files of that name: only such a folder may be replaced."""
    return name in {MANIFEST, REJECTED, SET_ASIDE} or name.endswith(".parquet")


@contextmanager
def whole_index(out: Path) -> Iterator[Path]:
    """Give a new folder beside `out` that becomes `out` when the block ends without an error.

    An index that is there already is replaced whole; until then it stays as it was.
    """
    with atomic_folder(out, check_out) as folder:
        yield folder
