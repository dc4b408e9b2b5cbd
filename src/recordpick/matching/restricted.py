"""Patients whom no source of an index supplies, such as those who left, held against a criterion.

A list of the patients registered now holds nobody who left. A criterion that only such patients
can meet must not be answered with nobody; one that they could meet too gets a caution.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import Rule
from recordpick.index.manifest import Restriction
from recordpick.index.practice_index import PracticeIndex
from recordpick.tables import TABLES

WHAT_HELPS = "index an extract of the whole practice, or a list that has the others too"


def only_not_supplied(index: PracticeIndex, asked: Condition | None, rule: Rule | None) -> str:
    """Say that only rows which no source supplies can meet a condition; empty if others can.

    `asked` is the condition over patients of a population, or that of `rule` over its table.
    """
    as_at = index.manifest.as_at
    table = "patients" if rule is None else rule.table
    for one in index.manifest.restrictions:
        if (
            not one.always
            or asked is None
            or (one.table, one.column) not in ((table, column) for column in asked.columns)
        ):
            continue
        supplied = _may_meet(asked, rule, one.column, one.word, as_at)
        if not supplied and _others_may_meet(asked, rule, one, as_at):
            helps = WHAT_HELPS if table == "patients" else "index a source that has the others too"
            return f"{one.says} ({table}.{one.column}), and it asks for others: {helps}"
    return ""


def cautions_for_restrictions(
    index: PracticeIndex,
    population: Condition | None,
    steps: Sequence[Sequence[tuple[Rule, Condition | None]]],
) -> list[str]:
    """Say which patients who could meet a criterion no source supplies.

    `steps` are its rules with their conditions. What is not certain is said only to who asks for
    the column.
    """
    as_at = index.manifest.as_at
    over_patients = [population] + [
        asked for step in steps for rule, asked in step if rule.table == "patients"
    ]
    columns = frozenset[str]().union(*(asked.columns for asked in over_patients if asked))
    return [
        f"{one.says[:1].upper()}{one.says[1:]} (patients.{one.column}): others are not found here."
        for one in index.manifest.restrictions
        if one.table == "patients"
        and (one.always or one.column in columns)
        and _others_may_meet(population, None, one, as_at)
        and all(
            any(
                rule.table != "patients" or _others_may_meet(asked, rule, one, as_at)
                for rule, asked in step
            )
            for step in steps
        )
    ]


def _others_may_meet(
    asked: Condition | None, rule: Rule | None, one: Restriction, as_at: date
) -> bool:
    column = TABLES[one.table].column(one.column)
    words = () if column is None else column.words
    return any(
        _may_meet(asked, rule, one.column, word, as_at) for word in words if word != one.word
    )


def _may_meet(
    asked: Condition | None, rule: Rule | None, column: str, word: str, as_at: date
) -> bool:
    """Return whether a patient with this word may meet the condition, or the rule that has it.

    Of another table: whether a row with this word may be counted.
    """
    if asked is None:
        return True
    if rule is None or rule.at_least == 1:
        return asked.may_be_true(column, word, as_at)
    if rule.table != "patients":
        return asked.may_be_true(column, word, as_at)
    # of the one row that a patient has in patients, none is asked for, or none is enough
    return rule.at_most != 0 or asked.may_fail(column, word, as_at)
