"""Large files of an extract are read without a look at each line, and again where one is needed."""

import codecs
import csv
import io
import re
from unittest import mock

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.csvio import quoting as chunks
from recordpick.csvio import quoting as record_ends
from recordpick.csvio.row_shape import sample_rows
from recordpick.csvio.scan import open_table_file
from recordpick.csvio.shape import record_lines, shape
from recordpick.csvio.sniff import row_shape, sniff
from recordpick.index.lookup import LookupTable

from emis_extracts import (
    ORG,
    bare,
    consultation,
    counts_of,
    entry,
    guid,
    indexed,
    patient,
    problem,
    rejected,
    rows_of,
    write_extract,
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "extract"


def with_lines(folder, change):
    """Write an extract whose lines of entries are then changed."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1), entry(12, 1), entry(13, 1), entry(14, 1)],
        CareRecord_Problem=[problem(13, 1)],
    )
    (path,) = folder.glob("*CareRecord_Observation*")
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n", newline="")
    return path


def test_a_line_too_short_and_one_too_long_are_both_noticed(folder):
    """As many delimiters in all as there should be prove nothing: both lines are set aside."""

    def cut_and_paste(lines):
        cut, _, field = lines[1].rpartition(",")
        return [lines[0], cut, f"{lines[2]},{field}", *lines[3:]]

    path = with_lines(folder, cut_and_paste)
    assert (
        sniff(path, ",", counts_records=True).records,
        sniff(path, ",", counts_records=True).delimiters,
    ) == (5, 40)
    index = indexed(folder)
    assert rows_of(index, "events", "event_id") == [(bare(13),), (bare(14),)]
    assert counts_of(index, "CareRecord_Observation") == (4, 2, 2, 0)
    assert [line for line, _ in rejected(index)] == [2, 3]
    assert rows_of(index, "events", "kind")[0] == ("problem",)


def test_an_empty_last_field_is_none_that_is_missing(folder):
    """The row goes in, though the file had to be read again."""
    with_lines(folder, lambda lines: [*lines[:2], lines[2].rpartition(",")[0] + ",", *lines[3:]])
    index = indexed(folder)
    assert counts_of(index, "CareRecord_Observation") == (4, 4, 0, 0)


@pytest.mark.parametrize("end", ["\n\n", "\n \n", ",\n", ""])
def test_any_other_shape_is_read_with_care_at_once(folder, end):
    """Blank lines and delimiters at the end are no rows, and cost none."""
    path = with_lines(folder, lambda lines: lines)
    path.write_text(path.read_text().rstrip("\n") + end, newline="")
    index = indexed(folder)
    read, kept, *_ = counts_of(index, "CareRecord_Observation")
    assert (read, kept) in {(4, 4), (5, 4), (4, 3)}


def test_an_optimistic_scan_has_the_same_rows(tmp_path):
    """Row by row, with their numbers and lines."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n,3\n4,5")
    quick = open_table_file(path, tmp_path, delimiter=",", optimistic=True)
    assert quick.read_strict is not None
    slow = quick.read_strict()
    assert slow.read_strict is None
    assert quick.frame.collect().equals(slow.frame.collect())
    assert (quick.rows, quick.line_of([0, 2])) == (slow.rows, slow.line_of([0, 2])) == (3, [2, 4])


@settings(max_examples=examples(30), deadline=None)
@given(
    lines=st.lists(st.text('x," é', max_size=12), min_size=1, max_size=8), fields=st.integers(1, 4)
)
def test_only_lines_with_quotation_marks_need_the_pattern(tmp_path_factory, lines, fields):
    """Which lines are odd is found as the pattern finds it."""
    path = tmp_path_factory.mktemp("lines") / "a.csv"
    first = ",".join("x" * fields)
    last = ",".join(['"x"'] * fields)
    path.write_text("\n".join([first, first, *lines, last]) + "\n", encoding="utf-8", newline="")
    found = sniff(path, ",", counts_records=True)
    lines = pl.Series([first, *lines])
    fits = lines.str.contains(shape(fields, ","))
    looked = record_lines(path, found, 1, [fields], path.parent)
    if looked is None or looked[1].padded_rows:
        return
    if all(line.count('"') % 2 == 0 for line in lines):
        assert looked[1].rows == (fits & (lines != "")).sum() + 1  # and the last


def test_a_lookup_table_finds_what_a_join_would():
    """Nothing for a key that is unknown or null, and nothing of a row without a key."""
    table = pl.DataFrame({"key": ["a", None, "b"], "name": ["A", "nobody", None], "n": [1, 2, 3]})
    rows = pl.LazyFrame({"key": ["b", None, "x", "a", "a"]})
    few = LookupTable(table, "key")
    key = pl.col("key")
    looked_up = rows.select(
        key, name=few.decode(key, "name"), n=few.decode(key, "n"), place=few.index_of(key)
    )
    joined = rows.join(table.lazy(), on="key", how="left", maintain_order="left")
    found = looked_up.collect(engine="streaming")
    assert found.drop("place").equals(joined.collect())
    assert found["place"].to_list() == [1, None, None, 0, 0]


def test_a_lookup_table_may_be_empty():
    """Then it knows nobody."""
    few = LookupTable(pl.DataFrame(schema={"key": pl.String, "name": pl.String}), "key")
    rows = pl.LazyFrame({"key": ["a"]}).select(few.decode(pl.col("key"), "name"))
    assert rows.collect().rows() == [(None,)]


def test_guids_are_distinguished_to_the_last_digit(folder):
    """Whoever is meant by a GUID is meant by the whole of it."""
    write_extract(
        folder,
        Admin_Patient=[patient(1), patient(2)],
        CareRecord_Observation=[entry(11, 1), entry(12, 2), entry(13, 3)],
    )
    index = indexed(folder)
    assert rows_of(index, "events", "patient_id", "event_id") == [
        ("1", bare(11)),
        ("2", bare(12)),
    ]
    assert f'there is no patient "{guid(3)}"' in rejected(index)[0][1]


@settings(max_examples=examples(60), deadline=None)
@given(text=st.text('a,\r\né"', min_size=1, max_size=40), size=st.integers(1, 9))
def test_a_look_finds_the_same_however_the_file_is_cut(tmp_path_factory, text, size):
    """A piece at a time, wherever a letter, a line or a delimiter is cut in two."""
    path = tmp_path_factory.mktemp("look") / "a.csv"
    content = f"x{text}".encode()
    path.write_bytes(content)
    with mock.patch.object(chunks, "CHUNK", size):
        found = sniff(path, ",", counts_records=True)
    assert (found.size, found.encoding) == (len(content), "utf-8")
    assert found.lines == content.count(b"\n") + (not content.endswith(b"\n"))
    assert (found.has_quotes, found.has_returns) == (b'"' in content, b"\r" in content)


@settings(max_examples=examples(300), deadline=None)
@given(
    text=st.text('a,\r\n"', max_size=30),
    size=st.integers(1, 9),
    mark=st.booleans(),
    seldom=st.sampled_from([1, 5000]),
)
@example(text='a,"b""\n\r\n"\r\n"",\r\n', size=1, mark=True, seldom=1)
@example(text='a,"b""\n\r\n,"\r\n"",\r\n', size=5, mark=True, seldom=5000)
@example(text='a,"b"c\n', size=4, mark=False, seldom=1)
@example(text='\n"\na"', size=1, mark=False, seldom=1)
def test_records_are_counted_where_all_is_simple(tmp_path_factory, text, size, mark, seldom):
    """However the file is cut: quotation marks around whole fields, line ends of one or two.

    A value of several lines that may be rows is left to the strict reader: then nothing is counted.
    """
    path = tmp_path_factory.mktemp("look") / "a.csv"
    content = f"x{text}".encode()
    path.write_bytes(codecs.BOM_UTF8 * mark + content)
    with (
        mock.patch.object(chunks, "CHUNK", size),
        mock.patch.object(record_ends, "_FEW_QUOTES", seldom),
    ):
        found = sniff(path, ",", counts_records=True)
    expected = simple_records(content.decode())
    spans_lines = any(
        "\n" in value
        for row in csv.reader(io.StringIO(content.decode(), newline=""))
        for value in row
    )
    assert (found.records, found.delimiters) in (
        {expected, (None, None)} if spans_lines else {expected}
    )


def simple_records(text):
    """Count records of the simple kind and their delimiters; None if there is anything else."""
    if re.search("\r(?!\n)", text):
        return None, None
    field = r'(?:"[^"]*(?:""[^"]*)*"|[^"\r\n,]*)'
    record = re.compile(rf"{field}(?:,{field})*(?:\r?\n|\Z)")
    at = count = delimiters = 0
    while at < len(text):
        found = record.match(text, at)
        if found is None:
            return None, None
        at = found.end()
        count += 1
        delimiters += re.sub('"[^"]*"', "", found[0]).count(",")
    return count, delimiters


def test_records_are_counted_only_where_the_delimiter_is_said(tmp_path):
    """Before that it is not known what a quotation mark may stand beside."""
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n")
    assert sniff(path, counts_records=True).records is None
    assert sniff(path, ";").records is None
    assert sniff(path, ";", counts_records=True).records == 2
    assert sniff(path, "€", counts_records=True).records is None


def holds_rows(path):
    """Return whether a value of several lines may be rows of the table."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = file.read().splitlines()
    written = sample_rows([f"{line}\n" for line in lines], ",")
    known = row_shape(path, sniff(path, ","), [3])
    return any(
        known.is_swallowing(text.split("\n"), len(fields))
        or known.may_be_swallowing(text.split("\n"), len(fields))
        for text, fields in written
    )


VALUES = st.text('a," é\n;', max_size=6)


@settings(max_examples=examples(150), deadline=None)
@given(
    rows=st.lists(st.tuples(VALUES, VALUES, st.sampled_from("xyz")), min_size=1, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@example(rows=[("a\nb", '"', "x"), ("", ",", "y")], quoting=csv.QUOTE_MINIMAL, end="\r\n")
@example(rows=[("", "", "x"), ("", "\na,,\n,", "x")], quoting=csv.QUOTE_MINIMAL, end="\n")
def test_quotation_marks_are_no_reason_for_care(tmp_path_factory, rows, quoting, end):
    """What a writer of CSV writes is read in haste: values of several lines, line ends of two."""
    folder = tmp_path_factory.mktemp("haste")
    path = folder / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting, lineterminator=end)
        writer.writerows([("first", "second", "last"), *rows])
    assume(not holds_rows(path))
    quick = open_table_file(path, folder, delimiter=",", optimistic=True)
    assert quick.read_strict is not None
    slow = quick.read_strict()
    assert quick.frame.collect().equals(slow.frame.collect())
    assert quick.rows == slow.rows == len(rows)
    numbers = range(len(rows))
    assert quick.line_of(numbers) == slow.line_of(numbers)
    read = quick.frame.select("first", "second", "last").collect().rows()
    assert [[value or "" for value in row] for row in read] == [list(row) for row in rows]


@pytest.mark.parametrize("spoilt", ['"x"y', 'x"y', '"', "a\rb"])
def test_marks_in_odd_places_are_a_reason(tmp_path, spoilt):
    """Readers of CSV do not agree what they mean."""
    path = tmp_path / "a.csv"
    path.write_text(f"a,b,c\n1,{spoilt},3\n4,5,6\n", newline="")
    assert open_table_file(path, tmp_path, delimiter=",", optimistic=True).read_strict is None


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (lambda line: line + ",", (2, 2, 0, 0)),
        (lambda line: line + ",x", (2, 1, 1, 0)),
        (lambda line: line.rpartition(",")[0], (2, 1, 1, 0)),
    ],
)
def test_consultations_with_odd_lines_are_read_again(folder, change, counts):
    """None of their lines is taken for what it is not."""
    secret = {"ConsultationGuid": guid(50), "IsConfidential": "TRUE"}
    other = {"ConsultationGuid": guid(51), "IsConfidential": "FALSE"}
    both = {"PatientGuid": guid(1), "OrganisationGuid": ORG, "ProcessingId": "1"}
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1, ConsultationGuid=guid(50))],
        CareRecord_Consultation=[secret | both, other | both],
    )
    (path,) = folder.glob("*CareRecord_Consultation*")
    *lines, last = path.read_text().splitlines()
    path.write_text("\n".join([*lines, change(last)]) + "\n", newline="")
    index = indexed(folder)
    assert rows_of(index, "events", "is_confidential") == [(True,)]
    assert counts_of(index, "CareRecord_Consultation") == counts


def test_consultations_are_accounted_for(folder):
    """Rows and lines that are not well formed."""
    write_extract(
        folder,
        Admin_Patient=[patient(1)],
        CareRecord_Observation=[entry(11, 1)],
        CareRecord_Consultation=[consultation(50, 1), consultation(51, 1)],
    )
    (path,) = folder.glob("*CareRecord_Consultation*")
    path.write_text(path.read_text().rstrip() + ",odd\n", newline="")
    assert counts_of(indexed(folder), "CareRecord_Consultation") == (2, 1, 1, 0)
