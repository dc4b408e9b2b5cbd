"""The page that the clinician signs says what a comparison misses at most, and never more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from recordpick.comparison.blind import BlindRecords
from recordpick.data_checking.comparison_held import HeldComparison, comparison_statement, read_held
from recordpick.data_checking.sign_off import SourceLimits, sign_off_text
from recordpick.errors import UserError
from recordpick.index.manifest import write_manifest
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.working_file import WorkingFile
from small_checking import Checking

RunCommand = Callable[..., tuple[int, str, str]]


@pytest.fixture
def checking(file: WorkingFile) -> Checking:
    return Checking(file)


def said(checking: Checking, records: BlindRecords) -> str:
    held = HeldComparison(records, "first check", "", "2026-10-01", "2026-10-02", 3)
    return " ".join(comparison_statement(checking.file, held))


def new_system(index: PracticeIndex, folder: Path, renamed: str) -> Path:
    """Write the index of a new system in which one patient has another name."""
    patients = pl.read_parquet(index.folder / "patients.parquet")
    numbers = [f"999000000{number}" for number in range(patients.height)]
    patients = patients.with_columns(nhs_number=pl.Series(numbers))
    patients.write_parquet(index.folder / "patients.parquet")
    shutil.copytree(index.folder, folder)
    write_manifest(folder, replace(index.manifest, fingerprint="ef" * 32))
    name = pl.when(pl.col("patient_id") == renamed).then(pl.lit("Other")).otherwise("family_name")
    patients.with_columns(family_name=name).write_parquet(folder / "patients.parquet")
    return folder


def test_a_comparison_of_the_command_reaches_the_page(
    checking: Checking, index: PracticeIndex, tmp_path: Path, run_command: RunCommand
) -> None:
    """Of two judged random records people found a difference in one, and the comparison in it."""
    one, two = checking.random
    checking.take_in(
        "first check", {(None, one): ("different", "name", "high"), (None, two): ("same",)}
    )
    new = new_system(index, tmp_path / "new", one)
    work, out = str(checking.file.path), str(tmp_path / "comparison")
    checking.file.close()
    code, _, err = run_command(
        "compare-records", str(index.folder), str(new), "--file", work, "--selected",
        "--with-random", "--out", out,
    )  # fmt: skip
    assert (code, "2 random records were checked" in err) == (0, True), err
    page = tmp_path / "page.txt"
    command = ["issues", "sign-off", work, "--comparison", out, "--out", str(page)]
    assert run_command(*command)[0] == 0
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "2 random records that people had judged in the first check were held against" in text
    assert "In 1 of these the comparison has one, too; in 0 it has none." in text
    assert "if 77.7% or more of the records" in text  # 1 - 0.05 ** (1 / 2), rounded up
    assert "were added or changed after that" not in text
    summary = tmp_path / "comparison" / "summary.json"
    whole = json.loads(summary.read_text(encoding="utf-8"))
    with WorkingFile.open(Path(work), None, read_only=True) as file:
        for change, says in (
            ({"random_records": None}, "was not held against random records"),
            ({"random_records": whole["random_records"] | {"head": "0"}}, "another working file"),
            ({"random_records": whole["random_records"] | {"missed": 9}}, "was changed"),
            ({"old": whole["old"] | {"fingerprint": "0"}}, "are not those that the working file"),
            ({"new": whole["old"]}, "are the same records"),
            ({"random_records": 1}, "was changed"),
        ):
            summary.write_text(json.dumps(whole | change), encoding="utf-8")
            with pytest.raises(UserError, match=says):
                read_held(summary.parent, file)
        with pytest.raises(UserError, match="cannot be read"):
            read_held(tmp_path / "none", file)


def test_without_a_comparison_the_page_says_that_nothing_is_known(checking: Checking) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    text = " ".join(sign_off_text(checking.file, SourceLimits(), now).decode().split())
    assert "No comparison of both systems' exports was held against the random records" in text
    assert "at least 95 of 100" not in text


def test_nothing_is_concluded_too_early_or_from_nothing(checking: Checking) -> None:
    """Not before all are judged, not where every one was missed, not where none was compared."""
    for records, says in (
        (BlindRecords(5, 4, 4, 0, 0, 0), "4 of 5 random records were judged"),
        (BlindRecords(2, 2, 2, 2, 0, 2), "says nothing about what the comparison misses"),
        (BlindRecords(2, 2, 0, 0, 0, 0), "2 judged records could not be compared"),
    ):
        text = said(checking, records)
        assert says in text
        assert "at least 95 of 100" not in text
    text = said(checking, BlindRecords(60, 60, 60, 3, 2, 1))
    assert "if 7.7% or more" in text
    assert "would have found more than 1." in text
    assert "recordpick cannot know" in text
    assert "What was not compared is not known to be the same." in text
    assert "Results of random records were added or changed after that." in text


def test_who_is_not_judged_yet_is_left_out_of_the_comparison(
    checking: Checking, index: PracticeIndex, tmp_path: Path, run_command: RunCommand
) -> None:
    """Nobody reads in the files what a person is still to find in a random record."""
    one, two = checking.random
    checking.take_in("first check", {(None, one): ("same",)})
    new = new_system(index, tmp_path / "new", two)
    checking.file.close()
    out = tmp_path / "comparison"
    code, _, err = run_command(
        "compare-records", str(index.folder), str(new), "--file", str(checking.file.path),
        "--selected", "--with-random", "--out", str(out),
    )  # fmt: skip
    assert code == 0, err
    assert "1 random record left out" in err
    assert "1 of 2 random records are judged: nothing is concluded" in err
    rows = pl.read_csv(out / "sums_by_patient.csv", infer_schema=False)
    compared = {patient_id.lstrip("'") for patient_id in rows["patient_id"]}
    assert one in compared
    assert two not in compared
    assert "Other" not in (out / "differences.csv").read_text(encoding="utf-8")
