"""The hand-over pack as the supplier gets it: whole, checkable, and true to the working file."""

from __future__ import annotations

import csv
import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import pyzipper

from recordpick.csv_safety import plain
from recordpick.data_checking.issued_lists import handed_over
from recordpick.errors import UserError
from recordpick.handover.export import export, export_encrypted, summary
from recordpick.handover.pack_contents import FILES, Options
from recordpick.index.manifest import Manifest
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.reports.import_figures import import_figures
from recordpick.selection.working_file import WorkingFile


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, strict=True))


def test_the_folder_holds_what_it_says(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    folder = export(file, index, tmp_path / "out", answers)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert all(name in readme for name in FILES)


def test_the_list_has_one_line_a_pick_and_the_index_s_nhs_numbers(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    folder = export(file, index, tmp_path / "out", answers)
    rows = pl.read_csv(folder / "selection_list.csv", infer_schema=False)
    rows = rows.with_columns(plain(pl.col("patient_id")))
    picks = [(pick.criterion_id, pick.patient_id) for pick in file.selection.picks]
    assert sorted(rows.select("criterion_id", "patient_id").iter_rows(), key=str) == sorted(
        picks, key=str
    )
    numbers = dict(rows.select("patient_id", "nhs_number").iter_rows())
    assert numbers["007"] == "9990000026"
    assert numbers["102"] is None


def test_picks_of_each_criterion_add_up_between_the_files(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    folder = export(file, index, tmp_path / "out", answers)
    lines = [row["criterion_id"] for row in _rows(folder / "selection_list.csv")]
    report = _rows(folder / "criteria_report.csv")
    assert {row["criterion_id"]: int(row["picked"]) for row in report} == {
        name: lines.count(name) for name in ("DEM-03", "DOC-01", "BRO-01", "")
    }


def test_the_sums_fit_every_file(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    folder = export(file, index, tmp_path / "out", answers)
    lines = (folder / "SHA256SUMS").read_bytes().decode("ascii").split("\n")
    sums = dict(reversed(line.split("  ")) for line in lines if line)
    assert sums == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in FILES
        if name != "SHA256SUMS"
    }


def test_the_readme_says_what_the_list_is_and_how_the_draw_is_checked(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    folder = export(file, index, tmp_path / "out", answers)
    readme = (folder / "README.txt").read_bytes().decode("utf-8")
    list_id = _rows(folder / "selection_list.csv")[0]["list_id"]
    draw = file.selection.draws[-1]
    for said in (
        *("SYNTHETIC DATA", list_id, "A small pack", "version 2026.1", "Example Surgery"),
        *("2026-10-01", index.fingerprint, "20261001", draw.eligible_sha256, "qof_2026_27.csv"),
        f"{len(file.selection.patient_ids)} patient records on 5 lines",
    ):
        assert said in readme
    assert readme.count("\n") == readme.count("\r\n")


def test_notes_of_patients_stay_with_the_practice(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    folder = export(file, index, tmp_path / "out", answers)
    assert not any(b"Mrs Jones" in path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize("wanted", [False, True])
def test_names_stand_in_the_workbook_when_asked_for_and_nowhere_else(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path, wanted: bool
) -> None:
    folder = export(file, index, tmp_path / "out", answers, options=Options(with_names=wanted))
    for path in folder.iterdir():
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                texts = book.read("xl/sharedStrings.xml")
            assert (b"Quillfeather" in texts) == wanted
        else:
            assert b"Quillfeather" not in path.read_bytes()


def test_an_export_is_noted_and_the_next_list_has_another_id(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    first = export(file, index, tmp_path / "first", answers)
    second = export(file, index, tmp_path / "second", answers)
    ids = [_rows(folder / "selection_list.csv")[0]["list_id"] for folder in (first, second)]
    assert (ids[0][-3:], ids[1][-3:]) == ("-01", "-02")
    noted = file.selection.exports[-1]
    assert noted.path == str(second)
    assert noted.sha256 == hashlib.sha256((second / "SHA256SUMS").read_bytes()).hexdigest()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_what_names_patients_is_its_owners_only(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    folder = export(file, index, tmp_path / "out", answers)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_folder_in_use_is_refused_and_nothing_is_noted(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_text("kept")
    with pytest.raises(UserError, match="is not empty: choose another folder"):
        export(file, index, out, answers)
    assert [path.name for path in out.iterdir()] == ["mine"]
    assert file.selection.exports == ()


def test_another_practice_index_is_refused(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    named = {name: getattr(index.manifest, name) for name in Manifest.__dataclass_fields__}
    other = PracticeIndex(index.folder, Manifest(**named | {"fingerprint": "ef" * 32}))
    with pytest.raises(UserError, match="another practice index"):
        export(file, other, tmp_path / "out", answers)
    assert not (tmp_path / "out").exists()


def test_a_file_that_may_not_be_changed_exports_nothing(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """The export could not be noted, and two lists might come to carry one id."""
    with (
        WorkingFile.open(file.path, read_only=True) as read_only,
        pytest.raises(UserError),
    ):
        export(read_only, index, tmp_path / "out", answers)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))


def test_work_stopped_by_whoever_waits_leaves_nothing(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    def stop(doing: str, fraction: float | None = None) -> None:
        if "qof" in doing:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(file, index, tmp_path / "out", answers, stop)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))
    assert file.selection.exports == ()


def test_another_table_of_indicators_can_be_given(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    table = tmp_path / "qof_2026_27.csv"
    table.write_text(
        "indicator,group,measures,points,lower_threshold,upper_threshold\n"
        "CD001,Heart,blood pressure,12.5,40,90\n",
        encoding="utf-8",
    )
    import_figures(file, index, {}, qof=table)
    folder = export(file, index, tmp_path / "out", answers)
    assert {row["indicator"] for row in _rows(folder / "qof_report.csv")} == {"CD001"}
    assert "qof_2026_27.csv" in (folder / "README.txt").read_text(encoding="utf-8")


def test_the_summary_says_what_was_written(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    text = "\n".join(summary(export(file, index, tmp_path / "out", answers)))
    assert "5 lines" in text
    assert "3 criteria, 3 picks; 2 random records" in text
    assert all(name in text for name in FILES)


# Picking goes on while the pack is made


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_pick_made_meanwhile_is_in_the_pack_and_the_journal_leads_to_its_list(
    file: WorkingFile,
    index: PracticeIndex,
    answers: Matches,
    tmp_path: Path,
    encrypted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Results go by the list that the journal says was handed over: it must be the pack's."""
    meanwhile = ["100"]
    noted = file.record_export

    def picked_just_before(*given: Any) -> Any:
        if meanwhile:
            file.pick("DEM-03", [meanwhile.pop()])
        return noted(*given)

    monkeypatch.setattr(file, "record_export", picked_just_before)
    if encrypted:
        passphrase = export_encrypted(file, index, tmp_path / "out.zip", answers)
        with pyzipper.AESZipFile(tmp_path / "out.zip") as archive:
            archive.setpassword(passphrase.encode())
            content = archive.read("out/selection_list.csv")
    else:
        folder = export(file, index, tmp_path / "out", answers)
        content = (folder / "selection_list.csv").read_bytes()
    rows = pl.read_csv(content, infer_schema=False)
    listed = handed_over(file, rows["list_id"][0])
    assert listed is not None
    assert [
        (str(line.line), line.criterion_id, line.patient_id) for line in listed.lines.values()
    ] == rows.select("line", "criterion_id", plain(pl.col("patient_id"))).rows()
    assert "100" in rows["patient_id"]
    assert len(file.selection.exports) == 1


def test_where_people_never_stop_picking_the_export_says_so_and_leaves_nothing(
    file: WorkingFile,
    index: PracticeIndex,
    answers: Matches,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noted, times = file.record_export, iter(range(100))

    def noting_meanwhile(*given: Any) -> Any:
        file.note("102", f"note {next(times)}")
        return noted(*given)

    monkeypatch.setattr(file, "record_export", noting_meanwhile)
    with pytest.raises(UserError, match="was changed while the hand-over pack was made"):
        export(file, index, tmp_path / "out", answers)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))
    assert file.selection.exports == ()
