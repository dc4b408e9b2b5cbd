"""Describing commands to argparse: the parser, its commands, and the arguments that several share.

Nothing heavy is imported here or by the commands' modules themselves, so that help is quick:
what a command needs for its work is imported when it runs.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

EXAMPLE_BEGINS = "example:\n  "
"""What comes before the example in the help of a command."""


class Parser(argparse.ArgumentParser):
    """A parser whose messages suggest similar words, and contain nothing a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        """Print the message with usage on stderr, and exit with 2."""
        from recordpick.sanitize import visible

        super().error(visible(message + self._hint(message)))

    def parse_known_args(  # type: ignore[override] # the overloads only differ in the namespace
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse the arguments; an unknown option is an error of the command that it was given to.

        argparse itself would report it as an error of the whole program, whose options are others.
        """
        found, unknown = super().parse_known_args(args, namespace)
        if any(word.startswith("-") for word in unknown):
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def _hint(self, message: str) -> str:
        """Return which option, choice or command may be meant; "" where nothing is similar."""
        from recordpick.text import similar_hint

        if message.startswith("unrecognized arguments: "):
            words = (word.partition("=")[0] for word in message.split()[2:])
            options = self._option_string_actions
            hints = (similar_hint(word, options) for word in words if word.startswith("-"))
            given_late = ". What a command is about comes before its options: see its --help."
            return next((f".{hint}" for hint in hints if hint), given_late)
        if wrong := re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message):
            hint = similar_hint(wrong[1], re.findall(r"[\w-]+", wrong[2]))
            return f".{hint}" if hint else ""
        return ""


class HelpFormatter(argparse.HelpFormatter):
    """Help whose examples stay on their own lines, to be copied."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith(EXAMPLE_BEGINS):
            return text
        return super()._fill_text(text, width, indent)


def add_commands(parser: argparse.ArgumentParser, commands: Mapping[str, str]) -> None:
    """Add commands to a parser: names with the modules of `recordpick.cli` that describe them.

    A module has `HELP` (half a sentence), `EXAMPLE`, `add_arguments(parser)` and `run(options)`,
    which becomes `options.run`. The module of a group of commands has no `run` and no `EXAMPLE`.
    """
    added = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module_name in commands.items():
        module = import_module(f"recordpick.cli.{module_name}")
        help_text: str = module.HELP
        command = added.add_parser(
            name,
            help=help_text,
            description=f"{help_text[0].upper()}{help_text[1:]}.",
            formatter_class=HelpFormatter,
        )
        if hasattr(module, "run"):
            command.set_defaults(run=module.run)
            command.epilog = f"{EXAMPLE_BEGINS}{module.EXAMPLE}"
        module.add_arguments(command)


def add_file(parser: argparse.ArgumentParser) -> None:
    """Add the working file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")


def add_file_and_index(parser: argparse.ArgumentParser) -> None:
    """Add the working file, and where its index is now."""
    add_file(parser)
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="the practice index, if it has moved since the working file was made",
    )


def add_patients(parser: argparse.ArgumentParser) -> None:
    """Add one patient or several."""
    parser.add_argument(
        "patients",
        nargs="+",
        metavar="PATIENT",
        help="patient number or NHS number; - to type or pipe in numbers, one a line, so that they "
        "are not kept in the shell's history",
    )


def add_person(parser: argparse.ArgumentParser) -> None:
    """Add who does the work, and for whom."""
    parser.add_argument("--name", help="your name (otherwise your user name on this computer)")
    parser.add_argument(
        "--role",
        choices=("practice", "supplier", "partner"),
        default="practice",
        help="who you work for: the practice, the new supplier or a delivery partner",
    )


def add_take_over(parser: argparse.ArgumentParser) -> None:
    """Add the option to take a file over from whoever has it open."""
    parser.add_argument(
        "--take-over",
        action="store_true",
        help="write even if somebody else has the file open, once you know that nobody is "
        "working on it; says whose it was",
    )


def add_as_at(parser: argparse.ArgumentParser, help_text: str) -> None:
    """Add a day."""
    parser.add_argument("--as-at", metavar="DATE", help=f"{help_text}, as 01/10/2026 or 2026-10-01")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option to print the result for programs."""
    parser.add_argument("--json", action="store_true", help="everything as JSON, for programs")


def add_out(parser: argparse.ArgumentParser, metavar: str, help_text: str) -> None:
    """Add where to write, which must be given."""
    parser.add_argument("--out", type=Path, required=True, metavar=metavar, help=help_text)


def add_names(parser: argparse.ArgumentParser) -> None:
    """Add whether patients' names are wanted."""
    parser.add_argument(
        "--with",
        dest="also",
        action="append",
        choices=("names",),
        default=[],
        help="patients' names, in the workbook only; asks first",
    )
    parser.add_argument("--yes", action="store_true", help="write names without asking")


def add_sheets(parser: argparse.ArgumentParser) -> None:
    """Add which sheet or table of a document is meant."""
    parser.add_argument(
        "--sheet",
        action="append",
        metavar="NAME",
        help="of a workbook: the sheet that is meant, where several could be (may be repeated: "
        "they are one list then); of a Word document: the number of a table",
    )


def add_figures(parser: argparse.ArgumentParser) -> None:
    """Add both systems' report figures, and what the reports are counted by."""
    parser.add_argument(
        "--current",
        type=Path,
        metavar="CSV",
        help="the current system's own report figures, to keep in the working file",
    )
    parser.add_argument("--new", type=Path, metavar="CSV", help="the same for the new system")
    parser.add_argument(
        "--practice",
        metavar="CODE",
        help="your practice's code (A81001), where a file has the figures of several practices",
    )
    parser.add_argument(
        "--qof",
        type=Path,
        metavar="CSV",
        help="another year's QOF indicators, from now on (shipped: those that ship)",
    )
    parser.add_argument(
        "--report-rules",
        type=Path,
        metavar="TOML",
        help="your own rules for the reports' figures, from now on (shipped: those that ship)",
    )
    parser.add_argument(
        "--qof-year",
        metavar="YEAR",
        help="reports of that QOF year, such as 2025/26, from now on (as-at: that of the as-at "
        "date)",
    )
    parser.add_argument(
        "--count-to",
        choices=("as-at", "year-end"),
        help="count to the as-at date, or to the end of the QOF year (31 March), from now on",
    )
