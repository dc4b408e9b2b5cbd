"""The command line: one parser for all commands, exit codes, and running a command.

Nothing heavy is imported before it is known which command is wanted: `--version` answers in about
the time that Python itself takes to start. Only argparse is imported for the parser. Each command
is a module of `recordpick.cli`, which `command` names.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeAlias

from recordpick import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself is too slow to import for nothing
    import argparse
    from collections.abc import Callable, Sequence

BAD_INPUT = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 2 bad input, 130 stopped by the person.

    Messages go to stderr, results to stdout. The code is 2 also if the results could not be
    printed, and 128 plus its number if a signal ended the command.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    from recordpick.standard_streams import StandardStreams

    with StandardStreams() as streams:
        left: SystemExit | None = None
        try:
            code = _code(arguments)
        except SystemExit as done:  # a wrong option, or help: that was printed
            left, code = done, done.code if isinstance(done.code, int) else BAD_INPUT
        why = streams.why_not_printed()
        if why:
            print(f"recordpick: {why}", file=sys.stderr)
            return code or BAD_INPUT
        if left is not None:
            raise left
    return code


def _code(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        print(f"recordpick {__version__}")
        return 0
    _say_utf8()
    from recordpick.crash_report import report_crashes

    report_crashes()

    return _run(parse(arguments))


def _run(options: argparse.Namespace) -> int:
    import importlib

    from recordpick.errors import UserError
    from recordpick.sanitize import visible
    from recordpick.stopping import Stopped, raised_as_exceptions

    if options.module == "index":
        from recordpick.polars_env import keep_memory

        keep_memory()  # before anything imports polars
    try:
        with raised_as_exceptions():
            module = importlib.import_module(f"recordpick.cli.{options.module}")
            run: Callable[[argparse.Namespace], int] = module.run
            _check_current_folder()
            return run(options)
    except UserError as error:
        for message in error.messages:
            print(f"recordpick: {visible(message)}", file=sys.stderr)
        return BAD_INPUT
    except Stopped as stopped:
        print("recordpick: stopped.", file=sys.stderr)
        return stopped.exit_code
    except KeyboardInterrupt:
        print("recordpick: stopped.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # what is not for people is raised
        message = _of_the_computer(error)
        if not message:
            raise
        print(f"recordpick: {message}", file=sys.stderr)
        return BAD_INPUT


def _of_the_computer(error: Exception) -> str:
    """Return what the computer refused: memory, or the current folder; "" if neither."""
    from recordpick.polars_env import NOT_ENOUGH, is_out_of_memory

    if is_out_of_memory(error):
        return NOT_ENOUGH
    return _why_no_current_folder() if isinstance(error, FileNotFoundError) else ""


def _check_current_folder() -> None:
    from recordpick.errors import UserError

    why = _why_no_current_folder()
    if why:
        raise UserError(why)


def _why_no_current_folder() -> str:
    import os

    try:
        os.getcwd()  # noqa: PTH109 - cheaper
    except OSError:
        return (
            "The folder that recordpick was started in no longer exists: change to another folder "
            "and start it again."
        )
    return ""


def _say_utf8() -> None:
    """Make names with accents printable on a console with an old code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - no public name


def command(commands: Parsers, name: str, says: str, module: str = "") -> argparse.ArgumentParser:
    """Add a command; `module` of `recordpick.cli` runs it."""
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=says, description=says[0].upper() + says[1:] + "."
    )
    made.set_defaults(module=module or name.replace("-", "_"))
    return made


def working_file(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for the working file and its index."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="the practice index, if it has moved since the working file was made",
    )


def person(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for who does the work."""
    parser.add_argument("--name", help="your name (otherwise your user name on this computer)")
    parser.add_argument(
        "--role",
        choices=("practice", "supplier", "partner"),
        default="practice",
        help="who you work for: the practice, the new supplier or a delivery partner",
    )


def take_over(parser: argparse.ArgumentParser) -> None:
    """Add the option to take a file over from whoever has it open."""
    parser.add_argument(
        "--take-over",
        action="store_true",
        help="write even if somebody else has the file open, once you know that nobody is "
        "working on it; says whose it was",
    )


def as_at(parser: argparse.ArgumentParser, says: str) -> None:
    """Add the option for a day."""
    parser.add_argument("--as-at", metavar="DATE", help=f"{says}, as 2026-10-01")


def _figures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--current",
        type=Path,
        metavar="CSV",
        help="the current system's own report figures, to keep in the working file",
    )
    parser.add_argument("--new", type=Path, metavar="CSV", help="the same for the new system")
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


def reports_arguments(commands: Parsers) -> None:
    """Add `recordpick reports`."""
    parser = command(
        commands, "reports", "keep both systems' report figures, and show how they differ"
    )
    working_file(parser)
    _figures(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write it as a new CSV file")
    parser.add_argument("--all", action="store_true", help="also the figures that are the same")
    person(parser)
    take_over(parser)


def _names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--with",
        dest="also",
        action="append",
        choices=("names",),
        default=[],
        help="patients' names, in the workbook only; asks first",
    )
    parser.add_argument("--yes", action="store_true", help="write names without asking")


def export_arguments(commands: Parsers) -> None:
    """Add `recordpick export`."""
    parser = command(commands, "export", "write the selection list and the reports")
    working_file(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument(
        "--encrypt", action="store_true", help="one zip with AES-256; shows the passphrase once"
    )
    _names(parser)
    _figures(parser)
    person(parser)
    take_over(parser)


def issues_arguments(commands: Parsers) -> None:
    """Add `recordpick issues`."""
    parser = command(commands, "issues", "data checking: results, the issue log, the sign-off")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    take = command(inner, "import", "import a filled-in workbook of tick sheets", "issues_import")
    take.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    take.add_argument("workbook", type=Path, metavar="WORKBOOK", help="tick_sheets.xlsx, filled in")
    take.add_argument(
        "--phase",
        choices=("first_check", "recheck", "go_live"),
        help="the phase it is for (otherwise what its sheet Start says)",
    )
    take.add_argument("--show", action="store_true", help="show what is in it, import nothing")
    person(take)
    take_over(take)
    sheets = command(inner, "sheets", "write the tick sheets of a phase", "issues_sheets")
    working_file(sheets)
    sheets.add_argument(
        "--phase",
        choices=("first_check", "recheck", "go_live"),
        default="recheck",
        help="recheck (the default): the lines whose issue is open; go_live: the whole list",
    )
    sheets.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="a new workbook (.xlsx), or a text to print (.txt)",
    )
    _names(sheets)
    log = command(inner, "log", "write the issue log for the supplier", "issues_log")
    log.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    log.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new CSV file")
    progress = command(
        inner,
        "progress",
        "show how far data checking has got, and what to recheck",
        "issues_progress",
    )
    progress.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    sign = command(
        inner, "sign-off", "write the page that the lead clinician signs", "issues_sign_off"
    )
    sign.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new text file")


def merge_arguments(commands: Parsers) -> None:
    """Add `recordpick merge`."""
    parser = command(commands, "merge", "merge two copies of a working file")
    parser.add_argument("first", type=Path, metavar="A", help="one copy (.recordpick)")
    parser.add_argument("second", type=Path, metavar="B", help="the other copy")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the new, merged working file"
    )
    parser.add_argument(
        "--take",
        action="append",
        default=[],
        metavar="CHOICE",
        help="whose version counts where they conflict: A or B for all, NAME=A or NAME=B for one; "
        "may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="list the conflicts as JSON")
    person(parser)


def compare_arguments(commands: Parsers) -> None:
    """Add `recordpick compare`."""
    parser = command(commands, "compare", "show how the new system's report figures differ")
    parser.add_argument(
        "before", type=Path, metavar="PACK", help="the hand-over pack, or a folder of its reports"
    )
    parser.add_argument(
        "after",
        type=Path,
        metavar="NEW",
        help="the new system's figures: a folder of the same reports, a pack, or a CSV",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write it as a new CSV file")
    parser.add_argument("--all", action="store_true", help="also the figures that are the same")


def verify_arguments(commands: Parsers) -> None:
    """Add `recordpick verify`."""
    parser = command(commands, "verify", "check a hand-over pack before importing it")
    parser.add_argument(
        "pack", type=Path, metavar="PACK", help="the folder, or the zip (asks for its passphrase)"
    )
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="the practice index, to repeat the random draw"
    )


def receive_arguments(commands: Parsers) -> None:
    """Add `recordpick receive`."""
    parser = command(commands, "receive", "put several practices' lists into one table")
    parser.add_argument(
        "packs",
        type=Path,
        nargs="+",
        metavar="PACK",
        help="folders, or zips (asks for each passphrase)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="a new .parquet or .csv file"
    )


class _Parser(argparse.ArgumentParser):
    """A parser whose messages are safe to print on a terminal."""

    def error(self, message: str) -> NoReturn:
        from recordpick.sanitize import visible

        super().error(visible(message))


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse; a first word that is not a command is the working file that the app opens."""
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
        help="without the app: match, pick, draw and write the hand-over pack",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="where to keep the files; without it the app keeps nothing",
    )
    parser.add_argument(
        "--patients", type=int, default=1500, metavar="N", help="how many patients (1500)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="a number; each gives another practice (1)"
    )


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
        "(CSV, XLSX, ODS, Parquet) and beside it reports with one row an entry; FILE=KIND says "
        "what a report lists where its columns do not",
    )
    parser.add_argument(
        "--from",
        dest="kinds",
        action="append",
        choices=("emis", "systmone", "vision", "tables", "list"),
        help="what the source is, if it is not recognised; with several sources give one for all, "
        "or repeat --from for each of them",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the index to make")
    parser.add_argument(
        "--map", type=Path, metavar="FILE", help="a mapping file, for a folder of any CSV files"
    )
    parser.add_argument(
        "--dates",
        choices=("day-first", "month-first"),
        help="for lists: what 01/02/2020 means if no date in the column proves it (otherwise you "
        "are asked; day first if nobody answers)",
    )
    parser.add_argument(
        "--registered",
        action="store_true",
        help="for lists without a column of status: everyone on them is registered now",
    )
    parser.add_argument(
        "--fill-down",
        action="store_true",
        help="of reports: a row that names no patient belongs to the patient above (else only "
        "where the report's layout proves it; other such rows are rejected)",
    )
    parser.add_argument("--practice", default="", metavar="NAME", help="the practice's name")
    as_at(
        parser,
        "the day the export was made (otherwise what the source says, or you are asked; today if "
        "nobody answers)",
    )


def _clean_up(commands: Parsers) -> None:
    parser = command(commands, "clean-up", "list what to correct before the first extract")
    parser.add_argument("index", type=Path, metavar="INDEX", help="the practice index")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument(
        "--pcse",
        type=Path,
        metavar="FILE",
        help="PCSE's list of your registered patients (CSV, XLSX), to compare with",
    )
    as_at(parser, "the day of the export (otherwise the index's own)")


def _new(commands: Parsers) -> None:
    parser = command(commands, "new", "start a working file for one practice and one pack")
    parser.add_argument("file", type=Path, metavar="FILE", help="the working file to make")
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="practice index")
    parser.add_argument(
        "--criteria", type=Path, metavar="PACK", help="criteria pack (otherwise the one that ships)"
    )
    parser.add_argument("--practice", default="", metavar="NAME", help="the practice's name")
    as_at(parser, "the day for which ages are calculated (otherwise the index's own)")
    person(parser)


def _match(commands: Parsers) -> None:
    parser = command(commands, "match", "show how many patients meet each criterion, rule by rule")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a working file")
    parser.add_argument("--index", type=Path, metavar="DIR", help="a practice index")
    parser.add_argument("--criteria", type=Path, metavar="PACK", help="a criteria pack")
    parser.add_argument("--criterion", metavar="ID", help="only this criterion, with its patients")
    parser.add_argument("--json", action="store_true", help="everything as JSON, for programs")
    as_at(parser, "the day for which ages are calculated")


def _explain(commands: Parsers) -> None:
    parser = command(commands, "explain", "explain why a patient meets a criterion, or does not")
    working_file(parser)
    parser.add_argument("criterion", metavar="CRITERION", help="the criterion's id")
    parser.add_argument(
        "patient",
        metavar="PATIENT",
        help="patient number or NHS number; - to be asked for it, so that it is not kept in the "
        "shell's history",
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
        "--criterion", action="append", metavar="ID", help="only this criterion (may be repeated)"
    )
    parser.add_argument(
        "--show", action="store_true", help="show what would be picked, pick nothing"
    )
    person(parser)
    take_over(parser)


def _draw(commands: Parsers) -> None:
    parser = command(commands, "draw", "draw random records so that anyone can check the draw")
    working_file(parser)
    parser.add_argument("--seed", metavar="S", help="dice, a lottery result, the supplier's number")
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument(
        "--records", type=int, metavar="N", help="how many in total (otherwise the pack's number)"
    )
    how_many.add_argument(
        "--more",
        type=int,
        metavar="N",
        help="how many more than were drawn, for go-live: the next tickets of the same seed",
    )
    parser.add_argument(
        "--strata",
        action="store_true",
        help="even over age bands and sexes (later draws with the same seed continue in this way)",
    )
    parser.add_argument(
        "--reason", default="", help="why another seed replaces an earlier draw (needed then)"
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
    parser.add_argument("--show", action="store_true", help="show who is on the list, pick nobody")
    person(parser)
    take_over(parser)


def _synthesise(commands: Parsers) -> None:
    parser = command(commands, "synthesise", "make up a practice, for trials and teaching")
    parser.add_argument("--patients", type=int, default=1500, metavar="N", help="how many (1500)")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="the same seed gives the same bytes"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument(
        "--as",
        dest="system",
        choices=("tables", "emis", "systmone", "vision", "list", "reports"),
        default="tables",
        help="as tables (the default), as that system exports a practice, or as staff do by hand: "
        "a list, or a list and reports",
    )
    parser.add_argument(
        "--format",
        choices=("parquet", "csv"),
        default="parquet",
        help="the format of tables (parquet)",
    )
    as_at(parser, "the practice's as-at date")


def _criteria(commands: Parsers) -> None:
    parser = command(commands, "criteria", "work with criteria packs")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = command(inner, "check", "report everything that is wrong with a pack", "criteria")
    check.add_argument("pack", type=Path, metavar="PACK", help="TOML, CSV or XLSX")
    check.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="a practice index: also which criteria it can answer, and why not the others",
    )
    _ask_for_reports(inner)


def _ask_for_reports(commands: Parsers) -> None:
    """Add `recordpick criteria ask`."""
    ask = command(
        commands,
        "ask",
        "which reports to export so that criteria can be answered, and how to make them",
        "criteria_ask",
    )
    ask.add_argument("pack", type=Path, metavar="PACK", help="TOML, CSV or XLSX")
    ask.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="a practice index: only what it cannot answer yet",
    )
    ask.add_argument(
        "--system",
        choices=("emis", "systmone", "vision"),
        help="the clinical system (otherwise all three)",
    )
    ask.add_argument(
        "--html", type=Path, metavar="FILE", help="also write it as a new page to print (HTML)"
    )
    ask.add_argument("--json", action="store_true", help="as JSON, for programs")


def _read_report(commands: Parsers) -> None:
    """Add `recordpick read-report`."""
    parser = command(
        commands, "read-report", "what was read for a practice index, and what was not"
    )
    parser.add_argument("index", type=Path, metavar="DIR", help="a practice index")
    parser.add_argument(
        "--criteria",
        type=Path,
        metavar="PACK",
        help="a criteria pack: also which criteria the index can answer",
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="also write it as a new page to print (HTML)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


COMMANDS: dict[str, Callable[[Parsers], None]] = {
    "open": _open,
    "demo": _demo,
    "index": _index,
    "read-report": _read_report,
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
"""The commands, in the order of the work."""
