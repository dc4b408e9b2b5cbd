"""Asking what the records leave open, before anything is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recordpick.progress import Progress
from recordpick.tui.day_dialog import AskDay
from recordpick.tui.dialogs import Confirm, Tell
from recordpick.tui.new_file import Filled
from recordpick.tui.waiting import Waiting

if TYPE_CHECKING:
    from textual.app import App

    from recordpick.index.source import Answers, Question


async def ask_about(app: App[None], form: Filled) -> Answers | None:
    """Ask what the records leave open, one question a box; None where the person turned back.

    Only from a worker of the app.
    """
    from recordpick.index.source import Answers

    def look(progress: Progress) -> tuple[Question, ...]:
        from recordpick.tui.making import questions_of

        progress("looking at the records", None)
        return questions_of(form)

    done = await app.push_screen_wait(Waiting("Making the working file", look))
    if done.error is not None:
        await app.push_screen_wait(Tell.error(done.error, "Nothing was made"))
    if done.result is None:
        return None
    given = {}
    as_at = None
    for question in done.result:
        if question.about == "as_at":
            as_at = await app.push_screen_wait(AskDay("One question", [question.asks]))
            if as_at is None:
                return None
            continue
        box = Confirm("One question", [question.asks], question.yes, question.no)
        said = await app.push_screen_wait(box)
        if said is None:
            return None
        given[question.key] = said
    return Answers(given, as_at=as_at)
