"""`recordpick demo`: open the app on a made-up practice, or do all the work without a terminal."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.output import has_terminal, print_result, progress_on_stderr
from recordpick.errors import UserError

HELP = "open the app on a made-up practice"
EXAMPLE = "recordpick demo --headless --out demonstration"
MOST_PATIENTS = 200_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
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


def run(options: argparse.Namespace) -> int:
    """Open the app on the demonstration; without a terminal do all the work and list the files."""
    if not 1 <= options.patients <= MOST_PATIENTS:
        raise UserError(f"--patients takes a number from 1 to {MOST_PATIENTS:,}.")
    if options.headless or not has_terminal():
        return _run_headless(options)
    from recordpick.tui.app import RecordpickApp

    app = RecordpickApp(
        demo=True, demo_folder=options.out, demo_patients=options.patients, demo_seed=options.seed
    )
    code = app.run_on_terminal()
    if app.exit_message:
        print_result(app.exit_message)
    return code


def _run_headless(options: argparse.Namespace) -> int:
    from recordpick.demo import run_demo
    from recordpick.handover.export import summary

    out = options.out or _free_name(Path("recordpick-demo"))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is not empty: give a new folder with --out.")
    with progress_on_stderr() as progress:
        folder = run_demo(out, options.patients, options.seed, progress)
    for line in summary(folder):
        print_result(line)
    return 0


def _free_name(path: Path) -> Path:
    """Return the path, or with a number after it the first that does not exist."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
