"""A folder that appears whole or not at all."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recordpick.errors import UserError
from recordpick.selection.private_files import sync_folder, write_new

_CANNOT = {
    errno.ENOSPC: "there is no room left on the disk: free some, or choose another disk",
    errno.EDQUOT: "your share of the disk is used up: free some, or choose another disk",
    errno.EFBIG: "the disk takes no file of that size: choose another disk",
    errno.EACCES: "you may not write there: choose another folder, or ask for permission",
    errno.EPERM: "you may not write there: choose another folder, or ask for permission",
    errno.EEXIST: "something of that name is there: choose another name",
    errno.ENOTEMPTY: "it is not empty: choose another folder",
    errno.EROFS: "the disk can only be read: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


class FolderBeingWritten:
    """Takes files, each written to the disk and readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, content: bytes) -> None:
        """Write one file. `name` is a plain file name that was not written before."""
        write_new(self._folder / name, content)


@contextmanager
def whole_folder(out: Path) -> Iterator[FolderBeingWritten]:
    """Write a folder beside `out`, and make it `out` when the block ends without an error.

    `out` must not exist, or be an empty folder, and its parent must be a folder. Whatever goes
    wrong, nothing of it stays behind. The folder is its owner's only (on POSIX).

    UserError where `out` cannot be written, for whatever reason the system gives.
    """
    out = out.absolute()
    check_free(out)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}.", suffix=".part", dir=out.parent))
    except OSError as error:
        raise cannot_write(out, error) from error
    try:
        yield FolderBeingWritten(made)
        sync_folder(made)
        _rename(made, out)
        sync_folder(out.parent)
    except OSError as error:
        raise cannot_write(out, error) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def check_free(out: Path) -> None:
    """Raise a UserError unless `out` could be made: free, and in a folder that is there."""
    try:
        if not out.parent.is_dir():
            raise UserError(f"{out}: there is no folder {out.parent}. Make it first.")
        if not out.exists() and not out.is_symlink():
            return
        if not out.is_dir():
            raise UserError(f"{out} is a file: choose another folder.")
        if any(out.iterdir()):
            raise UserError(f"{out} is not empty: choose another folder.")
    except OSError as error:
        raise cannot_write(out, error) from error


def cannot_write(out: Path, error: OSError) -> UserError:
    """Put into a sentence why the system would not let us write."""
    why = _CANNOT.get(error.errno or 0, f"the system says: {error.strerror or error}")
    return UserError(f"{out} could not be written: {why}. Nothing was left behind.")


def _rename(made: Path, out: Path) -> None:
    try:
        made.rename(out)
    except OSError:
        # Windows renames onto nothing that exists, POSIX onto an empty folder; rmdir takes away
        # an empty folder only, so nothing of anybody's can be lost here.
        if not out.is_dir():
            raise
        out.resolve().rmdir()
        made.rename(out.resolve())
