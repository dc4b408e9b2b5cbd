"""Patients whom a source does not supply: a list of those registered answers for nobody else."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.cli.main import main
from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Rule
from recordpick.index.build.build_index import build_index
from recordpick.index.source import Answers
from recordpick.matching import match
from recordpick.resources import general_practice_pack
from recordpick.schema import PATIENTS

from small_practice import AS_AT, criterion, pack

HEADER = "EMIS Number,Family Name,Date of Birth"
LIST = f"{HEADER}\n1,Young,12-Aug-1993\n2,Perry,23-Aug-2017\n3,Old,12-Feb-1932\n"
WITH_STATUS = (
    f"{HEADER},Status,Date of Death\n1,Young,12-Aug-1993,Registered,\n"
    "2,Perry,23-Aug-2017,Registered,\n"
)
MIXED = WITH_STATUS + "3,Old,12-Feb-1932,Left,\n"


def listed(folder: Path, text: str, *, registered: bool = False):
    """Index a list, everyone on it taken as registered if parsed."""
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    answers = Answers(registered=True) if registered else Answers()
    return build_index([path], folder / "index", as_at=AS_AT, answers=answers)


def answer(index, where: str, population: str | None = None, **more):
    """Answer a criterion of one rule over patients."""
    needed = criterion(Rule("a patient", "patients", where, **more), population=population)
    return match(pack(needed), index, AS_AT).answers["C-1"]


ONLY_OTHERS = (
    "status = 'left'",
    "status <> 'registered'",
    "status IN ('left', 'deceased') AND age > 5",
    "NOT (status = 'registered')",
    "NOT (status = 'registered' OR age > 200 AND status = 'registered')",
    "(status = 'left' OR status = 'deceased') AND family_name LIKE 'Y%'",
    "(status = 'registered') IS FALSE",
)


@pytest.mark.parametrize("where", ONLY_OTHERS)
@pytest.mark.parametrize(("text", "registered"), [(LIST, True), (WITH_STATUS, False)])
def test_who_is_not_on_the_list_is_not_nobody(tmp_path, where, text, registered):
    """Said by --registered, or by a column with that word throughout: no answer, with a reason."""
    found = answer(listed(tmp_path, text, registered=registered), where)
    assert not found.answered
    assert found.matches == 0
    assert "everyone on list.csv" in found.why_not
    assert "index an extract of the whole practice, or a list that has the others" in found.why_not


@pytest.mark.parametrize("where", ["status = 'registered'", "age > 5", "status IS NOT NULL"])
def test_those_on_the_list_are_found(tmp_path, where):
    """In a population of those registered there is nothing to be wary of; else it is said."""
    index = listed(tmp_path, LIST, registered=True)
    found = answer(index, where, population="status = 'registered'")
    assert (found.answered, found.cautions) == (True, ())
    found = answer(index, "age > 5 OR status = 'left'")
    assert found.answered
    (caution,) = found.cautions
    assert caution.startswith("Everyone on list.csv is taken to be registered (patients.status)")
    assert caution.endswith(": others are not found here.")


def test_a_rule_that_asks_for_none(tmp_path):
    """Who must be nothing but registered: those on the list are, and nobody else can be meant."""
    index = listed(tmp_path, LIST, registered=True)
    found = answer(index, "status <> 'registered'", at_least=0, at_most=0)
    assert (found.answered, found.matches, found.cautions) == (True, 3, ())
    assert not answer(index, "status = 'registered'", at_least=0, at_most=0).answered


def test_a_list_with_others_answers(tmp_path):
    """Somebody who left is on it."""
    found = answer(listed(tmp_path, MIXED), "status = 'left'")
    assert (found.answered, found.matches, found.cautions) == (True, 1, ())


def test_a_word_that_is_not_known_is_not_taken_for_registered(tmp_path):
    """Then not everyone on the list is registered: it has no restriction that is certain."""
    index = listed(tmp_path, WITH_STATUS + "3,Old,12-Feb-1932,Gone elsewhere,\n")
    assert not any(one.always for one in index.manifest.restrictions if one.column == "status")


def test_of_several_sources_another_may_have_the_others(tmp_path):
    """Then it is a caution; and an index made of an index says the same."""
    listed(tmp_path, LIST, registered=True)
    more = tmp_path / "tables"
    more.mkdir()
    (more / "patients.csv").write_text("patient_id,status\n9,left\n", encoding="utf-8")
    both = build_index([tmp_path / "index", more], tmp_path / "both", as_at=AS_AT)
    found = answer(both, "status = 'left'")
    assert (found.answered, found.matches) == (True, 1)
    assert "Everyone on list.csv is taken to be registered" in found.cautions[0]
    again = build_index([tmp_path / "index"], tmp_path / "again", as_at=AS_AT)
    assert not answer(again, "status = 'left'").answered


def test_an_extract_of_patients_all_alike_has_a_caution(tmp_path):
    """Nobody may have left; or those who did were not exported. Kinds of registration likewise."""
    folder = tmp_path / "tables"
    folder.mkdir()
    rows = "patient_id,status,registration\n1,registered,regular\n2,registered,regular\n"
    (folder / "patients.csv").write_text(rows, encoding="utf-8")
    index = build_index([folder], tmp_path / "index", as_at=AS_AT)
    found = answer(index, "registration = 'temporary'")
    assert (found.answered, found.matches) == (True, 0)
    assert any("Every patient in the index is regular" in text for text in found.cautions)
    assert answer(index, "patient_id = '1'").cautions == ()
    assert answer(index, "registration = 'regular'", "status = 'registered'").cautions == ()


MAPPING = """
[[table]]
name = "patients"
file = "people.csv"
[table.columns]
patient_id = "Number"
status = { value = "registered" }

[[table]]
name = "events"
file = "entries.csv"
[table.columns]
patient_id = "Number"
event_id = "Entry"
date = "Day"
kind = { value = "observation" }
"""


def test_a_mapping_that_says_one_word_answers_for_no_other(tmp_path):
    """Neither for those who left, nor for problems; and nobody is said to have none of them."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "people.csv").write_text("Number\n1\n2\n", encoding="utf-8")
    (folder / "entries.csv").write_text("Number,Entry,Day\n1,a,2020-01-01\n", encoding="utf-8")
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    index = build_index([folder], tmp_path / "index", mapping=mapping, as_at=AS_AT)

    def of_events(where: str, **more):
        needed = criterion(Rule("an entry", "events", where, **more))
        return match(pack(needed), index, AS_AT).answers["C-1"]

    assert (
        "map.toml says that every patient is registered" in answer(index, "status = 'left'").why_not
    )
    assert (
        "map.toml says that every row of events is observation"
        in of_events("kind = 'problem'").why_not
    )
    assert not of_events("kind = 'problem'", at_least=0, at_most=0).answered
    assert of_events("kind = 'observation'").matches == 1
    assert of_events("kind <> 'problem'").matches == 1
    again = build_index([tmp_path / "index"], tmp_path / "again", as_at=AS_AT)
    assert again.manifest.restrictions == index.manifest.restrictions


@pytest.mark.parametrize("where", ["entries_percentile >= 90", "entries > 100", "entries = 0"])
def test_without_other_tables_no_record_is_large_or_small(tmp_path, where):
    """A list, or a folder of patients alone: nobody's entries were counted."""
    found = answer(listed(tmp_path, LIST, registered=True), where)
    assert not found.answered
    assert "no source has any table but patients" in found.why_not


def test_where_all_records_are_equally_large_none_is_among_the_largest(tmp_path):
    """How many rows each has is known; which are the largest is not."""
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "patients.csv").write_text("patient_id\n1\n2\n", encoding="utf-8")
    rows = "event_id,patient_id,date\na,1,2020-01-01\nb,2,2020-01-01\n"
    (folder / "events.csv").write_text(rows, encoding="utf-8")
    index = build_index([folder], tmp_path / "index", as_at=AS_AT)
    assert answer(index, "entries = 1").matches == 2
    found = answer(index, "entries_percentile >= 90")
    assert not found.answered
    assert "every record has the same number of rows here" in found.why_not


def test_the_shipped_criteria_on_a_list(tmp_path, capsys):
    """Who left, temporary residents and large records are unanswered, in the report too."""
    index = listed(tmp_path, LIST, registered=True)
    found = match(read_pack(general_practice_pack()), index, AS_AT)
    for one in ("DEM-08", "DEM-09", "DEM-10", "PRO-10"):
        assert not found.answers[one].answered, one
        assert found.answers[one].why_not
    file = tmp_path / "w.recordpick"
    words = ["--name", "Pat Smith"]
    assert main(["new", str(file), "--index", str(tmp_path / "index"), *words]) == 0
    assert main(["export", str(file), "--out", str(tmp_path / "pack"), *words]) == 0
    report = pl.read_csv(tmp_path / "pack" / "criteria_report.csv", infer_schema=False)
    rows = report.filter(pl.col("criterion_id").is_in(["DEM-09", "PRO-10"]))
    assert rows["state"].to_list() == ["unanswered", "unanswered"]
    assert rows["found"].to_list() == [None, None]


_words = st.sampled_from(["registered", "left", "deceased"])
_atoms = st.one_of(
    _words.map(lambda word: f"status = '{word}'"),
    _words.map(lambda word: f"status <> '{word}'"),
    st.just("status IS NULL"),
    st.just("age > 5"),
    st.just("is_dispensing"),
    st.just("family_name LIKE 'A%'"),
)
_conditions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        inner.map(lambda one: f"NOT ({one})"),
        inner.map(lambda one: f"({one}) IS NOT TRUE"),
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
    ),
    max_leaves=6,
)
_rows = pl.DataFrame(
    [
        {"age": age, "is_dispensing": dispensing, "family_name": name}
        for age in (None, 1, 9)
        for dispensing in (None, True, False)
        for name in (None, "A", "B")
    ],
    schema={"age": pl.Int64, "is_dispensing": pl.Boolean, "family_name": pl.String},
)


@given(_conditions, _words)
def test_what_can_be_true_of_a_patient_is_never_ruled_out(text, word):
    """Whatever the condition: if a row with this word meets it, it was said to be possible."""
    kinds = {column.name: column.kind for column in PATIENTS.columns}
    parsed = parse_condition(text, kinds)
    met = _rows.with_columns(status=pl.lit(word)).select(parsed.expression(AS_AT)).to_series()
    assert parsed.may_be_true("status", word, AS_AT) or not met.any()
    assert parsed.may_fail("status", word, AS_AT) or met.all()
