"""What cannot be read as exports is refused with a sentence that says what to do."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from recordpick.cli.main import main
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import open_index
from small_list import LIST

PROBLEMS = "EMIS Number,Problem,Problem Date\n4711,Gout,01/06/2020\n4711,Asthma,01/06/2021\n"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def refused(folder: Path, *files: tuple[str, str | bytes]) -> str:
    """Return what is said of an index of these files, which is refused."""
    for name, content in files:
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    with pytest.raises(UserError) as caught:
        build_index([folder / name for name, _ in files], folder / "index")
    assert not (folder / "index").exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "P.xls",
            "<html><table><tr><td>EMIS Number</td></tr></table></html>",
            "this is a web page",
        ),
        ("P.xlsx", OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"), "has a password"),
        ("P.xlsx", b"PK\x03\x04 and no more", "not a whole .xlsx file"),
        ("P.csv", "", "empty"),
        ("P.csv", "%PDF-1.4\n", "a PDF"),
    ],
)
def test_files_that_are_no_exports(tmp_path: Path, name: str, content, says: str) -> None:
    assert says in refused(tmp_path, ("LIST.csv", LIST), (name, content))


def test_a_list_is_needed_and_who_is_a_patient_is_not_taken_from_entries(tmp_path: Path) -> None:
    alone = refused(tmp_path, ("P.csv", PROBLEMS))
    assert "P.csv lists problems, one row an entry: it is not a list of patients" in alone

    both = refused(tmp_path, ("P.csv", PROBLEMS), ("Q.csv", PROBLEMS))
    assert "None of these files is a list of patients: P.csv lists problems" in both


def test_two_lists_beside_an_export_are_asked_about(tmp_path: Path) -> None:
    says = refused(tmp_path, ("LIST.csv", LIST), ("L2.csv", LIST), ("P.csv", PROBLEMS))

    assert "LIST.csv and L2.csv each look like a list of patients" in says
    assert "L2.csv=medication" in says


def test_a_file_of_which_no_column_is_known_is_not_taken_for_a_list(tmp_path: Path) -> None:
    text = "EMIS Number,Thing,When\n4711,a,b\n"
    says = refused(tmp_path, ("LIST.csv", LIST), ("X.csv", text))

    assert "X.csv: nothing says what this file lists: none of its columns Thing, When" in says
    assert "X.csv=problems" in says


def test_an_export_beside_an_extract_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "patients.csv").write_text("patient_id\n4711\n")
    (tmp_path / "P.csv").write_text(PROBLEMS)

    with pytest.raises(UserError, match="exports are joined to a list of patients, not to an ext"):
        build_index([tmp_path / "tables", tmp_path / "P.csv"], tmp_path / "index")


def test_columns_that_could_each_be_the_patients_number(tmp_path: Path) -> None:
    text = PROBLEMS.replace("EMIS Number", "EMIS Number,Patient ID").replace("4711", "4711,4711")
    says = refused(tmp_path, ("LIST.csv", LIST), ("P.csv", text))

    assert "P.csv, line 1: EMIS Number, Patient ID could each be the patient's number" in says


def test_an_export_of_which_no_row_is_of_a_known_patient(tmp_path: Path) -> None:
    says = refused(tmp_path, ("LIST.csv", LIST), ("P.csv", PROBLEMS.replace("4711", "1234")))

    assert "none of its 2 rows can be used. Line 2: there is no patient 1234 on LIST.csv" in says


def test_a_spreadsheet_of_another_program_with_definitions_or_a_password(tmp_path: Path) -> None:
    def sheet(content: str, manifest: str = "<manifest/>") -> bytes:
        path = tmp_path / "made.ods"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("META-INF/manifest.xml", manifest)
            archive.writestr("content.xml", content)
        return path.read_bytes()

    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    for content, says in (
        (sheet(bomb), "definitions that no spreadsheet program writes"),
        (sheet("<x/>", "<encryption-data/>"), "has a password"),
        (sheet("<x>"), "is damaged"),
    ):
        assert says in refused(tmp_path, ("LIST.csv", LIST), ("P.ods", content))


def test_the_made_up_practice_as_reports_is_read_by_the_command(tmp_path: Path, capsys) -> None:
    """A folder of each style, which says that it is made up and of which day."""
    made = tmp_path / "made"
    code = main(["synthesise", "--patients", "3", "--as", "reports", "--out", str(made)])
    assert code == 0
    assert sorted(path.name for path in made.iterdir()) == ["emis", "systmone", "vision"]
    assert len(list((made / "vision").glob("*.csv"))) == 10

    assert main(["index", str(made / "vision"), "--out", str(tmp_path / "index")]) == 0
    assert "3 patients" in capsys.readouterr().out
    assert open_index(tmp_path / "index").manifest.synthetic


def test_the_command_reads_a_folder_of_a_list_and_exports(tmp_path: Path, capsys) -> None:
    """The folder stands for its files; what was read and rejected is printed."""
    folder = tmp_path / "June"
    folder.mkdir()
    (folder / "Patients of June.csv").write_text(LIST)
    (folder / "Problems.csv").write_text(PROBLEMS + ",Nobody's,01/06/2021\n")

    code = main(["index", str(folder), "--out", str(tmp_path / "index"), "--as-at", "2026-06-14"])

    printed = capsys.readouterr()
    assert code == 0
    assert "Problems.csv" in printed.out
    assert "Problems.csv: read as problems: term from Problem" in printed.err
    assert "1 row was rejected" in printed.err
