"""A practice index with five more tables, derived on demand, that report rules need.

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
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.criteria.conditions import text_of
from recordpick.criteria.pack import Pack, Rule
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.reports.what_counts import FLAGS, Definitions, without_definitions
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
    known_to: date
    """The last day whose entries count."""

    @classmethod
    def of(
        cls, index: PracticeIndex, pack: Pack, as_at: date, known_to: date | None = None
    ) -> ReportIndex:
        """Return an index with the tables that a pack of report rules needs.

        Entries after `known_to` do not count: by default those after `as_at`.
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
            known_to=known_to or as_at,
        )

    @property
    def is_past(self) -> bool:
        """Whether the records are later than the last day that counts.

        An index has the last issue of a medication only: nobody knows when it was issued before.
        """
        return self.known_to < self.manifest.as_at

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
        if table == "medications" and self.is_past:
            later = ("last_issued_on", "is_active")
            of_then = super().columns(table)
            return {name: kind for name, kind in of_then.items() if name not in later}
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
        if table == "medications" and (self.is_past or self.known_to != self.as_at):
            return self._known_medications()
        return super().scan(table)

    def _known_medications(self) -> pl.LazyFrame:
        """Return the medications that were issued, or begun, by the last day that counts."""
        present = self.columns("medications")
        days = [name for name in ("last_issued_on", "started_on") if name in present]
        rows = super().scan("medications").select(*present)
        if not days:
            return rows
        return rows.filter((pl.coalesce(days) <= self.known_to).fill_null(value=True))

    def _marked(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """Return the events with the columns `FLAGS`, which say whether each counts."""
        return self.definitions.add_to(events, super().columns("events"), self.known_to)

    def _rules(self, table: str) -> list[Rule]:
        return [
            rule
            for criterion in self.pack.criteria
            for step in criterion.steps
            for rule in step.rules
            if rule.table == table
        ]

    def _dates(self, table: str) -> list[Rule]:
        """Return the rows of that table that dates of patients are of."""
        return [one.rows for one in self.pack.dates.values() if one.rows.table == table]

    def _codes(self, *codelists: str | None) -> set[str]:
        return {code for name in codelists if name for code in self.pack.codelists[name].codes}

    def _with_used_codes(self, events: pl.LazyFrame, table: str) -> pl.LazyFrame:
        """Keep the events whose code some rule on that table uses, if all its rules have codes."""
        rules = [*self._rules(table), *self._dates(table)]
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
            .filter(pl.col("code").is_in(used_codes), pl.col("date") <= self.known_to)
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
