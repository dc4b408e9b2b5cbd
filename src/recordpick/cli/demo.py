"""`recordpick demo`: the app on a made-up practice, or all the steps without a terminal."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.common import has_terminal
from recordpick.errors import UserError

MOST_PATIENTS = 200_000


def run(options: argparse.Namespace) -> int:
    """Open the app on the demonstration; without a terminal do all steps and print the result."""
    if not 1 <= options.patients <= MOST_PATIENTS:
        raise UserError(f"--patients takes a number from 1 to {MOST_PATIENTS:,}.")
    if options.headless or not has_terminal():
        return _headless(options)
    from recordpick.tui.app import RecordpickApp

    app = RecordpickApp(
        demo=True, demo_folder=options.out, demo_patients=options.patients, demo_seed=options.seed
    )
    code = app.run_on_terminal()
    if app.last_words:
        from recordpick.cli.common import say

        say(app.last_words)
    return code


def _headless(options: argparse.Namespace) -> int:
    from recordpick.cli.common import progress_on_stderr, say
    from recordpick.demo import run_demo
    from recordpick.handover.export import summary

    out = options.out or _free(Path("recordpick-demo"))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is not empty: give a new folder with --out.")
    with progress_on_stderr() as progress:
        folder = run_demo(out, options.patients, options.seed, progress)
    for line in summary(folder):
        say(line)
    return 0


def _free(path: Path) -> Path:
    """Return the path, or the first free one with a number after it."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
