"""Several practices' lists in one table, for the supplier: only from packs that are right."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from recordpick.cells import as_csv
from recordpick.errors import UserError
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.handover.verifying.opening import shown
from recordpick.handover.verifying.verdict import Verdict

RECEIVED: dict[str, pl.DataType] = {
    "practice": pl.String(),
    "pack_sha256": pl.String(),
    **SELECTION_LIST,
}
"""The columns of the table, in order: the practice, the pack's fingerprint, and its list."""

ENDINGS = (".parquet", ".csv")
_SAID_OF_EACH = 3
_OF_A_FILE = re.compile(r"(RP-[A-Z2-7]{8})-[0-9]{2,}")


def received(verdicts: Sequence[Verdict]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Put the lists of packs that were verified into one table; columns as in `RECEIVED`.

    Packs stand in the order given. Also gives sentences on what is worth knowing. UserError, one
    message a problem, where a pack is not right, or two of them cannot stand side by side.
    """
    # What a pack that is not right says of itself, is not gone by.
    right = [one for one in verdicts if one.right]
    problems = [*_not_right(verdicts), *_twice(verdicts), *_mixed(right)]
    if problems:
        raise UserError.of(problems)
    tables = [
        one.selected.with_columns(
            practice=pl.lit(one.practice or None, dtype=pl.String),
            pack_sha256=pl.lit(one.fingerprint, dtype=pl.String),
        ).select(*RECEIVED)
        for one in verdicts
        if one.selected is not None
    ]
    if not tables:
        return pl.DataFrame(schema=RECEIVED), ()
    whole = pl.concat(tables)
    return whole, (*_told(verdicts), *_shared(whole))


def check_out(out: Path) -> None:
    """Raise a UserError unless the ending of the file to be written is one that is known."""
    if out.suffix.casefold() not in ENDINGS:
        raise UserError(f"{out}: give it a name ending in {' or '.join(ENDINGS)}.")


def as_file(table: pl.DataFrame, out: Path) -> bytes:
    """Write the table as the ending of `out` says: Parquet, or CSV in the form of the list."""
    if out.suffix.casefold() == ".csv":
        return as_csv(table)
    made = io.BytesIO()
    table.write_parquet(made)
    return made.getvalue()


def _not_right(verdicts: Sequence[Verdict]) -> list[str]:
    messages = []
    for one in verdicts:
        if one.right:
            continue
        problems = one.problems
        more = len(problems) - _SAID_OF_EACH
        rest = f" And {more:,} more: recordpick verify says which." if more > 0 else ""
        said = " ".join(problems[:_SAID_OF_EACH])
        messages.append(f"{shown(one.path)} is not right: {said}{rest}")
    return messages


def _twice(verdicts: Sequence[Verdict]) -> list[str]:
    messages = []
    lists: dict[str, Verdict] = {}
    files: dict[str, Verdict] = {}
    for one in verdicts:
        if not one.list_id:
            continue
        before = lists.setdefault(one.list_id, one)
        found = _OF_A_FILE.fullmatch(one.list_id)
        earlier = files.setdefault(found[1] if found else one.list_id, one)
        if before is not one:
            also = "the same pack" if before.fingerprint == one.fingerprint else "two packs"
            messages.append(
                f"{shown(before.path)} and {shown(one.path)} are {also} with the list "
                f"{one.list_id}: leave one out."
            )
        elif earlier is not one:
            messages.append(
                f"{earlier.list_id} ({shown(earlier.path)}) and {one.list_id} ({shown(one.path)}) "
                "are two lists of one working file, and the later one has everything: leave the "
                "earlier one out."
            )
    return messages


def _mixed(verdicts: Sequence[Verdict]) -> list[str]:
    made_up = [one for one in verdicts if one.synthetic]
    if not made_up or len(made_up) == len(verdicts):
        return []
    names = ", ".join(shown(one.path) for one in made_up)
    return [f"Made-up patients do not belong beside real ones: leave out {names}."]


def _told(verdicts: Sequence[Verdict]) -> list[str]:
    told = [f"{shown(one.path)}: {caution}" for one in verdicts for caution in one.cautions]
    if len({one.criteria_fingerprint for one in verdicts}) > 1:
        told.append("The packs are not all of the same criteria pack: criteria may differ.")
    names = [one.practice for one in verdicts]
    told += [
        f"{names.count(name)} packs are of a practice named {shown(name) or '(none)'}: tell them "
        "apart by list_id."
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    return told


def _shared(whole: pl.DataFrame) -> list[str]:
    """Say how many patients are on the lists of several practices: they moved, or it is a slip."""
    shared = (
        whole.filter(pl.col("nhs_number").is_not_null())
        .group_by("nhs_number")
        .agg(pl.col("list_id").n_unique())
        .filter(pl.col("list_id") > 1)
        .height
    )
    return [f"{shared:,} NHS numbers are on the lists of more than one practice."] * bool(shared)
