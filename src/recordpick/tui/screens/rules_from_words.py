"""Rules from words: a supplier's criteria, what recordpick understands, and a person's decisions.

Above the criteria, below them the one under the cursor with its proposals. Only `y` on one
criterion confirms. Each decision is in the pack's file before the screen shows it. How many
patients each rule finds is counted in the background; everything else works meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from recordpick.errors import UserError
from recordpick.text import plural
from recordpick.tui.actions import (
    HELP_KEYS,
    HIDE_NAMES,
    NEXT_PART,
    RULES,
    VIEW,
    HelpPage,
    command,
    key,
)
from recordpick.tui.background import GROUP, run_in_background
from recordpick.tui.dialogs import Confirm, Notice
from recordpick.tui.draft_session import EDITED
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.masking import PrivateText, is_masking, watch_masking
from recordpick.tui.screens.edit_rule import ChangedRule, EditCondition, EditNumbers
from recordpick.tui.text import MASK, amount, content, day, fit
from recordpick.tui.widgets.fields import LONGEST_FILTER, Field
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.criteria.pack import Criterion, Proposal
    from recordpick.tui.draft_session import DraftSession, Found, State

_MARKS: Mapping[State, tuple[str, str]] = {
    "confirmed": ("√", "$success"),
    "by hand": ("H", "$quiet"),
    "proposed": ("◊", "$accent"),
    "several": ("!", "$warning"),
    "unanswerable": ("?", "$warning"),
}
_WORDS = "The supplier's words"
_ID = 8
_FOUND = 7
LEAST_NAMED = 10
"""Cells below which the practice is not named in the title."""
_BY_HAND = 0
"""The number of the last line below the proposals, which stands for no rule."""


class RulesFromWords(FlowScreen[None]):
    """The criteria of a drafted pack, and the proposals for the one under the cursor."""

    CSS_PATH = "../styles/rules.tcss"
    HELP_PAGE = HelpPage(
        "Rules from words",
        "Above are the supplier's criteria, each with what recordpick understands and how many "
        "patients that finds. Before the name: √ confirmed, ◊ proposed, ! several readings, ? the "
        "practice's records cannot say, H by hand. Below is the one under the cursor with its "
        "proposals, why each was chosen, and which words it does not use. Enter goes to the "
        "proposals; on a proposal, it shows the patients that it finds. Nothing is used until "
        "you confirm it; what you leave is picked for by hand. Each decision is saved at once, "
        "with your initials and the time.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "y",
            "confirm",
            "Confirm: the proposal under the cursor, and go to the next criterion",
            RULES,
            label="Yes, use this",
        ),
        key("e", "numbers", "Edit numbers: and names of a rule", RULES, label="Edit numbers"),
        key(
            "c",
            "condition",
            "Condition: change it, or write one of your own",
            RULES,
            label="Condition",
        ),
        key("h", "by_hand", "By hand: and go to the next criterion", RULES, label="By hand"),
        key(
            "slash,ctrl+f",
            "filter",
            "Filter: the criteria by their words",
            RULES,
            label="Filter",
        ),
        key(
            "g",
            "next",
            "Next to confirm: the next criterion that is not decided",
            RULES,
            label="Next to confirm",
        ),
        key("u,ctrl+z", "undo", "Undo: the last decision", RULES),
        key("p", "app.mask", HIDE_NAMES, VIEW),
        key("tab", "app.focus_next", NEXT_PART),
        key("shift+tab", "app.focus_previous", NEXT_PART),
        *HELP_KEYS,
        key("escape", "back", "One step back", label="Back"),
        key("q", "leave", "Leave: every decision is saved already", RULES),
    ]
    COMMANDS_WITHOUT_KEY = (
        command("patients", "Patients found: by the proposal under the cursor", RULES),
    )

    def __init__(self, session: DraftSession) -> None:
        """Take the open pack."""
        super().__init__()
        self._session = session
        self._listed: list[Criterion] = []
        self._numbers: list[int] = []
        """The numbers of the proposals listed, `EDITED` and `_BY_HAND` among them."""
        self._is_counting = session.index is not None

    def compose(self) -> ComposeResult:
        """Show the title, the criteria, the one under the cursor, a message and the keys."""
        yield Static("", id="draft-title", markup=False)
        yield Static("", id="draft-heading", markup=False)
        yield Field(id="draft-filter", placeholder="Filter", compact=True, longest=LONGEST_FILTER)
        yield OptionList(id="draft-criteria", markup=False, compact=True)
        with Vertical(id="draft-one"):
            yield Static("", id="draft-words", markup=False)
            yield OptionList(id="draft-proposals", markup=False, compact=True)
            with VerticalScroll(id="draft-why-room", can_focus=False):
                yield Static("", id="draft-why", markup=False)
        yield Static("", id="draft-message", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Start at the first criterion that is to be confirmed, and count in the background."""
        self._list()
        self.query_one("#draft-criteria").focus()
        self._go_to_next(0)
        watch_masking(self, self._masking_changed)
        if self._session.index is not None:
            self.run_worker(self._count, thread=True, group=GROUP, exit_on_error=True)

    def _masking_changed(self) -> None:
        self._title()
        self._show_why()

    def on_resize(self, _: events.Resize) -> None:
        """Fit the rows to the new width."""
        self._list()

    # ------------------------------------------------------------------ counting

    def _count(self) -> None:
        """Count in a thread; what is counted is shown as it comes."""
        worker = get_current_worker()
        problem = ""
        try:
            for found in self._session.count():
                if worker.is_cancelled:
                    return
                self.app.call_from_thread(self._counted, found)
        except UserError as error:
            problem = " ".join(error.messages)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._all_counted, problem)

    def _counted(self, found: Mapping[str, Found]) -> None:
        self._session.found |= found
        if self.is_mounted:
            self._refresh_rows()

    def _all_counted(self, problem: str) -> None:
        self._is_counting = False
        if not self.is_mounted:
            return
        if problem:
            self._show_message(f"× {problem}")
        self._refresh_rows()

    def _refresh_rows(self) -> None:
        listing = self.query_one("#draft-criteria", OptionList)
        for at, criterion in enumerate(self._listed):
            listing.replace_option_prompt_at_index(at, self._row(criterion))
        self._show_one(keep=True)
        self._title()

    # ------------------------------------------------------------------ the criteria

    def _list(self, at: str = "") -> None:
        """Fill the list, with the cursor on a criterion (where it was, if "")."""
        here = at or (self._criterion.id if self._criterion else "")
        words = self.query_one("#draft-filter", Input).value.casefold().split()
        self._listed = [
            criterion
            for criterion in self._session.pack.criteria
            if all(word in self._searched(criterion) for word in words)
        ]
        listing = self.query_one("#draft-criteria", OptionList)
        listing.clear_options()
        listing.add_options([Option(self._row(criterion)) for criterion in self._listed])
        ids = [criterion.id for criterion in self._listed]
        if ids:
            listing.highlighted = ids.index(here) if here in ids else 0
        self._title()
        self._show_one()

    def _searched(self, criterion: Criterion) -> str:
        first = criterion.proposals[0].says if criterion.proposals else ""
        return f"{criterion.id} {criterion.area} {criterion.find} {first}".casefold()

    def _title(self) -> None:
        """Show the progress, the tags, and the practice; the practice gives way first."""
        tally, index = self._session.tally, self._session.index
        if index is None:
            where = "no practice: nothing is counted"
        elif self._is_counting:
            every = sum(len(one.proposals) for one in self._session.pack.criteria)
            where = f"finding patients: {len(self._session.found)} of {every} rules"
        else:
            where = f"{index.manifest.practice or 'practice'} · as at {day(self._session.as_at)}"
        tags = [" MADE UP "] if index is not None and index.manifest.synthetic else []
        tags += [" NAMES HIDDEN "] if is_masking(self.app) else []
        left = f"{tally.left} to confirm · {tally.by_hand} by hand"
        says = f"Rules from words · {tally.confirmed} of {tally.all} confirmed · {left}"
        room = self.size.width - 2 - sum(len(tag) + 1 for tag in tags)
        if cell_len(says) > room:
            says = f"Rules · {tally.confirmed} of {tally.all} · {left}"
        line = content(says)
        for tag in tags:
            line += content(" ") + content(tag, "reverse")
        room -= cell_len(says) + 2
        if room >= LEAST_NAMED:
            line += content(f"  {fit(where, room, right=True)}")
        self.query_one("#draft-title", Static).update(line)
        words, understood = self._widths
        self.query_one("#draft-heading", Static).update(
            content(
                f"  {fit('Ref', _ID)} {fit(_WORDS, words)} "
                f"{fit('recordpick understands', understood)} {fit('Found', _FOUND, right=True)}"
            )
        )

    @property
    def _widths(self) -> tuple[int, int]:
        """How wide the supplier's words are, and what is understood."""
        rest = max(20, self.size.width - 3 - 2 - _ID - _FOUND - 3)
        return rest // 2, rest - rest // 2

    def _row(self, criterion: Criterion) -> Content:
        state = self._session.state(criterion)
        mark, style = _MARKS[state]
        words, understood = self._widths
        number = 0 if criterion.steps else 1
        found = self._session.found_by(criterion, number) if state != "by hand" else None
        return (
            content(f"{mark} ", style)
            + content(f"{fit(criterion.id, _ID)} {fit(criterion.title, words)} ")
            + content(f"{fit(_understood(criterion, state), understood)} ", style)
            + content(fit(_number(found, counting=self._is_counting), _FOUND, right=True))
        )

    @property
    def _criterion(self) -> Criterion | None:
        at = self.query_one("#draft-criteria", OptionList).highlighted
        return self._listed[at] if at is not None and at < len(self._listed) else None

    @on(OptionList.OptionHighlighted, "#draft-criteria")
    def _criterion_highlighted(self) -> None:
        self._show_one()

    # ------------------------------------------------------------------ the one under the cursor

    def _show_one(self, *, keep: bool = False) -> None:
        """Show the criterion under the cursor; `keep` leaves the cursor on its proposal."""
        criterion = self._criterion
        proposals = self.query_one("#draft-proposals", OptionList)
        at = (proposals.highlighted or 0) if keep else 0
        proposals.clear_options()
        self._numbers = []
        if criterion is None:
            self.query_one("#draft-words", Static).update(
                content("No criterion has these words. Esc shows all again.")
            )
            self._show_why()
            return
        self.query_one("#draft-words", Static).update(self._words(criterion))
        if criterion.id in self._session.edited:
            self._numbers.append(EDITED)
        self._numbers += range(1, len(criterion.proposals) + 1)
        self._numbers.append(_BY_HAND)
        proposals.add_options([self._line(criterion, number) for number in self._numbers])
        proposals.highlighted = min(at, len(self._numbers) - 1)
        self._show_why()

    def _words(self, criterion: Criterion) -> Content:
        where = criterion.source or criterion.id
        parts = [content(f"{where}: ", "$quiet") + content(f"“{criterion.find}”")]
        wanted = f"wanted {criterion.records}"
        compare = f" · compare: {'; '.join(criterion.compare)}" if criterion.compare else ""
        state = ""
        if criterion.confirmed is not None:
            state = f" · {criterion.confirmed.says(criterion)}"
        parts.append(content(f"{wanted}{state}{compare}", "$quiet"))
        return Content("\n").join(parts)

    def _line(self, criterion: Criterion, number: int) -> Option:
        width = max(20, self.size.width - 4)
        if number == _BY_HAND:
            says = "by hand: you pick from what you know, or from a list"
            is_chosen = criterion.confirmed is not None and not criterion.steps
            return Option(content(f"{'√' if is_chosen else ' '} H  {says}"))
        proposal = self._session.proposal(criterion, number)
        assert proposal is not None
        found = self._session.found_by(criterion, number)
        label = "E" if number == EDITED else str(number)
        is_used = criterion.steps == proposal.steps
        mark = "√" if is_used else "◊" if number in {EDITED, 1} else " "
        right = f"{_number(found, counting=self._is_counting)} found" if found else ""
        if number != EDITED:
            right = f"{right}  {proposal.confidence:>4.0%} sure"
        right = right.strip()
        says = fit(proposal.says, max(10, width - 5 - len(right) - 2))
        return Option(content(f"{mark} {label:<2} {says}  {right}"))

    @on(OptionList.OptionHighlighted, "#draft-proposals")
    def _show_why(self) -> None:
        criterion, number = self._criterion, self._current_number
        text = Content("")
        if criterion is not None and number is not None:
            proposal = self._session.proposal(criterion, number)
            if proposal is None:
                text = content(_by_hand_words(self._session.why_by_hand(criterion)))
            else:
                text = self._why(proposal, self._session.found_by(criterion, number))
        self.query_one("#draft-why", Static).update(text)
        self.query_one("#draft-why-room").scroll_home(animate=False)

    def _why(self, proposal: Proposal, found: Found | None) -> Content:
        lines = [f"Why: {proposal.reason}"] if proposal.reason else []
        if proposal.unused:
            lines.append(f"Words not used: {', '.join(proposal.unused)}")
        if proposal.population is None:
            lines.append("Among everyone, also those who left or died.")
        if found is not None and not found.answer.answered:
            lines.append(f"Found: ? {found.answer.why_not}")
        elif found is not None:
            names = [MASK * 6 if is_masking(self.app) else name for name in found.names]
            more = " · … Enter shows all" if found.answer.matches > len(names) else ""
            lines.append(f"Found: {' · '.join(names) or 'nobody'}{more}")
            lines += found.answer.cautions
        lines += [f"Condition in {line}" for line in proposal.where.splitlines()]
        return Content("\n").join(content(line) for line in lines)

    @property
    def _current_number(self) -> int | None:
        at = self.query_one("#draft-proposals", OptionList).highlighted
        return self._numbers[at] if at is not None and at < len(self._numbers) else None

    # ------------------------------------------------------------------ decisions

    def action_confirm(self) -> None:
        """Confirm the proposal under the cursor, and go on to the next criterion."""
        criterion, number = self._criterion, self._current_number
        if criterion is None or number is None:
            return
        if number == _BY_HAND:
            self.action_by_hand()
            return
        proposal = self._session.proposal(criterion, number)
        says = proposal.says if proposal else ""
        self._decide(partial(self._session.confirm, criterion, number), f"uses “{says}”")

    def action_by_hand(self) -> None:
        """Let the criterion be picked for by hand, and go on to the next."""
        criterion = self._criterion
        if criterion is not None:
            self._decide(partial(self._session.by_hand, criterion), "is picked for by hand")

    def _decide(self, write: partial[None], says: str) -> None:
        criterion = self._criterion
        assert criterion is not None
        try:
            write()
        except UserError as error:
            self._show_message(f"× {' '.join(error.messages)} Nothing was changed.")
            return
        self._session.edited.pop(criterion.id, None)
        self._list(criterion.id)
        self._go_to_next(0)
        self._show_message(f"{criterion.id} {says}. u takes it back.")
        self.query_one("#draft-criteria").focus()

    def action_undo(self) -> None:
        """Take the last decision back."""
        try:
            criterion = self._session.undo()
        except UserError as error:
            self._show_message(f"× {' '.join(error.messages)}")
            return
        if criterion is None:
            self._show_message("There is nothing to take back.")
            return
        self._list(criterion.id)
        self._show_message(f"{criterion.id} is as it was before the last decision.")

    def action_next(self) -> None:
        """Go to the next criterion that is to be confirmed, after the one under the cursor."""
        self._go_to_next(1)

    def _go_to_next(self, first: int) -> None:
        """Go to the next undecided criterion, `first` rows from the cursor on and round."""
        listing = self.query_one("#draft-criteria", OptionList)
        at, every = listing.highlighted or 0, len(self._listed)
        for step in range(first, every + first):
            if self._listed[(at + step) % every].is_undecided:
                listing.highlighted = (at + step) % every
                return
        self._show_message("All are confirmed or by hand.")

    # ------------------------------------------------------------------ changing a rule

    @opens_modal
    async def action_numbers(self) -> None:
        """Change the numbers and names of the proposal under the cursor."""
        criterion, number = self._criterion, self._current_number
        if criterion is None or number is None:
            return
        proposal = self._session.proposal(criterion, number)
        if proposal is None or not proposal.params:
            self._show_message("This has no numbers to change. c writes a condition of your own.")
            return
        changed = await self.app.push_screen_wait(EditNumbers(criterion, proposal))
        if changed is not None:
            await self._try(criterion, changed)

    @opens_modal
    async def action_condition(self) -> None:
        """Change the condition of the proposal under the cursor, or write one."""
        criterion, number = self._criterion, self._current_number
        if criterion is None or number is None:
            return
        proposal = self._session.proposal(criterion, number)
        written: ChangedRule = await self.app.push_screen_wait(
            EditCondition(self._session.pack, criterion, proposal)
        )
        if written is not None:
            await self._try(criterion, written)

    async def _try(self, criterion: Criterion, proposal: Proposal) -> None:
        """Show a changed rule among the proposals, with what it finds; `y` confirms it."""
        self._session.edited[criterion.id] = proposal
        found = await run_in_background(self, partial(self._session.count_one, criterion, EDITED))
        self._session.found |= found or {}
        self._list(criterion.id)
        self.query_one("#draft-proposals").focus()
        self._show_message("This is your change (E). y confirms it.")

    # ------------------------------------------------------------------ patients, the filter

    @on(OptionList.OptionSelected, "#draft-criteria")
    def _to_proposals(self) -> None:
        self.query_one("#draft-proposals").focus()

    @on(OptionList.OptionSelected, "#draft-proposals")
    def _chosen(self) -> None:
        self.action_patients()

    @opens_modal
    async def action_patients(self) -> None:
        """Show the patients that the proposal under the cursor finds."""
        criterion, number = self._criterion, self._current_number
        if criterion is None or number is None:
            return
        proposal = self._session.proposal(criterion, number)
        if proposal is None or self._session.index is None:
            self._show_message(
                "Nobody is found by hand."
                if proposal is None
                else "No practice was named, so nobody is looked for."
            )
            return
        frame = await run_in_background(self, partial(self._session.patients, criterion, number))
        if frame is None:
            return
        lines: list[str | PrivateText] = [
            PrivateText(f"{name} · {patient} · {evidence}", f"{MASK * 6} · {MASK * 6}")
            for patient, name, evidence in frame.select(
                "patient_id", "name", "evidence"
            ).iter_rows()
        ]
        found = self._session.found_by(criterion, number)
        every = found.answer.matches if found else len(lines)
        if every > len(lines):
            lines.append(f"The first {len(lines)} of {amount(every)}.")
        title = f"{plural(every, 'patient')}: {proposal.says}"
        await self.app.push_screen_wait(Notice(title, lines or ["Nobody meets this rule."]))

    def action_filter(self) -> None:
        """Type words that the criteria must have."""
        field = self.query_one("#draft-filter", Input)
        field.add_class("-shown")
        field.focus()

    @on(Input.Changed, "#draft-filter")
    def _filter(self) -> None:
        self._list()

    @on(Input.Submitted, "#draft-filter")
    def _filtered(self) -> None:
        self.query_one("#draft-criteria").focus()

    def action_back(self) -> None:
        """Go one step back: from the proposals, from a filter, from the screen."""
        field = self.query_one("#draft-filter", Input)
        if self.focused is not None and self.focused.id == "draft-proposals":
            self.query_one("#draft-criteria").focus()
        elif field.has_class("-shown"):
            field.remove_class("-shown")
            field.value = ""
            self.query_one("#draft-criteria").focus()
        else:
            self.action_leave()

    @opens_modal
    async def action_leave(self) -> None:
        """Leave, after saying how many criteria are not confirmed and so by hand."""
        left = self._session.tally.left
        if left:
            says = (
                f"{plural(left, 'criterion is', 'criteria are')} not confirmed: patients are "
                "picked for by hand until somebody does. All that you decided is in "
                f"{self._session.path}."
            )
            answer = await self.app.push_screen_wait(Confirm("Leave", [says], "Leave", "Stay"))
            if not answer:
                return
        self.dismiss(None)

    def _show_message(self, text: str) -> None:
        self.query_one("#draft-message", Static).update(
            content(text, "$error" if text.startswith("×") else "")
        )


def _understood(criterion: Criterion, state: State) -> str:
    if state == "confirmed":
        return " and ".join(step.says for step in criterion.steps)
    if state == "by hand":
        return "by hand"
    if state == "several":
        return f"{len(criterion.proposals)} readings: choose"
    return criterion.proposals[0].says


def _by_hand_words(why: str) -> str:
    """Return what by hand means; `why` says why no rule is proposed, "" where one is."""
    means = "You pick patients from what you know of them, or from a list of your own system."
    return f"{why} {means} Or write a condition with c." if why else means


def _number(found: Found | None, *, counting: bool) -> str:
    """Return how many are found; what the practice's records cannot say is not 0."""
    if found is None:
        return "…" if counting else ""
    return amount(found.answer.matches) if found.answer.answered else "?"
