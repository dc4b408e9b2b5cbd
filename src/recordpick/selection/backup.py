"""Copies of a working file: one a day, made when it is first opened for writing, five kept.

They are beside the file as `<name>.<year-month-day>.backup` and are working files themselves: give
one another name to go on with it. A file that becomes one of a later version is copied before, as
`<name>.version-1.backup`; that copy stays.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

from recordpick.atomic import move_into_place, temporary_name, write_new
from recordpick.os_errors import cannot_create

KEPT = 5


def backups(path: Path) -> tuple[Path, ...]:
    """Return the backups of a working file, the newest first."""
    start, end = f"{path.name}.", ".backup"
    found: list[tuple[date, Path]] = []
    for beside in path.parent.iterdir():
        name = beside.name
        if name.startswith(start) and name.endswith(end):
            with suppress(ValueError):
                found.append((date.fromisoformat(name[len(start) : -len(end)]), beside))
    return tuple(beside for _, beside in sorted(found, reverse=True))


def keep_version(path: Path, version: int) -> Path:
    """Copy a working file before it becomes one of a later version, unless that was done before.

    An older recordpick reads the copy, and not the file any more. UserError if it cannot be made.
    """
    target = path.with_name(f"{path.name}.version-{version}.backup")
    if not target.exists():
        try:
            _copy(path, target)
        except OSError as error:
            raise cannot_create(target, error) from error
    return target


def back_up(path: Path, today: date) -> Path | None:
    """Copy a working file unless that was done today; remove all but the newest five copies.

    The file must be sound, and nobody may write to it at that time. None if there was one already.
    OSError if the copy cannot be written: nothing is left behind, and no copy was removed.
    """
    target = path.with_name(f"{path.name}.{today.isoformat()}.backup")
    if target.exists():
        return None
    _copy(path, target)
    for old in backups(path)[KEPT:]:
        old.unlink(missing_ok=True)
    return target


def _copy(path: Path, target: Path) -> None:
    """Copy a file, whole or not at all, readable by its owner only."""
    new = temporary_name(target)
    try:
        write_new(new, path.read_bytes())
        move_into_place(new, target)
    finally:
        new.unlink(missing_ok=True)
