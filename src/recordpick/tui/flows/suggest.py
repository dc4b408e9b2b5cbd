"""Suggested records: each way of completing the criteria is shown before anything is picked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from recordpick.errors import UserError
from recordpick.text import plural
from recordpick.tui.actions import HelpPage, key
from recordpick.tui.background import GROUP, run_with_progress
from recordpick.tui.dialogs import NO, Modal, ModalFrame
from recordpick.tui.text import content
from recordpick.tui.view_models import CriterionLine, Offer

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session


@dataclass(frozen=True, slots=True)
class Choice:
    """The way that the person chose, for one criterion or for all (None)."""

    offer: Offer
    criterion_id: str | None


async def suggest(screen: PickingScreen, session: Session) -> None:
    """Complete this criterion, or all of them, in the way that the person chooses."""
    offers = await run_with_progress(
        screen, "Working out suggestions", lambda _: session.offers(), can_stop=False
    )
    if offers is None:
        return
    dialog = SuggestDialog(session, offers, screen.criterion)
    chosen = await screen.app.push_screen_wait(dialog)
    if chosen is None:
        return
    offer, one = chosen.offer, chosen.criterion_id
    if one is not None:
        found = await run_with_progress(
            screen,
            "Working out suggestions",
            lambda _: session.offer(one, offer.way, offer.within),
            can_stop=False,
        )
        if found is None:
            return
        offer = found
    screen.change(lambda: session.apply(offer))


@dataclass(frozen=True, slots=True)
class WayRow:
    """A row of the table: its digit, and what it offers; None while that is worked out.

    `within` is the tolerance in percent of a row between the ways. `is_known` says whether it was
    worked out: without an offer none was found then.
    """

    digit: str
    offer: Offer | None
    within: int | None = None
    is_known: bool = True
    title: str = ""
    """The name of the way; "" for a row between the ways."""

    def text(self, width: int) -> str:
        """Return the row as a table of that width shows it; a narrow one says only "proven"."""
        if self.offer is None:
            says = f"within {self.within}%: " + ("no choice found" if self.is_known else "…")
            return f"{self.digit:>2}  {'':<9}{'':>8}{'':>7}{'':>8}   {says}"
        offer = self.offer
        off_by = "?" if offer.off_by is None else f"{_percent(offer.off_by)}%"
        known = "proven" if ": proven" in offer.certainty else ""
        says = (
            known
            if width < WIDE
            else {
                "spread": "patients of all ages and GPs",
                "ticket": "a lottery anyone can check",
            }.get(offer.way, offer.certainty)
        )
        return (
            f"{self.digit:>2}  {self.title:<9}{offer.records:>8,}{offer.hours:>7,}{off_by:>8}   "
            f"{says}"
        )


WIDE = 68
"""Cells of the table from which what is proven is said in full."""
_LOW = 24
"""Rows of the screen below which the text under the table is cut."""
HEADING = f"{'':>2}  {'Way':<9}{'Records':>8}{'Hours':>7}{'Off by':>8}"


def rows_of(offers: Sequence[Offer]) -> list[WayRow]:
    """Return the rows of the table: the ways, and between them the tolerances to be worked out.

    The fewest first, then nearer and nearer to the list's shares, then the others.
    """
    from recordpick.picking.suggestion import TRADE_OFF, WITHIN

    few, balanced, spread, ticket = offers
    off_by = few.off_by or 0.0
    nearest = balanced.within or 100  # nothing nearer was found where that is not the usual
    between = [
        WayRow("", None, within, is_known=False)
        for within in TRADE_OFF
        if off_by * 100 > within != nearest and (nearest == WITHIN or within > nearest)
    ]
    between.append(WayRow("", balanced, balanced.within, title="Balanced"))
    between.sort(key=lambda row: -(row.within or 0))
    rows = [
        WayRow("", few, title="Fewest"),
        *between,
        WayRow("", spread, title="Spread"),
        WayRow("", ticket, title="Ticket"),
    ]
    return [replace(row, digit=str(place)) for place, row in enumerate(rows, 1)]


def curve(rows: Sequence[WayRow], width: int, height: int) -> list[str]:
    """Return the trade-off as lines of text: records to open to the right, off by upwards.

    The mark of a point is the digit of its row. Nothing for fewer than three points.
    """
    points = [
        (row.offer.records, row.offer.off_by, row.digit)
        for row in rows
        if row.offer is not None and row.offer.off_by is not None
    ]
    least, most = min((p[0] for p in points), default=0), max((p[0] for p in points), default=0)
    low, high = min((p[1] for p in points), default=0.0), max((p[1] for p in points), default=0.0)
    if len(points) < 3 or least == most or low == high:
        return []
    cells = [[" "] * width for _ in range(height)]
    for records, off_by, digit in points:
        across = round((records - least) / (most - least) * (width - 1))
        down = round((high - off_by) / (high - low) * (height - 1))
        while cells[down][across] != " " and across + 1 < width:
            across += 1  # beside the point that has the place
        cells[down][across] = digit
    labels = [f"{_percent(high)}%", *[""] * (height - 2), f"{_percent(low)}%"]
    labels[height // 2] = "off by"
    lines = [f"{label:>7} │{''.join(row)}" for label, row in zip(labels, cells, strict=True)]
    ends = f"{least:,}{'records to open':^{width - len(f'{least:,}') - len(f'{most:,}')}}{most:,}"
    return [*lines, f"{'':>7} └{'─' * width}", f"{'':>9}{ends}"]


def _percent(off_by: float) -> int:
    """Return a distance in whole percent, rounded up: never nearer than it is."""
    return math.ceil(round(off_by * 100, 9))


class SuggestDialog(Modal[Choice | None]):
    """The ways to suggest records as a table and a curve; what the one under the cursor does."""

    HELP_PAGE = HelpPage(
        "Suggested records",
        "The ways to complete the criteria: how many records there would be to open, the hours to "
        "check them, and how far their ages, sexes and usual GPs are from those of your list. The "
        "digits in the curve are those of the rows; a digit chooses its row. Enter goes to the "
        "buttons; nothing is picked before you choose one. What you picked yourself stays, and "
        "one u undoes the whole suggestion.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is picked", label="Cancel"),
        *(key(digit, f"choose('{digit}')", "The row with that digit") for digit in "123456789"),
    ]

    class WorkedOut(Message):
        """A point of the trade-off is worked out (None: all are), or could not be."""

        def __init__(self, offer: Offer | None, error: str = "") -> None:
            super().__init__()
            self.offer = offer
            self.error = error

    def __init__(self, session: Session, offers: Sequence[Offer], criterion: CriterionLine) -> None:
        """Take what each way offers for all criteria, and the criterion that is shown."""
        super().__init__()
        self._session = session
        self._offers = tuple(offers)
        self._criterion = criterion
        self._rows = rows_of(offers)
        self._has_picks = any(offer.picks for offer in offers)
        self._has_kinds = any(one.kinds for one in session.file.pack.criteria)

    def compose(self) -> ComposeResult:
        """Show the curve, the ways, what the one under the cursor does, and the buttons."""
        title = "Suggested records: nothing is picked yet"
        with ModalFrame(title, buttons=self._buttons(), classes="suggest"):
            if not self._has_picks:
                yield Static(
                    "There is nobody to suggest: every criterion has its records, is closed, or "
                    "all who meet it are picked.",
                    classes="modal--message",
                )
                return
            yield Static("", id="curve", markup=False)
            yield Static(content(HEADING), classes="quiet", markup=False)
            yield OptionList(
                *(Option(content(row.text(WIDE)), id=row.digit) for row in self._rows),
                id="ways-to-suggest",
                markup=False,
                compact=True,
            )
            yield Static("", id="cost", classes="modal--message", markup=False)

    def _buttons(self) -> list[Button]:
        buttons = []
        if self._has_picks:
            buttons.append(Button("Pick for all", id="all", variant="primary"))
        one = self._criterion.id
        if any(criterion_id == one for offer in self._offers for criterion_id, _ in offer.picks):
            buttons.append(Button(content(f"Only for {one}"), id="one"))
        return [*buttons, Button("Cancel" if self._has_picks else "Close", id=NO)]

    def on_mount(self) -> None:
        """Choose the way first; work out the points between the ways."""
        if not self._has_picks:
            self.query_one(f"#{NO}").focus()
            return
        ways = self.query_one(OptionList)
        ways.highlighted = next(
            place
            for place, row in enumerate(self._rows)
            if row.offer is not None and row.offer.way == "balanced"
        )
        ways.focus()
        self._show_rows()
        if any(not row.is_known for row in self._rows):
            self._work_out()

    def on_resize(self) -> None:
        """Leave out and shorten what there is no room for."""
        if self._has_picks:
            self._show_rows()

    @work(thread=True, group=GROUP, name="the trade-off of suggestions")
    def _work_out(self) -> None:
        try:
            for offer in self._session.trade_off():
                if not self.is_attached:
                    return
                self.post_message(self.WorkedOut(offer))
        except UserError as error:
            self.post_message(self.WorkedOut(None, str(error)))
            return
        self.post_message(self.WorkedOut(None))

    @on(WorkedOut)
    def _worked_out(self, message: WorkedOut) -> None:
        for place, row in enumerate(self._rows):
            is_it = message.offer is not None and message.offer.within == row.within
            if row.is_known or not (is_it or message.offer is None):
                continue
            self._rows[place] = replace(row, offer=message.offer, is_known=True)
        self._show_rows()
        self._show()

    def _show_rows(self) -> None:
        """Show the table and the curve in the room that there is."""
        size = self.app.size
        ways = self.query_one(OptionList)
        for place, row in enumerate(self._rows):
            ways.replace_option_prompt_at_index(place, content(row.text(size.width - 10)))
        self.query_one("#cost").styles.max_height = 2 if size.height < _LOW else None
        has_room = size.height >= 28 and size.width >= 90
        lines = curve(self._rows, 64, 5) if has_room else []
        shown = self.query_one("#curve", Static)
        shown.update("\n".join(lines))
        shown.display = bool(lines)

    @property
    def _highlighted(self) -> WayRow:
        return self._rows[self.query_one(OptionList).highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        offer = self._highlighted.offer
        text = "" if offer is None else self._text(offer)
        self.query_one("#cost", Static).update(content(text))

    def _text(self, offer: Offer) -> str:
        criteria = len({criterion_id for criterion_id, _ in offer.picks})
        text = (
            f"{offer.purpose} {plural(len(offer.picks), 'pick')} for "
            f"{plural(criteria, 'criterion', 'criteria')}."
        )
        if self._has_kinds:
            text += " All “some of each” are kept."
        if offer.off_by is not None:
            number = _percent(offer.off_by)
            text += (
                f" Off by {number}%: {number} in 100 records would have to be others for ages, "
                "sexes or GPs to be as in your list."
            )
        return text

    def action_choose(self, digit: str) -> None:
        """Move the cursor to the row of that digit."""
        if self._has_picks and int(digit) <= len(self._rows):
            ways = self.query_one(OptionList)
            ways.highlighted = int(digit) - 1
            ways.focus()

    @on(OptionList.OptionSelected)
    def _go_to_buttons(self) -> None:
        if self._highlighted.offer is not None:
            self.query(Button).first().focus()

    @on(Button.Pressed, "#all")
    def _pick_for_all(self) -> None:
        if (offer := self._highlighted.offer) is not None:
            self.dismiss(Choice(offer, None))

    @on(Button.Pressed, "#one")
    def _pick_for_one(self) -> None:
        if (offer := self._highlighted.offer) is not None:
            self.dismiss(Choice(offer, self._criterion.id))
