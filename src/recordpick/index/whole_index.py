"""An index folder that appears whole or not at all, and takes the place of an earlier one whole."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index.manifest import MANIFEST

REJECTED = "rejected_rows.csv"
SET_ASIDE = "set_aside_values.csv"

_WINDOWS_FULL = (39, 112)
"""Windows's own numbers of a full disk."""

_CANNOT = {
    errno.ENOSPC: "there is no room left on the disk: free some, or choose another disk",
    errno.EDQUOT: "your share of the disk is used up: free some, or choose another disk",
    errno.EFBIG: "the disk takes no file of that size: choose another disk",
    errno.EACCES: "you may not write there: choose another folder, or ask for permission",
    errno.EPERM: "you may not write there: choose another folder, or ask for permission",
    errno.EROFS: "the disk can only be read: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


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

    Its owner's only (0700) where the system knows that. Whatever goes wrong, nothing of it stays
    behind and an earlier index at `out` stays as it was. UserError for what the system refuses.
    """
    check_out(out)
    out = out.resolve()
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}.", suffix=".part", dir=out.parent))
    except OSError as error:
        raise cannot_write(out, error) from error
    try:
        yield made
        for path in made.iterdir():
            path.chmod(0o600)
            _sync(path)
        _put_in_place(made, out)
        _sync(out.parent)
    except OSError as error:
        raise cannot_write(out, error) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def cannot_write(out: Path, error: OSError) -> UserError:
    """Put into a sentence why the system would not let us write."""
    number = error.errno or _number_in(error)
    why = _CANNOT.get(number, f"the system says: {error.strerror or error}")
    return UserError(f"{out} could not be written: {why}. Nothing was left behind.")


def system_error(error: pl.exceptions.PolarsError) -> OSError | None:
    """Give the system's error that polars wraps in one of its own, if it does."""
    number = _number_in(error)
    return OSError(number, os.strerror(number)) if number else None


def _number_in(error: Exception) -> int:
    """Give the system's number of an error that polars only has in its text, or 0."""
    found = re.search(r"\(os error ([0-9]+)\)", str(error))
    number = int(found[1]) if found else 0
    return errno.ENOSPC if os.name == "nt" and number in _WINDOWS_FULL else number


def _put_in_place(made: Path, out: Path) -> None:
    """Rename; an earlier index steps aside first and comes back if the new one cannot follow."""
    if not out.exists():
        made.rename(out)
        return
    earlier = made.with_suffix(".old")
    out.rename(earlier)
    try:
        made.rename(out)
    except OSError:
        earlier.rename(out)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable where the system has a call for that."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # Some network drives do not know this call: they are durable when they say so.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
