"""Lists of copies that diverged are told apart, and no result goes to another copy's patient."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tick_sheet_filling import HEADINGS, as_read, column_of, fill_in, row_of

from recordpick.data_checking.import_results import ImportPreview, preview_of
from recordpick.data_checking.issued_lists import handed_over, list_ids
from recordpick.data_checking.workbook import parse_workbook
from recordpick.errors import UserError
from recordpick.handover.export import export
from recordpick.handover.selection_list import list_id, spoken_fingerprint
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.events import Person
from recordpick.selection.identity_fingerprint import KnownNumbers
from recordpick.selection.merging import plan_merge
from recordpick.selection.working_file import WorkingFile

SAM = Person("Sam Smith", "practice")
BOTH = {("BRO-01", "102"): "different", ("BRO-01", "007"): "same"}


@pytest.fixture
def pack(file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path) -> Path:
    """The hand-over pack of the file."""
    return export(file, index, tmp_path / "pack", answers)


def look(file: WorkingFile, sheets: Path, *changes: Callable[[Any], None]) -> ImportPreview:
    """Fill a workbook in, change it, and hold it against a file."""
    book = openpyxl.load_workbook(sheets)
    for (sheet, patient), result in BOTH.items():
        with suppress(StopIteration):  # the list has no such line
            fill_in(book, {(sheet, patient): result})
    for change in changes:
        change(book)
    rows = as_read(book)
    sha256 = hashlib.sha256(repr(rows).encode()).hexdigest()
    return preview_of(file, parse_workbook("filled.xlsx", sha256, rows))


def put(patient: str, heading: str, value: object) -> Callable[[Any], None]:
    """Write something else into one cell of a patient's row."""

    def change(book: Any) -> None:
        row = row_of(book["BRO-01"], patient)
        book["BRO-01"].cell(row, column_of(book["BRO-01"], heading)).value = value

    return change


def without_patient_numbers(book: Any) -> None:
    """Empty the column of patient numbers on every sheet of results."""
    for name in ("BRO-01", "DEM-03", "Random"):
        for row in range(HEADINGS + 1, book[name].max_row + 1):
            book[name].cell(row, column_of(book[name], "Patient no.")).value = None


def as_made_before(book: Any) -> None:
    """Take the fingerprint off, which workbooks did not have."""
    book["Start"]["A9"] = book["Start"]["B9"] = None


def taken(looked: ImportPreview) -> dict[tuple[str | None, str], str]:
    return {(one.criterion_id, one.patient_id): one.outcome for one in looked.filled.entries}


def test_two_copies_never_give_one_name_to_two_lists(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """Each copy hands over its first list, of other patients: the names differ."""
    other_path = tmp_path / "other.recordpick"
    shutil.copyfile(file.path, other_path)
    with WorkingFile.open(other_path, SAM) as other:
        other.remove("BRO-01", ["007"])
        file.remove("BRO-01", ["102"])
        mine = export(file, index, tmp_path / "mine", answers)
        theirs = export(other, index, tmp_path / "theirs", answers)
        assert list_ids(file)[0].endswith("-01")
        assert list_ids(file) != list_ids(other)
        says = [json.loads((one / "datapackage.json").read_text()) for one in (mine, theirs)]
        assert says[0]["recordpick"]["list_sha256"] != says[1]["recordpick"]["list_sha256"]
        assert says[0]["recordpick"]["working_file"] == says[1]["recordpick"]["working_file"]
        with pytest.raises(UserError, match="recordpick merge"):
            look(other, mine / "tick_sheets.xlsx")


def test_the_fingerprint_is_the_same_on_all_sheets_and_in_the_pack(
    file: WorkingFile, pack: Path
) -> None:
    """Whoever reads it aloud from paper, workbook, README or the file says the same letters."""
    listed = handed_over(file, list_ids(file)[0])
    assert listed is not None
    spoken = spoken_fingerprint(listed.sha256)
    assert len(spoken) == 14
    described = json.loads((pack / "datapackage.json").read_text(encoding="utf-8"))
    assert described["recordpick"]["list_sha256"] == listed.sha256
    assert f"List fingerprint {spoken}" in (pack / "tick_sheets.txt").read_text(encoding="utf-8")
    assert f"List fingerprint {spoken}" in (pack / "README.txt").read_text(encoding="utf-8")
    start = openpyxl.load_workbook(pack / "tick_sheets.xlsx")["Start"]
    assert (start["A9"].value, start["B9"].value) == ("List fingerprint", spoken)
    text = (pack / "selection_list.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    lines = [
        "\x1f".join(
            row[name].removeprefix("'")
            for name in ("list_id", "line", "record_number", "criterion_id", "patient_id")
        )
        for row in rows
    ]
    whole = "".join(f"{line}\n" for line in lines)
    assert hashlib.sha256(whole.encode()).hexdigest() == listed.sha256


def test_a_list_of_that_name_with_other_patients_is_refused(file: WorkingFile, pack: Path) -> None:
    """The name alone is not believed: somebody may have typed it."""

    def other(book: Any) -> None:
        book["Start"]["B9"] = "AAAA BBBB CCCC"

    with pytest.raises(UserError, match="with another fingerprint"):
        look(file, pack / "tick_sheets.xlsx", other)


CONTRADICTIONS = {
    "NHS number": (put("102", "NHS no.", "999 000 0026"), put("007", "NHS no.", "9990000034")),
    "record number": (put("007", "Record", 9),),
    "line number": (put("007", "Line", 99),),
    "no NHS number at all": (put("007", "NHS no.", "9.99E+09"),),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
@pytest.mark.parametrize("emptied", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_a_row_with_an_identifier_of_another_line_is_not_imported(
    file: WorkingFile, pack: Path, what: str, emptied: bool, old: bool
) -> None:
    """Whichever identifier contradicts, and whether or not the patient number was cut away."""
    changes = [
        *CONTRADICTIONS[what],
        *([as_made_before] * old),
        *([without_patient_numbers] * emptied),
    ]
    looked = look(file, pack / "tick_sheets.xlsx", *changes)
    assert ("BRO-01", "007") not in taken(looked)
    sheet = openpyxl.load_workbook(pack / "tick_sheets.xlsx")["BRO-01"]
    place = f"Sheet BRO-01, row {row_of(sheet, '007')}:"
    assert any(sentence.startswith(place) for sentence in looked.not_imported)


def test_an_emptied_patient_number_is_filled_where_the_rest_says_one_line(
    file: WorkingFile, pack: Path
) -> None:
    looked = look(file, pack / "tick_sheets.xlsx", without_patient_numbers)
    assert taken(looked) == BOTH
    assert looked.not_imported == ()


def test_without_a_fingerprint_a_row_must_name_its_patient(file: WorkingFile, pack: Path) -> None:
    """A workbook made before is read, with a note; a row that names nobody is not.

    Patient 102 has no NHS number, so nothing but line and record is left of that row.
    """
    looked = look(file, pack / "tick_sheets.xlsx", as_made_before)
    assert taken(looked) == BOTH
    assert any("no list fingerprint" in sentence for sentence in looked.notes)
    looked = look(file, pack / "tick_sheets.xlsx", as_made_before, without_patient_numbers)
    assert taken(looked) == {("BRO-01", "007"): "same"}
    assert "the patient number is missing" in looked.not_imported[0]


def test_an_older_workbook_of_another_copy_is_known_by_its_sheet_list(
    file: WorkingFile, pack: Path
) -> None:
    """Copies gave one name to two lists before: the workbook itself says who was on which line."""

    def other_patient(book: Any) -> None:
        book["List"]["F2"] = "100"

    with pytest.raises(UserError, match="sheet List, row 2, has patient 100 on line 1"):
        look(file, pack / "tick_sheets.xlsx", as_made_before, other_patient)


def test_sheets_of_two_workbooks_are_not_taken_for_one(file: WorkingFile, pack: Path) -> None:
    def mixed(book: Any) -> None:
        book["List"]["A2"] = "RP-AAAAAAAA-01"

    with pytest.raises(UserError, match="sheets of two workbooks were mixed"):
        look(file, pack / "tick_sheets.xlsx", mixed)


def test_a_name_that_is_not_the_patient_s_stops_the_row(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """In workbooks with names, the name on the row is held against the sheet Records."""
    from recordpick.handover.pack_contents import Options

    pack = export(file, index, tmp_path / "named", answers, options=Options(with_names=True))
    assert taken(look(file, pack / "tick_sheets.xlsx")) == BOTH
    looked = look(file, pack / "tick_sheets.xlsx", put("007", "Name", "SOMEBODY, Else"))
    assert taken(looked) == {("BRO-01", "102"): "different"}
    assert "the name on the row" in looked.not_imported[0]


def test_a_list_handed_over_before_keeps_its_name(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """Its name does not depend on the last event, and results of it are still read."""
    file.record_export(tmp_path / "old", "ab" * 32)
    assert list_ids(file) == [list_id(file.id, 1)]
    export(file, index, tmp_path / "new", answers)
    assert list_ids(file)[0] == list_id(file.id, 1)
    assert list_ids(file)[1].endswith("-02")


def test_another_nhs_number_is_noticed_without_the_index(file: WorkingFile) -> None:
    """The file keeps of each number what is needed for that, and no more."""
    numbers = KnownNumbers(file.index_used.people, file.suggestion_seed)
    assert numbers.is_of("007", "9990000026") is True
    assert numbers.is_of("007", "9990000034") is False
    assert numbers.is_of("102", "9990000034") is None
    assert numbers.is_of("nobody", "9990000034") is None


@pytest.mark.parametrize("old", [False, True])
def test_after_a_merge_results_of_both_lists_go_to_their_own_patients(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path, old: bool
) -> None:
    """Line 1 of one copy's list is another patient than line 1 of the other's.

    `old`: both lists have the one name that earlier versions gave them, and no fingerprint; it
    cannot be told then which of them a workbook is of.
    """
    other_path, both_path = tmp_path / "other.recordpick", tmp_path / "both.recordpick"
    shutil.copyfile(file.path, other_path)
    with WorkingFile.open(other_path, SAM) as other:
        other.remove("BRO-01", ["007"])
        file.remove("BRO-01", ["102"])
        if old:
            for one in (file, other):
                one.record_export(tmp_path / "old", "ab" * 32)
        mine = export(file, index, tmp_path / "mine", answers)
        theirs = export(other, index, tmp_path / "theirs", answers)
        choices = {one.name: "A" for one in plan_merge(file, other).conflicts}
        file.save_merged(both_path, plan_merge(file, other).body(choices), SAM)
    with WorkingFile.open(both_path, SAM) as both:
        assert len(list_ids(both)) == 2 * (1 + old)
        assert taken(look(both, mine / "tick_sheets.xlsx")) == {("BRO-01", "007"): "same"}
        assert taken(look(both, theirs / "tick_sheets.xlsx")) == {("BRO-01", "102"): "different"}
        if old:

            def of_old(book: Any) -> None:
                as_made_before(book)
                book["Start"]["B2"] = list_id(both.id, 1)
                del book["List"]

            with pytest.raises(UserError, match="two copies have each handed over a list"):
                look(both, theirs / "tick_sheets.xlsx", of_old)
        third = export(both, index, tmp_path / "third", answers)
        assert (third / "selection_list.csv").read_text().count(list_ids(both)[-1]) >= 1
        assert len(set(list_ids(both)[-3:])) == 3
