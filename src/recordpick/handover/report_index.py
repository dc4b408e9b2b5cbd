"""A practice index with three more tables, made when they are asked for, that report rules need.

- `dated_events`: events with the patient's date of birth as `born_on`, for what must have been
  done at some age.
- `results`: those of them that have a value, so that a codelist whose entries carry none is
  noticed.
- `latest`: for each codelist that rules ask of this table, each patient's events of the newest day
  on which one has a value, with the codelist's name as `list`. Where a day has several, all are
  there. What is after the as-at date is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.tables import Kind

DATED_EVENTS = "dated_events"
RESULTS = "results"
LATEST = "latest"
_OF_PATIENTS = "date_of_birth"


@dataclass(frozen=True, kw_only=True)
class ReportIndex(PracticeIndex):
    """An index that also has these tables, as far as its own tables carry them."""

    pack: Pack
    as_at: date

    @classmethod
    def of(cls, index: PracticeIndex, pack: Pack, as_at: date) -> ReportIndex:
        """Look at an index with the eyes of a pack of report rules.

        UserError where a rule on `latest` does not ask for its own codelist: it would be answered
        from another one's newest values.
        """
        for criterion in pack.criteria:
            for step in criterion.steps:
                for rule in step.rules:
                    wanted = f"list = '{rule.codes}'"
                    if rule.table == LATEST and (not rule.codes or wanted not in str(rule.where)):
                        raise UserError(
                            f"{next(iter(pack.files))}, criterion {criterion.id}: a rule on "
                            f"{LATEST} needs codes and, in where, the same codelist as "
                            "list = 'name'."
                        )
        return cls(
            folder=index.folder,
            manifest=index.manifest,
            seen=index.seen,
            pack=pack,
            as_at=as_at,
        )

    def has(self, table: str) -> bool:
        """Tell whether the index has that table, or can make it."""
        return bool(self.columns(table)) or super().has(table)

    def columns(self, table: str) -> dict[str, Kind]:
        """Give the columns of the table and what each holds; {} if it is not there."""
        events = super().columns("events")
        if table in (DATED_EVENTS, RESULTS):
            if table == RESULTS and "value" not in events:
                return {}
            if not events or _OF_PATIENTS not in super().columns("patients"):
                return {}
            return events | {"born_on": "date"}
        if table == LATEST:
            return events | {"list": "text"} if {"code", "date", "value"} <= set(events) else {}
        return super().columns(table)

    def scan(self, table: str) -> pl.LazyFrame:
        """Give the table. KeyError if it is not there and cannot be made."""
        if table in (DATED_EVENTS, RESULTS) and self.has(table):
            born = (
                super().scan("patients").select("patient_id", pl.col(_OF_PATIENTS).alias("born_on"))
            )
            events = super().scan("events")
            if table == RESULTS:
                events = events.filter(pl.col("value").is_not_null())
            return events.join(born, on="patient_id", how="left")
        if table == LATEST and self.has(table):
            return self._latest()
        return super().scan(table)

    def _latest(self) -> pl.LazyFrame:
        lists = sorted(
            {
                rule.codes
                for criterion in self.pack.criteria
                for step in criterion.steps
                for rule in step.rules
                if rule.table == LATEST and rule.codes
            }
        )
        codes = pl.LazyFrame(
            [(code, name) for name in lists for code in self.pack.codelists[name].codes],
            schema={"code": pl.String, "list": pl.String},
            orient="row",
        )
        asked = sorted({code for name in lists for code in self.pack.codelists[name].codes})
        newest = pl.col("date").max().over("patient_id", "list")
        return (
            super()
            .scan("events")
            .filter(
                pl.col("code").is_in(asked),
                pl.col("value").is_not_null(),
                pl.col("date") <= self.as_at,
            )
            .join(codes, on="code")
            .filter(pl.col("date") == newest)
        )
