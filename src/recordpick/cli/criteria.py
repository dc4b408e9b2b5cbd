"""`recordpick criteria check`: read a pack and say all that is wrong with it."""

from __future__ import annotations

import argparse

from recordpick.cli.common import say, table
from recordpick.criteria.load import read_pack


def run(options: argparse.Namespace) -> int:
    """Read the pack; what is wrong with it comes as an error with one message a problem."""
    pack = read_pack(options.pack)
    with_rules = sum(bool(criterion.steps) for criterion in pack.criteria)
    say(f"{pack.title} {pack.version}, {pack.supplier}".strip(" ,"))
    rows: list[tuple[str, ...]] = [
        (criterion.id, criterion.area, criterion.title, f"{criterion.records}")
        for criterion in pack.criteria
    ]
    for line in table(rows, right=frozenset({3})):
        say(line)
    for note in pack.notes:
        say(note)
    wrong = "See the notes above." if pack.notes else "Nothing is wrong with it."
    say(
        f"{len(pack.criteria)} criteria, {with_rules} with rules; {len(pack.codelists)} codelists; "
        f"{pack.random_records} random records. {wrong}"
    )
    return 0
