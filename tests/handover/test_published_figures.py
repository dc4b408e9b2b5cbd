"""NHS England's published QOF files, and the tolerance by which counts are judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.errors import UserError
from recordpick.reports.compare import compare
from recordpick.reports.system_figures import read_system_figures
from recordpick.reports.tolerance import judge

HEADER = "PRACTICE_CODE,INDICATOR_CODE,MEASURE,VALUE"
ROWS = (
    "A81001,AF006,REGISTER,120",
    "A81001,AF006,DENOMINATOR,90",
    "A81001,AF006,NUMERATOR,70",
    "A81001,AF006,PCAS,4",
    "A81001,AF006,ACHIEVED_POINTS,12",
)
OTHERS = ("A81002,AF006,REGISTER,55", "A81002,AF006,NUMERATOR,9")
EXPECTED = {
    ("qof", "AF006", "register"): 120,
    ("qof", "AF006", "denominator"): 90,
    ("qof", "AF006", "numerator"): 70,
    ("qof", "AF006", "personalised_care_adjustments"): 4,
    ("qof", "AF006", "points"): 12,
}


def published(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "ACHIEVEMENT_EAST_2526.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def test_one_practice_of_a_published_file(tmp_path: Path) -> None:
    """Its measures become our figures; the other practices' are left alone."""
    assert read_system_figures(published(tmp_path, *ROWS), "current_system") == EXPECTED
    path = published(tmp_path, *OTHERS, *ROWS)
    assert read_system_figures(path, "current_system", "a81001") == EXPECTED


def test_which_practice_must_be_known(tmp_path: Path) -> None:
    """Nothing is taken from another practice: several are asked about, none is named."""
    path = published(tmp_path, *ROWS, *OTHERS)
    with pytest.raises(UserError, match="figures of 2 practices .A81001, A81002 and others"):
        read_system_figures(path, "current_system")
    with pytest.raises(UserError, match="no figures of the practice B99999"):
        read_system_figures(path, "current_system", "B99999")


def test_other_headers_and_forms(tmp_path: Path) -> None:
    """With more columns, in another order, in quotation marks."""
    header = '"REGION","MEASURE","VALUE","PRACTICE_CODE","INDICATOR_CODE"'
    path = published(tmp_path, '"E","REGISTER","120","A81001","AF006"', header=header)
    assert read_system_figures(path, "current_system") == {("qof", "AF006", "register"): 120}


def test_a_value_that_is_no_number_is_named_with_its_line(tmp_path: Path) -> None:
    """As in every file of figures."""
    path = published(tmp_path, *ROWS[:2], "A81001,AF006,NUMERATOR,many")
    with pytest.raises(UserError, match="line 4: 'many' is not a number"):
        read_system_figures(path, "current_system")


def test_a_published_file_beside_our_own_count(tmp_path: Path) -> None:
    """Each difference of a count is judged, and that of what is counted in the records."""
    old = tmp_path / "old"
    old.mkdir()
    (old / "qof_report.csv").write_text(
        "indicator,figure,from_records,current_system,new_system\n"
        "AF006,register,131,125,\nAF006,denominator,90,99,\nAF006,achievement,77,77,\n"
    )
    new = published(tmp_path, *ROWS)
    rows = {row["figure"]: row for row in compare(old, new).rows.iter_rows(named=True)}
    assert (rows["register"]["judged"], rows["register"]["counted_judged"]) == ("within", "outside")
    assert rows["denominator"]["judged"] == "outside"
    assert rows["achievement"]["judged"] is None


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_within_two_percent_or_five_patients(reference: int, other: int) -> None:
    """Whichever is more, as the public rule has it: reckoned here in whole numbers."""
    near = abs(other - reference) <= 5 or 100 * abs(other - reference) <= 2 * reference
    assert judge("patients", reference, other) == ("within" if near else "outside")


def test_what_is_not_judged() -> None:
    """Percentages and points, and what one side does not have: not compared is not equal."""
    assert judge("percent", 50, 51) is None
    assert judge("points", 5, 5) is None
    assert judge("patients", None, 5) is None
