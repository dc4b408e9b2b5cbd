"""`recordpick export`: write the selection list and the reports."""

from __future__ import annotations

import argparse

from recordpick.commands.common import opened, progress_on_stderr, say, who
from recordpick.handover.export import export
from recordpick.matching import match


def run(options: argparse.Namespace) -> int:
    """Match again, so that the reports say what the index says now, and write the folder."""
    with opened(options, who(options), to_write=True) as (file, index):
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
            folder = export(file, index, options.out, matches, progress=progress)
        say(f"{len(file.selection.picks):,} lines written to {folder}.")
        for path in sorted(folder.iterdir()):
            say(f"  {path.name}")
    return 0
