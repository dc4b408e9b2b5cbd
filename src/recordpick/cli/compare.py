"""`recordpick compare`: show how the new system's report figures differ from the current ones."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recordpick.cli.arguments import add_json
from recordpick.cli.common import passphrase_prompt
from recordpick.cli.differences import differences_as_json, print_differences
from recordpick.cli.output import print_json, print_message, print_result

HELP = "show how the new system's report figures differ"
EXAMPLE = "recordpick compare hand-over new-system-reports --out differences.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "before", type=Path, metavar="PACK", help="the hand-over pack, or a folder of its reports"
    )
    parser.add_argument(
        "after",
        type=Path,
        metavar="NEW",
        help="the new system's figures: a folder of the same reports, a pack, or a CSV",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write it as a new CSV file")
    parser.add_argument("--all", action="store_true", help="also the figures that are the same")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the differences, largest first; write all figures as CSV if `--out` is given."""

    from recordpick.atomic import check_new, write_file
    from recordpick.csv_safety import as_csv
    from recordpick.reports.compare import compare

    if options.out is not None:
        check_new(options.out)
    with _unpacked(options.before) as before, _unpacked(options.after) as after:
        compared = compare(before, after)
    for note in compared.notes:
        print_message(note)
    if options.json:
        print_json(differences_as_json(compared.rows, everything=options.all))
    else:
        print_differences(compared.rows, everything=options.all)
    if options.out is not None:
        write_file(options.out, as_csv(compared.rows))
        print_line = print_message if options.json else print_result
        print_line(f"All {compared.rows.height:,} figures written to {options.out}.")
    return 0


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Yield a folder or a CSV as it is; for a zip a temporary folder with its reports.

    Reports hold numbers of patients, and nothing that says who they are.
    """
    if not path.is_file() or path.suffix.casefold() != ".zip":
        yield path
        return
    from tempfile import TemporaryDirectory

    from recordpick.reports.system_figures import REPORTS
    from recordpick.verify.open_pack import open_pack

    files = open_pack(path, passphrase_prompt(path))
    with TemporaryDirectory(prefix="recordpick-") as folder:
        for name in REPORTS:
            if name in files.contents:
                (Path(folder) / name).write_bytes(files.contents[name])
        yield Path(folder)
