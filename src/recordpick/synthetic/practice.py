"""A synthetic practice: its people first, then what is recorded about them, table by table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from recordpick.progress import Progress, silent
from recordpick.synthetic import (
    background,
    consultations,
    contacts,
    events,
    oddities,
    prescribing,
    prevention,
    problems,
    quality,
    results,
    workflow,
)
from recordpick.synthetic.conditions import with_conditions
from recordpick.synthetic.identity import patient_id, patients_table, with_names
from recordpick.synthetic.names import make_pools
from recordpick.synthetic.patients import day, make_people, with_households
from recordpick.synthetic.rows import Setting

AS_AT = date(2026, 10, 1)
PATIENTS_AT_A_TIME = 5_000
"""Few enough to keep memory small, enough to keep polars busy; no row depends on it."""

Generator = Callable[[pl.LazyFrame, Setting], pl.LazyFrame]

Change = Callable[[str, pl.DataFrame], pl.DataFrame]
"""Takes a table's name and a part of its rows, and returns the rows in their place."""


GENERATORS: dict[str, tuple[Generator, ...]] = {
    "events": (
        problems.long_term,
        problems.passing,
        problems.linked,
        consultations.consultations,
        consultations.smoking,
        consultations.family_history,
        consultations.procedures,
        results.blood_pressures,
        results.measurements,
        results.panels,
        results.single_tests,
        results.reviews,
        prevention.childhood,
        prevention.seasonal,
        prevention.older_adults,
        prevention.not_given,
        prevention.smears,
        prevention.unscreened,
        prevention.pregnancies,
        background.allergies,
        background.degraded_allergies,
        background.ethnicity_and_language,
        background.care,
        background.safeguarding,
        background.opt_outs,
        background.adjustments,
        oddities.local_codes,
        oddities.degraded,
        oddities.long_texts,
        oddities.old_dates,
        quality.quality,
    ),
    "medications": (
        prescribing.repeats,
        prescribing.former,
        prescribing.acute,
        prescribing.monitored,
        prescribing.contraception,
    ),
    "appointments": (workflow.appointments,),
    "documents": (workflow.documents,),
    "referrals": (workflow.referrals,),
    "recalls": (workflow.recalls,),
    "addresses": (contacts.addresses,),
    "relationships": (contacts.relationships,),
}
"""The generators of the rows of each table that follows from the people alone."""

GENERATED_TABLES = ("patients", *GENERATORS, "consultations")

_DATES = {"medications": "started_on", "addresses": "since", "relationships": "since"}


@dataclass(frozen=True)
class Practice:
    """A synthetic practice at a date.

    `people` and `patients` hold one row for each patient, in the same order; `parts` generates the
    other tables in batches of patients, so that a practice of any size can be written.
    """

    name: str
    as_at: date
    seed: int
    people: pl.DataFrame
    patients: pl.DataFrame
    setting: Setting
    change: Change | None = None
    """Applied to each part of the other tables: what a migration made of it (migration/)."""
    origin: str = ""
    """What practice.toml says about how the practice was made, beside its size and seed."""

    @property
    def made_from(self) -> str:
        """The size and seed of the practice, and its `origin`, in words."""
        return f"{len(self.people)} patients, seed {self.seed}{self.origin}"

    def part_count(self, table: str) -> int:
        """Return how many parts `parts` yields for a table."""
        return 1 if table == "patients" else -(-len(self.people) // PATIENTS_AT_A_TIME)

    def parts(self, table: str) -> Iterator[pl.DataFrame]:
        """Yield a table a few thousand patients at a time, each part sorted by patient and date."""
        if table == "patients":
            yield self.patients
            return
        for number in range(self.part_count(table)):
            part = self._part(table, number)
            yield part if self.change is None else self.change(table, part)

    def _part(self, table: str, number: int) -> pl.DataFrame:
        if table == "events" and self.part_count(table) == 1:
            return self._only_events
        if table == "consultations":
            entries = self._part("events", number).lazy()
            rows = consultations.of_entries(entries, self.setting)
        else:
            rows = self._generate(table, number)
        return rows.collect().sort("patient_id", _DATES.get(table, "date"), maintain_order=True)

    @cached_property
    def _only_events(self) -> pl.DataFrame:
        """The events of a practice of one part, kept because its consultations follow from them."""
        return self._generate("events", 0).collect().sort("patient_id", "date", maintain_order=True)

    def _generate(self, table: str, number: int) -> pl.LazyFrame:
        people = self.people.slice(number * PATIENTS_AT_A_TIME, PATIENTS_AT_A_TIME).lazy()
        rows = pl.concat([generate(people, self.setting) for generate in GENERATORS[table]])
        return events.with_derived_columns(rows) if table == "events" else rows

    @cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name, patients first, with the columns of `recordpick.schema`."""
        return {table: pl.concat(list(self.parts(table))) for table in GENERATED_TABLES}


def make_practice(
    patients: int,
    seed: int,
    as_at: date = AS_AT,
    progress: Progress = silent,
    *,
    recent_years: int | None = None,
) -> Practice:
    """Return a synthetic practice; the same arguments always give the same practice.

    There are about 200 rows for each patient; `recent_years` leaves out what happened longer ago,
    which gives a small practice to look at.
    """
    progress("generating people")
    pools = make_pools(seed, doctors=max(3, patients // 1800))
    setting = Setting(seed, day(as_at), pools)
    people = make_people(patients, seed, as_at, recent_years).with_columns(patient_id())
    people = with_names(with_households(people, seed), seed, pools)
    people = with_conditions(people, seed)
    people = contacts.with_contacts(people, seed)
    for add in (
        background.with_background,
        oddities.with_oddities,
        prescribing.with_prescribing,
        prevention.with_prevention,
        workflow.with_workflow,
    ):
        people = add(people, seed)
    table = patients_table(people, seed, pools)
    people = people.with_columns(table["home_phone"], table["mobile_phone"], table["email"])
    return Practice(f"{pools.towns[0]} Surgery (made up)", as_at, seed, people, table, setting)
