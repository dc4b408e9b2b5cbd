"""What staff give of both systems' reports is in the working file, and from there everywhere."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from recordpick.cli.main import main
from recordpick.errors import UserError
from recordpick.handover.export import export
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.reports.compare import compare, compare_working_file
from recordpick.reports.import_figures import import_figures, keep_typed_figure, load_figures
from recordpick.reports.practice_reports import count, counted_by
from recordpick.reports.qof import shipped_qof_table
from recordpick.reports.system_figures import read_system_figures
from recordpick.reports.what_counts import shipped_report_rules
from recordpick.selection.working_file import WorkingFile

TABLE = """\
indicator,group,measures,points,lower_threshold,upper_threshold
CD001,Heart,blood pressure,12.5,40,90
"""


def _csv(tmp_path: Path, text: str, name: str = "system.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _values(file: WorkingFile) -> dict[tuple[str, ...], str]:
    return {name: figure.value for (_, name), figure in file.selection.figures.items()}


def test_a_csv_is_loaded_beside_what_is_known_and_its_sum_is_noted(
    file: WorkingFile, tmp_path: Path
) -> None:
    keep_typed_figure(file, ("qof", "AF006", "register"), "1", "current_system")
    keep_typed_figure(file, ("qof", "AF008", "register"), "2", "current_system")
    path = _csv(tmp_path, 'indicator,register,points\nAF006,"1,290",12\n')
    loaded = load_figures(file, path, "current_system")
    assert (loaded.figures, loaded.changed) == (2, 2)
    assert _values(file) == {
        ("qof", "AF006", "register"): "1290",
        ("qof", "AF006", "points"): "12",
        ("qof", "AF008", "register"): "2",
    }
    body = file.events[-1].body
    assert body["source"] == "system.csv"
    assert body["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert load_figures(file, path, "current_system").changed == 0


def test_a_cell_that_is_no_figure_keeps_the_whole_csv_out(
    file: WorkingFile, tmp_path: Path
) -> None:
    path = _csv(tmp_path, "indicator,register\nAF006,290\nAF008,-3\nCOPD010,87.5\nDM012,85%\n")
    with pytest.raises(UserError) as raised:
        load_figures(file, path, "new_system")
    message = str(raised.value)
    assert "line 3: '-3' is below 0" in message
    assert "line 4: '87.5' is not a whole number" in message
    assert "line 5: '85%' is a percentage" in message
    assert _values(file) == {}


def test_a_typed_figure_is_a_number_or_a_sentence(file: WorkingFile) -> None:
    name = ("qof", "AF006", "achievement")
    keep_typed_figure(file, name, "0", "new_system")
    assert _values(file) == {name: "0"}
    for text in ("87,5", "-1", "many", "101"):
        with pytest.raises(UserError, match="write it in figures, such as 87.5"):
            keep_typed_figure(file, name, text, "new_system")
    keep_typed_figure(file, name, " ", "new_system")
    assert _values(file) == {}


def test_nothing_is_kept_where_one_of_several_things_cannot_be_used(
    file: WorkingFile, index: PracticeIndex, tmp_path: Path
) -> None:
    table = _csv(tmp_path, TABLE, "qof_2026_27.csv")
    good = _csv(tmp_path, "indicator,register\nAF006,290\n")
    with pytest.raises(UserError):
        import_figures(
            file, index, {"current_system": good, "new_system": tmp_path / "none"}, table
        )
    assert file.selection.reports_by == {}
    assert _values(file) == {}


# Figures of two reports that have one name


def test_an_achievement_of_the_targets_is_not_one_of_qof(tmp_path: Path) -> None:
    """QOF takes adjustments off, the target report does not: CS005 has both, and they differ."""
    qof = _csv(tmp_path, "indicator,denominator,achievement\nCS005,10,80\n")
    targets = _csv(tmp_path, "indicator,eligible,achievement\nCS005,12,75\n", "targets.csv")
    assert read_system_figures(qof, "new_system") == {
        ("qof", "CS005", "denominator"): 10,
        ("qof", "CS005", "achievement"): 80,
    }
    assert read_system_figures(targets, "new_system") == {
        ("target", "CS005", "eligible"): 12,
        ("target", "CS005", "achievement"): 75,
    }


@pytest.mark.parametrize("columns", ["achievement", "denominator,eligible,achievement"])
def test_an_achievement_that_could_be_of_either_is_refused(tmp_path: Path, columns: str) -> None:
    cells = ",".join("9" for _ in columns.split(","))
    path = _csv(tmp_path, f"indicator,{columns}\nCS005,{cells}\n")
    with pytest.raises(UserError, match="does not say which this is"):
        read_system_figures(path, "new_system")
    other = _csv(tmp_path, "indicator,achievement\nAF006,9\n", "other.csv")
    assert read_system_figures(other, "new_system") == {("qof", "AF006", "achievement"): 9}


def test_a_pack_with_both_achievements_is_compared(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    for report, now, later in (("qof", "80", "81"), ("target", "75", "70")):
        name = (report, "CS005", "achievement")
        keep_typed_figure(file, name, now, "current_system")
        keep_typed_figure(file, name, later, "new_system")
    pack = export(file, index, tmp_path / "pack", answers)
    rows = compare(pack, pack).rows.filter(pl.col("name") == "CS005")
    assert rows.select("report", "before", "after").rows() == [
        ("target", 75.0, 70.0),
        ("qof", 80.0, 81.0),
    ]


def test_the_app_and_the_command_compare_alike(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """What the app shows of the working file is what `compare` finds in the pack made of it."""
    current = "indicator,register,achievement\nAF006,101,87.123456\nAF008,50,\nXX001,3,\n"
    new = "indicator,register,achievement\nAF006,99,87.1249\nAF008,,60\n"
    keep_typed_figure(file, ("capitation", "all", "all", "patients"), "6", "new_system")
    import_figures(
        file,
        index,
        {
            "current_system": _csv(tmp_path, current),
            "new_system": _csv(tmp_path, new, "new.csv"),
        },
    )
    counted = count(index, file.as_at, counted_by(file.selection, file.as_at))
    shown = compare_working_file(file.selection, counted)
    pack = export(file, index, tmp_path / "pack", answers)
    compared = compare(pack, pack).rows
    in_reports = shown.filter(pl.col("name") != "XX001")  # no report has a row for it
    assert compared.rows() == in_reports.rows()


# By what the reports are counted


def test_a_table_and_rules_are_kept_used_and_named_in_the_pack(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    table = _csv(tmp_path, f"\ufeff{TABLE}".replace("\n", "\r\n"), "qof_2026_27.csv")
    rules = shipped_report_rules().read_text(encoding="utf-8").replace("2026.2", "own-1")
    shutil.copytree(shipped_report_rules().parent / "codelists", tmp_path / "codelists")
    import_figures(file, index, {}, table, _csv(tmp_path, rules, "own.toml"))
    table.unlink()
    pack = export(file, index, tmp_path / "pack", answers)
    own = json.loads((pack / "datapackage.json").read_text(encoding="utf-8"))["recordpick"]
    written = f"\ufeff{TABLE}".replace("\n", "\r\n").encode()
    assert own["qof_table"] == {
        "file": "qof_2026_27.csv",
        "sha256": hashlib.sha256(written).hexdigest(),
    }
    assert own["report_rules"]["version"] == "own-1"
    assert (
        own["report_rules"]["fingerprint"]
        == counted_by(file.selection, file.as_at).rules.fingerprint
    )
    import_figures(file, index, {}, Path("shipped"), Path("shipped"))
    pack = export(file, index, tmp_path / "again", answers)
    own = json.loads((pack / "datapackage.json").read_text(encoding="utf-8"))["recordpick"]
    shipped = hashlib.sha256(shipped_qof_table().read_bytes()).hexdigest()
    assert own["qof_table"] == {"file": shipped_qof_table().name, "sha256": shipped}


def test_a_supplier_s_criteria_are_no_rules_of_reports(
    file: WorkingFile, index: PracticeIndex, tmp_path: Path
) -> None:
    """They would count nothing, and every figure would be empty."""
    own = _csv(tmp_path, next(iter(file.pack.files.values())), "criteria.toml")
    with pytest.raises(UserError, match="Is it the supplier's criteria pack"):
        import_figures(file, index, {}, rules=own)
    assert file.selection.reports_by == {}


# The commands


def test_the_reports_command_keeps_figures_and_the_next_export_has_them(
    file: WorkingFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.close()
    name, path = ["--name", "Jo"], str(file.path)
    current = _csv(tmp_path, "indicator,register\nAF006,290\nXX001,1\n")
    new = _csv(tmp_path, "indicator,register\nAF006,280\n", "new.csv")
    assert main(["reports", path, "--current", str(current), *name]) == 0
    output = capsys.readouterr()
    assert "2 figures of the current system read, 2 new or changed." in output.err
    assert "no report here has: XX001" in output.err
    out = tmp_path / "differences.csv"
    assert main(["reports", path, "--new", str(new), "--out", str(out), *name]) == 0
    assert "qof,AF006,register,patients,290,280,-10,-3.45," in out.read_text(encoding="utf-8")
    assert "qof_2026_27.csv" in capsys.readouterr().out
    assert main(["reports", path]) == 0
    assert "-10" in capsys.readouterr().out
    assert main(["export", path, "--out", str(tmp_path / "pack"), *name]) == 0
    rows = pl.read_csv(tmp_path / "pack" / "qof_report.csv")
    row = rows.filter(pl.col("indicator") == "AF006", pl.col("figure") == "register")
    assert row.select("current_system", "new_system", "difference").row(0) == (290, 280, -10)


def test_an_export_that_cannot_be_written_keeps_no_figures(
    file: WorkingFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.close()
    current = _csv(tmp_path, "indicator,register\nAF006,290\n")
    out = _csv(tmp_path, "", "taken")
    options = ["--out", str(out), "--current", str(current), "--name", "Jo"]
    assert main(["export", str(file.path), *options]) == 2
    assert "choose another folder" in capsys.readouterr().err
    with WorkingFile.open(file.path, read_only=True) as again:
        assert _values(again) == {}
