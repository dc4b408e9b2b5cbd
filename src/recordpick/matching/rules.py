"""What has to be counted to answer a pack from one index, and what this index cannot answer.

A rule counts rows. Rules that count the same (one table, condition, codelist, grouping) share a
`Count`; the number that they require may differ. A rule that needs a table or a column that the
index does not have, or a distinction that its sources do not make, is not counted at all: its
criterion is then unanswerable, never empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import (
    Criterion,
    Pack,
    PatientDate,
    PatientKind,
    Rule,
    Step,
    columns_of,
    dates_used,
)
from recordpick.criteria.shipped_codelists import is_demonstration
from recordpick.index.manifest import Conflated
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.listed_only import is_listed_only, made_of, none_listed
from recordpick.matching.restrictions import cautions_for_restrictions, only_not_supplied
from recordpick.schema import KIND_WORDS, TABLES, Kind

NONE: frozenset[str] = frozenset()


def conflated_in(
    index: PracticeIndex, table: str, condition: Condition | None, grouped: frozenset[str] = NONE
) -> str:
    """Return which distinction the rule needs that the index never makes; empty if none.

    `condition` is the rule's condition, `grouped` the columns whose distinct values it counts.
    """
    for one in _relevant(index, table, condition, grouped):
        if one.always:
            shown = one.shown_as or "nothing"
            return (
                f"the index cannot distinguish {one.word} from {shown} in "
                f"{table}.{one.column}: {one.says}"
            )
    return ""


def cautions_for(
    index: PracticeIndex,
    table: str,
    condition: Condition | None,
    columns: frozenset[str],
    grouped: frozenset[str] = NONE,
) -> list[str]:
    """Return what may make the count of a rule that needs these columns differ from the truth."""
    cautions = [
        f"{one.says[:1].upper()}{one.says[1:]} ({table}{one.column and '.'}{one.column})."
        for one in _relevant(index, table, condition, grouped)
        if not one.always
    ]
    for gap in index.manifest.gaps:
        if gap.table != table or gap.column not in {"", *columns}:
            continue
        what = f"{table}.{gap.column}" if gap.column else f"table {table}"
        whom = "patients" if table == "patients" or not gap.column else "rows"
        cautions.append(
            f"{gap.source} does not supply {what}: it is not known for its {gap.rows:,} {whom}."
        )
    return cautions


def _relevant(
    index: PracticeIndex, table: str, condition: Condition | None, grouped: frozenset[str]
) -> Iterator[Conflated]:
    """Yield the distinctions that the index does not make and the rule's answer depends on."""
    for one in index.manifest.conflated:
        is_of_base = not one.column and one.table == made_of(index, table)
        if one.table != table and not is_of_base:
            continue
        if not one.column or one.column in grouped or _depends_on(one, condition, index):
            yield one


def _depends_on(one: Conflated, condition: Condition | None, index: PracticeIndex) -> bool:
    if condition is None or one.column not in condition.columns:
        return False
    if not one.word:
        return True
    return condition.tells_apart(one.column, one.word, one.shown_as or None, index.manifest.as_at)


@dataclass(frozen=True, slots=True)
class Count:
    """One thing counted for each patient: rows of a table that meet a condition and a codelist."""

    table: str
    where: Condition | None = None
    codes: str | None = None
    distinct: str | None = None
    per: str | None = None

    @classmethod
    def of(cls, rule: Rule) -> Count:
        """Return what the rule counts."""
        return cls(rule.table, rule.where, rule.codes, rule.distinct, rule.per)


@dataclass(frozen=True, slots=True)
class AnswerableKind:
    """A kind of patients as this index can recognise it: its rules that can be counted.

    `why_not` says why it is not known who is of this kind; "" where it is. `cautions` are what may
    make that differ from the truth.
    """

    kind: PatientKind
    rules: tuple[Rule, ...]
    why_not: str = ""
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answerable:
    """A criterion as this index can answer it: the rules it can count, and what it cannot."""

    criterion: Criterion
    steps: tuple[tuple[Rule, ...], ...]
    why_not: str
    cautions: tuple[str, ...]
    kinds: tuple[AnswerableKind, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that is counted for it: those of its steps, then those of its kinds."""
        of_steps = [rule for step in self.steps for rule in step]
        return (*of_steps, *(rule for kind in self.kinds for rule in kind.rules))

    @property
    def counts(self) -> tuple[Count, ...]:
        """What its rules count, each once."""
        return tuple(dict.fromkeys(Count.of(rule) for rule in self.rules))

    @property
    def counts_of_steps(self) -> tuple[Count, ...]:
        """What the rules of its steps count, each once: who meets it depends on nothing else."""
        return tuple(dict.fromkeys(Count.of(rule) for step in self.steps for rule in step))


def satisfied(condition: Condition | None, as_at: date) -> pl.Expr:
    """Return the condition as a Boolean expression without nulls; no condition is always true."""
    return pl.lit(value=True) if condition is None else condition.expression(as_at)


def answerable(pack: Pack, index: PracticeIndex, criterion: Criterion) -> Answerable:
    """Return the rules of a criterion that this index can count, and why it cannot answer the rest.

    A step cannot be answered only when none of its alternatives can; one alternative that cannot
    be answered is a caution.
    """
    if not criterion.steps:
        return Answerable(
            criterion, (), "This criterion has no rules: pick by browsing or from a list.", ()
        )
    missing_data = lacks_for_condition(pack, index, criterion.population)
    cautions: list[str] = []
    population = criterion.population
    if population is not None:
        cautions += cautions_for(index, "patients", population, population.columns)
    steps: list[tuple[Rule, ...]] = []
    for step in criterion.steps:
        reasons = [(rule, lacks_for_rule(pack, index, rule)) for rule in step.rules]
        kept = tuple(rule for rule, reason in reasons if not reason)
        missing = [f"{reason} (needed for: {rule.says})" for rule, reason in reasons if reason]
        if kept:
            cautions += [f"Not checked: {text}." for text in missing]
            cautions += [text for rule in kept for text in _cautions(pack, index, rule)]
        elif not missing_data:
            missing_data = "; ".join(missing)
        steps.append(kept)
    if missing_data:
        why = f"It cannot be answered: {missing_data}. Pick by browsing or from a list."
        return Answerable(criterion, (), why, ())
    cautions += cautions_for_restrictions(index, population, steps)
    kinds = tuple(_answerable_kind(pack, index, kind) for kind in criterion.kinds)
    return Answerable(criterion, tuple(steps), "", tuple(dict.fromkeys(cautions)), kinds)


def _answerable_kind(pack: Pack, index: PracticeIndex, kind: PatientKind) -> AnswerableKind:
    """Return the rules of a kind that this index can count; it is not known without any."""
    reasons = [(rule, lacks_for_rule(pack, index, rule)) for rule in kind.rules]
    kept = tuple(rule for rule, reason in reasons if not reason)
    if not kept:
        return AnswerableKind(kind, (), "; ".join(dict.fromkeys(reason for _, reason in reasons)))
    cautions = [
        f"Not checked: {reason} (needed for: {rule.says})." for rule, reason in reasons if reason
    ]
    cautions += [text for rule in kept for text in _cautions(pack, index, rule)]
    return AnswerableKind(kind, kept, "", tuple(dict.fromkeys(cautions)))


def lacks_for_condition(pack: Pack, index: PracticeIndex, condition: Condition | None) -> str:
    """Return what the index lacks to evaluate a condition over patients; empty if nothing."""
    if condition is None:
        return ""
    missing_data = _lacks_columns(pack, index, "patients", condition.columns)
    return (
        missing_data
        or conflated_in(index, "patients", condition)
        or only_not_supplied(index, condition, rule=None)
    )


def lacks_for_rule(pack: Pack, index: PracticeIndex, rule: Rule) -> str:
    """Return what the index or the pack lacks to count the rule; empty if nothing."""
    if rule.codes is not None and (not_filled := pack.codelists[rule.codes].not_filled):
        return f"the codelist {rule.codes} is not filled: {not_filled}"
    if not index.has(rule.table):
        return f"the index has no table {rule.table}"
    missing_data = _lacks_columns(pack, index, rule.table, columns_of_rule(rule))
    missing_data = missing_data or conflated_in(index, rule.table, rule.where, _grouped(rule))
    missing_data = missing_data or only_not_supplied(index, rule.where, rule)
    for one in dates_used(pack, [rule.where]):
        missing_data = missing_data or _lacks_for_rows(pack, index, one)
    codes = None if rule.codes is None else frozenset(pack.codelists[rule.codes].codes)
    return missing_data or none_listed(index, rule.table, without_dates(rule.where), codes)


def _lacks_for_rows(pack: Pack, index: PracticeIndex, date: PatientDate) -> str:
    """Return what the index lacks to find a date of patients; empty if nothing."""
    without = replace(date.rows, where=without_dates(date.rows.where))
    missing_data = lacks_for_rule(pack, index, without)
    if not missing_data and date.rows.where is not None:
        missing_data = _lacks_columns(pack, index, date.rows.table, date.rows.where.columns)
    return missing_data or _lacks_columns(pack, index, date.rows.table, frozenset({date.column}))


def without_dates(condition: Condition | None) -> Condition | None:
    """Return a condition that can be asked without dates of patients; None for one that cannot."""
    return None if condition is None or condition.dates else condition


def _cautions(pack: Pack, index: PracticeIndex, rule: Rule) -> list[str]:
    """Return cautions: what may make the count of the rule differ from the truth."""
    cautions = cautions_for(index, rule.table, rule.where, columns_of_rule(rule), _grouped(rule))
    dates = [one.rows for one in dates_used(pack, [rule.where])]
    for rows in dates:
        cautions += cautions_for(index, rows.table, rows.where, columns_of_rule(rows))
    for codes in dict.fromkeys(rows.codes for rows in (rule, *dates) if rows.codes is not None):
        if not index.manifest.synthetic and is_demonstration(pack.codelists[codes]):
            cautions.append(demonstration_caution(codes))
    return cautions


def demonstration_caution(codelist: str) -> str:
    """Return the caution about a codelist with the few codes that ship."""
    return (
        f"The codelist {codelist} is the one for demonstrations that comes with recordpick: "
        "it has only a few codes, so that patients are missed. Replace it with the "
        "supplier's or the practice's own."
    )


def _grouped(rule: Rule) -> frozenset[str]:
    return frozenset(name for name in (rule.distinct, rule.per) if name)


def columns_of_rule(rule: Rule) -> frozenset[str]:
    """Return every column that the rule needs."""
    coded = frozenset() if rule.codes is None else frozenset({"code"})
    return _grouped(rule) | coded | (frozenset() if rule.where is None else rule.where.columns)


def _lacks_columns(pack: Pack, index: PracticeIndex, table: str, needed: frozenset[str]) -> str:
    present = index.columns(table)
    if table == "patients" and not _counts_entries(index):
        present = {name: kind for name, kind in present.items() if name not in COUNTED}
    if table == "patients" and "date_of_birth" in present:
        present["age"] = "integer"  # calculated at the as-at date when patients are read
    wanted: Mapping[str, Kind] = columns_of(pack, table)
    for name in sorted(needed):
        if name in COUNTED and name not in present:
            return _no_counts(index)
        if name not in present:
            return f"the index has no column {name} in {table}"
        if present[name] != wanted[name]:
            return (
                f"the index holds {KIND_WORDS[present[name]]} in {table}.{name}, "
                f"and the pack expects {KIND_WORDS[wanted[name]]}"
            )
    return ""


COUNTED = ("entries", "entries_percentile")
"""Columns of patients that are calculated by counting rows of the other tables."""


def _counts_entries(index: PracticeIndex) -> bool:
    tables = [
        name
        for name, table in TABLES.items()
        if name != "patients" and table.is_entry and index.has(name)
    ]
    return any(not is_listed_only(index, table) for table in tables)


def _no_counts(index: PracticeIndex) -> str:
    if any(is_listed_only(index, table) for table in TABLES):
        return (
            "the exports do not hold the whole record, so its size is not known: "
            "index an extract of the whole record"
        )
    if not _counts_entries(index):
        return (
            "no source has any table but patients, so the size of a record is not known: "
            "index an extract of the whole record"
        )
    return "every record has the same number of rows here, so none is larger than another"


def asks(rule: Rule) -> str:
    """Return how many rows a rule requires, in words: "at least 1", "none", "2 to 4"."""
    if rule.at_most is None:
        return f"at least {rule.at_least}"
    if rule.at_most == 0:
        return "none"
    if rule.at_least == rule.at_most:
        return f"exactly {rule.at_most}"
    if rule.at_least == 0:
        return f"at most {rule.at_most}"
    return f"{rule.at_least} to {rule.at_most}"


def holds(rule: Rule, counted: pl.Expr) -> pl.Expr:
    """Return whether the rule holds, from an expression of its count (never null)."""
    result = counted >= rule.at_least
    return result if rule.at_most is None else result & (counted <= rule.at_most)


def rules_of(step: Step | tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules of a step."""
    return step.rules if isinstance(step, Step) else step
