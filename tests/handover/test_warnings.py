"""What a list is handed over with although the index does not bear it out: said, and left in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from recordpick.criteria.pack import Rule
from recordpick.handover.warnings import SHOWN, PickWarning, cautions, pick_warnings
from recordpick.matching import Answer, Matches, match
from recordpick.selection.state import ChosenBy, Pick, Selection

from small_practice import AS_AT, criterion, pack, small_index

ON = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
TWICE = "9990000026"


def picked(*patients: tuple[str, ChosenBy]) -> Selection:
    return Selection(
        picks=tuple(Pick(one, "C-1", how, "Pat", "practice", ON) for one, how in patients)
    )


def test_picks_that_a_newer_extract_does_not_support_are_reported_at_export() -> None:
    """Gone, dead, left, no longer met; those whom people chose by hand need not meet the rules."""
    index = small_index(
        patients=[
            {"patient_id": "1", "status": "left"},
            {"patient_id": "2", "status": "deceased"},
            {"patient_id": "4", "status": "registered"},
            {"patient_id": "5", "status": "registered", "email": "a@example.org"},
        ]
    )
    asked = pack(criterion(Rule("an e-mail", where="email IS NOT NULL")))
    answers = match(asked, index, AS_AT)
    selection = picked(("1", "rule"), ("2", "staff"), ("3", "staff"), ("4", "rule"), ("5", "rule"))
    assert [
        (warning.in_numbers, warning.patient_ids)
        for warning in pick_warnings(selection, index, AS_AT, answers)
    ] == [
        ("1 picked patient: not in the practice index any more.", ("3",)),
        ("1 picked patient: has died.", ("2",)),
        ("1 picked patient: has left the practice.", ("1",)),
        ("1 picked patient: suggested for a criterion that they do not meet any more.", ("4",)),
    ]
    assert not pick_warnings(picked(("4", "staff"), ("5", "rule")), index, AS_AT, answers)


def test_an_nhs_number_of_two_patients_is_reported_at_export() -> None:
    """Whoever imports the list by NHS number would open the other one's record."""
    index = small_index(
        patients=[
            {"patient_id": "1", "nhs_number": TWICE},
            {"patient_id": "2", "nhs_number": TWICE},
            {"patient_id": "3", "nhs_number": "9990000034"},
        ]
    )
    answers = match(pack(criterion()), index, AS_AT)
    (warning,) = pick_warnings(picked(("1", "staff"), ("3", "staff")), index, AS_AT, answers)
    assert warning.in_words == (
        "1 picked patient: the NHS number is also another patient's, so only the patient number "
        "identifies them. 1"
    )


def test_many_are_counted_and_some_named() -> None:
    many = PickWarning("has died", tuple(str(number) for number in range(SHOWN + 3)))
    assert many.in_numbers == "23 picked patients: has died."
    assert many.in_words.endswith("18, 19 and 3 more")


def test_the_supplier_is_warned_where_more_patients_may_meet_the_rules() -> None:
    """Nobody was found is another thing where the codelist is of another code system."""
    asked = pack(criterion())
    said = Answer(
        "C-1", answered=True, why_not="", cautions=("No row …",), population=1, left=(), matches=0
    )
    answers = Matches(AS_AT, {"C-1": said}, pl.DataFrame())
    assert cautions(asked, answers) == ("C-1: No row …",)
    unanswered = replace(said, answered=False)
    assert not cautions(asked, replace(answers, answers={"C-1": unanswered}))
