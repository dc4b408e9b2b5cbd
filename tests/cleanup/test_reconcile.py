"""The practice's list compared with PCSE's: who is only here, only there, or differs, and where."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.cleanup import Reconciliation, pcse_findings, read_pcse_list, reconcile
from recordpick.errors import UserError

from small_practice import small_index

BORN = date(1980, 5, 4)
HEADER = ("NHS Number", "Surname", "Forenames", "Date of Birth", "Sex")
A, B, C, D = "9990000018", "9990000026", "9990000034", "9990000042"


def patient(patient_id, nhs, family="Ames", first="Ann", born=BORN, sex="F", **more):
    """A registered patient of the GMS list."""
    return {
        "patient_id": patient_id,
        "nhs_number": nhs,
        "family_name": family,
        "given_name": first,
        "middle_names": None,
        "date_of_birth": born,
        "sex": sex,
        "status": "registered",
        "registration": "regular",
        **more,
    }


def compared(
    patients: Sequence[Mapping[str, Any]],
    lines: Sequence[Sequence[str]],
    header: Sequence[str] = HEADER,
) -> Reconciliation:
    """Compare patients with a list of these lines."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *lines])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pcse.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        pcse = read_pcse_list(path)
    return reconcile(small_index(patients=patients), pcse)  # type: ignore[arg-type]


def rows(found: Reconciliation, kind: str, *columns: str) -> list[tuple[object, ...]]:
    return [
        tuple(row[name] for name in columns)
        for row in found.rows.iter_rows(named=True)
        if row["kind"] == kind
    ]


def test_the_same_on_both_lists_is_in_order():
    """Whatever the case, the spaces, and further forenames on one side."""
    found = compared(
        [patient("1", A), patient("2", B, "Van Dyke", "Bo", middle_names="Lee Joy")],
        [
            (A, "AMES", "ANN MARY", "1980-05-04", "Female"),
            (B, "VANDYKE", "BO LEE", "1980-05-04", "F"),
        ],
    )
    assert (found.here, found.there, found.matched, found.differing) == (2, 2, 2, 0)
    assert found.rows.is_empty()


def test_each_field_that_differs_is_reported_side_by_side():
    """A value on one side only is a difference as well."""
    found = compared(
        [patient("1", A), patient("2", B, "Cole", "Cy", sex=None), patient("3", C, first=None)],
        [
            (A, "Amis", "Ann", "1980-04-05", "F"),
            (B, "Cole", "Cyd", "", "M"),
            (C, "Ames", "", "1980-05-04", "F"),
        ],
    )
    assert rows(found, "differs", "patient_id", "line", "field", "here", "there") == [
        ("1", 2, "family_name", "Ames", "Amis"),
        ("1", 2, "date_of_birth", "1980-05-04", "1980-04-05"),
        ("2", 3, "given_name", "Cy", "Cyd"),
        ("2", 3, "date_of_birth", "1980-05-04", None),
        ("2", 3, "sex", None, "M"),
    ]
    assert found.differing == 2
    notes = rows(found, "differs", "note")
    assert "same person" in str(notes[0][0])
    assert notes[2] == (None,)


def test_other_middle_names_on_both_sides_differ():
    found = compared(
        [patient("1", A, middle_names="Mary")], [(A, "Ames", "Ann Louise", "1980-05-04", "F")]
    )
    assert rows(found, "differs", "field") == [("given_name",)]


def test_only_here_and_only_there():
    """Those who are here but left, or are registered in another way, are said to be."""
    found = compared(
        [
            patient("1", A),
            patient("2", B, "Baker", status="left"),
            patient("3", None, "Cole", "Cy", registration="immediately_necessary"),
        ],
        [
            (B, "Baker", "Ann", "1980-05-04", "F"),
            (C, "COLE", "CY", "1980-05-04", "M"),
            (D, "Dale", "Di", "1980-05-04", "F"),
        ],
    )
    perhaps = "Perhaps the same, by name and date of birth: "
    assert rows(found, "only_here", "patient_id", "family_name") == [("1", "Ames")]
    assert rows(found, "only_there", "line", "nhs_number", "note") == [
        (2, B, "Here as patient 2 (left, regular)."),
        (
            3,
            C,
            perhaps + "Here as patient 3 (registered, immediately necessary).",
        ),
        (4, D, None),
    ]
    assert (found.here, found.not_compared) == (1, 2)
    assert found.scope == (
        "Only registered patients with a regular (GMS) registration are compared."
    )


def test_another_number_with_the_same_name_and_birth_is_likely_the_same():
    """It is reported, with both numbers, and never merged into a match."""
    found = compared(
        [patient("1", A), patient("2", None, "Cole", "Cy")],
        [(B, "AMES", "ANN", "1980-05-04", "M"), (C, "Cole", "Cy", "1980-05-04", "F")],
    )
    assert (found.matched, found.likely, found.only_here, found.only_there) == (0, 2, 0, 0)
    assert rows(found, "likely_the_same", "patient_id", "field", "here", "there", "note") == [
        ("1", "nhs_number", A, B, "sex: F here, M there"),
        ("2", "nhs_number", None, C, None),
    ]


def test_duplicates_on_either_side_are_reported_and_decide_nothing():
    found = compared(
        [patient("1", A), patient("2", A, "Baker")],
        [
            (A, "Ames", "Ann", "1980-05-04", "F"),
            (B, "Cole", "Cy", "1980-05-04", "M"),
            (B, "Cole", "Cy", "1980-05-04", "M"),
        ],
    )
    assert (found.unclear_here, found.unclear_there, found.only_there) == (2, 1, 2)
    assert rows(found, "twice_here", "patient_id", "note") == [
        ("1", "More than once: NHS number."),
        ("2", "More than once: NHS number."),
    ]
    assert rows(found, "twice_there", "line", "note") == [
        (3, "More than once: NHS number, name and date of birth."),
        (4, "More than once: NHS number, name and date of birth."),
    ]


def test_a_damaged_number_is_not_a_difference_of_numbers():
    """It is unknown. Name and birth make the match likely, and the value there is shown."""
    found = compared(
        [patient("1", A), patient("2", B, "Cole")],
        [("9.99E+09", "Ames", "Ann", "1980-05-04", "F"), (B, "Cole", "Ann", "1980-05-04", "F")],
    )
    assert (found.matched, found.likely) == (1, 1)
    assert rows(found, "likely_the_same", "here", "there") == [(A, "9.99E+09")]


def test_what_could_not_be_read_there_is_not_reported_as_different():
    found = compared([patient("1", A)], [(A, "Ames", "Ann", "1980-05-04", "Q7")])
    assert found.rows.is_empty()
    assert any("sex could not be read" in note for note in found.notes)


def test_lines_that_identify_nobody_are_kept():
    found = compared(
        [patient("1", A)], [(A, "Ames", "Ann", "1980-05-04", "F"), ("", "x", "", "", "")]
    )
    assert (found.there, found.left_out) == (1, 1)
    assert rows(found, "not_read", "line") == [(3,)]


def test_what_one_side_does_not_have_is_not_compared_and_said():
    """A list of numbers alone shows who is on it, and nothing else."""
    found = compared([patient("1", A), patient("2", B)], [(A,), (C,)], header=HEADER[:1])
    assert (found.matched, found.only_here, found.only_there) == (1, 1, 1)
    assert "Sex was not compared: pcse.csv does not have it." in found.not_compared_fields
    findings = {finding.id: finding for finding in pcse_findings(found)}
    assert findings["pcse_differs"].state == "cannot be told"
    assert findings["pcse_likely_the_same"].state == "cannot be told"
    assert findings["pcse_only_here"].number == 1


def test_an_index_that_does_not_say_the_registration_compares_whom_it_can():
    """And says so."""
    patients = [patient("1", A), patient("2", B, status="left")]
    for row in patients:
        del row["registration"]
    found = compared(patients, [(A, "Ames", "Ann", "1980-05-04", "F")])
    assert (found.here, found.not_compared) == (1, 1)
    assert found.scope == (
        "Registered patients are compared, as the index has no column registration in patients."
    )
    for row in patients:
        del row["status"]
    assert compared(patients, [(A, "Ames", "Ann", "1980-05-04", "F")]).here == 2


def test_an_index_without_numbers_and_names_cannot_be_compared():
    with pytest.raises(UserError, match="the index has no NHS numbers"):
        compared([{"patient_id": "1", "status": "registered"}], [(A, "Ames", "Ann", "", "F")])


def test_an_index_without_numbers_is_compared_by_name_and_birth():
    patients = [patient("1", A)]
    del patients[0]["nhs_number"]
    found = compared(patients, [(A, "Ames", "Ann", "1980-05-04", "F")])
    assert (found.matched, found.likely) == (0, 1)


numbers = st.sampled_from([A, B, C, D, None])
written = st.sampled_from([A, B, C, D, "", "9.99E+09", "12"])
names = st.sampled_from(["Ames", "AMES ", "Baker", None])
firsts = st.sampled_from(["Ann", "ann mary", "Bo", None])
births = st.sampled_from([BORN, date(1990, 1, 31), None])
sexes = st.sampled_from(["F", "M", None])


@settings(max_examples=examples(50), deadline=None)
@given(
    st.lists(
        st.tuples(
            numbers, names, firsts, births, sexes,
            st.sampled_from(["registered", "left", None]),
            st.sampled_from(["regular", "private", None]),
        ),
        max_size=7,
    ),
    st.lists(
        st.tuples(written, names, firsts, births, sexes),
        min_size=1,
        max_size=7,
    ),
)  # fmt: skip
def test_the_figures_add_up_and_nobody_has_two_places(ours, theirs):
    """Of both sides: all = on both + likely + unclear + only there; everything reported is true."""
    patients = [
        patient(f"P{n}", *who[:5], status=who[5], registration=who[6]) for n, who in enumerate(ours)
    ] or [patient("X", D, status="left")]
    lines = [
        (nhs, family or "", first or "", str(born or ""), sex or "")
        for nhs, family, first, born, sex in theirs
    ]
    try:
        found = compared(patients, lines)
    except UserError as refused:
        assert "damaged" in str(refused)  # noqa: PT017 - the only reason that there may be
        assert not {who[0] for who in theirs} & {A, B, C, D}
        return
    both = found.matched + found.likely
    assert found.here == both + found.unclear_here + found.only_here
    assert found.there == both + found.unclear_there + found.only_there
    assert found.here + found.not_compared == len(patients)
    filled = [line for line in lines if any(cell.strip() for cell in line)]
    assert found.there + found.left_out == len(filled)
    reported = Counter(found.rows["kind"].to_list())
    assert reported["only_here"] == found.only_here
    assert reported["only_there"] == found.only_there
    assert reported["likely_the_same"] == found.likely
    assert reported["unclear_here"] == found.unclear_here
    assert reported["unclear_there"] == found.unclear_there
    assert reported["not_read"] == found.left_out
    places = ("only_here", "likely_the_same", "unclear_here")
    whose = [one for kind in places for (one,) in rows(found, kind, "patient_id")]
    assert len(whose) == len(set(whose)) == found.here - found.matched
    assert not set(whose) & {one for (one,) in rows(found, "differs", "patient_id")}
    findings = pcse_findings(found)
    assert sum(finding.rows.height for finding in findings) == found.rows.height
