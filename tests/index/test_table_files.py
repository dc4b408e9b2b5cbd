"""Large tables go through polars only where it reads what stands in the file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.csvio import rejects as rejected_rows
from recordpick.csvio import shape as record_lines
from recordpick.csvio.rejects import ROW
from recordpick.csvio.scan import TableFile, open_table_file
from recordpick.csvio.sniff import Record, records
from recordpick.errors import UserError


def opened(folder: Path, content: bytes, **how: object) -> TableFile:
    path = folder / "events.csv"
    path.write_bytes(content)
    work = folder / "work"
    work.mkdir()
    return open_table_file(path, work, **how)  # type: ignore[arg-type]


def rows_of(table: TableFile) -> list[tuple[str, ...]]:
    frame = table.frame.drop(ROW).select(pl.all().fill_null("")).collect()
    assert frame.height == table.rows
    return frame.rows()


def lines_of(table: TableFile) -> list[int]:
    return table.line_of(table.frame.select(ROW).collect()[ROW].to_list())


def rejected(table: TableFile) -> list[tuple[int, str, str]]:
    return [
        (line, why, row) for batch in table.rejects.batches() for line, why, row in batch.rows()
    ]


def test_short_and_long_lines_are_rejected_with_their_numbers(tmp_path: Path) -> None:
    """polars would pad the short ones: a value would stand in another column, or be lost."""
    table = opened(tmp_path, b"a,b,c\r\n1,2,3\r\nx,5\r\n\r\n6,7,8,9\r\n10,11,12\r\n")

    assert rows_of(table) == [("1", "2", "3"), ("10", "11", "12")]
    assert lines_of(table) == [2, 6]
    assert rejected(table) == [
        (3, "it has 2 fields, not 3", "x,5"),
        (5, "it has 4 fields, not 3", "6,7,8,9"),
    ]


def test_records_of_several_lines_keep_their_lines(tmp_path: Path) -> None:
    table = opened(tmp_path, b'a,b\n1,"two\nlines"\n2,x\n3\n4,"y\n"\n5,z')

    assert rows_of(table) == [("1", "two\nlines"), ("2", "x"), ("4", "y\n"), ("5", "z")]
    assert lines_of(table) == [2, 4, 6, 8]
    assert rejected(table) == [(5, "it has 1 fields, not 2", "3")]


def test_a_text_of_many_lines_may_look_like_rows(tmp_path: Path) -> None:
    """Blank lines, and lines with the right number of commas, inside quotation marks are text."""
    letter = "Dear Ann\n\n1,2\n3,4\nyours"
    table = opened(tmp_path, f'a,b\n0,x\n1,"{letter}"\n\n2,y\n3,"z ""z"" \n"\n4,w\n'.encode())

    assert rows_of(table) == [("0", "x"), ("1", letter), ("2", "y"), ("3", 'z "z" \n'), ("4", "w")]
    assert lines_of(table) == [2, 3, 9, 10, 12]
    assert table.rejects.height == 0


def test_quotation_marks_in_odd_places_cost_one_line_each(tmp_path: Path) -> None:
    """And none where the line can be read in one way only: the mark is part of the value."""
    table = opened(tmp_path, b'a,b\n1,"open\n2,5" tube\n3,"x"y\n4,"ok"\n')

    assert rows_of(table) == [("1", '"open'), ("2", '5" tube'), ("4", "ok")]
    assert [line for line, _, _ in rejected(table)] == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_make_no_difference(
    tmp_path: Path, encoding: str, end: str
) -> None:
    text = end.join(["name,town", '"Zoë","St. Mary\'s"', "Jürgen,x", ""])
    table = opened(tmp_path, text.encode(encoding))

    assert rows_of(table) == [("Zoë", "St. Mary's"), ("Jürgen", "x")]
    assert lines_of(table) == [2, 3]


def test_a_line_that_says_the_delimiter_is_not_the_header(tmp_path: Path) -> None:
    table = opened(tmp_path, b"sep=;\na;b\n1;2\n")

    assert (table.columns, rows_of(table), lines_of(table)) == (("a", "b"), [("1", "2")], [3])


def test_a_name_that_stands_twice_in_the_header_is_noticed(tmp_path: Path) -> None:
    """polars gives the second one another name and says nothing."""
    table = opened(tmp_path, b"a,b,a,\n1,2,3,4\n")

    assert table.columns == ("a", "b", "a (2)", "column 4")
    assert table.doubled == {"a"}


def test_a_carriage_return_inside_a_line_ends_it(tmp_path: Path) -> None:
    """As every editor shows it; polars would take it for text."""
    table = opened(tmp_path, b"a,b\n1,x\ry\n2,z\n")

    assert rows_of(table) == [("1", "x"), ("2", "z")]
    assert [line for line, _, _ in rejected(table)] == [3]


def test_headers_of_ones_own_are_chosen_by_the_number_of_fields(tmp_path: Path) -> None:
    """Lines that leave a column out would otherwise have their values one column too early."""
    headers = [["a", "b", "c"], ["a", "c"]]
    table = opened(tmp_path, b"a,b,c\n1,2,3\n4,6\n7\n", headers=headers)

    assert rows_of(table) == [("1", "2", "3"), ("4", "", "6")]
    assert rejected(table) == [(4, "it has 1 fields, not 2 or 3", "7")]


def test_a_file_without_a_header_is_named_by_headers(tmp_path: Path) -> None:
    table = opened(tmp_path, b"1,2\n3,4\n", headers=[["a", "b"]], has_header=False)

    assert (rows_of(table), lines_of(table)) == ([("1", "2"), ("3", "4")], [1, 2])


@pytest.mark.parametrize("content", [b"a,b\n", b"a,b", b"a,b\n\n\n"])
def test_a_header_alone_is_a_table_without_rows(tmp_path: Path, content: bytes) -> None:
    table = opened(tmp_path, content)

    assert (table.columns, rows_of(table)) == (("a", "b"), [])


def test_one_line_of_many_megabytes_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 1: this line is longer than 16 MB"):
        opened(tmp_path, b"a" * 17_000_000)


cells = st.text(alphabet='ab,;"\n\r é\t', max_size=4)
WRITTEN = [(csv.QUOTE_ALL, "\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_MINIMAL, "\r\n")]


@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.lists(cells, min_size=2, max_size=4), max_size=6),
    written=st.sampled_from(WRITTEN),
    encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_what_stands_there_is_what_is_read(
    rows: list[list[str]], written: tuple[int, str], encoding: str
) -> None:
    """Rows of three fields come out as they were written, and all others are set aside."""
    text = io.StringIO()
    quoting, end = written
    writer = csv.writer(text, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([["x", "y", "z"], *rows])
    with TemporaryDirectory() as folder:
        content = text.getvalue().encode(encoding)
        table = opened(Path(folder), content, delimiter=",")
        good = rows_of(table)
        # Values that cannot be told from rows, and rows of another width, have tests of their own.
        assume(not table.notes)
        whole = [tuple(row) for row in rows if len(row) == 3]
        away = sum(len(row) != 3 for row in rows)
        assume("quotation mark" not in str(rejected(table)))

        assert good == whole
        assert table.rejects.height == away
        if not any(
            "\r" in cell for row in rows for cell in row
        ):  # by itself it ends a line for some programs, and not for others
            by_csv = records(table.path, table.profile, [3])
            begins = [entry.line for entry in by_csv if isinstance(entry, Record)]
            assert lines_of(table) == begins[1:]


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.text(alphabet='ab,"\n\r', max_size=60))
def test_any_text_is_read_as_csv_reads_it_or_rejected(content: str) -> None:
    """Whichever way a file is read, no line of it is both used and set aside, or neither."""
    with TemporaryDirectory() as folder:
        text = "x,y\n" + content
        table = opened(Path(folder), text.encode(), delimiter=",")
        lines = [*lines_of(table), *(line for line, _, _ in rejected(table))]

        assert len(rows_of(table)) == table.rows
        assert len(set(lines)) == len(lines)
        if '"' not in content:
            written = [number for number, line in enumerate(text.splitlines(), 1) if line]
            assert sorted(lines) == written[1:]


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=st.lists(
        st.sampled_from(
            ["1,2", '1,"x\ny"', '"a""b",2', "short", "", "too,long,x", '"a\nb"', "é,z"]
        ),
        min_size=1,
        max_size=30,
    )
)
def test_many_bad_lines_are_left_out_as_few_are(content: list[str]) -> None:
    """A file of which a copy is made without them gives the same rows, lines and rows set aside."""
    text = "x,y\n1,2\n" + "\n".join(content)
    read = []
    for many in (record_lines.MANY, 0):
        with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setattr(record_lines, "MANY", many)
            patch.setattr(rejected_rows, "BATCH", 3 if many == 0 else 1000)
            table = opened(Path(folder), text.encode(), delimiter=",")
            read.append((table.rows, rows_of(table), lines_of(table), rejected(table)))
            was_copied = (Path(folder) / "work" / "fitting").exists()
            assert not was_copied or many == 0
    assert read[0] == read[1]
    assert len(read[0][1]) == read[0][0]


def test_long_entries_are_read_beside_odd_ones(tmp_path: Path) -> None:
    """Scanned letters have hundreds of thousands of characters; what is too long says so."""
    csv.field_size_limit(1000)  # as a library that was imported meanwhile may have said
    text, words, more = "long " * 60_000, "z" * 300_000, "x" * 2_000_000
    content = f'x,y\n1,"{text}"\n2,od"d\n3,{words}\n4,{more}\n5,ok\n'
    table = opened(tmp_path, content.encode())
    assert rows_of(table) == [("1", text), ("2", 'od"d'), ("3", words), ("5", "ok")]
    assert [(line, why) for line, why, _ in rejected(table)] == [
        (5, "it has a value of more than 1,048,576 characters")
    ]
