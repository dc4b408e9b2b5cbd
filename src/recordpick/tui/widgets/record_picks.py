"""What one record is picked for: a line for each pick, below the records that are picked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets.option_list import Option

from recordpick.text import plural
from recordpick.tui.actions import PICK, HelpPage, key
from recordpick.tui.masking import is_masking, watch_masking
from recordpick.tui.text import content, fit, moment
from recordpick.tui.widgets.choices import ChoiceList
from recordpick.tui.widgets.lines import TextLine

if TYPE_CHECKING:
    from recordpick.selection.state import Pick

_TITLE_CELLS, _HOW_CELLS = 35, 25


class PickLines(ChoiceList):
    """The picks of a record, one a line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "choose", "Take out: this pick only", PICK, label="Take out"),
    ]

    def action_choose(self) -> None:
        """Post that this pick is to be taken out."""
        self.action_select()


class RecordPicks(Vertical):
    """Lists what the record under the cursor is picked for; Space takes out one pick."""

    HELP_PAGE = HelpPage(
        "The picks of one record",
        "Each line is one line of the selection list: the criterion, how the record was chosen, by "
        "whom and when. Space takes out that pick only. A random record is replaced by the next of "
        "the draw, for a reason.",
    )

    class PickChosen(Message):
        """A pick is to be taken out."""

        def __init__(self, pick: Pick) -> None:
            super().__init__()
            self.pick = pick

    lines = getters.query_one(PickLines)

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        """Start empty."""
        super().__init__(id=id)
        self._picks: tuple[Pick, ...] = ()
        self._who = ""

    def on_mount(self) -> None:
        """Hide and show who it is with the rest of the app."""
        watch_masking(self, self._show_head)

    def compose(self) -> ComposeResult:
        """Show a heading and the list."""
        yield TextLine("picks-head")
        yield PickLines(id="pick-lines", markup=False, compact=True)

    def show(self, who: str, picks: Sequence[Pick], titles: Mapping[str | None, str]) -> None:
        """Show these picks of a record; `who` names the patient."""
        before = self.lines.highlighted
        self._picks, self._who = tuple(picks), who
        self._show_head()
        self.lines.clear_options()
        self.lines.add_options(Option(content(_line(pick, titles))) for pick in picks)
        if picks:
            self.lines.highlighted = min(before or 0, len(picks) - 1)

    def _show_head(self) -> None:
        who = "One patient" if is_masking(self.app) else self._who
        number = plural(len(self._picks), "line")
        head = f" {who} · {number} of the list" if self._picks else ""
        self.query_one("#picks-head", TextLine).show(content(head, "bold"))

    def on_option_list_option_selected(self, event: PickLines.OptionSelected) -> None:
        """Post which pick was chosen."""
        event.stop()
        if event.option_index < len(self._picks):
            self.post_message(self.PickChosen(self._picks[event.option_index]))


def _line(pick: Pick, titles: Mapping[str | None, str]) -> str:
    how = pick.note or ("random" if pick.criterion_id is None else "by hand")
    if pick.ticket is not None:
        how = f"random, ticket {pick.ticket}"
    name = fit(pick.criterion_id or "Random", 8)
    title = fit(titles.get(pick.criterion_id, ""), _TITLE_CELLS)
    return f"{name} {title} {fit(how, _HOW_CELLS)} {moment(pick.chosen_on)}  {pick.chosen_by_name}"
