"""Whatever rows an export has: none reaches another patient, and each is accounted for."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.index.readers.patient_list import read_list
from recordpick.index.readers.report_exports.reader import read_reports, recognise
from small_list import LIST

PATIENTS = {row["EMIS Number"]: row for row in csv.DictReader(io.StringIO(LIST))}
IDENTITY = ("EMIS Number", "NHS Number", "Family Name", "Given Name", "Date of Birth")
HEADER = [*IDENTITY, "Problem", "Problem Date"]
FEET = (["Page 1 of 2"], ["Total: 4"], HEADER, [""] * 7, ["", "", "", "", "", "Page 3", ""])

whose = st.sampled_from([*PATIENTS, "9999"])
blanks = st.sets(st.sampled_from(range(len(IDENTITY))), max_size=5)
spaces = st.sampled_from(["", " ", "  "])


@st.composite
def shuffled(draw: st.DrawFn) -> list[list[str]]:
    """Return rows, each with its true patient as term, in any order with feet between.

    Some cells about the patient are blank; 9999 is on no list.
    """
    rows: list[list[str]] = []
    for true in draw(st.lists(whose, min_size=1, max_size=8)):
        rows.append(_entry(draw, true, draw(blanks)))
        if draw(st.booleans()):
            rows.append(list(draw(st.sampled_from(FEET))))
    return draw(st.permutations(rows))


@st.composite
def in_blocks(draw: st.DrawFn) -> list[list[str]]:
    """Return rows as EMIS lays them out: patients on their first row, with feet between.

    A first row always keeps some cell about its patient: without any it would be the one above's.
    """
    rows: list[list[str]] = []
    for true in draw(st.lists(whose, min_size=1, max_size=5, unique=True)):
        first = _entry(draw, true, draw(blanks))
        if not any(map(str.strip, first[: len(IDENTITY)])):
            first[0] = true
        rows.append(first)
        below = ["", "", "", "", "", true, "01/06/2020"]
        rows += [below] * draw(st.integers(0, 2))
        if draw(st.booleans()):
            rows.append(list(draw(st.sampled_from(FEET))))
            rows.append(["", "", "", "", "", "of nobody", "01/06/2020"])
    return rows


def _entry(draw: st.DrawFn, true: str, blanked: set[int]) -> list[str]:
    row = PATIENTS.get(true, {"EMIS Number": true})
    cells = [row.get(name, "") for name in IDENTITY]
    for place in blanked:
        cells[place] = ""
    return [*(f"{draw(spaces)}{cell}" for cell in cells), true, "01/06/2020"]


def check(lines: list[list[str]], rows: list[list[str]]) -> None:
    """Assert that every entry is its true patient's, and that rows read = indexed + rejected."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    with TemporaryDirectory() as folder:
        listed, export = Path(folder) / "LIST.csv", Path(folder) / "P.csv"
        listed.write_text(LIST, encoding="utf-8")
        export.write_text(text.getvalue(), encoding="utf-8")
        found = recognise(export)
        assert found is not None
        source = read_reports(read_list(listed), [found], date(2026, 6, 14), Path(folder))
        (part,) = (one for one in source.parts if one.table == "events")
        entries = part.frame.collect()
    assert entries["patient_id"].to_list() == entries["term"].to_list()
    blank = sum(not any(map(str.strip, row)) for row in rows)
    assert entries.height + part.rejects.height + part.dropped == len(rows) - blank


@settings(max_examples=examples(10), deadline=None)
@given(shuffled(), st.booleans())
def test_no_row_reaches_another_patient_and_none_is_lost(rows, has_banner: bool) -> None:
    """Rows are shuffled, patients' cells blanked, feet and headers put in between."""
    check([["Problems of the practice"], []] * has_banner + [HEADER, *rows], rows)


@settings(max_examples=examples(10), deadline=None)
@given(in_blocks())
def test_no_row_is_carried_down_to_another_patient(rows) -> None:
    """Whatever stands between a patient's rows, or above them: a break ends the patient."""
    groups = ["Patient Details", "", "", "", "", "Problems", ""]
    check([groups, HEADER, *rows], rows)
