"""A whole record on paper: everything the index has, and whose it is on every page."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from recordpick.cli.main import main
from recordpick.data_checking.record_print import in_index, record_documents, records_pdf
from recordpick.document import Grid
from recordpick.document_pdf import page_count
from recordpick.errors import UserError
from recordpick.patient_record import read_record, read_records
from recordpick.selection.events import Person
from recordpick.selection.find_index import index_of
from recordpick.selection.working_file import WorkingFile


@pytest.fixture(scope="module")
def path(made_demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("print") / "demo"
    shutil.copytree(made_demo, folder)
    return folder / "demonstration.recordpick"


@pytest.fixture
def opened(path):
    with WorkingFile.open(path, Person("Kim", "practice"), read_only=True) as file:
        yield file, index_of(file)


def squeezed(text):
    """Give a text without spaces and line breaks, which a PDF does not keep."""
    return "".join(text.split())


def test_every_entry_of_the_record_is_on_its_pages_once_and_in_its_area(opened):
    """Entries printed = entries of the index, each under the title of its area."""
    file, index = opened
    patients = index.patients(file.as_at).collect()["patient_id"].sort()[:6].to_list()
    for document, one in zip(record_documents(file, index, patients), patients, strict=True):
        parts = read_record(index, file.as_at, one).parts
        printed = {
            section.title: [row[1] for row in section.blocks[0].rows]
            for section in document.sections[1:]
            if isinstance(section.blocks[0], Grid)
        }
        assert printed == {
            f"{part.title} ({len(part.entries):,})": [entry.text for entry in part.entries]
            for part in parts
        }


def test_several_records_are_read_as_one_is(opened):
    """Reading all of them at once gives each of them the same as reading it alone."""
    file, index = opened
    patients = index.patients(file.as_at).collect()["patient_id"].sample(8, seed=1).to_list()
    together = read_records(index, file.as_at, patients)
    assert list(together) == [read_record(index, file.as_at, one) for one in patients]
    with pytest.raises(UserError, match="no patient 99999999"):
        read_records(index, file.as_at, [patients[0], "99999999"])


def test_whose_record_it_is_is_on_every_page(opened):
    """With page n of m of that record: sheets that get mixed can be put back."""
    file, index = opened
    patients = index.patients(file.as_at).sort("entries", "patient_id").collect()
    ids = patients.filter(pl.col("entries") > 80)["patient_id"][:2].to_list()
    content = records_pdf(file, index, ids)
    assert content == records_pdf(file, index, ids)
    pages = [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]
    at = 0
    for one in sorted(ids, key=ids.index):
        mine = [page for page in pages if f"patient{one}" in page]
        assert len(mine) > 1
        for number, page in enumerate(mine, start=1):
            assert f"Page{number}of{len(mine)}" in page
            assert "SYNTHETICDATA" in page
            assert [other for other in ids if f"patient{other}" in page] == [one]
        at += len(mine)
    assert at == len(pages) == page_count(content)


def test_a_letter_that_the_font_lacks_is_written_out(opened):
    """Nothing of a record is left out silently."""
    from recordpick.document import Document, Paragraph, Section
    from recordpick.document_pdf import as_pdf

    text = "Zoë Kocaoğlu Nguyễn Ελένη Юлия 中 \u202eevil <b>&amp;</b>"
    document = Document("T", (), (Section("S", (Paragraph(text),)),))
    (page,) = PdfReader(io.BytesIO(as_pdf([document], ""))).pages
    shown = page.extract_text()
    assert "Zoë Kocaoğlu Nguyễn Ελένη Юлия ⟨U+4E2D⟩ ⟨U+202E⟩evil <b>&amp;</b>" in shown


def test_the_command_prints_one_record_or_all_selected(path: Path, tmp_path, capsys):
    """And asks for one or the other; nothing is written over."""
    command = ["record", str(path)]
    with WorkingFile.open(path, Person("Kim", "practice")) as file:
        file.pick("DEM-04", ["10001", "10002"])
    assert main([*command, "--selected", "--out", str(tmp_path / "all.pdf")]) == 0
    assert "2 records written" in capsys.readouterr().out
    assert main([*command, "10001", "--out", str(tmp_path / "one.pdf")]) == 0
    one, both = (len(PdfReader(tmp_path / name).pages) for name in ("one.pdf", "all.pdf"))
    assert one < both
    for wrong, says in (
        ([], "Name one patient"),
        (["10001", "--selected"], "Name one patient"),
        (["--selected"], "add --out"),
        (["10001", "--out", str(tmp_path / "one.txt")], "ends in .pdf"),
        (["10001", "--out", str(tmp_path / "one.pdf")], "already exists"),
        (["10001", "--json", "--out", str(tmp_path / "two.pdf")], "leave out"),
        (["99999999", "--out", str(tmp_path / "two.pdf")], "99999999"),
    ):
        assert main([*command, *wrong]) == 2
        assert says in capsys.readouterr().err
    assert not (tmp_path / "two.pdf").exists()


def test_a_selected_patient_who_left_does_not_keep_the_others_from_being_printed(
    path, tmp_path, capsys
):
    """Who is not in the newer extract is named; the others are printed."""
    copy = path.with_name("left.recordpick")
    shutil.copy(path, copy)
    with WorkingFile.open(copy, Person("Kim", "practice")) as file:
        index = index_of(file)
        here = index.patients(file.as_at).collect()["patient_id"].sort()[0]
        file.pick("DEM-01", ["GONE1", here])
        with pytest.raises(UserError, match="has none of these patients"):
            in_index(file, index, ["GONE1"])
        expected = [one for one in file.selection.patient_ids if one != "GONE1"]
        assert in_index(file, index, file.selection.patient_ids)[0] == expected
    out = tmp_path / "records.pdf"
    assert main(["record", str(copy), "--selected", "--out", str(out)]) == 0
    printed, said = capsys.readouterr()
    assert "does not have 1 of them, who is not printed: GONE1." in said
    assert printed.startswith(f"{len(expected)} record")
    assert out.exists()
