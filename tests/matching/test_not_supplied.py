"""What the sources do not tell: no answer where it matters, a caution where it may."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Rule, Step
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.manifest import FORMAT, Conflated, Gap, read_manifest
from recordpick.matching import match
from recordpick.resources import general_practice_pack

from small_practice import AS_AT, criterion, pack, small_index

COLUMNS = {"course": "text", "drug": "text", "is_active": "yes_no"}
DISPENSING = Conflated("medications", "course", "repeat_dispensing", "repeat", "it has no mark")


def index(*conflated, gaps=()):
    """Three patients with medication, and what is said of the source."""
    made = small_index(
        patients=[{"patient_id": str(number), "status": "registered"} for number in (1, 2, 3)],
        medications=[
            {
                "patient_id": "1",
                "medication_id": "a",
                "course": "repeat",
                "drug": "A",
                "is_active": True,
            },
            {"patient_id": "2", "medication_id": "b", "course": "acute", "is_active": True},
        ],
    )
    manifest = replace(made.manifest, conflated=conflated, gaps=tuple(gaps))
    return replace(made, manifest=manifest)


def answer(rule, *conflated, gaps=()):
    """Answer one criterion of this one rule, or of these alternatives."""
    return match(pack(criterion(rule)), index(*conflated, gaps=gaps), AS_AT).answers["C-1"]


def course(where, **more):
    return Rule("a medicine", "medications", where, **more)


@pytest.mark.parametrize(
    "where",
    [
        "course = 'repeat_dispensing'",
        "course = 'repeat'",
        "course <> 'repeat' AND is_active",
        "NOT (course IN ('repeat', 'acute'))",
        "course LIKE '%dispensing' OR is_active",
        "LENGTH(course) > 6",
        "COALESCE(course, drug) = 'repeat'",
    ],
)
def test_a_rule_that_needs_a_distinction_not_supplied_gets_no_answer(where):
    """Neither nobody nor too many: it cannot be answered, and says which words are meant."""
    found = answer(course(where), DISPENSING)
    assert not found.answered
    assert "cannot distinguish repeat_dispensing from repeat in medications.course" in found.why_not
    assert "it has no mark" in found.why_not


@pytest.mark.parametrize(
    "where",
    [
        "course IN ('repeat', 'repeat_dispensing') AND is_active",
        "course = 'repeat' OR course = 'repeat_dispensing'",
        "course = 'acute'",
        "course IS NOT NULL",
        "is_active",
    ],
)
def test_a_condition_that_both_words_meet_alike_is_answered(where):
    """All repeats, or none, are the same with and without the difference."""
    found = answer(course(where), DISPENSING)
    assert found.answered
    assert found.cautions == ()


def test_counting_different_words_hangs_on_the_difference():
    """Two different courses may be three."""
    found = answer(course(None, distinct="course", at_least=2), DISPENSING)
    assert not found.answered


def test_an_alternative_that_is_not_supplied_is_a_caution():
    """The other is looked at, and it is said that this one was not."""
    either = Step((course("course = 'repeat_dispensing'"), course("course = 'acute'")))
    found = answer(either, DISPENSING)
    assert found.answered
    assert found.matches == 1
    assert "Not checked: the index cannot distinguish repeat_dispensing" in found.cautions[0]


def test_what_may_be_recorded_as_another_is_a_caution():
    """Some rows may mean something else: the answer is given, with the reason."""
    found = answer(course("course = 'repeat'"), replace(DISPENSING, always=False))
    assert found.answered
    assert found.cautions == ("It has no mark (medications.course).",)


def test_what_one_of_several_sources_does_not_tell_is_a_caution():
    """The value is unknown for its rows, which is not the same as no."""
    gap = Gap("medications", "is_active", "list.csv", 1200)
    said = ("list.csv does not supply medications.is_active: it is not known for its 1,200 rows.",)
    assert answer(course("is_active"), gaps=[gap]).cautions == said
    assert answer(course("course = 'acute'"), gaps=[gap]).cautions == ()
    whole = Gap("medications", "", "list.csv", 7)
    assert "for its 7 patients" in answer(course("is_active"), gaps=[whole]).cautions[0]


def test_a_population_that_one_source_does_not_tell_is_a_caution():
    """Its patients are in no answer, and each answer says so."""
    made = index(gaps=[Gap("patients", "status", "list.csv", 3)])
    needed = criterion(course("is_active"), population="status = 'registered'")
    found = match(pack(needed), made, AS_AT).answers["C-1"]
    assert (
        "list.csv does not supply patients.status: it is not known for its 3 patients"
        in found.cautions[0]
    )


words = st.sampled_from(["repeat", "repeat_dispensing", "acute", "x"])
atoms = st.one_of(
    words.map(lambda word: f"course = '{word}'"),
    words.map(lambda word: f"course <> '{word}'"),
    st.lists(words, min_size=1, max_size=3).map(
        lambda some: f"course IN ({', '.join(repr(word) for word in some)})"
    ),
    st.just("course IS NULL"),
    st.just("is_active"),
    st.just("drug = course"),
    st.just("LOWER(COALESCE(course, drug)) LIKE 'r%'"),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' AND '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
        inner.map(lambda part: f"(NOT {part})"),
    ),
    max_leaves=6,
)


@given(conditions, st.sampled_from([("repeat_dispensing", "repeat"), ("acute", None)]))
def test_no_difference_that_matters_is_overlooked(text, values):
    """Where a condition is said not to tell two values apart, no row shows a difference."""
    needed = parse_condition(text, COLUMNS)
    one, other = values
    if needed.tells_apart("course", one, other, AS_AT):
        return
    rest = [
        {"drug": drug, "is_active": active}
        for drug in (None, "repeat", "repeat_dispensing", "acute", "x")
        for active in (None, True, False)
    ]
    met = [
        pl.DataFrame(
            [{"course": value, **row} for row in rest],
            schema={"course": pl.String, "drug": pl.String, "is_active": pl.Boolean},
        )
        .select(met=needed.expression(AS_AT))["met"]
        .to_list()
        for value in values
    ]
    assert met[0] == met[1]


def test_an_index_that_is_a_source_itself_still_says_what_was_not_supplied(tmp_path):
    """And a list beside it says what it does not have."""
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "patients.csv").write_text(
        "patient_id,nhs_number,status\n1,9434765919,registered\n", encoding="utf-8"
    )
    (tables / "recalls.csv").write_text("patient_id,recall_id\n1,r\n", encoding="utf-8")
    listed = tmp_path / "list.csv"
    listed.write_text("NHS Number\n9434765919\n9876543210\n", encoding="utf-8")
    first = build_index([tables, listed], tmp_path / "first")
    expected = {
        Gap("patients", "status", "list.csv", 1),
        Gap("recalls", "", "list.csv", 1),
    }
    assert set(first.manifest.gaps) == expected
    again = build_index([tmp_path / "first"], tmp_path / "again")
    assert set(again.manifest.gaps) == expected
    assert again.manifest.conflated == first.manifest.conflated


@pytest.mark.parametrize("older", range(1, FORMAT))
def test_an_index_of_an_older_format_is_refused(tmp_path, older):
    """It did not say what its source cannot tell, or lacks what a comparison needs."""
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "patients.csv").write_text("patient_id\n1\n", encoding="utf-8")
    build_index([tables], tmp_path / "index")
    path = tmp_path / "index" / "index.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'"format": {FORMAT}', f'"format": {older}'), encoding="utf-8")
    with pytest.raises(UserError, match=r"older recordpick.*Make the index again"):
        read_manifest(tmp_path / "index")


def test_codelists_for_demonstrations_are_reported_on_real_records():
    """They hold a few codes, and would look whole; in a made-up practice they are."""
    shipped = read_pack(general_practice_pack()).codelists["warfarin"]
    needed = criterion(Rule("warfarin", "medications", codes="warfarin"))
    own = {"warfarin": [*shipped.codes, "12345"]}
    made_up = small_index(
        patients=[{"patient_id": "1"}],
        medications=[{"patient_id": "1", "medication_id": "a", "code": shipped.codes[0]}],
    )
    real = replace(made_up, manifest=replace(made_up.manifest, synthetic=False))
    for index_of, codelists, is_warned in (
        (real, {"warfarin": shipped.codes}, True),
        (real, own, False),
        (made_up, {"warfarin": shipped.codes}, False),
    ):
        found = match(pack(needed, codelists=codelists), index_of, AS_AT).answers["C-1"]
        assert found.matches == 1
        assert ("is the one for demonstrations" in " ".join(found.cautions)) == is_warned
