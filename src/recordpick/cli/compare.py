"""`recordpick compare`: how the new system's report figures differ from the current ones'."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from recordpick.atomic import check_new, write_file
from recordpick.cli.common import ask_passphrase, say, tell
from recordpick.cli.reports import say_differences
from recordpick.csv_safety import as_csv
from recordpick.reports.compare import compare
from recordpick.reports.system_figures import REPORTS
from recordpick.verify.open_pack import open_pack


def run(options: argparse.Namespace) -> int:
    """Print the differences, largest first, and write all figures as CSV if requested."""
    if options.out is not None:
        check_new(options.out)
    with _unpacked(options.before) as before, _unpacked(options.after) as after:
        compared = compare(before, after)
    for sentence in compared.notes:
        tell(sentence)
    say_differences(compared.rows, everything=options.all)
    if options.out is not None:
        write_file(options.out, as_csv(compared.rows))
        say(f"All {compared.rows.height:,} figures written to {options.out}.")
    return 0


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Yield a folder or a CSV as it is; for a zip, its reports in a temporary folder.

    Reports hold counts of patients, and nothing that identifies them.
    """
    if not path.is_file() or path.suffix.casefold() != ".zip":
        yield path
        return
    files = open_pack(path, ask_passphrase(path))
    with TemporaryDirectory(prefix="recordpick-") as folder:
        for name in REPORTS:
            if name in files.contents:
                (Path(folder) / name).write_bytes(files.contents[name])
        yield Path(folder)
