"""`recordpick criteria check`: report everything that is wrong with a pack."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.output import print_result, print_table

HELP = "report everything that is wrong with a pack"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("pack", type=Path, metavar="PACK", help="TOML, CSV or XLSX")


def run(options: argparse.Namespace) -> int:
    """Read the pack; a UserError has one message for each problem."""
    from recordpick.criteria.load import read_pack

    pack = read_pack(options.pack)
    with_rules = sum(bool(criterion.steps) for criterion in pack.criteria)
    print_result(f"{pack.title} {pack.version}, {pack.supplier}".strip(" ,"))
    rows: list[tuple[str, ...]] = [
        (criterion.id, criterion.area, criterion.title, f"{criterion.records}")
        for criterion in pack.criteria
    ]
    print_table(rows, right=frozenset({3}))
    for note in pack.notes:
        print_result(note)
    wrong = "See the notes above." if pack.notes else "Nothing is wrong with it."
    print_result(
        f"{len(pack.criteria)} criteria, {with_rules} with rules; {len(pack.codelists)} codelists; "
        f"{pack.random_records} random records. {wrong}"
    )
    return 0
