"""`recordpick receive`: put several practices' lists into one table."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.arguments import add_out
from recordpick.cli.common import passphrase_prompt
from recordpick.cli.output import print_message, print_result

HELP = "put several practices' lists into one table"
EXAMPLE = "recordpick receive list-1.zip list-2.zip --out all-lists.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "packs",
        type=Path,
        nargs="+",
        metavar="PACK",
        help="folders, or zips (asks for each passphrase)",
    )
    add_out(parser, "FILE", "a new .parquet or .csv file")


def run(options: argparse.Namespace) -> int:
    """Verify every pack; write the table only if all of them are right."""

    from recordpick.atomic import check_new, write_file
    from recordpick.verify.open_pack import open_pack
    from recordpick.verify.receive import check_out, combine_lists, encode_table
    from recordpick.verify.verify import verify

    check_out(options.out)
    check_new(options.out)
    verdicts = [verify(open_pack(pack, passphrase_prompt(pack))) for pack in options.packs]
    table, cautions = combine_lists(verdicts)
    for caution in cautions:
        print_message(caution)
    write_file(options.out, encode_table(table, options.out))
    for verdict in verdicts:
        lines = 0 if verdict.selected is None else verdict.selected.height
        practice = verdict.practice or "practice not named"
        print_result(
            f"{verdict.list_id}  {lines:>6,} lines  {verdict.ods_code:<6}  {practice}".rstrip()
        )
    print_result(f"{table.height:,} lines of {len(verdicts)} packs written to {options.out}.")
    return 0
