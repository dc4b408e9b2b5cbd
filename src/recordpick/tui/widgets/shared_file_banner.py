"""A file that somebody else has open: told at the head of the screen, and kept up to date.

A working file that can only be read here: who has it, and what they wrote meanwhile.

Looking takes no lock and writes nothing. The lock is taken by `take` alone, when a person says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.message import Message

from recordpick.errors import UserError
from recordpick.selection.lock import lock_path, read_lock
from recordpick.selection.wording import describe
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.dialogs import Confirm, Tell
from recordpick.tui.text import content
from recordpick.tui.widgets.patient_list import WorkView

if TYPE_CHECKING:
    from recordpick.tui.session import Session


class WorkWatching(WorkView):
    """Looks every few seconds whether others have written, or have let go of the file."""

    WATCH_EVERY: ClassVar[float] = 5.0
    """Seconds between two looks at a file that can only be read."""

    class Looked(Message):
        """A thread has looked: what stands on the disk, what is new, what is in the way."""

        def __init__(self, seen: Seen, done: str, trouble: str) -> None:
            super().__init__()
            self.seen = seen
            self.done = done
            self.trouble = trouble

    def __init__(self, session: Session, start_at: str | None = None) -> None:
        """Take what the work screen takes."""
        super().__init__(session, start_at)
        self._seen: Seen | None = None
        self._looking = False

    def begin(self) -> None:
        """Watch a file that can only be read; a damaged one stays as it is."""
        super().begin()
        file = self.session.file
        if file.read_only and not file.damage:
            self._say_who(file.held_by)
            self.set_interval(self.WATCH_EVERY, self.look_again)

    def _say_who(self, who: str) -> None:
        """Say at the head of the screen who has the file, or that nobody has it."""
        file = self.session.file
        self.query_one("#held").display = file.read_only
        if who:
            says = (
                f"{who} has this file open: you can look, not pick. What they pick is shown "
                "here. F5 looks now."
            )
        elif file.held_by:
            says = "Nobody else has this file open any more. F5 opens it for you, to pick."
        else:
            says = f"{file.why_read_only} F5 reads it again."
        self.words("#held", content(f" {says}"))

    def look_again(self) -> None:
        """See in a thread what is on the disk now, and read it where it is new."""
        if self._looking or not self.session.file.read_only or not self.is_attached:
            return
        self._looking = True
        before = self._seen

        def aside() -> None:

            seen, done, trouble = look(self.session.file.path), "", ""
            try:
                if before is None or seen.state != before.state:
                    done = read_again(self.session)
            except UserError as error:
                trouble = " ".join(error.messages)
            self.post_message(self.Looked(seen, done, trouble))

        self.run_worker(aside, thread=True, group="aside", name="looking who has the file")

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        self._looking = False
        if not self.session.file.read_only:
            return
        self._seen = message.seen
        self._say_who(message.seen.who)
        if message.trouble:
            self.say(message.trouble, warns=True)
        elif message.done:
            self.show_changes(message.done)

    @work
    async def action_refresh(self) -> None:
        """Read the file again; where nobody else has it any more, ask whether to open it."""

        file = self.session.file
        if not file.read_only:
            self.say("You have this file open: what you see is what is on the disk.")
            return
        if file.damage:
            self.say(file.why_read_only, warns=True)
            return
        seen = await self.aside(lambda: look(file.path))
        self.look_again()
        if seen is None or seen.who:
            self.say("Looked again: what stands here is what is on the disk.")
            return
        wants = await self.app.push_screen_wait(
            Confirm(
                "Open this file to pick?",
                ["Nobody else has it open now. While you have it open, others can only read it."],
                "Open it",
                "Go on reading",
            )
        )
        if not wants or await self.aside(lambda: take(self.session)) is None:
            return
        self.query_one("#held").display = False
        self.show_changes("The file is open for you: every pick is kept at once.")
        if self.session.file.warnings:
            self.app.push_screen(Tell("Of this working file", self.session.file.warnings))


_OTHER_RECORDS = (
    "This file goes on with other records of the practice now: close it (Ctrl+O) and open it again."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands on the disk: who has the file open ("" nobody), and which state of it."""

    who: str
    state: tuple[int, int]


def look(path: Path) -> Seen:
    """See who has a working file open, and whether it was written to: for a thread."""
    holder = read_lock(lock_path(path))
    state = (0, 0)
    with suppress(OSError):  # a drive that went away for a moment: the next look sees it again
        on_disk = path.stat()
        state = (on_disk.st_mtime_ns, on_disk.st_size)
    return Seen("" if holder is None or holder.is_stale else holder.in_words, state)


def read_again(session: Session) -> str:
    """Read what others wrote meanwhile, and say what that was ("" nothing): for a thread.

    UserError where they went on with other records: what is matched here is then of no use.
    """
    before = len(session.file.events)
    session.file.refresh()
    if session.file.index_fingerprint != session.index.fingerprint:
        raise UserError(_OTHER_RECORDS)
    new = session.file.events[before:]
    if not new:
        return ""
    last = f"{new[-1].who} {describe(new[-1])}."
    return last if len(new) == 1 else f"{len(new):,} things were done; the last: {last}"


def take(session: Session) -> WorkingFile:
    """Open the file to write to it, now that nobody else has it. UserError where that fails."""
    mine = WorkingFile.open(session.file.path, session.file.person)
    why = mine.why_read_only
    if not why and (mine.id, mine.index_fingerprint, mine.as_at) != (
        session.file.id,
        session.index.fingerprint,
        session.file.as_at,
    ):
        why = _OTHER_RECORDS
    if why:
        mine.close()
        raise UserError(why)
    session.file.close()
    session.file = mine
    return mine
