"""What was read for an index: the counts are the manifest's, and nothing is left out."""

import csv
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.cli.main import main
from recordpick.document import as_text
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.manifest import EMPTIED_VALUES, READ_REPORT, REJECTED, read_manifest
from recordpick.index.note_topics import topic_of
from recordpick.index.practice_index import open_index
from recordpick.index.read_report import read_report
from recordpick.index.read_report_page import as_at_in_words, document_of
from recordpick.schema import TABLES

LIST = """Patient ID,NHS Number,Surname,First name,Date of birth,Ethnicity
1,9990000018,Example,Ada,03/04/1951,A
2,1234567890,Tester,Bo,04/04/1987,B
3,,Sample,Cy,05/13/1990,C
4,999 000 0034,Other,Di,06/05/1990,D
,,Nobody,Ed,06/05/1990,E
Page 1 of 2,,,,,
"""
MEDICATION = """Patient ID,Drug,Dosage,Start date
1,Metformin 500mg tablets,one a day,01/02/2024
77,Aspirin 75mg tablets,one a day,02/02/2024
78,Aspirin 75mg tablets,one a day,03/02/2024
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """An index with rejected rows, emptied values, guesses and columns that were not used."""
    folder = tmp_path_factory.mktemp("read")
    (folder / "LIST.csv").write_text(LIST, encoding="utf-8")
    (folder / "MEDICATION.csv").write_text(MEDICATION, encoding="utf-8")
    sources = [folder / "LIST.csv", folder / "MEDICATION.csv"]
    return build_index(sources, folder / "index")


def report_of(index):
    return read_report(index.folder, index.manifest)


def test_the_counts_are_those_of_the_manifest(index):
    """Rows read = indexed + rejected + deleted for each table, and each reason's rows add up."""
    report = report_of(index)
    files = index.manifest.files
    assert sum(table.read for table in report.tables) == sum(one.rows_read for one in files)
    for table in report.tables:
        own = [one for one in files if one.table == table.name]
        assert table.read == table.indexed + table.rejected + table.deleted
        assert table.rejected == sum(one.rows_rejected for one in own)
        assert table.emptied == sum(one.values_emptied for one in own)
        reasons = [one.count for one in report.rejected if one.table == table.name]
        assert sum(reasons) == table.rejected
        values = [one.count for one in report.emptied if one.table == table.name]
        assert sum(values) == table.emptied
    assert report.rows_rejected > 0
    assert report.values_emptied > 0


def test_reasons_are_named_with_their_lines_and_without_patients(index):
    """Two rows of unknown patients are one reason, with both lines and neither number."""
    report = report_of(index)
    (unknown,) = [one for one in report.rejected if one.table == "medications"]
    assert (unknown.count, unknown.lines) == (2, (3, 4))
    text = "\n".join(as_text(document_of(report)))
    page = (index.folder / READ_REPORT).read_text(encoding="utf-8")
    for said in (text, page):
        for value in ("Tester", "Nobody", "1234567890", "9990000018", "77"):
            assert value not in said.replace(unknown.file, "")


def test_guesses_and_unused_columns_have_places_of_their_own(index):
    """Which day of 03/04/1951 was meant, who is registered, and the columns left out."""
    report = report_of(index)
    assert any("no column says who is registered" in text for text in report.guesses)
    assert any("Ethnicity" in text for text in report.unused)
    everything = {*report.guesses, *report.unused, *report.notes, *report.warnings}
    emptied = {note for note in index.manifest.notes if topic_of(note) == "emptied"}
    assert everything | emptied == {*index.manifest.notes}
    assert report.missing == tuple(name for name in TABLES if name not in index.manifest.tables)


def test_the_as_at_date_says_where_it_comes_from(index):
    """A day that nobody gave is marked; one from a file names the place."""
    report = report_of(index)
    assert "the day of indexing" in as_at_in_words(report)
    assert document_of(report).sections[0].mark == "!"
    given_day = replace(report, as_at=date(2026, 10, 1), as_at_from="the name of the folder")
    assert as_at_in_words(given_day) == "As at 01 Oct 2026, from: the name of the folder."
    assert document_of(given_day).sections[0].mark == "√"
    assert "not kept" in as_at_in_words(replace(report, as_at_from=""))


def test_the_page_is_no_part_of_the_index(index, tmp_path):
    """Changed or missing, it makes no index another one, and the manifest does not name it."""
    before = read_manifest(index.folder)
    assert READ_REPORT not in (index.folder / "index.json").read_text(encoding="utf-8")
    page = index.folder / READ_REPORT
    content = page.read_bytes()
    page.write_text("changed", encoding="utf-8")
    assert open_index(index.folder).manifest == before
    page.unlink()
    assert open_index(index.folder).fingerprint == before.fingerprint
    page.write_bytes(content)


def test_an_index_without_losses_says_so(made_demo):
    """Nothing rejected, emptied or guessed is a sentence of its own, not an empty page."""
    report = report_of(open_index(made_demo / "index"))
    lines = as_text(document_of(report))
    assert "Nothing was rejected, emptied or guessed." in lines
    assert (made_demo / "index" / READ_REPORT).is_file()


def test_accounts_that_were_changed_are_refused(index):
    """Rows are not counted from a file that is not the one that the index wrote."""
    for name in (REJECTED, EMPTIED_VALUES):
        path = index.folder / name
        whole = path.read_bytes()
        path.write_bytes(whole.splitlines(keepends=True)[0])
        with pytest.raises(UserError, match="is not what the index wrote"):
            report_of(index)
        path.unlink()
        with pytest.raises(UserError, match="is not what the index wrote"):
            report_of(index)
        path.write_bytes(whole)


def test_the_command_prints_it_also_as_json_and_with_criteria(index, tmp_path, capsys):
    """The same as text, as JSON and as a page; with a pack also what can be answered."""
    pack = tmp_path / "pack.csv"
    with pack.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Ref", "Area", "Title", "Find"], ["A-1", "X", "By hand", "Y"]])
    assert main(["read-report", str(index.folder), "--criteria", str(pack)]) == 0
    text = capsys.readouterr().out
    assert "H  A-1 By hand" in text
    page = tmp_path / "page.html"
    assert main(["read-report", str(index.folder), "--json", "--html", str(page)]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["patients"] == index.manifest.tables["patients"].rows
    assert page.read_bytes() == (index.folder / READ_REPORT).read_bytes()
    assert main(["read-report", str(tmp_path)]) == 2


ROW = st.tuples(
    st.sampled_from(["1", "2", "3", "", "x\ny", '"']),
    st.sampled_from(["2020-01-01", "2020-02-31", "#N/A", "", 'a"b\nc']),
)


@given(st.lists(ROW, max_size=12))
@settings(max_examples=examples(12))
def test_any_rows_add_up(tmp_path_factory, rows):
    """Whatever the cells are, the report counts each row and each emptied value once."""
    folder = tmp_path_factory.mktemp("rows")
    (folder / "patients.csv").write_text("patient_id\n1\n2\n3\n", encoding="utf-8")
    with (folder / "letters.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("patient_id", "date"), ("1", "2020-01-01"), *rows])
    out = folder / "index"
    index = build_index([folder], out, as_at=date(2026, 1, 1))
    report = report_of(index)
    assert sum(one.count for one in report.rejected) == report.rows_rejected
    assert sum(one.count for one in report.emptied) == report.values_emptied
    assert sum(table.read for table in report.tables) == 4 + len(rows)
