"""`recordpick match`: how many patients meet each criterion, rule by rule."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date

from recordpick.cli.common import (
    day,
    opened,
    progress_on_stderr,
    say,
    say_json,
    say_row,
    table,
    tell_notes,
)
from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Criterion, Pack
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.matching import Answer, Matches, evidence_lines, match
from recordpick.resources import general_practice_pack


def run(options: argparse.Namespace) -> int:
    """Match and print: all criteria, one with its patients, or everything as JSON."""
    with _asked(options) as (whole, index, as_at):
        pack = whole if options.criterion is None else _only(whole, options.criterion)
        with progress_on_stderr() as progress:
            matches = match(pack, index, as_at, progress)
        if options.json:
            say_json(_as_json(pack, index, matches))
        elif options.criterion is not None:
            _print_one(pack, index, matches, options.criterion)
        else:
            _print_all(pack, matches)
    return 0


@contextmanager
def _asked(options: argparse.Namespace) -> Iterator[tuple[Pack, PracticeIndex, date]]:
    """Yield pack, index and day: those of the working file, or those given as options."""
    if options.file is not None:
        if options.criteria is not None:
            raise UserError("A working file has its own criteria: leave out FILE or --criteria.")
        with opened(options, to_write=False) as (file, index):
            yield file.pack, index, day(options.as_at) or file.as_at
        return
    if options.index is None:
        raise UserError("Give a working file, or --index with a practice index.")
    index = open_index(options.index)
    pack = read_pack(options.criteria or general_practice_pack())
    tell_notes(pack)
    yield pack, index, day(options.as_at) or index.manifest.as_at


def _only(pack: Pack, criterion_id: str) -> Pack:
    try:
        return replace(pack, criteria=(pack.criterion(criterion_id),))
    except KeyError:
        ids = ", ".join(criterion.id for criterion in pack.criteria)
        raise UserError(f"The pack has no criterion {criterion_id}: it has {ids}.") from None


def _print_all(pack: Pack, matches: Matches) -> None:
    rows: list[tuple[str, ...]] = [("criterion", "", "wanted", "matches", "left after each rule")]
    notes: list[str] = []
    for criterion in pack.criteria:
        answer = matches.answers[criterion.id]
        notes += [f"{criterion.id}: {text}" for text in _notes(answer)]
        rows.append(_row(criterion, answer))
    for line in table(rows, right=frozenset({2, 3})):
        say(line)
    if notes:
        say()
        for note in notes:
            say(note)


def _row(criterion: Criterion, answer: Answer) -> tuple[str, ...]:
    if not answer.answered:
        return (criterion.id, criterion.title, f"{criterion.records}", "–", "no answer")
    steps = " → ".join(f"{left.left:,}" for left in answer.left)
    return (
        criterion.id,
        criterion.title,
        f"{criterion.records}",
        f"{answer.matches:,}",
        f"{answer.population:,} → {steps}",
    )


def _notes(answer: Answer) -> tuple[str, ...]:
    return answer.cautions if answer.answered else (answer.why_not, *answer.cautions)


def _print_one(pack: Pack, index: PracticeIndex, matches: Matches, criterion_id: str) -> None:
    criterion, answer = pack.criterion(criterion_id), matches.answers[criterion_id]
    say(f"{criterion.id}  {criterion.title}")
    say(criterion.find)
    say(f"{answer.population:,} in the population")
    for left in answer.left:
        say(f"{left.left:,} left after: {left.says} ({left.holds:,} by itself)")
    for note in _notes(answer):
        say(note)
    patients = matches.patients(criterion_id).to_list()
    lines = evidence_lines(pack, index, matches.as_at, criterion_id, patients)
    for patient_id, count, line in lines.iter_rows():
        say_row(patient_id, count, line or "")


def _as_json(pack: Pack, index: PracticeIndex, matches: Matches) -> dict[str, object]:
    """Return everything for programs, in the form that docs/reference.md describes."""
    return {
        "pack": {"title": pack.title, "version": pack.version, "fingerprint": pack.fingerprint},
        "index": {"fingerprint": index.fingerprint, "synthetic": index.manifest.synthetic},
        "as_at": matches.as_at.isoformat(),
        "criteria": [
            {
                **asdict(matches.answers[criterion.id]),
                "title": criterion.title,
                "area": criterion.area,
                "records": criterion.records,
                "patients": matches.patients(criterion.id).to_list(),
            }
            for criterion in pack.criteria
        ],
    }
