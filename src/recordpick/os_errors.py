"""Errors of the operating system in words, with what to do: one table for all.

Windows has numbers of its own (`winerror`), which say more than those that Python makes of them: a
file that Excel has open is "Permission denied" by the other.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from recordpick.errors import UserError

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
    errno.ENOTEMPTY: "it is not empty: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


_OPEN_ELSEWHERE = "another program has it open (Excel?): close it there and try again"
_UNREACHABLE = "the drive cannot be reached: check the connection, or choose another folder"
_NOT_A_NAME = "Windows does not allow that name: choose one of letters, digits, - and _"
_WINDOWS_REASONS = {
    3: _REASONS[errno.ENOENT],
    5: _REASONS[errno.EACCES],
    15: _UNREACHABLE,
    19: _REASONS[errno.EROFS],
    21: _UNREACHABLE,
    32: _OPEN_ELSEWHERE,
    33: _OPEN_ELSEWHERE,
    39: _REASONS[errno.ENOSPC],
    53: _UNREACHABLE,
    55: _UNREACHABLE,
    59: _UNREACHABLE,
    64: _UNREACHABLE,
    65: _REASONS[errno.EACCES],
    67: _UNREACHABLE,
    112: _REASONS[errno.ENOSPC],
    123: _NOT_A_NAME,
    145: _REASONS[errno.ENOTEMPTY],
    161: _NOT_A_NAME,
    206: "the path is too long for Windows: choose a shorter name, or a folder higher up",
    1224: _OPEN_ELSEWHERE,
    1295: _REASONS[errno.EDQUOT],
    1816: _REASONS[errno.EDQUOT],
}
"""By the numbers of Windows (System Error Codes in Microsoft's documentation)."""
_ACCESS_DENIED, _SHARING_VIOLATION = 5, 32
_REFUSED = {_ACCESS_DENIED, 65}
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


def reason_of(error: OSError) -> str:
    """Return why the system refused to write, and what to do, to complete a sentence."""
    number = windows_number(error)
    if number in _WINDOWS_REASONS:
        return _WINDOWS_REASONS[number]
    if _is_held_or_refused(error):
        return _HELD_OR + _REASONS[errno.EACCES]
    return _REASONS.get(error.errno or 0, f"the system says: {error.strerror or error}")


def words_of(error: OSError) -> str:
    """Return what the system says: its own words, or ours where Windows has only a number."""
    number = windows_number(error)
    if number in _REFUSED:
        return "you have no permission: ask for it"
    if _is_held_or_refused(error):
        return _HELD_OR + "you have no permission: ask for it"
    return _WINDOWS_REASONS.get(number or 0) or error.strerror or str(error)


def _is_held_or_refused(error: OSError) -> bool:
    return os.name == "nt" and windows_number(error) is None and error.errno == errno.EACCES


def cannot_create(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why a file could not be created."""
    return UserError(f"{path} could not be made: {reason_of(error)}.")


def cannot_write(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why the system refused to write, where nothing was left."""
    return UserError(f"{path} could not be written: {reason_of(error)}. Nothing was left behind.")


def cannot_read(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why the system refused to read a file, or one in a folder."""
    if isinstance(error.filename, str) and path in Path(error.filename).parents:
        path = Path(error.filename)
    if path.is_dir():
        return UserError(f"{path} is a folder: choose a file in it.")
    return UserError(f"{path} cannot be read: {words_of(error)}.")
