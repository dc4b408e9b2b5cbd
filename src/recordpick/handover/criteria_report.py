"""The criteria report: every criterion and how far it is, so that none is left out silently."""

from __future__ import annotations

import polars as pl

from recordpick.criteria.pack import Criterion, Pack
from recordpick.handover.selection_list import RANDOM_TITLE
from recordpick.matching import Matches
from recordpick.matching.answers import BETWEEN_KINDS
from recordpick.picking.patient_kinds import kinds_progress, remarks_on_kinds
from recordpick.reports.columns import Column, Table
from recordpick.selection.state import Selection

STATES = {
    "complete": "as many records are picked as are wanted",
    "all_picked": "fewer were found than are wanted, and all of them are picked",
    "closed": "fewer are picked; the practice said that no more are to be found",
    "unanswered": "fewer are picked; the index lacks what the criterion's rules ask for",
    "no_rules": "fewer are picked; the criterion has no rules and is picked for by hand",
    "short": "fewer are picked than are wanted, although more were found",
}
"""The words of the column `state`, with what each means; the first that fits is taken."""

CRITERIA = Table(
    "criteria_report.csv",
    "Every criterion of the pack: how many records were wanted, found and picked",
    (
        Column(
            "criterion_id",
            pl.String(),
            "the criterion's reference; empty in the row of the random records",
            unique=True,
        ),
        Column(
            "criterion_title",
            pl.String(),
            "the criterion's title, or Random record",
            required=True,
        ),
        Column("area", pl.String(), "the criterion's area"),
        Column("wanted", pl.UInt32(), "how many records at most", required=True, minimum=0),
        Column(
            "found",
            pl.UInt32(),
            "how many patients meet it, or were eligible for the draw; empty if unknown",
            minimum=0,
        ),
        Column("picked", pl.UInt32(), "how many were picked", required=True, minimum=0),
        Column("state", pl.String(), "how far it is", required=True, words=tuple(STATES)),
        Column("closed_on", pl.Date(), "when staff said that no more are to be found"),
        Column("why_not_answered", pl.String(), "why found is empty"),
        Column("cautions", pl.String(), "what may make found differ from the true number"),
        Column(
            "kinds",
            pl.String(),
            "what is picked of each kind, where the criterion takes some of each",
            since="1.1",
        ),
    ),
)
CRITERIA_REPORT = CRITERIA.schema
"""The columns of criteria_report.csv, in order, with their types."""


def criteria_rows(selection: Selection, pack: Pack, matches: Matches) -> pl.DataFrame:
    """Return one row for each criterion in the pack's order, and a last one for random records.

    Columns as in `CRITERIA_REPORT`. `found` is empty, never 0, where the index could not answer;
    `why_not_answered` then says why. `cautions` are sentences on what may make `found` differ from
    the true number, and on kinds of patients. In the last row, which has no criterion_id, `found`
    is how many were eligible for the draw.
    """
    rows = [_row(criterion, selection, matches) for criterion in pack.criteria]
    random = len(selection.random())
    counting = [draw for draw in selection.draws if draw.withdrawn is None]
    eligible = counting[-1].eligible if counting else None
    state = "complete" if random >= pack.random_records else "short"
    if eligible is not None and random < pack.random_records and random >= eligible:
        state = "all_picked"
    rows.append(
        (
            None,
            RANDOM_TITLE,
            None,
            pack.random_records,
            eligible,
            random,
            state,
            None,
            None,
            None,
            None,
        )
    )
    return pl.DataFrame(rows, schema=CRITERIA_REPORT, orient="row")


def _row(criterion: Criterion, selection: Selection, matches: Matches) -> tuple[object, ...]:
    answer = matches.answers.get(criterion.id)
    answered = answer is not None and answer.answered
    found = answer.matches if answer is not None and answered else None
    picked = selection.count(criterion.id)
    closed = selection.closed.get(criterion.id)
    if picked >= criterion.records:
        state = "complete"
    elif found is not None and picked >= found and not _not_picked(criterion, selection, matches):
        state = "all_picked"
    elif closed is not None:
        state = "closed"
    elif not criterion.steps:
        state = "no_rules"
    elif not answered:
        state = "unanswered"
    else:
        state = "short"
    return (
        criterion.id,
        criterion.title,
        criterion.area,
        criterion.records,
        found,
        picked,
        state,
        None if closed is None else closed.on.date(),
        None if answered else _why_not(criterion, matches),
        " ".join((*answer.cautions, *remarks_on_kinds(criterion, matches))) or None
        if answer is not None
        else None,
        _kinds(criterion, selection, matches),
    )


def _kinds(criterion: Criterion, selection: Selection, matches: Matches) -> str | None:
    """Return what is picked of each kind, as "verified 12 of at least 5; not verified 2 of …"."""
    picked = [pick.patient_id for pick in selection.of(criterion.id)]
    progress = kinds_progress(criterion, matches, picked)
    return BETWEEN_KINDS.join(kind.in_words for kind in progress) or None


def _not_picked(criterion: Criterion, selection: Selection, matches: Matches) -> set[str]:
    """Return who was found and is not picked: people may have picked others than those found."""
    picked = {pick.patient_id for pick in selection.of(criterion.id)}
    return set(matches.patients(criterion.id)) - picked


def _why_not(criterion: Criterion, matches: Matches) -> str:
    answer = matches.answers.get(criterion.id)
    return answer.why_not if answer is not None else "It was not matched."
