"""Reading what a pack says of criteria in words: the rules proposed, and who confirmed one.

A proposal is never a rule: a criterion that only has proposals is picked for by hand. Rules beside
proposals must have been confirmed, by somebody, at some time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import Confirmation, Criterion, ParameterValue, Proposal, Step
from recordpick.criteria.problems import Problems
from recordpick.criteria.toml_values import TEXT_LENGTH, TITLE_LENGTH, Values

EVERYONE = ("everyone", "true")
"""A population of one of these words is no condition: a criterion can so undo the pack's."""
PROPOSALS_AT_MOST = 20
PARAMETERS_AT_MOST = 30
WORDS_AT_MOST = 200
BY_LENGTH = 60

_PROPOSAL_KEYS = (
    *("template", "says", "reason", "confidence", "population", "params", "unused", "rule"),
)
_CONFIRMED_KEYS = ("by", "at", "template", "edited")


class RuleReader(Protocol):
    """What reads rules and conditions: a part of the reader of the whole pack."""

    def steps(self, criterion: Values, header: str) -> tuple[Step, ...]:
        """Return the rules of a table, which is written with that header."""

    def condition(self, values: Values, key: str, table: str) -> Condition | None:
        """Return the condition of a key, parsed as one over a table."""


def population_of(
    values: Values, key: str, default: Condition | None, rules: RuleReader
) -> Condition | None:
    """Return the condition over patients of a key; None for everybody."""
    if not values.has(key):
        return default
    text = values.items()[key]
    if isinstance(text, str) and text.strip().casefold() in EVERYONE:
        return None
    return rules.condition(values, key, "patients")


def proposals_of(criterion: Values, rules: RuleReader) -> tuple[Proposal, ...]:
    """Return the rules proposed for a criterion, in order; problems are recorded."""
    tables = criterion.tables("proposal", "[[criterion.proposal]]")
    if len(tables) > PROPOSALS_AT_MOST:
        criterion.problem(f"A criterion may have {PROPOSALS_AT_MOST} proposals.", "proposal")
        return ()
    return tuple(_proposal(table, rules) for table in tables)


def _proposal(values: Values, rules: RuleReader) -> Proposal:
    values.only(_PROPOSAL_KEYS, "a key of a proposal")
    steps = rules.steps(values, "[[criterion.proposal.rule]]")
    if not steps:
        values.problem("The proposal has no rule.")
    return Proposal(
        template=values.text("template", TEXT_LENGTH),
        says=values.text("says", TEXT_LENGTH),
        reason=values.text("reason", TEXT_LENGTH, default=""),
        confidence=_confidence(values),
        steps=steps,
        population=population_of(values, "population", None, rules),
        params=_parameters(values),
        unused=values.texts("unused", TITLE_LENGTH, WORDS_AT_MOST),
    )


def _confidence(values: Values) -> float:
    value = values.items().get("confidence", 0)
    if type(value) not in {int, float} or not 0 <= value <= 1:
        values.problem("confidence must be a number from 0 to 1.", "confidence")
        return 0.0
    return float(value)


def _parameters(values: Values) -> dict[str, ParameterValue]:
    found: dict[str, ParameterValue] = {}
    table = values.table("params")
    if len(table.items()) > PARAMETERS_AT_MOST:
        values.problem(f"A proposal may have {PARAMETERS_AT_MOST} parameters.", "params")
        return found
    for name, value in table.items().items():
        is_number = type(value) in {int, float} and math.isfinite(value)
        if (isinstance(value, str) and len(value) <= TEXT_LENGTH) or is_number:
            found[name] = value
        else:
            table.problem("A parameter must be a number or a text.", name)
    return found


def confirmation_of(criterion: Values) -> Confirmation | None:
    """Return who confirmed a criterion, and when; None if nobody has."""
    if not criterion.has("confirmed"):
        return None
    values = criterion.table("confirmed")
    values.only(_CONFIRMED_KEYS, "a key of confirmed")
    at = values.items().get("at")
    if not isinstance(at, datetime):
        values.problem("at must be a day and time, such as 2026-10-01T09:30:00Z.", "at")
        at = datetime.min  # noqa: DTZ901 - the pack is refused
    edited = values.items().get("edited", False)
    if not isinstance(edited, bool):
        values.problem("edited must be true or false.", "edited")
    return Confirmation(
        by=values.text("by", BY_LENGTH),
        at=at,
        template=values.text("template", TEXT_LENGTH, default=""),
        is_edited=edited is True,
    )


def check_confirmed(values: Values, criterion: Criterion) -> None:
    """Record where rules, proposals and the confirmation contradict each other."""
    confirmed = criterion.confirmed
    if criterion.steps and criterion.proposals and confirmed is None:
        values.problem(
            "It has rules beside proposals, and nobody has confirmed them: take the rules out and "
            "use recordpick criteria confirm, or take the proposals out.",
            "rule",
        )
    if confirmed is not None and confirmed.template and not criterion.steps:
        values.problem("It is confirmed from a template, but has no rules.", "confirmed")
    if confirmed is not None and confirmed.is_edited and not confirmed.template:
        values.problem("edited needs the template whose rule was changed.", "confirmed")


def note_undecided(criteria: Iterable[Criterion], problems: Problems) -> None:
    """Note how many criteria wait for a person: they are picked for by hand until then."""
    note = undecided_note(criteria)
    if note:
        problems.note(note)


def undecided_note(criteria: Iterable[Criterion]) -> str:
    """Return a sentence on the criteria whose proposals nobody has confirmed; "" without any."""
    undecided = sum(criterion.is_undecided for criterion in criteria)
    if not undecided:
        return ""
    one = undecided == 1
    return (
        f"{undecided:,} {'criterion has' if one else 'criteria have'} proposed rules that nobody "
        f"has confirmed: {'it is' if one else 'they are'} picked for by hand until then "
        "(recordpick criteria confirm)."
    )
