"""`recordpick index`: make the practice index."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_as_at, add_out
from recordpick.cli.common import parse_as_at
from recordpick.cli.output import print_message, print_result, print_table, progress_on_stderr
from recordpick.errors import UserError
from recordpick.index.readers import READERS
from recordpick.standard_streams import is_terminal
from recordpick.text import day, plural

if TYPE_CHECKING:
    from datetime import date

    from recordpick.index.manifest import Manifest
    from recordpick.index.source import Answers, Question

HELP = "make the practice index from what the practice's system exports"
EXAMPLE = "recordpick index export --out practice-index --as-at 01/10/2026"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
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
        choices=tuple(READERS),
        help="what the source is, if it is not recognised; with several sources give one for all, "
        "or repeat --from for each of them",
    )
    add_out(parser, "DIR", "the index to make")
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
    add_as_at(
        parser,
        "the day the export was made (otherwise what the source says, or you are asked; today if "
        "nobody answers)",
    )


def run(options: argparse.Namespace) -> int:
    """Build the index and print what happened to every row."""
    from recordpick.polars_env import keep_memory

    keep_memory()  # before anything imports polars
    from recordpick.index.build.build_index import build_index

    answers = _answers(options)
    with progress_on_stderr() as progress:
        index = build_index(
            options.source,
            options.out,
            mapping=options.map,
            as_at=parse_as_at(options.as_at),
            practice=options.practice,
            kinds=options.kinds or (),
            answers=answers,
            progress=progress,
        )
    _print_rows(index.manifest)
    _print_notes(index.manifest, options.out)
    patients = plural(index.manifest.tables["patients"].rows, "patient")
    as_at = f"as at {day(index.manifest.as_at)} ({index.manifest.as_at_from})"
    print_result(f"{patients} in {options.out}, {as_at}.")
    return 0


def _print_rows(manifest: Manifest) -> None:
    rows: list[tuple[str, ...]] = [("file", "table", "read", "indexed", "rejected", "deleted")]
    rows += [
        (
            count.file,
            count.table,
            f"{count.rows_read:,}",
            f"{count.rows_indexed:,}",
            f"{count.rows_rejected:,}",
            f"{count.rows_deleted:,}",
        )
        for count in manifest.files
    ]
    print_table(rows, right=frozenset({2, 3, 4, 5}))


def _print_notes(manifest: Manifest, out: Path) -> None:
    from recordpick.index.manifest import EMPTIED_VALUES, READ_REPORT, REJECTED

    for note in manifest.notes:
        if note not in manifest.warnings:
            print_message(note)
    for warning in manifest.warnings:
        print_message(f"Warning: {warning}")
    rejected = sum(count.rows_rejected for count in manifest.files)
    if rejected:
        rows = plural(rejected, "row was", "rows were")
        print_message(f"{rows} rejected: see {out / REJECTED} for the reasons.")
    emptied = sum(count.values_emptied for count in manifest.files)
    if emptied:
        values = plural(
            emptied,
            "value was left empty because it",
            "values were left empty because they",
        )
        print_message(f"{values} could not be read: see {out / EMPTIED_VALUES}.")
    print_message(f"What was read, and what was not: {out / READ_REPORT}.")


def _answers(options: argparse.Namespace) -> Answers:
    """Return the answers to what the sources leave open: from the options, else from the person."""
    from dataclasses import replace

    from recordpick.index.readers.registry import questions_about
    from recordpick.index.source import Answers

    answers = Answers(
        day_first=None if options.dates is None else options.dates == "day-first",
        registered=True if options.registered else None,
        as_at=parse_as_at(options.as_at),
        fill_down=True if options.fill_down else None,
    )
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        return answers
    questions = questions_about(options.source, options.map, options.kinds or (), answers)
    given = {}
    for question in questions:
        if question.about == "as_at":
            answers = replace(answers, as_at=_ask_day(question))
        else:
            given[question.key] = _ask_yes_or_no(question)
    return replace(answers, given=given)


def _ask_yes_or_no(question: Question) -> bool:
    """Ask a person until they say yes or no."""
    print_message(question.asks)
    while True:
        print_message(f"  y  {question.yes}\n  n  {question.no}")
        typed = _read_line().lower()
        if typed in {"y", "yes", "n", "no"}:
            return typed.startswith("y")


def _ask_day(question: Question) -> date:
    """Ask a person until they type a day on which an export can have been made."""
    from recordpick.index.as_at import read_as_at

    print_message(question.asks)
    while True:
        print_message("  Type the day as in 01/10/2026.")
        found = read_as_at(_read_line())
        if found is not None:
            return found


def _read_line() -> str:
    try:
        return input().strip()
    except EOFError:
        raise UserError("Nothing was made: the question was not answered.") from None
