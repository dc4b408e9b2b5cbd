"""`recordpick clean-up` writes a folder whole or not at all, and prints what it found."""

from __future__ import annotations

import csv
import os
import stat
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recordpick.cli.main import main

from small_practice import AS_AT

PATIENTS = (
    "patient_id,nhs_number,family_name,given_name,date_of_birth,sex,status,registration,died_on\n"
    "007,9990000018,=Ames,Ann,1950-02-01,F,registered,regular,\n"
    "2,9990000026,Baker,Bo,2027-02-01,M,registered,regular,\n"
    "3,1234567890,Cole,Cy,1970-02-01,M,left,regular,\n"
)
PCSE = (
    "NHS Number,Surname,Forenames,Date of Birth,Sex\n"
    "9990000018,Amis,Ann,01/02/1950,F\n"
    "9990000034,Dale,Di,31/12/1950,F\n"
)


@pytest.fixture
def index(indexed) -> Path:
    return indexed(patients=PATIENTS).folder


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refused(capsys, *words) -> str:
    assert main(["clean-up", *map(str, words)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


def test_the_folder_has_a_summary_and_a_file_for_each_finding(index, tmp_path, capsys):
    """What was not found has none; what is not known says why."""
    out = tmp_path / "out"
    assert main(["clean-up", str(index), "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "README.txt",
        "born_in_future.csv",
        "clean_up.csv",
        "invalid_nhs_number.csv",
        "left_patients.csv",
    ]
    lines = {row["finding"]: row for row in cells(out / "clean_up.csv")}
    assert len(lines) == 26
    born = lines["born_in_future"]
    assert (born["state"], born["number"], born["registered"]) == ("found", "1", "1")
    assert born["file"] == "born_in_future.csv"
    assert (lines["no_nhs_number"]["state"], lines["no_nhs_number"]["number"]) == ("none", "0")
    email = lines["unverified_email"]
    assert (email["state"], email["number"]) == ("cannot be told", "")
    assert email["why"] == "The index has no column email_verified in patients."
    captured = capsys.readouterr()
    assert "Born in the future" in captured.out
    assert "cannot be told" in captured.out
    assert "E-mail address not verified: The index has no column" in captured.err


def test_the_readme_says_it_in_words(index, tmp_path):
    out = tmp_path / "out"
    assert main(["clean-up", str(index), "--out", str(out)]) == 0
    text = (out / "README.txt").read_bytes().decode("utf-8")
    assert text.count("\n") == text.count("\r\n")
    for said in (
        "Patients who left: 1 patient\r\n",
        "CANNOT BE TOLD",
        "None was given: add --pcse",
    ):
        assert said in text


def test_with_pcses_list_the_differences_are_written_too(index, tmp_path, capsys):
    """Text cells follow the rules of the hand-over's CSVs."""
    pcse, out = tmp_path / "pcse.csv", tmp_path / "out"
    pcse.write_text(PCSE, encoding="utf-8")
    assert main(["clean-up", str(index), "--out", str(out), "--pcse", str(pcse)]) == 0
    found = [
        (row["kind"], row["patient_id"], row["line"], row["field"], row["here"], row["there"])
        for row in cells(out / "pcse_differences.csv")
    ]
    assert found == [
        ("differs", "'007", "2", "family_name", "'=Ames", "Amis"),
        ("only_here", "2", "", "", "", ""),
        ("only_there", "", "3", "", "", ""),
    ]
    lines = {row["finding"]: row for row in cells(out / "clean_up.csv")}
    assert (lines["pcse_only_here"]["number"], lines["pcse_differs"]["number"]) == ("1", "1")
    assert lines["pcse_only_here"]["file"] == "pcse_differences.csv"
    assert "  Here   2 = 1 on both + 0 likely on both + 0 unclear + 1 only here" in (
        out / "README.txt"
    ).read_text("utf-8")
    captured = capsys.readouterr()
    assert "Here 2: 1 on both lists" in captured.out
    assert "Only registered patients with a regular (GMS) registration" in captured.err


def test_another_day_can_be_named(index, tmp_path):
    """The future is calculated from it."""
    out = tmp_path / "out"
    assert main(["clean-up", str(index), "--out", str(out), "--as-at", "2028-01-01"]) == 0
    assert not (out / "born_in_future.csv").exists()
    assert date(2028, 1, 1).isoformat() in (out / "README.txt").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps others out by the folder's rights")
def test_the_files_are_their_owners_only(index, tmp_path):
    out = tmp_path / "out"
    assert main(["clean-up", str(index), "--out", str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}


def test_rows_that_are_not_in_the_index_are_not_checked_and_that_is_reported(indexed, tmp_path):
    index = indexed(patients=PATIENTS + ",,Dale,Di,1950-02-01,F,left,regular,\n")
    out = tmp_path / "out"
    assert main(["clean-up", str(index.folder), "--out", str(out)]) == 0
    assert "Rows of the export that were rejected and are not in the index: 1." in (
        out / "README.txt"
    ).read_text("utf-8")


def test_what_cannot_be_used_is_reported_and_nothing_is_written(index, tmp_path, capsys):
    """No index, no free folder, no list, no date: one sentence for each."""
    out = tmp_path / "out"
    assert "there is no such folder" in refused(capsys, tmp_path / "gone", "--out", out)
    assert "not a practice index" in refused(capsys, tmp_path, "--out", out)
    gone = tmp_path / "gone.csv"
    assert "no such file" in refused(capsys, index, "--out", out, "--pcse", gone)
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert "empty.csv" in refused(capsys, index, "--out", out, "--pcse", empty)
    assert "2026-10-01" in refused(capsys, index, "--out", out, "--as-at", "1.10.26")
    assert "is not empty" in refused(capsys, index, "--out", index)
    assert "there is no folder" in refused(capsys, index, "--out", tmp_path / "no" / "out")
    assert not out.exists()
    assert not list(tmp_path.glob(".*"))


def test_an_index_that_has_lost_a_table(index, tmp_path, capsys):
    (index / "patients.parquet").unlink()
    assert "this table is missing" in refused(capsys, index, "--out", tmp_path / "out")


def test_the_made_up_practice_beside_its_own_list(made_demo, tmp_path, capsys):
    """A list made of the index itself differs in nothing but what was changed in it."""
    index = made_demo / "index"
    patients = pl.read_parquet(index / "patients.parquet").filter(
        pl.col("status") == "registered",
        pl.col("registration") == "regular",
        pl.col("nhs_number").is_not_null(),
    )
    columns = {
        "NHS Number": "nhs_number",
        "Surname": pl.col("family_name").str.to_uppercase(),
        "Forenames": pl.concat_str("given_name", "middle_names", separator=" ", ignore_nulls=True),
        "Date of Birth": pl.col("date_of_birth").dt.to_string("%d/%m/%Y"),
        "Sex": "sex",
    }
    pcse, out = tmp_path / "pcse.csv", tmp_path / "out"
    patients.sort("nhs_number").slice(5).select(**columns).write_csv(pcse)
    assert main(["clean-up", str(index), "--out", str(out), "--pcse", str(pcse)]) == 0
    rows = cells(out / "pcse_differences.csv")
    assert {row["kind"] for row in rows} <= {"only_here", "twice_here", "twice_there"}
    kept = {row["nhs_number"] for row in rows if row["kind"] == "only_here" and row["nhs_number"]}
    assert kept == set(patients["nhs_number"].sort()[:5].to_list())
    assert AS_AT.isoformat() in (out / "README.txt").read_text("utf-8")
