"""The box that shows what would be picked, each way, before anything is picked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.dialogs import Box
from recordpick.tui.text import content, counted, fit
from recordpick.tui.view_models import CriterionLine, Offer


class SuggestDialog(Box[Offer | None]):
    """Lists the ways with what each costs, and what the chosen one would pick."""

    TOPIC = "suggest"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(
        self,
        offers: Sequence[Offer],
        here: str | None,
        offers_here: Sequence[Offer],
        criteria: Sequence[CriterionLine],
    ) -> None:
        """Take the offers for all criteria, and those for the criterion `here` alone."""
        super().__init__()
        self._offers = tuple(offers)
        self._here = here
        self._offers_here = tuple(offers_here)
        self._criteria = criteria
        self._something = any(offer.picks for offer in offers)

    def compose(self) -> ComposeResult:
        """The ways, what the one at hand does, and who decides."""
        with Vertical(classes="box"):
            yield Static("Suggested records: nothing is picked yet", classes="box--title")
            if not self._something:
                yield Static(
                    "There is nobody to suggest: every criterion has its records, is closed, or "
                    "all who meet it are picked.",
                    classes="box--message",
                )
            else:
                yield OptionList(
                    *(Option(content(_in_a_line(offer))) for offer in self._offers),
                    id="ways-to-suggest",
                    markup=False,
                    compact=True,
                )
                yield Static("", id="cost", classes="box--message", markup=False)
                with VerticalScroll(classes="box--text", can_focus=False):
                    yield Static("", id="by-criterion", markup=False)
            with Horizontal(classes="box--buttons"):
                if self._something:
                    yield Button("Pick for all", id="all", variant="primary")
                if any(offer.picks for offer in self._offers_here):
                    yield Button(content(f"Only for {self._here}"), id="here")
                yield Button("Cancel" if self._something else "Close", id="no")

    def on_mount(self) -> None:
        """Choose the way first."""
        if self._something:
            ways = self.query_one(OptionList)
            ways.highlighted = 0
            ways.focus()
        else:
            self.query_one("#no").focus()

    @property
    def _at(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        offer = self._offers[self._at]
        self.query_one("#cost", Static).update(content(f"{offer.good_for} {offer.cost}"))
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
    def _chosen(self) -> None:
        self.query(Button).first().focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        offers = {"all": self._offers, "here": self._offers_here}.get(event.button.id or "")
        self.dismiss(offers[self._at] if offers else None)

    def action_cancel(self) -> None:
        """Pick nobody."""
        self.dismiss(None)


def _in_a_line(offer: Offer) -> str:
    name = offer.name[:1].upper() + offer.name[1:]
    return f"{name:<16} {counted(offer.records, 'record'):>14} to open"
