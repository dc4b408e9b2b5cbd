"""Errors of the operating system and of SQLite, as sentences."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
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
    "SQLITE_READONLY_ROLLBACK": "the journal of an unfinished change lies beside it, so nothing "
    "was saved. Open it again",
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
"""By the start of SQLite's result codes, the first that fits; any other code is our own bug."""


_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


_NO_LOCKS = (
    "SQLITE_IOERR_LOCK",
    "SQLITE_IOERR_UNLOCK",
    "SQLITE_IOERR_RDLOCK",
    "SQLITE_IOERR_CHECKRESERVEDLOCK",
    "SQLITE_PROTOCOL",
)
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_CANNOT_LOCK = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}


class DamagedDatabaseError(UserError):
    """SQLite reports that a working file is not a sound database."""


class NoFileLocksError(UserError):
    """The drive of a working file has no file locks, so that writing is not safe."""


class BusyError(UserError):
    """Another program is reading or writing at this moment."""


class NotSavedError(UserError):
    """A change could not be written. What is in memory is sound, and can be saved elsewhere.

    `at_risk` says whether it is nowhere else: the file on the disk is damaged or gone.
    """

    def __init__(self, *messages: str, at_risk: bool) -> None:
        """Store the sentences."""
        super().__init__(*messages)
        self.at_risk = at_risk


def has_file_locks(folder: Path) -> bool:
    """Return whether files in a folder can be locked; True where that cannot be tried."""
    if sys.platform == "win32":
        return True  # Windows locks every file itself, on shares too
    import fcntl

    from recordpick.atomic import temporary_name

    tried = temporary_name(folder / "lock")
    try:
        descriptor = os.open(tried, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return True
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _CANNOT_LOCK
    else:
        return True
    finally:
        os.close(descriptor)
        tried.unlink(missing_ok=True)


def _no_file_locks(path: Path) -> NoFileLocksError:
    return NoFileLocksError(
        f"{path} is on a drive without file locks, so nothing can be saved there safely. Copy it "
        "to a disk of this computer, or ask for the drive to be mounted with locks."
    )


def cannot_make(path: Path, error: OSError) -> UserError:
    """Say that a file could not be made, and why."""
    why = _SYSTEM.get(error.errno or 0, f"the system says: {error.strerror or error}")
    return UserError(f"{path} could not be made: {why}.")


@contextmanager
def in_words_while_writing(path: Path) -> Iterator[None]:
    """As `in_words`, for statements of ours that fail only where the file is not what we made.

    A table that is gone, a row that is there already or has another type: the file was damaged or
    changed while it was open.
    """
    try:
        with in_words(path):
            yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError):
            raise
        raise DamagedDatabaseError(
            f"{path} could not be used: it is damaged ({error}). Open it again to see what can be "
            "saved."
        ) from error


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
        if name.startswith(_NO_LOCKS) or (
            name.startswith(_BUSY) and not has_file_locks(path.parent)
        ):
            raise _no_file_locks(path) from error
        why = next((said for code, said in _SQLITE.items() if name.startswith(code)), None)
        if why is None:
            raise
        if name.startswith(_DAMAGED):
            raise DamagedDatabaseError(f"{path} could not be used: {why}.") from error
        if name.startswith(_BUSY):
            raise BusyError(f"{path} could not be used: {why}.") from error
        raise UserError(f"{path} could not be used: {why}.") from error
    except OSError as error:
        why = _SYSTEM.get(error.errno or 0, f"the system says: {error.strerror or error}")
        raise UserError(f"{path} could not be used: {why}.") from error
