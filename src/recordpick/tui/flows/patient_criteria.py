"""One patient and all criteria they meet: pick for several at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.actions import HelpPage, key
from recordpick.tui.dialogs import Modal, ModalFrame
from recordpick.tui.masking import PrivateStatic
from recordpick.tui.text import content, fit
from recordpick.tui.view_models import CriterionLine
from recordpick.tui.widgets.choices import ChoiceList

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

_CELLS = 64
"""Cells of a line at most."""
_EDGES = 8
"""Cells of the frame and of what is blank within it."""


async def pick_for_criteria(screen: PickingScreen, session: Session) -> None:
    """Show the criteria that the patient under the cursor meets, to pick for several."""
    patient_id = screen.table.patient_id
    if patient_id is None:
        return

    def toggle(criterion_id: str) -> str:
        screen.change(lambda: session.toggle(criterion_id, [patient_id]))
        return screen.status.message

    name = session.name_of(patient_id)
    await screen.app.push_screen_wait(
        PatientCriteriaDialog(name, lambda: session.criteria_of_patient(patient_id), toggle)
    )


class PatientCriteriaDialog(Modal[None]):
    """Lists the criteria; Space picks the patient for one, or takes them out."""

    HELP_PAGE = HelpPage(
        "One patient, all criteria",
        "All criteria that this patient meets or is picked for: ● picked, – closed. After each, "
        "how many records are picked of how many wanted.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "pick", "Pick the patient for it, or take them out", label="Pick"),
        key("escape,o,q", "cancel", "Back to the list", label="Close"),
    ]

    def __init__(
        self,
        name: str,
        read_lines: Callable[[], Sequence[tuple[CriterionLine, bool]]],
        toggle: Callable[[str], str],
    ) -> None:
        """Take the patient's name.

        `read_lines` returns each criterion and whether the patient is picked for it now; `toggle`
        picks or takes out, and returns what it did.
        """
        super().__init__()
        self._patient = name
        self._read_lines = read_lines
        self._toggle = toggle

    def compose(self) -> ComposeResult:
        """Show the name, the criteria, and what was done."""
        title = PrivateStatic(self._patient, "One patient", "modal--title")
        with ModalFrame(title, classes="patient"):
            yield ChoiceList(id="met", markup=False, compact=True)
            yield Static("", id="done", classes="modal--message", markup=False)
            yield Static("Space picks for the criterion, Esc closes.", classes="quiet")

    def on_mount(self) -> None:
        """Show the criteria."""
        self._show()
        met = self.query_one(OptionList)
        met.focus()
        met.highlighted = 0

    def on_resize(self) -> None:
        """Shorten the lines to the width."""
        self._show()

    def _show(self) -> None:
        met = self.query_one(OptionList)
        at = met.highlighted
        met.clear_options()
        cells = min(_CELLS, self.app.size.width * 96 // 100 - _EDGES)
        for line, is_picked in self._read_lines():
            sign = "●" if is_picked else "–" if line.state == "closed" else " "
            end = f" {line.fraction:>6}"
            text = fit(f"{line.id}  {line.title}", cells - 2 - len(end))
            met.add_option(Option(content(f"{sign} {text}{end}"), id=None))
        met.highlighted = at
        if not met.option_count:
            self.query_one("#done", Static).update("This patient meets none of the criteria.")

    @on(OptionList.OptionSelected)
    def action_pick(self) -> None:
        """Pick the patient for the criterion, or take them out."""
        at = self.query_one(OptionList).highlighted
        lines = self._read_lines()
        if at is None or at >= len(lines):
            return
        done = self._toggle(lines[at][0].id or "")
        self._show()
        self.query_one("#done", Static).update(content(done))
