"""What --json prints has the keys that the reference names, and nothing beside it on stdout."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from recordpick.cli.main import main
from recordpick.selection.events import Person
from recordpick.selection.working_file import WorkingFile

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"
PART = PAGE.read_text(encoding="utf-8").partition("## The JSON of the other")[2].partition("\n## ")
CELLS = re.findall(r"^\| (`.+?) \| (?:object|list) \| (.+) \|$", PART[0], re.MULTILINE)
NAMED = {
    command: set(re.findall(r"`(\w+)`", keys))
    for commands, keys in CELLS
    for command in re.findall(r"`([a-z ]+)`(?:,|$)", commands)
}


@pytest.fixture(scope="module")
def path(made_demo, tmp_path_factory):
    """A working file with two picks of one patient; these tests only read it."""
    folder = shutil.copytree(made_demo, tmp_path_factory.mktemp("json") / "demo")
    path = (folder / "demonstration.recordpick").rename(folder / "our.recordpick")
    with WorkingFile.open(path, Person("Kim", "practice")) as file:
        file.pick("DEM-04", ["10001"])
        file.pick("MED-01", ["10001"])
    return path


def keys_of(value):
    """Return all keys of what was printed, at any depth."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if not isinstance(value, dict):
        return set()
    return set(value) | set().union(*map(keys_of, value.values()))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("find", ["10001"]),
        ("record", ["10001"]),
        ("picks", ["--criterion", "dem-04"]),
        ("history", []),
        ("explain", ["med-01", "10001"]),
        ("issues progress", []),
        ("issues pace", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_keys_are_those_of_the_reference(path, capsys, command, words):
    """A program can rely on every key; what is not known is null, never left out."""
    assert main([*command.split(), str(path), *words, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    keys = keys_of(printed)
    values = {"staff", "supplier", "rule", "random", "null", "name", "nhs_number"}
    optional = {"DEM-04"} | {criterion for criterion in keys if "-" in criterion}
    assert keys - optional - {"random"} <= NAMED[command]
    inner = {"issue", "record", "patient", "criterion", "severity", "result", "differs"}
    assert NAMED[command] - keys - values <= (inner if command == "issues progress" else set())


def test_status_and_suggestions_have_the_keys_of_the_reference(path, capsys):
    """Also without picking: --show changes nothing."""
    before = path.read_bytes()
    assert main(["suggest", str(path), "--criterion", "dem-04", "--show", "--json"]) == 0
    suggested = json.loads(capsys.readouterr().out)
    assert set(suggested) == {"by", "picked", "ways", "picks"}
    assert not suggested["picked"]
    assert len(suggested["picks"]) == 19
    assert {pick["criterion"] for pick in suggested["picks"]} == {"DEM-04"}
    assert path.read_bytes() == before
    assert main(["status", str(path), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    for part in ("criteria", "checklist"):
        rows = re.search(rf"`status`: `{part}` \| list \| (.*) \|", PART[0])
        assert set(status.pop(part)[0]) == set(re.findall(r"`(\w+)`", rows[1])) - {"null"}
    assert keys_of(status) | {"criteria", "checklist"} == NAMED["status"]


def test_a_pack_is_described(capsys):
    """The criteria with whether they have rules, and what was not understood."""
    from recordpick.resources import general_practice_pack

    assert main(["criteria", "check", str(general_practice_pack()), "--json"]) == 0
    assert keys_of(json.loads(capsys.readouterr().out)) == NAMED["criteria check"]


def test_a_verdict_is_described(tmp_path, capsys):
    """What is not a pack is not sound, and the exit code says so."""
    (tmp_path / "README.txt").write_text("", encoding="utf-8")
    code = main(["verify", str(tmp_path), "--json"])
    verdict = json.loads(capsys.readouterr().out)
    assert (code, verdict["sound"], verdict["lines"]) == (1, False, None)
    assert verdict["problems"]
    assert set(verdict) | {"null"} == NAMED["verify"]


def test_differences_are_described(tmp_path, capsys):
    """Both sides of each figure, and how many are in each state; --out writes beside it."""
    for name, number in (("before", 10), ("after", 12)):
        text = f"indicator,denominator\nDM006,{number}\nDM012,7\n"
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    out = tmp_path / "differences.csv"
    words = [
        "compare",
        *(str(tmp_path / f"{name}.csv") for name in ("before", "after")),
        "--out",
        str(out),
    ]
    assert main([*words, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"states", "figures"}
    assert printed["states"] == {"different": 1, "same": 1}
    assert printed["figures"][0]["difference"] == 2
    assert out.exists()
