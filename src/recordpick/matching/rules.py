"""What has to be counted to answer a pack from one index, and what this index cannot tell.

A rule counts rows. Rules that count the same (one table, condition, codelist, grouping) share a
`Count`; what they ask of the number may differ. A rule that asks for a table or a column that the
index does not have is not counted at all: its criterion is then unanswerable, never empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from recordpick.criteria.conditions import Condition, parse_condition
from recordpick.criteria.demonstration import is_demonstration
from recordpick.criteria.pack import Criterion, Pack, Rule, Step
from recordpick.criteria.tables_of_pack import columns_of, words_of
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.restricted import cautions_for_restrictions, only_not_supplied
from recordpick.matching.untold import cautions_for, conflated_in
from recordpick.tables import KIND_WORDS, TABLES, Kind


@dataclass(frozen=True, slots=True)
class Count:
    """One thing counted for each patient: rows of a table that meet a condition and a codelist."""

    table: str
    where: str | None = None
    codes: str | None = None
    distinct: str | None = None
    per: str | None = None

    @classmethod
    def of(cls, rule: Rule) -> Count:
        """Give what the rule counts."""
        return cls(rule.table, rule.where, rule.codes, rule.distinct, rule.per)


@dataclass(frozen=True, slots=True)
class Answerable:
    """A criterion as this index can answer it: the rules it can count, and what it cannot."""

    criterion: Criterion
    steps: tuple[tuple[Rule, ...], ...]
    why_not: str
    cautions: tuple[str, ...]

    @property
    def counts(self) -> tuple[Count, ...]:
        """What its rules count, each once."""
        return tuple(dict.fromkeys(Count.of(rule) for step in self.steps for rule in step))


def condition(pack: Pack, table: str, text: str) -> Condition:
    """Parse a condition over a table of the pack's world."""
    return _parsed(text, tuple(columns_of(pack, table).items()), tuple(words_of(table).items()))


@lru_cache(maxsize=4096)
def _parsed(
    text: str,
    columns: tuple[tuple[str, Kind], ...],
    words: tuple[tuple[str, tuple[str, ...]], ...],
) -> Condition:
    """Parse once: planning, evidence and explanation ask for the same condition many times."""
    return parse_condition(text, dict(columns), dict(words))


def satisfied(pack: Pack, table: str, text: str | None, as_at: date) -> pl.Expr:
    """Give the condition as a boolean expression without nulls; no condition is always true."""
    if text is None:
        return pl.lit(value=True)
    return condition(pack, table, text).expression(as_at).fill_null(value=False)


def answerable(pack: Pack, index: PracticeIndex, criterion: Criterion) -> Answerable:
    """Tell which rules of a criterion this index can count, and why it cannot answer the rest.

    A step is lost only when every one of its alternatives is; one lost alternative is a caution.
    """
    if not criterion.steps:
        return Answerable(
            criterion, (), "This criterion has no rules: pick by browsing or from a list.", ()
        )
    lacking = lacks_for_condition(pack, index, criterion.population)
    cautions: list[str] = []
    population = None
    if criterion.population is not None:
        population = condition(pack, "patients", criterion.population)
        cautions += cautions_for(index, "patients", population, population.columns)
    steps: list[tuple[Rule, ...]] = []
    for step in criterion.steps:
        reasons = [(rule, _lacks(pack, index, rule)) for rule in step.rules]
        kept = tuple(rule for rule, reason in reasons if not reason)
        missing = [f"{reason} (needed for: {rule.says})" for rule, reason in reasons if reason]
        if kept:
            cautions += [f"Not looked at: {text}." for text in missing]
            cautions += [text for rule in kept for text in _cautions(pack, index, rule)]
        elif not lacking:
            lacking = "; ".join(missing)
        steps.append(kept)
    if lacking:
        why = f"It cannot be answered: {lacking}. Pick by browsing or from a list."
        return Answerable(criterion, (), why, ())
    asked = [[(rule, _asked(pack, rule)) for rule in step] for step in steps]
    cautions += cautions_for_restrictions(index, population, asked)
    return Answerable(criterion, tuple(steps), "", tuple(dict.fromkeys(cautions)))


def lacks_for_condition(pack: Pack, index: PracticeIndex, text: str | None) -> str:
    """Say what the index lacks to judge a condition over patients; empty if nothing."""
    if text is None:
        return ""
    asked = condition(pack, "patients", text)
    lacking = _lacks_columns(pack, index, "patients", asked.columns)
    return (
        lacking
        or conflated_in(index, "patients", asked)
        or only_not_supplied(index, asked, rule=None)
    )


def _lacks(pack: Pack, index: PracticeIndex, rule: Rule) -> str:
    """Say what the index lacks to count the rule; empty if nothing."""
    if not index.has(rule.table):
        return f"the index has no table {rule.table}"
    lacking = _lacks_columns(pack, index, rule.table, _columns(pack, rule))
    asked = _asked(pack, rule)
    lacking = lacking or conflated_in(index, rule.table, asked, _grouped(rule))
    return lacking or only_not_supplied(index, asked, rule)


def _cautions(pack: Pack, index: PracticeIndex, rule: Rule) -> list[str]:
    """Say what may make the count of the rule another than the truth."""
    asked = _asked(pack, rule)
    said = cautions_for(index, rule.table, asked, _columns(pack, rule), _grouped(rule))
    made_up = index.manifest.synthetic
    if rule.codes is not None and not made_up and is_demonstration(pack.codelists[rule.codes]):
        said.append(
            f"The codelist {rule.codes} is the one for demonstrations that comes with recordpick: "
            "it has a few codes only, so that patients are missed. Put the supplier's or the "
            "practice's own in its place."
        )
    return said


def _asked(pack: Pack, rule: Rule) -> Condition | None:
    return None if rule.where is None else condition(pack, rule.table, rule.where)


def _grouped(rule: Rule) -> frozenset[str]:
    return frozenset(name for name in (rule.distinct, rule.per) if name)


def _columns(pack: Pack, rule: Rule) -> frozenset[str]:
    """Give every column that the rule needs."""
    asked = _asked(pack, rule)
    coded = frozenset() if rule.codes is None else frozenset({"code"})
    return _grouped(rule) | coded | (frozenset() if asked is None else asked.columns)


def _lacks_columns(pack: Pack, index: PracticeIndex, table: str, needed: frozenset[str]) -> str:
    there = index.columns(table)
    if table == "patients" and not _counts_entries(index):
        there = {name: kind for name, kind in there.items() if name not in COUNTED}
    if table == "patients" and "date_of_birth" in there:
        there["age"] = "integer"  # reckoned at the as-at date when patients are read
    wanted: Mapping[str, Kind] = columns_of(pack, table)
    for name in sorted(needed):
        if name in COUNTED and name not in there:
            return _no_counts(index)
        if name not in there:
            return f"the index has no column {name} in {table}"
        if there[name] != wanted[name]:
            return (
                f"the index holds {KIND_WORDS[there[name]]} in {table}.{name}, "
                f"and the pack expects {KIND_WORDS[wanted[name]]}"
            )
    return ""


COUNTED = ("entries", "entries_percentile")
"""Columns of patients that are made by counting rows of the other tables."""


def _counts_entries(index: PracticeIndex) -> bool:
    return any(index.has(table) for table in TABLES if table != "patients")


def _no_counts(index: PracticeIndex) -> str:
    if not _counts_entries(index):
        return (
            "no source has any table but patients, so that nothing tells how large a record is: "
            "index an extract of the whole record"
        )
    return "every record has the same number of rows here, so that none is larger than another"


def asks(rule: Rule) -> str:
    """Say how many rows a rule asks for: "at least 1", "none", "2 to 4"."""
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
    """Give whether the rule holds, from an expression of its count (never null)."""
    result = counted >= rule.at_least
    return result if rule.at_most is None else result & (counted <= rule.at_most)


def rules_of(step: Step | tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Give the rules of a step."""
    return step.rules if isinstance(step, Step) else step
