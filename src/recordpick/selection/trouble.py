"""What the disk or SQLite refuses, in words."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recordpick.errors import UserError

_SYSTEM = {
    errno.ENOSPC: "there is no room left on the disk: free some, or choose another disk",
    errno.EDQUOT: "your share of the disk is used up: free some, or choose another disk",
    errno.EACCES: "you may not write there: choose another folder, or ask for permission",
    errno.EPERM: "you may not write there: choose another folder, or ask for permission",
    errno.EROFS: "the disk can only be read: choose another folder",
    errno.ENOENT: "there is no such folder: make it first, or check that the drive is connected",
    errno.ENOTDIR: "there is no such folder: make it first",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}

_SQLITE = {
    "SQLITE_FULL": "there is no room left on the disk. Free some, and do the last step again",
    "SQLITE_READONLY_DBMOVED": "it was moved, or replaced by another file, while it was open, so "
    "nothing was saved. Open it again",
    "SQLITE_READONLY": "it can only be read. Ask for permission to write to it and its folder",
    "SQLITE_PERM": "you may not use it. Ask for permission",
    "SQLITE_AUTH": "you may not use it. Ask for permission",
    "SQLITE_BUSY": "another program is using it. Close that one, or try again in a moment",
    "SQLITE_LOCKED": "another program is using it. Close that one, or try again in a moment",
    "SQLITE_CANTOPEN": "it cannot be reached. Check that its folder is there and can be written to",
    "SQLITE_IOERR": "the disk or the network drive did not answer. Check it, and open it again",
    "SQLITE_CORRUPT": "it is damaged. Open it again to see what can be saved",
    "SQLITE_NOTADB": "it is damaged. Open it again to see what can be saved",
    "SQLITE_NOLFS": "the disk takes no file of that size. Choose another disk",
}
"""By the start of SQLite's result codes, the first that fits; what is not here is our mistake."""


_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class DamagedDatabaseError(UserError):
    """SQLite says that a working file is no sound database."""


def cannot_make(path: Path, error: OSError) -> UserError:
    """Say that a file could not be made, and why."""
    why = _SYSTEM.get(error.errno or 0, f"the system says: {error.strerror or error}")
    return UserError(f"{path} could not be made: {why}.")


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite or the system says of a working file into a UserError."""
    try:
        yield
    except UnicodeDecodeError as error:
        # Python could not even read what SQLite said: a name in the schema is no text any more.
        raise DamagedDatabaseError(f"{path} could not be used: it is damaged.") from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        why = next((said for code, said in _SQLITE.items() if name.startswith(code)), None)
        if why is None:
            raise
        if name.startswith(_DAMAGED):
            raise DamagedDatabaseError(f"{path} could not be used: {why}.") from error
        raise UserError(f"{path} could not be used: {why}.") from error
    except OSError as error:
        why = _SYSTEM.get(error.errno or 0, f"the system says: {error.strerror or error}")
        raise UserError(f"{path} could not be used: {why}.") from error
