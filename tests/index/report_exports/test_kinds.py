"""The kind of an export follows from its columns, and so do the tables that an index has."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.schema import TABLES

KINDS = (
    (
        "Drug,Dosage,Quantity,Start date,End date,Type",
        'Amlodipine 5mg,"1 daily, mornings",28 tablets,01 Jun 2026,,Repeat Dispensing',
        "medications",
        {"course": "repeat_dispensing", "quantity": 28.0, "unit": "tablets", "is_active": True},
    ),
    (
        "Problem,Problem Status,Problem Significance,Problem End Date",
        "Asthma,Significant Past,Significant,01-Jun-2020",
        "events",
        {"kind": "problem", "problem_status": "past", "ended_on": date(2020, 6, 1)},
    ),
    (
        "Allergen,Allergy Date,Reaction",
        "Penicillin,2001,Rash",
        "events",
        {"kind": "allergy", "date": date(2001, 1, 1), "date_precision": "year", "text": "Rash"},
    ),
    (
        "Vaccine,Date Given,Vaccination Status",
        "MMR,01/06/2026,Refused",
        "events",
        {"kind": "immunisation", "value_text": "Refused"},
    ),
    (
        "Appointment Date and Time,Slot Type,Current Slot Status",
        "16-Jun-2026 09:20,GP telephone,Telephoned but no answer",
        "appointments",
        {"date": date(2026, 6, 16), "start_time": "09:20", "status": "did_not_attend"},
    ),
    (
        "Referral Date,Referral Reason,Urgency,UBRN",
        "16-Jun-2025,Lump,2WW,000012345678",
        "referrals",
        {"urgency": "two_week_wait", "ubrn": "000012345678"},
    ),
    (
        "Document Date,Document Type,File Name,File Missing",
        "16-Jun-2025,Letter,a.b.PDF,No",
        "documents",
        {"kind": "Letter", "file_type": "pdf", "is_absent": False},
    ),
    (
        "Due Date,Recall,Recall Status",
        "16-Jun-2025,Smear,Completed",
        "recalls",
        {"term": "Smear", "status": "done", "is_complete": True},
    ),
    (
        "Event date,Code and Term,Value and Unit",
        "Oct-2001,C10F. - Type 2 diabetes,54 mL/min",
        "events",
        {"code": "C10F.", "term": "Type 2 diabetes", "value": 54.0, "unit": "mL/min"},
    ),
    (
        "Event date,Problem Code",
        "01/06/2020,Asthma (195967001)",
        "events",
        {"kind": "problem", "code": "195967001", "term": "Asthma"},
    ),
    (
        "Event date,Description",
        "01/06/2020,195967001 Asthma",
        "events",
        {"code": "195967001", "term": "Asthma"},
    ),
)


def test_what_columns_mean(read) -> None:
    """One file of each kind, all read together: each row is what its own file's columns say."""
    found = read(
        {
            f"{number}.csv": f"EMIS Number,{header}\n4711,{row}\n"
            for number, (header, row, _, _) in enumerate(KINDS)
        }
    )

    for number, (_, _, table, expected) in enumerate(KINDS):
        rows = found.index.scan(table).collect()
        own = rows.filter(pl.col(TABLES[table].row_id) == f"{number}.csv:2")
        assert own.select("patient_id", *expected).rows() == [("4711", *expected.values())]
    assert sum(one.rows_indexed for one in found.index.manifest.files) == 6 + len(KINDS)


def test_a_kind_that_columns_leave_open_is_asked_for(read) -> None:
    """Nobody's medicines become problems by a guess; a person may say the kind of a file."""
    text = "EMIS Number,Problem,Drug,Date\n4711,Pain,Aspirin,01/06/2026\n"

    with pytest.raises(UserError, match=r"could be problems \(Problem\) or medication \(Drug\)"):
        read({"X.csv": text})
    said = read({"X.csv=medication": text})

    assert said.rows("medications", "drug") == [("4711", "Aspirin")]
    assert any("X.csv: not used: Problem" in note for note in said.index.manifest.notes)


def test_what_a_person_says_holds_for_the_groups_that_fit_it(read) -> None:
    """An EMIS list of clinical codes does not say whether they are problems."""
    text = (
        "Patient Details,Clinical Codes,,HbA1c,\nEMIS Number,Code Term,Date,Date,Value\n"
        "4711,Gout,01-Jun-2020,02-Jun-2020,58\n"
    )

    assert "kind" not in read({"X.csv": text}).index.columns("events")
    found = read({"X.csv=problems": text})
    assert found.rows("events", "kind", "term") == [
        ("4711", "problem", "Gout"),
        ("4711", None, "HbA1c"),
    ]


def test_a_person_may_say_what_holds_of_every_row(read) -> None:
    text = "EMIS Number,Drug,Start Date\n4711,Aspirin,01/06/2026\n"

    assert "is_active" not in read({"X.csv": text}).index.columns("medications")
    said = read({"X.csv=current repeats": text})
    assert said.rows("medications", "course", "is_active") == [("4711", "repeat", True)]
    with pytest.raises(UserError, match="'toys' is no kind of report"):
        read({"X.csv=toys": text})


def test_a_list_may_have_columns_of_entries(read) -> None:
    """It has one row a patient and says who is registered; its other columns are not entries."""
    listed = (
        "EMIS Number,NHS Number,Registration Status,Latest BP date,Latest BP value\n"
        "4711,9990000018,Registered,01/06/2026,120/80\n4713,9990000034,Left,,\n"
    )
    found = read({"P.csv": "EMIS Number,Problem,Date\n4713,Gout,01/06/2020\n"}, listed=listed)

    assert found.rows("patients", "status") == [("4711", "registered"), ("4713", "left")]
    assert found.rows("events", "term") == [("4713", "Gout")]
    notes = found.index.manifest.notes
    assert "LIST.csv: not used: Latest BP date, Latest BP value" in notes


def test_a_person_may_say_that_a_file_is_a_list(tmp_path) -> None:
    path = tmp_path / "L.csv"
    path.write_text("EMIS Number,Problem,Date\n4711,Gout,01/06/2020\n")

    index = build_index([tmp_path / "L.csv=list"], tmp_path / "index")

    assert set(index.manifest.tables) == {"patients"}


def test_what_is_not_an_entry_of_any_table_is_named(read) -> None:
    with pytest.raises(UserError, match="it lists consultations, which no criterion can ask for"):
        read({"X.csv": "EMIS Number,Consultation ID,Date\n4711,1,01/06/2026\n"})


def test_cells_that_hold_two_things_are_split_where_there_is_one_way(read) -> None:
    """A number with anything but a unit after it stays text; nothing is dropped."""
    cells = {
        "54 mL/min/1.73m2": (54.0, "mL/min/1.73m2", None),
        "138 mm Hg": (138.0, "mm Hg", None),
        "5.4 10*9/L": (5.4, "10*9/L", None),
        "7%": (7.0, "%", None),
        "12": (12.0, None, None),
        "<20": (None, None, "<20"),
        "138/82": (None, None, "138/82"),
        "3 days ago": (None, None, "3 days ago"),
        "5.4 mmol/L (high)": (None, None, "5.4 mmol/L (high)"),
    }
    rows = [f"4711,Test,{number:02}/01/2020,{cell}" for number, cell in enumerate(cells, 1)]
    drugs = ["2 x 28 tablets", "56 tablet(s)", "100"]
    medicines = [f"4711,{cell},A" for cell in drugs]
    found = read(
        {
            "V.csv": "\n".join(["EMIS Number,Term,Date,Value", *rows]),
            "M.csv": "\n".join(["EMIS Number,Quantity,Drug", *medicines]),
        }
    )

    frame = found.index.scan("events").collect().sort("date")
    assert frame.select("value", "unit", "value_text").rows() == list(cells.values())
    assert found.rows("medications", "quantity", "unit") == [
        ("4711", None, None),
        ("4711", 56.0, "tablet(s)"),
        ("4711", 100.0, None),
    ]
    assert found.emptied() == [("quantity", "2 x 28 tablets")]


def test_a_row_without_any_cell_that_is_read_is_no_entry(read) -> None:
    """A column that is not used does not make an entry without a date of a patient without one."""
    text = "EMIS Number,Problem,Problem Date,Colour\n4711,,,red\n4713,Gout,01/06/2020,\n"
    found = read({"X.csv": text})

    assert found.rows("events", "term") == [("4713", "Gout")]
    (count,) = (one for one in found.index.manifest.files if one.table == "events")
    assert (count.rows_read, count.rows_indexed, count.rows_deleted) == (2, 1, 1)


def test_every_column_is_used_or_named(read) -> None:
    text = "EMIS Number,Age,Drug,Start Date,Colour,\n4711,75,Aspirin,01/06/2026,red,lost\n"
    notes = read({"X.csv": text}).index.manifest.notes

    assert "X.csv: not used: Age, Colour, column 6, which has no name" in notes
    assert any("drug from Drug, started_on from Start Date; patients by EMIS" in n for n in notes)


def test_words_that_are_not_known_are_left_empty_and_counted(read) -> None:
    text = "EMIS Number,Drug,Prescription Type\n4711,Aspirin,Sometimes\n4711,Codeine,Acute\n"
    found = read({"X.csv": text})

    assert found.rows("medications", "course") == [("4711", None), ("4711", "acute")]
    assert found.emptied() == [("course", "Sometimes")]


def test_years_of_two_digits_are_read_only_where_one_century_is_possible(read) -> None:
    """Entries lie between birth and as-at date; for a patient of 76, 40 is neither."""
    rows = ["4713,A,07-Oct-23", "4713,B,15-May-98", "4713,C,15-May-51", "8101,D,15/05/20"]
    text = "\n".join(["EMIS Number,Problem,Problem Date", *rows, "4711,E,01-Jan-2020"])
    listed = "EMIS Number,Date of Birth\n4713,01/01/1910\n8101,05/04/2019\n4711,03/02/1951\n"
    found = read({"X.csv": text}, listed=listed)

    assert found.rows("events", "term", "date") == [
        ("4713", "A", None),  # 1923 or 2023
        ("4713", "B", date(1998, 5, 15)),
        ("4713", "C", date(1951, 5, 15)),
        ("8101", "D", date(2020, 5, 15)),
        ("4711", "E", date(2020, 1, 1)),
    ]
    assert found.emptied() == [("date", "07-Oct-23")]


def test_dates_of_the_other_order_are_left_empty_and_counted(read) -> None:
    rows = ["4711,A,13/05/2020", "4711,B,05/25/2020", "4711,C,14/05/2020"]
    found = read({"X.csv": "\n".join(["EMIS Number,Problem,Problem Date", *rows])})

    assert found.rows("events", "date") == [
        ("4711", date(2020, 5, 13)),
        ("4711", None),
        ("4711", date(2020, 5, 14)),
    ]
    assert found.emptied() == [("date", "05/25/2020")]
    assert any("mixes two orders of day and month" in one for one in found.index.manifest.notes)


def test_the_same_row_in_two_files_counts_once(read) -> None:
    """Within one file it stays twice; what only the later file says goes to the row."""
    header = "EMIS Number,Drug,Start Date"
    found = read(
        {
            "A.csv": f"{header}\n4711,Aspirin,01/06/2026\n4711,Aspirin,01/06/2026\n",
            "B.csv": f"{header}\n4711,Aspirin,01-Jun-2026\n4713,Aspirin,01-Jun-2026\n",
            "C.csv": f"{header},Medication Status\n4713,Aspirin,01/06/2026,Current\n",
        }
    )

    assert found.rows("medications", "drug", "is_active") == [
        ("4711", "Aspirin", None),
        ("4711", "Aspirin", None),
        ("4713", "Aspirin", True),
    ]
    counts = {one.file: one for one in found.index.manifest.files}
    assert [counts[name].rows_deleted for name in ("A.csv", "B.csv", "C.csv")] == [0, 1, 1]


def test_files_that_cannot_be_compared_are_cautioned_about(read) -> None:
    found = read(
        {
            "A.csv": "EMIS Number,Drug,Start Date\n4711,Aspirin,01/06/2026\n",
            "B.csv": "EMIS Number,Drug,Review Date\n4711,Aspirin,01/09/2026\n",
        }
    )

    assert "A.csv and B.csv have too few columns in common" in found.cautions()
