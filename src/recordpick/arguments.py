"""What can be asked for on the command line: one parser for all commands.

Each command does its work in a module of `recordpick.commands`, which `argument_parts.command`
names.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from recordpick import __version__
from recordpick.argument_parts import Parsers, as_at, command, person, take_over, working_file
from recordpick.criteria_arguments import confirm_arguments, draft_arguments, sheets
from recordpick.handover_arguments import (
    compare_arguments,
    export_arguments,
    issues_arguments,
    merge_arguments,
    receive_arguments,
    reports_arguments,
    verify_arguments,
)


class _Parser(argparse.ArgumentParser):
    """A parser whose messages repeat nothing that a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        from recordpick.visible import visible

        super().error(visible(message))


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse; a first word that is no command is the working file that the app opens."""
    parser = make_parser()
    first = next((word for word in arguments if not word.startswith("-")), None)
    if not arguments or (first is not None and first not in COMMANDS):
        return parser.parse_args(["open", *arguments])
    return parser.parse_args(arguments)


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    parser: argparse.ArgumentParser = _Parser(
        prog="recordpick",
        description="Pick the patient records that a GP practice checks by hand when it moves to "
        "another clinical system. Without a command it opens the app; with a working file "
        "(recordpick FILE) it opens that.",
        epilog="Everything stays on this machine. Messages go to stderr; the exit code is 0 when "
        "the work is done, 2 when something given cannot be used.",
    )
    parser.add_argument("--version", action="version", version=f"recordpick {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in COMMANDS.values():
        add(commands)
    return parser


def _open(commands: Parsers) -> None:
    parser = command(commands, "open", "open the app, on a working file if one is given")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the working file")


def _demo(commands: Parsers) -> None:
    parser = command(commands, "demo", "open the app on a made-up practice")
    parser.add_argument(
        "--headless",
        action="store_true",
        help="without the app: match, pick, draw and write the hand-over files",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="where to keep what is made; without it the app keeps nothing",
    )
    parser.add_argument(
        "--patients", type=int, default=1500, metavar="N", help="how many patients (1500)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another practice (1)")


def _index(commands: Parsers) -> None:
    parser = command(
        commands, "index", "make the practice index from what the practice's system exports"
    )
    parser.add_argument(
        "source",
        type=Path,
        nargs="+",
        metavar="SOURCE",
        help="what the system exported (a folder), a folder of tables, or a list of patients "
        "(CSV, XLSX, Parquet)",
    )
    parser.add_argument(
        "--from",
        dest="kinds",
        action="append",
        choices=("emis", "systmone", "vision", "tables", "list"),
        help="what the source is, where it is not recognised; with several sources one for all, "
        "or --from again for each of them",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the index to make")
    parser.add_argument(
        "--map", type=Path, metavar="FILE", help="a mapping file, for a folder of any CSV files"
    )
    parser.add_argument(
        "--dates",
        choices=("day-first", "month-first"),
        help="of lists: what 01/02/2020 means where no date of the column proves it (else asked, "
        "and day first where nobody answers)",
    )
    parser.add_argument(
        "--registered",
        action="store_true",
        help="of lists without a column of status: everyone on them is registered now",
    )
    parser.add_argument("--practice", default="", metavar="NAME", help="the practice's name")
    as_at(
        parser,
        "the day the export was made (else what the source says, else asked, and today where "
        "nobody answers)",
    )


def _clean_up(commands: Parsers) -> None:
    parser = command(commands, "clean-up", "list what to put right before the first extract")
    parser.add_argument("index", type=Path, metavar="INDEX", help="the practice index")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument(
        "--pcse",
        type=Path,
        metavar="FILE",
        help="PCSE's list of your registered patients (CSV, XLSX), to compare with",
    )
    as_at(parser, "the day of the export (else the index's own)")


def _new(commands: Parsers) -> None:
    parser = command(commands, "new", "start a working file for one practice and one pack")
    parser.add_argument("file", type=Path, metavar="FILE", help="the working file to make")
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="practice index")
    parser.add_argument(
        "--criteria", type=Path, metavar="PACK", help="criteria pack (else the one that ships)"
    )
    parser.add_argument("--practice", default="", metavar="NAME", help="the practice's name")
    as_at(parser, "the day on which ages are reckoned (else the index's own)")
    person(parser)


def _match(commands: Parsers) -> None:
    parser = command(commands, "match", "show how many patients meet each criterion, rule by rule")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a working file")
    parser.add_argument("--index", type=Path, metavar="DIR", help="a practice index")
    parser.add_argument("--criteria", type=Path, metavar="PACK", help="a criteria pack")
    parser.add_argument("--criterion", metavar="ID", help="only this one, with its patients")
    parser.add_argument("--json", action="store_true", help="all of it, for programs")
    as_at(parser, "the day on which ages are reckoned")


def _explain(commands: Parsers) -> None:
    parser = command(commands, "explain", "tell why a patient meets a criterion, or does not")
    working_file(parser)
    parser.add_argument("criterion", metavar="CRITERION", help="the criterion's id")
    parser.add_argument(
        "patient",
        metavar="PATIENT",
        help="patient number or NHS number; - to be asked for it, so that it stays out of lists of "
        "commands",
    )


def _suggest(commands: Parsers) -> None:
    parser = command(commands, "suggest", "complete the picks for each criterion")
    working_file(parser)
    parser.add_argument(
        "--by",
        choices=("fewest", "spread", "ticket"),
        default="fewest",
        help="fewest records to open (the default); spread: different patients, ages, sexes and "
        "GPs; ticket: an even draw within each criterion",
    )
    parser.add_argument(
        "--criterion", action="append", metavar="ID", help="only this one (may be repeated)"
    )
    parser.add_argument(
        "--show", action="store_true", help="say what would be picked, pick nothing"
    )
    person(parser)
    take_over(parser)


def _draw(commands: Parsers) -> None:
    parser = command(commands, "draw", "draw random records so that anyone can check the draw")
    working_file(parser)
    parser.add_argument("--seed", metavar="S", help="dice, a lottery result, the supplier's number")
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument(
        "--records", type=int, metavar="N", help="how many in all (else the pack's number)"
    )
    how_many.add_argument(
        "--more",
        type=int,
        metavar="N",
        help="so many beyond those drawn, as at go-live: the next tickets of the same seed",
    )
    parser.add_argument(
        "--strata",
        action="store_true",
        help="even over age bands and sexes (draws that follow with the same seed go on like that)",
    )
    parser.add_argument(
        "--reason", default="", help="why another seed replaces an earlier draw (asked for then)"
    )
    person(parser)
    take_over(parser)


def _pick(commands: Parsers) -> None:
    parser = command(commands, "pick", "pick records for a criterion from a list you exported")
    working_file(parser)
    parser.add_argument("criterion", nargs="?", metavar="CRITERION", help="the criterion's id")
    parser.add_argument(
        "list", type=Path, nargs="?", metavar="LIST", help="CSV of NHS or patient numbers"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="a folder of lists, each named after its criterion (MED-04.csv)",
    )
    parser.add_argument("--show", action="store_true", help="say who it is, pick nobody")
    person(parser)
    take_over(parser)


def _synthesise(commands: Parsers) -> None:
    parser = command(commands, "synthesise", "make up a practice, for trials and teaching")
    parser.add_argument("--patients", type=int, default=1500, metavar="N", help="how many (1500)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same bytes")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument(
        "--as",
        dest="system",
        choices=("tables", "emis", "systmone", "vision", "list"),
        default="tables",
        help="as tables (the default), or as that system exports a practice",
    )
    parser.add_argument(
        "--format", choices=("parquet", "csv"), default="parquet", help="of the tables (parquet)"
    )
    as_at(parser, "the day it is made up for")


def _criteria(commands: Parsers) -> None:
    parser = command(commands, "criteria", "work with criteria packs")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = command(inner, "check", "read a pack and say all that is wrong with it", "criteria")
    check.add_argument("pack", type=Path, metavar="PACK", help="TOML, CSV, XLSX, ODS or DOCX")
    sheets(check)
    draft_arguments(inner)
    confirm_arguments(inner)


COMMANDS: dict[str, Callable[[Parsers], None]] = {
    "open": _open,
    "demo": _demo,
    "index": _index,
    "clean-up": _clean_up,
    "new": _new,
    "match": _match,
    "explain": _explain,
    "pick": _pick,
    "suggest": _suggest,
    "draw": _draw,
    "reports": reports_arguments,
    "export": export_arguments,
    "issues": issues_arguments,
    "merge": merge_arguments,
    "compare": compare_arguments,
    "verify": verify_arguments,
    "receive": receive_arguments,
    "synthesise": _synthesise,
    "criteria": _criteria,
}
"""What can be asked for, in the order of the work."""
