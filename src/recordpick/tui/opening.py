"""Opening a working file, with the questions that may have to be answered on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.text import plural
from recordpick.tui.background import ProgressModal
from recordpick.tui.dialogs import Confirm, Notice
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.garbage_collection import collected_later
from recordpick.tui.masking import PrivateText, mask_numbers

if TYPE_CHECKING:
    from textual.app import App

    from recordpick.tui.openings import Openings
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import IndexNeededError, Session
    from recordpick.tui.settings import Role

    Opened = tuple[Session, PickingScreen]


@dataclass(frozen=True, slots=True)
class OpenRequest:
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
    "Take it over only if you know that nobody is working on it: the person who has it open can "
    "save nothing more."
)
_NEWER = (
    "Use it only if it is a newer extract of the same practice. All picks are kept, and you are "
    "shown those that it no longer supports."
)
_UNKNOWN_FOLDER = (
    "The file names {} as its practice index. That is outside the file's own folder, and you have "
    "not used the file with it on this computer. Open it only if you know that folder: a file "
    "from elsewhere may name any, and on a network, looking there tells another computer who you "
    "are."
)
_ALL_SUPPORTED = "All picks are as they were."


async def open_with_questions(
    app: App[None], request: OpenRequest, openings: Openings
) -> Opened | None:
    """Open the file; ask for the index, to take over, or to read what is intact, if need be.

    None where the person stopped; why the file cannot be opened was shown then.
    """
    title = f"Opening {request.path.name}"
    while True:
        job = partial(_open, request, openings)
        outcome = await app.push_screen_wait(ProgressModal(title, job))
        if outcome.error is None:
            if outcome.result is None:
                return None
            take_over = await _ask_to_take_over(app, outcome.result, request)
            if take_over is None:
                if request.newer:
                    await _show_unsupported_picks(app, outcome.result[0])
                return outcome.result
            request = take_over
            continue
        answered = await _answer_error(app, outcome.error, request)
        if answered is None:
            return None
        request = answered


def _open(request: OpenRequest, openings: Openings, progress: Progress) -> Opened:
    """Import what is needed, open, and match the criterion that is shown first: for a thread.

    While polars matches, which leaves Python free, the screen is imported. The other criteria are
    matched while the screen is there already; with a newer extract all are, because the picks that
    it does not support are shown first.
    """
    progress("loading", None)
    with collected_later():
        return _load(request, openings, progress)


def _load(request: OpenRequest, openings: Openings, progress: Progress) -> Opened:
    from recordpick.selection.events import Person
    from recordpick.tui.session import Session

    person = Person(request.name, request.role) if request.name else None
    session = Session.open(
        request.path,
        person,
        request.folder,
        take_over=request.take_over,
        salvage=request.salvage,
        newer=request.newer,
        progress=progress,
    )
    openings.add(session)
    try:
        with ThreadPoolExecutor(1) as executor:
            module = executor.submit(import_module, "recordpick.tui.screens.picking")
            if request.newer:
                session.match(progress)
            else:
                session.match_first(request.start_at, progress)
        screen: PickingScreen = module.result().PickingScreen(session, request.start_at)
    except BaseException:
        session.close()
        raise
    return session, screen


def notices_of(session: Session) -> list[Notice]:
    """Return what a person has to read before picking, in order."""
    notices = []
    if session.file.warnings:
        notices.append(Notice("About this working file", session.file.warnings))
    notes = session.file.pack.notes
    if notes and not session.selection.picks:  # later it is known, and in the way
        notices.append(Notice("Not used or not understood in the criteria", notes))
    return notices


async def _ask_to_take_over(
    app: App[None], opened: Opened, request: OpenRequest
) -> OpenRequest | None:
    """Ask whether to take over a file that somebody else has open; None: only read it."""
    session = opened[0]
    if not session.file.held_by or request.take_over:
        return None
    only_read = await app.push_screen_wait(
        Confirm(
            "Somebody else has this file open",
            [session.file.why_read_only, _TAKE_OVER],
            "Only read it",
            "Take it over",
        )
    )
    if only_read is not False:
        return None
    session.close()
    return replace(request, take_over=True)


async def _show_unsupported_picks(app: App[None], session: Session) -> None:
    """Show which picks a newer extract no longer supports."""
    unsupported = session.unsupported_picks()
    text = "\n".join(unsupported)
    message = PrivateText(text, mask_numbers(session.numbers, text))
    count = plural(len(unsupported), "pick")
    title = f"{count} to look at again" if unsupported else "The newer extract"
    await app.push_screen_wait(Notice(title, [message if unsupported else _ALL_SUPPORTED]))


async def _answer_error(
    app: App[None], error: UserError, request: OpenRequest
) -> OpenRequest | None:
    """Ask what would help after an error; None: nothing, or the person stopped."""
    from recordpick.selection.opening import DamagedFileError
    from recordpick.tui.session import IndexNeededError

    if isinstance(error, IndexNeededError):
        return await _ask_for_index(app, error, request)
    if isinstance(error, DamagedFileError) and error.sound_events and not request.salvage:
        read = Confirm("This file is damaged", error.messages, "Read what is intact")
        return replace(request, salvage=True) if await app.push_screen_wait(read) else None
    await app.push_screen_wait(Notice.of_error(error, "The file cannot be opened"))
    return None


async def _ask_for_index(
    app: App[None], error: IndexNeededError, request: OpenRequest
) -> OpenRequest | None:
    """Ask for the folder of the index, or whether to open the one that the file names."""
    messages = [message.replace(" (--index)", "") for message in error.messages]
    if error.other is not None:
        uses_another = await app.push_screen_wait(
            Confirm(
                "This is not the index that the file was made with",
                [*messages, _NEWER],
                "Another folder",
                "Use this index",
            )
        )
        if uses_another is False:
            return replace(request, folder=error.other, newer=True)
    if error.unknown is not None:
        browses = await app.push_screen_wait(
            Confirm(
                "Open this folder?",
                [_UNKNOWN_FOLDER.format(error.unknown)],
                "Another folder",
                "Open it",
            )
        )
        if browses is None:
            return None
        if browses is False:
            return replace(request, folder=error.unknown)
    else:
        question = Confirm("Where is the practice index?", messages, "Browse for the folder")
        if not await app.push_screen_wait(question):
            return None
    folder = await app.push_screen_wait(
        FilePicker("The folder of the practice index", folders=True, files=False)
    )
    return None if folder is None else replace(request, folder=folder)
