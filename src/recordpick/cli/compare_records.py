"""`recordpick compare-records`: compare two systems' records entry by entry."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_json, add_out
from recordpick.cli.output import (
    print_json,
    print_message,
    print_result,
    print_table,
    progress_on_stderr,
)
from recordpick.errors import UserError
from recordpick.text import plural

if TYPE_CHECKING:
    from datetime import date

    from recordpick.comparison.answers import Answers
    from recordpick.comparison.blind import RandomResults
    from recordpick.comparison.report import ComparisonReport
    from recordpick.criteria.pack import Pack
    from recordpick.selection.working_file import WorkingFile

HELP = "compare two systems' records entry by entry, and show only what differs"
EXAMPLE = "recordpick compare-records practice-index new-system-extract --out comparison"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "old",
        type=Path,
        metavar="OLD",
        help="the old system's index, or an extract that an index can be made from",
    )
    parser.add_argument("new", type=Path, metavar="NEW", help="the new system's, likewise")
    add_out(parser, "DIR", "a new folder")
    parser.add_argument(
        "--file",
        type=Path,
        metavar="WORKING",
        help="the working file: its answers to what repeats, and the records for --selected",
    )
    parser.add_argument(
        "--selected",
        action="store_true",
        help="compare the records that the working file selects, not all; without its random "
        "records, which people check without seeing the comparison",
    )
    parser.add_argument(
        "--with-random",
        action="store_true",
        help="with --selected: the random records that people have checked, too",
    )
    parser.add_argument(
        "--acceptance",
        type=Path,
        metavar="FILE",
        help="your own acceptance matrix (TOML): how much may differ, by area",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="list also the differences that repeat and have no limit, one by one (long)",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Compare, write the folder, and print the answer by area."""
    from recordpick.polars_env import keep_memory

    keep_memory()
    from recordpick.atomic import check_free
    from recordpick.comparison.acceptance import read_acceptance
    from recordpick.comparison.answers import with_answers
    from recordpick.comparison.compare import compare_records
    from recordpick.comparison.output import summary, write_comparison
    from recordpick.comparison.proposals import proposed_results
    from recordpick.comparison.report import report_on
    from recordpick.comparison.sources import open_source

    check_free(options.out)
    read_acceptance(options.acceptance)  # before an hour's work, not after it
    answers, selected = _from_file(options)
    random = None if selected is None else selected.random
    with (
        progress_on_stderr() as progress,
        open_source(options.old, progress) as old,
        open_source(options.new, progress) as new,
    ):
        compared = compare_records(
            old, new, only=None if selected is None else selected.patients, progress=progress
        )
        progress("finding what repeats", None)
        report = with_answers(report_on(compared, options.acceptance), answers)
        proposed = None
        if selected is not None:
            proposed = proposed_results(report, selected.pack, selected.as_at, selected.lines)
        write_comparison(
            options.out,
            report,
            accepted=options.all,
            proposed=proposed,
            random=random,
            progress=progress,
        )
    for note in compared.notes:
        print_message(note)
    if random is not None:
        from recordpick.comparison.blind import blind_records

        print_message(blind_records(report, random).in_words)
    if options.json:
        print_json(summary(report, random))
        return 0
    _print_areas(report)
    _print_rest(report)
    print_result(f"Written to {options.out}: begin with comparison.html.")
    return 0


@dataclass(frozen=True)
class _Selected:
    """The records that a working file selects, without its random ones, and its criteria.

    `lines` are criterion and patient of each pick for a criterion, `random` what people found in
    the random records, where these are compared too.
    """

    patients: frozenset[str]
    pack: Pack
    as_at: date
    lines: tuple[tuple[str, str], ...]
    random: RandomResults | None


def _from_file(options: argparse.Namespace) -> tuple[Answers, _Selected | None]:
    """Return the answers to what repeats that a working file keeps, and what it selects.

    None for the latter where all records are wanted.
    """
    if options.with_random and not options.selected:
        raise UserError("--with-random is for --selected: add it, or leave --with-random out.")
    if options.file is None:
        if options.selected:
            raise UserError("--selected needs the working file: add --file with it.")
        return {}, None
    from recordpick.selection.kinds.repeated import answers_in
    from recordpick.selection.working_file import WorkingFile

    with WorkingFile.open(options.file, None, read_only=True) as file:
        answers = answers_in(file.selection.kept)
        return answers, _selected(file, options) if options.selected else None


def _selected(file: WorkingFile, options: argparse.Namespace) -> _Selected:
    """Return what the working file selects.

    Random records are left out, unless they are wanted and judged: people check them without
    seeing this.
    """
    from recordpick.data_checking.comparison_held import random_results

    selection, pack, as_at = file.selection, file.pack, file.as_at
    found = random_results(file) if options.with_random else None
    random = {pick.patient_id for pick in selection.random()}
    chosen = set(selection.patient_ids)
    withheld = random if found is None else random - found.faults.keys()
    if withheld:
        chosen -= withheld
        judged = "Once they have, --with-random compares them too."
        print_message(
            f"{plural(len(withheld), 'random record')} left out: people check them without seeing "
            f"the comparison. {judged if found is None else 'They have no result yet.'}"
        )
    if not chosen:
        raise UserError(f"{options.file}: no record is selected yet, so none can be compared.")
    lines = tuple(
        (criterion.id, pick.patient_id)
        for criterion in pack.criteria
        for pick in selection.of(criterion.id)
        if pick.patient_id in chosen and pick.patient_id not in random
    )
    return _Selected(frozenset(chosen), pack, as_at, lines, found)


def _print_areas(report: ComparisonReport) -> None:
    header = (
        "area",
        "in old",
        "same",
        "changed",
        "(repeated)",
        "missing",
        "unsure",
        "not compared",
        "additional",
        "answer",
    )
    rows: list[tuple[str, ...]] = [header]
    for one in report.areas:
        counts = one.counts
        rows.append(
            (
                one.area.title,
                f"{counts['in_old']:,}",
                f"{counts['same']:,}",
                f"{counts['changed']:,}",
                f"({one.systematic:,})",
                f"{counts['missing']:,}",
                f"{counts['unsure']:,}",
                f"{counts['not_compared']:,}",
                f"{counts['additional']:,}",
                ": ".join((one.answer, "; ".join(one.reasons))) if one.reasons else one.answer,
            )
        )
    print_table(rows, right=frozenset(range(1, 9)))


def _print_rest(report: ComparisonReport) -> None:
    print_result()
    people = report.compared.patients
    print_result(
        f"{plural(people.pairs.height, 'patient')} in both, of {people.old:,} in the old system "
        f"and {people.new:,} in the new one."
    )
    words = ("missing", "additional", "ambiguous")
    alone = [people.unmatched.filter(result=word).height for word in words]
    if any(alone):
        print_result(
            f"Not compared, as they are not in both: {alone[0]:,} only in the old system, "
            f"{alone[1]:,} only in the new one, {alone[2]:,} who cannot be told from another "
            "(patients_not_matched.csv says why)."
        )
    apart = sum(one["set_apart"] + one["set_apart_new"] for one in report.tables.values())
    if apart:
        entries = plural(apart, "entry is", "entries are")
        print_result(f"{entries} later than the other extract, and set apart.")
    if report.lines.height:
        print_result(f"{report.repeats_in_words} (transformations.csv).")
