"""`recordpick suggest`: complete the picks for each criterion."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
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
from recordpick.errors import UserError

if TYPE_CHECKING:
    from recordpick.matching import Matches
    from recordpick.picking.suggestion import Basis, Comparison, Suggestion, Way
    from recordpick.selection.state import Selection
    from recordpick.selection.working_file import WorkingFile

HELP = "complete the picks for each criterion"
EXAMPLE = "recordpick suggest our-practice.recordpick --by spread"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "--by",
        choices=("fewest", "balanced", "spread", "ticket"),
        default="fewest",
        help="fewest records to open (the default); balanced: the fewest that keep the shares of "
        "ages, sexes and GPs of your list; spread: different patients, ages, sexes and GPs; "
        "ticket: an even draw within each criterion",
    )
    parser.add_argument(
        "--within",
        type=int,
        metavar="PERCENT",
        help="with --by balanced: how many records in 100 would have to be others (5)",
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
    from recordpick.picking.suggestion import Basis, compare, trade_off

    _check_within(options)

    person = acting_person(options)
    with open_with_index(options, person, to_write=not options.show) as (file, index):
        only = [find_criterion(file.pack, one).id for one in options.criterion or ()] or None
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
            progress("comparing ways to suggest", None)
            patients = index.patients(file.as_at)
            seed = file.suggestion_seed
            basis = Basis(matches, file.pack, file.selection, seed, patients, only)
            compared = compare(basis)
            suggestion = _chosen(options, basis, compared)
            points = []
            if options.show:
                progress("working out the trade-off", None)
                points = list(trade_off(basis, compared.suggestions["fewest"]))
        ways = in_order(compared, [*points, suggestion])
        if options.json:
            if suggestion.picks and not options.show:
                file.suggest(suggestion.picks, suggestion.how)
            print_json(_as_json(suggestion, ways, options.by, picked=not options.show))
            return 0
        _print_costs(compared, ways, file.selection)
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


def _check_within(options: argparse.Namespace) -> None:
    if options.within is None:
        return
    if options.by != "balanced":
        raise UserError("--within belongs to --by balanced: give both, or leave it out.")
    if not 1 <= options.within <= 100:
        raise UserError(f"--within is {options.within} and must be from 1 to 100 percent.")


def _chosen(options: argparse.Namespace, basis: Basis, compared: Comparison) -> Suggestion:
    """Return the suggestion that was asked for; UserError if no choice is within --within."""
    from recordpick.picking.suggestion import balanced_within

    if options.within is None or not basis.demand.criterion_ids:
        by: Way = options.by
        return compared.suggestions[by]
    found = balanced_within(basis, options.within)
    if found is None:
        raise UserError(
            f"No choice within {options.within}% of your list's shares was found: too few patients "
            "meet the criteria, or what is picked already does not allow it. Give more percent, or "
            "leave --within out."
        )
    return found


def in_order(compared: Comparison, more: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Return all suggestions: fewest, then nearer and nearer to the list, spread, ticket."""
    ways = compared.suggestions
    balanced = {one.how: one for one in (ways["balanced"], *more) if one.way == "balanced"}
    by_tolerance = sorted(balanced.values(), key=lambda one: -(one.within or 0))
    return (ways["fewest"], *by_tolerance, ways["spread"], ways["ticket"])


def _as_json(
    suggestion: Suggestion, ways: Sequence[Suggestion], by: Way, *, picked: bool
) -> dict[str, object]:
    """Return everything for programs; the form is described in docs/reference.md."""
    return {
        "by": by,
        "picked": picked,
        "ways": {
            _key(one): {
                "picks": len(one.picks),
                "records": one.records,
                "new_records": one.new_records,
                "in_words": one.in_words,
                "off_by": None if one.off_by is None else float(one.off_by),
                "within": None if one.within is None else one.within / 100,
                "lower_bound": one.lower_bound,
                "proven": one.proven,
            }
            for one in ways
        },
        "picks": [
            {"criterion": criterion_id, "patient": patient_id}
            for criterion_id, patient_id in suggestion.picks
        ],
    }


def _key(suggestion: Suggestion) -> str:
    """Return what a suggestion is called among the ways: "fewest", "balanced within 10%"."""
    return suggestion.how if suggestion.way == "balanced" else suggestion.way


def _print_costs(compared: Comparison, ways: Sequence[Suggestion], selection: Selection) -> None:
    from recordpick.data_checking.time_needed import hours_of
    from recordpick.picking.list_shares import percent

    print_result(compared.in_words[0])
    if not any(suggestion.picks for suggestion in ways):
        return
    rows: list[tuple[str, ...]] = [
        ("way", "picks", "records to open", "new records", "hours", "off by", "")
    ]
    rows += [
        (
            one.how,
            f"{len(one.picks):,}",
            f"{one.records:,}",
            f"{one.new_records:,}",
            f"{hours_of(selection, one.picks):,}",
            percent(one.off_by),
            one.certainty,
        )
        for one in ways
    ]
    print_table(rows, right=frozenset({1, 2, 3, 4, 5}))
    print_result(
        "Off by 5%: 5 in 100 records would have to be others for ages, sexes or GPs to be as in "
        "your list."
    )


def _print_shortfalls(file: WorkingFile, matches: Matches) -> None:
    from recordpick.picking.shortfalls import shortfalls

    short = [row for row in shortfalls(matches, file.pack, file.selection) if row.state != "full"]
    if short:
        print_result()
    for row in short:
        print_result(f"{row.criterion_id} ({row.title}): {row.in_words}")
