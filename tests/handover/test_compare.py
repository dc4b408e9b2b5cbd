"""Both systems' reports compared: the largest differences first, and never a guessed zero."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordpick.cli.main import main
from recordpick.errors import UserError
from recordpick.handover.export import export, export_encrypted
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.reports.compare import COMPARED, STATES, Comparison, compare
from recordpick.selection.working_file import WorkingFile

DOCS = Path(__file__).parents[2] / "docs" / "reports.md"
HEAD = "indicator,figure,from_records,current_system,new_system"


def reports(folder: Path, *lines: str, name: str = "qof_report.csv", head: str = HEAD) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    return folder


def shown(compared: Comparison) -> list[tuple[object, ...]]:
    return compared.rows.select("name", "figure", "before", "after", "difference", "state").rows()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return reports(
        tmp_path / "old",
        "AF001,register,101,100,",
        "AF006,denominator,90,90,",
        "AF006,achievement,87,87.5,",
        "DM006,register,50,50,",
        "HF001,register,7,,",
        "AST007,points,20,20,",
    )


def test_the_largest_difference_comes_first_and_what_is_missing_is_said(
    old: Path, tmp_path: Path
) -> None:
    new = reports(
        tmp_path / "new",
        "AF001,register,,,96",
        "AF006,denominator,,,90",
        "AF006,achievement,,,93.75",
        "HF001,register,,,8",
        "AST007,points,,,about 20",
    )
    compared = compare(old, new)
    assert shown(compared) == [
        ("AF006", "achievement", 87.5, 93.75, 6.25, "different"),
        ("AF001", "register", 100.0, 96.0, -4.0, "different"),
        ("AST007", "points", 20.0, None, None, "no_number"),
        ("DM006", "register", 50.0, None, None, "only_before"),
        ("HF001", "register", None, 8.0, None, "only_after"),
        ("AF006", "denominator", 90.0, 90.0, 0.0, "same"),
    ]
    rows = {(row["name"], row["figure"]): row for row in compared.rows.iter_rows(named=True)}
    assert rows["AST007", "points"]["says"] == "qof_report.csv, line 6: 'about 20' is not a number."
    assert rows["AF001", "register"]["percent"] == -4
    assert rows["AF001", "register"]["counted_before"] == 101
    assert [rows[one]["unit"] for one in (("AF006", "achievement"), ("AF001", "register"))] == [
        "percent",
        "patients",
    ]
    assert list(compared.rows.schema.items()) == list(COMPARED.items())


def test_the_new_system_s_own_csv_is_read_as_it_exports_it(old: Path, tmp_path: Path) -> None:
    path = tmp_path / "qof.csv"
    path.write_text(
        "QOF report\n\nIndicator;Register;Denominator;% achieved\nAF001;1,000;;\nAF006;;90;87.5%\n",
        encoding="utf-8",
    )
    assert [row[:5] for row in shown(compare(old, path))][:1] == [
        ("AF001", "register", 100.0, 1000.0, 900.0)
    ]


def test_a_zero_is_a_figure_and_an_empty_cell_is_none(tmp_path: Path) -> None:
    old = reports(tmp_path / "old", "A1,register,,0,", "A2,register,,5,", "A3,register,,,")
    new = reports(tmp_path / "new", "A1,register,,,3", "A2,register,,,0", "A3,register,,,")
    rows = compare(old, new).rows.rows(named=True)
    assert [(row["name"], row["difference"], row["percent"]) for row in rows] == [
        ("A2", -5.0, -100.0),
        ("A1", 3.0, None),
    ]


def test_without_own_figures_the_records_of_both_are_compared_and_that_is_said(
    old: Path, tmp_path: Path
) -> None:
    new = reports(tmp_path / "new", "AF001,register,99,,", "AF006,denominator,90,,")
    compared = compare(old, new)
    assert compared.basis == "counted"
    assert shown(compared)[0] == ("AF001", "register", 101.0, 99.0, -2.0, "different")
    assert "what recordpick counts" in compared.notes[0]


def test_own_figures_are_never_compared_with_counted_ones(tmp_path: Path) -> None:
    """A report has more exceptions than recordpick's rules: like goes with like."""
    old = reports(tmp_path / "old", "AF001,register,101,,")
    new = reports(tmp_path / "new", "AF001,register,101,,96")
    compared = compare(old, new)
    assert shown(compared) == [("AF001", "register", None, 96.0, None, "only_after")]
    assert "no figures of the current system" in compared.notes[0]


def test_both_columns_may_be_filled_in_in_one_copy(tmp_path: Path) -> None:
    old = reports(tmp_path / "old", "AF001,register,101,,")
    new = reports(tmp_path / "new", "AF001,register,101,100,96")
    assert shown(compare(old, new))[0][4:] == (-4.0, "different")


def test_sex_and_age_band_name_a_figure_of_capitation(tmp_path: Path) -> None:
    head = "sex,age_band,figure,from_records,current_system,new_system"
    old = reports(tmp_path / "old", "F,5 to 14,patients,9,9,", name="capitation.csv", head=head)
    new = reports(tmp_path / "new", "F,5 to 14,patients,,,8", name="capitation.csv", head=head)
    assert shown(compare(old, new)) == [("F 5 to 14", "patients", 9.0, 8.0, -1.0, "different")]


def test_nothing_to_compare_is_a_sentence(old: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    nothing = reports(tmp_path / "nothing", "AF001,register,,,")
    twice = reports(tmp_path / "twice", "AF001,register,,,1", "AF001,register,,,2")
    for new, says in (
        (tmp_path / "empty", "this folder has none of"),
        (nothing, "no figures were found"),
        (twice, "Keep one"),
        (tmp_path / "none.csv", "no such file"),
    ):
        with pytest.raises(UserError, match=says):
            compare(old, new)


@given(
    st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(0, 2000), min_size=1),
    st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(0, 2000), min_size=1),
)
def test_every_figure_is_in_it_once_and_differences_go_down(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, int], after: dict[str, int]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    old = reports(folder / "o", *(f"{name},register,,{value}," for name, value in before.items()))
    new = reports(folder / "n", *(f"{name},register,,,{value}" for name, value in after.items()))
    rows = compare(old, new).rows
    assert sorted(rows["name"]) == sorted({*before, *after})
    sizes = rows["difference"].drop_nulls().abs().to_list()
    assert sizes == sorted(sizes, reverse=True)
    both = {name: float(after[name] - before[name]) for name in before.keys() & after.keys()}
    given_ones = rows.filter(pl.col("difference").is_not_null())
    assert dict(given_ones.select("name", "difference").rows()) == both


# The command


def test_the_command_with_a_pack_a_zip_and_a_file(
    file: WorkingFile,
    index: PracticeIndex,
    answers: Matches,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import io
    import sys

    export(file, index, tmp_path / "pack", answers)
    passphrase = export_encrypted(file, index, tmp_path / "pack.zip", answers)
    new = tmp_path / "new.csv"
    new.write_text("indicator,register\nAF001,12\n", encoding="utf-8")
    assert (
        main(["compare", str(tmp_path / "pack"), str(new), "--out", str(tmp_path / "c.csv")]) == 0
    )
    output = capsys.readouterr()
    assert "the current system has none" in output.out
    assert (tmp_path / "c.csv").read_bytes().startswith(",".join(COMPARED).encode())
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{passphrase}\n"))
    assert main(["compare", str(tmp_path / "pack.zip"), str(new), "--all"]) == 0
    assert "the current system has none" in capsys.readouterr().out
    assert main(["compare", str(new), str(new), "--out", str(tmp_path / "c.csv")]) == 2
    assert "already exists" in capsys.readouterr().err


def test_the_documents_name_every_column_and_state() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert [name for name in COMPARED if f"| {name} |" not in page] == []
    assert [state for state in STATES if f"`{state}`" not in page] == []
