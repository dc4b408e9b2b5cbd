"""Opening a working file, with what may have to be asked on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.dialogs import Confirm, Tell
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.hiding import Secret, without
from recordpick.tui.visible import counted
from recordpick.tui.waiting import Waiting

if TYPE_CHECKING:
    from textual.app import App

    from recordpick.tui.openings import Openings
    from recordpick.tui.roles import Role
    from recordpick.tui.session import IndexWantedError, Session
    from recordpick.tui.work import WorkScreen

if TYPE_CHECKING:
    Ready = tuple[Session, WorkScreen]


@dataclass(frozen=True, slots=True)
class HowToOpen:
    """A working file, who opens it, and what people answered so far."""

    path: Path
    name: str
    role: Role
    start_at: str | None = None
    folder: Path | None = None
    take_over: bool = False
    salvage: bool = False
    newer: bool = False


_TAKE_OVER = (
    "Take it over only if you know that nobody is working on it: whoever has it open can save "
    "nothing more."
)

_NEWER = (
    "Take it into use only if it is a newer extract of the same practice. All picks are kept, and "
    "you are told which of them it no longer bears out."
)


async def open_with_questions(app: App[None], how: HowToOpen, openings: Openings) -> Ready | None:
    """Open the file; ask for the index, whether to take over or to read what is sound, if need be.

    None where the person went no further; why it cannot be opened was told then.
    """
    while True:
        done = await app.push_screen_wait(
            Waiting(f"Opening {how.path.name}", partial(_open, how, openings))
        )
        if done.error is None:
            if done.result is None:
                return None
            taken = await _taken_over(app, done.result, how)
            if taken is None:
                if how.newer:
                    await _say_what_moved_on(app, done.result[0])
                return done.result
            how = taken
            continue
        again = await _answered(app, done.error, how)
        if again is None:
            return None
        how = again


def _open(how: HowToOpen, openings: Openings, progress: Progress) -> Ready:
    """Import what is needed, open and match: for a thread.

    While polars matches, which leaves Python free, the screen is imported.
    """
    progress("loading", None)
    from recordpick.selection.events import Person
    from recordpick.tui.pauses import set_aside
    from recordpick.tui.session import Session

    person = Person(how.name, how.role) if how.name else None
    session = Session.open(
        how.path,
        person,
        how.folder,
        take_over=how.take_over,
        salvage=how.salvage,
        newer=how.newer,
        progress=progress,
    )
    openings.add(session)
    try:
        with ThreadPoolExecutor(1) as beside:
            screen = beside.submit(import_module, "recordpick.tui.work")
            session.match(progress)
        made: WorkScreen = screen.result().WorkScreen(session, how.start_at)
    except BaseException:
        session.close()
        raise
    set_aside()
    return session, made


async def _taken_over(app: App[None], ready: Ready, how: HowToOpen) -> HowToOpen | None:
    """Ask whether to take a file over that somebody else has open; None: read it only."""
    session = ready[0]
    if not session.file.held_by or how.take_over:
        return None
    take = await app.push_screen_wait(
        Confirm(
            "Somebody else has this file open",
            [
                session.file.why_read_only,
                _TAKE_OVER,
            ],
            "Read it only",
            "Take it over",
        )
    )
    if take is not False:
        return None
    session.close()
    return replace(how, take_over=True)


async def _takes_newer(app: App[None], error: UserError) -> bool:
    """Ask whether that other index is a newer extract of the same practice, to go on with."""
    taken = await app.push_screen_wait(
        Confirm(
            "This is another index than the file was made with",
            [
                *(message.replace(" (--index)", "") for message in error.messages),
                _NEWER,
            ],
            "Another folder",
            "Take it into use",
        )
    )
    return taken is False


_UNKNOWN = (
    "The file names {} as its practice index. That is outside the file's own folder, and you have "
    "not used the file with it on this computer. Look there only if you know that folder: a file "
    "from elsewhere may name any, and on a network, looking tells another computer who you are."
)

_AS_THEY_WERE = "All picks are as they were."


async def _say_what_moved_on(app: App[None], session: Session) -> None:
    moved = session.moved_on()
    told = "\n".join(moved)
    says = (Secret(told, without(session.numbers, told)),) if moved else (_AS_THEY_WERE,)
    title = f"{counted(len(moved), 'pick')} to look at again" if moved else "The newer extract"
    await app.push_screen_wait(Tell(title, says))


async def _answered(app: App[None], error: UserError, how: HowToOpen) -> HowToOpen | None:
    """Ask what would help after an error; None: nothing, or the person went no further."""
    from recordpick.selection.opening import DamagedFileError
    from recordpick.tui.session import IndexWantedError

    if isinstance(error, IndexWantedError):
        return await _folder_answered(app, error, how)
    if isinstance(error, DamagedFileError) and error.sound_events and not how.salvage:
        read = Confirm("This file is damaged", error.messages, "Read what is sound")
        return replace(how, salvage=True) if await app.push_screen_wait(read) else None
    await app.push_screen_wait(Tell.error(error, "The file cannot be opened"))
    return None


async def _folder_answered(
    app: App[None], error: IndexWantedError, how: HowToOpen
) -> HowToOpen | None:
    """Ask for the folder of the index, or whether to look into the one that the file names."""
    if error.other is not None and await _takes_newer(app, error):
        return replace(how, folder=error.other, newer=True)
    if error.unknown is not None:
        look = await app.push_screen_wait(
            Confirm(
                "Look into this folder?",
                [_UNKNOWN.format(error.unknown)],
                "Another folder",
                "Look there",
            )
        )
        if look is None:
            return None
        if look is False:
            return replace(how, folder=error.unknown)
    else:
        says = [message.replace(" (--index)", "") for message in error.messages]
        if not await app.push_screen_wait(
            Confirm("Where is the practice index?", says, "Look for the folder")
        ):
            return None
    folder = await app.push_screen_wait(
        FilePicker("The folder of the practice index", folders=True, files=False)
    )
    return None if folder is None else replace(how, folder=folder)
