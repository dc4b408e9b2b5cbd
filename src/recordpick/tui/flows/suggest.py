"""Suggested records: each way of completing the criteria is shown before anything is picked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from recordpick.text import plural
from recordpick.tui.actions import HelpPage, key
from recordpick.tui.background import run_with_progress
from recordpick.tui.dialogs import NO, Modal, ModalFrame
from recordpick.tui.text import content, fit
from recordpick.tui.view_models import CriterionLine, Offer

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session


async def suggest(screen: PickingScreen, session: Session) -> None:
    """Complete this criterion, or all of them, in the way that the person chooses."""
    criterion_id = screen.criterion.id
    offers = await run_with_progress(
        screen,
        "Working out suggestions",
        lambda _: (
            session.offers(None),
            session.offers(criterion_id) if criterion_id else (),
        ),
        can_stop=False,
    )
    if offers is None:
        return
    for_all, for_one = offers
    chosen = await screen.app.push_screen_wait(
        SuggestDialog(for_all, criterion_id, for_one, session.criteria())
    )
    if chosen is not None:
        screen.change(lambda: session.apply(chosen))


class SuggestDialog(Modal[Offer | None]):
    """Lists the ways to suggest records, their costs, and what the highlighted one would pick."""

    HELP_PAGE = HelpPage(
        "Suggested records",
        "Three ways to complete the criteria, and the cost of each: how many records there would "
        "be to open and check. Enter goes to the buttons; nothing is picked before you choose "
        "one. What you picked yourself stays, and one u undoes the whole suggestion.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is picked", label="Cancel")
    ]

    def __init__(
        self,
        for_all: Sequence[Offer],
        criterion_id: str | None,
        for_one: Sequence[Offer],
        criteria: Sequence[CriterionLine],
    ) -> None:
        """Take the offers for all criteria, and those for the criterion `criterion_id` alone."""
        super().__init__()
        self._for_all = tuple(for_all)
        self._criterion_id = criterion_id
        self._for_one = tuple(for_one)
        self._criteria = criteria
        self._has_picks = any(offer.picks for offer in for_all)

    def compose(self) -> ComposeResult:
        """Show the ways, what the one under the cursor does, and the buttons."""
        with ModalFrame("Suggested records: nothing is picked yet", buttons=self._buttons()):
            if not self._has_picks:
                yield Static(
                    "There is nobody to suggest: every criterion has its records, is closed, or "
                    "all who meet it are picked.",
                    classes="modal--message",
                )
                return
            yield OptionList(
                *(Option(content(_offer_line(offer))) for offer in self._for_all),
                id="ways-to-suggest",
                markup=False,
                compact=True,
            )
            yield Static("", id="cost", classes="modal--message", markup=False)
            with VerticalScroll(classes="modal--text", can_focus=False):
                yield Static("", id="by-criterion", markup=False)

    def _buttons(self) -> list[Button]:
        buttons = []
        if self._has_picks:
            buttons.append(Button("Pick for all", id="all", variant="primary"))
        if any(offer.picks for offer in self._for_one):
            buttons.append(Button(content(f"Only for {self._criterion_id}"), id="one"))
        return [*buttons, Button("Cancel" if self._has_picks else "Close", id=NO)]

    def on_mount(self) -> None:
        """Choose the way first."""
        if self._has_picks:
            ways = self.query_one(OptionList)
            ways.highlighted = 0
            ways.focus()
        else:
            self.query_one(f"#{NO}").focus()

    @property
    def _highlighted(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        offer = self._for_all[self._highlighted]
        self.query_one("#cost", Static).update(content(f"{offer.purpose} {offer.cost}"))
        self.query_one("#by-criterion", Static).update("\n".join(self._lines(offer)))

    def _lines(self, offer: Offer) -> list[str]:
        counts = Counter(criterion_id for criterion_id, _ in offer.picks)
        out = []
        for line in self._criteria:
            if line.id is None or not (more := counts.get(line.id)):
                continue
            then = line.picked + more
            short = f", {line.wanted - then} short" if then < line.wanted else ""
            out.append(f"{fit(line.id, 9)} {more:>3} more: {then}/{line.wanted}{short}")
        return out

    @on(OptionList.OptionSelected)
    def _go_to_buttons(self) -> None:
        self.query(Button).first().focus()

    @on(Button.Pressed, "#all")
    def _pick_for_all(self) -> None:
        self.dismiss(self._for_all[self._highlighted])

    @on(Button.Pressed, "#one")
    def _pick_for_one(self) -> None:
        self.dismiss(self._for_one[self._highlighted])


def _offer_line(offer: Offer) -> str:
    name = offer.name[:1].upper() + offer.name[1:]
    return f"{name:<16} {plural(offer.records, 'record'):>14} to open"
