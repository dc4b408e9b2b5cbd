"""Why a figure of the reports is what it is: its rules, who is in it, and each patient's record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.text import day
from recordpick.tui.actions import HelpPage, key
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Modal, ModalFrame, Notice, scrolling
from recordpick.tui.masking import PrivateText, is_masking, watch_masking
from recordpick.tui.text import MASK, content
from recordpick.tui.widgets.choices import ChoiceList

if TYPE_CHECKING:
    from recordpick.matching import Explanation
    from recordpick.reports.explanation import ExplainedIndicator, ExplainedPatient
    from recordpick.reports.practice_reports import CountedBy
    from recordpick.tui.session import Session


def explain_indicator(session: Session, by: CountedBy, name: str) -> ExplainedIndicator:
    """Explain an indicator of the reports: for a thread."""
    from recordpick.reports import explanation
    from recordpick.tui.session import readable_index

    with readable_index(session.index):
        return explanation.explain_indicator(session.index, by, name)


def explain_patient(
    session: Session, by: CountedBy, name: str, patient_id: str
) -> ExplainedPatient:
    """Explain an indicator for one patient: for a thread."""
    from recordpick.reports import explanation
    from recordpick.tui.session import readable_index

    with readable_index(session.index):
        return explanation.explain_patient(session.index, by, name, patient_id)


class ExplainedFigure(Modal[None]):
    """The rules of an indicator above, its patients below; Enter explains one of them."""

    HELP_PAGE = HelpPage(
        "Why a figure is what it is",
        "Above: each set of the indicator, and how many patients of the list meet each of its "
        "rules. Below: its patients, those still to do first. Enter shows what each rule found in "
        "the record of one of them.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,x,q", "cancel", "Back to the reports", label="Close"),
    ]

    def __init__(self, session: Session, by: CountedBy, explained: ExplainedIndicator) -> None:
        """Take the open session, what the reports are counted by, and the explanation."""
        super().__init__()
        self._session = session
        self._by = by
        self._explained = explained
        self._patients = [
            (group, patient) for group, patients in explained.groups.items() for patient in patients
        ]

    def compose(self) -> ComposeResult:
        """Show the rules and the patients."""
        with ModalFrame(f"{self._explained.name}: {self._explained.measures}", classes="explained"):
            yield scrolling(_lines(self._explained))
            yield ChoiceList(id="explained-patients", markup=False, compact=True)
            yield Static(
                "↵ explains a patient, Tab goes to the rules, Esc closes.", classes="quiet"
            )

    def on_mount(self) -> None:
        """Show the patients, and follow the switch that hides names."""
        watch_masking(self, self._show)
        self.query_one(OptionList).focus()

    def _show(self) -> None:
        patients = self.query_one(OptionList)
        at = patients.highlighted
        patients.clear_options()
        patients.add_options(
            Option(content(f" {_IN_WORDS[group]:<18} {self._shown_name(patient)}"))
            for group, patient in self._patients
        )
        patients.highlighted = min(at or 0, len(self._patients) - 1) if self._patients else None

    def _shown_name(self, patient_id: str) -> str:
        return MASK * 6 if is_masking(self.app) else self._session.name_of(patient_id)

    @on(OptionList.OptionSelected)
    @work
    async def _explain(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is None:
            return
        patient = self._patients[at][1]
        job = partial(explain_patient, self._session, self._by, self._explained.name, patient)
        why = await run_in_background(self, job)
        if why is not None:
            name = PrivateText(self._session.name_of(patient), "One patient")
            await self.app.push_screen_wait(
                Notice(self._explained.name, [name, *_patient_lines(why)])
            )


_IN_WORDS = {
    "to_do": "to do",
    "not_done": "not done",
    "done": "done",
    "left_out": "left out",
    "not_in_denominator": "not in denominator",
}


def _lines(explained: ExplainedIndicator) -> Iterator[str]:
    yield " ".join((*explained.in_words, *explained.cautions))
    for one in explained.sets:
        number = "not known" if one.patients is None else f"{one.patients:,}"
        of_set = f"{one.figure.replace('_', ' ')}: {number}. {one.find} {one.why_empty}".rstrip()
        steps = (
            f"  {step.says}: {step.holds:,} of the list, {step.left:,} left" for step in one.steps
        )
        yield "\n".join((of_set, *steps))


def _patient_lines(why: ExplainedPatient) -> Iterator[str]:
    for figure, one in why.sets.items():
        yield "\n".join((f"{figure.replace('_', ' ')}: {_verdict(one)}", *_found(one)))
    dates = [
        f"{name.replace('_', ' ')}: {day(found)}"
        for name, found in why.dates.items()
        if found is not None
    ]
    if dates:
        yield "\n".join(dates)


def _found(why: Explanation) -> Iterator[str]:
    for rule in why.rules:
        yield f"  {'yes' if rule.holds else 'NO'}  {rule.says} ({rule.counted} found)"
    for row in why.rows.iter_rows(named=True):
        dated = "" if row["date"] is None else f"{day(row['date'])}  "
        yield f"      {dated}{row['summary']}"


def _verdict(why: Explanation) -> str:
    if why.why_not_answered:
        return f"not known. {why.why_not_answered}"
    return "yes" if why.meets else "NO"
