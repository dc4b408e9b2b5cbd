"""From the form for a new working file to the file on the disk, with what has to be asked first."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from recordpick.errors import UserError
from recordpick.progress import Progress
from recordpick.tui.actions import key
from recordpick.tui.background import run_with_progress
from recordpick.tui.dialogs import Confirm, Modal, ModalFrame, Notice, ProblemLine, yes_no
from recordpick.tui.screens.new_file import NewFile, NewFileScreen
from recordpick.tui.widgets.fields import Field

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import App

    from recordpick.index.source import Answers, Question
    from recordpick.tui.app import RecordpickApp
    from recordpick.tui.create_file import CreatedFile

_TITLE = "Creating the working file"
_FAILED = "Nothing was created"
_AS_IN = "Write the day as in 01/10/2026."


async def create_from_form(
    app: RecordpickApp, pack: Path | None = None, records: Path | None = None
) -> Path | None:
    """Show the form until a working file is created, and return its path; None on Esc.

    `pack` and `records` are in the form at first, where they are known.
    """
    settings = app.settings
    filled: NewFile | None = None
    while True:
        form = NewFileScreen(settings.name, settings.role, filled, pack, records, app.typed_form)
        filled = await app.push_screen_wait(form)
        if filled is None:
            return None
        settings.name, settings.role = filled.name, filled.role
        settings.save()
        answers = await answer_questions(app, filled)
        if answers is None:
            continue
        created = await run_with_progress(
            app, _TITLE, partial(_create, filled, answers), failed=_FAILED
        )
        if created is not None:
            if created.warnings:
                await app.push_screen_wait(Notice("Before you begin", created.warnings))
            if created.read is not None:
                from recordpick.tui.screens.what_was_read import WhatWasReadScreen

                await app.push_screen_wait(WhatWasReadScreen(created.read, created.path.parent))
            return created.path


def _create(form: NewFile, answers: Answers, progress: Progress) -> CreatedFile:
    from recordpick.tui.create_file import create_working_file

    return create_working_file(form, progress, answers)


def _questions_of(form: NewFile, progress: Progress) -> tuple[Question, ...]:
    from recordpick.tui.create_file import questions_of

    progress("reading the first lines of the records", None)
    return questions_of(form)


async def answer_questions(
    app: App[Any], form: NewFile, title: str = _TITLE, failed: str = _FAILED
) -> Answers | None:
    """Ask what the records leave open, one question a modal; None where the person went back.

    `title` says what it is for, `failed` what did not come about after an error. Only from a
    worker of the app.
    """
    from recordpick.index.source import Answers

    job = partial(_questions_of, form)
    questions = await run_with_progress(app, title, job, failed=failed)
    if questions is None:
        return None
    given = {}
    as_at = None
    for question in questions:
        if question.about == "as_at":
            as_at = await app.push_screen_wait(DayPrompt("One question", question.asks))
            if as_at is None:
                return None
            continue
        answer = await app.push_screen_wait(
            Confirm("One question", [question.asks], question.yes, question.no)
        )
        if answer is None:
            return None
        given[question.key] = answer
    return Answers(given, as_at=as_at)


class DayPrompt(Modal[dt.date | None]):
    """Asks for a day until it is one on which an export can have been made; None for Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back to the form", label="Back")
    ]

    def __init__(self, title: str, question: str) -> None:
        """Take the heading and the question."""
        super().__init__()
        self._title = title
        self._question = question

    def compose(self) -> ComposeResult:
        """Show the question and a field for the day."""
        with ModalFrame(self._title, [self._question], buttons=yes_no("Continue", "Back")):
            yield Field(placeholder="day/month/year", id="answer", compact=True)
            yield ProblemLine()

    def on_mount(self) -> None:
        """Put the cursor into the field."""
        self.query_one(Input).focus()

    def submit(self) -> None:
        """Answer with the day, unless it cannot be one of an export."""
        from recordpick.date_parsing import NotADayError, parse_day
        from recordpick.index.as_at import check_as_at

        typed = self.query_one(Input).value.strip()
        if not typed:
            self.show_problem(_AS_IN)
            return
        try:
            self.dismiss(check_as_at(parse_day(typed), "As at"))
        except NotADayError as error:
            self.show_problem(f"“{typed}”: {error.reason}. {_AS_IN}")
        except UserError as error:
            self.show_problem(" ".join(error.messages))
