"""The tick sheets of the recheck and of go-live: what is to be looked at again, and no more."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tick_sheet_filling import as_read, fill_in, fill_in_lines, lines_of

from recordpick.cli.main import main
from recordpick.data_checking.import_results import ImportPreview, preview_of
from recordpick.data_checking.issued_lists import list_ids
from recordpick.data_checking.phase_sheets import PhaseSheets, phase_sheets
from recordpick.data_checking.progress import progress
from recordpick.data_checking.sign_off import SourceLimits, sign_off_text
from recordpick.data_checking.workbook import parse_workbook
from recordpick.errors import UserError
from recordpick.handover.export import export
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.results import Phase
from recordpick.selection.working_file import WorkingFile

NOW = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)
DOSE = {"Result": "different", "What differs": "dose: ½\nnot 1", "Severity": "high"}


def _made(file: WorkingFile, index: PracticeIndex, phase: Phase, **more: Any) -> PhaseSheets:
    return phase_sheets(file, index, phase, NOW, **{"with_names": False, **more})


def _book(made: PhaseSheets, **more: bool) -> Any:
    content = made.workbook(**{"with_names": False, **more})
    return openpyxl.load_workbook(io.BytesIO(content))


def _look(file: WorkingFile, book: Any) -> ImportPreview:
    rows = as_read(book)
    sha256 = hashlib.sha256(repr(rows).encode()).hexdigest()
    return preview_of(file, parse_workbook("filled.xlsx", sha256, rows))


@pytest.fixture
def found(file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path) -> WorkingFile:
    """A file that was handed over, and in which the first check found two things wrong."""
    pack = export(file, index, tmp_path / "pack", answers)
    book = openpyxl.load_workbook(pack / "tick_sheets.xlsx")
    drawn = file.selection.random()[0].patient_id
    fill_in(
        book,
        {
            ("BRO-01", "007"): DOSE,
            ("BRO-01", "102"): "same",
            ("DEM-03", "102"): "same",
            ("Random", drawn): {"Result": "not there"},
        },
    )
    file.import_results(_look(file, book).filled)
    assert [issue.status for issue in file.selection.issues] == ["open", "open"]
    return file


def test_the_recheck_holds_the_open_issues_with_what_was_found(
    found: WorkingFile, index: PracticeIndex
) -> None:
    made = _made(found, index, "recheck")
    book = _book(made)
    assert book.sheetnames == ["Start", "Records", "Lines", "Criteria", "List"]
    assert book["Start"]["B7"].value == "recheck"
    lines = lines_of(book)
    assert {line["Criterion"]: line["Found before"] for line in lines} == {
        "Random": "Issue 2 (open), not there",
        "BRO-01": "Issue 1 (open), different, high: dose: ½ / not 1",
    }
    assert [line["Result"] for line in lines] == [None, None]
    counted = [row[:6] for row in book["Criteria"].iter_rows(min_row=2, values_only=True)]
    assert [(row[0], row[4], row[5]) for row in counted] == [("BRO-01", 2, 1), ("Random", 2, 1)]


def test_what_is_rechecked_is_taken_in_to_the_same_lines(
    found: WorkingFile, index: PracticeIndex
) -> None:
    """The lines keep their numbers, so that the workbook is read back like the pack's own."""
    book = _book(_made(found, index, "recheck"))
    fill_in_lines(book, {("BRO-01", "007"): "same"})
    looked = _look(found, book)
    assert (looked.filled.phase, looked.new, looked.not_imported) == ("recheck", 1, ())
    found.import_results(looked.filled)
    assert [issue.status for issue in found.selection.issues] == ["resolved", "open"]
    assert [one.name for one in _made(found, index, "recheck").sheets] == ["Random"]


def test_the_recheck_is_done_when_what_was_found_is_rechecked(
    found: WorkingFile, index: PracticeIndex
) -> None:
    """And what it shows is not taken for what random records show of all."""
    book = _book(_made(found, index, "recheck"))
    drawn = found.selection.random()[0].patient_id
    fill_in_lines(book, {("BRO-01", "007"): "same", ("Random", drawn): "same"})
    found.import_results(_look(found, book).filled)
    recheck = progress(found)[1]
    assert (len(recheck.lines), recheck.checked, recheck.left) == (2, 2, 0)
    page = " ".join(sign_off_text(found, SourceLimits(), NOW).decode().split())
    assert "1 of 2 random records were judged in the first check: no conclusion is drawn" in page
    assert "Recheck: no result" not in page
    with pytest.raises(UserError, match="No issue is open"):
        _made(found, index, "recheck")


def test_go_live_has_the_whole_list_and_the_next_random_tickets(
    found: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    found.draw(index.patients(found.as_at).collect()["patient_id"].sort(), 2)
    with pytest.raises(UserError, match="2 picks or random records are not on the list .*export"):
        _made(found, index, "go-live")
    export(found, index, tmp_path / "again", answers)
    made = _made(found, index, "go-live")
    assert made.about.list_id == list_ids(found)[1]
    assert made.lines == len(found.selection.picks) == 7
    book = _book(made)
    fill_in_lines(book, {("Random", pick.patient_id): "same" for pick in found.selection.random()})
    looked = _look(found, book)
    assert (looked.filled.phase, looked.new, looked.not_imported) == ("go-live", 4, ())


def test_a_phase_that_has_begun_goes_on_after_further_records_were_drawn(
    found: WorkingFile, index: PracticeIndex
) -> None:
    """The first check has results: whoever draws for go-live still gets its workbook, and a note.

    Its results are imported, and the records that were drawn wait for the next list.
    """
    drawn = {pick.patient_id for pick in found.selection.random()}
    found.draw(index.patients(found.as_at).collect()["patient_id"].sort(), 2)
    made = _made(found, index, "first check")
    (note,) = made.notes
    assert note.startswith(f"2 picks or random records are not on the list {list_ids(found)[0]}, ")
    assert "export again" in note
    assert made.lines == 5
    book = _book(made)
    assert {one["Patient no."] for one in lines_of(book) if one["Criterion"] == "Random"} == drawn
    fill_in_lines(book, {("BRO-01", "102"): {"Result": "not there"}})
    looked = _look(found, book)
    assert (len(looked.replaced), looked.not_imported) == (1, ())


def test_what_was_taken_out_since_is_left_out_and_said(
    found: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    found.remove("BRO-01", ["007"])
    made = _made(found, index, "go-live")
    assert (made.lines, made.notes) == (
        4,
        (f"1 line of {list_ids(found)[0]} is not selected any more, and left out.",),
    )
    export(found, index, tmp_path / "again", answers)
    made = _made(found, index, "recheck")
    assert [one.name for one in made.sheets] == ["Random"]
    assert "Issue 1 (BRO-01, patient 007) is open, and not on the list" in made.notes[0]


def test_before_a_list_was_handed_over_there_are_no_sheets(
    file: WorkingFile, index: PracticeIndex
) -> None:
    with pytest.raises(UserError, match="export it first"):
        _made(file, index, "recheck")


def test_the_command_writes_a_workbook_or_a_text_and_names_only_when_asked(
    found: WorkingFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found.close()
    command = ["issues", "sheets", str(found.path), "--out"]
    book, text = tmp_path / "recheck.xlsx", tmp_path / "recheck.txt"
    assert main([*command, str(book)]) == 0
    assert "2 lines for 1 record of RP-" in capsys.readouterr().out
    assert main([*command, str(text)]) == 0
    page = text.read_text(encoding="utf-8")
    assert "Phase: recheck" in page
    assert "found before: Issue 1 (open), different, high: dose: ½ / not 1" in page
    assert main([*command, str(tmp_path / "no.csv")]) == 2
    assert main([*command, str(book)]) == 2
    assert main([*command, str(tmp_path / "names.xlsx"), "--with", "names"]) == 2
    page = capsys.readouterr().err
    for sentence in ("ends in .xlsx or .txt", "already exists", "add --yes if you want that"):
        assert sentence in page
    assert sorted(path.name for path in tmp_path.glob("*.xlsx")) == ["recheck.xlsx"]
    names = [*command, str(tmp_path / "names.xlsx"), "--with", "names", "--yes"]
    assert main([*names, "--phase", "go_live"]) == 0
    names = {line["Name"] for line in lines_of(openpyxl.load_workbook(tmp_path / "names.xlsx"))}
    assert names == {"Quillfeather"}
