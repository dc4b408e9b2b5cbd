"""Filled-in tick sheets are read back: every result to its own patient, or not at all."""

from __future__ import annotations

import copy
import functools
import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tick_sheet_filling import HEADINGS, Filling, as_read, column_of, fill, fill_in, row_of

from examples import examples
from recordpick.data_checking import result_cells as cells
from recordpick.data_checking.import_results import (
    ImportPreview,
    _entries,
    preview_import,
    preview_of,
)
from recordpick.data_checking.issued_lists import HandedOver, Listed, handed_over, list_ids
from recordpick.data_checking.workbook import parse_workbook, read_workbook
from recordpick.errors import UserError
from recordpick.handover.export import export
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.results import PHASES
from recordpick.selection.working_file import WorkingFile

SAVED_BY_LIBREOFFICE = Path(__file__).parent / "data" / "tick_sheets_saved_by_libreoffice.xlsx"


@pytest.fixture
def sheets(file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path) -> Path:
    """The tick sheets of the working file's first list."""
    return export(file, index, tmp_path / "pack", answers) / "tick_sheets.xlsx"


Look = Callable[..., ImportPreview]


@pytest.fixture
def look(file: WorkingFile, sheets: Path) -> Look:
    """Fill the sheets in, change the workbook as a person might, and look at it."""

    def look(
        filling: Filling, change: Callable[[Any], None] | None = None, **more: Any
    ) -> ImportPreview:
        book = openpyxl.load_workbook(sheets)
        fill_in(book, filling)
        if change is not None:
            change(book)
        rows = as_read(book)
        sha256 = hashlib.sha256(repr(rows).encode()).hexdigest()
        return preview_of(file, parse_workbook("filled.xlsx", sha256, rows), **more)

    return look


def said(looked: ImportPreview) -> dict[tuple[str | None, str], str]:
    return {
        (entry.criterion_id, entry.patient_id): entry.outcome for entry in looked.filled.entries
    }


BOTH: Filling = {("BRO-01", "102"): "different", ("BRO-01", "007"): "same"}
TAKEN = {("BRO-01", "102"): "different", ("BRO-01", "007"): "same"}


def test_what_staff_filled_in_is_read_with_everything_on_the_line(look: Look) -> None:
    looked = look(
        {
            ("BRO-01", "007"): {
                "Result": "different",
                "What differs": "Dose: ½ tablet\r\nnot 1",
                "Severity": "high",
                "Initials": "ANB",
                "Date": date(2026, 10, 12),
            },
            ("DEM-03", "102"): "same",
        }
    )
    entry = next(one for one in looked.filled.entries if one.criterion_id == "BRO-01")
    assert (entry.patient_id, entry.outcome, entry.severity) == ("007", "different", "high")
    assert (entry.differs, entry.initials) == ("Dose: ½ tablet\nnot 1", "ANB")
    assert entry.checked_on == date(2026, 10, 12)
    assert (looked.new, looked.known, looked.not_imported, looked.notes) == (2, 0, (), ())
    assert looked.filled.phase == "first check"


def test_lines_and_records_are_those_of_the_list_that_was_handed_over(
    file: WorkingFile, sheets: Path
) -> None:
    """Made again from the journal, whatever was picked since."""
    file.remove("DEM-03", ["102"])
    listed = handed_over(file, list_ids(file)[0])
    assert listed is not None
    rows = list(openpyxl.load_workbook(sheets)["List"].values)
    lines = [
        (int(row[1]), int(row[4]), row[2] or None, row[5]) for row in rows[1:] if row[0] is not None
    ]
    assert lines == [
        (one.line, one.record, one.criterion_id, one.patient_id) for one in listed.lines.values()
    ]
    assert handed_over(file, "RP-AAAAAAAA-01") is None


def test_taken_in_it_is_in_the_working_file_and_again_it_changes_nothing(
    file: WorkingFile, look: Look
) -> None:
    file.import_results(look(BOTH).filled)
    assert len(file.selection.results) == 2
    events = len(file.events)
    looked = look(BOTH)
    assert (looked.new, looked.known, looked.replaced) == (0, 2, ())
    file.import_results(looked.filled)
    assert len(file.events) == events


def test_what_would_be_replaced_is_shown_before(file: WorkingFile, look: Look) -> None:
    file.import_results(look(BOTH).filled)
    looked = look({("BRO-01", "102"): "same", ("DEM-03", "102"): "same"})
    assert looked.new == 1
    assert [(one.before.entry.outcome, one.entry.outcome) for one in looked.replaced] == [
        ("different", "same")
    ]


def test_a_workbook_saved_by_libreoffice_is_read_as_any_other() -> None:
    book = read_workbook(SAVED_BY_LIBREOFFICE)
    assert (book.list_id, book.phase, book.problems) == ("RP-TESTTEST-01", "recheck", ())
    assert [(row.sheet, row.line, row.patient, row.result) for row in book.rows] == [
        ("MED-04", "1", "100", "same"),
        ("MED-04", "2", "{A-1}", "different"),
        ("DEM-02", "4", "=2+3", "not there"),
        ("BRO-01", "5", "123456789012345678", "Not applicable"),
        ("Random", "6", "007", "same"),
    ]
    assert book.rows[1].differs == "Dose: ½ tablet\nnot 1 tablet"
    dates = [cells.parse_checked_on(row.on) for row in book.rows if row.on]
    assert dates == [date(2026, 10, day) for day in (12, 13, 12, 12)]


def test_a_file_filled_in_by_another_program_comes_to_the_same(
    file: WorkingFile, sheets: Path, look: Look, tmp_path: Path
) -> None:
    """Through the file itself, and the process that reads it."""
    filling: Filling = {
        ("BRO-01", "007"): {"Result": "different", "Date": date(2026, 10, 12)},
        ("DEM-03", "102"): "same",
    }
    looked = preview_import(file, fill(sheets, tmp_path / "filled.xlsx", filling))
    assert looked.filled.entries == look(filling).filled.entries != ()


# What people do to a workbook


def _rows_sorted(book: Any) -> None:
    sheet = book["BRO-01"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADINGS + 1)]
    for at, row in enumerate(reversed(rows), start=HEADINGS + 1):
        for column, value in enumerate(row, start=1):
            sheet.cell(at, column).value = value


def _columns_moved(book: Any) -> None:
    sheet = book["BRO-01"]
    for row in sheet.iter_rows(min_row=HEADINGS):
        values = [cell.value for cell in row]
        for cell, value in zip(row, [values[4], *values[:4], *values[5:]], strict=True):
            cell.value = value


def _rows_above(book: Any) -> None:
    book["BRO-01"].insert_rows(1, 3)
    book["BRO-01"].insert_rows(9)


def _title_deleted(book: Any) -> None:
    book["BRO-01"].delete_rows(1, 4)


def _tab_renamed(book: Any) -> None:
    book["BRO-01"].title = "Done by Jo"


def _others_deleted(book: Any) -> None:
    for name in ("Records", "List", "Random", "DEM-03"):
        del book[name]


def _lines_deleted(book: Any) -> None:
    for row in range(HEADINGS + 1, HEADINGS + 3):
        book["BRO-01"].cell(row, 1).value = None


def _zeros_lost(book: Any) -> None:
    sheet = book["BRO-01"]
    sheet.cell(row_of(sheet, "007"), column_of(sheet, "Patient no.")).value = 7


def _in_capitals(book: Any) -> None:
    sheet = book["BRO-01"]
    for row in range(HEADINGS, HEADINGS + 3):
        cell = sheet.cell(row, column_of(sheet, "Result"))
        cell.value = f" {str(cell.value).upper()}\N{NO-BREAK SPACE}"
        if row == HEADINGS:
            break


def _sheet_copied(book: Any) -> None:
    book.copy_worksheet(book["BRO-01"])


def _notes_added(book: Any) -> None:
    book["Start"]["D4"] = "ask Jo"
    book["BRO-01"]["K8"] = "seen"


@pytest.mark.parametrize(
    "change",
    [
        *(_rows_sorted, _columns_moved, _rows_above, _title_deleted, _tab_renamed),
        *(_others_deleted, _lines_deleted, _zeros_lost, _in_capitals, _sheet_copied, _notes_added),
    ],
)
def test_what_was_rearranged_is_read_all_the_same(
    look: Look, change: Callable[[Any], None]
) -> None:
    looked = look(BOTH, change)
    assert said(looked) == TAKEN
    assert looked.not_imported == ()


def _set(sheet: str, patient: str, heading: str, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        row = row_of(book[sheet], patient)
        book[sheet].cell(row, column_of(book[sheet], heading)).value = value

    return change


def _patients_sorted_alone(book: Any) -> None:
    """Only the column of patient numbers was sorted: they stand beside others' results."""
    sheet = book["BRO-01"]
    column = column_of(sheet, "Patient no.")
    first, second = sheet.cell(HEADINGS + 1, column), sheet.cell(HEADINGS + 2, column)
    first.value, second.value = second.value, first.value


def _two_results(book: Any) -> None:
    sheet = book["BRO-01"]
    row = [cell.value for cell in sheet[row_of(sheet, "102")]]
    row[column_of(sheet, "Result") - 1] = "same"
    sheet.append(row)


def _pasted_over(book: Any) -> None:
    """The rows of one sheet were pasted onto another's."""
    for row in range(HEADINGS + 1, HEADINGS + 3):
        for column in range(1, 10):
            value = book["BRO-01"].cell(row, column).value
            book["DEM-03"].cell(row, column).value = value
            book["BRO-01"].cell(row, column).value = None


def _two_result_columns(book: Any) -> None:
    book["BRO-01"].cell(HEADINGS, 10).value = "Result"


def _headings_deleted(book: Any) -> None:
    book["BRO-01"].delete_rows(HEADINGS)


NOT_TAKEN: dict[str, tuple[Callable[[Any], None], str, int]] = {
    "another patient's number": (
        *(_set("BRO-01", "102", "Patient no.", "100"), "belongs to another patient than 100", 1),
    ),
    "a patient who is on no list": (
        *(_set("BRO-01", "102", "Patient no.", "999"), "belongs to another patient than 999", 1),
    ),
    "a column sorted alone": (_patients_sorted_alone, "belongs to another patient than", 0),
    "a row that says another line": (_set("BRO-01", "102", "Line", 1), "", 1),
    "two rows of one line that disagree": (_two_results, "they have different results", 1),
    "rows pasted onto another sheet": (_pasted_over, "belongs to BRO-01", 0),
    "two columns called Result": (_two_result_columns, "appears twice", 0),
    "headings deleted": (_headings_deleted, "has no row with the headings", 0),
    "a word that is not a result": (
        _set("BRO-01", "102", "Result", "ok"),
        "'ok' is not a result",
        1,
    ),
    "text without a result": (
        lambda book: (
            _set("BRO-01", "102", "What differs", "the dose")(book),
            _set("BRO-01", "102", "Result", None)(book),
        ),
        *("no result. Choose one", 1),
    ),
}


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_a_row_that_is_unclear_is_named_and_the_rest_is_imported(look: Look, name: str) -> None:
    """No result goes to a patient it may not belong to, and none is lost without a word."""
    change, message, others = NOT_TAKEN[name]
    looked = look(BOTH, change)
    assert any(message in sentence and "BRO-01" in sentence for sentence in looked.not_imported)
    assert said(looked).items() <= TAKEN.items()
    assert len(looked.filled.entries) == others


def test_a_row_for_somebody_who_is_not_on_the_list(look: Look) -> None:
    def add(book: Any) -> None:
        book["BRO-01"].append([None, None, "100", None, "different", "name"])

    looked = look(BOTH, add)
    assert said(looked) == TAKEN
    assert "patient 100 is not on the list" in looked.not_imported[0]
    assert "Sheet BRO-01, row 8" in looked.not_imported[0]


def test_a_date_or_severity_that_cannot_be_read_costs_no_result(look: Look) -> None:
    looked = look(
        {("BRO-01", "007"): {"Result": "same", "Date": "last Tuesday", "Severity": "awful"}}
    )
    assert said(looked) == {("BRO-01", "007"): "same"}
    assert any("'last Tuesday' is not a date" in one for one in looked.notes)
    assert any("'awful' is not a severity" in one for one in looked.notes)
    assert looked.not_imported == ()


def test_initials_filled_in_beforehand_are_no_results(look: Look) -> None:
    looked = look({("BRO-01", "007"): {"Initials": "ANB", "Date": date(2026, 10, 12)}})
    assert (looked.filled.entries, looked.not_imported) == ((), ())


def test_a_difference_that_nobody_described_is_reported(look: Look) -> None:
    assert any("nobody has described" in one for one in look(BOTH).notes)


def test_a_record_taken_out_since_keeps_its_result(file: WorkingFile, look: Look) -> None:
    """It was checked, so what was found counts; a sentence says that it is no longer picked."""
    file.remove("BRO-01", ["102"])
    looked = look(BOTH)
    assert said(looked) == TAKEN
    assert any("was removed from the selection" in one for one in looked.notes)


@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_done_to_the_rows_no_result_changes_its_patient(
    file: WorkingFile, sheets: Path, data: st.DataObject
) -> None:
    """Cells swapped, emptied, typed over, rows doubled, moved and deleted, by whoever.

    What is taken in stands in a row that names the patient (or, where the number was cut away,
    line and record). And no row with a result is passed over without a word.
    """
    rows = copy.deepcopy(_filled_rows(sheets))
    texts = st.sampled_from(["", "1", "2", "3", "102", "007", "7", "100", "same", "different", "x"])
    for _ in range(data.draw(st.integers(0, 8))):
        sheet = rows[data.draw(st.sampled_from(["BRO-01", "DEM-03", "Random"]))]
        at, other = (data.draw(st.integers(HEADINGS, len(sheet) - 1)) for _ in range(2))
        column = data.draw(st.integers(0, 5))
        match data.draw(st.sampled_from(["swap", "type", "double", "move"])):
            case "swap":
                a, b = sheet[at], sheet[other]
                a[column], b[column] = b[column], a[column]
            case "type":
                sheet[at][column] = data.draw(texts)
            case "double":
                sheet.append(list(sheet[at]))
            case "move":
                source = rows[data.draw(st.sampled_from(["BRO-01", "DEM-03", "Random"]))]
                source.append(list(sheet[at]))
    looked = preview_of(file, parse_workbook("filled.xlsx", "a" * 64, rows))
    with_result = [
        (name, row) for name, sheet in rows.items() if name in _ENTERED for row in sheet[HEADINGS:]
    ]
    with_result = [(name, row) for name, row in with_result if row[4] or row[5]]
    for entry in looked.filled.entries:
        assert any(
            name == (entry.criterion_id or "Random")
            and row[4] == entry.outcome
            and (
                cells.is_same_patient(row[2], entry.patient_id)
                or (row[2], row[0], row[1]) == ("", str(entry.line), str(entry.record))
            )
            for name, row in with_result
        )
    if not looked.not_imported:
        said_in_rows = {(name, row[4], row[5]) for name, row in with_result}
        said_taken = {
            (entry.criterion_id or "Random", entry.outcome, entry.differs)
            for entry in looked.filled.entries
        }
        assert said_in_rows == said_taken


_ENTERED = ("BRO-01", "DEM-03", "Random")


@functools.cache
def _filled_rows(sheets: Path) -> dict[str, list[list[str]]]:
    """Give the sheets with a result on every line."""
    rows = as_read(openpyxl.load_workbook(sheets))
    for name in _ENTERED:
        for number, row in enumerate(rows[name][HEADINGS:]):
            row[4], row[5] = ("different", "dose") if number % 2 else ("same", "")
    return rows


# Which list, which phase


def test_a_workbook_of_another_working_file_is_refused(look: Look, file: WorkingFile) -> None:
    def change(book: Any) -> None:
        book["Start"]["B2"] = "RP-AAAAAAAA-01"

    with pytest.raises(UserError, match="is for the list RP-AAAAAAAA-01") as error:
        look(BOTH, change)
    assert list_ids(file)[0] in str(error.value)


def test_a_workbook_of_an_earlier_list_is_taken(
    file: WorkingFile, look: Look, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """The first check goes on while the selection grows."""
    export(file, index, tmp_path / "second", answers)
    looked = look(BOTH)
    assert (looked.filled.list_id, said(looked)) == (list_ids(file)[0], TAKEN)


def test_without_its_first_sheet_the_list_is_known_by_the_others(look: Look) -> None:
    def change(book: Any) -> None:
        del book["Start"]

    assert said(look(BOTH, change, phase="recheck")) == TAKEN
    with pytest.raises(UserError, match="which phase"):
        look(BOTH, change)


def test_a_workbook_that_names_no_list_is_refused(look: Look) -> None:
    def change(book: Any) -> None:
        book["Start"]["B2"] = None
        del book["List"]

    with pytest.raises(UserError, match="does not say which list"):
        look(BOTH, change)


@pytest.mark.parametrize("text", ["Go live", "GO-LIVE", " go_live "])
def test_the_phase_is_read_as_people_write_it(look: Look, text: str) -> None:
    def change(book: Any) -> None:
        book["Start"]["B7"] = text

    assert look(BOTH, change).filled.phase == "go-live"


def test_the_phase_that_a_person_says_goes_before_the_workbook_s(look: Look) -> None:
    looked = look(BOTH, phase="recheck")
    assert looked.filled.phase == "recheck"
    assert any("says first check; it is imported as recheck" in one for one in looked.notes)


def test_a_file_that_handed_nothing_over_takes_nothing_in(
    file: WorkingFile, tmp_path: Path
) -> None:
    path = tmp_path / "tick_sheets.xlsx"
    shutil.copy(SAVED_BY_LIBREOFFICE, path)
    with pytest.raises(UserError, match="has not handed over a list"):
        preview_import(file, path)


def test_what_is_no_workbook_is_refused_in_a_sentence(file: WorkingFile, sheets: Path) -> None:
    broken = sheets.with_name("broken.xlsx")
    broken.write_bytes(sheets.read_bytes()[:5000])
    text = sheets.with_name("text.xlsx")
    text.write_text("Result", encoding="utf-8")
    for path in (broken, text, sheets.with_name("none.xlsx"), sheets.parent):
        with pytest.raises(UserError):
            preview_import(file, path)


# Cells


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-12", date(2026, 10, 12)),
        ("2026-10-12 09:30:00", date(2026, 10, 12)),
        ("12/10/2026", date(2026, 10, 12)),
        ("1.2.26", date(2026, 2, 1)),
        ("1-2-2026", date(2026, 2, 1)),
        ("46307", date(2026, 10, 12)),
        ("31/02/2026", None),
        ("10/13/2026", None),
        ("12", None),
        ("20261", None),
        ("yesterday", None),
    ],
)
def test_dates_as_people_write_them_day_first(text: str, day: date | None) -> None:
    assert cells.parse_checked_on(text) == day


@given(st.dates(date(2010, 1, 1), date(2060, 1, 1)))
def test_any_date_is_read_in_each_form(day: date) -> None:
    count = (day - date(1899, 12, 30)).days
    for text in (
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{count}",
    ):
        assert cells.parse_checked_on(text) == day


def test_a_number_that_another_patient_has_is_no_number_that_lost_its_zeros() -> None:
    """Where 7 and 007 are both on the list, a 7 on the line of 007 was put there by mistake."""
    lines = {n: Listed(n, n, "MED-04", who) for n, who in ((1, "007"), (2, "7"), (3, "0012"))}
    listed = HandedOver("RP-AAAAAAAA-01", 1, lines, {"med-04": "MED-04"})
    rows = [
        ["Line", "Patient no.", "Result"],
        *(["1", "7", "different"], ["2", "7", "same"], ["3", "12", "same"]),
    ]
    book = parse_workbook("filled.xlsx", "ab" * 32, {"MED-04": rows})
    entries, not_imported = _entries(book, listed, [])
    assert {line: entry.patient_id for line, entry in entries.items()} == {2: "7", 3: "0012"}
    assert "line 1 of the list belongs to another patient than 7" in not_imported[0]


@given(given_text=st.text(max_size=12), listed=st.text("0123456789", min_size=1, max_size=12))
def test_only_lost_zeros_make_two_numbers_one_patient(given_text: str, listed: str) -> None:
    same = cells.is_same_patient(given_text, listed)
    assert same == (given_text == listed or (given_text.lstrip("0") == listed.lstrip("0") != ""))


@given(st.text())
def test_no_text_on_a_line_can_act_on_a_terminal(text: str) -> None:
    kept = cells.clean_note(text)
    assert all(one.isprintable() or one == "\n" or ord(one) >= 0xA0 for one in kept)
    assert cells.clean_note(kept) == kept


def test_phases_stand_in_the_order_of_the_work() -> None:
    assert PHASES == ("first check", "recheck", "go-live")
