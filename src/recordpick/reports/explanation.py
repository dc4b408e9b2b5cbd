"""Explain a figure: who is on the register, in the denominator, done and left out, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Explanation, Left, explain, match
from recordpick.matching.patient_dates import patient_dates
from recordpick.matching.rules import lacks_for_rule
from recordpick.progress import Progress, silent
from recordpick.reports.practice_reports import CountedBy
from recordpick.reports.report_index import ReportIndex
from recordpick.reports.rules import (
    CountedPatients,
    IndicatorSets,
    Rules,
    indicator_sets,
    patients_of_target,
)
from recordpick.reports.targets import target_table
from recordpick.text import similar_hint

DONE, NOT_DONE, TO_DO = "done", "not_done", "to_do"
LEFT_OUT, NOT_COUNTED = "left_out", "not_in_denominator"
GROUPS: Mapping[str, str] = {
    TO_DO: "in the denominator, not done and not left out",
    NOT_DONE: "in the denominator and not in the numerator: who of them is left out is not known",
    DONE: "in the numerator",
    LEFT_OUT: "left out by a personalised care adjustment",
    NOT_COUNTED: "on the register, but not in the denominator",
}
"""The groups into which an indicator sorts patients, with what each is."""

_REGISTER = "register"


@dataclass(frozen=True, slots=True)
class ExplainedSet:
    """One set of patients of an indicator.

    `figure` says which; `steps` say of each of its rules how many patients of the list meet it, and
    how many meet it and those before it. `patients` is the figure as reported, counted within the
    set that it belongs to; None where it is not known, and `why_empty` says why.
    """

    figure: str
    rule: str
    find: str
    steps: tuple[Left, ...]
    patients: int | None
    why_empty: str


@dataclass(frozen=True)
class ExplainedIndicator:
    """An indicator or target: its sets, and the patients of each group of `GROUPS`.

    `groups` lacks what is not known.
    """

    name: str
    measures: str
    in_words: tuple[str, ...]
    """The period, and how sure the table is."""
    cautions: tuple[str, ...]
    sets: tuple[ExplainedSet, ...]
    groups: Mapping[str, tuple[str, ...]]


def explain_indicator(
    index: PracticeIndex, by: CountedBy, name: str, progress: Progress = silent
) -> ExplainedIndicator:
    """Explain an indicator of the year's table, in any case; raise a UserError for another name."""
    known = _find(by, name)
    report_index, rules = _answered(index, by, known, progress)
    sets = indicator_sets(known, rules)
    counted = {
        _REGISTER: sets.register,
        "denominator": sets.denominator,
        "numerator": sets.numerator,
        "personalised_care_adjustments": sets.adjusted,
    }
    explained = [
        _explained(
            report_index,
            rules,
            figure,
            rule,
            counted.get(figure) or patients_of_target(known, figure, rules),
        )
        for figure, rule in _rules_of(known, rules)
    ]
    return ExplainedIndicator(
        known,
        _measures(by, known),
        by.in_words,
        by.cautions,
        tuple(explained),
        _groups(sets),
    )


@dataclass(frozen=True)
class ExplainedPatient:
    """Why one patient is in each set of an indicator, or not, by the set's figure.

    `dates` are the dates of the patient that its rules use, with None where there is none: when a
    disease began, when a screening programme recalls.
    """

    patient_id: str
    sets: Mapping[str, Explanation]
    dates: Mapping[str, date | None]


def explain_patient(
    index: PracticeIndex, by: CountedBy, name: str, patient_id: str
) -> ExplainedPatient:
    """Explain an indicator for one patient.

    Raise a UserError if there is no such indicator or patient.
    """
    known = _find(by, name)
    report_index = _report_index(index, by, known)
    pack, counted_to = report_index.pack, by.period.counted_to
    ids = {one.id for one in pack.criteria}
    sets = {
        figure: explain(pack, report_index, counted_to, rule, patient_id)
        for figure, rule in _rule_names(known, ids)
    }
    answered = {one.criterion_id for one in sets.values() if not one.why_not_answered}
    where = [
        rule.where
        for criterion in pack.criteria
        if criterion.id in answered
        for step in criterion.steps
        for rule in step.rules
        if not lacks_for_rule(pack, report_index, rule)
    ]
    found = patient_dates(pack, report_index, counted_to, where, [patient_id])
    of_patient = next(found.iter_rows(named=True), dict.fromkeys(found.columns))
    return ExplainedPatient(
        patient_id,
        sets,
        {name: day for name, day in of_patient.items() if name != "patient_id"},
    )


def _groups(sets: IndicatorSets) -> dict[str, tuple[str, ...]]:
    nobody = pl.Series([], dtype=pl.String)
    register, about, done, adjusted = (
        None if one is None else one.patients
        for one in (sets.register, sets.denominator, sets.numerator, sets.adjusted)
    )
    groups = {
        DONE: _group(done, nobody),
        LEFT_OUT: _group(adjusted, nobody),
        NOT_COUNTED: _group(register, about),
    }
    if sets.adjusted is None:
        groups[TO_DO] = _group(about, done)
    elif adjusted is None:
        groups[NOT_DONE] = _group(about, done)
    elif done is not None:
        groups[TO_DO] = _group(about, pl.concat([done, adjusted]))
    known = {group: patients for group, patients in groups.items() if patients is not None}
    return {group: known[group] for group in GROUPS if group in known}


def _group(among: pl.Series | None, without: pl.Series | None) -> tuple[str, ...] | None:
    if among is None or without is None:
        return None
    return tuple(among.filter(~among.is_in(without.implode())).to_list())


def _find(by: CountedBy, name: str) -> str:
    known = [indicator.name for indicator in by.table.indicators]
    known += [one for one in target_table()["target"].unique().to_list() if one not in known]
    for one in known:
        if one.casefold() == name.strip().casefold():
            return one
    hint = similar_hint(name.strip().upper(), known)
    raise UserError(
        f"QOF {by.table.year} has no indicator {name.strip()!r}.{hint} It has {', '.join(known)}."
    )


def _measures(by: CountedBy, name: str) -> str:
    return next((one.measures for one in by.table.indicators if one.name == name), "")


def _report_index(index: PracticeIndex, by: CountedBy, name: str) -> ReportIndex:
    """Return the index for the rules of one indicator only."""
    of = (name, name.rstrip("0123456789"))
    own = tuple(
        one
        for one in by.rules.criteria
        if one.id.startswith("entries.") or one.id.rpartition(".")[0] in of
    )
    return ReportIndex.of(
        index, replace(by.rules, criteria=own), by.period.counted_to, by.period.known_to
    )


def _answered(
    index: PracticeIndex, by: CountedBy, name: str, progress: Progress
) -> tuple[ReportIndex, Rules]:
    report_index = _report_index(index, by, name)
    matches = match(report_index.pack, report_index, by.period.counted_to, progress)
    return report_index, Rules(matches, report_index.is_past)


_NAMES = {
    "eligible": "denominator",
    "in_date": "numerator",
    "immunised": "numerator",
}
"""Figures of the target report that are those of QOF by another name."""


def _rules_of(name: str, rules: Rules) -> Iterator[tuple[str, str]]:
    yield from _rule_names(name, set(rules.matches.answers))


def _rule_names(name: str, ids: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the figures of an indicator with the id of each one's rule, the register first."""
    own = [f"{name}.{_REGISTER}", f"{name.rstrip('0123456789')}.{_REGISTER}"]
    register = next((one for one in own if one in ids), "")
    if register:
        yield _REGISTER, register
    figures = ("denominator", "eligible", "numerator", "in_date", "immunised")
    for figure in (*figures, "personalised_care_adjustments"):
        if f"{name}.{figure}" in ids:
            yield _NAMES.get(figure, figure), f"{name}.{figure}"
    named = {f"{name}.{figure}" for figure in (*figures, "personalised_care_adjustments")}
    for one in sorted(ids - named - set(own)):
        if one.startswith(f"{name}."):
            yield one.rpartition(".")[2], one


def _explained(
    index: ReportIndex, rules: Rules, figure: str, rule: str, counted: CountedPatients
) -> ExplainedSet:
    answer = rules.matches.answers[rule]
    number = None if counted.patients is None else len(counted.patients)
    find = index.pack.criterion(rule).find
    return ExplainedSet(figure, rule, find, answer.left, number, counted.why_empty)
