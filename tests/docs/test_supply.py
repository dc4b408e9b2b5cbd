"""What recordpick is made of is written down: libraries, licences, tables and their sources."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
DEVELOPERS = TOP / "docs" / "developers"
PAGE = (DEVELOPERS / "supported.md").read_text(encoding="utf-8")
TESTED = (DEVELOPERS / "tested-with.txt").read_text(encoding="utf-8")
BILL = (DEVELOPERS / "bill-of-materials.cdx.json").read_text(encoding="utf-8")
SOURCES = (DEVELOPERS / "data-sources.md").read_text(encoding="utf-8")
TABLES = [
    *(TOP / "src" / "recordpick" / "data").rglob("*"),
    *(TOP / "criteria").rglob("*"),
]


def versions() -> dict[str, str]:
    """Return the version of each library that the tests were run with."""
    return dict(
        re.findall(r"^([a-z0-9-]+)==(\S+) --hash=sha256:[0-9a-f]{64}$", TESTED, re.MULTILINE)
    )


def needed() -> list[str]:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.split(r"[<>=]", one)[0] for one in project["dependencies"]]


def test_every_library_is_in_all_three_lists_with_its_licence() -> None:
    """The page, the hashes, the bill of materials: the same names and versions."""
    components = {one["bom-ref"]: one for one in json.loads(BILL)["components"]}
    assert set(needed()) <= versions().keys()
    assert {name: one["version"] for name, one in components.items()} == versions()
    rows = dict(re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| ([^|]+) \|", PAGE, re.MULTILINE))
    assert {name: rows.get(name) for name in versions()} == versions()
    for one in components.values():
        assert one["licenses"], one["name"]
        assert one["hashes"][0]["alg"] == "SHA-256"
        assert one["hashes"][0]["content"] in TESTED
    lines = [line for line in TESTED.splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(versions())


def test_the_bill_says_what_needs_what() -> None:
    """From recordpick on, everything is reached."""
    bill = json.loads(BILL)
    assert bill["bomFormat"] == "CycloneDX"
    depends = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert sorted(depends["recordpick"]) == sorted(needed())
    reached, left = set(), ["recordpick"]
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left += depends.get(name, [])
    assert reached - {"recordpick"} == versions().keys()


@pytest.mark.parametrize("text", [TESTED, BILL], ids=["hashes", "bill"])
def test_no_address_is_in_them(text: str) -> None:
    """Neither a registry's nor one of the computer they were made on."""
    assert "://" not in text
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|opt|usr)/", text)


@pytest.mark.parametrize(
    "path",
    [one for one in TABLES if one.is_file() and "__pycache__" not in one.parts],
    ids=lambda path: path.name,
)
def test_every_table_that_ships_has_its_source_and_licence(path: Path) -> None:
    """A new file in the package's data or in criteria/ needs its row."""
    top = TOP / "src" / "recordpick" if "recordpick" in path.relative_to(TOP).parts else TOP
    name = path.relative_to(top).as_posix()
    if "/codelists/" not in name:
        assert re.search(rf"^\| `{re.escape(name)}` \|( [^|]+ \|){{3}}$", SOURCES, re.MULTILINE)
        return
    folder = name.rpartition("/")[0] + "/"
    assert re.search(rf"^\| `{re.escape(folder)}` \|( [^|]+ \|){{3}}$", SOURCES, re.MULTILINE)
    listed = SOURCES.partition(f"(`{folder}`):\n")[2].partition("\n\n")[0]
    assert f"`{path.stem}`" in listed


def test_a_weakness_can_be_reported_and_names_no_person() -> None:
    """By the repository's private vulnerability report."""
    page = (TOP / "SECURITY.md").read_text(encoding="utf-8")
    assert "Report a vulnerability" in page
    assert "@" not in page
    assert "../SECURITY.md" in (TOP / "docs" / "threat-model.md").read_text(encoding="utf-8")
