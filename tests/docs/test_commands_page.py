"""The reference has every command and option as the program has them."""

import contextlib
import io
import re
import shlex
import sys

import pytest
from pages import DOCS

from recordpick.cli.main import main, parse

sys.path.insert(0, str(DOCS))
import make_reference

PAGE = (DOCS / "reference.md").read_text(encoding="utf-8")
NAMES = [name for name, _ in make_reference.commands()]


def section(command):
    found = re.search(rf"^### recordpick {command}\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"no section on {command}: python docs/make_reference.py"
    return found[1].replace("\\|", "|")


def test_the_page_is_what_the_script_writes():
    """After a change of the commands: `python docs/make_reference.py`."""
    assert make_reference.with_commands(PAGE) == PAGE


@pytest.mark.parametrize("page", make_reference.PAGES_WITH_COLUMNS, ids=lambda page: page.name)
def test_the_columns_on_a_page_are_those_that_are_written(page):
    """After a change of a report's columns: `python docs/make_reference.py`."""
    text = page.read_text(encoding="utf-8")
    assert make_reference.COLUMNS.search(text)
    assert make_reference.with_columns(text) == text


def test_every_csv_of_a_pack_has_its_columns_on_the_page():
    """A supplier finds the columns of all of them in the reference."""
    named = set(re.findall(r"columns of (\S+),", PAGE))
    assert named == {table.file for table in make_reference.TABLES}


@pytest.mark.parametrize("command", NAMES)
def test_what_help_says_is_on_the_page(command, monkeypatch):
    """Every option of --help, and no others; every word that --help says about them."""
    monkeypatch.setenv("COLUMNS", "400")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    printed, page = said.getvalue(), section(command)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", printed)) - {"--help"}
    assert options == set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page))
    _, _, listed = printed.partition("\n\n")
    for line in listed.splitlines():
        words = re.split(r" {2,}", line.strip(), maxsplit=1)
        if len(words) == 2 and "--help" not in words[0]:
            assert words[1] in page


@pytest.mark.parametrize("command", NAMES)
def test_every_help_has_an_example_that_can_be_typed(command):
    """It is one line of the command itself, and its words are accepted."""
    parser = dict(make_reference.commands())[command]
    program, *words = shlex.split(make_reference.example_of(parser))
    assert program == "recordpick"
    assert command == "open" or words[: len(command.split())] == command.split()
    assert parse(words).run
    assert f"    {make_reference.example_of(parser)}\n" in section(command)


def test_the_json_of_match_is_as_described(made_demo, capsys):
    """Every key is on the page, and every key on the page exists."""
    import json

    assert main(["match", "--index", str(made_demo / "index"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    part = PAGE.partition("## The JSON of")[2].partition("\n## ")[0]
    named = set()
    for cell in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", part, re.MULTILINE):
        named |= set(re.findall(r"`(\w+)`", cell))
    assert named == set(answer) | set(answer["criteria"][0])
    inner = set(answer["pack"]) | set(answer["index"]) | set(answer["criteria"][0]["left"][0])
    assert all(f"`{key}`" in part for key in inner)


def test_the_page_on_migrations_has_every_kind_of_fault():
    """After a change of the kinds: `python docs/make_reference.py`."""
    text = make_reference.MIGRATION.read_text(encoding="utf-8")

    assert make_reference.KINDS.search(text)
    assert make_reference.with_kinds_of_faults(text) == text
