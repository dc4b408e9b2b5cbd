"""Whatever a practice's records hold, no sign of it that a terminal obeys reaches the terminal."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
import unicodedata
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import polars as pl
import pytest
from hostile_data import AS_AT, ATTACKS, NAUGHTY, NEVER_RAW, hostile_tables, write_hostile
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from recordpick.cli.main import main
from recordpick.criteria.load import read_pack
from recordpick.data_checking.issued_lists import list_ids
from recordpick.errors import UserError
from recordpick.handover.export import export
from recordpick.handover.pack_contents import Options
from recordpick.identifiers import is_damaged, repair_number, without_invisible
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import open_index
from recordpick.matching import match
from recordpick.sanitize import visible
from recordpick.selection.events import Person
from recordpick.selection.results import Entry, FilledIn
from recordpick.selection.working_file import WorkingFile

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pty")

IDENTIFIERS = {"patient_id", "code", "second_code"}
"""Columns in which characters that cannot be seen are repaired; any other text stays as it is."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
PACK = """
[pack]
title = "Everybody"
version = "1"

[[criterion]]
id = "ALL-01"
area = "Area"
title = "Everybody with an entry"
find = "Everybody."

[[criterion.rule]]
says = "an entry"
table = "events"

[[criterion]]
id = "ALL-02"
area = "Area"
title = "Everybody"
find = "Everybody."

[[criterion.rule]]
says = "on the list"
where = "status = 'registered'"
"""


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with source, index, pack and a working file of the hostile practice."""
    folder = tmp_path_factory.mktemp("hostile")
    build_index([write_hostile(folder / "source")], folder / "index", as_at=AS_AT)
    (folder / "pack.toml").write_text(PACK, encoding="utf-8")
    run(
        *("new", folder / "work.recordpick", "--index", folder / "index"),
        *("--criteria", folder / "pack.toml", "--practice", "Practice", "--name", "Kim"),
    )
    return folder


def run(*words: object) -> int:
    return main([str(word) for word in words])


def patient_numbers() -> list[str]:
    """Return the patient numbers of the hostile practice as an index has them."""
    return [repair_number(number) for number in hostile_tables()["patients"]["patient_id"]]


def raw_in(text: str) -> list[bytes]:
    """Give what of the data stands raw in an output."""
    return NEVER_RAW.findall(text.encode("utf-8", "surrogateescape"))


def test_the_index_carries_every_text_unharmed(practice: Path) -> None:
    """But for blanks around it: what is shown differs from what is kept."""
    index = open_index(practice / "index")
    for name, frame in hostile_tables().items():
        kept = index.scan(name).collect()
        texts = [column for column in kept.columns if frame.schema.get(column) == pl.String]
        for column in texts:
            if column in IDENTIFIERS:
                continue
            given = frame[column].str.strip_chars().drop_nulls()
            assert sorted(kept[column].drop_nulls()) == sorted(given.filter(given != "")), column


def test_patients_are_distinguished_by_the_visible_part_of_their_numbers(practice: Path) -> None:
    """Blanks and characters without width are repaired in every table; nobody becomes another."""
    index = open_index(practice / "index")
    numbers = patient_numbers()
    assert len(set(numbers)) == len(numbers)
    for name in hostile_tables():
        kept = index.scan(name).collect()["patient_id"]
        assert sorted(kept) == sorted(numbers), name


def test_codes_are_repaired_or_emptied_and_counted(practice: Path) -> None:
    """A code of which a spreadsheet has lost digits is no code, and the list of values has it."""
    index = open_index(practice / "index")
    with (practice / "index" / "set_aside_values.csv").open(encoding="utf-8", newline="") as file:
        emptied = [row["table"] for row in csv.DictReader(file) if row["column"] == "code"]
    for name, frame in hostile_tables().items():
        if "code" in frame.schema:
            codes = frame["code"].drop_nulls().to_list()
            given = [repair_number(code) for code in codes]
            usable = [code for code in given if code and not is_damaged(code)]
            kept = index.scan(name).collect()["code"].drop_nulls()
            assert sorted(kept) == sorted(usable), name
            nothing_left = [
                code
                for code, repaired in zip(codes, given, strict=True)
                if without_invisible(code) and not repaired  # a lone quotation mark
            ]
            lost = sum(map(is_damaged, given)) + len(nothing_left)
            assert emptied.count(name) == lost, name


@pytest.mark.parametrize(
    "words",
    [
        ("match", "FILE"),
        ("match", "FILE", "--criterion", "ALL-01"),
        ("match", "FILE", "--json"),
        ("explain", "FILE", "ALL-01", "PATIENT"),
        ("explain", "FILE", "ALL-01", "\x1b]0;PWNED\x07"),
        ("status", "FILE"),
        ("find", "FILE", "a"),
        ("find", "FILE", "a", "--json"),
        ("record", "FILE", "PATIENT"),
        ("record", "FILE", "PATIENT", "--json"),
        ("pick", "FILE", "ALL-02", "\x1b]0;PWNED\x07", "--name", "Kim"),
        ("close", "FILE", "\x1b]0;PWNED\x07", "--reason", "None", "--name", "Kim"),
        ("suggest", "FILE", "--show"),
        ("draw", "FILE", "--seed", "1", "--name", "Kim"),
        ("pick", "FILE", "ALL-02", "LIST", "--show"),
        ("index", "SOURCE", "--out", "OUT", "--practice", "\x9b2JPWNED"),
        ("criteria", "check", "\x1b[2J\x1b[HPWNED.toml"),
        ("\x1b[2J\x1b[HPWNED",),
        ("match", "--\x1b[2J\x1b[HPWNED"),
    ],
    ids=lambda words: " ".join(words[:2]).translate({0x1B: "ESC", 0x9B: "CSI"}),
)
def test_no_command_prints_data_raw(
    practice: Path, tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it does its work or says why not."""
    ids = hostile_tables()["patients"]["patient_id"].to_list()
    listed = [text for text in ids if not {"\r", '"'} & set(text)]
    (tmp_path / "list.csv").write_text(
        "patient_id\n" + "".join(f'"{text}"\n' for text in listed), encoding="utf-8"
    )
    known = {
        "FILE": practice / "work.recordpick",
        "PATIENT": ids[3],
        "LIST": tmp_path / "list.csv",
        "SOURCE": practice / "source",
        "OUT": tmp_path / "index",
    }
    with suppress(SystemExit):  # as argparse ends
        run(*(known.get(word, word) for word in words))
    printed = capsys.readouterr()
    assert printed.out + printed.err
    assert raw_in(printed.out + printed.err) == []


@pytest.fixture(scope="module")
def handed_over(practice: Path) -> Path:
    """A folder with a pack of the hostile practice, its checked file, PCSE's list, lists."""
    folder = practice / "handed over"
    folder.mkdir()
    path = folder / "work.recordpick"
    run(
        *("new", path, "--index", practice / "index", "--criteria", practice / "pack.toml"),
        *("--name", "Kim"),
    )
    attacks = cycle(ATTACKS)
    with WorkingFile.open(path, Person("Kim", "practice")) as file:
        index = open_index(practice / "index")
        ids = index.scan("patients").collect()["patient_id"].to_list()
        file.pick("ALL-02", ids[:5])
        for patient in ids[:5]:
            with suppress(UserError):  # which it is, where a sign cannot be seen
                file.note(patient, next(attacks))
        matches = match(file.pack, index, file.as_at)
        export(file, index, folder / "pack", matches, options=Options(with_names=True))
        entries = tuple(
            Entry("ALL-02", patient, line, line, "different", next(attacks), "high", "\x9bK")
            for line, patient in enumerate(ids[:5], 1)
        )
        list_id = list(list_ids(file))[-1]
        file.import_results(FilledIn("first check", list_id, "\x1b[2J.xlsx", "0" * 64, entries))
    rows = [["NHS Number", "Surname", "Forenames", "Date of Birth", "Address"]]
    texts = [text.replace("\0", "") for text in ATTACKS]
    rows += [["9990000018", text, text, "01/02/1960", text] for text in texts]
    with (folder / "pcse.csv").open("w", encoding="utf-8", newline="") as csv_file:
        csv.writer(csv_file, quoting=csv.QUOTE_ALL).writerows(rows)
    (folder / "lists").mkdir()
    shutil.copyfile(folder / "pcse.csv", folder / "lists" / "ALL-02.csv")
    if os.name != "nt":  # Windows has no such names
        (folder / "lists" / "\x1b]0;PWNED\x07.csv").touch()
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("clean-up", "INDEX", "--pcse", "PCSE", "--out", "OUT"),
        ("issues", "progress", "FILE"),
        ("issues", "log", "FILE", "--out", "OUT.csv"),
        ("issues", "sign-off", "FILE", "--out", "OUT.txt"),
        ("export", "FILE", "--out", "OUT", "--name", ATTACKS[0]),
        ("export", "FILE", "--out", "OUT", "--name", "Kim"),
        ("verify", "PACK"),
        ("receive", "PACK", "--out", "OUT.csv"),
        ("compare", "PACK", "PACK", "--out", "OUT.csv"),
        ("pick", "FILE", "--folder", "LISTS", "--show"),
        ("pick", "FILE", "ALL-02", "PCSE", "--show"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_no_command_of_handing_over_and_checking_lets_data_through_raw(
    handed_over: Path,
    practice: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nor does a text file hold what obeys: other signs it carries as they are."""
    known = {
        "FILE": tmp_path / "work.recordpick",
        "INDEX": practice / "index",
        "PCSE": handed_over / "pcse.csv",
        "LISTS": handed_over / "lists",
        "PACK": handed_over / "pack",
        "OUT": tmp_path / "out",
        "OUT.csv": tmp_path / "out.csv",
        "OUT.txt": tmp_path / "out.txt",
    }
    shutil.copyfile(handed_over / "work.recordpick", known["FILE"])
    code = run(*(known.get(word, word) for word in words))
    printed = capsys.readouterr()
    assert code == (2 if words[-1] in ATTACKS else 0), printed.err
    assert printed.out + printed.err
    assert raw_in(printed.out + printed.err) == []
    written = [path for path in tmp_path.rglob("*") if path.suffix in {".csv", ".txt", ".json"}]
    assert len(written) >= ("--out" in words and code == 0)
    for path in written:
        assert CONTROL.findall(path.read_text(encoding="utf-8")) == [], path.name


def test_json_for_programs_carries_every_text_unharmed(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("match", practice / "work.recordpick", "--json")
    said = json.loads(capsys.readouterr().out)
    assert sorted(said["criteria"][1]["patients"]) == sorted(patient_numbers())


def test_rows_that_were_rejected_run_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    """They are read by people, who open the file in one; what they say is all there."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "patients.csv").write_text(
        "patient_id,family_name,date_of_birth,nhs_number\n1,x,=not a day,=1+1\n2,y,2000-01-01,\n"
        "=cmd|' /C calc'!A0,\x1b[2J\x9b2JPWNED,2000-01-01,,a field too many\n",
        encoding="utf-8",
    )
    build_index([source], tmp_path / "index", as_at=AS_AT)
    texts = []
    for name, column in (("rejected_rows.csv", "row"), ("set_aside_values.csv", "value")):
        content = (tmp_path / "index" / name).read_text(encoding="utf-8")
        assert raw_in(content) == []
        texts += [row[column] for row in csv.DictReader(content.splitlines())]
    assert texts == [
        "'=cmd|' /C calc'!A0,␛[2J\N{REPLACEMENT CHARACTER}2JPWNED,2000-01-01,,a field too many",
        *("'=not a day", "'=1+1"),
    ]


@pytest.mark.parametrize("attack", [text for text in ATTACKS if not text.isprintable()])
def test_a_pack_with_signs_that_cannot_be_seen_is_refused(tmp_path: Path, attack: str) -> None:
    """In a title, and the message shows them."""
    path = tmp_path / "pack.toml"
    path.write_text(PACK.replace('"Everybody with an entry"', json.dumps(attack)), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        read_pack(path)
    assert str(refused.value).isprintable()


@given(st.text(st.characters(), max_size=40))
def test_what_was_made_visible_stays_as_it_is(text: str) -> None:
    """So it does no harm to do it twice."""
    assert visible(visible(text)) == visible(text)


def test_characters_without_width_are_known_to_the_core() -> None:
    """As they are to the library that draws the screen: each stands on a letter or is written."""
    bare = [
        f"U+{point:04X}"
        for point in range(sys.maxunicode + 1)
        if not (category := unicodedata.category(chr(point))).startswith("C")
        and category not in {"Zl", "Zp"}
        and cell_len(chr(point)) == 0
        and cell_len(visible(chr(point))) == 0
    ]
    assert bare == []


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the list of naughty strings is not here")
def test_the_naughty_strings_can_be_seen() -> None:
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        assert raw_in(visible(text)) == []
