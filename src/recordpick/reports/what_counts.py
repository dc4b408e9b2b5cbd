"""Mark the entries that count, by definitions that are data: not refused, in error or suspected.

Report rules use the columns `is_given`, `is_done`, `is_diagnosed`, `is_valid` and `is_refused` of
an entry. Each is defined once, in the criteria `entries.is_given` and so on of the rules: every
step of such a criterion is a condition over `events` that must hold. Rules without them are
counted by the definitions that ship.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Criterion, Pack, Rule, Step
from recordpick.errors import UserError
from recordpick.matching.rules import satisfied
from recordpick.resources import data_file

FLAGS = ("is_given", "is_done", "is_diagnosed", "is_valid", "is_refused")
"""The columns that say which entries count, each yes or no and never missing."""

_PREFIX = "entries."
_EVENTS = "events"
_TEXTS = frozenset({"term", "value_text"})
"""Columns whose distinct texts are evaluated once each, however many rows have them."""


def shipped_report_rules() -> Path:
    """Return the path of the report rules that ship."""
    return data_file("reports") / "report_rules.toml"


@lru_cache(maxsize=1)
def read_shipped_rules() -> Pack:
    """Return the report rules that ship; they are read once."""
    return read_pack(shipped_report_rules())


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definition of each of `FLAGS`."""

    by_flag: Mapping[str, Criterion]

    @classmethod
    def of(cls, pack: Pack) -> Definitions:
        """Return the definitions of a pack of report rules, or where it has none those that ship.

        Raise a UserError where a definition has more than conditions over events.
        """
        found = _defined(pack)
        if found.keys() < set(FLAGS):
            found = _defined(read_shipped_rules()) | found
        return cls(found)

    def add_to(self, rows: pl.LazyFrame, columns: Collection[str], as_at: date) -> pl.LazyFrame:
        """Return events with the columns `FLAGS`.

        `columns` are those that the index has. A missing column excludes no entry: a condition that
        needs such a column is left out, unless it is one of several alternatives.
        """
        parts: dict[str, list[pl.Expr]] = {flag: [] for flag in FLAGS}
        of_texts: dict[tuple[str, ...], list[pl.Expr]] = {}
        for flag, criterion in self.by_flag.items():
            for number, step in enumerate(criterion.steps):
                used, holds = _condition(step, columns, as_at)
                if holds is None:
                    continue
                if not _TEXTS & set(used):
                    parts[flag].append(holds)
                    continue
                name = f"\x1f{flag}:{number}"
                of_texts.setdefault(used, []).append(holds.alias(name))
                parts[flag].append(pl.col(name))
        marked = rows
        for used, holds_of in of_texts.items():
            texts = rows.select(used).unique().with_columns(holds_of)
            marked = marked.join(texts, on=list(used), how="left", nulls_equal=True)
        names = [one.meta.output_name() for several in of_texts.values() for one in several]
        return marked.with_columns(
            pl.all_horizontal(holds or [pl.lit(value=True)]).fill_null(value=False).alias(flag)
            for flag, holds in parts.items()
        ).drop(names)


def _defined(pack: Pack) -> dict[str, Criterion]:
    found = {}
    for criterion in filter(is_definition, pack.criteria):
        _check(pack, criterion)
        found[criterion.id.removeprefix(_PREFIX)] = criterion
    return found


def is_definition(criterion: Criterion) -> bool:
    """Return whether a criterion of report rules defines what counts, and is not a figure."""
    return criterion.id.startswith(_PREFIX)


def without_definitions(pack: Pack) -> Pack:
    """Return report rules without their definitions: the sets of patients remain."""
    return replace(pack, criteria=tuple(one for one in pack.criteria if not is_definition(one)))


def _condition(
    step: Step, columns: Collection[str], as_at: date
) -> tuple[tuple[str, ...], pl.Expr | None]:
    """Return which columns a step uses, and when it holds; None where it is left out."""
    needed = {rule: rule.where.columns for rule in step.rules if rule.where is not None}
    usable = [rule for rule, used in needed.items() if used <= set(columns)]
    if not usable:
        return (), None if len(step.rules) == 1 else pl.lit(value=False)
    used = tuple(sorted({column for rule in usable for column in needed[rule]}))
    holds = [satisfied(rule.where, as_at) for rule in usable]
    return used, pl.any_horizontal(holds)


def _check(pack: Pack, criterion: Criterion) -> None:
    file = next(iter(pack.files))
    if criterion.id.removeprefix(_PREFIX) not in FLAGS:
        raise UserError(
            f"{file}, criterion {criterion.id}: what counts can be defined for {', '.join(FLAGS)} "
            "only. Correct the name."
        )
    for step in criterion.steps:
        for rule in step.rules:
            if rule != Rule(rule.says, _EVENTS, rule.where) or not rule.where:
                raise UserError(
                    f"{file}, criterion {criterion.id}: it says which entries "
                    'count, so each of its rules has table = "events" and a condition (where), '
                    "and nothing else."
                )
