"""Criteria packs, mapping files and practice.toml that were made to break something.

Each is refused in words, or what it says is what counts: the check reads the text a second time
with Python's own parser, and compares.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from recordpick.criteria.load import parse_pack, read_pack
from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex
from recordpick.index.readers.mapping_file import read_mapping
from recordpick.matching import match

from .limits import within_seconds
from .registry import attack

SECONDS = 30
PACK = """\
[pack]
title = "A pack"
supplier = "Example"
version = "1"
records_per_criterion = 3
random_records = 2
population = "status = 'registered'"
random_population = "everyone"

[codelist.some]
codes = ["195967001", "X-01"]

[tables.clinics]
day = "date"
place = "text"

[[criterion]]
id = "A-01"
area = "Area"
title = "Women with an entry"
find = "Women with one entry or more."
compare = ["Date", "Code"]
records = 4
population = "everyone"

[[criterion.rule]]
says = "sex is F"
where = "sex = 'F' AND date_of_birth < :as_at - INTERVAL '18 years'"

[[criterion.rule]]
says = "an entry of the list"
table = "events"
codes = "some"
where = "term LIKE '%a%' OR value > 5"
distinct = "code"
at_least = 1
at_most = 3

[[criterion]]
id = "A-02"
area = "Area"
title = "By browsing"
find = '''Anybody.
Whoever comes first.'''
"""
MAPPING = """\
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
sex = { map = "sex", values = { "1" = "M", "2" = "F" }, otherwise = "U" }
status = { map = "left", values = { "" = "registered" }, otherwise = "left" }

[[table]]
name = "events"
file = "e.csv"
where = "code <> ''"

[table.columns]
event_id = "nr"
patient_id = "id"
date = "day"
code = "code"
kind = { value = "observation" }
"""
PRACTICE = """\
name = "A practice"
as_at = 2026-01-31
synthetic = true
made_by = "us"
"""
SOURCE = {
    "p.csv": "id,born,sex,left\n1,31/01/1950,1,\n2,01/02/1960,2,03/04/2020\n3,01/02/1970,2,\n",
    "e.csv": "nr,id,day,code\na,1,01/02/2020,X-01\nb,2,02/02/2020,\nc,3,03/02/2020,X-02\n",
}
TABLES = {
    "patients.csv": "patient_id,sex,date_of_birth,status\n1,F,1950-01-31,registered\n2,M,,left\n",
    "events.csv": "event_id,patient_id,date,code,term,value\na,1,2020-01-01,X-01,abc,6\n",
}
VALUES = (
    *('""', "''", '"x"', "0", "-1", "1.5", "nan", "-inf", "true", "[]", "{}", "9" * 5_000),
    *(
        "7",
        "7",
        "1",
        "2",
        '"text"',
        '"A text  of words"',
        '"events"',
        '"code"',
        "2026-01-30",
        "false",
    ),
    *("0x" + "f" * 5_000, "1e400", "9223372036854775808", "1979-05-27", "9999-12-31", "0001-01-01"),
    *("2026-01-31T10:00:00Z", "10:00:00", '"\\u0000"', '"\\u001b[2J"', '"\\u202e"', '"\\ud800"'),
    *('"' + "a" * 40_000 + '"', '"""\n' + "line\n" * 500 + '"""', "[" * 500 + "]" * 500),
    *("{a=" * 300 + "1" + "}" * 300, "[1, [2, {}]]", '["a", 1]', '"=1+1"', '"../../etc/passwd"'),
    *('"//server/share"', '"%d"', '"a b"', '"é"', '"1 = 1"', '"' + "(" * 3_000 + '"'),
    *('"' + "NOT " * 3_000 + 'is_active"', "\"sex = 'F' OR 1\"", '"%s%n{0}"', '"\\r\\n"'),
)
LINES = (
    *("[", "]", "[[", "[]", "[x]", "[[criterion]]", "[[criterion.rule]]", "[[table]]", "[pack]"),
    *("[source]", "[table.columns]", "x = 1", "a.b.c = 1", "[" + "a." * 3_000 + "b]", "\x00"),
    *("# a remark", "", "records = 5", "at_most = 9", "compare = ['a', 'b']", "per = 'code'"),
    *("\ufeff", "\x0c", "# " + "x" * 5_000, '"""', "'''", "= 1", "x =", "x = [", "x = {", "\u2028"),
    *("__proto__ = 1", "[codelist.none]", "[tables.patients]", "[tables.x]\ny = 'text'", "<html>"),
)
PIECES = ('"', "'", '"""', "[", "]", "{", "}", "=", ".", ",", "\n", "\r", "#", "\\", "\x00", "\x7f")


def value_changed(lines: list[str], chance: random.Random) -> None:
    at = chance.choice([at for at, line in enumerate(lines) if "=" in line])
    key = lines[at].partition("=")[0]
    lines[at] = f"{key}= {chance.choice(VALUES)}"


def key_changed(lines: list[str], chance: random.Random) -> None:
    at = chance.choice([at for at, line in enumerate(lines) if "=" in line])
    key, _, value = lines[at].partition("=")
    new = chance.choice([f"{key.strip()}s", key.strip().upper(), "x", f"a.{key}", '""', "\u00e9"])
    lines[at] = f"{new} ={value}"


def line_added(lines: list[str], chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(LINES))


def line_gone(lines: list[str], chance: random.Random) -> None:
    del lines[chance.randrange(len(lines))]


def line_moved(lines: list[str], chance: random.Random) -> None:
    """Move a line, perhaps into another section; or write it a second time."""
    at = chance.randrange(len(lines))
    line = lines[at] if chance.random() < 0.5 else lines.pop(at)
    lines.insert(chance.randrange(len(lines) + 1), line)


def very_many(lines: list[str], chance: random.Random) -> None:
    """Repeat some lines hundreds of times."""
    at = chance.randrange(len(lines))
    part = lines[at : at + chance.randrange(1, 6)]
    lines[at:at] = part * chance.choice([2, 50, 1_500])


def damaged_characters(lines: list[str], chance: random.Random) -> None:
    at = chance.choice([at for at, line in enumerate(lines) if line])
    place = chance.randrange(len(lines[at]))
    lines[at] = lines[at][:place] + chance.choice(PIECES) + lines[at][place + chance.randrange(2) :]


WAYS: tuple[Callable[[list[str], random.Random], None], ...] = (
    *(value_changed, value_changed, value_changed, key_changed, line_added, line_added),
    *(line_gone, line_moved, line_moved, very_many, damaged_characters, damaged_characters),
)


def hostile(text: str, chance: random.Random) -> bytes:
    """Return a document that was changed in one to three ways."""
    lines = text.split("\n")
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        chance.choice(WAYS)(lines, chance)
    made = "\n".join(lines).encode("utf-8", "replace")
    if chance.random() < 0.05:
        made = chance.choice(
            [made.decode().encode("utf-16"), b"\xef\xbb\xbf" + made, made + b"\xff"]
        )
    return made


def _doc(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))


def _plain(text: str) -> str:
    return " ".join(text.split())


@cache
def _index(top: Path) -> PracticeIndex:
    source = top / "source-of-toml"
    source.mkdir()
    for name, text in TABLES.items():
        (source / name).write_text(text, encoding="utf-8")
    return build_index([source], top / "index-of-toml", as_at=date(2026, 1, 31))


def _check_pack(path: Path, top: Path) -> None:
    """A pack that is loaded says what its text says, in each of its parts, and can be matched."""
    pack, doc = read_pack(path), _doc(path)
    head = doc["pack"]
    assert pack.title == _plain(head["title"])
    assert pack.version == _plain(head["version"])
    assert pack.records_per_criterion == head.get("records_per_criterion", 20)
    assert pack.random_records == head.get("random_records", 20)
    assert len(pack.criteria) == len(doc["criterion"])
    for one, said in zip(pack.criteria, doc["criterion"], strict=True):
        assert one.id == said["id"]
        for key in ("area", "title", "find"):
            assert getattr(one, key) == _plain(said[key]), key
        assert one.records == said.get("records", pack.records_per_criterion)
        compare = said.get("compare", [])
        assert len(one.compare) == (1 if isinstance(compare, str) else len(compare))
        assert len(one.steps) == len(said.get("rule", []))
        for step, rule in zip(one.steps, said.get("rule", []), strict=True):
            _check_rule(step.rules[0], rule)
    for name, codelist in pack.codelists.items():
        assert set(codelist.codes) == {_plain(code) for code in doc["codelist"][name]["codes"]}
    again = parse_pack(pack.files)
    assert again == pack, "its own text is another pack"
    _check_matches(pack, _index(top))


def _check_rule(rule: Any, said: dict[str, Any]) -> None:
    for key in ("table", "codes", "distinct", "per", "at_least", "at_most"):
        if key in said:
            assert getattr(rule, key) == said[key], key
    if "where" in said:
        assert rule.where is not None, "a condition was lost"


def _check_matches(pack: Pack, index: PracticeIndex) -> None:
    answers = match(pack, index, date(2026, 1, 31)).answers
    assert set(answers) == {criterion.id for criterion in pack.criteria}


def _check_mapping(path: Path, top: Path) -> None:
    """A mapping that is read says what its text says, and no row gets lost by it."""
    mapped, doc = read_mapping(path), _doc(path)
    assert set(doc) <= {"source", "table"}
    source = doc.get("source", {})
    assert (mapped.name, mapped.as_at) == (source.get("name", ""), source.get("as_at"))
    assert mapped.synthetic == source.get("synthetic", False)
    assert len(mapped.tables) == len(doc["table"])
    for one, said in zip(mapped.tables, doc["table"], strict=True):
        assert (one.name, one.file) == (said["name"], said["file"])
        assert set(one.columns) == set(said["columns"])
        assert bool(one.where) == bool(said.get("where"))
        assert one.kinds == said.get("kinds", {})
    folder = _folder(path, SOURCE)
    index = build_index([folder], path.parent / "index", mapping=path)
    for count in index.manifest.files:
        found = count.rows_indexed + count.rows_rejected + count.rows_deleted
        assert count.rows_read == found, f"{count.file}: rows were lost"
    if index.manifest.practice:
        assert index.manifest.practice == source["name"]


def _check_practice(path: Path, top: Path) -> None:
    """What is read of practice.toml is in the index; keys that are not known are refused."""
    folder = _folder(path, TABLES)
    path.rename(folder / "practice.toml")
    index = build_index([folder], path.parent / "index")
    said = _doc(folder / "practice.toml")
    assert set(said) <= {"name", "as_at", "synthetic", "made_by"}
    assert index.manifest.practice == said.get("name", "")
    assert index.manifest.synthetic == said.get("synthetic", False)
    if "as_at" in said:
        assert str(index.manifest.as_at) == str(said["as_at"])


def _folder(path: Path, files: dict[str, str]) -> Path:
    folder = path.parent / "source"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


KINDS: dict[str, tuple[str, str, Callable[[Path, Path], None]]] = {
    "pack": (PACK, "pack.toml", _check_pack),
    "mapping": (MAPPING, "map.toml", _check_mapping),
    "practice.toml": (PRACTICE, "practice.toml", _check_practice),
}


@attack("hostile-toml", "criteria packs, mappings and practice.toml changed by chance", quick=25)
def hostile_toml(folder: Path, chance: random.Random) -> str:
    """It is refused in words that name the file, or what it says is what counts."""
    kind = chance.choice(["pack", "pack", "mapping", "practice.toml"])
    text, name, check = KINDS[kind]
    path = folder / name
    path.write_bytes(hostile(text, chance))
    with within_seconds(SECONDS):
        try:
            check(path, folder.parent)
        except UserError as error:
            said = str(error)
            assert said.strip()
            assert all(sign.isprintable() or sign == "\n" for sign in said), repr(said)
            return f"{kind}: refused"
    return f"{kind}: taken as it is"
