"""`recordpick synthesise`: make up a practice."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_as_at, add_out
from recordpick.cli.common import parse_as_at
from recordpick.cli.output import print_result, progress_on_stderr
from recordpick.errors import UserError
from recordpick.text import plural

HELP = "make up a practice, for trials and teaching"
EXAMPLE = "recordpick synthesise --out made-up-practice"
MOST_PATIENTS = 2_000_000
SYSTEMS = ("tables", "emis", "systmone", "vision", "list", "reports")

if TYPE_CHECKING:
    from recordpick.progress import Progress
    from recordpick.synthetic.migration.migrate import Migrated
    from recordpick.synthetic.practice import Practice


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--patients", type=int, default=1500, metavar="N", help="how many (1500)")
    parser.add_argument(
        "--seed", type=int, metavar="S", help="the same seed gives the same bytes (1)"
    )
    add_out(parser, "DIR", "a new folder")
    parser.add_argument(
        "--as",
        dest="system",
        choices=SYSTEMS,
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
    add_as_at(parser, "the practice's as-at date")
    parser.add_argument(
        "--migrated-from",
        type=int,
        metavar="SEED",
        help="the practice of that seed, as another system holds it after a migration",
    )
    parser.add_argument(
        "--faults",
        type=Path,
        metavar="FILE",
        help="faults of the migration: how many of which kind (TOML or CSV); none if not given",
    )
    parser.add_argument(
        "--rewriting",
        choices=("ids", "usual", "harsh"),
        help="what a migration changes besides faults: numbers only, also authors, terms and days "
        "of entry (usual), or codes and units too (harsh)",
    )
    parser.add_argument(
        "--old-as",
        choices=SYSTEMS,
        help="the format of the old practice, for its ids in the truth about the faults (tables)",
    )
    parser.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help="where the truth about the faults is written (beside the folder: DIR-truth.csv)",
    )


def run(options: argparse.Namespace) -> int:
    """Make up a practice and write it in the form that is wanted."""
    if not 1 <= options.patients <= MOST_PATIENTS:
        raise UserError(f"--patients takes a number from 1 to {MOST_PATIENTS:,}.")
    _check_migration(options)
    if options.migrated_from is not None:
        return _write_migrated(options)
    with progress_on_stderr() as progress:
        practice = _make(options, 1 if options.seed is None else options.seed, progress)
        _write(options, practice, progress)
    print_result(f"{options.patients:,} made-up patients in {options.out}.")
    return 0


def _make(options: argparse.Namespace, seed: int, progress: Progress) -> Practice:
    from recordpick.synthetic.practice import AS_AT, make_practice

    as_at = parse_as_at(options.as_at) or AS_AT
    return make_practice(options.patients, seed, as_at, progress=progress)


def _write(options: argparse.Namespace, practice: Practice, progress: Progress) -> None:
    if options.system == "tables":
        from recordpick.synthetic.extract_writing import write_tables

        write_tables(practice, options.out, options.format, progress=progress)
    else:
        _writer(options.system)(practice, options.out, progress=progress)


def _check_migration(options: argparse.Namespace) -> None:
    """Raise a UserError for options that only a migrated practice has, or that contradict it."""
    if options.migrated_from is None:
        for name in ("faults", "rewriting", "old_as", "truth"):
            if getattr(options, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise UserError(f"{option} needs --migrated-from, with the old practice's seed.")
    elif options.seed is not None:
        raise UserError(
            "--seed and --migrated-from exclude each other: the migrated practice is the one of "
            "the seed that --migrated-from names."
        )


def _write_migrated(options: argparse.Namespace) -> int:
    """Write the practice as it is after a migration, and the truth about its faults."""
    from recordpick.atomic import check_new, make_folders, write_file
    from recordpick.csv_safety import as_csv
    from recordpick.synthetic.migration.fault_kinds import FAULT_KINDS
    from recordpick.synthetic.migration.fault_plan import FaultPlan, read_fault_plan
    from recordpick.synthetic.migration.migrate import migrate

    plan = FaultPlan() if options.faults is None else read_fault_plan(options.faults, FAULT_KINDS)
    truth = options.truth or options.out.with_name(f"{options.out.name}-truth.csv")
    has_truth = options.faults is not None or options.truth is not None
    if has_truth:
        make_folders(truth.absolute().parent)
        check_new(truth)
    with progress_on_stderr() as progress:
        practice = _make(options, options.migrated_from, progress)
        migrated = migrate(
            practice,
            options.system,
            plan,
            level=options.rewriting or "usual",
            old_system=options.old_as or "tables",
        )
        _write(options, migrated.practice, progress)
        if has_truth:
            write_file(truth, as_csv(migrated.truth()))
    _report(options, migrated, truth if has_truth else None)
    return 0


def _report(options: argparse.Namespace, migrated: Migrated, truth: Path | None) -> None:
    """Print what was written, and which faults could not be planted."""
    patients = plural(migrated.practice.patients.height, "patient")
    print_result(
        f"{patients} of the practice of seed {options.migrated_from}, after a migration, in "
        f"{options.out}."
    )
    for sentence in migrated.shortfalls():
        print_result(sentence)
    if truth is not None:
        faults = plural(migrated.chosen.rows.height, "fault")
        print_result(f"{faults} planted; the truth about them is in {truth}.")


def _writer(system: str) -> Callable[..., None]:
    """Return the function that writes a practice as a system exports it."""
    if system == "emis":
        from recordpick.synthetic.as_emis import write_emis

        return write_emis
    if system == "systmone":
        from recordpick.synthetic.as_systmone import write_systmone

        return write_systmone
    if system == "vision":
        from recordpick.synthetic.as_vision import write_vision

        return write_vision
    if system == "reports":
        from recordpick.synthetic.as_reports import write_reports

        return write_reports
    from recordpick.synthetic.as_list import write_list

    return write_list
