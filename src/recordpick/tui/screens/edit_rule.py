"""Boxes that change a proposed rule: its numbers and names, or its condition."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, Input, Select, Static

from recordpick.errors import UserError
from recordpick.tui.box import Box
from recordpick.tui.fields import Field
from recordpick.tui.visible import content

if TYPE_CHECKING:
    from recordpick.criteria.pack import Criterion, Pack, Proposal

Written: TypeAlias = "Proposal | None"
_LINE_END = re.compile(r"\s*\n\s*")


class _Edit(Box[Written]):
    """What both boxes share: buttons, and a line that says what is wrong."""

    TOPIC = "edit-rule"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def _buttons(self) -> ComposeResult:
        yield Static("", id="wanting", classes="wanting", markup=False)
        with Horizontal(classes="box--buttons"):
            yield Button("Try it", id="yes", variant="primary")
            yield Button("Cancel", id="no")

    def on_mount(self) -> None:
        """Straight into the first field."""
        self.query(Input).first().focus()

    def _changed(self) -> Proposal:
        raise NotImplementedError

    @on(Input.Submitted)
    def _submit(self) -> None:
        try:
            changed = self._changed()
        except UserError as error:
            self.query_one("#wanting", Static).update(content(" ".join(error.messages)))
            return
        self.dismiss(changed)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Change nothing."""
        self.dismiss(None)


class EditNumbers(_Edit):
    """The numbers and names of a proposal, each in a field; below, the rule that they make."""

    def __init__(self, criterion: Criterion, proposal: Proposal) -> None:
        """Take the criterion and the proposal for it."""
        super().__init__()
        self._criterion = criterion
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        """A field for each parameter."""
        with Vertical(classes="box"):
            yield Static("Edit numbers", classes="box--title")
            yield Static(content(f"“{self._criterion.find}”"), classes="box--message")
            with VerticalScroll(classes="box--text", can_focus=False):
                for at, (name, value) in enumerate(self._proposal.params.items()):
                    yield Static(content(name.replace("_", " ")), classes="label")
                    yield Field(str(value), id=f"param-{at}", compact=True)
            yield Static("", id="made", markup=False, classes="box--message")
            yield from self._buttons()

    def _changed(self) -> Proposal:
        from recordpick.criteria.drafting import refilled

        values = {
            name: self.query_one(f"#param-{at}", Input).value
            for at, name in enumerate(self._proposal.params)
        }
        return refilled(self._proposal, values)

    @on(Input.Changed)
    def _show(self) -> None:
        try:
            says = self._changed().says
        except UserError as error:
            self.query_one("#wanting", Static).update(content(" ".join(error.messages)))
            return
        self.query_one("#wanting", Static).update("")
        self.query_one("#made", Static).update(content(says))


class EditCondition(_Edit):
    """The conditions of a proposal's rules; or, without a proposal, a table and a condition."""

    def __init__(self, pack: Pack, criterion: Criterion, proposal: Proposal | None) -> None:
        """Take the pack, whose tables a condition may name."""
        super().__init__()
        self._pack = pack
        self._criterion = criterion
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        """The rule in words, and a field for each condition."""
        with Vertical(classes="box"):
            yield Static("Edit the condition", classes="box--title")
            yield Static(content(f"“{self._criterion.find}”"), classes="box--message")
            yield Static("The rule in words, as staff read it", classes="label")
            says = self._proposal.says if self._proposal else self._criterion.title
            yield Field(says, id="rule-says", compact=True)
            with VerticalScroll(classes="box--text", can_focus=False):
                yield from self._conditions()
            if self._proposal is None:
                yield Checkbox("Only patients who are registered now", value=True, id="registered")
            yield from self._buttons()

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
            yield Field(_LINE_END.sub(" ", rule.where or ""), id=f"where-{at}", compact=True)

    def _changed(self) -> Proposal:
        from recordpick.criteria.drafting import check_rule, rules_of, with_conditions
        from recordpick.criteria.pack import REGISTERED, Proposal, Rule, Step

        says = self.query_one("#rule-says", Input).value.strip()
        if self._proposal is None:
            table = str(self.query_one("#rule-table", Select).value)
            rule = Rule(says, table=table, where=self.query_one("#where-0", Input).value.strip())
            check_rule(self._pack, rule)
            is_registered = self.query_one("#registered", Checkbox).value
            return Proposal(
                template="",
                says=says,
                reason="You wrote this condition.",
                confidence=1.0,
                steps=(Step((rule,)),),
                population=REGISTERED if is_registered else None,
            )
        wheres = []
        for at, rule in enumerate(rules_of(self._proposal)):
            typed = self.query_one(f"#where-{at}", Input).value
            is_same = typed == _LINE_END.sub(" ", rule.where or "")
            wheres.append((rule.where or "") if is_same else typed)
        changed = with_conditions(self._proposal, wheres, says, self._pack)
        return replace(changed, reason="You changed this rule.")
