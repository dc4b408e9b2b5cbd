"""`recordpick criteria check`: what is wrong with a pack, and what an index can answer of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_json, add_sheets
from recordpick.cli.output import print_json, print_result, print_table
from recordpick.text import plural

if TYPE_CHECKING:
    from recordpick.criteria.pack import Pack

HELP = "report everything that is wrong with a pack"
SOME_OF_EACH = "some of each"
"""Words of a criterion that wants records of several kinds."""
EXAMPLE = "recordpick criteria check supplier.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("pack", type=Path, metavar="PACK", help="TOML, CSV, XLSX, ODS or DOCX")
    add_sheets(parser)
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="a practice index: also which criteria it can answer, and why not the others",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Read the pack; a UserError has one message for each problem."""
    from recordpick.criteria.load import read_pack

    pack = read_pack(options.pack, options.sheet) if options.sheet else read_pack(options.pack)
    if options.json:
        print_json(_as_json(pack, [*pack.notes, *_notes_on_kinds(pack, options.index)]))
        return 0
    with_rules = sum(bool(criterion.steps) for criterion in pack.criteria)
    print_result(f"{pack.title} {pack.version}, {pack.supplier}".strip(" ,"))
    if options.index is None:
        rows: list[tuple[str, ...]] = [
            (criterion.id, criterion.area, criterion.title, f"{criterion.records}")
            for criterion in pack.criteria
        ]
        print_table(rows, right=frozenset({3}))
    else:
        _print_answers(pack, options.index)
    for line in decisions(pack):
        print_result(line)
    notes = [*pack.notes, *_notes_on_kinds(pack, options.index)]
    for note in notes:
        print_result(note)
    wrong = "See the notes above." if notes else "Nothing is wrong with it."
    print_result(
        f"{len(pack.criteria)} criteria, {with_rules} with rules; {len(pack.codelists)} codelists; "
        f"{pack.random_records} random records. {wrong}"
    )
    return 0


def _print_answers(pack: Pack, folder: Path) -> None:
    """Print for each criterion whether the index in `folder` can answer it, and why not."""
    from recordpick.index.practice_index import open_index
    from recordpick.report_requests.criteria_status import MARKS, WORDS, status_of, summary_of

    found = status_of(pack, open_index(folder))
    for one in found:
        criterion = f"{one.criterion.id} {one.criterion.title}"
        print_result(f"{MARKS[one.status]} {criterion}: {WORDS[one.status]}")
        for text in (one.why_not, *one.cautions):
            if text:
                print_result(f"    {text}")
    print_result(summary_of(found))


def decisions(pack: Pack) -> Iterator[str]:
    """Yield a line for each criterion with proposals or a decision: its state, and who decided.

    Nothing for a pack whose rules are the supplier's own.
    """
    for criterion in pack.criteria:
        if criterion.confirmed is not None:
            yield f"{criterion.id}: {criterion.confirmed.says(criterion)}"
        elif criterion.proposals:
            count = plural(len(criterion.proposals), "proposed rule")
            yield f"{criterion.id}: {count}, not confirmed: by hand until somebody does"


def _notes_on_kinds(pack: Pack, folder: Path | None) -> list[str]:
    """Return what cannot be as the pack says of its kinds of patients ("some of each").

    With the index in `folder` also kinds that overlap, that nobody is of, or that are not known.
    """
    from recordpick.picking.patient_kinds import remarks_on_kinds

    matches = None
    with_kinds = tuple(criterion for criterion in pack.criteria if criterion.kinds)
    if folder is not None and with_kinds:
        from recordpick.index.practice_index import open_index
        from recordpick.matching import match

        index = open_index(folder)
        matches = match(replace(pack, criteria=with_kinds), index, index.manifest.as_at)
    notes = [
        f"{criterion.id}: {remark}"
        for criterion in with_kinds
        for remark in remarks_on_kinds(criterion, matches)
    ]
    without = [
        criterion.id
        for criterion in pack.criteria
        if SOME_OF_EACH in criterion.find.casefold() and not criterion.kinds
    ]
    if without:
        notes.append(
            f"{', '.join(without)}: “some of each” is asked for, but no kinds are named, so a "
            "suggestion may have only some of them ([[criterion.each]] in a TOML pack)."
        )
    return notes


def _as_json(pack: Pack, notes: list[str]) -> dict[str, object]:
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
                "kinds": [{"says": kind.says, "least": kind.least} for kind in criterion.kinds],
            }
            for criterion in pack.criteria
        ],
        "notes": notes,
    }
