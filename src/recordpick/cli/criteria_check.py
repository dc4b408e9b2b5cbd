"""`recordpick criteria check`: report everything that is wrong with a pack."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_json
from recordpick.cli.output import print_json, print_result, print_table

if TYPE_CHECKING:
    from recordpick.criteria.pack import Pack

HELP = "report everything that is wrong with a pack"
EXAMPLE = "recordpick criteria check supplier.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("pack", type=Path, metavar="PACK", help="TOML, CSV or XLSX")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Read the pack; a UserError has one message for each problem."""
    from recordpick.criteria.load import read_pack

    pack = read_pack(options.pack)
    if options.json:
        print_json(_as_json(pack))
        return 0
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


def _as_json(pack: Pack) -> dict[str, object]:
    """Return everything for programs; the form is described in docs/reference.md."""
    return {
        "title": pack.title,
        "version": pack.version,
        "supplier": pack.supplier,
        "fingerprint": pack.fingerprint,
        "random_records": pack.random_records,
        "codelists": len(pack.codelists),
        "criteria": [
            {
                "id": criterion.id,
                "area": criterion.area,
                "title": criterion.title,
                "records": criterion.records,
                "has_rules": bool(criterion.steps),
            }
            for criterion in pack.criteria
        ],
        "notes": list(pack.notes),
    }
