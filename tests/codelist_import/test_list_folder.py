"""The folder of imported lists: complete, usable as it is, and no list of one's own is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recordpick.cli.main import main
from recordpick.codelist_import.cluster_map import needed_lists
from recordpick.codelist_import.folder import open_lists
from recordpick.criteria.load import parse_pack, read_pack
from recordpick.criteria.pack import Pack
from recordpick.index.practice_index import open_index
from recordpick.matching import match
from recordpick.reports.rules import answer_rules
from recordpick.reports.what_counts import shipped_report_rules

Write = Callable[..., Path]
Rows = list[Sequence[str]]
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `codelists` and returns what was printed."""

    def run_codelists(*words: object, code: int = 0) -> str:
        assert main(["codelists", *map(str, words)]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return run_codelists


@pytest.fixture
def folder(official: Path, tmp_path: Path, run: Run) -> Path:
    """A folder with all lists filled."""
    run("import", official, "--into", tmp_path / "lists")
    return tmp_path / "lists"


def test_the_folder_has_packs_that_use_its_lists(folder: Path) -> None:
    """The shipped criteria and report rules, with the imported codes; a working file keeps them."""
    pack = read_pack(folder / "general_practice.toml")
    assert parse_pack(pack.files).codelists == pack.codelists
    about = open_lists(folder)
    for name, codelist in pack.codelists.items():
        assert len(codelist.codes) == about.lists[name]["codes"]
    assert about.year == "2026/27"
    assert pack.version.endswith(", lists 2026-05-21, QOF 2026/27")
    assert read_pack(folder / "report_rules.toml").version.endswith("QOF 2026/27")
    assert about.about["sources"][0]["date"] == "2026-05-21"
    assert not pack.notes


def test_a_list_that_is_not_filled_makes_its_criterion_unanswerable(
    write: Write, tmp_path: Path, run: Run, codes: list[str], made_demo: Path
) -> None:
    """Unanswerable is not nobody: neither in criteria nor in the reports."""
    path = write([["Cluster_ID", "SNOMED_code"], ["AFIB_COD", codes[0]]])
    out = tmp_path / "lists"
    assert "? " in run("import", path, "--into", out)
    pack, index = read_pack(out / "general_practice.toml"), open_index(made_demo / "index")
    assert any("The codelist is not filled" in note for note in pack.notes)
    answer = match(pack, index, index.manifest.as_at).answers["MED-04"]
    assert not answer.answered
    assert "the codelist controlled_drugs is not filled: it comes from the dm+d" in answer.why_not
    rules = answer_rules(index, index.manifest.as_at, _some(out / "report_rules.toml"))
    register = rules.of("AST.register")
    assert register.patients is None
    assert "the codelist asthma is not filled: the files have no cluster AST_COD" in (
        register.why_empty
    )


_RULES = ("AF.register", "AST.register", "HYP.register", "CS005.eligible")


def _some(path: Path) -> Pack:
    """Return report rules with a few of their sets: all of them take seconds."""
    pack = read_pack(path)
    ids = (*_RULES, "entries.")
    return replace(pack, criteria=tuple(one for one in pack.criteria if one.id.startswith(ids)))


def test_lists_of_the_made_up_file_answer_as_the_shipped_ones(
    folder: Path, made_demo: Path
) -> None:
    """The same registers: the file has the demonstration's codes."""
    index = open_index(made_demo / "index")
    day = index.manifest.as_at
    shipped = answer_rules(index, day, _some(shipped_report_rules()))
    own = answer_rules(index, day, _some(folder / "report_rules.toml"))
    for rule in _RULES:
        assert shipped.of(rule).patients is not None
        assert own.of(rule).figure == shipped.of(rule).figure


def test_lists_of_ones_own_stay(folder: Path, official: Path, run: Run, codes: list[str]) -> None:
    """Those put there and those changed by hand, whatever the file has for them."""
    own = folder / "codelists" / "af.csv"
    own.write_text(f"code,term\n{codes[0]},Ours\n", encoding="utf-8")
    said = run("import", official, "--into", folder)
    assert own.read_text(encoding="utf-8") == f"code,term\n{codes[0]},Ours\n"
    assert "your own list" in said
    assert open_lists(folder).lists["af"]["kept"] == "your own list"
    own.write_text("code,term\n9.99E+14,Ours\n", encoding="utf-8")
    assert "rounded" in run("import", official, "--into", folder, code=2)


def test_lists_of_an_earlier_file_stay(
    folder: Path, write: Write, run: Run, codes: list[str]
) -> None:
    """A second file adds to the lists of the first, and each says where it is from."""
    before = (folder / "codelists" / "asthma.csv").read_bytes()
    path = write([["Cluster_ID", "SNOMED_code"], ["AFIB_COD", codes[0]]], "20260630.csv")
    run("import", path, "--into", folder)
    assert (folder / "codelists" / "asthma.csv").read_bytes() == before
    assert codes[0] in (folder / "codelists" / "af.csv").read_text()
    lists = open_lists(folder).lists
    assert "20260521" in lists["asthma"]["kept"]
    assert lists["af"]["files"] == ["20260630.csv"]


def test_lists_of_an_earlier_year(folder: Path, write: Write, rows: Rows, run: Run) -> None:
    """Replace those of a later year only where the year is named; and none are mixed."""
    path = write(rows, "20250521.csv")
    said = run("import", path, "--into", folder, code=2)
    assert "its lists are those of QOF 2026/27, and the files are for 2025/26" in said
    run("import", path, "--into", folder, "--year", "2025/26")
    lists = open_lists(folder)
    assert lists.year == "2025/26"
    assert not any("20260521" in str(one.get("kept")) for one in lists.lists.values())


def test_a_folder_with_something_else_is_not_replaced(
    folder: Path, official: Path, run: Run, tmp_path: Path
) -> None:
    """Whatever is in it stays, and is named."""
    (folder / "notes.txt").write_text("Ours")
    assert "notes.txt: this file is not from an import" in run(
        "import", official, "--into", folder, code=2
    )
    (folder / "notes.txt").unlink()
    (folder / "general_practice.toml").write_text("changed")
    assert "general_practice.toml: this file was changed" in run(
        "import", official, "--into", folder, code=2
    )
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("x")
    assert "not a folder of imported codelists" in run(
        "import", official, "--into", tmp_path / "other", code=2
    )


def test_terms_are_data(write: Write, tmp_path: Path, run: Run, codes: list[str]) -> None:
    """No spreadsheet runs them, nothing is hidden in them, and the list is read again."""
    terms = ["=HYPERLINK(1)", "-ve\u202e test", "two\nlines, and a comma"]
    named = [["AFIB_COD", code, term] for code, term in zip(codes, terms, strict=False)]
    path = write([["Cluster_ID", "SNOMED_code", "SNOMED_code_description"], *named])
    run("import", path, "--into", tmp_path / "lists")
    text = (tmp_path / "lists" / "codelists" / "af.csv").read_text(encoding="utf-8")
    assert "'=HYPERLINK(1)" in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == 4
    assert read_pack(tmp_path / "lists" / "general_practice.toml").notes


def test_where_the_folder_cannot_be(official: Path, tmp_path: Path, run: Run) -> None:
    """A file, or no folder to be in: said before anything is written."""
    (tmp_path / "file").write_text("Ours")
    assert "is a file" in run("import", official, "--into", tmp_path / "file", code=2)
    said = run("import", official, "--into", tmp_path / "none" / "lists", code=2)
    assert "there is no folder" in said
    assert (tmp_path / "file").read_text() == "Ours"


def test_a_dry_run_writes_nothing(official: Path, tmp_path: Path, run: Run) -> None:
    """It says what would be."""
    said = run("import", official, "--into", tmp_path / "lists", "--dry-run")
    assert f"{len(needed_lists())} of {len(needed_lists())} lists filled" in said
    assert "Nothing was written." in said
    assert not (tmp_path / "lists").exists()


def test_show_says_where_lists_come_from(folder: Path, run: Run) -> None:
    """All of them, or one with its codes."""
    assert "21 May 2026 · QOF 2026/27" in run("show", folder)
    assert re.search("49436004 +Atrial fibrillation", run("show", folder, "af"))
    assert json.loads(run("show", folder, "af", "--json"))["clusters"][0]["name"] == "AFIB_COD"
    assert "there is no list 'astma'. Did you mean asthma?" in run("show", folder, "astma", code=2)


def test_show_without_an_import(tmp_path: Path, run: Run) -> None:
    """It says how to make one."""
    assert "Make one with recordpick codelists import" in run("show", tmp_path, code=2)
    (tmp_path / "codelists.json").write_text("{")
    assert "the file is damaged" in run("show", tmp_path, code=2)


def test_cover_counts_what_no_list_has(
    folder: Path, made_demo: Path, tmp_path: Path, run: Run
) -> None:
    """Compared with the records by plain counting: the most used first."""
    listed = {
        line.split(",")[0]
        for path in (folder / "codelists").glob("*.csv")
        for line in path.read_text(encoding="utf-8").splitlines()[1:]
    }
    index = open_index(made_demo / "index")
    counts: dict[tuple[str, str], int] = {}
    for table in ("events", "medications"):
        for code in index.scan(table).select("code").collect()["code"]:
            if code and code not in listed:
                counts[table, code] = counts.get((table, code), 0) + 1
    out = tmp_path / "codes.csv"
    words = ("cover", made_demo / "index", "--lists", folder, "--top")
    said = json.loads(run(*words, "0", "--json").partition("\n}")[0] + "\n}")
    found = {(row["table"], row["code"]): row["entries"] for row in said["unlisted"]}
    assert found == counts
    entries = [row["entries"] for row in said["unlisted"]]
    assert entries == sorted(entries, reverse=True)
    assert said["entries"] == said["listed_entries"] + sum(entries)
    run(*words, "3", "--out", out)
    assert pl.read_csv(out).height == len(counts)


def test_demonstration_lists_give_no_figure_on_real_records(made_demo: Path, folder: Path) -> None:
    """A register of the few codes that ship would be too small, and look whole."""
    index = open_index(made_demo / "index")
    real = replace(index, manifest=replace(index.manifest, synthetic=False))
    day = index.manifest.as_at
    shipped = answer_rules(real, day, _some(shipped_report_rules())).of("AF.register")
    assert shipped.patients is None
    assert "The codelist af is the one for demonstrations" in shipped.why_empty
    own = answer_rules(real, day, _some(folder / "report_rules.toml")).of("AF.register")
    assert own.patients is not None
