"""Errors of the operating system in words, with what to do: one table for all.

Windows has numbers of its own (`winerror`), which say more than those that Python makes of them: a
file that Excel has open is "Permission denied" by the other.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from recordpick.errors import UserError
from recordpick.file_names import is_drive_there

_REASONS = {
    errno.ENOSPC: "there is no room left on the disk: free some, or choose another disk",
    errno.EDQUOT: "your share of the disk is used up: free some, or choose another disk",
    errno.ENOMEM: "there is not enough memory: close other programs",
    errno.EFBIG: "the disk cannot hold a file of that size: choose another disk",
    errno.EACCES: "you may not write there: choose another folder, or ask for permission",
    errno.EPERM: "you may not write there: choose another folder, or ask for permission",
    errno.EROFS: "the disk is read-only: choose another folder",
    errno.ENOENT: "there is no such folder: make it, check the drive, or choose another",
    errno.ENOTDIR: "there is no such folder: make it, or choose another",
    errno.EEXIST: "there is something of that name: choose another name",
    errno.ENOTEMPTY: "it is not empty: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


_OPEN_ELSEWHERE = "another program has it open (Excel?): close it there and try again"
_UNREACHABLE = "the drive cannot be reached: check the connection, or choose another folder"
_GONE = (15, 20, 21, 51, 53, 54, 55, 59, 64, 67, 121, 433, 1167, 1222, 1231, 1232, 1236, 2250)
"""Numbers of Windows for a drive, a device, a share or a network that is not there any more."""
_NOT_A_NAME = "Windows does not allow that name: choose one of letters, digits, - and _"
_WINDOWS_REASONS = {
    3: _REASONS[errno.ENOENT],
    5: _REASONS[errno.EACCES],
    19: _REASONS[errno.EROFS],
    32: _OPEN_ELSEWHERE,
    33: _OPEN_ELSEWHERE,
    39: _REASONS[errno.ENOSPC],
    65: _REASONS[errno.EACCES],
    112: _REASONS[errno.ENOSPC],
    123: _NOT_A_NAME,
    145: _REASONS[errno.ENOTEMPTY],
    161: _NOT_A_NAME,
    206: "the path is too long for Windows: choose a shorter name, or a folder higher up",
    1224: _OPEN_ELSEWHERE,
    1295: _REASONS[errno.EDQUOT],
    1816: _REASONS[errno.EDQUOT],
    **dict.fromkeys(_GONE, _UNREACHABLE),
}
"""By the numbers of Windows (System Error Codes in Microsoft's documentation)."""
_ACCESS_DENIED, _SHARING_VIOLATION = 5, 32
_REFUSED = {_ACCESS_DENIED, 65}
_NO_PERMISSION = "you have no permission: ask for it"
_HELD_OR = "another program has it open (Excel?): close it there and try again; or "
"""Python's `open` keeps no number of Windows, and says "Permission denied" for either."""


def windows_number(error: OSError) -> int | None:
    """Return the number that Windows gave an error; None on other systems."""
    number = getattr(error, "winerror", None)
    return number if isinstance(number, int) else None


def error_of_number(number: int) -> OSError:
    """Return the error with the number of the operating system: errno, or on Windows its own."""
    if os.name != "nt":
        return OSError(number, os.strerror(number))
    error = OSError(0, f"error {number} of Windows", None, number)
    if windows_number(error) is None:  # a Python that was not built for Windows ignores it
        error.winerror = number  # type: ignore[attr-defined]
    return error


def may_be_held(error: OSError) -> bool:
    """Return whether a virus scanner or OneDrive may have a file open just now, on Windows."""
    return windows_number(error) in {_ACCESS_DENIED, _SHARING_VIOLATION}


def is_unreachable(error: OSError, path: Path | None = None) -> bool:
    """Return whether the drive or share of a path, or of the error's own, is gone, on Windows.

    A drive that vanishes during a command gives errors of many kinds, "no such folder" among them.
    """
    if os.name == "nt" and windows_number(error) in _GONE:
        return True
    if path is None and isinstance(error.filename, str):
        path = Path(error.filename)
    return path is not None and not is_drive_there(path)


def reason_of(error: OSError, path: Path | None = None) -> str:
    """Return why the system refused to write, and what to do, to complete a sentence.

    `path` is what could not be written, where the error does not name it.
    """
    if is_unreachable(error, path):
        return _UNREACHABLE
    number = windows_number(error)
    if number in _WINDOWS_REASONS:
        return _WINDOWS_REASONS[number]
    if _is_held_or_refused(error):
        return _HELD_OR + _REASONS[errno.EACCES]
    return _REASONS.get(error.errno or 0, f"the system says: {error.strerror or error}")


def words_of(error: OSError, path: Path | None = None) -> str:
    """Return what the system says: its own words, or ours where Windows has only a number."""
    if is_unreachable(error, path):
        return _UNREACHABLE
    number = windows_number(error)
    if _is_held_or_refused(error):
        return _HELD_OR + _NO_PERMISSION
    if number in _REFUSED or (os.name == "nt" and number is None and error.errno == errno.EACCES):
        return _NO_PERMISSION
    return _WINDOWS_REASONS.get(number or 0) or error.strerror or str(error)


def _is_held_or_refused(error: OSError) -> bool:
    """Return whether a file may be open elsewhere or protected, where Python cannot tell which.

    A new file that could not be made is not open anywhere.
    """
    if os.name != "nt" or windows_number(error) is not None or error.errno != errno.EACCES:
        return False
    return not isinstance(error.filename, str) or os.path.lexists(error.filename)


def cannot_create(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why a file could not be created."""
    return UserError(f"{path} could not be made: {reason_of(error, path)}.")


def cannot_write(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why the system refused to write, and what was left."""
    left = "Nothing was left behind."
    if is_unreachable(error, path):
        left = (
            "An unfinished part may be left there: it is removed when you write there again later."
        )
    return UserError(f"{path} could not be written: {reason_of(error, path)}. {left}")


def cannot_read(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why the system refused to read a file, or one in a folder."""
    if isinstance(error.filename, str) and path in Path(error.filename).parents:
        path = Path(error.filename)
    if path.is_dir():
        return UserError(f"{path} is a folder: choose a file in it.")
    return UserError(f"{path} cannot be read: {words_of(error, path)}.")
