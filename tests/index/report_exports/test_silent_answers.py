"""A report is the result of a search: what it does not list is not known to be nobody's."""

from __future__ import annotations

from pathlib import Path

from recordpick.criteria.load import read_pack
from recordpick.index.readers.report_exports.vocabulary import kinds
from recordpick.matching import match
from recordpick.schema import TABLES

RULES = {
    "past-acute": ("medications", "course = 'acute' AND NOT is_active", ""),
    "current-repeat": ("medications", "course = 'repeat' AND is_active", ""),
    "no-repeat": ("medications", "course = 'repeat' AND is_active", "at_most = 0"),
    "no-acute": ("medications", "course = 'acute'", "at_most = 0"),
    "past-problem": ("events", "kind = 'problem' AND problem_status = 'past'", ""),
    "active-problem": ("events", "kind = 'problem' AND problem_status = 'active'", ""),
    "allergy": ("events", "kind = 'allergy'", ""),
    "gout": ("events", "term LIKE '%out'", ""),
    "value": ("events", "value > 1", ""),
    "large": ("patients", "entries_percentile >= 90", ""),
    "registered": ("patients", "status = 'registered'", ""),
}
MEDICATION = (
    "EMIS Number,Drug,Prescription Type,Medication Status\n"
    "4711,Aspirin,Repeat,Current\n8101,Codeine,Repeat,Current\n"
)
PROBLEMS = "EMIS Number,Problem,Problem Date,Problem Status\n4711,Gout,01/06/2020,Active\n"


def answers(index, folder: Path) -> dict:
    """Return the answers to a pack of one rule a criterion."""
    rules = [
        f'[[criterion]]\nid = "{name}"\narea = "x"\ntitle = "x"\nfind = "x"\n[[criterion.rule]]\n'
        f'says = "x"\ntable = "{table}"\nwhere = """{where}"""\n{more}\n'
        for name, (table, where, more) in RULES.items()
    ]
    pack = folder / "pack.toml"
    pack.write_text(
        '[pack]\ntitle = "x"\nversion = "1"\npopulation = "everyone"\n' + "".join(rules)
    )
    return match(read_pack(pack), index, index.manifest.as_at).answers


def test_what_no_export_lists_is_not_nobody(read, tmp_path: Path) -> None:
    """An export of current repeats does not say whether there are past acute medicines."""
    index = read({"M.csv": MEDICATION, "P.csv": PROBLEMS}).index
    found = answers(index, tmp_path)

    known = {"current-repeat", "no-repeat", "active-problem", "gout", "registered"}
    assert {name for name, answer in found.items() if answer.answered} == known
    assert found["current-repeat"].matches == 2
    assert found["no-repeat"].matches == 4
    for name in ("past-acute", "no-acute"):
        assert "no such row is known in medications" in found[name].why_not
        assert "M.csv lists none" in found[name].why_not
    assert "P.csv lists none" in found["past-problem"].why_not
    assert "P.csv lists none" in found["allergy"].why_not
    assert "the index has no column value in events" in found["value"].why_not
    assert "exports do not hold the whole record" in found["large"].why_not


def test_a_kind_that_no_export_gave_is_missing(read, tmp_path: Path) -> None:
    index = read({"M.csv": MEDICATION}).index

    assert set(index.manifest.tables) == {"patients", "medications"}
    assert "the index has no table events" in answers(index, tmp_path)["gout"].why_not


def test_an_answer_names_the_exports_and_whom_they_are_of(read, tmp_path: Path) -> None:
    """The list has children; the export's patients are 75 and 7, and all its rows repeats."""
    only_old = "EMIS Number,Drug,Prescription Type,Medication Status\n4711,Aspirin,Repeat,Current\n"
    index = read({"M.csv": only_old + "4713,Codeine,Repeat,Current\n"}).index
    (caution,) = answers(index, tmp_path)["current-repeat"].cautions

    assert "M.csv (medication of 2 of 6 patients, aged 75 to 76" in caution
    assert "all course repeat, all current" in caution


def test_an_export_without_rows_answers_nothing(read, tmp_path: Path) -> None:
    index = read({"P.csv": PROBLEMS.splitlines()[0] + "\n", "M.csv": MEDICATION}).index

    assert index.manifest.tables["events"].rows == 0
    assert not answers(index, tmp_path)["active-problem"].answered


def test_a_column_that_one_of_two_exports_has_is_a_caution(read, tmp_path: Path) -> None:
    """Of the others' rows it is not known."""
    other = "EMIS Number,Problem,Problem Date\n4713,Gout,01/06/2020\n"
    found = answers(read({"P.csv": PROBLEMS, "Q.csv": other}).index, tmp_path)

    assert any(
        "Q.csv does not supply events.problem_status" in one
        for one in found["active-problem"].cautions
    )
    assert not any("Q.csv does not supply" in one for one in found["gout"].cautions)


def test_columns_of_the_data_are_columns_of_the_tables() -> None:
    """Each name in the data file is a column that an index can have, or is split into some."""
    split = {"code_and_term", "name_dosage_quantity"}
    for kind in kinds().values():
        if kind.table:
            known = {*TABLES[kind.table].names, *split}
            assert {*kind.columns} <= known, kind.name
            assert {*kind.any_of} <= {*kind.columns}, kind.name
            assert {*kind.fixed} <= known, kind.name
