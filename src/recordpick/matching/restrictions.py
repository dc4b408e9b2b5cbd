"""Check a criterion against patients that no source supplies, such as those who left.

A list of the patients registered now has nobody who left. A criterion that only such patients can
meet must not be answered with nobody; one that they could meet too gets a caution.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import Rule
from recordpick.index.manifest import Restriction
from recordpick.index.practice_index import PracticeIndex
from recordpick.schema import TABLES

WHAT_HELPS = "index an extract of the whole practice, or a list that has the others too"


def only_not_supplied(index: PracticeIndex, condition: Condition | None, rule: Rule | None) -> str:
    """Return why only rows that no source supplies can meet a condition; empty if others can.

    `condition` is a population's condition over patients, or that of `rule` over its table.
    """
    as_at = index.manifest.as_at
    table = "patients" if rule is None else rule.table
    for one in index.manifest.restrictions:
        if (
            not one.always
            or condition is None
            or (one.table, one.column) not in ((table, column) for column in condition.columns)
        ):
            continue
        supplied = _may_meet(condition, rule, one.column, one.word, as_at)
        if not supplied and _others_may_meet(condition, rule, one, as_at):
            helps = WHAT_HELPS if table == "patients" else "index a source that has the others too"
            return f"{one.says} ({table}.{one.column}), and it asks for others: {helps}"
    return ""


def cautions_for_restrictions(
    index: PracticeIndex,
    population: Condition | None,
    steps: Sequence[Sequence[Rule]],
) -> list[str]:
    """Return cautions on patients who could meet a criterion but whom no source supplies.

    `steps` are its rules. What is not certain is only reported if a condition uses the column.
    """
    as_at = index.manifest.as_at
    over_patients = [population] + [
        rule.where for step in steps for rule in step if rule.table == "patients"
    ]
    columns = frozenset[str]().union(
        *(condition.columns for condition in over_patients if condition)
    )
    return [
        f"{one.says[:1].upper()}{one.says[1:]} (patients.{one.column}): others are not found here."
        for one in index.manifest.restrictions
        if one.table == "patients"
        and (one.always or one.column in columns)
        and _others_may_meet(population, None, one, as_at)
        and all(
            any(
                rule.table != "patients" or _others_may_meet(rule.where, rule, one, as_at)
                for rule in step
            )
            for step in steps
        )
    ]


def _others_may_meet(
    condition: Condition | None, rule: Rule | None, one: Restriction, as_at: date
) -> bool:
    column = TABLES[one.table].column(one.column)
    words = () if column is None else column.words
    return any(
        _may_meet(condition, rule, one.column, word, as_at) for word in words if word != one.word
    )


def _may_meet(
    condition: Condition | None, rule: Rule | None, column: str, word: str, as_at: date
) -> bool:
    """Return whether a patient with this word may meet the condition, or the rule that has it.

    For another table: whether a row with this word may be counted.
    """
    if condition is None:
        return True
    if rule is None or rule.at_least == 1:
        return condition.may_be_true(column, word, as_at)
    if rule.table != "patients":
        return condition.may_be_true(column, word, as_at)
    # A patient has one row in patients: the rule requires none, or none is enough.
    return rule.at_most != 0 or condition.may_fail(column, word, as_at)
