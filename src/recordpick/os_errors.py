"""Errors of the operating system when something is written, in words: one table for all."""

from __future__ import annotations

import errno
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


def reason_of(error: OSError) -> str:
    """Return why the system refused to write, and what to do, to complete a sentence."""
    return _REASONS.get(error.errno or 0, f"the system says: {error.strerror or error}")


def cannot_create(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why a file could not be created."""
    return UserError(f"{path} could not be made: {reason_of(error)}.")


def cannot_write(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why the system refused to write, where nothing was left."""
    return UserError(f"{path} could not be written: {reason_of(error)}. Nothing was left behind.")


def cannot_read(path: Path, error: OSError) -> UserError:
    """Return a UserError that says why the system refused to read."""
    return UserError(f"{path} cannot be read: {error.strerror or error}.")
