"""The screen of what is left to do before the list is handed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.actions import CRITERION, HELP_KEYS, HIDE_NAMES, NEXT_PART, VIEW, HelpPage, key
from recordpick.tui.dialogs import TextPrompt
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.text import content, fit
from recordpick.tui.widgets.choices import ChoiceList
from recordpick.tui.widgets.lines import KeysLine
from recordpick.tui.widgets.status_line import TopLine

if TYPE_CHECKING:
    from recordpick.handover.checklist import Checklist, Step, StepName
    from recordpick.tui.view_models import Overview

_TITLE_CELLS = 31
_PROGRESS_CELLS = 27
_PICKED_CELLS = 6
_NARROW = 90
_EDGES = 4
"""Cells of a line that are blank, or the scrollbar's."""


@dataclass(frozen=True, slots=True)
class ChosenStep:
    """The step to take; for closing, the criteria and the reason for each."""

    step: StepName
    reasons: dict[str, str] = field(default_factory=dict)


class FinishScreen(FlowScreen[ChosenStep | None]):
    """Six steps in any order; below them the criteria to close, each with its reason."""

    HELP_PAGE = HelpPage(
        "Finish",
        "What is left to do before the list is handed over, in any order: √ is done, ! is not. "
        "Enter does the step under the cursor. Closing says to the supplier that no more records "
        "are to be found: each criterion with its reason is below, and Space leaves one out. A "
        "criterion with patients who were found and not picked is never closed here. You can "
        "export at any time: the list says what is not closed.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "space",
            "leave_out",
            "Leave one out: or close it after all",
            CRITERION,
            label="Leave out",
        ),
        key("e", "edit", "Edit the reason: for closing", CRITERION, label="Edit reason"),
        key("tab", "app.focus_next", NEXT_PART),
        key("shift+tab", "app.focus_previous", NEXT_PART),
        key("p", "app.mask", HIDE_NAMES, VIEW),
        *HELP_KEYS,
        key("escape,q", "close", "To picking", label="To picking"),
    ]

    def __init__(self, found: Checklist, overview: Overview, done: str = "") -> None:
        """Take what is left to do, the progress of the work, and what was just done."""
        super().__init__()
        self._overview = overview
        self._found = found
        self._done = done
        self._reasons = dict(found.reasons)
        self._left_out: set[str] = set()

    def compose(self) -> ComposeResult:
        """Show the steps, the criteria to close, what was done, and the keys."""
        title = f"Finish · {self._found.done} of {len(self._found.steps)} done"
        yield TopLine()
        yield Static(content(title), id="finish-title")
        yield ChoiceList(id="steps", markup=False, compact=True)
        with Vertical(id="to-close-room"):
            yield Static("", id="to-close-head", markup=False)
            yield ChoiceList(id="to-close", markup=False, compact=True)
        yield Static(content(self._done), id="finish-done")
        yield KeysLine()

    def on_mount(self) -> None:
        """Start at the first step that is not done."""
        self.query_one(TopLine).show(self._overview)
        self._show()
        steps = self.query_one("#steps", ChoiceList)
        places = [place for place, step in enumerate(self._found.steps) if not step.is_done]
        steps.highlighted = places[0] if places else len(self._found.steps) - 1
        steps.focus()
        if not places:
            self.query_one("#finish-done", Static).update("All done.")

    def on_resize(self) -> None:
        """Shorten the lines to the width."""
        if self.is_mounted:
            self.query_one(TopLine).show(self._overview)
            self._show()

    def _show(self) -> None:
        lists = {
            "#steps": [self._step_line(n, step) for n, step in enumerate(self._found.steps, 1)],
            "#to-close": self._closing_lines(),
        }
        for selector, lines in lists.items():
            listing = self.query_one(selector, ChoiceList)
            at = listing.highlighted
            listing.clear_options()
            listing.add_options(Option(content(line)) for line in lines)
            listing.highlighted = at if at is not None else 0
        chosen = len(self._chosen())
        total = len(self._found.to_close)
        head = f"  Criteria to close: {chosen} of {total} selected" if total else ""
        self.query_one("#to-close-head", Static).update(content(head))

    def _step_line(self, number: int, step: Step) -> str:
        mark = "√" if step.is_done else "!"
        title, progress = step.title, step.progress
        if self.size.width >= _NARROW:
            line = f"{mark} {number}  {fit(title, _TITLE_CELLS)} {fit(progress, _PROGRESS_CELLS)} "
        else:
            line = f"{mark} {number}  {title}: {progress}" + (" · " if step.to_do else "")
        return fit(line + step.to_do, self.size.width - _EDGES).rstrip()

    def _closing_lines(self) -> list[str]:
        lines = []
        for one in self._found.to_close:
            mark = "x" if one.criterion_id in self._chosen() else " "
            start = f"{mark} {one.criterion_id}"
            if self.size.width >= _NARROW:  # else the reason has the room
                start = f"{mark} {fit(f'{one.criterion_id}  {one.title}', self.size.width // 3)}"
            end = f"{one.picked}/{one.possible}".rjust(_PICKED_CELLS)
            reason = self._reasons.get(one.criterion_id) or one.not_ready
            lines.append(fit(f"{start} {end}  {reason}", self.size.width - _EDGES).rstrip())
        return lines

    def _chosen(self) -> dict[str, str]:
        return {
            criterion_id: reason
            for criterion_id, reason in self._reasons.items()
            if criterion_id not in self._left_out
        }

    @property
    def _criterion(self) -> str | None:
        """The criterion under the cursor of the lower list, if that has the focus."""
        listing = self.query_one("#to-close", ChoiceList)
        if not listing.has_focus or listing.highlighted is None:
            return None
        return self._found.to_close[listing.highlighted].criterion_id

    @on(OptionList.OptionSelected, "#steps")
    def _take_step(self) -> None:
        """Answer with the step under the cursor; closing needs a criterion that is ready."""
        at = self.query_one("#steps", ChoiceList).highlighted or 0
        step = self._found.steps[at]
        if step.name != "close":
            self.dismiss(ChosenStep(step.name))
        elif self._chosen():
            self.dismiss(ChosenStep("close", self._chosen()))
        else:
            why = "No criterion is ready to be closed." if step.to_do else "There is none to close."
            self.query_one("#finish-done", Static).update(why)

    @on(OptionList.OptionSelected, "#to-close")
    def action_leave_out(self) -> None:
        """Leave the criterion out of those that are closed, or take it in again."""
        criterion_id = self._criterion
        if criterion_id is None:
            return
        if criterion_id not in self._reasons:
            self.query_one("#finish-done", Static).update(f"{criterion_id} is not ready.")
            return
        self._left_out ^= {criterion_id}
        self._show()

    @opens_modal
    async def action_edit(self) -> None:
        """Edit the reason of the criterion under the cursor."""
        criterion_id = self._criterion
        if criterion_id is None or criterion_id not in self._reasons:
            return
        reason = await self.app.push_screen_wait(
            TextPrompt(
                f"Why there are no more for {criterion_id}",
                ["Your reason is kept in the file."],
                value=self._reasons[criterion_id],
                yes="Keep",
                private=True,
            )
        )
        if reason is not None:
            self._reasons[criterion_id] = reason
            self._show()

    def action_close(self) -> None:
        """Go back to picking."""
        self.dismiss(None)
