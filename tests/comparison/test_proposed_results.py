"""Results that a comparison proposes for picked records: only where everything was compared."""

from datetime import date

from recordpick.comparison.compare import compare_records
from recordpick.comparison.proposals import proposed_results
from recordpick.comparison.report import report_on
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Rule
from recordpick.index.practice_index import open_index
from recordpick.matching.evidence import evidence, evidence_rows
from recordpick.resources import general_practice_pack

from small_practice import AS_AT, criterion, pack, small_index

PEOPLE = [{"patient_id": str(number), "nhs_number": f"999000000{number}"} for number in range(1, 7)]
PACK = pack(criterion(Rule("coded x", "events", where="code = 'x'"), criterion_id="C-1"))


def event(patient, row_id, **more):
    """Return an entry of the criterion."""
    row = {"patient_id": patient, "event_id": row_id, "code": "x", "value": 1.0, "text": None}
    return row | {"date": date(2020, 1, int(patient))} | more


def test_a_proposal_says_what_became_of_the_entries_that_count():
    """Same, different or not there; nothing where entries are unsure or the patient is not there.

    Whatever the proposal, it says that it is the comparison's.
    """
    old = [event(str(n), f"e{n}") for n in range(1, 6)] + [event("5", "e5b", value=2.0)]
    new = [
        event("1", "n1"),
        event("2", "n2", value=10.0),
        event("5", "n5", value=3.0),
        event("5", "n5b", value=3.0, text="b"),
        event("1", "n6", code="y"),
    ]
    found = compare_records(
        small_index(patients=PEOPLE, events=old),
        small_index(patients=[one for one in PEOPLE if one["patient_id"] != "4"], events=new),
    )
    lines = [("C-1", one["patient_id"]) for one in PEOPLE]
    rows = proposed_results(report_on(found), PACK, AS_AT, lines)
    results = dict(rows.select("patient_id", "result").iter_rows())
    assert results["1"] == "same"
    assert results["2"] == "different"
    assert results["3"] == "not there"
    assert results["4"] is None  # the patient is not in the new system: nothing was compared
    assert results["6"] is None  # no entry counts
    assert set(rows["proposed_by"]) == {"comparison"}
    assert rows.filter(patient_id="2")["differs"].to_list() == ["value: 1 → 10"]


def test_the_entries_that_count_are_those_that_explain_a_match(made_demo):
    """A proposal rests on the very entries that the program shows as the reason for the match."""
    index = open_index(made_demo / "index")
    own = read_pack(general_practice_pack())
    as_at = index.manifest.as_at
    people = index.scan("patients").select("patient_id").head(120).collect()["patient_id"].to_list()
    wanted = {one.id: people[place % 3 :: 3] for place, one in enumerate(own.criteria)}
    found = evidence_rows(own, index.of_patients(frozenset(people)), as_at, wanted)
    expected = {
        (name, *row)
        for name, patients in wanted.items()
        for row in evidence(own, index, as_at, name, patients)
        .select("patient_id", "table", "row_id")
        .iter_rows()
    }
    assert set(found.iter_rows()) == expected
    assert found.height == len(expected) > 0


def test_without_lines_there_is_nothing_to_propose(made_demo):
    """A selection of random records only has an empty file of proposals, not an error."""
    index = open_index(made_demo / "index")
    own = read_pack(general_practice_pack())
    assert evidence_rows(own, index, index.manifest.as_at, {}).is_empty()
