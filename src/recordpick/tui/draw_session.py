"""The random draw of an open working file: plain or even over groups, and what it would show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from recordpick.tui.session import Session


def draw(
    session: Session,
    eligible: pl.Series,
    seed: str,
    number: int | None,
    reason: str = "",
    *,
    by_strata: bool = False,
) -> str:
    """Fix the seed (made, if empty) unless it is fixed already, draw, and say what that gives.

    `by_strata` makes a first draw even over age bands and sexes; a seed that has drawn goes on as
    it began.
    """
    from recordpick.picking.strata import strata_of
    from recordpick.picking.tickets import new_seed

    if seed:
        session.file.fix_seed(seed, "entered", reason)
    elif session.selection.seed is None:
        session.file.fix_seed(new_seed(), "made", reason)
    begun = session.selection.drawn_with_seed > 0
    even = session.selection.by_strata if begun else by_strata
    strata = strata_of(session.index.patients(session.file.as_at), eligible) if even else None
    drawn = session.file.draw(eligible, number, strata).draws[-1]
    records = "1 record" if len(drawn.drawn) == 1 else f"{len(drawn.drawn):,} records"
    over = ", even over age bands and sexes" if even else ""
    says = [f"{records} drawn at random from {drawn.eligible:,}{over}."]
    if drawn.short:
        says.append(f"{drawn.short} fewer than asked for.")
    says.append(_shown(session, eligible, strata))
    return " ".join(says)


def _shown(session: Session, eligible: pl.Series, strata: pl.DataFrame | None) -> str:
    """Say what all random records that are still eligible would show together."""
    from recordpick.picking.assurance import assurance, assurance_by_strata

    drawn = {pick.patient_id for pick in session.selection.random()}
    if strata is None:
        sample = int(eligible.is_in(list(drawn)).sum())
        return assurance(eligible.len(), sample).beforehand
    marked = strata.with_columns(strata["patient_id"].is_in(list(drawn)).alias("drawn"))
    groups = marked.partition_by("stratum")
    sizes = [(group.height, int(group["drawn"].sum())) for group in groups]
    return assurance_by_strata(sizes).beforehand
