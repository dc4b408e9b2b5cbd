"""Combine several practices' lists into one table, for the supplier, from sound packs only."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from recordpick.csv_safety import as_csv
from recordpick.errors import UserError
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.verify.open_pack import shown
from recordpick.verify.verdict import Verdict

RECEIVED: dict[str, pl.DataType] = {
    "practice": pl.String(),
    "pack_sha256": pl.String(),
    **SELECTION_LIST,
}
"""The columns of the table, in order: practice, pack fingerprint, and those of the list."""

ENDINGS = (".parquet", ".csv")
_MAX_PROBLEMS = 3
_NUMBERED_LIST = re.compile(r"(RP-[A-Z2-7]{8})-[0-9]{2,}")


def combine_lists(verdicts: Sequence[Verdict]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return one table of the lists of verified packs (columns as in `RECEIVED`), and cautions.

    Packs are in the order given; cautions are sentences. Raise a UserError, with one message for
    each problem, where a pack is not right or two packs cannot be combined.
    """
    # Nothing that a pack says about itself is relied on unless the pack is right.
    sound = [one for one in verdicts if one.is_sound]
    problems = [*_not_right(verdicts), *_duplicates(verdicts), *_synthetic_among_real(sound)]
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
    combined = pl.concat(tables)
    return combined, (*_cautions(verdicts), *_shared(combined))


def check_out(out: Path) -> None:
    """Raise a UserError unless the file to be written has a known ending."""
    if out.suffix.casefold() not in ENDINGS:
        raise UserError(f"{out}: give it a name ending in {' or '.join(ENDINGS)}.")


def encode_table(table: pl.DataFrame, out: Path) -> bytes:
    """Return the table as a file in the format of `out`'s ending: Parquet, or CSV as the list."""
    if out.suffix.casefold() == ".csv":
        return as_csv(table)
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def _not_right(verdicts: Sequence[Verdict]) -> list[str]:
    messages = []
    for one in verdicts:
        if one.is_sound:
            continue
        problems = one.problems
        more = len(problems) - _MAX_PROBLEMS
        rest = f" And {more:,} more: recordpick verify says which." if more > 0 else ""
        shown_problems = " ".join(problems[:_MAX_PROBLEMS])
        messages.append(f"{shown(one.path)} is not right: {shown_problems}{rest}")
    return messages


def _duplicates(verdicts: Sequence[Verdict]) -> list[str]:
    messages = []
    lists: dict[str, Verdict] = {}
    files: dict[str, Verdict] = {}
    for one in verdicts:
        if not one.list_id:
            continue
        before = lists.setdefault(one.list_id, one)
        earlier = files.setdefault(_working_file(one), one)
        if before is not one:
            also = "the same pack" if before.fingerprint == one.fingerprint else "two packs"
            messages.append(
                f"{shown(before.path)} and {shown(one.path)} are {also} with the list "
                f"{one.list_id}: leave one out."
            )
        elif earlier is not one:
            messages.append(
                f"{earlier.list_id} ({shown(earlier.path)}) and {one.list_id} ({shown(one.path)}) "
                "are two lists of one working file. If one was handed over after the other, leave "
                "the earlier one out: the later one has everything. If they are of two copies of "
                "the file, ask the practice to merge the copies and to export one list."
            )
    return messages


def _working_file(verdict: Verdict) -> str:
    """Name the working file that a list is of; older packs only say it in the list's name."""
    found = _NUMBERED_LIST.fullmatch(verdict.list_id)
    return verdict.working_file or (found[1] if found else verdict.list_id)


def _synthetic_among_real(verdicts: Sequence[Verdict]) -> list[str]:
    synthetic = [one for one in verdicts if one.synthetic]
    if not synthetic or len(synthetic) == len(verdicts):
        return []
    names = ", ".join(shown(one.path) for one in synthetic)
    return [f"Made-up patients must not be combined with real ones: leave out {names}."]


def _cautions(verdicts: Sequence[Verdict]) -> list[str]:
    cautions = [f"{shown(one.path)}: {caution}" for one in verdicts for caution in one.cautions]
    if len({one.criteria_fingerprint for one in verdicts}) > 1:
        cautions.append(
            "The packs were not all made with the same criteria pack: criteria may differ."
        )
    return [*cautions, *_same_practice(verdicts)]


def _same_practice(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield a caution on packs of one ODS code, and on practices of one name without a code."""
    codes = Counter(one.ods_code for one in verdicts if one.ods_code)
    for code in sorted(code for code, number in codes.items() if number > 1):
        yield (
            f"{codes[code]} packs are from the practice with the ODS code {code}: if one replaces "
            "another, leave the earlier one out; otherwise tell them apart by list_id."
        )
    names = Counter(one.practice for one in verdicts)
    for name in sorted(name for name, number in names.items() if number > 1):
        of_name = [one.ods_code for one in verdicts if one.practice == name]
        if "" in of_name:
            yield (
                f"{names[name]} packs are from a practice named {shown(name) or '(none)'}, and "
                "not all have an ODS code: tell them apart by list_id."
            )
        elif len(set(of_name)) > 1:
            yield (
                f"{len(set(of_name))} practices are named {shown(name)}: tell them apart by "
                f"ods_code ({', '.join(sorted(set(of_name)))})."
            )


def _shared(combined: pl.DataFrame) -> list[str]:
    """Return how many patients are on several practices' lists: they moved, or it is a mistake."""
    shared = (
        combined.filter(pl.col("nhs_number").is_not_null())
        .group_by("nhs_number")
        .agg(pl.col("list_id").n_unique())
        .filter(pl.col("list_id") > 1)
        .height
    )
    return [f"{shared:,} NHS numbers are on the lists of more than one practice."] * bool(shared)
