"""Errors of SQLite and of the disk about a working file, in words."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recordpick.atomic import temporary_name
from recordpick.errors import UserError
from recordpick.os_errors import reason_of

_SQLITE = {
    "SQLITE_FULL": "there is no room left on the disk. Free some, and do the last step again",
    "SQLITE_READONLY_DBMOVED": "it was moved, or replaced by another file, while it was open, so "
    "nothing was saved. Open it again",
    "SQLITE_READONLY_ROLLBACK": "the journal of an unfinished change is beside it, so nothing "
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
    "SQLITE_NOLFS": "the disk cannot hold a file of that size. Choose another disk",
}
"""By the start of SQLite's result codes, the first that fits; any other code is a bug of ours."""

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
    """SQLite says that a working file is not a sound database."""


class NoFileLocksError(UserError):
    """The drive with a working file has no file locks, without which writing is not safe."""


class BusyError(UserError):
    """Another program is reading or writing at this moment."""


class NotSavedError(UserError):
    """A change could not be written. What is in memory is sound, and can be saved elsewhere.

    `at_risk` says whether it is only in memory: the file on the disk is damaged or gone.
    """

    def __init__(self, *messages: str, at_risk: bool) -> None:
        """Take the sentences."""
        super().__init__(*messages)
        self.at_risk = at_risk


def has_file_locks(folder: Path) -> bool:
    """Return whether files in a folder can be locked; True where that cannot be tried."""
    if sys.platform == "win32":
        return True  # Windows locks every file itself, on shares too
    import fcntl

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


def _without_file_locks(path: Path) -> NoFileLocksError:
    return NoFileLocksError(
        f"{path} is on a drive without file locks, so nothing can be saved there safely. Copy it "
        "to a disk of this computer, or ask for the drive to be mounted with locks."
    )


@contextmanager
def as_user_error_while_writing(path: Path) -> Iterator[None]:
    """Do as `as_user_error`, for statements that fail only where the file is not as it was written.

    A table that is missing, a row that exists already or has another type: the file was damaged or
    changed while it was open.
    """
    try:
        with as_user_error(path):
            yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError):
            raise
        raise DamagedDatabaseError(
            f"{path} could not be used: it is damaged ({error}). Open it again to see what can be "
            "saved."
        ) from error


@contextmanager
def as_user_error(path: Path) -> Iterator[None]:
    """Turn errors of SQLite or the system about a working file into UserErrors."""
    try:
        yield
    except UnicodeDecodeError as error:
        # Python could not even read SQLite's message: a name in the schema is not text any more.
        raise DamagedDatabaseError(f"{path} could not be used: it is damaged.") from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(_NO_LOCKS) or (
            name.startswith(_BUSY) and not has_file_locks(path.parent)
        ):
            raise _without_file_locks(path) from error
        why = next((words for code, words in _SQLITE.items() if name.startswith(code)), None)
        if why is None:
            raise
        if name.startswith(_DAMAGED):
            raise DamagedDatabaseError(f"{path} could not be used: {why}.") from error
        if name.startswith(_BUSY):
            raise BusyError(f"{path} could not be used: {why}.") from error
        raise UserError(f"{path} could not be used: {why}.") from error
    except OSError as error:
        raise UserError(f"{path} could not be used: {reason_of(error)}.") from error
