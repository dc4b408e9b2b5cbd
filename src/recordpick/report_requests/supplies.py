"""What each kind of request would give an index: its table, its columns, and which rules it serves.

The list of patients and the kinds of reports are those that the readers know: their data says what
an export of a kind can hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import Criterion, Rule
from recordpick.index.list_columns import listed_columns, names_of
from recordpick.index.readers.report_exports.supplies import NUMBERED, supplied_columns
from recordpick.index.readers.report_exports.vocabulary import kinds, labels_of
from recordpick.matching.rules import columns_of_rule
from recordpick.report_requests.instructions import LIST, Wording, wordings
from recordpick.schema import TABLES


@dataclass(frozen=True)
class Supply:
    """A kind of request: which columns of `table` it gives, from which column of the export.

    `labels` are what people call the columns of the export. All its rows hold the words `fixed`.
    """

    name: str
    wording: Wording
    table: str
    columns: Mapping[str, str]
    labels: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    is_rest: bool = False


def supplies() -> dict[str, Supply]:
    """Return every kind of request by its name: the list of patients first."""
    found = {}
    reports = kinds()
    for name, wording in wordings().items():
        if name == LIST:
            found[name] = _list(wording)
            continue
        kind = reports[name]
        found[name] = Supply(
            name,
            wording,
            kind.table,
            supplied_columns(kind),
            labels_of(name),
            kind.fixed,
            kind.is_rest,
        )
    return found


def _list(wording: Wording) -> Supply:
    columns = {name: name for name in listed_columns() if TABLES["patients"].column(name)}
    columns |= {"age": "date_of_birth"}
    labels = {name: _label(name) for name in listed_columns()}
    return Supply(LIST, wording, "patients", columns, labels)


def _label(column: str) -> str:
    """Return the first name of a column in lists that is not our own."""
    return next((name for name in names_of(column) if name != column), column)


def suppliers(
    criterion: Criterion, rule: Rule, known: Mapping[str, Supply], as_at: date
) -> tuple[str, ...]:
    """Return the kinds of request that would have the rows that a rule counts; () if none would.

    A rule that requires one type of entry gets the kind of that type. Otherwise the words of the
    rule decide, then coded entries of any type, then the first kind that has what it needs.
    """
    needed = columns_of_rule(rule)
    parsed = rule.where
    possible = [
        one
        for one in known.values()
        if one.table == rule.table
        and needed <= one.columns.keys()
        and _may_hold(one, parsed, as_at)
    ]
    for chosen in (
        [one for one in possible if _is_required(one, parsed, as_at)],
        _named(possible, criterion, rule),
        [one for one in possible if one.is_rest],
    ):
        if chosen:
            return tuple(one.name for one in chosen)
    return tuple(one.name for one in possible[:1])


def _may_hold(supply: Supply, parsed: Condition | None, as_at: date) -> bool:
    """Return whether a rule can count a row that holds the kind's fixed words."""
    return parsed is None or all(
        column not in parsed.columns or parsed.may_be_true(column, word, as_at)
        for column, word in supply.fixed.items()
    )


def _is_required(supply: Supply, parsed: Condition | None, as_at: date) -> bool:
    """Return whether a rule counts rows with the kind's fixed words only."""
    if parsed is None or not supply.fixed:
        return False
    for column, word in supply.fixed.items():
        described = TABLES[supply.table].column(column)
        if column not in parsed.columns or described is None:
            return False
        others = (other for other in described.words if other != word)
        if any(parsed.may_be_true(column, other, as_at) for other in others):
            return False
    return True


def _named(possible: list[Supply], criterion: Criterion, rule: Rule) -> list[Supply]:
    """Return the first kind that the words of the rule name."""
    for text in (f"{rule.says} {rule.codes or ''}".replace("_", " "), criterion.title):
        said = re.findall(r"[a-z]+", text.lower())
        for one in possible:
            if any(word.startswith(one.wording.words) for word in said if one.wording.words):
                return [one]
    return []


def role_of(supply: Supply, column: str) -> str:
    """Return the column of the export that gives one of ours; "" where the reader numbers rows."""
    return supply.columns.get(column, NUMBERED)
