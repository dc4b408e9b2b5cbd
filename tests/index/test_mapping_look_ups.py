"""OMOP-like, CPRD-like and FHIR-derived folders become an index with a mapping alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex

OMOP = Path(__file__).parents[2] / "docs" / "examples" / "omop.toml"
OMOP_FILES = {
    "person.csv": (
        "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth\n"
        "1,8507,1950,7,9\n2,8532,1960,8,\n3,0,1970,,\n4,8507,,,\n"
    ),
    "death.csv": "person_id,death_date\n2,2025-03-04\n",
    "concept.csv": (
        "concept_id,concept_name,vocabulary_id,concept_code\n"
        "10,Made-up condition,SNOMED,1000\n11,Made-up measurement,LOINC,m-1\n12,mmol/L,UCUM,x\n"
        "13,Made-up drug,RxNorm,d-1\n99,Not used,SNOMED,5\n"
    ),
    "condition_occurrence.csv": (
        "person_id,condition_concept_id,condition_start_date,condition_end_date\n"
        "1,10,2020-01-01,\n1,77,2020-01-02,2020-02-01\n"
    ),
    "condition_occurrence_2.csv": (
        "person_id,condition_concept_id,condition_start_date,condition_end_date\n2,10,2021-01-01,\n"
    ),
    "measurement.csv": (
        "person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id\n"
        "1,11,2022-01-01,5.5,12\n3,11,2022-01-01,,\n"
    ),
    "drug_exposure.csv": (
        "person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date\n"
        "1,13,2023-01-01,2023-02-01\n"
    ),
}


def built(folder: Path, files: dict[str, str], mapping: str) -> PracticeIndex:
    source = folder / "source"
    source.mkdir()
    for name, text in files.items():
        (source / name).write_text(text, encoding="utf-8")
    path = folder / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    return build_index([source], folder / "index", mapping=path)


def rows(index: PracticeIndex, table: str, *columns: str, by: str = "") -> list[tuple[object, ...]]:
    frame = index.scan(table).select(pl.col(*columns).cast(pl.String)).collect()
    return frame.sort(by or columns[0]).rows()


def test_the_worked_example_of_omop_indexes(tmp_path: Path) -> None:
    """Born of year, month and day; terms and codes of concepts; deaths; several files a table."""
    index = built(tmp_path, OMOP_FILES, OMOP.read_text(encoding="utf-8"))

    columns = ("patient_id", "date_of_birth", "date_of_birth_precision", "sex", "status", "died_on")
    assert rows(index, "patients", *columns) == [
        ("1", "1950-07-09", "day", "M", "registered", None),
        ("2", "1960-08-01", "month", "F", "deceased", "2025-03-04"),
        ("3", "1970-01-01", "year", "U", "registered", None),
        ("4", None, "unknown", "M", "registered", None),
    ]
    assert rows(index, "events", "event_id", "patient_id", "code", "code_system", "term") == [
        ("condition-1-1", "1", "1000", "snomed", "Made-up condition"),
        ("condition-1-2", "1", None, "local", None),
        ("condition-2-1", "2", "1000", "snomed", "Made-up condition"),
        ("measurement-1", "1", "m-1", None, "Made-up measurement"),
        ("measurement-2", "3", "m-1", None, "Made-up measurement"),
    ]
    assert rows(index, "events", "event_id", "value", "unit")[3] == (
        "measurement-1",
        "5.5",
        "mmol/L",
    )
    assert rows(index, "medications", "code", "drug") == [("d-1", "Made-up drug")]


def test_rows_without_a_match_stay_and_are_counted(tmp_path: Path) -> None:
    """And each file of the folder, look-up files too, is accounted for."""
    index = built(tmp_path, OMOP_FILES, OMOP.read_text(encoding="utf-8"))

    notes = index.manifest.notes
    (note,) = [note for note in notes if note.startswith("condition_occurrence.csv: ")]
    assert note == (
        "condition_occurrence.csv: 1 rows have a key that concept.csv does not have (such as 77): "
        "its columns are empty there."
    )
    assert not any("Not in the mapping" in note for note in notes)
    counts = {count.file: count for count in index.manifest.files}
    assert set(counts) == set(OMOP_FILES)
    assert (counts["concept.csv"].table, counts["concept.csv"].rows_read) == ("concept", 5)


def test_a_key_with_two_meanings_is_refused(tmp_path: Path) -> None:
    """With its lines; the same row twice is one meaning, and a key that nobody asks for none."""
    concept = OMOP_FILES["concept.csv"]
    same = {**OMOP_FILES, "concept.csv": concept + "10,Made-up condition,SNOMED,1000\n99,z,z,z\n"}
    index = built(tmp_path, same, OMOP.read_text(encoding="utf-8"))
    assert len(rows(index, "events", "event_id")) == 5

    other = {**OMOP_FILES, "concept.csv": concept + "10,Another condition,SNOMED,1001\n"}
    (tmp_path / "again").mkdir()
    with pytest.raises(UserError, match=r"look_up 1, key: concept_id 10 is repeated"):
        built(tmp_path / "again", other, OMOP.read_text(encoding="utf-8"))


CPRD = """\
[source]
date_format = "%d/%m/%Y"

[[table]]
name = "patients"
file = "Patient_*.txt"

[table.columns]
patient_id = "patid"
date_of_birth = { year = "yob", month = "mob" }
sex = { map = "gender", values = { 1 = "M", 2 = "F" }, otherwise = "U" }
registered_on = "regstartdate"
left_on = "regenddate"
status = { map = "regenddate", values = { "" = "registered" }, otherwise = "left" }

[[table]]
name = "events"
file = "Observation_*.txt"
where = "dictionary_Term IS NOT NULL"

[[table.look_up]]
name = "dictionary"
file = "MedicalDictionary.txt"
key = "MedCodeId"
match = "medcodeid"

[[table.look_up]]
name = "unit"
file = "NumUnit.txt"
key = "numunitid"
match = "numunitid"

[table.columns]
patient_id = "patid"
event_id = "obsid"
date = "obsdate"
kind = { value = "observation" }
code = "dictionary.SnomedCTConceptId"
term = "dictionary.Term"
value = { number = "value" }
unit = "unit.Description"
"""
CPRD_FILES = {
    "Patient_001.txt": (
        "patid\tgender\tyob\tmob\tregstartdate\tregenddate\n"
        "1\t1\t1950\t7\t01/02/2000\t\n2\t2\t1960\t0\t01/02/2001\t03/04/2020\n"
    ),
    "Patient_002.txt": "patid\tgender\tyob\tmob\tregstartdate\tregenddate\n3\t3\t1970\t\t\t\n",
    "Observation_001.txt": (
        "patid\tobsid\tobsdate\tmedcodeid\tvalue\tnumunitid\n1\ta\t05/06/2020\t501\t7\t9\n"
    ),
    "Observation_002.txt": (
        "patid\tobsid\tobsdate\tmedcodeid\tvalue\tnumunitid\n"
        "3\tb\t05/06/2021\t501\t\t\n3\tc\t05/06/2021\t666\t\t\n"
    ),
    "MedicalDictionary.txt": "MedCodeId\tTerm\tSnomedCTConceptId\n501\tMade up\t1000\n",
    "NumUnit.txt": "numunitid\tDescription\n9\tcm\n",
}


def test_tables_like_those_of_cprd_index(tmp_path: Path) -> None:
    """Files of several parts, dictionaries, a month that is 0, and where over a look-up."""
    index = built(tmp_path, CPRD_FILES, CPRD)

    columns = ("patient_id", "date_of_birth", "date_of_birth_precision", "sex", "status")
    assert rows(index, "patients", *columns) == [
        ("1", "1950-07-01", "month", "M", "registered"),
        ("2", "1960-01-01", "year", "F", "left"),
        ("3", "1970-01-01", "year", "U", "registered"),
    ]
    assert rows(index, "events", "event_id", "date", "code", "value", "unit") == [
        ("a", "2020-06-05", "1000", "7.0", "cm"),
        ("b", "2021-06-05", "1000", None, None),
    ]
    deleted = {count.file: count.rows_deleted for count in index.manifest.files}
    assert deleted["Observation_002.txt"] == 1


FHIR = """\
[[table]]
name = "patients"
file = "Patient.csv"

[table.columns]
patient_id = "id"
family_name = "name.0.family"
date_of_birth = { partial_date = "birthDate" }
sex = { map = "gender", values = { male = "M", female = "F" }, otherwise = "U" }

[[table]]
name = "events"
file = "Observation.csv"

[[table.look_up]]
name = "encounter"
file = "Encounter.csv"
key = "id"
match = { column = "encounter.reference", without = "Encounter/" }

[table.columns]
patient_id = { column = "subject.reference", without = "Patient/" }
event_id = "id"
date = { partial_date = "effectiveDateTime" }
kind = { value = "observation" }
code = "code.coding.0.code"
recorded_by = "encounter.practitioner"
value = { number = "valueQuantity.value" }
"""
FHIR_FILES = {
    "Patient.csv": (
        "id,name.0.family,birthDate,gender\n"
        "p-1,Smith,1950,female\np-2,Jones,1960-08,male\np-3,Brown,1970-09-10,other\n"
    ),
    "Encounter.csv": "id,practitioner\ne-1,Dr Green\n",
    "Observation.csv": (
        "id,subject.reference,encounter.reference,effectiveDateTime,code.coding.0.code,"
        "valueQuantity.value\n"
        "o-1,Patient/p-1,Encounter/e-1,2020-05-06T07:08:09+01:00,1000,5\n"
        "o-2,Patient/p-3,,2021-03,1000,\n"
    ),
}


def test_flat_files_of_fhir_resources_index(tmp_path: Path) -> None:
    """Dates of which the day or month is not known, and references with the resource before."""
    with pytest.raises(UserError, match=r"already are columns called encounter\.…"):
        built(tmp_path, FHIR_FILES, FHIR)
    (tmp_path / "again").mkdir()
    mapping = FHIR.replace('"encounter"', '"visit"').replace("encounter.pra", "visit.pra")
    index = built(tmp_path / "again", FHIR_FILES, mapping)

    assert rows(index, "patients", "patient_id", "date_of_birth", "date_of_birth_precision") == [
        ("p-1", "1950-01-01", "year"),
        ("p-2", "1960-08-01", "month"),
        ("p-3", "1970-09-10", "day"),
    ]
    assert rows(
        index, "events", "event_id", "patient_id", "date", "date_precision", "recorded_by"
    ) == [
        ("o-1", "p-1", "2020-05-06", "day", "Dr Green"),
        ("o-2", "p-3", "2021-03-01", "month", None),
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('file = "NumUnit.txt"', 'file = "None_*.txt"'), "no file in .* is called None_"),
        (('file = "NumUnit.txt"', 'file = "../x.txt"'), "not directly in the folder"),
        (('key = "numunitid"', 'key = "id"'), "NumUnit.txt has no column id"),
        (('match = "numunitid"', 'match = "id"'), "match: there is no column id"),
        (('unit = "unit.Desc', 'unit = "unit.Text'), "has no column unit.Text"),
        (('name = "unit"', 'name = "dictionary"'), "two look-up files of the table are called"),
        (('match = "numunitid"', "match = { value = 1 }"), "must be a column, first_of or join"),
        (('match = "numunitid"\n', ""), "match is missing"),
        (('key = "numunitid"', 'kee = "numunitid"'), "key kee is unknown"),
        (('{ year = "yob", month = "mob" }', '{ year = "yob", day = "mob" }'), "needs the month"),
        (("dictionary_Term IS", "dictionary_Word IS"), "dictionary_Word"),
    ],
)
def test_what_a_look_up_lacks_is_said(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    """With the table, the look-up and the key; and no index is made."""
    assert change[0] in CPRD
    with pytest.raises(UserError, match=says):
        built(tmp_path, CPRD_FILES, CPRD.replace(*change))
    assert not (tmp_path / "index").exists()


def test_a_month_that_is_none_makes_no_date(tmp_path: Path) -> None:
    """It is never bent to a day that might be true."""
    files = {
        **CPRD_FILES,
        "Patient_002.txt": CPRD_FILES["Patient_002.txt"].replace("\t\t\t\n", "\t13\t\t\n"),
    }
    index = built(tmp_path, files, CPRD)

    assert "3" not in dict(rows(index, "patients", "patient_id", "date_of_birth")) or (
        dict(rows(index, "patients", "patient_id", "date_of_birth"))["3"] is None
    )
