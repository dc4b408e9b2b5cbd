"""`recordpick index`: make the practice index."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import date

from recordpick.cli.common import day, progress_on_stderr, say, table, tell
from recordpick.errors import UserError
from recordpick.index.as_at import read_as_at
from recordpick.index.build.build_index import build_index
from recordpick.index.manifest import READ_REPORT
from recordpick.index.readers.registry import questions_about
from recordpick.index.source import Answers, Question


def run(options: argparse.Namespace) -> int:
    """Build the index and print what happened to every row."""
    answers = _answers(options)
    with progress_on_stderr() as progress:
        index = build_index(
            options.source,
            options.out,
            mapping=options.map,
            as_at=day(options.as_at),
            practice=options.practice,
            kinds=options.kinds or (),
            answers=answers,
            progress=progress,
        )
    manifest = index.manifest
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
    for line in table(rows, right=frozenset({2, 3, 4, 5})):
        say(line)
    for note in manifest.notes:
        if note not in manifest.warnings:
            tell(note)
    for warning in manifest.warnings:
        tell(f"Warning: {warning}")
    rejected = sum(count.rows_rejected for count in manifest.files)
    if rejected:
        were = "row was" if rejected == 1 else "rows were"
        reasons = options.out / "rejected_rows.csv"
        tell(f"{rejected:,} {were} rejected: see {reasons} for the reasons.")
    emptied = sum(count.values_set_aside for count in manifest.files)
    if emptied:
        were = "value was left empty" if emptied == 1 else "values were left empty"
        reasons = options.out / "set_aside_values.csv"
        tell(f"{emptied:,} {were} because they could not be read: see {reasons}.")
    tell(f"What was read, and what was not: {options.out / READ_REPORT}.")
    patients = manifest.tables["patients"].rows
    say(
        f"{patients:,} patient{'s' * (patients != 1)} in {options.out}, as at {manifest.as_at} "
        f"({manifest.as_at_from})."
    )
    return 0


def _answers(options: argparse.Namespace) -> Answers:
    """Return the answers to what sources leave open: from the options, or from the person."""
    said = Answers(
        day_first=None if options.dates is None else options.dates == "day-first",
        registered=True if options.registered else None,
        as_at=day(options.as_at),
        fill_down=True if options.fill_down else None,
    )
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return said
    asked = questions_about(options.source, options.map, options.kinds or (), said)
    given = {}
    for question in asked:
        if question.about == "as_at":
            said = replace(said, as_at=_ask_day(question))
        else:
            given[question.key] = _ask(question)
    return replace(said, given=given)


def _ask(question: Question) -> bool:
    """Ask a person until they say yes or no."""
    tell(question.asks)
    while True:
        tell(f"  y  {question.yes}\n  n  {question.no}")
        said = _typed().lower()
        if said in {"y", "yes", "n", "no"}:
            return said.startswith("y")


def _ask_day(question: Question) -> date:
    """Ask a person until they type a day on which an export can have been made."""
    tell(question.asks)
    while True:
        tell("  Type the day as in 01/10/2026.")
        found = read_as_at(_typed())
        if found is not None:
            return found


def _typed() -> str:
    try:
        return input().strip()
    except EOFError:
        raise UserError("Nothing was made: the question was not answered.") from None
