"""The practice's own workbook: by record, with what to look at, and back again whole."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tick_sheet_filling import LINES_TOP, as_read, fill_in_lines, lines_of

from examples import examples
from recordpick.criteria.pack import Pack
from recordpick.data_checking.checking_workbook import TOP, Content, checking_workbook
from recordpick.data_checking.evidence import LineEvidence, MatchingEntry
from recordpick.data_checking.import_results import ImportPreview, preview_import, preview_of
from recordpick.data_checking.phase_sheets import phase_sheets
from recordpick.data_checking.result_cells import is_same_patient
from recordpick.data_checking.workbook import parse_workbook
from recordpick.data_checking.workbook_lines import LEFT_OUT, Room, workbook_lines
from recordpick.handover.export import export
from recordpick.handover.readme import About
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.handover.tick_sheet_model import RESULTS, Line, Sheet
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.selection.working_file import WorkingFile

SURNAME = "Quillfeather"

NOW = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)


@pytest.fixture
def handed_over(file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path) -> bytes:
    """The workbook of the first check, of a list that was handed over."""
    export(file, index, tmp_path / "pack", answers)
    made = phase_sheets(file, index, "first check", NOW, with_names=False)
    return made.workbook(with_names=False)


def look(file: WorkingFile, book: Any) -> ImportPreview:
    rows = as_read(book)
    sha256 = hashlib.sha256(repr(rows).encode()).hexdigest()
    return preview_of(file, parse_workbook("filled.xlsx", sha256, rows))


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_every_line_is_there_once_by_record_with_what_to_compare(
    handed_over: bytes, file: WorkingFile
) -> None:
    lines = lines_of(opened(handed_over))
    picks = {(pick.criterion_id or "Random", pick.patient_id) for pick in file.selection.picks}
    assert {(line["Criterion"], line["Patient no."]) for line in lines} == picks
    assert len(lines) == len(picks)
    assert [line["Record"] for line in lines] == sorted(line["Record"] for line in lines)
    assert all(line["What to compare"] for line in lines)


def test_what_was_filled_in_comes_back_whole(handed_over: bytes, file: WorkingFile) -> None:
    """Sorted in any way, with a column moved, and each result is that of its own line."""
    book = opened(handed_over)
    filled = {}
    for number, line in enumerate(lines_of(book)):
        key = (line["Criterion"], line["Patient no."])
        filled[key] = RESULTS[number % len(RESULTS)]
    fill_in_lines(book, filled)
    sheet = book["Lines"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=LINES_TOP + 1)]
    random.Random(3).shuffle(rows)
    for at, row in enumerate(rows, start=LINES_TOP + 1):
        for column, value in enumerate(row, start=1):
            sheet.cell(at, column).value = value
    sheet.move_range(f"E{LINES_TOP}:E{sheet.max_row}", cols=20)
    looked = look(file, book)
    assert looked.not_imported == ()
    found = {
        (entry.criterion_id or "Random", entry.patient_id): entry.outcome
        for entry in looked.filled.entries
    }
    assert found == filled


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_the_rows_no_result_changes_its_line(
    handed_over: bytes, file: WorkingFile, data: st.DataObject
) -> None:
    """Cells swapped, emptied, typed over, rows doubled and sorted, by whoever.

    What is imported is in a row that names this patient and this criterion, or, where they were cut
    away, line and record. No row with a result is passed over without a word.
    """
    book = opened(handed_over)
    keys = [(line["Criterion"], line["Patient no."]) for line in lines_of(book)]
    fill_in_lines(book, dict(zip(keys, [*RESULTS, "same"], strict=True)))
    sheets = as_read(book)
    headings, *rows = sheets["Lines"][LINES_TOP - 1 :]
    names = ("Line", "Record", "Patient no.", "NHS no.", "Criterion", "Result")
    line, record, patient, _, criterion, result = places = [headings.index(one) for one in names]
    texts = st.sampled_from(["", "1", "2", "3", "102", "007", "7", "BRO-01", "Random", "same", "x"])
    for _ in range(data.draw(st.integers(0, 8))):
        at, other = (data.draw(st.integers(0, len(rows) - 1)) for _ in range(2))
        column = data.draw(st.sampled_from(places))
        match data.draw(st.sampled_from(["swap", "type", "double", "sort"])):
            case "swap":
                rows[at][column], rows[other][column] = rows[other][column], rows[at][column]
            case "type":
                rows[at][column] = data.draw(texts)
            case "double":
                rows.append(list(rows[at]))
            case "sort":
                rows.sort(key=lambda row: row[column])
    sheets["Lines"][LINES_TOP:] = rows
    looked = preview_of(file, parse_workbook("filled.xlsx", "a" * 64, sheets))
    with_result = [row for row in rows if row[result]]
    for entry in looked.filled.entries:
        assert any(
            row[result] == entry.outcome
            and row[criterion] in {entry.criterion_id or "Random", ""}
            and row[line] in {str(entry.line), ""}
            and row[record] in {str(entry.record), ""}
            and (
                is_same_patient(row[patient], entry.patient_id)
                or (row[patient], row[line], row[record])
                == ("", f"{entry.line}", f"{entry.record}")
            )
            for row in with_result
        )
    if not looked.not_imported:
        assert {row[result] for row in with_result} == {
            entry.outcome for entry in looked.filled.entries
        }


@pytest.mark.parametrize(
    ("heading", "value", "says"),
    [
        ("Criterion", "DEM-03", "the row says DEM-03"),
        ("Criterion", "NO-99", "has no criterion NO-99"),
        ("Record", 2, "not to record 2"),
        ("Patient no.", "999", "belongs to another patient"),
        ("NHS no.", "999 000 0018", "is not that of the patient"),
        ("Line", 1, "line 1 belongs to DEM-03"),
    ],
)
def test_a_row_in_which_one_identifier_is_another_s_is_not_imported(
    handed_over: bytes, file: WorkingFile, heading: str, value: object, says: str
) -> None:
    """As on the sheets by criterion: a result never ends up with another patient or criterion."""
    book = opened(handed_over)
    fill_in_lines(book, {("BRO-01", "102"): {"Result": "same", heading: value}})
    looked = look(file, book)
    assert looked.filled.entries == ()
    (reason,) = looked.not_imported
    assert says in reason


def test_nothing_is_protected_and_every_list_can_be_sorted_and_filtered(
    handed_over: bytes,
) -> None:
    book = opened(handed_over)
    for sheet in book:
        assert not sheet.protection.sheet
    for name in ("Records", "Lines", "Criteria"):
        assert book[name].auto_filter.ref
        assert book[name].freeze_panes


def test_links_find_their_row_by_its_number_whatever_was_sorted(handed_over: bytes) -> None:
    """A link by position would show another patient after sorting."""
    book = opened(handed_over)
    links = {
        name: [cell.value for row in book[name].iter_rows() for cell in row if is_link(cell)]
        for name in ("Records", "Lines", "Criteria")
    }
    assert len(links["Records"]) == len(list(book["Records"].iter_rows())) - 1
    assert len(links["Lines"]) == 2 * len(lines_of(book))
    assert len(links["Criteria"]) == len(list(book["Criteria"].iter_rows())) - 1
    assert all("MATCH(" in link for of_sheet in links.values() for link in of_sheet)


def is_link(cell: Any) -> bool:
    return isinstance(cell.value, str) and "HYPERLINK" in cell.value


def test_it_is_not_part_of_the_pack_that_travels(handed_over: bytes, tmp_path: Path) -> None:
    """What the records hold is in no file of the pack; the pack's own workbook is by criterion."""
    names = {path.name for path in (tmp_path / "pack").iterdir()}
    assert "tick_sheets.xlsx" in names
    assert "Lines" not in openpyxl.load_workbook(tmp_path / "pack" / "tick_sheets.xlsx").sheetnames


def test_names_are_there_only_when_asked_for(
    file: WorkingFile, index: PracticeIndex, answers: Matches, tmp_path: Path
) -> None:
    """Neither in a column, nor in what to look at."""
    export(file, index, tmp_path / "pack", answers)
    without = phase_sheets(file, index, "first check", NOW, with_names=False)
    texts = {
        str(cell.value)
        for sheet in opened(without.workbook(with_names=False))
        for row in sheet.iter_rows()
        for cell in row
    }
    assert not any(SURNAME in text for text in texts)
    named = phase_sheets(file, index, "first check", NOW, with_names=True)
    lines = lines_of(opened(named.workbook(with_names=True)))
    assert {line["Name"] for line in lines} == {SURNAME}


def test_the_name_of_next_of_kin_is_left_out_and_that_is_said(pack: Pack) -> None:
    entry = MatchingEntry(("a carer",), "relationships", "r1", term="mother", value="Ann Smith")
    sheet = Sheet("MED-04", "T", "F", ("This",), (Line(1, 1, "100", "", "", "MED-04"),))
    evidence = {("MED-04", "100"): LineEvidence((entry,))}
    room = Room(40, 60, 30)
    ((line,),) = workbook_lines([sheet], pack, evidence, room, with_names=False)
    assert line.look_at == LEFT_OUT
    ((line,),) = workbook_lines([sheet], pack, evidence, room, with_names=True)
    assert line.look_at == "mother · Ann Smith"


ENTRIES = st.lists(st.text("ab =é", min_size=1, max_size=150), max_size=12)


@settings(max_examples=examples(60))
@given(st.lists(ENTRIES, min_size=1, max_size=25))
def test_a_record_prints_on_half_a_page_and_what_is_left_out_is_counted(given_entries):
    """Unless it has more lines than half a page; shown + counted = all entries."""
    pack = Pack("T", "S", "1", 1, 0, None, None, (), {}, {"p.toml": ""})
    room = Room(40, 60, 30)
    lines, evidence = [], {}
    for number, texts in enumerate(given_entries):
        criterion = f"C-{number}"
        line = Line(number, 1, "100", "", "", criterion)
        lines.append(Sheet(criterion, "T", "F", ("Compare this and that",), (line,)))
        entries = [
            MatchingEntry(("x",), "events", f"{at}", term=f"n{at} {text}")
            for at, text in enumerate(texts)
        ]
        evidence[criterion, "100"] = LineEvidence(tuple(entries))
    (record,) = workbook_lines(lines, pack, evidence, room, with_names=False)
    assert sum(line.text_lines for line in record) <= max(room.lines_a_record, len(record))
    for line, texts in zip(record, given_entries, strict=True):
        words = " ".join(line.look_at.split("\n")) + " "
        shown = sum(f"n{at} " in words for at in range(len(texts)))
        counted = line.look_at.partition("and ")[2].split()
        assert shown + (int(counted[0]) if counted else 0) == len(texts)


def many_records(about: About, pack: Pack, records: int) -> Content:
    """Give the content of a workbook of records with one to ten lines each."""
    rng = random.Random(7)
    lines: dict[str, list[Line]] = {}
    number = 0
    for record in range(1, records + 1):
        for criterion in rng.sample(range(46), rng.choice([1, 2, 3, 3, 4, 4, 5, 10])):
            number += 1
            name = f"C-{criterion:02d}"
            line = Line(number, record, f"{record}", "999 000 0018", "", name)
            lines.setdefault(name, []).append(line)
    compare = ("Drug, strength, dose and quantity", "Issues used and authorised", "Review date")
    sheets = tuple(Sheet(name, "T", "F", compare, tuple(of)) for name, of in lines.items())
    entry = MatchingEntry(
        ("x",), "events", "1", term="Morphine sulfate 10mg tablets", dose="d" * 70
    )
    evidence = {
        (one.name, line.patient_id): LineEvidence((entry,)) for one in sheets for line in one.lines
    }
    counted = {one.criterion_id: len(one.lines) for one in sheets}
    selected = pl.DataFrame(schema=SELECTION_LIST)
    return Content(about, "first check", "How", "time", sheets, counted, evidence, selected)


def test_page_breaks_are_between_records_and_every_page_has_practice_and_phase(
    about: About, pack: Pack
) -> None:
    """No record is divided; a page is filled as far as the next record allows."""
    content = many_records(about, pack, 60)
    sheet = opened(checking_workbook(content, with_names=False))["Lines"]
    rows = {row: sheet.cell(row, 2).value for row in range(TOP + 2, sheet.max_row + 1)}
    breaks = [one.id for one in sheet.row_breaks.brk]
    assert breaks
    for last in breaks:  # a break is below the row that it names
        assert rows[last] != rows[last + 1]
    room = (8.27 - 1.1) * 72 * 100 / sheet.page_setup.scale
    begin = TOP + 2
    for end in [*breaks, sheet.max_row]:
        used = sum(sheet.row_dimensions[row].height for row in range(begin, end + 1))
        assert used <= room
        begin = end + 1
    records = {}
    for row, record in rows.items():
        records[record] = records.get(record, 0) + sheet.row_dimensions[row].height
    assert max(records.values()) <= room / 2
    assert "Example Surgery: first check" in sheet.oddHeader.left.text
    assert "Page &P of &N" in sheet.oddFooter.right.text
    assert sheet.print_title_rows == f"${TOP + 1}:${TOP + 1}"


SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(
    SOFFICE is None or not os.environ.get("RECORDPICK_LIBREOFFICE"),
    reason="needs LibreOffice, and RECORDPICK_LIBREOFFICE=1: it takes ten seconds",
)
def test_libreoffice_saves_and_prints_it(
    handed_over: bytes, file: WorkingFile, tmp_path: Path
) -> None:
    """Opened, saved and printed by LibreOffice: every result comes back, no column falls off."""
    from pypdf import PdfReader

    book = opened(handed_over)
    filled = {(line["Criterion"], line["Patient no."]): "same" for line in lines_of(book)}
    fill_in_lines(book, filled)
    book.save(tmp_path / "filled.xlsx")
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    for kind in ("xlsx", "pdf"):
        out = tmp_path / kind
        words = [SOFFICE, home, "--headless", "--convert-to", kind, "--outdir", out]
        subprocess.run([*words, tmp_path / "filled.xlsx"], check=True, timeout=120)
    looked = preview_import(file, tmp_path / "xlsx" / "filled.xlsx")
    assert (looked.new, looked.not_imported) == (len(filled), ())
    pages = [page.extract_text() for page in PdfReader(tmp_path / "pdf" / "filled.pdf").pages]
    assert sum("Lines by record" in page and "Initials" in page for page in pages) == 1
    assert len(pages) == 4
