"""Who has a working file open for writing: a small file beside it, `<name>.lock`.

Why a file, and not a lock of the operating system or of SQLite: a second person must be able to
read the working file at the same time, and to see who has it and since when; and locks of the
system cannot be relied on across network drives, where creating a file that must not exist yet can.

What it cannot do is vanish with a crashed program. So it says which program on which computer made
it: one left by a program that is no longer running on this computer is removed, and so is one made
before this computer was last started, whatever program has its number now. One from another
computer stays until somebody says that it is to be taken over. Whoever lost the lock that way sees
so at the next change, and nothing is written: see `Lock.check`. Should even that fail, each change
is only written onto the journal as it was read (`store.Store.append`).

What has a lock's name may be anything: it is not opened unless it is a file, and what it says is
treated as text from elsewhere.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from recordpick.atomic import move_into_place, temporary_name, write_new
from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.selection.sidecars import kind_of
from recordpick.text import moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_HELD: set[str] = set()
"""The tokens of the locks that this program holds."""

TRIES = 3
_LONGEST, _LONGEST_NAME = 16 * 1024, 100
_YEARS = range(1970, 2200)
_A_MINUTE = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def computer_name() -> str:
    """Return the name of this computer; on Windows Python would ask another program for it."""
    return (os.environ.get("COMPUTERNAME") if os.name == "nt" else None) or platform.node()


@cache
def boot_id() -> str:
    """Return what names this start of the computer (Linux); "" where it has no name."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def is_running(pid: int) -> bool:
    """Return whether a process of that number runs on this computer; True where that is unknown."""
    import psutil

    try:
        return pid > 0 and psutil.pid_exists(pid)
    except (OSError, OverflowError):
        return True


@dataclass(frozen=True, slots=True)
class Holder:
    """What a lock file says. `since` is UTC as ISO 8601; `who` is empty if unknown.

    `boot` names the start of the computer in which the lock was made, "" where that has no name.
    `odd` says what has the lock's name, where it is not a file: "pipe", "link", "folder", "device".
    """

    token: str
    who: str
    host: str
    pid: int
    since: str
    boot: str = ""
    odd: str = ""

    @property
    def in_words(self) -> str:
        """Who has the file open and since when, for people (their own clock)."""
        if self.odd:
            return f"somebody or something (the lock is a {self.odd}, which recordpick never makes)"
        who = self.who or "somebody"
        where = f" on {self.host}" if self.host else ""
        since = self._since
        if since is None:
            return f"{who}{where}"
        return f"{who}{where} since {moment(since)}"

    @property
    def _since(self) -> datetime | None:
        """When the lock was made; None where it gives no time that is possible."""
        try:
            since = datetime.fromisoformat(self.since)
        except ValueError:
            return None
        if since.year not in _YEARS:
            return None
        return since if since.tzinfo is not None else since.replace(tzinfo=UTC)

    @property
    def is_stale(self) -> bool:
        """Whether the program that made the lock is certainly gone."""
        if self.odd or self.host != computer_name():
            return False
        if self.pid == os.getpid() and self.token in _HELD:
            return False
        return self._is_of_earlier_start or self.pid == os.getpid() or not is_running(self.pid)

    @property
    def _is_of_earlier_start(self) -> bool:
        """Whether the computer was started again since: then its number is another program's.

        Where both starts have a name, these are compared, as a clock may be put forward or back.
        """
        if self.boot and boot_id():
            return self.boot != boot_id()
        import psutil

        # The time of the start is counted back from the clock, so it moves when the clock is set.
        since = self._since
        return (
            since is not None and (since - _EPOCH).total_seconds() < psutil.boot_time() - _A_MINUTE
        )


class Lock:
    """The lock of one working file, held by this program."""

    def __init__(self, path: Path, holder: Holder, taken_from: str = "") -> None:
        self._path = path
        self._holder = holder
        self.taken_from = taken_from
        """From whom it was taken over, in words; "" if nobody held it."""

    def check(self) -> None:
        """Raise a UserError if somebody else has taken the file over, or the folder is gone."""
        holder = read_lock(self._path)
        if holder is not None and holder.token == self._holder.token:
            return
        if holder is None:
            raise UserError(
                f"{self._path} is gone, so nothing was saved: the folder was moved, cannot be "
                "reached, or somebody removed the lock. Open the working file again."
            )
        raise UserError(
            f"{holder.in_words} has taken this working file over, so nothing was saved. "
            "Open it again to read it."
        )

    def name_holder(self, who: str) -> None:
        """Name somebody else in the lock from now on, if that can be written."""
        self._holder = replace(self._holder, who=who)
        new = temporary_name(self._path)
        try:
            with suppress(OSError):
                write_new(new, _as_json(self._holder))
                new.replace(self._path)
        finally:
            new.unlink(missing_ok=True)

    def release(self) -> None:
        """Remove the lock, if it is still ours."""
        holder = read_lock(self._path)
        if holder is not None and holder.token == self._holder.token:
            with suppress(OSError):
                self._path.unlink()
        _HELD.discard(self._holder.token)


def _as_json(holder: Holder) -> bytes:
    fields = {name: value for name, value in asdict(holder).items() if name != "odd"}
    return json.dumps(fields).encode()


def _remove(path: Path) -> None:
    """Remove a lock, whatever it is; UserError where it is a folder that is not empty."""
    try:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{path} has the name of a lock and cannot be removed "
            f"({words_of(error)}): move it elsewhere, then open the file again."
        ) from error


def lock_path(path: Path) -> Path:
    """Return the lock file of a working file: the same by whatever name the file is opened."""
    path = path.resolve()
    return path.with_name(f"{path.name}.lock")


def read_lock(path: Path) -> Holder | None:
    """Read a lock file; None if there is none. One that cannot be read is held by somebody unknown.

    Nothing but a file is opened: a pipe would keep this program waiting forever.
    """
    unknown = Holder("", "", "", 0, "")
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            return replace(unknown, odd=kind_of(mode))
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except FileNotFoundError:
        return None
    except OSError:
        return unknown
    try:
        fields = json.loads(content) if len(content) <= _LONGEST else None
    except (ValueError, RecursionError):
        return unknown
    match fields:
        case {
            "token": str(token),
            "who": str(who),
            "host": str(host),
            "pid": int(pid),
            "since": str(since),
            **others,
        }:
            boot = others.get("boot")
            return Holder(
                token,
                who[:_LONGEST_NAME],
                host[:_LONGEST_NAME],
                pid,
                since,
                boot if isinstance(boot, str) else "",
            )
    return unknown


def take_lock(path: Path, who: str, since: datetime, *, take_over: bool = False) -> Lock | Holder:
    """Lock a working file; or return who holds it.

    `take_over` takes it even from somebody who may still be at work. OSError where no lock file
    can be written; UserError where something has its name that cannot be removed.
    """
    target = lock_path(path)
    ours = Holder(
        secrets.token_hex(16),
        who,
        computer_name(),
        os.getpid(),
        since.isoformat("T", "seconds"),
        boot_id(),
    )
    new = temporary_name(target)
    write_new(new, _as_json(ours))
    taken_from = ""
    try:
        for _ in range(TRIES):
            try:
                move_into_place(new, target)
            except FileExistsError:
                holder = read_lock(target)
                if holder is not None and not (take_over or holder.is_stale):
                    return holder
                if holder is not None and not holder.is_stale:
                    taken_from = holder.in_words
                _remove(target)
            else:
                _HELD.add(ours.token)
                return Lock(target, ours, taken_from)
    finally:
        new.unlink(missing_ok=True)
    return read_lock(target) or ours
