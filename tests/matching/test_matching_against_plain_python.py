"""Matching gives what a plain loop over the rows gives, for any small practice and any rules."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.pack import Rule, Step
from recordpick.matching import evidence, explain, match

from small_practice import AS_AT, SmallIndex, criterion, pack, small_index

IDS = [f"p{number}" for number in range(6)]
CODES = ["a", "b", "c", None]
LISTS = {"ab": ["a", "b"], "bc": ["b", "c"], "c": ["c"], "z": ["z"]}
WHERES = {
    None: lambda row: True,
    "value >= 2": lambda row: row["value"] is not None and row["value"] >= 2,
    "value IS NULL": lambda row: row["value"] is None,
    "kind = 'problem' OR value > 3": lambda row: (
        row["kind"] == "problem" or (row["value"] is not None and row["value"] > 3)
    ),
    "date > :as_at - INTERVAL '10 days'": lambda row: (
        row["date"] is not None and row["date"] > AS_AT - timedelta(days=10)
    ),
    "NOT kind IN ('problem', 'allergy')": lambda row: (
        row["kind"] is not None and row["kind"] not in ("problem", "allergy")
    ),
}
ON_PATIENTS = {
    None: lambda row: True,
    "age BETWEEN 18 AND 64": lambda row: row["age"] is not None and 18 <= row["age"] <= 64,
    "sex = 'F'": lambda row: row["sex"] == "F",
    "sex IS NULL OR age < 18": lambda row: (
        row["sex"] is None or (row["age"] is not None and row["age"] < 18)
    ),
}

patients = st.tuples(
    *(
        st.fixed_dictionaries(
            {
                "patient_id": st.just(patient),
                "sex": st.sampled_from(["F", "M", None]),
                "age": st.sampled_from([None, 5, 18, 40, 64, 65]),
            }
        )
        for patient in IDS
    )
)
events = st.lists(
    st.fixed_dictionaries(
        {
            "patient_id": st.sampled_from(IDS),
            "code": st.sampled_from(CODES),
            "kind": st.sampled_from(["problem", "allergy", "other", None]),
            "value": st.sampled_from([None, 1.0, 2.0, 3.0, 4.0]),
            "date": st.sampled_from([None, date(2026, 9, 21), date(2026, 9, 25), AS_AT]),
        }
    ),
    max_size=25,
)


@st.composite
def rules(draw):
    least = draw(st.integers(0, 3))
    most = draw(st.one_of(st.none(), st.integers(least, 4)))
    if draw(st.booleans()):
        where = draw(st.sampled_from(list(ON_PATIENTS)))
        return Rule("on the patient", "patients", where, at_least=least, at_most=most)
    per = draw(st.sampled_from([None, None, "date"]))
    return Rule(
        "rows",
        "events",
        draw(st.sampled_from(list(WHERES))),
        draw(st.sampled_from([None, *LISTS])),
        distinct=draw(st.sampled_from([None, None, "code", "value"])),
        per=per,
        at_least=least,
        at_most=None if per else most,
    )


def counted(rule, patient, rows):
    """Count one rule for one patient with nothing but Python; give the number and the rows."""
    if rule.table == "patients":
        return int(ON_PATIENTS[rule.where](patient)), []
    kept = [
        row
        for row in rows
        if row["patient_id"] == patient["patient_id"]
        and WHERES[rule.where](row)
        and (rule.codes is None or row["code"] in LISTS[rule.codes])
        and all(row[name] is not None for name in (rule.distinct, rule.per) if name)
    ]
    groups = defaultdict(list)
    for row in kept:
        groups[row[rule.per] if rule.per else None].append(row)
    numbers = [
        len({row[rule.distinct] for row in group}) if rule.distinct else len(group)
        for group in groups.values()
    ]
    return max(numbers, default=0), kept


def holds(rule, number):
    return number >= rule.at_least and (rule.at_most is None or number <= rule.at_most)


@settings(max_examples=examples(120), deadline=None)
@given(
    people=patients,
    rows=events,
    criteria=st.lists(
        st.tuples(
            st.sampled_from(list(ON_PATIENTS)),
            st.lists(st.lists(rules(), min_size=1, max_size=2), min_size=1, max_size=3),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_matching_agrees_with_a_plain_loop(people, rows, criteria):
    """The same patients, the same numbers left, the same evidence, the same explanation."""
    rows = [{**row, "event_id": f"e{number}"} for number, row in enumerate(rows)]
    rows = rows or [
        {
            "patient_id": "nobody",
            "event_id": "e",
            **dict.fromkeys(("code", "kind", "value", "date")),
        }
    ]
    index = small_index(patients=people, events=rows)
    made = pack(
        *(
            criterion(
                *(Step(tuple(step)) for step in steps),
                criterion_id=f"C{number}",
                population=population,
            )
            for number, (population, steps) in enumerate(criteria)
        ),
        codelists=LISTS,
    )
    matches = match(made, index, AS_AT)
    for number, (population, steps) in enumerate(criteria):
        within = [person for person in people if ON_PATIENTS[population](person)]
        left = []
        for step in steps:
            within = [
                person
                for person in within
                if any(holds(rule, counted(rule, person, rows)[0]) for rule in step)
            ]
            left.append(len(within))
        found = [person["patient_id"] for person in within]
        answer = matches.answers[f"C{number}"]
        assert matches.patients(f"C{number}").to_list() == found
        assert [one.left for one in answer.left] == left
        assert answer.matches == len(found)
        first = people[0]
        explanation = explain(made, index, AS_AT, f"C{number}", first["patient_id"])
        assert explanation.meets == (first["patient_id"] in found)
        assert [rule.counted for rule in explanation.rules] == [
            counted(rule, first, rows)[0] for step in steps for rule in step
        ]
        shown = evidence(made, index, AS_AT, f"C{number}", [first["patient_id"]])
        expected = sorted(
            row["event_id"]
            for step in steps
            for rule in step
            if rule.table == "events" and rule.at_most != 0
            for row in counted(rule, first, rows)[1]
        )
        assert sorted(shown.filter(table="events")["row_id"].to_list()) == expected


@dataclass
class InFiles(SmallIndex):
    """The tables as Parquet files of row groups of two rows."""

    folder: Path = field(default_factory=Path)

    def scan(self, table: str) -> pl.LazyFrame:
        path = self.folder / f"{table}.parquet"
        keys = [key for key in ("kind", "code", "patient_id") if key in self.kinds[table]]
        rows = self.tables[table].sort(keys if table == "events" else "patient_id")
        rows.write_parquet(path, row_group_size=2)
        return pl.scan_parquet(path, glob=False)

    def patients(self, as_at):
        return self.scan("patients")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@settings(max_examples=examples(40), deadline=None)
@given(
    people=patients,
    rows=events.filter(bool),
    criteria=st.lists(
        st.lists(st.lists(rules(), min_size=1, max_size=2), min_size=1, max_size=3),
        min_size=1,
        max_size=4,
    ),
)
def test_files_answer_as_memory_does(folder, people, rows, criteria):
    """Row groups that are left out unread change no answer."""
    rows = [{**row, "event_id": f"e{number}"} for number, row in enumerate(rows)]
    small = small_index(patients=people, events=rows)
    made = pack(
        *(
            criterion(*(Step(tuple(step)) for step in steps), criterion_id=f"C{number}")
            for number, steps in enumerate(criteria)
        ),
        codelists=LISTS,
    )
    in_memory = match(made, small, AS_AT)
    in_files = match(made, InFiles(small.tables, small.kinds, folder=folder), AS_AT)
    assert in_files.found.equals(in_memory.found)
    assert in_files.answers == in_memory.answers
