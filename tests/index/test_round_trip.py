"""The same practice from every format: the same patients and matches, as far as each can carry.

What a format cannot represent is listed in recordpick.synthetic.losses and docs/source-formats.md.
"""

from pathlib import Path

import pytest

from examples import usually
from recordpick.comparison.compare import compare_records
from recordpick.criteria.load import read_pack
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import open_index
from recordpick.index.values import TYPES
from recordpick.matching import match
from recordpick.resources import general_practice_pack
from recordpick.schema import TABLES
from recordpick.synthetic.as_emis import write_emis
from recordpick.synthetic.as_list import REPORT, write_list
from recordpick.synthetic.as_systmone import write_systmone
from recordpick.synthetic.as_vision import write_vision
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.losses import CHANGED, NOT_CARRIED
from recordpick.synthetic.practice import make_practice

FORMATS = ("emis", "systmone", "vision", "list")
NAMES = ("tables", *FORMATS, "older emis")
ROW_IDS = {table.row_id for table in TABLES.values()} - {"patient_id"} | {
    "parent_id",
    "header_id",
    "consultation_id",
}
PACK = read_pack(general_practice_pack())


@pytest.fixture(scope="session")
def indexes(made_once):
    """Give the index of one small practice from its tables and from each format."""
    folder = made_once("round trip", make_indexes)
    return {name: open_index(folder / f"{name} index") for name in NAMES}


def make_indexes(folder):
    """Write the practice in each format, and make an index of each."""
    folder.mkdir()
    practice = make_practice(120, seed=5)
    write_tables(practice, folder / "tables")
    write_emis(practice, folder / "emis")
    write_systmone(practice, folder / "systmone")
    write_vision(practice, folder / "vision")
    write_list(practice, folder / "list")
    write_emis(practice, folder / "older emis", older=True)
    for name in NAMES:
        source = folder / name / REPORT if name == "list" else folder / name
        build_index([source], folder / f"{name} index")


def held(index, table):
    """Give the columns of a table that hold anything at all."""
    frame = index.scan(table).collect()
    return [name for name in frame.columns if frame[name].null_count() < frame.height]


def absent(index, whole):
    """Give (table, column) of what `whole` holds and `index` does not have."""
    for table in whole.manifest.tables:
        if not index.has(table):
            yield table, ""
        else:
            yield from (
                (table, name) for name in held(whole, table) if name not in index.columns(table)
            )


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_absent_is_what_the_format_cannot_carry(indexes, name):
    """Neither more nor less than is listed."""
    assert set(absent(indexes[name], indexes["tables"])) == {
        (loss.table, loss.column) for loss in NOT_CARRIED[name]
    }


def rows(index, table, column, name):
    """Give patient and value of a column, sorted, without what a format holds besides."""
    frame = index.scan(table)
    if name == "emis" and table == "events":
        # In EMIS a referral is an entry of the record as well.
        referrals = index.scan("referrals").select(event_id="referral_id")
        frame = frame.join(referrals, on="event_id", how="anti")
    keys = list(dict.fromkeys(["patient_id", column]))
    return frame.select(keys).sort(keys).collect()


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_there_is_the_same_but_for_what_is_listed(indexes, name):
    """Row by row, of every column but the ids that each system gives for itself."""
    index, whole = indexes[name], indexes["tables"]
    changed = {(loss.table, loss.column) for loss in CHANGED[name]}
    differ = set()
    for table in index.manifest.tables:
        for column in held(whole, table):
            if column in index.columns(table) and column not in ROW_IDS:
                expected = rows(whole, table, column, "tables")
                if name == "list":
                    here = whole.scan("patients").filter(status="registered").collect()
                    expected = expected.join(here, on="patient_id", how="semi")
                if not rows(index, table, column, name).equals(expected):
                    differ.add((table, column))
    assert differ <= changed


@pytest.mark.parametrize("name", [*FORMATS, "older emis"])
def test_no_row_is_lost_or_rejected(indexes, name):
    """The writers write nothing that the readers do not understand."""
    for count in indexes[name].manifest.files:
        assert count.rows_rejected == 0
        assert count.rows_read == count.rows_indexed + count.rows_deleted
    assert indexes[name].manifest.synthetic or name == "list"


@pytest.mark.parametrize("other", [*FORMATS, "older emis"])
@pytest.mark.parametrize("name", usually(["tables", "emis", "systmone"], "emis"))
def test_comparing_two_formats_finds_no_difference(indexes, name, other):
    """What the formats themselves do is never called a fault of a migration."""
    compared = compare_records(indexes[name], indexes[other])
    assert [one for one in compared.tables if one.encoded is not None]
    for table in compared.tables:
        assert not table.fields.height, (table.rules.name, table.fields)
        if table.rules.name != "patients" or other != "list":  # who has left is on no list
            found = set(table.entries["result"].to_list())
            assert found <= {"same", "not_compared"}, table.rules.name


def asked(criterion):
    """Give (table, column) of everything that a criterion asks for."""
    for rule in [rule for step in criterion.steps for rule in step.rules]:
        yield rule.table, ""
        names = set(rule.where.columns) if rule.where else set()
        names |= {name for name in (rule.distinct, rule.per, rule.codes and "code") if name}
        yield from ((rule.table, name) for name in names)
    if criterion.population:
        yield from (("patients", name) for name in criterion.population.columns)


@pytest.mark.parametrize(("name", "least"), [("emis", 33), ("systmone", 20), ("vision", 18)])
def test_the_same_patients_meet_the_criteria(indexes, name, least):
    """Every criterion that asks for nothing that is lost or changed; others are never made up."""
    index, whole = indexes[name], indexes["tables"]
    as_at = whole.manifest.as_at
    found, expected = match(PACK, index, as_at), match(PACK, whole, as_at)
    lost = {(loss.table, loss.column) for loss in NOT_CARRIED[name]}
    changed = {(loss.table, loss.column) for loss in CHANGED[name]}
    same = 0
    for criterion in PACK.criteria:
        what = set(asked(criterion))
        patients = set(found.patients(criterion.id))
        if not what & changed and not what & lost:
            assert patients == set(expected.patients(criterion.id)), criterion.id
            assert found.answers[criterion.id].answered
            same += 1
        elif not what & changed:
            answer = found.answers[criterion.id]
            assert patients <= set(expected.patients(criterion.id)), criterion.id
            assert answer.cautions or not answer.answered
    assert same >= least


@pytest.mark.parametrize("name", ["emis", "systmone", "vision", "list"])
def test_no_criterion_is_answered_otherwise_without_saying_so(indexes, name):
    """Where a format answers other patients than the practice has, the answer has a caution."""
    index, whole = indexes[name], indexes["tables"]
    as_at = whole.manifest.as_at
    found, expected = match(PACK, index, as_at), match(PACK, whole, as_at)
    silent = [
        criterion.id
        for criterion in PACK.criteria
        if found.answers[criterion.id].answered
        and not found.answers[criterion.id].cautions
        and set(found.patients(criterion.id)) != set(expected.patients(criterion.id))
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["systmone", "vision"])
def test_repeat_dispensing_that_is_not_distinguished_is_not_answered_with_nobody(indexes, name):
    """Its criterion cannot be answered; one that means all repeats can."""
    answers = match(PACK, indexes[name], indexes["tables"].manifest.as_at).answers
    assert not answers["MED-02"].answered
    assert "cannot distinguish repeat_dispensing from repeat" in answers["MED-02"].why_not
    assert answers["MED-01"].answered


def test_older_extracts_of_emis_carry_free_text(indexes):
    """So that what asks for text is answered from them."""
    as_at = indexes["tables"].manifest.as_at
    found = match(PACK, indexes["older emis"], as_at).patients("PRO-07").to_list()
    assert found
    assert found == match(PACK, indexes["tables"], as_at).patients("PRO-07").to_list()


@pytest.mark.parametrize("name", FORMATS)
def test_the_documentation_lists_every_loss(name):
    """One line each in docs/source-formats.md."""
    text = (Path(__file__).parents[2] / "docs" / "source-formats.md").read_text(encoding="utf-8")
    lines = set(text.splitlines())
    for losses in (NOT_CARRIED[name], CHANGED[name]):
        for loss in losses:
            assert f"| {loss.table} | {loss.column or 'all'} | {loss.why} |" in lines


@pytest.mark.parametrize("name", FORMATS)
def test_columns_are_of_the_types_of_the_tables(indexes, name):
    """Whatever types they had while the index was made."""
    index = indexes[name]
    for table in index.manifest.tables:
        kinds = index.columns(table)
        assert dict(index.scan(table).collect_schema()) == {n: TYPES[k] for n, k in kinds.items()}
