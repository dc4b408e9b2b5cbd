"""An achievement is read as the percentage it is, or refused: 700 of 900 is never 0.78 percent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.errors import UserError
from recordpick.reports.compare import compare
from recordpick.reports.import_figures import keep_typed_figure, load_figures
from recordpick.reports.percentages import resolve_percentages
from recordpick.reports.qof import read_qof_table
from recordpick.reports.system_figures import read_system_figures
from recordpick.selection.figures import System
from recordpick.selection.working_file import WorkingFile

SYSTEMS: tuple[System, ...] = ("current_system", "new_system")
Read = Callable[[str], dict[tuple[str, ...], float]]


@pytest.fixture(params=SYSTEMS)
def read(request: pytest.FixtureRequest, tmp_path: Path) -> Read:
    """Read the achievements of a text, as the file of either system."""

    def achievements(text: str) -> dict[tuple[str, ...], float]:
        path = tmp_path / "figures.csv"
        path.write_text(text, encoding="utf-8")
        found = read_system_figures(path, request.param)
        return {name: value for name, value in found.items() if name[-1] == "achievement"}

    return achievements


HYP008 = ("qof", "HYP008", "achievement")
QOF = "indicator,denominator,numerator,achievement\n"


@pytest.mark.parametrize(
    ("written", "percent"),
    [
        ("0.7778", 77.78),
        ("0.78", 78),
        ("77.78", 77.78),
        ("77.78%", 77.78),
        ("77.8", 77.8),
        ("78", 78),
        ('"77,78"', 77.78),
        ('"77,78%"', 77.78),
        ('"0,7778"', 77.78),
    ],
)
def test_the_patients_beside_it_say_what_an_achievement_is(
    read: Read, written: str, percent: float
) -> None:
    assert read(f"{QOF}HYP008,900,700,{written}\n") == {HYP008: percent}


@pytest.mark.parametrize(
    ("denominator", "numerator", "written", "percent"),
    [
        (200, 1, "0.5", 0.5),
        (100, 1, "1", 1),
        (50, 50, "1", 100),
        (50, 50, "1.0", 100),
        (50, 0, "0", 0),
        (50, 0, "0.00", 0),
    ],
)
def test_small_percentages_and_whole_ones_are_distinguished(
    read: Read, denominator: int, numerator: int, written: str, percent: float
) -> None:
    assert read(f"{QOF}HYP008,{denominator},{numerator},{written}\n") == {HYP008: percent}


def test_adjustments_may_have_been_taken_off(read: Read) -> None:
    """With their number, and where the file has none, as far as they could make it so."""
    with_them = "indicator,denominator,numerator,exceptions,achievement\nHYP008,900,700,100,{}\n"
    assert read(with_them.format("0.875")) == {HYP008: 87.5}
    assert read(with_them.format("77.78")) == {HYP008: 77.78}
    assert read(f"{QOF}HYP008,900,700,87.5\n") == {HYP008: 87.5}
    with pytest.raises(UserError, match="is 77.78% or 87.5%"):
        read(with_them.format("80"))


@pytest.mark.parametrize("written", ["50", "0.5", "0.85", "77", "77.7800001%x", "7778"])
def test_what_its_own_numbers_contradict_is_refused_with_a_sentence(
    read: Read, written: str
) -> None:
    """A thousand commas in a comma-separated file cut 77,78 into 77 and 78, for one."""
    with pytest.raises(UserError, match="line 2") as raised:
        read(f"{QOF}HYP008,900,700,{written}\n")
    assert str(raised.value).endswith((".", "%."))


def test_more_done_than_there_are_is_refused(read: Read) -> None:
    with pytest.raises(UserError, match="numerator 950 of denominator 900. Correct"):
        read(f"{QOF}HYP008,900,950,99\n")


def test_a_column_of_fractions_that_nothing_proves_is_refused(read: Read) -> None:
    """Each cell with its line and both readings; with the sign there is one."""
    with pytest.raises(UserError) as raised:
        read("indicator,achievement\nHYP008,0.7778\nAF008,1\nCOPD010,0\n")
    said = str(raised.value)
    assert "line 2: HYP008 achievement '0.7778' could be 0.7778% or 77.78%" in said
    assert "line 3: AF008 achievement '1' could be 1% or 100%" in said
    assert "COPD010" not in said
    assert read("indicator,achievement\nHYP008,0.78%\n") == {HYP008: 0.78}


def test_one_proof_is_enough_for_the_column(read: Read) -> None:
    """A row without numerator goes by what the others are proved to be."""
    found = read(f"{QOF}HYP008,900,700,0.7778\nAF008,,,0.5\n")
    assert found["qof", "AF008", "achievement"] == 50
    found = read(f"{QOF}HYP008,900,700,77.78\nAF008,,,0.5\n")
    assert found["qof", "AF008", "achievement"] == 0.5
    with pytest.raises(UserError, match=r"AF008 achievement '0\.5' could be"):
        read(f"{QOF}HYP008,900,700,0.7778\nCOPD010,900,700,77.78\nAF008,,,0.5\n")


def test_targets_and_filled_in_reports_are_read_alike(read: Read) -> None:
    assert read("target,eligible,immunised,achievement\nVI001,90,70,0.7778\n") == {
        ("target", "VI001", "achievement"): 77.78
    }
    rows = "HYP008,denominator,900\nHYP008,numerator,700\nHYP008,achievement,0.7778\n"
    assert read(f"indicator,figure,value\n{rows}") == {HYP008: 77.78}


def test_a_typed_fraction_is_what_the_known_numbers_say_or_is_asked(file: WorkingFile) -> None:
    """What is kept already may be typed again as it is."""

    def value() -> str:
        return file.selection.figures["new_system", HYP008].value

    with pytest.raises(UserError, match="could be 0.7778% or 77.78%: write the one that you mean"):
        keep_typed_figure(file, HYP008, "0.7778", "new_system")
    keep_typed_figure(file, HYP008, "0.78%", "new_system")
    assert value() == "0.78"
    keep_typed_figure(file, HYP008, "0.78", "new_system")
    assert value() == "0.78"
    for name, text in (("denominator", "900"), ("numerator", "700")):
        keep_typed_figure(file, (*HYP008[:-1], name), text, "new_system")
    keep_typed_figure(file, HYP008, "0.7778", "new_system")
    assert value() == "77.78"


def test_nothing_is_kept_of_a_file_with_a_fraction_that_nothing_proves(
    file: WorkingFile, tmp_path: Path
) -> None:
    path = tmp_path / "q.csv"
    path.write_text("indicator,register,achievement\nHYP008,900,0.7778\n", encoding="utf-8")
    with pytest.raises(UserError, match="could be"):
        load_figures(file, path, "current_system")
    assert not file.selection.figures


def test_a_comparison_says_which_cell_is_unclear(tmp_path: Path) -> None:
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    before.write_text(f"{QOF}HYP008,900,700,0.7778\n", encoding="utf-8")
    after.write_text("indicator,achievement\nHYP008,0.8\n", encoding="utf-8")
    rows = compare(before, after).rows.to_dicts()
    row = next(row for row in rows if row["figure"] == "achievement")
    assert (row["before"], row["after"], row["state"]) == (77.78, None, "no_number")
    assert "could be 0.8% or 80%" in row["says"]


def test_thresholds_of_a_table_are_percentages(tmp_path: Path) -> None:
    """A fraction would give every practice all points."""
    path = tmp_path / "qof_2026_27.csv"
    head = "indicator,group,measures,points,lower_threshold,upper_threshold\n"
    path.write_text(f"{head}CD001,H,bp,12,0.4,0.9\n", encoding="utf-8")
    with pytest.raises(UserError, match="the upper threshold is 0.9, which is a fraction"):
        read_qof_table(path)
    path.write_text(f"{head}CD001,H,bp,12,40%,90%\n", encoding="utf-8")
    (indicator,) = read_qof_table(path).indicators
    assert (indicator.lower_threshold, indicator.upper_threshold) == (40, 90)


@given(
    st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.sampled_from(["percent", "signed", "fraction", "comma"]),
)
def test_a_rounded_achievement_is_read_in_every_form(counts: tuple[int, int], form: str) -> None:
    """Whatever way 100 x numerator / denominator is written, it comes back to two decimals."""
    done, among = counts
    share = Decimal(done) / Decimal(among)
    percent = round(share * 100, 2)
    text = {
        "percent": f"{percent}",
        "signed": f"{percent}%",
        "fraction": f"{round(share, 4)}",
        "comma": f"{percent:.2f}".replace(".", ","),
    }[form]
    numbers = {("qof", "X", "numerator"): float(done), ("qof", "X", "denominator"): float(among)}
    (found,) = resolve_percentages([(("qof", "X", "achievement"), text)], numbers)
    assert isinstance(found, float)
    assert found == pytest.approx(float(percent), abs=0.011)
