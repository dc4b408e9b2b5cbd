"""Modals that change a proposed rule: its numbers and names, or its condition."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Select, Static

from recordpick.errors import UserError
from recordpick.tui.actions import HelpPage, key
from recordpick.tui.dialogs import Modal, ModalFrame, ProblemLine, yes_no
from recordpick.tui.text import content
from recordpick.tui.widgets.fields import Field, TickBox

if TYPE_CHECKING:
    from recordpick.criteria.pack import Criterion, Pack, Proposal, Rule

ChangedRule: TypeAlias = "Proposal | None"
_LINE_END = re.compile(r"\s*\n\s*")


class _EditModal(Modal[ChangedRule]):
    """What both modals share: the buttons, and that a wrong answer keeps them open."""

    HELP_PAGE = HelpPage(
        "Change a proposed rule",
        "What you change is shown beside the proposals as E, with the patients it finds. It is "
        "used only when you confirm it with y.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; nothing is changed", label="Cancel")
    ]

    def on_mount(self) -> None:
        """Put the cursor into the first field."""
        self.query(Input).first().focus()

    def _changed(self) -> Proposal:
        raise NotImplementedError

    def submit(self) -> None:
        """Answer with the changed rule, unless something in it is wrong."""
        try:
            changed = self._changed()
        except UserError as error:
            self.show_problem(" ".join(error.messages))
        else:
            self.dismiss(changed)


class EditNumbers(_EditModal):
    """The numbers and names of a proposal, each in a field; below, the rule in words."""

    def __init__(self, criterion: Criterion, proposal: Proposal) -> None:
        """Take the criterion and the proposal for it."""
        super().__init__()
        self._criterion = criterion
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        """Show a field for each parameter."""
        messages = [f"“{self._criterion.find}”"]
        with ModalFrame("Edit numbers", messages, buttons=yes_no("Try it")):
            with VerticalScroll(classes="modal--text", can_focus=False):
                for at, (name, value) in enumerate(self._proposal.params.items()):
                    yield Static(content(name.replace("_", " ")), classes="label")
                    yield Field(str(value), id=f"param-{at}", compact=True)
            yield Static("", id="rule-in-words", markup=False, classes="modal--message")
            yield ProblemLine()

    def _changed(self) -> Proposal:
        from recordpick.criteria.drafting import refilled

        values = {
            name: self.query_one(f"#param-{at}", Input).value
            for at, name in enumerate(self._proposal.params)
        }
        return refilled(self._proposal, values)

    @on(Input.Changed)
    def _show_rule(self) -> None:
        try:
            says = self._changed().says
        except UserError as error:
            self.show_problem(" ".join(error.messages))
            return
        self.show_problem("")
        self.query_one("#rule-in-words", Static).update(content(says))


class EditCondition(_EditModal):
    """The conditions of a proposal's rules; or, without a proposal, a table and a condition."""

    def __init__(self, pack: Pack, criterion: Criterion, proposal: Proposal | None) -> None:
        """Take the pack, whose tables a condition may name."""
        super().__init__()
        self._pack = pack
        self._criterion = criterion
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        """Show the rule in words, and a field for each condition."""
        messages = [f"“{self._criterion.find}”"]
        with ModalFrame("Edit the condition", messages, buttons=yes_no("Try it")):
            yield Static("The rule in words, as staff read it", classes="label")
            says = self._proposal.says if self._proposal else self._criterion.title
            yield Field(says, id="rule-says", compact=True)
            with VerticalScroll(classes="modal--text", can_focus=False):
                yield from self._conditions()
            if self._proposal is None:
                yield TickBox("Only patients who are registered now", "registered", value=True)
            yield ProblemLine()

    def _conditions(self) -> ComposeResult:
        from recordpick.criteria.drafting import rules_of
        from recordpick.schema import TABLES

        if self._proposal is None:
            yield Static("Table", classes="label")
            tables = [*TABLES, *self._pack.tables]
            yield Select(
                [(name, name) for name in tables],
                value="patients",
                allow_blank=False,
                id="rule-table",
                compact=True,
            )
            yield Static("Condition, such as age > 75 AND sex = 'F'", classes="label")
            yield Field("", id="where-0", compact=True)
            return
        for at, rule in enumerate(rules_of(self._proposal)):
            codes = f", codes in {rule.codes}" if rule.codes else ""
            yield Static(content(f"Condition in {rule.table}{codes}"), classes="label")
            yield Field(_on_one_line(rule), id=f"where-{at}", compact=True)

    def _changed(self) -> Proposal:
        from recordpick.criteria.drafting import rule_as_written, rules_of, with_conditions
        from recordpick.criteria.pack import Proposal, Rule, Step, registered

        says = self.query_one("#rule-says", Input).value.strip()
        if self._proposal is None:
            table = str(self.query_one("#rule-table", Select).value)
            condition = self.query_one("#where-0", Input).value
            rule = rule_as_written(self._pack, Rule(says, table=table), condition)
            is_registered = self.query_one("#registered", TickBox).value
            return Proposal(
                template="",
                says=says,
                reason="You wrote this condition.",
                confidence=1.0,
                steps=(Step((rule,)),),
                population=registered() if is_registered else None,
            )
        wheres = []
        for at, rule in enumerate(rules_of(self._proposal)):
            typed = self.query_one(f"#where-{at}", Input).value
            is_same = typed == _on_one_line(rule)
            wheres.append(rule.where.text if is_same and rule.where is not None else typed)
        changed = with_conditions(self._proposal, wheres, says, self._pack)
        return replace(changed, reason="You changed this rule.")


def _on_one_line(rule: Rule) -> str:
    return _LINE_END.sub(" ", rule.where.text) if rule.where is not None else ""
