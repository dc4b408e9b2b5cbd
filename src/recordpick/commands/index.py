"""`recordpick index`: make the practice index."""

from __future__ import annotations

import argparse

from recordpick.commands.common import day, progress_on_stderr, say, table, tell
from recordpick.index.build import build_index


def run(options: argparse.Namespace) -> int:
    """Build the index and say what became of every row."""
    with progress_on_stderr() as progress:
        index = build_index(
            options.source,
            options.out,
            mapping=options.map,
            as_at=day(options.as_at),
            practice=options.practice,
            kinds=options.kinds or (),
            progress=progress,
        )
    manifest = index.manifest
    rows: list[tuple[str, ...]] = [("file", "table", "read", "indexed", "set aside", "deleted")]
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
        tell(note)
    rejected = sum(count.rows_rejected for count in manifest.files)
    if rejected:
        tell(f"{rejected:,} rows did not fit: see {options.out / 'rejected_rows.csv'} for why.")
    say(f"{manifest.tables['patients'].rows:,} patients in {options.out}, as at {manifest.as_at}.")
    return 0
