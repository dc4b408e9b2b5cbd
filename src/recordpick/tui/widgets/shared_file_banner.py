"""A working file that can only be read here: who has it open, and what they wrote meanwhile.

Checking takes no lock and writes nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.message import Message

from recordpick.errors import UserError
from recordpick.selection.kinds.registry import describe
from recordpick.selection.lock import lock_path, read_lock
from recordpick.tui.text import content
from recordpick.tui.widgets.lines import TextLine

if TYPE_CHECKING:
    from recordpick.tui.session import Session

OTHER_RECORDS = (
    "This file now continues with other records of the practice: close it (Ctrl+O) and open it "
    "again."
)


@dataclass(frozen=True, slots=True)
class FileStatus:
    """Who has a working file open ("": nobody), and when and how long it was last written."""

    holder: str
    version: tuple[int, int]


def check_file(path: Path) -> FileStatus:
    """Return who has a working file open, and whether it was written to: for a thread."""
    holder = read_lock(lock_path(path))
    version = (0, 0)
    with suppress(OSError):  # a drive that is away for a moment: the next check sees it again
        on_disk = path.stat()
        version = (on_disk.st_mtime_ns, on_disk.st_size)
    return FileStatus("" if holder is None or holder.is_stale else holder.in_words, version)


def read_changes(session: Session) -> str:
    """Read what others wrote meanwhile, and return it in words ("": nothing): for a thread.

    UserError where they continued with other records: what is matched here is then of no use.
    """
    before = len(session.file.events)
    session.file.refresh()
    if session.file.index_fingerprint != session.index.fingerprint:
        raise UserError(OTHER_RECORDS)
    new = session.file.events[before:]
    if not new:
        return ""
    last = f"{new[-1].who} {describe(new[-1])}."
    return last if len(new) == 1 else f"{len(new):,} changes were made; the last: {last}"


class SharedFileBanner(TextLine):
    """Checks every few seconds whether others have written, or have closed the file."""

    CHECK_EVERY: ClassVar[float] = 5.0
    """Seconds between two checks of a file that can only be read."""

    class Checked(Message):
        """A thread has checked the file: its status, what is new, or what went wrong."""

        def __init__(self, status: FileStatus, changes: str, error: str) -> None:
            super().__init__()
            self.status = status
            self.changes = changes
            self.error = error

    class FileChanged(Message):
        """Others have changed the file: what they did, in words."""

        def __init__(self, changes: str) -> None:
            super().__init__()
            self.changes = changes

    class CheckFailed(Message):
        """The file could not be read again, and why."""

        def __init__(self, error: str) -> None:
            super().__init__()
            self.error = error

    def __init__(self, session: Session) -> None:
        """Take the open session; hidden while the file is ours to write."""
        super().__init__("shared-file")
        self.display = False
        self._session = session
        self._status: FileStatus | None = None
        self._is_checking = False

    def on_mount(self) -> None:
        """Watch a file that can only be read; a damaged one stays as it is."""
        file = self._session.file
        if file.read_only and not file.damage:
            self._show_holder(file.held_by)
            self.set_interval(self.CHECK_EVERY, self.check_now)

    def _show_holder(self, holder: str) -> None:
        """Say who has the file open, or that nobody has."""
        file = self._session.file
        self.display = file.read_only
        if holder:
            text = (
                f"{holder} has this file open: you can look, not pick. What they pick is shown "
                "here. F5 checks now."
            )
        elif file.held_by:
            text = "Nobody else has this file open any more. F5 opens it for you, to pick."
        else:
            text = f"{file.why_read_only} F5 reads it again."
        self.show(content(f" {text}"))

    def check_now(self) -> None:
        """Check in a thread what is on the disk now, and read it where it is new."""
        if self._is_checking or not self._session.file.read_only or not self.is_attached:
            return
        self._is_checking = True
        before = self._status

        def check() -> None:
            status, changes, error = check_file(self._session.file.path), "", ""
            try:
                if before is None or status.version != before.version:
                    changes = read_changes(self._session)
            except UserError as found:
                error = " ".join(found.messages)
            self.post_message(self.Checked(status, changes, error))

        self.run_worker(check, thread=True, group="background", name="checking the shared file")

    @on(Checked)
    def _checked(self, message: Checked) -> None:
        message.stop()
        self._is_checking = False
        if not self._session.file.read_only:
            return
        self._status = message.status
        self._show_holder(message.status.holder)
        if message.error:
            self.post_message(self.CheckFailed(message.error))
        elif message.changes:
            self.post_message(self.FileChanged(message.changes))
