"""Check that the random records are those that the seed draws, by repeating docs/random-draw.md.

Without the practice index: the tickets in the list are those of these patient numbers and this
seed. With it: everybody's tickets are calculated, which shows that nobody with a lower one was
passed over.
"""

from __future__ import annotations

from hashlib import sha256

import polars as pl

from recordpick.criteria.pack import Pack, condition_over
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import random_population
from recordpick.picking.strata import strata_of, stratified_order
from recordpick.picking.tickets import draw_order, ticket_numbers
from recordpick.verify.csv_files import LINE, line_numbers
from recordpick.verify.descriptor import DescribedDraw, Description
from recordpick.verify.selection_list import LIST
from recordpick.verify.verdict import Check

TICKETS, DRAW, PATIENTS = "Tickets", "Random draw", "Practice index"


def check_tickets(selected: pl.DataFrame, description: Description) -> Check:
    """Check that the calculated ticket number of every random record is among those drawn."""
    random = selected.filter(pl.col("criterion_id").is_null())
    drawn = _drawn(description.draws)
    ids = random["patient_id"].fill_null("")
    tickets = [
        random.select(LINE, pl.col("ticket").alias("place")).with_columns(
            ticket_numbers(ids, seed), pl.lit(seed).alias("seed")
        )
        for seed in dict.fromkeys(draw.seed for draw in description.draws)
    ]
    fitting = (
        pl.concat(tickets).join(drawn, on=["seed", "place", "ticket_number"], how="semi")[LINE]
        if tickets
        else pl.Series(LINE, [], dtype=pl.UInt32)
    )
    unmatched = random.filter(~pl.col(LINE).is_in(fitting.implode()))[LINE].to_list()
    problems = []
    if unmatched:
        problems.append(
            f"{LIST}, {line_numbers(unmatched)}: this patient number does not have this ticket in "
            "any draw of the pack."
        )
    records = sum(len(draw.drawn) for draw in description.draws)
    if description.taken_out is not None and random.height != records - description.taken_out:
        problems.append(
            f"{LIST} has {random.height:,} random records; {records:,} were drawn and "
            f"{description.taken_out:,} of them removed or replaced."
        )
    says = (
        f"The tickets of {random.height:,} random records are those of their numbers and the seed."
        if random.height
        else "No records were drawn at random."
    )
    return Check(TICKETS, says, tuple(problems))


def _drawn(draws: tuple[DescribedDraw, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        [(draw.seed, place, number) for draw in draws for place, number in draw.drawn],
        schema={"seed": pl.String, "place": pl.Int64, "ticket_number": pl.String},
        orient="row",
    )


def check_with_index(
    selected: pl.DataFrame, description: Description, index: PracticeIndex
) -> list[Check]:
    """Repeat the draw from everybody who was eligible, and look up every patient in the index."""
    cautions = []
    if index.fingerprint != description.index_fingerprint:
        cautions.append("This is not the practice index that the pack was made with.")
    found = _check_patients(selected, description, index)
    if found.problems:
        return [
            Check(PATIENTS, found.says, (*cautions, *found.problems)),
            Check(DRAW, "", skipped="the index does not have these patients"),
        ]
    checks = [Check(PATIENTS, found.says, (), tuple(cautions))]
    if description.draws:
        checks.append(_check_draws(description, index))
    return checks


def _check_patients(
    selected: pl.DataFrame, description: Description, index: PracticeIndex
) -> Check:
    if description.as_at is None:
        return Check(PATIENTS, "", skipped="the pack does not give its as-at date")
    columns = ["patient_id", *(["nhs_number"] if "nhs_number" in index.columns("patients") else [])]
    known = index.patients(description.as_at).select(columns).with_columns(known=pl.lit(value=True))
    rows = selected.join(
        known.collect(), on="patient_id", how="left", suffix="_in_index", maintain_order="left"
    )
    problems = []
    for wrong, says in (
        (pl.col("known").is_null(), "the index has no such patient_id"),
        (
            pl.col("known") & pl.col("nhs_number").ne_missing(pl.col("nhs_number_in_index")),
            "the index has another NHS number",
        ),
    ):
        if "nhs_number" in columns or "NHS" not in says:
            lines = rows.filter(wrong)[LINE].to_list()
            if lines:
                problems.append(f"{LIST}, {line_numbers(lines)}: {says}.")
    says = f"{rows['patient_id'].n_unique():,} patients are in the index, with these NHS numbers."
    return Check(PATIENTS, says, tuple(problems))


def _check_draws(description: Description, index: PracticeIndex) -> Check:
    if description.as_at is None or not description.says_who_is_eligible:
        return Check(DRAW, "", skipped="the pack does not say who was eligible")
    try:
        eligible = random_population(
            _rule_only(description.random_population), index, description.as_at
        )
    except UserError as error:
        return Check(DRAW, "", (f"Who was eligible cannot be calculated from this index: {error}",))
    strata = strata_of(index.patients(description.as_at), eligible)
    before: dict[str, list[str]] = {}
    problems = []
    for number, draw in enumerate(description.draws, start=1):
        drawn_before = before.setdefault(draw.seed, [])
        problem = _repeat(draw, eligible, strata, drawn_before)
        if problem:
            problems.append(f"Draw {number} of {len(description.draws)}: {problem}")
        drawn_before += [ticket for _, ticket in draw.drawn]
    says = (
        f"{sum(len(draw.drawn) for draw in description.draws):,} records drawn again from "
        f"{len(eligible):,} eligible patients: the same."
    )
    return Check(DRAW, says, tuple(problems))


def _repeat(
    draw: DescribedDraw, eligible: pl.Series, strata: pl.DataFrame, before: list[str]
) -> str:
    """Repeat a draw; return what is different, "" if nothing is."""
    lines = strata["patient_id"] + "\t" + strata["stratum"]
    if _digest(eligible) != draw.eligible_sha256 or (
        draw.strata_sha256 and _digest(lines) != draw.strata_sha256
    ):
        return (
            f"it was made from {draw.eligible:,} eligible patients, and this index has "
            f"{len(eligible):,}, not all of them the same: the draw cannot be repeated from it."
        )
    if draw.strata_sha256:
        order = stratified_order(strata, draw.seed)
    else:
        order = draw_order(eligible, draw.seed)
    left = order.filter(
        ~pl.col("ticket_number").is_in(pl.Series(before, dtype=pl.String).implode())
    )
    if draw.replacement and draw.strata_sha256:
        # The next ticket of the stratum of whoever was replaced; the pack does not name the
        # stratum.
        nexts = [left.head(1), left.unique("stratum", keep="first", maintain_order=True)]
        allowed = {row for one in nexts for row in one.select("place", "ticket_number").iter_rows()}
        same = set(draw.drawn) <= allowed
    else:
        drawn = left.head(len(draw.drawn)).select("place", "ticket_number")
        same = tuple(drawn.iter_rows()) == draw.drawn
    return "" if same else "its seed draws other records from the same patients."


def _digest(texts: pl.Series) -> str:
    return sha256("\n".join(texts.sort().to_list()).encode()).hexdigest()


def _rule_only(rule: str | None) -> Pack:
    """Return a criteria pack with nothing but the rule for who may be drawn."""
    condition = None if rule is None else condition_over("patients", rule)
    return Pack("", "", "", 0, 0, None, condition, (), {}, {})
