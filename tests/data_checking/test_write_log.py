"""The issue log as it grows: for the supplier, since last time, in the supplier's own form."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
import xlsxwriter
from checked_files import ANN, START, TODAY, ticking

from recordpick.data_checking.checking_copies import import_preview, make_copy, preview_copy
from recordpick.data_checking.keep_result import keep_entry, make_entry
from recordpick.data_checking.phase_lines import phase_lines
from recordpick.data_checking.write_log import write_log
from recordpick.errors import UserError
from recordpick.selection.working_file import WorkingFile

FORM = """
[form]
workbook = "form.xlsx"
sheet = "Issues"
first_row = 4
last_row = 6
status = ["open"]
[columns]
issue = "A"
what_differs = "Description of the issue"
severity = "C"
found_on = "D"
[cells]
practice = "B1"
[words.severity]
high = "1 - urgent"
"""


def judge(file, criterion_id, patient_id, outcome, differs="", severity=""):
    lines = phase_lines(file, "first check")
    line = lines.line(criterion_id, patient_id)
    entry = make_entry(line, outcome, "AB", TODAY, differs=differs, severity=severity)
    keep_entry(file, lines, entry)


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.fixture
def found(file):
    """A file with two issues, one of which would be a formula."""
    judge(file, "A-1", "P01", "different", "=1+1\nspelt O'Brian", "high")
    judge(file, "A-2", "P00", "not there", "", "low")
    return file


@pytest.fixture
def form(tmp_path):
    """An empty form with headings, and the file that says what goes where."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Issues"
    sheet["A1"], sheet["B1"] = "Practice", ""
    for place, text in enumerate(["No", "Description of the  Issue", "Priority", "Found"], 1):
        sheet.cell(3, place).value = text
    sheet["D3"].comment = None
    book.create_sheet("Help")["A1"] = "Do not change"
    book.save(tmp_path / "form.xlsx")
    path = tmp_path / "form.toml"
    path.write_text(FORM, encoding="utf-8")
    return path


def test_the_log_is_a_workbook_too_with_texts_as_texts(found, tmp_path):
    out = tmp_path / "log.xlsx"
    assert "2 open" in write_log(found, out)
    sheet = openpyxl.load_workbook(out)["Issues"]
    headings = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, headings.index("what_differs") + 1)
    assert (cell.value, cell.data_type) == ("=1+1\nspelt O'Brian", "s")
    assert sheet.cell(2, headings.index("found_on") + 1).is_date
    with pytest.raises(UserError, match="already"):
        write_log(found, out)
    with pytest.raises(UserError, match=r"ends in \.csv or \.xlsx"):
        write_log(found, tmp_path / "log.pdf")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_only_what_is_new_or_changed_since_the_log_that_was_sent(found, tmp_path, ending):
    """Whether it was sent as CSV or as a workbook."""
    sent = tmp_path / f"sent.{ending}"
    write_log(found, sent)
    out = tmp_path / "none.csv"
    assert "nothing new since then" in write_log(found, out, since=str(sent))
    assert rows_of(out) == []
    judge(found, "A-2", "P00", "not there", "the whole address", "high")
    judge(found, "B-1", "P02", "different", "unit")
    write_log(found, tmp_path / "new.csv", since=str(sent))
    assert [row["issue"] for row in rows_of(tmp_path / "new.csv")] == ["2", "3"]


def test_only_what_was_said_since_a_day(found, path, tmp_path):
    found.close()
    later = ticking(START + timedelta(days=40))
    with WorkingFile.open(path, ANN, now=later) as file:
        judge(file, "B-1", "P02", "different", "unit")
        write_log(file, tmp_path / "new.csv", since="01/12/2026")
        with pytest.raises(UserError, match="Give a day, as 02/11/2026, or the issue log"):
            write_log(file, tmp_path / "x.csv", since="yesterday")
        (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        with pytest.raises(UserError, match="has no column issue"):
            write_log(file, tmp_path / "x.csv", since=str(tmp_path / "other.csv"))
    assert [row["issue"] for row in rows_of(tmp_path / "new.csv")] == ["3"]


def test_what_came_after_a_day_in_a_copy_that_was_checked_before_it_is_new(found, tmp_path):
    """The supplier has not seen it: when it was judged does not matter. So with what was undone."""
    lines = phase_lines(found, "first check")
    patients = [one.patient_id for one in lines.records]
    ab = make_copy(found, tmp_path / "ab.recordpick", "first check", "AB", patients)
    with WorkingFile.open(ab, ANN, now=ticking(START + timedelta(hours=1))) as copy:
        judge(copy, "B-1", "P02", "different", "unit")
    path = found.path
    found.close()
    later = ticking(START + timedelta(days=40))
    with WorkingFile.open(path, ANN, now=later) as file:
        import_preview(file, preview_copy(file, ab))
        write_log(file, tmp_path / "new.csv", since="01/12/2026")
        file.undo()
        file.undo()  # the share
        file.undo()  # issue 2
        write_log(file, tmp_path / "undone.csv", since="01/12/2026")
    assert [row["issue"] for row in rows_of(tmp_path / "new.csv")] == ["3"]
    undone = [(row["issue"], row["status"]) for row in rows_of(tmp_path / "undone.csv")]
    assert undone == [("2", "withdrawn"), ("3", "withdrawn")]


def test_the_suppliers_form_is_filled_in_and_the_rest_of_it_stays(found, form, tmp_path):
    """By letter or heading, in the supplier's words; the empty form stays as it was."""
    empty = (tmp_path / "form.xlsx").read_bytes()
    write_log(found, tmp_path / "filled.xlsx", form=form)
    book = openpyxl.load_workbook(tmp_path / "filled.xlsx")
    sheet = book["Issues"]
    assert sheet["B1"].value == "Tiny Surgery"
    assert [sheet.cell(4, place).value for place in (1, 2, 3)] == [
        1,
        "=1+1\nspelt O'Brian",
        "1 - urgent",
    ]
    assert sheet["B4"].data_type == "s"
    assert [sheet.cell(5, place).value for place in (1, 2, 3)] == [2, None, "low"]
    assert sheet["A3"].value == "No"
    assert book["Help"]["A1"].value == "Do not change"
    assert (tmp_path / "form.xlsx").read_bytes() == empty
    write_log(found, form)
    assert (tmp_path / "form-filled.xlsx").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('sheet = "Issues"', 'sheet = "Log"'), "has no sheet 'Log'. It has: Issues, Help."),
        (('issue = "A"', 'issue = "Q"'), "issue: column Q does not exist; the last one is D."),
        (('"Description of the issue"', '"Details"'), "no heading 'Details' is above row 4."),
        (('practice = "B1"', 'practice = "Z99"'), "practice: cell Z99 does not exist."),
        (('practice = "B1"', 'surgery = "B1"'), "[cells] surgery: there is nothing of that name."),
        (("issue =", "isue ="), "Did you mean issue?"),
        (("last_row = 6", "last_row = 4"), "has room for 1 issues and there are 2"),
        (("first_row = 4", 'first_row = "4"'), "[form] first_row: write the number"),
        (('["open"]', '["new"]'), "[form] status: write a list of open, resolved, withdrawn."),
        (('"form.xlsx"', '"none.xlsx"'), "none.xlsx"),
        (("[form]", "[form"), "is not TOML"),
        (('"Description of the issue"', '"A"'), "issue and what_differs go into the same column A"),
        (('practice = "B1"', 'practice = "A3"'), "A3 holds 'No' already, which would be lost"),
        (("high =", "High ="), "[severity] High: there is nothing of that name. Did you mean high"),
        (("[words.", "[word."), "[word]: there is nothing of that name. Did you mean words?"),
        (("last_row", "last"), "[form] last: there is nothing of that name. Did you mean last_row"),
    ],
)
def test_a_form_whose_cells_do_not_exist_is_not_filled_in(found, form, tmp_path, change, says):
    """A sentence each says which; nothing is written."""
    form.write_text(FORM.replace(*change), encoding="utf-8")
    with pytest.raises(UserError) as raised:
        write_log(found, tmp_path / "filled.xlsx", form=form)
    assert says in " ".join(raised.value.messages)
    assert not (tmp_path / "filled.xlsx").exists()


def test_a_merged_cell_or_what_is_no_workbook_is_named(found, form, tmp_path):
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    book["Issues"].merge_cells("A4:B4")
    book.save(tmp_path / "form.xlsx")
    with pytest.raises(UserError, match="B4 is inside a merged cell"):
        write_log(found, tmp_path / "filled.xlsx", form=form)
    (tmp_path / "form.xlsx").write_text("no workbook", encoding="utf-8")
    with pytest.raises(UserError):
        write_log(found, tmp_path / "filled.xlsx", form=form)


def test_what_of_a_form_is_not_kept_is_named(found, form, tmp_path):
    """A text box or a list on another sheet would else be missed by the supplier only."""
    said = write_log(found, tmp_path / "plain.xlsx", form=form)
    assert said == f"Issue log written to {tmp_path / 'plain.xlsx'}: 2 open."
    with xlsxwriter.Workbook(tmp_path / "form.xlsx") as book:
        sheet = book.add_worksheet("Issues")
        sheet.write_row(2, 0, ["No", "Description of the issue", "Priority", "Found"])
        sheet.insert_textbox("F2", "Ring us first")
    said = write_log(found, tmp_path / "filled.xlsx", form=form)
    assert said.endswith("2 open. The form also has text boxes and shapes, which are not in it.")
