"""Count the figures of the QOF and target reports from the index, by rules that are data.

The rules are a criteria pack (see `data/reports/report_rules.toml` for what each id means): every
criterion is one set of patients, and a figure is the size of that set, or of its overlap with the
set it is counted among. A figure whose rules the index cannot answer, or can answer only in part,
has no value and says why; nothing is guessed.

A practice index with five more tables, derived on demand, that report rules need.

- `entries`: events with the patient's date of birth as `born_on`, for what must have been done at
  some age, and whether they count, yes or no (`what_counts.FLAGS`).
- `results`: those of them that are done and have a value, so that a codelist whose entries have
  none is noticed.
- `latest`: for each codelist that rules use on this table, each patient's done events of the newest
  day on which one has a value, with the codelist's name as `list`. Where a day has several, all are
  included. Events after the as-at date are left out.
- `latest_entries`: the same without requiring a value. `list` names the codelist that decides
  which day is the newest; the rule's own codelist is what the newest entry must say.
- `dated_events`: events with `born_on` only, whether they count or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.criteria.conditions import text_of
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Pack, Rule
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches, match
from recordpick.progress import Progress, silent
from recordpick.reports.capitation import Homes, homes_by_institution
from recordpick.reports.figures import NO_RULE, Figure
from recordpick.reports.qof import Indicator, QofTable
from recordpick.reports.what_counts import (
    FLAGS,
    Definitions,
    shipped_report_rules,
    without_definitions,
)
from recordpick.schema import Kind

ENTRIES = "entries"
DATED_EVENTS = "dated_events"
RESULTS = "results"
LATEST = "latest"
LATEST_ENTRIES = "latest_entries"
_OF_PATIENTS = "date_of_birth"
_LIST = re.compile(r"\blist = '([^']*)'")


@dataclass(frozen=True, kw_only=True)
class ReportIndex(PracticeIndex):
    """An index that also has these tables, where its own tables have what they need."""

    pack: Pack
    as_at: date
    definitions: Definitions

    @classmethod
    def of(cls, index: PracticeIndex, pack: Pack, as_at: date) -> ReportIndex:
        """Return an index with the tables that a pack of report rules needs.

        Raise a UserError where a definition of what counts cannot be used, and where a rule on
        `latest` or `latest_entries` does not say which codelist's newest entries it needs.
        """
        for criterion in pack.criteria:
            for step in criterion.steps:
                for rule in step.rules:
                    if problem := _newest_problem(rule, pack):
                        raise UserError(
                            f"{next(iter(pack.files))}, criterion {criterion.id}: {problem}"
                        )
        return cls(
            folder=index.folder,
            manifest=index.manifest,
            seen=index.seen,
            pack=without_definitions(pack),
            as_at=as_at,
            definitions=Definitions.of(pack),
        )

    def has(self, table: str) -> bool:
        """Return whether the index has that table, or can derive it."""
        return bool(self.columns(table)) or super().has(table)

    def columns(self, table: str) -> dict[str, Kind]:
        """Return the columns of the table and what each holds; {} if there is no such table."""
        events = super().columns("events")
        born: dict[str, Kind] = (
            {"born_on": "date"} if _OF_PATIENTS in super().columns("patients") else {}
        )
        if table == ENTRIES:
            return events and events | born | dict.fromkeys(FLAGS, "yes_no")
        if table in (DATED_EVENTS, RESULTS):
            if table == RESULTS and "value" not in events:
                return {}
            return events | born if events and born else {}
        if table in (LATEST, LATEST_ENTRIES):
            needed = {"code", "date", "value"} if table == LATEST else {"code", "date"}
            return events | {"list": "text"} if needed <= set(events) else {}
        return super().columns(table)

    def scan(self, table: str) -> pl.LazyFrame:
        """Return the table; raise a KeyError if there is no such table and it cannot be derived."""
        if table in (ENTRIES, DATED_EVENTS, RESULTS) and self.has(table):
            events = super().scan("events")
            if table == ENTRIES:
                events = self._marked(self._with_used_codes(events, ENTRIES))
            elif table == RESULTS:
                events = self._with_used_codes(
                    events.filter(pl.col("value").is_not_null()), RESULTS
                )
                events = self._marked(events).filter("is_done")
            if "born_on" not in self.columns(table):
                return events
            born = (
                super().scan("patients").select("patient_id", pl.col(_OF_PATIENTS).alias("born_on"))
            )
            return events.join(born, on="patient_id", how="left")
        if table in (LATEST, LATEST_ENTRIES) and self.has(table):
            return self._latest(table)
        return super().scan(table)

    def _marked(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """Return the events with the columns `FLAGS`, which say whether each counts."""
        return self.definitions.add_to(events, super().columns("events"), self.as_at)

    def _rules(self, table: str) -> list[Rule]:
        return [
            rule
            for criterion in self.pack.criteria
            for step in criterion.steps
            for rule in step.rules
            if rule.table == table
        ]

    def _codes(self, *codelists: str | None) -> set[str]:
        return {code for name in codelists if name for code in self.pack.codelists[name].codes}

    def _with_used_codes(self, events: pl.LazyFrame, table: str) -> pl.LazyFrame:
        """Keep the events whose code some rule on that table uses, if all its rules have codes."""
        rules = self._rules(table)
        if not all(rule.codes for rule in rules):
            return events
        return events.filter(pl.col("code").is_in(sorted(self._codes(*(r.codes for r in rules)))))

    def _latest(self, table: str) -> pl.LazyFrame:
        lists: dict[str, set[str]] = {}
        for rule in self._rules(table):
            name = _list_of(rule)
            lists.setdefault(name, set()).update(self._codes(name, rule.codes))
        return self._newest(lists, with_value=table == LATEST)

    def _newest(self, lists: Mapping[str, set[str]], *, with_value: bool) -> pl.LazyFrame:
        codes = pl.LazyFrame(
            [(code, name) for name in sorted(lists) for code in sorted(lists[name])],
            schema={"code": pl.String, "list": pl.String},
            orient="row",
        )
        used_codes = sorted({code for several in lists.values() for code in several})
        newest = pl.col("date").max().over("patient_id", "list")
        events = (
            super()
            .scan("events")
            .filter(pl.col("code").is_in(used_codes), pl.col("date") <= self.as_at)
        )
        if with_value:
            events = events.filter(pl.col("value").is_not_null())
        return (
            self._marked(events)
            .filter("is_done")
            .drop(FLAGS)
            .join(codes, on="code")
            .filter(pl.col("date") == newest)
        )


def _list_of(rule: Rule) -> str:
    """Return the codelist whose newest entries a rule needs; "" where it does not say."""
    found = _LIST.findall(text_of(rule.where) or "")
    return found[0] if len(set(found)) == 1 else ""


def _newest_problem(rule: Rule, pack: Pack) -> str:
    """Return why a rule on newest entries could be answered by another list's entries, or ""."""
    if rule.table == LATEST and (not rule.codes or _list_of(rule) != rule.codes):
        return f"a rule on {LATEST} needs codes and, in where, the same codelist as list = 'name'."
    if rule.table == LATEST_ENTRIES and (not rule.codes or _list_of(rule) not in pack.codelists):
        return (
            f"a rule on {LATEST_ENTRIES} needs codes and, in where, list = 'name' with a codelist "
            "that another rule uses: the one whose newest entries are meant."
        )
    return ""


_AMONG_ELIGIBLE = (
    "in_date",
    "overdue",
    "never_screened",
    "declined",
    "non_responder",
    "next_due",
    "immunised",
)
"""Figures of the target report that are counted among the eligible."""


@dataclass(frozen=True)
class Counted:
    """A set of patients, or None and why it is not known."""

    patients: pl.Series | None
    why_empty: str = ""

    @property
    def figure(self) -> Figure:
        """How many patients there are."""
        if self.patients is None:
            return Figure(None, self.why_empty)
        return Figure(len(self.patients))


@dataclass(frozen=True)
class Rules:
    """The answers to a pack of report rules."""

    matches: Matches

    def knows(self, rule: str) -> bool:
        """Return whether there is such a rule."""
        return rule in self.matches.answers

    def of(self, rule: str) -> Counted:
        """Return who meets a rule."""
        answer = self.matches.answers.get(rule)
        if answer is None:
            return Counted(None, NO_RULE)
        if not answer.answered:
            return Counted(None, answer.why_not)
        if answer.cautions:
            return Counted(None, " ".join(answer.cautions))
        return Counted(self.matches.patients(rule))


def answer_rules(
    index: PracticeIndex,
    as_at: date,
    rules: Pack | Path | None = None,
    progress: Progress = silent,
) -> Rules:
    """Answer the report rules (those that ship, or others) from an index.

    Raise a UserError if a file is not a pack of rules.
    """
    pack = rules if isinstance(rules, Pack) else read_pack(rules or shipped_report_rules())
    report_index = ReportIndex.of(index, pack, as_at)
    return Rules(match(report_index.pack, report_index, as_at, progress))


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


def _of_indicator(indicator: Indicator, rules: Rules) -> dict[str, Figure]:
    name = indicator.name
    register_rule = _first(rules, f"{name}.register", f"{name.rstrip('0123456789')}.register")
    done_rule = _first(rules, f"{name}.numerator", f"{name}.in_date", f"{name}.immunised")
    about_rule = _first(rules, f"{name}.denominator", f"{name}.eligible")
    figures: dict[str, Figure] = {}
    register = rules.of(register_rule) if register_rule else None
    if register is not None:
        figures["register"] = register.figure
    about = _both(register, rules.of(about_rule) if about_rule else None)
    if about_rule:
        figures["denominator"] = about.figure
    if not done_rule or not (about_rule or register):
        return figures
    done = _both(about, rules.of(done_rule))
    figures |= {"denominator": about.figure, "numerator": done.figure}
    adjusted_rule = f"{name}.personalised_care_adjustments"
    if not rules.knows(adjusted_rule):
        figures["achievement"] = figures["points"] = Figure(None, _NEEDS_ADJUSTMENTS)
        return figures
    adjusted = _without(_both(about, rules.of(adjusted_rule)), done)
    figures["personalised_care_adjustments"] = adjusted.figure
    figures["achievement"] = achieved = _achievement(about.figure, done.figure, adjusted.figure)
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
    if not rules.knows(f"{target}.{name}"):
        return None
    counted = rules.of(f"{target}.{name}")
    return (_both(eligible, counted) if name in _AMONG_ELIGIBLE else counted).figure


def _first(rules: Rules, *names: str) -> str:
    return next((name for name in names if rules.knows(name)), "")


def _both(among: Counted | None, further: Counted | None) -> Counted:
    """Return who is in both sets; where one of them is not known, neither is the result."""
    if among is None or further is None:
        return among or further or Counted(None, NO_RULE)
    return _combined(among, further, lambda left, right: left.filter(left.is_in(right.implode())))


def _without(among: Counted, taken: Counted) -> Counted:
    """Return who is in the first set and not in the second."""
    return _combined(among, taken, lambda left, right: left.filter(~left.is_in(right.implode())))


def _combined(
    left: Counted, right: Counted, combine: Callable[[pl.Series, pl.Series], pl.Series]
) -> Counted:
    if left.patients is None:
        return left
    if right.patients is None:
        return right
    return Counted(combine(left.patients, right.patients))


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
