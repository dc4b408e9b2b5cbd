"""`recordpick draw`: draw random records so that anyone can check the draw."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_person, add_take_over
from recordpick.cli.common import acting_person, open_with_index
from recordpick.cli.output import print_message, print_result
from recordpick.errors import UserError

if TYPE_CHECKING:
    import polars as pl

    from recordpick.picking.assurance import Assurance
    from recordpick.selection.state import Draw, Selection

HELP = "draw random records so that anyone can check the draw"
EXAMPLE = "recordpick draw our-practice.recordpick --seed 314159"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument("--seed", metavar="S", help="dice, a lottery result, the supplier's number")
    how_many = parser.add_mutually_exclusive_group()
    how_many.add_argument(
        "--records", type=int, metavar="N", help="how many in total (otherwise the pack's number)"
    )
    how_many.add_argument(
        "--more",
        type=int,
        metavar="N",
        help="how many more than were drawn, for go-live: the next tickets of the same seed",
    )
    parser.add_argument(
        "--strata",
        action="store_true",
        help="in the same mix of age bands and sexes as the whole list "
        "(later draws with the same seed continue in this way)",
    )
    parser.add_argument(
        "--reason", default="", help="why another seed replaces an earlier draw (needed then)"
    )
    add_person(parser)
    add_take_over(parser)


def run(options: argparse.Namespace) -> int:
    """Fix the seed, draw what is missing, and print who was drawn and from how many."""
    from recordpick.matching import random_population
    from recordpick.picking.strata import strata_of
    from recordpick.picking.tickets import new_seed

    with open_with_index(options, acting_person(options), to_write=True) as (file, index):
        eligible = random_population(file.pack, index, file.as_at)
        _check_more(options, file.selection)
        if options.seed is not None:
            file.fix_seed(options.seed, "entered", options.reason)
        elif file.selection.seed is None:
            file.fix_seed(new_seed(), "made", options.reason)
        by_strata = options.strata or file.selection.by_strata
        strata = strata_of(index.patients(file.as_at), eligible) if by_strata else None
        selection = file.draw(eligible, _how_many(file.selection, options), strata)
    draw = selection.draws[-1]
    _print_draw(draw)
    print_result(_assurance(selection, eligible, strata).beforehand)
    if draw.short:
        print_message(f"{draw.short} fewer than requested: nobody else is eligible.")
    return 0


def _print_draw(draw: Draw) -> None:
    print_result(
        f"{len(draw.drawn)} records drawn from {draw.eligible:,} with the seed {draw.seed}:"
    )
    for drawn in draw.drawn:
        print_result(f"{drawn.place:>6}  {drawn.patient_id}")
    for stratum in draw.strata:
        if stratum.drawn:
            print_result(f"{stratum.drawn:>6}  of {stratum.eligible:,} in {stratum.name}")


def _check_more(options: argparse.Namespace, selection: Selection) -> None:
    """Refuse `--more` if there is no draw to continue."""
    if options.more is None:
        return
    if not selection.drawn_with_seed:
        raise UserError("--more continues a draw, and there is none yet: leave it out.")
    fixed = "" if selection.seed is None else selection.seed.seed
    if options.seed is not None and options.seed.strip() != fixed:
        raise UserError("--more continues with the seed of the earlier draw: leave out --seed.")
    if options.more < 1:
        raise UserError(f"--more {options.more}: give 1 or more.")


def _how_many(selection: Selection, options: argparse.Namespace) -> int | None:
    """Return how many to draw now; None leaves that to the pack's number."""
    if options.more is not None:
        return int(options.more)
    if options.records is None:
        return None
    drawn = selection.drawn_with_seed
    if options.records <= drawn:
        raise UserError(
            f"--records {options.records}: {drawn} random records are drawn already. "
            "Give a larger number, or the number of further ones with --more."
        )
    return int(options.records) - drawn


def _assurance(selection: Selection, eligible: pl.Series, strata: pl.DataFrame | None) -> Assurance:
    """Return what all random records that are still eligible would show together."""
    import polars as pl

    from recordpick.picking.assurance import assurance, assurance_by_strata

    ids = pl.DataFrame({"patient_id": [pick.patient_id for pick in selection.random()]})
    if strata is None:
        return assurance(
            len(eligible), eligible.alias("patient_id").to_frame().join(ids, on="patient_id").height
        )
    drawn = strata.with_columns(drawn=pl.col("patient_id").is_in(ids["patient_id"].implode()))
    sizes = drawn.group_by("stratum").agg(pl.len(), pl.col("drawn").sum()).sort("stratum")
    return assurance_by_strata(list(sizes.select("len", "drawn").iter_rows()))
