"""What can be asked for of hand-over packs, reports and data checking, on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.argument_parts import Parsers, command, person, take_over, working_file


def _figures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--current",
        type=Path,
        metavar="CSV",
        help="the current system's own report figures, to be kept in the working file",
    )
    parser.add_argument(
        "--new", type=Path, metavar="CSV", help="the new system's report figures, likewise"
    )
    parser.add_argument(
        "--qof",
        type=Path,
        metavar="CSV",
        help="another year's QOF indicators, from now on (shipped: back to those that ship)",
    )
    parser.add_argument(
        "--report-rules",
        type=Path,
        metavar="TOML",
        help="your own rules for the reports' figures, likewise",
    )


def reports_arguments(commands: Parsers) -> None:
    """Add `recordpick reports`."""
    parser = command(
        commands, "reports", "keep both systems' report figures, and show how they differ"
    )
    working_file(parser)
    _figures(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it as a new CSV file, too")
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
    parser.add_argument("--yes", action="store_true", help="names: go on without asking")


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
    take = command(inner, "import", "take in a filled-in workbook of tick sheets", "issues_import")
    take.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    take.add_argument("workbook", type=Path, metavar="WORKBOOK", help="tick_sheets.xlsx, filled in")
    take.add_argument(
        "--phase",
        choices=("first_check", "recheck", "go_live"),
        help="of which phase it is (else what its sheet Start says)",
    )
    take.add_argument("--show", action="store_true", help="say what is in it, take nothing in")
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
        inner, "progress", "how far the checking is, and what to recheck", "issues_progress"
    )
    progress.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    sign = command(
        inner, "sign-off", "write a page that the lead clinician signs", "issues_sign_off"
    )
    sign.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new text file")


def merge_arguments(commands: Parsers) -> None:
    """Add `recordpick merge`."""
    parser = command(commands, "merge", "bring two copies of a working file together")
    parser.add_argument("first", type=Path, metavar="A", help="one copy (.recordpick)")
    parser.add_argument("second", type=Path, metavar="B", help="the other copy")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the new working file of both"
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
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it as a new CSV file, too")
    parser.add_argument("--all", action="store_true", help="also the figures that are the same")


def verify_arguments(commands: Parsers) -> None:
    """Add `recordpick verify`."""
    parser = command(commands, "verify", "check a hand-over pack before importing it")
    parser.add_argument(
        "pack", type=Path, metavar="PACK", help="the folder, or the zip (asks for its passphrase)"
    )
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="the practice index, to draw the records again"
    )


def receive_arguments(commands: Parsers) -> None:
    """Add `recordpick receive`."""
    parser = command(commands, "receive", "put several practices' lists into one table")
    parser.add_argument(
        "packs", type=Path, nargs="+", metavar="PACK", help="folders, or zips (asks for each one)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="a new .parquet or .csv file"
    )
