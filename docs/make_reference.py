"""Write the commands into reference.md, from the parser itself: `python docs/make_reference.py`.

It uses what the parser says of each option, not the text of `--help`, which differs between
versions of Python. A test checks that the page is what this script writes.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from recordpick.cli.main import COMMANDS, make_parser

PAGE = Path(__file__).parent / "reference.md"
BEGIN = "<!-- from here on written by docs/make_reference.py -->\n"
END = "<!-- up to here written by docs/make_reference.py -->\n"


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 - argparse has no public name for it


def inner(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the commands of a parser, by name, in order; empty if it is a command itself."""
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


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield each argument and option of a command as it is typed, with its description."""
    given = [action for action in _actions(parser) if action.help != argparse.SUPPRESS]
    for action in sorted(given, key=lambda action: bool(action.option_strings)):
        if not isinstance(action, argparse._HelpAction):  # noqa: SLF001 - no public name
            yield _typed(action), _says(action)


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


def _says(action: argparse.Action) -> str:
    says = action.help or ""
    return f"{says} **(needed)**" if action.option_strings and action.required else says


def in_a_cell(text: str) -> str:
    """Return a text as a table cell can hold it."""
    return text.replace("|", "\\|")


def page_of_commands() -> str:
    """Return the part of the page that this script writes."""
    out: list[str] = []
    for name, parser in commands():
        out += [f"### recordpick {name}", "", str(parser.description), ""]
        rows = [(f"`{in_a_cell(typed)}`", in_a_cell(says)) for typed, says in arguments_of(parser)]
        if rows:
            out += [
                "| | |",
                "| --- | --- |",
                *(f"| {typed} | {says} |" for typed, says in rows),
                "",
            ]
    return "\n".join(out)


def with_commands(page: str) -> str:
    """Return the page with its commands replaced."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{page_of_commands()}\n{END}{after}"


def main() -> None:
    """Write the page."""
    text = with_commands(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"Wrote {PAGE}.\n")


if __name__ == "__main__":
    main()
