"""`recordpick criteria check`: what is wrong with a pack, and what an index can answer of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from recordpick.cli.common import say, table
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Pack


def _print_answers(pack: Pack, folder: Path) -> None:
    """Print for each criterion whether the index in `folder` can answer it, and why not."""
    from recordpick.index.practice_index import open_index
    from recordpick.report_requests.criteria_status import MARKS, WORDS, status_of, summary_of

    found = status_of(pack, open_index(folder))
    for one in found:
        say(f"{MARKS[one.status]} {one.criterion.id} {one.criterion.title}: {WORDS[one.status]}")
        for text in (one.why_not, *one.cautions):
            if text:
                say(f"    {text}")
    say(summary_of(found))


def run(options: argparse.Namespace) -> int:
    """Read the pack; its problems are raised as one error with a message for each."""
    pack = read_pack(options.pack)
    with_rules = sum(bool(criterion.steps) for criterion in pack.criteria)
    say(f"{pack.title} {pack.version}, {pack.supplier}".strip(" ,"))
    if options.index is None:
        rows: list[tuple[str, ...]] = [
            (criterion.id, criterion.area, criterion.title, f"{criterion.records}")
            for criterion in pack.criteria
        ]
        for line in table(rows, right=frozenset({3})):
            say(line)
    else:
        _print_answers(pack, options.index)
    for note in pack.notes:
        say(note)
    wrong = "See the notes above." if pack.notes else "Nothing is wrong with it."
    say(
        f"{len(pack.criteria)} criteria, {with_rules} with rules; {len(pack.codelists)} codelists; "
        f"{pack.random_records} random records. {wrong}"
    )
    return 0
