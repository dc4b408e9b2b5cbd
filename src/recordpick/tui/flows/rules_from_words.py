"""From a supplier's sheet to a pack with confirmed rules: ask, draft, and let a person confirm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.background import ProgressModal
from recordpick.tui.creating import answer_questions
from recordpick.tui.dialogs import Notice
from recordpick.tui.screens.new_file import NewFile
from recordpick.tui.screens.rules_form import RulesForm, RulesRequest, WhichSheet

if TYPE_CHECKING:
    from textual.app import App

    from recordpick.index.source import Answers
    from recordpick.tui.draft_session import DraftSession

_TITLE = "Rules from words"
_FAILED = "No rules were proposed"


@dataclass(frozen=True, slots=True)
class DraftedPack:
    """A pack whose rules a person confirmed, and the index they were counted in, if any."""

    pack: Path
    records: Path | None


async def rules_from_words(app: App[Any], name: str, sheet: str = "") -> DraftedPack | None:
    """Ask for a sheet, draft its rules and let a person confirm them; None if they went back.

    Only from a worker of the app. The pack is on the disk with every decision, however it ends.
    """
    filled: RulesRequest | None = None
    while True:
        filled = await app.push_screen_wait(RulesForm(name, filled, sheet))
        if filled is None:
            return None
        answers = await _answers(app, filled)
        if answers is None:
            continue
        session = await _session(app, filled, answers)
        if session is None:
            continue
        if session.notes:
            await app.push_screen_wait(Notice("About this sheet", session.notes))
        from recordpick.tui.screens.rules_from_words import RulesFromWords

        await app.push_screen_wait(RulesFromWords(session))
        folder = session.index.folder if session.index is not None else None
        return DraftedPack(session.path, folder)


async def _answers(app: App[Any], filled: RulesRequest) -> Answers | None:
    """Ask what the records leave open, where they are an export; None if the person went back."""
    from recordpick.index.source import NO_ANSWERS

    records = filled.records
    if records is None or records.suffix == ".recordpick":
        return NO_ANSWERS
    form = NewFile(filled.pack, records, None, filled.pack, "", None, filled.name, "practice")
    return await answer_questions(app, form, _TITLE, _FAILED)


async def _session(app: App[Any], filled: RulesRequest, answers: Answers) -> DraftSession | None:
    """Open or draft the pack; a person is asked which sheet is meant. None after an error."""
    sheets: tuple[str, ...] = ()
    while True:

        def draft(progress: Progress, chosen: tuple[str, ...] = sheets) -> DraftSession:
            from recordpick.tui.draft_session import open_or_draft

            return open_or_draft(
                filled.sheet, filled.pack, filled.name, filled.records, chosen, answers, progress
            )

        outcome = await app.push_screen_wait(ProgressModal(_TITLE, draft))
        if outcome.error is None:
            return outcome.result
        names = _sheets_of(outcome.error)
        if not names:
            await app.push_screen_wait(Notice.of_error(outcome.error, _FAILED))
            return None
        answer = await app.push_screen_wait(WhichSheet(names))
        if answer is None:
            return None
        sheets = answer


def _sheets_of(error: UserError) -> tuple[str, ...]:
    """Return the sheets that could be meant, where that is what the error asks."""
    from recordpick.criteria.list_documents import WhichTableError

    return error.names if isinstance(error, WhichTableError) else ()
