"""What SQLite keeps beside a database while it writes: a rollback journal, or a log and its index.

A file with one of these names may belong to a change that was cut off, may have been left there by
a synchronising program, or may have been put there to do harm: SQLite believes any of them. So they
are examined here, without following links and without opening pipes or devices.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

SUFFIXES = ("-journal", "-wal", "-shm")
_KINDS = (
    (stat.S_ISREG, "file"),
    (stat.S_ISLNK, "link"),
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISDIR, "folder"),
)


def kind_of(mode: int) -> str:
    """Return in one word what a file of that mode is: "file" for a regular one."""
    return next((kind for is_it, kind in _KINDS if is_it(mode)), "device")


class Sidecar(NamedTuple):
    """One such file. `kind` is "file", "link", "pipe", "folder" or "device"."""

    path: Path
    kind: str
    owner: int
    size: int
    changed: int
    """The time of its last change in nanoseconds, to see whether somebody is writing to it."""

    @property
    def is_journal(self) -> bool:
        """Whether it is a rollback journal, by name and as a regular file."""
        return self.kind == "file" and self.path.name.endswith("-journal")


def sidecars(path: Path) -> tuple[Sidecar, ...]:
    """Return what is beside a database under SQLite's names, whichever name the path gives it."""
    real = Path(os.path.realpath(path))
    found: list[Sidecar] = []
    for suffix in SUFFIXES:
        beside = real.with_name(f"{real.name}{suffix}")
        try:
            state = beside.lstat()
        except OSError:
            continue
        found.append(
            Sidecar(beside, kind_of(state.st_mode), state.st_uid, state.st_size, state.st_mtime_ns)
        )
    return tuple(found)


def names_of(found: tuple[Sidecar, ...]) -> str:
    """Return their names for a sentence, with what they are where they are not files."""
    return " and ".join(
        one.path.name if one.kind == "file" else f"{one.path.name} (a {one.kind})" for one in found
    )
