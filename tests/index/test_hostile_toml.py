"""Mapping files and practice.toml that were made to break something: a sentence for each.

And whatever a mapping accepts takes effect: what would not is refused.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.readers.mapping_file import read_mapping

SOUND = """\
[source]
name = "A practice"
as_at = 2026-01-31
date_format = "%d/%m/%Y"

[[table]]
name = "patients"
file = "p.csv"

[table.columns]
patient_id = "id"
date_of_birth = "born"
status = { map = "left", values = { "" = "registered" }, otherwise = "left" }
"""
PATIENTS = "id,born,left\n1,31/01/1950,\n2,01/02/1960,03/04/2020\n3,01/02/1970,\n"


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "p.csv").write_text(PATIENTS, encoding="utf-8")
    return folder


def test_an_empty_cell_is_mapped_by_the_empty_key(tmp_path: Path) -> None:
    """Before `otherwise`, which is for every other word."""
    path = tmp_path / "m.toml"
    path.write_text(SOUND, encoding="utf-8")
    index = build_index([folder_of(tmp_path)], tmp_path / "index", mapping=path)

    found = index.scan("patients").select(pl.col("patient_id", "status").cast(pl.String)).collect()
    assert found.rows() == [("1", "registered"), ("2", "left"), ("3", "registered")]


HOSTILE = {
    "nests deep": "x = " + "[" * 100_000 + "]" * 100_000,
    "nests tables": "x = " + "{a=" * 20_000 + "1" + "}" * 20_000,
    "a dotted key": "a." * 100_000 + "b = 1",
    "a dotted header": "[" + "a." * 100_000 + "b]",
    "many tokens": "x = [" + "1," * 400_000 + "]",
    "many digits": "x = " + "9" * 100_000,
    "many hex digits": "x = 0x" + "f" * 100_000,
    "a long key": "a" * 100_000 + " = 1",
    "a NUL": "x = 1\0",
    "year 0": "as_at = 0000-01-01",
    "twice": "x = 1\nx = 2",
    "open text": 'x = """' + "a" * 10_000,
    "no TOML": "<html>",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["practice.toml", "m.toml"])
def test_hostile_files_are_a_sentence_with_file_and_line(
    tmp_path: Path, text: str, name: str
) -> None:
    """None hangs, none is a traceback; the shape is looked at before anything else is."""
    folder = folder_of(tmp_path)
    path = (folder if name == "practice.toml" else tmp_path) / name
    path.write_text(text, encoding="utf-8")
    (folder / "patients.csv").write_text("patient_id\n1\n", encoding="utf-8")
    mapping = None if name == "practice.toml" else path
    with pytest.raises(UserError, match=rf"{name}, line \d+: "):
        build_index([folder], tmp_path / "index", mapping=mapping)


@pytest.mark.parametrize("content", [b"\xff\xfea\0=\0001\0", b"x = '\xe9'", b"x = 1\n" * 400_000])
def test_files_that_are_no_utf8_or_too_large_are_refused(tmp_path: Path, content: bytes) -> None:
    """With the file; a mark of UTF-8 in front is let pass."""
    path = tmp_path / "m.toml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"m\.toml"):
        read_mapping(path)
    path.write_bytes(b"\xef\xbb\xbf" + SOUND.encode())
    assert read_mapping(path).name == "A practice"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('synthetic = "no"', "synthetic must be true or false"),
        ("synthetic = 0", "synthetic must be true or false"),
        ("as_at = 9999-12-31", "9999-12-31 cannot be the date of the records"),
        ("as_at = 0001-01-01", "0001-01-01 cannot be the date of the records"),
        ('as_at = "9999-12-31"', "9999-12-31 is a placeholder"),
        ("as_at = 2026-01-31T10:00:00", "as_at must be a date"),
        ("as_at = 20260131", "as_at must be a date"),
        ('as_at = "soon"', "as_at soon is not a date"),
        ("as_at = true", "as_at must be a date"),
        ("as_at = []", "as_at must be a date"),
        ("name = 1", "name must be text"),
        ("name = ['a']", "name must be text"),
        ('name = "a\\u0000b"', "name must be one line"),
        ("made_by = 1979-05-27", "made_by must be text"),
        ("[name]\na = 1", "name must be text"),
        ("nam = 'a'", "key nam is unknown"),
    ],
)
def test_practice_toml_takes_effect_or_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """A value of another type is never taken for something near it."""
    folder = folder_of(tmp_path)
    (folder / "patients.csv").write_text("patient_id\n1\n", encoding="utf-8")
    (folder / "practice.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=rf"practice\.toml: .*{says}"):
        build_index([folder], tmp_path / "index")


def test_practice_toml_that_is_sound_takes_effect(tmp_path: Path) -> None:
    """Its day may be a date or a text."""
    folder = folder_of(tmp_path)
    (folder / "p.csv").rename(folder / "patients.csv")
    (folder / "patients.csv").write_text("patient_id\n1\n", encoding="utf-8")
    text = 'name = "Zoë"\nas_at = "2026-01-31"\nsynthetic = true\nmade_by = "us"\n'
    (folder / "practice.toml").write_text(text, encoding="utf-8")
    manifest = build_index([folder], tmp_path / "index").manifest
    assert (manifest.practice, str(manifest.as_at), manifest.synthetic) == (
        "Zoë",
        "2026-01-31",
        True,
    )


STATUS = '{ map = "left", values = { "" = "registered" }, otherwise = "left" }'
REFUSED = [
    ("as_at = 2026-01-31", "as_at = 9999-12-31", "source, as_at: 9999-12-31 cannot be the date"),
    ("as_at = 2026-01-31", "as_at = 0001-01-01", "source, as_at: 0001-01-01 cannot be the date"),
    ("as_at = 2026-01-31", "as_at = 2026-01-31T00:00:00", "source, as_at: must be a date"),
    ("as_at = 2026-01-31", 'synthetic = "no"', "source, synthetic: must be true or false"),
    ('name = "A practice"', "name = 5", "source, name: must be text"),
    ('name = "A practice"', 'nome = "x"', "source: key nome is unknown"),
    ('name = "A practice"', 'name = "a\\u0000b"', "invisible characters"),
    ('"%d/%m/%Y"', '"%d/%m/%y"', "date_format: has %y, a year of two digits"),
    ('"%d/%m/%Y"', '"%Q"', "date_format: has an unknown code"),
    ('"%d/%m/%Y"', '"%Y"', "date_format: must have the day"),
    ('"%d/%m/%Y"', '""', "date_format: must have the day"),
    ('file = "p.csv"', 'file = "p.csv"\nkinds = { patient_id = "text" }', "already have kinds"),
    ('file = "p.csv"', 'file = ""', "file: must be the name of a file"),
    ('file = "p.csv"', 'file = "a\\u0000b"', "invisible characters"),
    ('file = "p.csv"', f'file = "{"a" * 300}"', "file: must be the name of a file"),
    ('file = "p.csv"', 'file = "p.csv"\nwhere = " "', "where: is empty"),
    ('file = "p.csv"', 'file = "p.csv"\ndelimiter = "\\n"', "invisible characters"),
    ('file = "p.csv"', 'file = "p.csv"\ndelimiter = "a"', "delimiter: 'a' cannot separate fields"),
    ('file = "p.csv"', 'file = "p.csv"\ndelimiter = ""', "delimiter: must be one character"),
    ('file = "p.csv"', 'file = "p.csv"\nheader = false', "header = false needs headers"),
    ('file = "p.csv"', 'file = "p.csv"\nheaders = ["a", " a"]', "a is twice in one list"),
    ('file = "p.csv"', 'file = "p.csv"\nheaders = [1]', "headers: must be a list of names"),
    ('file = "p.csv"', 'file = "p.csv"\nheaders = [[], ["a"]]', "headers: must be a list of"),
    ('file = "p.csv"', 'file = "p.csv"\nlook_up = [1]', r"written as \[\[table.look_up\]\]"),
    ('"born"', '{ column = "born", otherwise = "x" }', "otherwise, which column does not allow"),
    ('"born"', '{ column = "born", format = "x" }', "has format, which column does not allow"),
    ('"born"', '{ value = "soon" }', "columns.date_of_birth: soon is not what the column holds"),
    ('"born"', "1950", "columns.date_of_birth: must be the name of a column"),
    ('"born"', "{ year = 1950 }", "year must be text"),
    ('patient_id = "id"', 'patient_id = { column = "id", date_format = "%d%m%Y" }', "hold a date"),
    ('patient_id = "id"', 'patient_id = { partial_date = "id" }', "hold a date"),
    ('patient_id = "id"', 'patient_id = { column = "id", without = "" }', "must not be empty"),
    (STATUS, '{ map = "left", values = { " x" = "left" } }', "with a blank at one end"),
    (STATUS, '{ map = "left", values = { " " = "left" } }', "with a blank at one end"),
    (STATUS, '{ map = "left", values = { x = "gone" } }', "status: gone is not what the column"),
    (STATUS, '{ map = "left", values = {} }', "map needs values"),
    (STATUS, '{ map = "left", values = { x = ["left"] } }', "map needs values"),
    (STATUS, '{ value = "regstered" }', "status: regstered is not what the column holds"),
    (STATUS, '{ if_empty = "left", then = "registered" }', "if_empty needs then and else"),
    (STATUS, '{ if_empty = "left", then = "in", else = "left" }', "in is not what the column"),
    ("status = ", "age = ", "table patients has no column age"),
    ("[[table]]", "[[table]]\nname = 1\n[[table]]", "table 1 .*name: must be text"),
    ("[[table]]", "[[table]]\nname = ['a', 1]\n[[table]]", "table 1 .*name: must be text"),
    ("[[table]]", "[[table]]\nname = { a = 1 }\n[[table]]", "table 1 .*name: must be text"),
    ("[[table]]", "[[table]]\n" * 300, r"there are 300 \[\[table\]\]s"),
    ('name = "patients"', 'name = "Patients"', "a name may only have lower-case"),
    ('name = "patients"', f'name = "{"p" * 100}"', "a name may only have lower-case"),
]


@pytest.mark.parametrize(("old", "new", "says"), REFUSED)
def test_what_could_not_take_effect_is_refused(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    """With the file, the section and the key."""
    assert old in SOUND
    path = tmp_path / "m.toml"
    path.write_text(SOUND.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError, match=rf"(?s)m\.toml.*{says}"):
        read_mapping(path)


def test_a_format_of_a_table_without_dates_is_refused(tmp_path: Path) -> None:
    """Nothing would be read by it; and a table of one's own has dates where kinds says so."""
    own = (
        '\n[[table]]\nname = "clinics"\nfile = "p.csv"\ndate_format = "%d/%m/%Y"\n'
        '[table.columns]\npatient_id = "id"\nday = "born"\n'
    )
    path = tmp_path / "m.toml"
    path.write_text(SOUND + own, encoding="utf-8")
    with pytest.raises(UserError, match=r"table 2 \(clinics\), date_format: no column"):
        read_mapping(path)
    path.write_text(SOUND + own + '[table.kinds]\nday = "date"\n', encoding="utf-8")
    assert read_mapping(path).tables[1].kinds == {"day": "date"}
    path.write_text(SOUND + own + '[table.kinds]\nweek = "date"\n', encoding="utf-8")
    with pytest.raises(UserError, match=r"kinds.week: columns.week is missing"):
        read_mapping(path)
