"""A mapping file turns any folder of text files into an index, or says what is wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex

PEOPLE = """\
No;Surname;First;Second;Born;Gender;Left;Kind
007;O'Neil;Ann;;31/01/1950;Female;;GMS
8; Zoë ;Bea;Cee;29/02/2000;Male;01/02/2020;Private
9;x;;;;?;;
"""
ENTRIES = """\
Person,When,Code,Result,Kind
007,2020-01-31T23:59:00Z,c1,1.5,result
007,2020-02-01T00:00:00Z,c2,negative,result
8,2020-02-01T00:00:00Z,c3,,note
"""
MAPPING = """\
[source]
name = "A practice"
as_at = 2026-01-31
date_format = "%d/%m/%Y"

[[table]]
name = "patients"
file = "people.txt"

[table.columns]
patient_id = "No"
family_name = "Surname"
given_name = { first_of = ["First", "Second"] }
middle_names = { join = ["First", "Second"], with = "-" }
date_of_birth = "Born"
sex = { map = "Gender", values = { Female = "F", Male = "M" }, otherwise = "U" }
status = { if_empty = "Left", then = "registered", else = "left" }
registration = { map = "Kind", values = { GMS = "regular" } }

[[table]]
name = "events"
file = "entries.csv"
date_format = "%Y-%m-%dT%H:%M:%SZ"

[table.columns]
patient_id = "Person"
event_id = { row_number = "entry-" }
date = "When"
kind = { value = "observation" }
code = "Code"
value = { number = "Result" }
value_text = { not_number = "Result" }
recorded_on = { value = 2020-12-31 }
is_abnormal = { value = false }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "export"
    path.mkdir()
    (path / "people.txt").write_text(PEOPLE, encoding="cp1252")
    (path / "entries.csv").write_text(ENTRIES, encoding="utf-8")
    return path


def built(folder: Path, mapping: str = MAPPING) -> PracticeIndex:
    path = folder.parent / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    return build_index([folder], folder.parent / "index", mapping=path)


def patients(index: PracticeIndex, column: str) -> list[object]:
    return index.scan("patients").collect()[column].to_list()


def events(index: PracticeIndex, column: str) -> list[object]:
    return index.scan("events").sort("event_id").collect()[column].to_list()


def test_columns_are_made_of_the_files_columns(folder: Path) -> None:
    index = built(folder)

    assert patients(index, "patient_id") == ["007", "8", "9"]
    assert patients(index, "family_name") == ["O'Neil", "Zoë", "x"]
    assert patients(index, "given_name") == ["Ann", "Bea", None]
    assert patients(index, "middle_names") == ["Ann", "Bea-Cee", None]
    assert patients(index, "date_of_birth") == [date(1950, 1, 31), date(2000, 2, 29), None]
    assert patients(index, "sex") == ["F", "M", "U"]
    assert patients(index, "status") == ["registered", "left", "registered"]
    assert index.manifest.practice == "A practice"
    assert index.manifest.as_at == date(2026, 1, 31)


def test_a_word_that_a_map_does_not_have_stays_as_it_is(folder: Path) -> None:
    """And is held against the table's own words."""
    assert patients(built(folder), "registration") == ["regular", "private", None]


def test_numbers_and_what_is_no_number_go_where_they_belong(folder: Path) -> None:
    index = built(folder)

    assert events(index, "value") == [1.5, None, None]
    assert events(index, "value_text") == [None, "negative", None]


def test_constants_and_row_numbers(folder: Path) -> None:
    index = built(folder)

    assert events(index, "event_id") == ["entry-1", "entry-2", "entry-3"]
    assert events(index, "recorded_on") == [date(2020, 12, 31)] * 3
    assert events(index, "is_abnormal") == [False] * 3


def test_days_are_those_that_stand_there(folder: Path) -> None:
    """A minute before midnight is still that day."""
    assert events(built(folder), "date") == [
        date(2020, 1, 31),
        date(2020, 2, 1),
        date(2020, 2, 1),
    ]


def test_only_the_rows_that_are_asked_for_and_the_others_counted(folder: Path) -> None:
    where = "where = \"Kind = 'result' AND Code <> 'c2'\"\n"
    index = built(
        folder, MAPPING.replace('file = "entries.csv"\n', f'file = "entries.csv"\n{where}')
    )

    count = next(count for count in index.manifest.files if count.table == "events")
    assert (count.rows_read, count.rows_indexed, count.rows_deleted) == (3, 1, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_conditions_see_no_blanks_and_no_empty_text(folder: Path, encoding: str) -> None:
    """However a file is read: nothing is NULL, and "Entry type" is written Entry_type."""
    text = "Person,When,Code,Result,Entry type\n7,,a,1, \n007,,b,1, kept \n8,,c,1,\n"
    (folder / "entries.csv").write_text(text, encoding=encoding)
    where = "where = \"Entry_type IS NOT NULL AND Entry_type = 'kept'\""

    index = built(folder, MAPPING.replace('"entries.csv"', f'"entries.csv"\n{where}'))

    assert events(index, "code") == ["b"]


def test_one_file_may_feed_several_tables(folder: Path) -> None:
    more = """
[[table]]
name = "letters"
file = "entries.csv"
where = "Kind = 'note'"

[table.columns]
patient_id = "Person"
sent = { column = "When", date_format = "%Y-%m-%dT%H:%M:%SZ" }
pages = { value = 2 }

[table.kinds]
sent = "date"
pages = "integer"
"""
    index = built(folder, MAPPING + more)

    assert index.columns("letters") == {"patient_id": "text", "sent": "date", "pages": "integer"}
    assert index.scan("letters").collect().rows() == [("8", date(2020, 2, 1), 2)]


def test_rows_that_do_not_fit_are_kept_as_they_were_read(folder: Path) -> None:
    with (folder / "people.txt").open("a", encoding="cp1252") as file:
        file.write(";y;;;30/01/2000;Male;;\n11;z;;;;;;;too many\n")

    index = built(folder)

    with (index.folder / "rejected_rows.csv").open(encoding="utf-8") as file:
        assert file.read().splitlines()[1:] == [
            'people.txt,5,patients,patient_id is missing,",y,,,30/01/2000,Male,,"',
            'people.txt,6,patients,"it has 9 fields, not 8",11;z;;;;;;;too many',
        ]


def test_files_that_are_not_mapped_are_named(folder: Path) -> None:
    (folder / "staff.csv").write_text("a\n1\n", encoding="utf-8")

    assert built(folder).manifest.notes == ("Not in the mapping, so not indexed: staff.csv.",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[source]", "[sauce]", "key sauce is unknown"),
        ("%d/%m/%Y", "%d/%m/%y", "date_format: has %y, a year of two digits"),
        ('name = "A practice"', "name = 1", "source, name: must be text in quotation marks"),
        ("as_at = 2026-01-31", 'as_at = "soon"', "source, as_at: must be a date"),
        ('name = "A practice"', 'nme = "A"', "source: key nme is unknown"),
        ('name = "patients"', 'name = "people"', r"no \[\[table\]\] has the name patients"),
        ('file = "people.txt"', "", r"table 1 \(patients\): file is missing"),
        (
            'file = "people.txt"',
            'file = "x.csv"',
            r"table 1 \(patients\), file: there is no file x",
        ),
        ('file = "people.txt"', 'file = "../mapping.toml"', "not directly in the folder"),
        ('patient_id = "No"', "", r"table 1 \(patients\): columns.patient_id is missing"),
        (
            'patient_id = "No"',
            'patient_id = "Nr"',
            r"columns.patient_id: people.txt has no column Nr",
        ),
        ('family_name = "Surname"', 'surname = "Surname"', "table patients has no column surname"),
        ('family_name = "Surname"', 'entries = "Surname"', "table patients has no column entries"),
        ('code = "Code"', "code = 1", "columns.code: must be the name of a column"),
        ('code = "Code"', 'code = { copy = "Code" }', "must have exactly one of column, value"),
        (
            'code = "Code"',
            'code = { value = "a", with = "b" }',
            "has with, which value does not allow",
        ),
        ('code = "Code"', 'code = { join = "Code" }', "join must be a list of columns"),
        ('code = "Code"', 'code = { map = "Code" }', "map needs values"),
        ('code = "Code"', 'code = { if_empty = "Code", then = 1 }', "needs then and else"),
        ('code = "Code"', "code = { value = [1] }", "value must be text, a number"),
        ('file = "entries.csv"', 'file = "entries.csv"\nwhere = "Code ="', r"table 2 .*, where: "),
        ('file = "entries.csv"', 'file = "entries.csv"\nwhere = "Cod = \'a\'"', "where: .*Cod"),
        ('file = "entries.csv"', 'file = "entries.csv"\nheaders = [1]', "headers: must be a list"),
        ('file = "entries.csv"', 'file = "entries.csv"\nheader = false', "needs headers"),
        ('file = "entries.csv"', 'file = "entries.csv"\ndelimiter = "ab"', "must be one character"),
        ("[[table]]", "[table]", "."),
        ("[source]", "[source", "this is not TOML"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said_with_its_place(
    folder: Path, old: str, new: str, says: str
) -> None:
    assert old in MAPPING
    with pytest.raises(UserError, match=says) as caught:
        built(folder, MAPPING.replace(old, new, 1))
    assert all("mapping.toml" in message for message in caught.value.messages)
    assert not (folder.parent / "index").exists()


def test_everything_that_is_wrong_is_said_at_once(folder: Path) -> None:
    with pytest.raises(UserError) as caught:
        built(folder, MAPPING.replace('"Code"', '"Kode"').replace('"Surname"', '"Sirname"'))

    assert len(caught.value.messages) == 2


def test_a_name_that_a_file_has_twice_cannot_be_mapped(folder: Path) -> None:
    (folder / "entries.csv").write_text(ENTRIES.replace("Result", "Code"), encoding="utf-8")

    with pytest.raises(UserError, match="has Code twice in its header"):
        built(folder, MAPPING.replace('"Result"', '"Kind"'))


def test_a_mapping_needs_a_folder(folder: Path) -> None:
    mapping = folder.parent / "mapping.toml"
    mapping.write_text(MAPPING, encoding="utf-8")

    with pytest.raises(UserError, match="a mapping needs a folder of files"):
        build_index([folder / "people.txt"], folder.parent / "index", mapping=mapping)
    with pytest.raises(UserError, match="no such mapping file"):
        build_index([folder], folder.parent / "index", mapping=folder / "none.toml")


def test_nothing_in_a_mapping_can_run_or_open_anything_else(folder: Path) -> None:
    """`where` is the condition language of criteria: it knows columns, and no files."""
    where = "where = \"Code IN (SELECT * FROM read_csv('/etc/passwd'))\""

    with pytest.raises(UserError, match="where"):
        built(folder, MAPPING.replace('file = "entries.csv"', f'file = "entries.csv"\n{where}'))


def test_ragged_lines_take_the_header_that_fits(folder: Path) -> None:
    (folder / "entries.csv").write_text(
        "Person,When,Code,Result,Kind\n007,2020-01-31T00:00:00Z,c1,1,a\n8,2020-01-31T00:00:00Z,b\n",
        encoding="utf-8",
    )
    headers = 'headers = [["Person", "When", "Code", "Result", "Kind"], ["Person", "When", "Kind"]]'

    index = built(folder, MAPPING.replace('"entries.csv"', f'"entries.csv"\n{headers}'))

    assert events(index, "code") == ["c1", None]
    assert index.scan("events").select(pl.len()).collect().item() == 2


def test_a_day_that_stands_for_none_is_an_empty_cell(tmp_path: Path) -> None:
    """Nobody has left on 9999-12-31; and what an error hides is not known."""
    ends = {
        "registered": [
            "",
            "NULL",
            "9999-12-31",
            "31/12/9999",
            "31-Dec-2999",
            "1900-01-01 00:00:00",
        ],
        "left": ["2020-01-31", "31/01/2020", "unknown"],
        None: ["#N/A", "#REF!"],
    }
    (tmp_path / "source").mkdir()
    lines = ["No,Left"]
    expected = []
    for status, texts in ends.items():
        for text in texts:
            expected.append((str(len(lines)), status))
            lines.append(f"{len(lines)},{text}")
    (tmp_path / "source" / "people.csv").write_text("\n".join(lines), encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        "[source]\nas_at = 2026-01-31\n[[table]]\nname = 'patients'\nfile = 'people.csv'\n"
        "[table.columns]\npatient_id = 'No'\n"
        "status = { if_empty = 'Left', then = 'registered', else = 'left' }\n",
        encoding="utf-8",
    )
    index = build_index([tmp_path / "source"], tmp_path / "index", mapping=mapping)
    rows = index.scan("patients").select("patient_id", "status").collect().rows()
    assert sorted(rows, key=lambda row: int(row[0])) == expected
