"""Who has a working file open for writing: a small file beside it, `<name>.lock`.

Why a file, and not a lock of the operating system or of SQLite: a second person must be able to
read the working file meanwhile, and be told who has it and since when; and locks of the system are
not to be relied on across network drives, where making a file that must not exist yet is.

What it cannot do is vanish with a crashed program. So it says which program on which computer made
it: one left by a program that is no longer running on this computer is taken away. One from another
computer stays until somebody says that it is to be taken over. Whoever lost the lock that way
is told at the next change, and nothing is written: see `Lock.check`. Should even that fail, each
change is only written onto the journal as it was read (`store.Store.append`).
"""

from __future__ import annotations

import json
import os
import platform
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from recordpick.errors import UserError
from recordpick.selection.private_files import put_in_place, temporary_name, write_new
from recordpick.selection.processes import is_running

_MINE: set[str] = set()
"""The tokens of the locks that this program holds."""

TRIES = 3


@dataclass(frozen=True, slots=True)
class Holder:
    """What a lock file says. `since` is UTC as ISO 8601; `who` is empty if nobody said."""

    token: str
    who: str
    host: str
    pid: int
    since: str

    @property
    def in_words(self) -> str:
        """Who has the file open and since when, for people (their own clock)."""
        who = self.who or "somebody"
        where = f" on {self.host}" if self.host else ""
        try:
            since = datetime.fromisoformat(self.since).astimezone()
        except ValueError:
            return f"{who}{where}"
        return f"{who}{where} since {since:%d/%m/%Y %H:%M}"

    @property
    def is_stale(self) -> bool:
        """Whether the program that made the lock is certainly gone."""
        if self.host != platform.node():
            return False
        if self.pid == os.getpid():
            return self.token not in _MINE
        return not is_running(self.pid)


class Lock:
    """The lock of one working file, held by this program."""

    def __init__(self, path: Path, holder: Holder) -> None:
        self._path = path
        self._holder = holder

    def check(self) -> None:
        """Raise a UserError if somebody else has taken the file over, or the folder vanished."""
        holder = read_lock(self._path)
        if holder is not None and holder.token == self._holder.token:
            return
        if holder is None:
            raise UserError(
                f"{self._path} is gone, so nothing was saved: the folder was moved, cannot be "
                "reached, or somebody took the lock away. Open the working file again."
            )
        raise UserError(
            f"{holder.in_words} has taken this working file over, so nothing was saved. "
            "Open it again to read it."
        )

    def say_who(self, who: str) -> None:
        """Let the lock name somebody else from now on, if that can be written."""
        self._holder = replace(self._holder, who=who)
        made = temporary_name(self._path)
        try:
            with suppress(OSError):
                write_new(made, _as_json(self._holder))
                made.replace(self._path)
        finally:
            made.unlink(missing_ok=True)

    def release(self) -> None:
        """Take the lock away, if it is still ours."""
        holder = read_lock(self._path)
        if holder is not None and holder.token == self._holder.token:
            with suppress(OSError):
                self._path.unlink()
        _MINE.discard(self._holder.token)


def _as_json(holder: Holder) -> bytes:
    return json.dumps(asdict(holder)).encode()


def lock_path(path: Path) -> Path:
    """Give the name of the lock file of a working file: the same by whatever name it is opened."""
    path = path.resolve()
    return path.with_name(f"{path.name}.lock")


def read_lock(path: Path) -> Holder | None:
    """Read a lock file; None if there is none. One that cannot be read is held by somebody."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return Holder("", "", "", 0, "")
    try:
        said = json.loads(content)
        return Holder(
            str(said["token"]),
            str(said["who"]),
            str(said["host"]),
            int(said["pid"]),
            str(said["since"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return Holder("", "", "", 0, "")


def take_lock(path: Path, who: str, since: datetime, *, take_over: bool = False) -> Lock | Holder:
    """Lock a working file; or tell who holds it.

    `take_over` takes it even from somebody who may still be at work. OSError where no lock file
    can be written.
    """
    target = lock_path(path)
    ours = Holder(
        secrets.token_hex(16), who, platform.node(), os.getpid(), since.isoformat("T", "seconds")
    )
    made = temporary_name(target)
    write_new(made, _as_json(ours))
    try:
        for _ in range(TRIES):
            try:
                put_in_place(made, target)
            except FileExistsError:
                holder = read_lock(target)
                if holder is not None and not (take_over or holder.is_stale):
                    return holder
                target.unlink(missing_ok=True)
            else:
                _MINE.add(ours.token)
                return Lock(target, ours)
    finally:
        made.unlink(missing_ok=True)
    return read_lock(target) or ours
