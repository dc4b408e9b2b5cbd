"""Delimited text is read as it stands: nothing padded, nothing cut, nothing guessed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.csvio.sniff import Damaged, Record, read_records, records, sniff
from recordpick.errors import UserError


def write(folder: Path, content: bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(content)
    return path


def fields_of(path: Path) -> list[list[str]]:
    good, damaged = read_records(path)
    assert not damaged
    return [record.fields for record in good]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    """As Excel, SystmOne and others write them, with and without a byte order mark."""
    path = write(tmp_path, "Surname,Town\r\nZoë,£5\r\nNuñez,Ynys Môn\r\n".encode(encoding))

    assert fields_of(path) == [["Surname", "Town"], ["Zoë", "£5"], ["Nuñez", "Ynys Môn"]]


def test_a_mixture_of_encodings_is_refused(tmp_path: Path) -> None:
    """One of them would come out as other letters, and a name would be wrong."""
    path = write(tmp_path, "Name\nZoë\n".encode("cp1252") + "Chloë\n".encode())

    with pytest.raises(UserError, match=r"line 2: this file is written in two encodings"):
        sniff(path)


def test_a_chance_likeness_to_utf_8_is_no_mixture(tmp_path: Path) -> None:
    """É and a closing quotation mark are two letters of Windows-1252 and one of UTF-8."""
    lines = ["Name", *["Zoë"] * 60, "RENÉ”"]
    path = write(tmp_path, "\n".join(lines).encode("cp1252"))

    assert fields_of(path)[-1] == ["RENÉ”"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(tmp_path: Path, delimiter: str) -> None:
    rows = [["a", "b", "c"], ["1", "x, y; z", "3"], ["4", "", "6"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path = write(tmp_path, text.getvalue().encode())

    assert fields_of(path) == rows


def test_a_line_that_says_the_delimiter_is_no_record(tmp_path: Path) -> None:
    """Excel writes and reads `sep=;`; polars would take it for the header."""
    path = write(tmp_path, b"sep=;\r\na;b\r\n1,5;2\r\n")

    good, _ = read_records(path)

    assert good == [Record(2, ["a", "b"]), Record(3, ["1,5", "2"])]


def test_lines_may_end_in_carriage_returns_only(tmp_path: Path) -> None:
    """Old Excel for Mac; polars would read one line."""
    assert fields_of(write(tmp_path, b"a,b\r1,2\r3,4")) == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_records_know_the_line_on_which_they_begin(tmp_path: Path) -> None:
    path = write(tmp_path, b'a,b\n\n1,"two\nlines"\n\n3,4\n')

    good, _ = read_records(path)

    assert [(record.line, record.fields[0]) for record in good] == [(1, "a"), (3, "1"), (6, "3")]


def test_a_quotation_mark_that_is_not_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    """And not even that, where the line can be read in one way only."""
    path = write(tmp_path, b'a,b\n1,"open\n2,"x"\n3,"y"z\n4,5" tube\n5,x,"y\n')

    good, damaged = read_records(path)

    assert [record.fields for record in good] == [
        ["a", "b"],
        ["1", '"open'],
        ["2", "x"],
        ["4", '5" tube'],
    ]
    assert damaged == [
        Damaged(4, "a quotation mark is not closed", '3,"y"z'),
        Damaged(6, "a quotation mark is not closed", '5,x,"y'),
    ]


def test_a_nul_byte_costs_its_own_line_only(tmp_path: Path) -> None:
    content = b"a,b\n" + b"1,2\n" * 20_000 + b"3,\x00\n5,6\n"

    good, damaged = read_records(write(tmp_path, content))

    assert good[-1] == Record(20_003, ["5", "6"])
    assert [entry.line for entry in damaged] == [20_002]


def test_a_file_full_of_odd_quotation_marks_is_taken_for_something_else(tmp_path: Path) -> None:
    path = write(tmp_path, b'a,b\n"x"y,z\n' * 2000)

    with pytest.raises(UserError, match=r"the 1,001th line whose quotation marks do not match"):
        read_records(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n \r\n", "empty"),
        (b"PK\x03\x04....", "a spreadsheet or an archive"),
        (b"%PDF-1.7", "a PDF"),
        (bytes(range(256)) * 20, "not a text file"),
    ],
)
def test_what_is_no_text_is_reported(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(UserError, match=says):
        sniff(write(tmp_path, content))


def test_a_missing_file_and_a_folder_are_reported(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        sniff(tmp_path / "none.csv")
    with pytest.raises(UserError, match="folder"):
        sniff(tmp_path)


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
odd_text = st.text(alphabet='a,;"\n\r\t1 ', max_size=80)
quick = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(quick, max_examples=examples(60))
@given(rows=st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_was_written_is_what_is_read(tmp_path: Path, rows: list[list[str]]) -> None:
    """Any text in any field, as Python's csv writes it, quoted throughout."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    path = write(tmp_path, text.getvalue().encode())

    found = list(records(path, sniff(path, ",")))

    assert [entry.fields for entry in found if isinstance(entry, Record)] == rows


@settings(quick, max_examples=examples(150))
@given(content=st.binary(max_size=200) | odd_text.map(str.encode))
def test_any_bytes_are_records_or_reported(tmp_path: Path, content: bytes) -> None:
    """Whatever stands in a file: records and damaged lines, or a sentence, never a traceback."""
    path = write(tmp_path, content)
    lines: list[int] = []
    message = str(path)
    try:
        good, damaged = read_records(path)
        lines = [entry.line for entry in [*good, *damaged]]
    except UserError as error:
        message = str(error)

    assert message.startswith(str(path))
    assert len(set(lines)) == len(lines)
