"""`recordpick suggest`: complete the picks for each criterion."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json, add_person, add_take_over
from recordpick.cli.common import acting_person, open_with_index
from recordpick.cli.lookups import find_criterion
from recordpick.cli.output import (
    print_json,
    print_message,
    print_result,
    print_row,
    print_table,
    progress_on_stderr,
)

if TYPE_CHECKING:
    from recordpick.matching import Matches
    from recordpick.picking.suggestion import Comparison, Way
    from recordpick.selection.working_file import WorkingFile

HELP = "complete the picks for each criterion"
EXAMPLE = "recordpick suggest our-practice.recordpick --by spread"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "--by",
        choices=("fewest", "spread", "ticket"),
        default="fewest",
        help="fewest records to open (the default); spread: different patients, ages, sexes and "
        "GPs; ticket: an even draw within each criterion",
    )
    parser.add_argument(
        "--criterion", action="append", metavar="ID", help="only this criterion (may be repeated)"
    )
    parser.add_argument(
        "--show", action="store_true", help="show what would be picked, pick nothing"
    )
    add_json(parser)
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Suggest, print what each way would cost, and pick one way's records unless `--show`."""
    from recordpick.matching import match
    from recordpick.picking.suggestion import Basis, compare

    person = acting_person(options)
    with open_with_index(options, person, to_write=not options.show) as (file, index):
        only = [find_criterion(file.pack, one).id for one in options.criterion or ()] or None
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
            progress("comparing ways to suggest", None)
            patients = index.patients(file.as_at)
            seed = file.suggestion_seed
            compared = compare(Basis(matches, file.pack, file.selection, seed, patients, only))
        suggestion = compared.suggestions[options.by]
        if options.json:
            if suggestion.picks and not options.show:
                file.suggest(suggestion.picks, suggestion.how)
            print_json(_as_json(compared, options.by, picked=not options.show))
            return 0
        _print_costs(compared)
        if suggestion.solver_failed:
            print_message(suggestion.in_words)
        if options.show:
            for criterion_id, patient_id in suggestion.picks:
                print_row(criterion_id, patient_id)
            return 0
        if suggestion.picks:
            file.suggest(suggestion.picks, suggestion.how)
            print_result()
            print_result(f"Picked by {suggestion.how}: {suggestion.in_words}")
            print_result("recordpick undo, or u in the app, reverses them.")
        _print_shortfalls(file, matches)
    return 0


def _as_json(compared: Comparison, by: Way, *, picked: bool) -> dict[str, object]:
    """Return everything for programs; the form is described in docs/reference.md."""
    return {
        "by": by,
        "picked": picked,
        "ways": {
            way: {
                "picks": len(one.picks),
                "records": one.records,
                "new_records": one.new_records,
                "in_words": one.in_words,
            }
            for way, one in compared.suggestions.items()
        },
        "picks": [
            {"criterion": criterion_id, "patient": patient_id}
            for criterion_id, patient_id in compared.suggestions[by].picks
        ],
    }


def _print_costs(compared: Comparison) -> None:
    from recordpick.picking.suggestion import WAYS

    print_result(compared.in_words[0])
    if not any(suggestion.picks for suggestion in compared.suggestions.values()):
        return
    rows: list[tuple[str, ...]] = [("way", "picks", "records to open", "new records")]
    for way in WAYS:
        cost = compared.suggestions[way]
        rows.append(
            (cost.how, f"{len(cost.picks):,}", f"{cost.records:,}", f"{cost.new_records:,}")
        )
    print_table(rows, right=frozenset({1, 2, 3}))


def _print_shortfalls(file: WorkingFile, matches: Matches) -> None:
    from recordpick.picking.shortfalls import shortfalls

    short = [row for row in shortfalls(matches, file.pack, file.selection) if row.state != "full"]
    if short:
        print_result()
    for row in short:
        print_result(f"{row.criterion_id} ({row.title}): {row.in_words}")
