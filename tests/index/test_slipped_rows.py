"""A row with a value too many or too few never gives its values to another patient.

All values behind it are one column on, or one back: a number of something else is then where the
patient's number should be. Only a row that can be read in one way is read.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from recordpick.csvio.row_shape import shape_of_rows
from recordpick.index.build.build_index import build_index

OTHER = "1111111"
"""Another patient's number, which is the number of a doctor or of an entry too."""
ROWS = "".join(f"{2_000_000 + n},{OTHER},Ames,31/01/1960,\n" for n in range(10))
SLIPPED = {
    "the first is lost": f"{OTHER},Bell,31/01/1950,x",
    "the first is lost, the last empty": f"{OTHER},Bell,31/01/1950,",
    "the second is lost": "4444444,Bell,31/01/1950,x",
    "one more at the start": f"x,4444444,{OTHER},Bell,31/01/1950,",
    "the first is there twice": f"4444444,4444444,{OTHER},Bell,31/01/1950,",
    "an empty one at the start": f",4444444,{OTHER},Bell,31/01/1950,",
    "two are lost": f"{OTHER},31/01/1950,",
}
WHOLE = {
    "as wide as the header": f"4444444,{OTHER},Bell,31/01/1950,x",
    "a comma at its end": f"4444444,{OTHER},Bell,31/01/1950,x,",
    "two commas at its end": f"4444444,{OTHER},Bell,31/01/1950,,,",
    "the last two are missing": f"4444444,{OTHER},Bell",
}


def of_a_list(folder: Path, row: str) -> tuple[list[tuple[str, str | None]], int]:
    """Index a list with that row at its end: numbers and names that others lack, rejected rows."""
    path = folder / "list.csv"
    path.write_text(
        f"EMIS Number,Usual GP number,Surname,DOB,Notes\n{ROWS}{row}\n", encoding="utf-8"
    )
    index = build_index([path], folder / "index")
    found = index.scan("patients").select("patient_id", "family_name").collect().rows()
    return [one for one in found if not one[0].startswith("20000")], _rejected(index)


def of_a_table(folder: Path, row: str) -> tuple[list[tuple[str, str | None]], int]:
    """The same of entries, of which the second number is the patient's."""
    (folder / "source").mkdir()
    (folder / "source" / "patients.csv").write_text(
        f"patient_id\n{OTHER}\n4444444\n3333333\n", encoding="utf-8"
    )
    (folder / "source" / "events.csv").write_text(
        f"event_id,patient_id,term,date,value_text\n{ROWS}{row}\n", encoding="utf-8"
    )
    index = build_index([folder / "source"], folder / "index")
    found = index.scan("events").select("event_id", "patient_id").collect().rows()
    return [one for one in found if not one[0].startswith("20000")], _rejected(index)


def _rejected(index) -> int:
    return sum(one.rows_rejected for one in index.manifest.files)


@pytest.mark.parametrize("read", [of_a_list, of_a_table])
@pytest.mark.parametrize("what", SLIPPED)
def test_a_row_whose_values_slipped_is_rejected(tmp_path: Path, what: str, read) -> None:
    """It is in the list of rejected rows; nobody gets another's number, name or entry."""
    assert read(tmp_path, SLIPPED[what]) == ([], 1)


@pytest.mark.parametrize("read", [of_a_list, of_a_table])
@pytest.mark.parametrize("what", WHOLE)
def test_a_row_that_only_lacks_empty_values_at_its_end_is_read(tmp_path: Path, what: str, read):
    """Or has empty ones more, as where a program writes a comma behind the last value."""
    found, rejected = read(tmp_path, WHOLE[what])
    assert [one[0] for one in found] == ["4444444"]
    assert rejected == 0


def test_the_first_row_does_not_say_how_all_are(tmp_path: Path) -> None:
    """Where it alone has a value too many, it is rejected, and the others are read."""
    path = tmp_path / "source"
    path.mkdir()
    (path / "patients.csv").write_text(f"patient_id\n{OTHER}\n4444444\n", encoding="utf-8")
    rows = f"x,4444444,{OTHER},31/01/1960,Bell,\n" + "".join(
        f"{number},{OTHER},31/01/1960,Ames,\n" for number in range(2_000_000, 2_000_009)
    )
    (path / "events.csv").write_text(
        f"event_id,patient_id,date,term,value_text\n{rows}", encoding="utf-8"
    )
    index = build_index([path], tmp_path / "index")
    assert set(index.scan("events").collect()["patient_id"]) == {OTHER}
    assert _rejected(index) == 1


def test_a_number_too_few_among_numbers_only_is_rejected() -> None:
    """Of three numbers the first may be missing as well as the last."""
    rows = [["nr", "patient", "doctor"], *([str(n), str(n + 100), "7"] for n in range(20))]
    shape = shape_of_rows([(",".join(row), row) for row in rows], ",", {3})
    assert shape.padded("", ["105", "7"], "") is None
    assert shape.padded("", ["5", "105", "7", ""], "") == ["5", "105", "7"]
    assert shape.padded("", ["x", "5", "105", "7"], "") is None
