"""Count the figures of the QOF and target reports from the index, by rules that are data.

The rules are a criteria pack (see `data/reports/report_rules.toml` for what each id means): every
criterion is one set of patients, and a figure is the size of that set, or of its overlap with the
set it is counted among. A figure whose rules the index cannot answer, or can answer only in part,
has no value and says why; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Pack
from recordpick.criteria.shipped_codelists import is_invented
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches, match
from recordpick.matching.rules import demonstration_caution
from recordpick.progress import Progress, silent
from recordpick.reports.capitation import Homes, homes_by_institution
from recordpick.reports.figures import NO_RULE, Figure
from recordpick.reports.qof import Indicator, QofTable
from recordpick.reports.report_index import ReportIndex
from recordpick.reports.targets import target_table
from recordpick.reports.what_counts import is_definition, read_shipped_rules

_AMONG_ELIGIBLE = (
    "in_date",
    "overdue",
    "never_screened",
    "declined",
    "non_responder",
    "next_due",
    "programme_recall",
    "immunised",
)
"""Figures of the target report that are counted among the eligible."""


@dataclass(frozen=True)
class CountedPatients:
    """A set of patients, or None and why it is not known."""

    patients: pl.Series | None
    why_empty: str = ""

    @property
    def figure(self) -> Figure:
        """How many patients there are."""
        if self.patients is None:
            return Figure(None, self.why_empty)
        return Figure(len(self.patients))


_ONLY_LAST_ISSUE = (
    "The records are later than the day that is counted to, and have only the last issue of each "
    "medicine: what was issued before that day is not known."
)


@dataclass(frozen=True)
class Rules:
    """The answers to a pack of report rules.

    `is_past` says whether the records are later than the day that is counted to.
    """

    matches: Matches
    is_past: bool = False
    of_no_effect: frozenset[str] = frozenset()
    """Cautions about codelists of invented codes: whoever has one of these is made up, too."""

    def knows(self, rule: str) -> bool:
        """Return whether there is such a rule."""
        return rule in self.matches.answers

    def _why(self, text: str) -> str:
        """Return why a rule is not known; for issues of the past in words of their own."""
        return _ONLY_LAST_ISSUE if self.is_past and "last_issued_on" in text else text

    def of(self, rule: str) -> CountedPatients:
        """Return who meets a rule."""
        answer = self.matches.answers.get(rule)
        if answer is None:
            return CountedPatients(None, NO_RULE)
        if not answer.answered:
            return CountedPatients(None, self._why(answer.why_not))
        cautions = [text for text in answer.cautions if text not in self.of_no_effect]
        if cautions:
            return CountedPatients(None, self._why(" ".join(cautions)))
        return CountedPatients(self.matches.patients(rule))


def answer_rules(
    index: PracticeIndex,
    as_at: date,
    rules: Pack | Path | None = None,
    progress: Progress = silent,
    *,
    known_to: date | None = None,
) -> Rules:
    """Answer the report rules (those that ship, or others) from an index.

    `as_at` is the day that is counted to; entries after `known_to` (by default the same day) do not
    count. Raise a UserError if a file is not a pack of rules.
    """
    pack = rules if isinstance(rules, Pack) else read_pack(rules) if rules else read_shipped_rules()
    report_index = ReportIndex.of(index, pack, as_at, known_to)
    matches = match(report_index.pack, report_index, as_at, progress)
    invented = (name for name, codelist in pack.codelists.items() if is_invented(codelist))
    of_no_effect = frozenset(map(demonstration_caution, invented))
    return Rules(matches, report_index.is_past, of_no_effect)


def rules_of_table(pack: Pack, table: QofTable) -> Pack:
    """Return the rules that a year's table and the targets use: not those of other indicators."""
    names = {indicator.name for indicator in table.indicators}
    known = names | {name.rstrip("0123456789") for name in names} | set(target_table()["target"])
    return replace(
        pack,
        criteria=tuple(
            one
            for one in pack.criteria
            if is_definition(one) or one.id == _IN_HOME or one.id.rpartition(".")[0] in known
        ),
    )


def home_residents(index: PracticeIndex, pack: Pack, rules: Rules) -> Homes:
    """Return who lives in a nursing or residential home by the rule `capitation.in_home`.

    It uses the institution in patients' details or a code. Where the index has only one of them,
    the answer is based on that one and says so; where it has neither, there is no answer.
    """
    answer = rules.matches.answers.get(_IN_HOME)
    if answer is None:
        return homes_by_institution(index)
    has_institution = "institution" in index.columns("patients")
    if not has_institution and not _any_coded(index, pack):
        return Homes(None, _NEITHER)
    if not answer.answered:
        return Homes(None, answer.why_not)
    cautions = tuple(
        f"capitation.csv, in_home and weighted: {text}"
        for text in answer.cautions
        if has_institution or "institution" not in text
    )
    if not has_institution:
        cautions = (_BY_CODES, *cautions)
    return Homes(rules.matches.patients(_IN_HOME), cautions=cautions)


_IN_HOME = "capitation.in_home"
_NEITHER = (
    "The index has neither an institution of patients nor an entry with a code for living in a "
    "care home."
)
_BY_CODES = (
    "capitation.csv: in_home and weighted use the codes for living in a care home only, since "
    "the index has no institution of patients. Residents without such a code are not counted."
)


def _any_coded(index: PracticeIndex, pack: Pack) -> bool:
    """Return whether any entry has a code that the rule for homes uses."""
    rules = [
        rule
        for criterion in pack.criteria
        if criterion.id == _IN_HOME
        for step in criterion.steps
        for rule in step.rules
        if rule.codes and "code" in index.columns(rule.table)
    ]
    return any(
        index.scan(rule.table)
        .filter(pl.col("code").is_in(list(pack.codelists[rule.codes or ""].codes)))
        .select(pl.len() > 0)
        .collect(engine="streaming")
        .item()
        for rule in rules
    )


def qof_figures(table: QofTable, rules: Rules) -> dict[tuple[str, ...], Figure]:
    """Return the figures of each indicator that has rules, in the form that `qof_rows` needs."""
    figures: dict[tuple[str, ...], Figure] = {}
    for indicator in table.indicators:
        for name, figure in _of_indicator(indicator, rules).items():
            figures[indicator.name, name] = figure
    return figures


def target_figures(table: pl.DataFrame, rules: Rules) -> dict[tuple[str, ...], Figure]:
    """Return the figures of a table of targets that have rules, in the form of `target_rows`."""
    figures: dict[tuple[str, ...], Figure] = {}
    for target, name in table.select("target", "figure").iter_rows():
        figure = _of_target(target, name, rules)
        if figure is not None:
            figures[target, name] = figure
    return figures


@dataclass(frozen=True)
class IndicatorSets:
    """The sets of patients of an indicator; None where there is no rule for one.

    The denominator is counted within the register, the numerator within the denominator, and those
    who are adjusted within the denominator without the numerator.
    """

    register: CountedPatients | None
    denominator: CountedPatients | None
    numerator: CountedPatients | None
    adjusted: CountedPatients | None


def indicator_sets(name: str, rules: Rules) -> IndicatorSets:
    """Return the sets of an indicator's patients, by its rules."""
    register_rule = _first(rules, f"{name}.register", f"{name.rstrip('0123456789')}.register")
    done_rule = _first(rules, f"{name}.numerator", f"{name}.in_date", f"{name}.immunised")
    about_rule = _first(rules, f"{name}.denominator", f"{name}.eligible")
    adjusted_rule = _first(rules, f"{name}.personalised_care_adjustments")
    register = rules.of(register_rule) if register_rule else None
    if not about_rule and not (done_rule and register):
        return IndicatorSets(register, None, None, None)
    about = _both(register, rules.of(about_rule) if about_rule else None)
    if not done_rule:
        return IndicatorSets(register, about, None, None)
    done = _both(about, rules.of(done_rule))
    adjusted = _without(_both(about, rules.of(adjusted_rule)), done) if adjusted_rule else None
    return IndicatorSets(register, about, done, adjusted)


def _of_indicator(indicator: Indicator, rules: Rules) -> dict[str, Figure]:
    sets = indicator_sets(indicator.name, rules)
    figures: dict[str, Figure] = {}
    if sets.register is not None:
        figures["register"] = sets.register.figure
    if sets.denominator is not None:
        figures["denominator"] = sets.denominator.figure
    if sets.denominator is None or sets.numerator is None:
        return figures
    figures["numerator"] = sets.numerator.figure
    if sets.adjusted is None:
        figures["achievement"] = figures["points"] = Figure(None, _NEEDS_ADJUSTMENTS)
        return figures
    figures["personalised_care_adjustments"] = sets.adjusted.figure
    figures["achievement"] = achieved = _achievement(
        sets.denominator.figure, sets.numerator.figure, sets.adjusted.figure
    )
    figures["points"] = _points(indicator, achieved)
    return figures


_NEEDS_ADJUSTMENTS = (
    "It needs the personalised care adjustments, for which there is no rule: take it from the "
    "system's own report."
)


def _of_target(target: str, name: str, rules: Rules) -> Figure | None:
    eligible = rules.of(f"{target}.eligible")
    if name == "not_immunised" and rules.knows(f"{target}.immunised"):
        return _without(eligible, _both(eligible, rules.of(f"{target}.immunised"))).figure
    if name == "achievement":
        done_rule = _first(rules, f"{target}.in_date", f"{target}.immunised")
        if not done_rule or not rules.knows(f"{target}.eligible"):
            return None
        done = _both(eligible, rules.of(done_rule))
        return _achievement(eligible.figure, done.figure, Figure(0))
    return (
        patients_of_target(target, name, rules).figure if rules.knows(f"{target}.{name}") else None
    )


def patients_of_target(target: str, name: str, rules: Rules) -> CountedPatients:
    """Return who is counted for a figure of a target that has a rule of its own."""
    counted = rules.of(f"{target}.{name}")
    return _both(rules.of(f"{target}.eligible"), counted) if name in _AMONG_ELIGIBLE else counted


def _first(rules: Rules, *names: str) -> str:
    return next((name for name in names if rules.knows(name)), "")


def _both(among: CountedPatients | None, further: CountedPatients | None) -> CountedPatients:
    """Return who is in both sets; where one of them is not known, neither is the result."""
    if among is None or further is None:
        return among or further or CountedPatients(None, NO_RULE)
    return _combined(among, further, lambda left, right: left.filter(left.is_in(right.implode())))


def _without(among: CountedPatients, taken: CountedPatients) -> CountedPatients:
    """Return who is in the first set and not in the second."""
    return _combined(among, taken, lambda left, right: left.filter(~left.is_in(right.implode())))


def _combined(
    left: CountedPatients,
    right: CountedPatients,
    combine: Callable[[pl.Series, pl.Series], pl.Series],
) -> CountedPatients:
    if left.patients is None:
        return left
    if right.patients is None:
        return right
    return CountedPatients(combine(left.patients, right.patients))


def _achievement(about: Figure, done: Figure, adjusted: Figure) -> Figure:
    """Return the percentage of the denominator, minus adjustments, for whom it was done."""
    for figure in (about, done, adjusted):
        if figure.value is None:
            return Figure(None, figure.why_empty)
    left = (about.value or 0) - (adjusted.value or 0)
    if not left:
        return Figure(None, "Nobody is in the denominator.")
    return Figure(100 * (done.value or 0) / left)


def _points(indicator: Indicator, achieved: Figure) -> Figure:
    """Return the points: none at the lower threshold, all at the upper, in proportion between."""
    if achieved.value is None:
        return Figure(None, achieved.why_empty)
    span = indicator.upper_threshold - indicator.lower_threshold
    share = (achieved.value - indicator.lower_threshold) / span
    return Figure(indicator.points * min(max(share, 0.0), 1.0))
