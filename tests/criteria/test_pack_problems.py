"""Whatever is wrong with a pack is told at once, each problem with its criterion and line."""

from __future__ import annotations

import pytest
from packs import SOUND, changed, line_of, problems_of

RULE = 'says = "a controlled drug on a current repeat"'
MED = "criterion MED-04, "
OBS = "criterion OBS-01, "


@pytest.mark.parametrize(
    ("old", "new", "criterion", "reported"),
    [
        # keys
        (
            "random_records =",
            "randon_records =",
            "",
            "'randon_records' is not a key of [pack]; did",
        ),
        ("compare = [", "comapre = [", MED, "'comapre' is not a key of a criterion; did you mean"),
        (RULE, f"{RULE}\ntabel = 1", MED, "'tabel' is not a key of a rule; did you mean 'table'?"),
        ("codes = [", "coeds = [", "", "'coeds' is not a key of a codelist"),
        ("[tables.labs]", "[table.labs]", "", "'table' is not a part of a pack; did you mean"),
        # missing
        ('version = "2026.1"', "", "", "version is missing"),
        ('title = "Data-checking criteria"', "", "", "title is missing"),
        ('area = "Medication"', "", MED, "area is missing"),
        ('title = "Controlled drug on repeat"', "", MED, "title is missing"),
        ('find = "Patients with a controlled drug."', "", MED, "find is missing"),
        (RULE, "", MED, "says is missing"),
        ('id = "MED-04"', "", "criterion number 1, ", "id is missing"),
        # types
        (
            'version = "2026.1"',
            "version = 2026.1",
            "",
            "version must be a text, but it is a number",
        ),
        ('id = "MED-04"', "id = 4", "criterion number 1, ", "id must be a text, but it is a whole"),
        ("records = 5", "records = true", OBS, "records must be a whole number, but it is true or"),
        ("records = 5", 'records = "5"', OBS, "records must be a whole number, but it is a text"),
        ("records = 5", "records = 2026-01-01", OBS, "must be a whole number, but it is a date"),
        ('["Drug", "Review date"]', '["Drug", 5]', MED, "compare must be a list of texts"),
        ("at_least = 3", "at_least = 3.0", OBS, "at_least must be a whole number"),
        ('"163020007", "75367002"', "163020007", "", "codes must be a list of codes as texts"),
        ('result = "number"', "result = 5", "", "'result' is 5; a column is text, date"),
        ('result = "number"', 'result = "numbr"', "", "did you mean 'number'?"),
        # bounds
        ("records = 5", "records = 0", OBS, "records is 0 and must be from 1 to 1,000"),
        ("records = 5", "records = 1001", OBS, "records is 1001 and must be from 1 to 1,000"),
        ("per_criterion = 15", "per_criterion = -1", "", "must be from 1 to 1,000"),
        ("random_records = 25", "random_records = -1", "", "must be from 0 to 1,000"),
        ("at_least = 3", "at_least = -1", OBS, "at_least is -1 and must be from 0"),
        # texts
        ('id = "MED-04"', 'id = "=MED"', "criterion number 1, ", "'=MED' is not an id"),
        ('id = "MED-04"', 'id = "MED 04"', "criterion number 1, ", "'MED 04' is not an id"),
        ('id = "MED-04"', 'id = ""', "criterion number 1, ", "'' is not an id"),
        ('id = "MED-04"', f'id = "{"M" * 41}"', "criterion number 1, ", "up to 40 letters"),
        ('id = "OBS-01"', 'id = "med-04"', "criterion med-04, ", "already that of another"),
        ('area = "Medication"', 'area = "  "', MED, "area is empty"),
        ('"Medication"', '"Medi\\u202Ecation"', MED, "area has the character U+202E"),
        ('"Medication"', '"Medi\\u001B[2Jcation"', MED, "area has the character U+001B"),
        ('"Medication"', f'"{"M" * 201}"', MED, "area has 201 characters and may have 200"),
        ('"Review date"', '"Review\\u0007"', MED, "compare has the character U+0007"),
        # tables, columns, codelists
        (
            '"medications"',
            '"medication"',
            MED,
            "no table 'medication'; did you mean 'medications'?",
        ),
        ("is_active", "is_actve", MED, "In where: 'is_actve' is not a column of this table; did"),
        ('distinct = "date"', 'distinct = "dat"', OBS, "distinct: there is no column 'dat'"),
        ('per = "kind"', 'per = "knd"', OBS, "per: there is no column 'knd'"),
        ('"controlled_drugs"', '"controled_drugs"', MED, "There is no codelist 'controled_drugs'"),
        (
            'codes = "blood_pressure"',
            'codes = "blod_pressure"',
            OBS,
            "did you mean 'blood_pressure'?",
        ),
        ('"controlled_drugs"', '"../x"', MED, "'../x' cannot be a codelist's name"),
        ('"controlled_drugs"', '"CON"', MED, "'CON' cannot be a codelist's name"),
        ('"controlled_drugs"', '"nul"', MED, "'nul' cannot be a codelist's name"),
        ('"medications"', '"appointments"', MED, "no text column 'code'"),
        ("[tables.labs]", "[tables.events]", "", "'events' is one of recordpick's own tables"),
        ("[tables.labs]", '[tables."../x"]', "", "'../x' cannot be a table's name"),
        ('START = "date"', 'AND = "date"', "", "'AND' cannot be a column's name"),
        ('START = "date"', '"^.*$" = "date"', "", "'^.*$' cannot be a column's name"),
        ('START = "date"', 'patient_id = "integer"', "", "patient_id is text in every table"),
        # conditions
        ("status = 'registered'", "status = 'regd'", "", "In population: 'status' (text) is never"),
        ('"everyone"', '"status = 1"', OBS, "In population: 'status' (text) cannot be compared"),
        ('"everyone"', "\"kind = 'x'\"", OBS, "In population: 'kind' is not a column"),
        ("course = 'repeat'", "course = ", MED, "In where: The condition cannot be read at 'AND'"),
        ("course = 'repeat'", "read_csv('x')", MED, "'read_csv' is not a function"),
        # counts
        ("at_least = 3", "at_most = 3", OBS, "at_most cannot be used with per"),
        ("at_most = 0", "at_most = 3, at_least = 4", OBS, "nobody can meet both"),
        ("at_least = 3", "at_least = 0", OBS, "met by everyone"),
        ('per = "kind"', 'per = "date"', OBS, "the same column"),
        ('table = "medications"\ncodes = "controlled_drugs"\nwhere =', "x =", MED, "says nothing"),
        # alternatives
        ('{ says = "no lab"', '# { says = "no lab"', OBS, "any holds from 2 to 50 rules"),
        ('{ says = "no lab"', '{ any = [], says = "no lab"', OBS, "any cannot be used inside any"),
        ("any = [\n", 'says = "x"\nany = [\n', OBS, "'says' is not allowed beside any"),
        # shapes
        (
            "[[criterion.rule]]",
            "[criterion.rule]",
            MED,
            "Write [[criterion.rule]] with two brackets",
        ),
        ("[codelist.blood_pressure]", "[codelist]", "", "must be a table"),
    ],
)
def test_one_problem_and_its_place(old: str, new: str, criterion: str, reported: str) -> None:
    """The message names the file, the criterion, the line of what is wrong, and what to do."""
    text = changed((old, new))
    messages = problems_of(text)
    found = [message for message in messages if reported in message]
    assert found, messages
    assert found[0].startswith(f"pack.toml, {criterion}line ")
    assert all(len(message) < 900 and message.isprintable() for message in messages)


@pytest.mark.parametrize(
    ("old", "new", "mark"),
    [
        ("is_active", "is_actve", "where = "),
        ('"medications"', '"medication"', "table = "),
        ("records = 5", "records = 0", "records = 0"),
        ('area = "Medication"', "", 'id = "MED-04"\n'),
        ("START > :as_at", "STRT > :as_at", '{ says = "no lab"'),
        ('"Review date"', '"Review\\u0007"', "compare = ["),
        ("at_least = 3", "at_least = 3.5", "at_least = 3.5"),
        ("random_records = 25", "random_records = 1.5", "random_records = 1.5"),
        ('result = "number"', 'result = "numbr"', "result = "),
    ],
)
def test_the_line_is_that_of_the_value(old: str, new: str, mark: str) -> None:
    """Or of what should hold it, where something is missing."""
    text = changed((old, new))
    line = line_of(text, mark) - (mark == 'id = "MED-04"\n')
    assert all(f"line {line}: " in message for message in problems_of(text))


def test_all_problems_are_reported_in_the_order_of_the_file() -> None:
    """So that a supplier corrects a pack in one go."""
    text = changed(
        ('version = "2026.1"', "versoin = 5"),
        ('"medications"', '"medication"'),
        ("records = 5", "records = 0"),
        ("START > :as_at", "STRT > :as_at"),
        ('per = "kind"', 'per = "knd"'),
    )
    messages = problems_of(text, {"codelists/controlled_drugs.csv": "code,term\n,x\n"})
    lines = [
        int(message.partition("line ")[2].partition(":")[0])
        for message in messages
        if message.startswith("pack.toml")
    ]
    assert lines == sorted(lines)
    assert len(messages) == 7
    assert messages[-1] == "codelists/controlled_drugs.csv, line 2: The row has no code."


def test_thousands_of_problems_are_not_all_reported() -> None:
    """A hundred are enough for a first round, and the number of the others."""
    text = SOUND[: SOUND.index("[[criterion]]")] + "[[criterion]]\nx = 1\n" * 60
    messages = problems_of(text)
    assert len(messages) == 101
    assert messages[-1] == "pack.toml: and 200 more problems."


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("", ("has no [pack]", "has no criteria")),
        ('[pack]\ntitle = "x"\nversion = "1"\n', ("has no criteria",)),
        ("[[criterion]]\n", ("has no [pack]", "id is missing")),
        ("pack = 5\n", ("line 1: pack must be a table",)),
        ('[pack]\ntitle = "x"\n[criterion]\nid = "x"\n', ("Write [[criterion]] with two",)),
        ("[pack\n", ("line 1: this is not TOML",)),
        ('[pack]\ntitle = "x"\ntitle = "y"\n', ("line 3: this is not TOML: Cannot overwrite",)),
        ('[pack]\ntitle = "x\n', ("line 2: this is not TOML",)),
        ('[pack]\ntitle = """x\n', ("line 3: this is not TOML",)),
        ("Lorem ipsum\n", ("line 1: this is not TOML",)),
    ],
)
def test_texts_that_are_no_pack(text: str, reported: tuple[str, ...]) -> None:
    """The line where reading stopped, in words."""
    messages = problems_of(text)
    assert all(any(part in message for message in messages) for part in reported), messages


def test_a_codelists_own_problems_name_its_file() -> None:
    """And are told once, however many rules ask for it."""
    text = changed(('codes = "blood_pressure"', 'codes = "controlled_drugs"'))
    broken = {"codelists/controlled_drugs.csv": "code,term\n1.2E+14,Morphine\n"}
    assert [message.partition(";")[0] for message in problems_of(text, broken)] == [
        "codelists/controlled_drugs.csv, line 2: '1.2E+14' is a code that a spreadsheet has rounded"
    ]


def test_a_missing_codelist_says_where_it_was_looked_for() -> None:
    """In the pack, and in one folder beside it."""
    (message,) = problems_of(SOUND, {})
    line = line_of(SOUND, 'codes = "controlled_drugs"')
    assert message == (
        f"pack.toml, criterion MED-04, line {line}: "
        "There is no codelist 'controlled_drugs': neither [codelist.controlled_drugs] in the pack "
        "nor controlled_drugs.csv in the folder codelists beside it."
    )
