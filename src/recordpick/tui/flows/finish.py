"""The finish: what is left to do, one step after another, until the list is handed over."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from recordpick.tui.actions import HelpPage, key
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Modal, ModalFrame, Notice, ProblemLine, yes_no
from recordpick.tui.flows.draw import draw
from recordpick.tui.flows.export import export
from recordpick.tui.masking import PrivateText
from recordpick.tui.screens.finish import FinishScreen
from recordpick.tui.widgets.fields import Field

if TYPE_CHECKING:
    from recordpick.handover.checklist import Checklist
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

_AS_IN = "Write the day as in 12/11/2026."


async def finish(screen: PickingScreen, session: Session) -> None:
    """Show the checklist again after each step that is taken, until the person goes back."""
    done = ""
    while True:
        seen = frozenset(screen.seen_warnings)
        found = await run_in_background(screen, partial(session.checklist, seen))
        if found is None:
            return
        chosen = await screen.app.push_screen_wait(FinishScreen(found, session.overview(), done))
        if chosen is None:
            return
        if chosen.step == "pick":
            screen.action_next_unfilled()
            return
        await _take_step(screen, session, found, chosen.step, chosen.reasons)
        done = screen.status.message


async def _take_step(
    screen: PickingScreen, session: Session, found: Checklist, step: str, reasons: dict[str, str]
) -> None:
    match step:
        case "close":
            screen.change(lambda: session.close_criteria(reasons))
        case "draw":
            await draw(screen, session)
        case "warnings":
            await _show_warnings(screen, found)
        case "export":
            await export(screen, session)
        case "hand_over":
            await _hand_over(screen, session)


async def _show_warnings(screen: PickingScreen, found: Checklist) -> None:
    """Show every warning; those that were shown count as looked at."""
    messages = [PrivateText(one.in_words, one.in_numbers) for one in found.warnings]
    if not messages:
        await screen.app.push_screen_wait(Notice("Warnings", ["There are none."]))
        return
    await screen.app.push_screen_wait(Notice("Warnings about what is picked", messages))
    screen.seen_warnings |= {one.in_words for one in found.warnings}


async def _hand_over(screen: PickingScreen, session: Session) -> None:
    if not session.selection.exports:
        text = ["Nothing was exported yet: export the list, and then hand it over."]
        await screen.app.push_screen_wait(Notice("Hand over", text))
        return
    sent = await screen.app.push_screen_wait(HandOverDialog())
    if sent is not None:
        screen.change(lambda: session.hand_over(*sent))


class HandOverDialog(Modal[tuple[str, dt.date] | None]):
    """Asks how and when the list was sent."""

    HELP_PAGE = HelpPage(
        "Hand over",
        "Send the pack only in the way that your information governance lead and the supplier have "
        "agreed. Then note here how it was sent, and on which day: it stays in the working file.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is recorded", label="Cancel")
    ]

    def compose(self) -> ComposeResult:
        """Show two fields."""
        with ModalFrame("Hand over: was the list sent?", buttons=yes_no("Record it")):
            yield Static("How it was sent", classes="label")
            yield Field(placeholder="encrypted, by NHSmail", id="how", compact=True)
            yield Static("On which day", classes="label")
            today = dt.datetime.now().astimezone().date()
            yield Field(f"{today:%d/%m/%Y}", id="sent-on", compact=True)
            yield ProblemLine()

    def on_mount(self) -> None:
        """Put the cursor into the first field."""
        self.query_one("#how").focus()

    def submit(self) -> None:
        """Answer with how and when, unless something is missing."""
        from recordpick.date_parsing import NotADayError, parse_day

        how = self.query_one("#how", Input).value.strip()
        typed = self.query_one("#sent-on", Input).value.strip()
        if not how:
            self.show_problem("Say how it was sent.")
            return
        try:
            sent_on = parse_day(typed)
        except NotADayError as error:
            self.show_problem(f"“{typed}”: {error.reason}. {_AS_IN}")
            return
        if sent_on > dt.datetime.now().astimezone().date():
            self.show_problem("That day is in the future.")
            return
        self.dismiss((how, sent_on))
