"""`recordpick criteria check`: report everything that is wrong with a pack."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from recordpick.cli.common import counted, say, table
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Pack


def decisions(pack: Pack) -> Iterator[str]:
    """Return a line for each criterion with proposals or a decision: its state, and who decided.

    Nothing for a pack whose rules are the supplier's own.
    """
    for criterion in pack.criteria:
        if criterion.confirmed is not None:
            yield f"{criterion.id}: {criterion.confirmed.says(criterion)}"
        elif criterion.proposals:
            count = counted(len(criterion.proposals), "proposed rule")
            yield f"{criterion.id}: {count}, not confirmed: by hand until somebody does"


def run(options: argparse.Namespace) -> int:
    """Read the pack; its problems are raised as one error with a message for each."""
    pack = read_pack(options.pack, options.sheet) if options.sheet else read_pack(options.pack)
    with_rules = sum(bool(criterion.steps) for criterion in pack.criteria)
    say(f"{pack.title} {pack.version}, {pack.supplier}".strip(" ,"))
    rows: list[tuple[str, ...]] = [
        (criterion.id, criterion.area, criterion.title, f"{criterion.records}")
        for criterion in pack.criteria
    ]
    for line in table(rows, right=frozenset({3})):
        say(line)
    for line in decisions(pack):
        say(line)
    for note in pack.notes:
        say(note)
    wrong = "See the notes above." if pack.notes else "Nothing is wrong with it."
    say(
        f"{len(pack.criteria)} criteria, {with_rules} with rules; {len(pack.codelists)} codelists; "
        f"{pack.random_records} random records. {wrong}"
    )
    return 0
