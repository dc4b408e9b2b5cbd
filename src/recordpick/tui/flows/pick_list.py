"""Whom a list of numbers that staff exported would pick for a criterion.

One patient and all criteria they meet: pick for several at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.dialogs import Box
from recordpick.tui.masking import Private
from recordpick.tui.text import content, fit
from recordpick.tui.view_models import CriterionLine

if TYPE_CHECKING:
    from recordpick.tui.session import Session


@dataclass(frozen=True, slots=True)
class ListPlan:
    """Whom a list would pick, and sentences about the rest.

    `not_found` has a sentence for each line that is nobody; they quote numbers of the list.
    """

    patient_ids: tuple[str, ...]
    says: tuple[str, ...]
    not_found: tuple[str, ...]


def plan_from_list(session: Session, criterion_id: str, path: Path) -> ListPlan:
    """Say whom a list of numbers would pick for a criterion: for a thread."""
    from recordpick.index.find_patients import patients_of_list

    listed = patients_of_list(session.index, path)
    there = {pick.patient_id for pick in session.selection.of(criterion_id)}
    fresh = [patient for patient in listed.patient_ids if patient not in there]
    room = session.file.pack.criterion(criterion_id).records - len(there)
    says = [f"{len(listed.patient_ids):,} of {_lines(listed.read)} are patients of the index."]
    if len(fresh) < len(listed.patient_ids):
        says.append(f"{len(listed.patient_ids) - len(fresh):,} are picked already.")
    if len(fresh) > room:
        says.append(f"There is room for {room:,}: the first {room:,} of the list are taken.")
    return ListPlan(tuple(fresh[:room]), tuple(says), tuple(listed.not_found))


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number:,} lines"


_WIDTH = 64


class PatientDialog(Box[None]):
    """Lists the criteria; space picks the patient for one, or takes them out."""

    TOPIC = "patient"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pick", "Pick"),
        Binding("escape,o,q", "close", "Close"),
    ]

    def __init__(
        self,
        name: str,
        lines: Callable[[], Sequence[tuple[CriterionLine, bool]]],
        toggle: Callable[[str], str],
    ) -> None:
        """`lines` gives each criterion and whether the patient is picked for it, as they are now.

        `toggle` picks or takes out, and says what it did.
        """
        super().__init__()
        self._patient = name
        self._read = lines
        self._toggle = toggle

    def compose(self) -> ComposeResult:
        """The name, the criteria, what was done."""
        with Vertical(classes="box patient"):
            yield Private(self._patient, "One patient", "box--title")
            yield OptionList(id="met", markup=False, compact=True)
            yield Static("", id="done", classes="box--message", markup=False)
            yield Static("Space picks for the criterion, Esc closes.", classes="quiet")

    def on_mount(self) -> None:
        """Show the criteria."""
        self._show()
        met = self.query_one(OptionList)
        met.focus()
        met.highlighted = 0

    def _show(self) -> None:
        met = self.query_one(OptionList)
        at = met.highlighted
        met.clear_options()
        for line, is_picked in self._read():
            sign = "●" if is_picked else "–" if line.state == "closed" else " "
            end = f" {line.fraction:>6}"
            text = fit(f"{line.id}  {line.title}", _WIDTH - 2 - len(end))
            met.add_option(Option(content(f"{sign} {text}{end}"), id=None))
        met.highlighted = at
        if not met.option_count:
            self.query_one("#done", Static).update("This patient meets none of the criteria.")

    @on(OptionList.OptionSelected)
    def action_pick(self) -> None:
        """Pick the patient for the criterion, or take them out."""
        at = self.query_one(OptionList).highlighted
        lines = self._read()
        if at is None or at >= len(lines):
            return
        says = self._toggle(lines[at][0].id or "")
        self._show()
        self.query_one("#done", Static).update(content(says))

    def action_close(self) -> None:
        """Back to the list."""
        self.dismiss(None)
