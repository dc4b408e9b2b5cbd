"""Write what the program itself describes into the documents: `python docs/make_reference.py`.

These are the commands in reference.md, from the parser's options (not from the text of `--help`,
which differs between versions of Python), and the columns of each CSV. Tests check that the pages
are what this script writes.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from recordpick.cli.arguments import EXAMPLE_BEGINS
from recordpick.cli.main import COMMANDS, make_parser
from recordpick.data_checking.issue_log import ISSUES
from recordpick.handover.contract import TABLES
from recordpick.reports.columns import Column, Table
from recordpick.reports.compare import COMPARISON
from recordpick.synthetic.migration.fault_kinds import FAULT_KINDS

FOLDER = Path(__file__).parent
PAGE = FOLDER / "reference.md"
PAGES_WITH_COLUMNS = (PAGE, FOLDER / "data-checking.md", FOLDER / "reports.md")
BEGIN = "<!-- from here on written by docs/make_reference.py -->\n"
END = "<!-- up to here written by docs/make_reference.py -->\n"
COLUMNS = re.compile(
    r"(<!-- columns of (\S+), written by docs/make_reference.py -->\n).*?"
    r"(<!-- end of columns -->\n)",
    re.DOTALL,
)
MIGRATION = FOLDER / "synthetic-migration.md"
KINDS = re.compile(
    r"(<!-- kinds of faults, written by docs/make_reference.py -->\n).*?(<!-- end of kinds -->\n)",
    re.DOTALL,
)
TYPES = {"string": "text", "integer": "whole number", "number": "number", "date": "date"}


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 - argparse has no public name for it


def inner(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the commands of a parser by name, in order; none where it is a command itself."""
    for action in _actions(parser):
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - no public name
            return dict(action.choices)
    return {}


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command as it is typed, with its parser."""
    parsers = inner(make_parser())
    for name in COMMANDS:
        parser = parsers[name]
        parts = inner(parser)
        if not parts:
            yield name, parser
        for part, its_parser in parts.items():
            yield f"{name} {part}", its_parser


def example_of(parser: argparse.ArgumentParser) -> str:
    """Return the example that a command's help shows."""
    return (parser.epilog or "").removeprefix(EXAMPLE_BEGINS)


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield each argument and option of a command as it is typed, with its help text."""
    options = [action for action in _actions(parser) if action.help != argparse.SUPPRESS]
    for action in sorted(options, key=lambda action: bool(action.option_strings)):
        if not isinstance(action, argparse._HelpAction):  # noqa: SLF001 - no public name
            yield _typed(action), _help_text(action)


def _typed(action: argparse.Action) -> str:
    value = str(action.metavar or action.dest.upper())
    if not action.option_strings:
        several = {"+": f"{value} [{value} ...]", "?": f"[{value}]"}
        return several.get(str(action.nargs), value)
    names = ", ".join(action.option_strings)
    if action.nargs == 0:
        return names
    if action.choices is not None:
        value = "|".join(str(choice) for choice in action.choices)
    return f"{names} {value}"


def _help_text(action: argparse.Action) -> str:
    text = action.help or ""
    return f"{text} **(needed)**" if action.option_strings and action.required else text


def in_a_cell(text: str) -> str:
    """Return a text with what a cell of a table cannot hold escaped."""
    return text.replace("|", "\\|")


def page_of_commands() -> str:
    """Return the part of the page that this script writes."""
    out: list[str] = []
    for name, parser in commands():
        out += [f"### recordpick {name}", "", str(parser.description), ""]
        out += [f"    {example_of(parser)}", ""]
        rows = [(f"`{in_a_cell(typed)}`", in_a_cell(text)) for typed, text in arguments_of(parser)]
        if rows:
            out += [
                "| | |",
                "| --- | --- |",
                *(f"| {typed} | {text} |" for typed, text in rows),
                "",
            ]
    return "\n".join(out)


def with_commands(page: str) -> str:
    """Return the page with its commands written again."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{page_of_commands()}\n{END}{after}"


def table_of_columns(table: Table) -> str:
    """Return a CSV's columns as a table of Markdown."""
    rows = [f"| {one.name} | {_type_of(one)} | {in_a_cell(one.meaning)} |" for one in table.columns]
    return "\n".join(["| column | type | meaning |", "| --- | --- | --- |", *rows]) + "\n"


def _type_of(column: Column) -> str:
    if not column.words:
        return TYPES[column.type]
    return in_a_cell(", ".join(f"`{word}`" for word in column.words))


def with_columns(page: str) -> str:
    """Return the page with the columns of each CSV that it names written again."""
    tables = {table.file: table_of_columns(table) for table in (*TABLES, ISSUES, COMPARISON)}
    return COLUMNS.sub(lambda found: f"{found[1]}{tables[found[2]]}{found[3]}", page)


def with_kinds_of_faults(page: str) -> str:
    """Return the page with the table of kinds of faults written again."""
    rows = [
        f"| `{kind.name}` | `{kind.table}` | {in_a_cell(kind.meaning)} | {in_a_cell(kind.seen)} |"
        for kind in FAULT_KINDS.values()
    ]
    header = ["| kind | table | in the new system | seen in |", "| --- | --- | --- | --- |"]
    table = "\n".join([*header, *rows]) + "\n"
    return KINDS.sub(lambda found: f"{found[1]}{table}{found[2]}", page)


def main() -> None:
    """Write the pages again."""
    text = with_commands(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    for page in PAGES_WITH_COLUMNS:
        text = with_columns(page.read_text(encoding="utf-8"))
        page.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{page} is written.\n")
    text = with_kinds_of_faults(MIGRATION.read_text(encoding="utf-8"))
    MIGRATION.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
