"""A folder of tables becomes an index, and what became of each row is told."""

from __future__ import annotations

import csv
import json
import os
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.manifest import FORMAT, FileCount
from recordpick.index.practice_index import PracticeIndex, open_index

PATIENTS = """\
patient_id,nhs_number,family_name,date_of_birth,sex,is_sensitive
1,943 476 5919,O'Neil,1950-01-02,F,no
2,9434765870,Zoë,2000-02-29,m,yes
3,,de la Cruz,,U,
"""
EVENTS = """\
patient_id,event_id,date,kind,code,value
1,e1,2020-01-01,observation,0012,1.50
2,e2,2020-01-02 10:30,Problem,44054006,
1,e3,,family history,0011,
"""


def folder_of(path: Path, **files: str | bytes | pl.DataFrame) -> Path:
    path.mkdir(exist_ok=True)
    for name, content in files.items():
        if isinstance(content, pl.DataFrame):
            content.write_parquet(path / f"{name}.parquet")
        else:
            data = content if isinstance(content, bytes) else content.encode()
            (path / f"{name}.csv").write_bytes(data)
    return path


def rejected(index: PracticeIndex) -> list[tuple[str, ...]]:
    path = index.folder / "rejected_rows.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def count_of(index: PracticeIndex, file: str) -> FileCount:
    return next(count for count in index.manifest.files if count.file == file)


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "practice", patients=PATIENTS, events=EVENTS)


def test_values_are_typed_and_columns_that_nobody_gave_are_absent(
    practice: Path, tmp_path: Path
) -> None:
    """Codes and identifiers stay text; a criterion that asks for `usual_gp` cannot be answered."""
    index = build_index([practice], tmp_path / "index")

    assert index.columns("patients") == {
        "patient_id": "text",
        "nhs_number": "text",
        "family_name": "text",
        "date_of_birth": "date",
        "sex": "text",
        "is_sensitive": "yes_no",
        "entries": "integer",
        "entries_percentile": "number",
    }
    assert not index.has("medications")
    assert index.columns("medications") == {}
    patients = index.scan("patients").collect()
    assert patients["nhs_number"].to_list() == ["9434765919", "9434765870", None]
    assert patients["sex"].to_list() == ["F", "M", "U"]
    assert patients["is_sensitive"].to_list() == [False, True, None]
    events = index.scan("events").collect()
    assert events["code"].to_list() == ["0011", "0012", "44054006"]
    assert events["kind"].to_list() == ["family_history", "observation", "problem"]
    assert events["value"].to_list() == [None, 1.5, None]
    assert events["date"].to_list() == [None, date(2020, 1, 1), date(2020, 1, 2)]


def test_how_large_a_record_is_counts_the_rows_of_all_tables(
    practice: Path, tmp_path: Path
) -> None:
    """The percentile is the percentage of patients with fewer rows."""
    folder_of(practice, letters="patient_id,title\n1,a\n2,b\n1,c\n")

    patients = build_index([practice], tmp_path / "index").scan("patients").collect()

    assert patients["entries"].to_list() == [4, 2, 0]
    assert patients["entries_percentile"].round(2).to_list() == [66.67, 33.33, 0.0]


def test_rows_that_do_not_fit_are_kept_with_file_line_and_reason(
    practice: Path, tmp_path: Path
) -> None:
    more = (
        "9,e4,2020-01-01,observation,1,\n"
        "1,e5,2020-13-01,observation,1,\n"
        "1,e6,2020-01-01,whim,1,\n"
        '1,e7,2020-01-01,observation,"a,b",NaN\n'
        '1,,2020-01-01,observation,"a,b",1\n'
        ",e8,2020-01-01,observation,1,\n"
        "2,e1,2020-01-01,observation,1,\n"
        "1,e9,2020-01-01,observation,,,more\n"
    )
    folder_of(practice, events=EVENTS + more)

    index = build_index([practice], tmp_path / "index")

    found = {int(row[1]): (row[3], row[4]) for row in rejected(index)}
    assert {line: why.split(" is not one of")[0] for line, (why, _) in found.items()} == {
        5: 'there is no patient "9" in this index',
        9: "event_id is missing",
        10: "patient_id is missing",
        11: 'event_id "e1" is already on an earlier row',
        12: "it has 7 fields, not 6",
    }
    assert found[9][1] == '1,,2020-01-01,observation,"a,b",1'
    count = count_of(index, "events.csv")
    assert (count.rows_read, count.rows_indexed, count.rows_rejected) == (11, 6, 5)


def test_a_value_that_cannot_be_read_is_left_empty_and_its_row_is_used(
    practice: Path, tmp_path: Path
) -> None:
    """It is named with line and reason, counted, said, and those who ask for it are warned."""
    more = (
        "1,e5,2020-13-01,observation,,1\n"
        "1,e6,9999-12-31,whim,,#N/A\n"
        "1,e7,2020-01-01,problem,3.8341E+14,NaN\n"
    )
    folder_of(practice, events=EVENTS + more)

    index = build_index([practice], tmp_path / "index")

    with (index.folder / "set_aside_values.csv").open(encoding="utf-8", newline="") as file:
        found = [(row["line"], row["column"], row["reason"]) for row in csv.DictReader(file)]
    assert found == [
        ("5", "date", "not a day of the calendar"),
        ("6", "date", "a placeholder for a day that is not known"),
        ("6", "kind", found[2][2]),
        ("6", "value", "an error of a spreadsheet's formula"),
        ("7", "code", "damaged by a spreadsheet: its digits are lost"),
        ("7", "value", "not a number"),
    ]
    count = count_of(index, "events.csv")
    assert (count.rows_rejected, count.values_emptied) == (0, len(found))
    assert any("1 value of date was left empty: not a day" in note for note in index.manifest.notes)
    assert {(one.table, one.column) for one in index.manifest.conflated} >= {
        ("events", "code"),
        ("events", "date"),
        ("events", "kind"),
        ("events", "value"),
    }


def test_a_column_of_which_nothing_can_be_read_is_left_out(practice: Path, tmp_path: Path) -> None:
    """Then nobody is answered as if the practice had none; placeholders say that there is none."""
    patients = "patient_id,sex,date_of_birth,died_on\n1,q,soon,9999-12-31\n2,y,later,1900-01-01\n"
    folder_of(practice, patients=patients)

    index = build_index([practice], tmp_path / "index")

    assert set(index.columns("patients")) == {
        *("patient_id", "died_on", "entries", "entries_percentile")
    }
    assert index.scan("patients").collect()["died_on"].to_list() == [None, None]
    assert any("date_of_birth was not used" in note for note in index.manifest.notes)


def test_an_nhs_number_that_cannot_be_right_does_not_cost_the_patient(
    practice: Path, tmp_path: Path
) -> None:
    """It is left empty, and kept aside with its line: nothing vanishes, and nothing is guessed."""
    more = "4,1234567890,A,,F,\n5,9.43E+09,B,,F,\n"
    folder_of(practice, patients=PATIENTS + more)

    index = build_index([practice], tmp_path / "index")

    patients = index.scan("patients").collect()
    assert patients["nhs_number"].to_list()[3:] == [None, None]
    assert count_of(index, "patients.csv").values_emptied == 2
    with (index.folder / "set_aside_values.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == [
            [
                "patients.csv",
                "5",
                "patients",
                "nhs_number",
                "1234567890",
                "not a valid NHS number",
                "4",
            ],
            [
                "patients.csv",
                "6",
                "patients",
                "nhs_number",
                "'9.43E+09",  # guarded, so that a spreadsheet leaves it as it is
                "damaged by a spreadsheet: its last digits are lost",
                "5",
            ],
        ]


def test_a_column_of_damaged_nhs_numbers_is_refused(practice: Path, tmp_path: Path) -> None:
    folder_of(
        practice,
        patients=PATIENTS.replace("943 476 5919", "9.43E+09").replace("9434765870", "9.43E+09"),
    )

    with pytest.raises(UserError, match="a spreadsheet has damaged every NHS number"):
        build_index([practice], tmp_path / "index")


def test_two_patients_with_one_number_are_refused(practice: Path, tmp_path: Path) -> None:
    """Nothing tells which of the two rows is the patient, and the wrong one must not win."""
    folder_of(practice, patients=PATIENTS + "2,,Other,1999-01-01,F,\n")

    with pytest.raises(UserError, match=r"patients\.csv: patient 2 is on more .*lines 3 and 5"):
        build_index([practice], tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_parquet_and_csv_give_the_same_index(practice: Path, tmp_path: Path) -> None:
    from_text = build_index([practice], tmp_path / "a", as_at=date(2026, 1, 1))
    tables = {
        name: from_text.scan(name).drop("entries", "entries_percentile", strict=False).collect()
        for name in from_text.manifest.tables
    }

    other = build_index([folder_of(tmp_path / "typed", **tables)], tmp_path / "b")

    assert other.fingerprint == from_text.fingerprint
    assert other.manifest.tables == from_text.manifest.tables


def test_an_index_is_a_source_as_well(practice: Path, tmp_path: Path) -> None:
    first = build_index([practice], tmp_path / "a")

    again = build_index([first.folder], tmp_path / "b")

    assert again.fingerprint == first.fingerprint


def test_other_tables_keep_their_columns(practice: Path, tmp_path: Path) -> None:
    """Text from CSV, since nobody says otherwise; by their types from Parquet."""
    allergies = pl.DataFrame({"patient_id": ["1"], "on": [date(2020, 1, 1)], "grade": [3]})
    folder_of(practice, letters="patient_id,pages\n1,003\n", allergies=allergies)

    index = build_index([practice], tmp_path / "index")

    assert index.columns("letters") == {"patient_id": "text", "pages": "text"}
    assert index.scan("letters").collect()["pages"].to_list() == ["003"]
    assert index.columns("allergies") == {
        "patient_id": "text",
        "on": "date",
        "grade": "integer",
    }


def test_columns_that_a_table_does_not_have_are_reported(practice: Path, tmp_path: Path) -> None:
    folder_of(practice, patients=PATIENTS.replace("sex", "gender"))

    index = build_index([practice], tmp_path / "index", as_at=date(2026, 1, 31))

    assert index.manifest.notes == ("patients.csv: table patients has no column gender: left out.",)


def test_the_practice_says_its_name_and_day(practice: Path, tmp_path: Path) -> None:
    (practice / "practice.toml").write_text(
        'name = "Ynys Surgery"\nas_at = 2026-01-31\nsynthetic = true\n', encoding="utf-8"
    )

    said = build_index([practice], tmp_path / "a").manifest
    index = build_index(
        [practice], tmp_path / "b", as_at=date(2025, 1, 1), practice="Elsewhere"
    ).manifest

    assert (said.practice, said.as_at, said.synthetic) == ("Ynys Surgery", date(2026, 1, 31), True)
    assert (index.practice, index.as_at) == ("Elsewhere", date(2025, 1, 1))


def test_sources_add_up(practice: Path, tmp_path: Path) -> None:
    """A list made by hand tells more of patients who are there, and may bring others."""
    made = tmp_path / "list.csv"
    made.write_text(
        "Patient Number,Date of Birth,Usual GP,Surname\n"
        "1,02/01/1950,Dr Who,ONEIL\n"
        "7,31/12/1999,,\n",
        encoding="utf-8",
    )

    patients = build_index([practice, made], tmp_path / "index").scan("patients").collect()

    assert patients["patient_id"].to_list() == ["1", "2", "3", "7"]
    assert patients["family_name"].to_list() == ["O'Neil", "Zoë", "de la Cruz", None]
    assert patients["usual_gp"].to_list() == ["Dr Who", None, None, None]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("1,03/01/1950", "Patient 1 has another date of birth or NHS number"),
        ("3,03/01/1950", "Patient 3 is in two sources"),
    ],
)
def test_sources_must_agree_on_who_a_patient_is(
    practice: Path, tmp_path: Path, line: str, says: str
) -> None:
    """Two practices both have a patient 1: they must never become one person."""
    made = tmp_path / "list.csv"
    made.write_text(f"Patient Number,Date of Birth\n{line}\n9,31/12/1999\n", encoding="utf-8")

    with pytest.raises(UserError, match=says):
        build_index([practice, made], tmp_path / "index")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "this file is empty"),
        ("patient_id\n", "there are no patients in this file"),
        (
            'patient_id,sex\n,F\n" ",M\n1.2E+12,F\n',
            "no row .* 2 have this fault, the first on line 2: patient_id is missing",
        ),
        ("nhs_number,sex\n9434765919,F\n", "column patient_id is missing"),
        ("patient_id^sex\n1^F\n", r"column patient_id is missing.*patient_id\^sex"),
        ("patient_id,sex,sex\n1,F,M\n", "has sex twice"),
        (b"PK\x03\x04rubbish", "a spreadsheet or an archive"),
        (b"\x00\x01\x02" * 100, "not a text file"),
        (b"patient_id,family_name\n1,Zo\xeb\n2,Zo\xc3\xab\n", "two encodings"),
    ],
)
def test_patients_that_cannot_be_read_are_reported(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    practice = folder_of(tmp_path / "practice", patients=content)

    with pytest.raises(UserError, match=says):
        build_index([practice], tmp_path / "index")
    assert not (tmp_path / "index").exists()
    assert list(tmp_path.iterdir()) == [practice]


def test_a_file_of_which_nothing_can_be_used_is_reported(practice: Path, tmp_path: Path) -> None:
    """An index without events must not look like a practice without any."""
    folder_of(practice, events="patient_id,event_id,date\n1,,2026-01-31\n2,,2026-02-28\n")

    with pytest.raises(UserError, match=r"events\.csv: none of its 2 rows .* Line 2: event_id is"):
        build_index([practice], tmp_path / "index")


def test_a_table_whose_dates_have_the_month_first_is_refused(
    practice: Path, tmp_path: Path
) -> None:
    """Most of its days would be other days: 02/01/2026 is the second of January in England."""
    events = "patient_id,event_id,date\n1,a,01/31/2026\n2,b,02/01/2026\n"
    folder_of(practice, events=events)

    with pytest.raises(UserError, match=r"events\.csv: the month comes first .* 01/31/2026"):
        build_index([practice], tmp_path / "index")


def test_a_folder_in_place_of_a_file_is_reported(tmp_path: Path) -> None:
    practice = folder_of(tmp_path / "practice")
    (practice / "patients.csv").mkdir()

    with pytest.raises(UserError, match=r"with patients\.csv or patients\.parquet"):
        build_index([practice], tmp_path / "index")


def test_a_damaged_parquet_file_is_reported(practice: Path, tmp_path: Path) -> None:
    (practice / "events.csv").unlink()
    (practice / "events.parquet").write_bytes(b"PAR1 and nothing else")

    with pytest.raises(UserError, match=r"events\.parquet: this is not a Parquet file"):
        build_index([practice], tmp_path / "index")


def test_a_column_of_another_type_is_reported(practice: Path, tmp_path: Path) -> None:
    (practice / "patients.csv").unlink()
    folder_of(practice, patients=pl.DataFrame({"patient_id": [1], "date_of_birth": [19500102]}))

    with pytest.raises(UserError, match=r"date_of_birth holds Int64, but should hold a date"):
        build_index([practice], tmp_path / "index")


def test_two_files_of_one_table_are_refused(practice: Path, tmp_path: Path) -> None:
    folder_of(practice, patients=pl.DataFrame({"patient_id": ["1"]}))

    with pytest.raises(UserError, match="two files for table patients"):
        build_index([practice], tmp_path / "index")


def test_an_index_is_replaced_whole(practice: Path, tmp_path: Path) -> None:
    out = tmp_path / "index"
    folder_of(practice, letters="patient_id\n1\n")
    build_index([practice], out)
    (practice / "letters.csv").unlink()

    index = build_index([practice], out)

    assert not index.has("letters")
    assert sorted(path.name for path in out.iterdir()) == [
        "events.parquet",
        "index.json",
        "patients.parquet",
        "read_report.html",
        "rejected_rows.csv",
        "set_aside_values.csv",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "practice"]


def test_an_earlier_index_stays_if_a_new_one_cannot_be_made(practice: Path, tmp_path: Path) -> None:
    out = tmp_path / "index"
    first = build_index([practice], out)
    folder_of(practice, patients="patient_id\n1\n1\n")

    with pytest.raises(UserError, match="is on more than one row"):
        build_index([practice], out)
    assert open_index(out).fingerprint == first.fingerprint


@pytest.mark.parametrize("name", ["notes.txt", "selection.recordpick"])
def test_a_folder_with_anything_else_in_it_is_never_replaced(
    practice: Path, tmp_path: Path, name: str
) -> None:
    """Somebody may have put a working file beside the index."""
    out = tmp_path / "index"
    build_index([practice], out)
    (out / name).write_text("mine", encoding="utf-8")

    with pytest.raises(UserError, match=f"holds a file that is not part of an index .{name}"):
        build_index([practice], out)
    assert (out / name).read_text(encoding="utf-8") == "mine"


def test_a_file_is_never_replaced(practice: Path, tmp_path: Path) -> None:
    out = tmp_path / "index"
    out.write_text("mine", encoding="utf-8")

    with pytest.raises(UserError, match="is a file"):
        build_index([practice], out)


def test_the_folder_above_must_be_there(practice: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder"):
        build_index([practice], tmp_path / "no" / "index")


@pytest.mark.skipif(os.name == "nt", reason="Windows gives new files the rights of their folder")
def test_only_the_owner_may_read_an_index(practice: Path, tmp_path: Path) -> None:
    folder = build_index([practice], tmp_path / "index").folder

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")
def test_a_full_disk_is_reported_and_leaves_nothing(
    practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """polars wraps the system's error in one of its own: it is taken out again."""
    from recordpick.index.build import build_index as build

    def full(*_: object) -> None:
        pl.DataFrame({"a": ["x"] * 100}).write_parquet("/dev/full")

    monkeypatch.setattr(build, "write_patients", full)

    with pytest.raises(UserError, match="no room left on the disk"):
        build_index([practice], tmp_path / "index")
    assert list(tmp_path.iterdir()) == [practice]


def test_progress_is_reported(practice: Path, tmp_path: Path) -> None:
    reports: list[tuple[str, float | None]] = []

    build_index(
        [practice],
        tmp_path / "index",
        progress=lambda doing, fraction=None: reports.append((doing, fraction)),
    )

    fractions = [fraction for _, fraction in reports if fraction is not None]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert "reading events.csv" in [doing.split(",")[0] for doing, _ in reports]


def test_the_manifest_knows_the_files_it_was_made_of(practice: Path, tmp_path: Path) -> None:
    import hashlib

    index = build_index([practice], tmp_path / "index")

    for count in index.manifest.files:
        data = (practice / count.file).read_bytes()
        assert (count.size, count.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    written = json.loads((index.folder / "index.json").read_text(encoding="utf-8"))
    assert written["format"] == FORMAT
    assert written["fingerprint"] == index.fingerprint


def test_what_nobody_would_notice_is_reported(tmp_path: Path) -> None:
    """A day that no source says, and NHS numbers that stand on two patients."""
    twice = "patient_id,nhs_number,family_name\n1,9990000026,A\n2,9990000026,B\n3,,C\n4,,D\n"
    practice = folder_of(tmp_path / "practice", patients=twice)
    notes = " ".join(build_index([practice], tmp_path / "index").manifest.notes)
    assert "2 patients share an NHS number with another" in notes
    assert "No source gives the date of its records" in notes

    once = folder_of(tmp_path / "once", patients=twice.replace("2,9990000026", "2,"))
    notes = build_index([once], tmp_path / "index2", as_at=date(2026, 1, 31)).manifest.notes
    assert notes == ()
