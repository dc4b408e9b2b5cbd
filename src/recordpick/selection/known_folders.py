r"""Index folders that a working file may name without the person being asked.

The folder is in the file's journal, so a file from elsewhere names one that its sender chose. Even
reading it does harm: for `\\server\share` Windows sends that server the person's name, with what it
needs to find out the password. So a folder is only read if it is below the file's own, or
if this person has used that file with that folder on this computer before: created it there, or
named it.

What is remembered is an empty file for each, named by a hash: neither path nor practice can be read
from it. Losing it loses nothing: people are asked once more.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from recordpick.user_folder import own_folder

_KEPT = 500
_SEPARATORS = re.compile(r"[\\/]+")


def is_below(folder: str, parent: Path) -> bool:
    """Return whether a folder is inside another, by their names alone: no disk is read."""
    inside = os.path.normcase(os.path.normpath(folder))
    outer = os.path.normcase(os.path.normpath(parent))
    return Path(inside).is_absolute() and inside.startswith(outer.rstrip(os.sep) + os.sep)


def last_name(folder: str) -> str:
    """Return the last name of a path, of whichever system; "" where it has none."""
    name = _SEPARATORS.split(folder.rstrip("\\/"))[-1]
    return "" if name in {".", ".."} or ":" in name else name


def is_known(file_id: str, folder: str) -> bool:
    """Return whether this person has used a working file with a folder on this computer."""
    mark = _mark(file_id, folder)
    return mark is not None and mark.is_file()


def remember(file_id: str, folder: str) -> None:
    """Remember that they have; where nothing can be written, people are asked each time."""
    mark = _mark(file_id, folder)
    if mark is None:
        return
    with suppress(OSError):
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.touch(mode=0o600)
        marks = list(mark.parent.iterdir())
        if len(marks) > _KEPT:
            for old in sorted(marks, key=lambda one: one.stat().st_mtime)[: len(marks) - _KEPT]:
                old.unlink(missing_ok=True)


def _mark(file_id: str, folder: str) -> Path | None:
    own = own_folder()
    if own is None:
        return None
    text = f"{file_id}\0{folder}".encode("utf-8", "surrogateescape")
    return own / "known-indexes" / sha256(text).hexdigest()
