"""`recordpick match`: show how many patients meet each criterion, rule by rule."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_as_at, add_json
from recordpick.cli.common import open_with_index, parse_as_at
from recordpick.cli.lookups import find_criterion, only_criterion
from recordpick.cli.output import (
    print_json,
    print_pack_notes,
    print_result,
    print_row,
    print_table,
    progress_on_stderr,
)
from recordpick.errors import UserError

if TYPE_CHECKING:
    from datetime import date

    from recordpick.criteria.pack import Criterion, Pack
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.matching import Answer, Matches

HELP = "show how many patients meet each criterion, rule by rule"
EXAMPLE = "recordpick match our-practice.recordpick --criterion MED-04"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a working file")
    parser.add_argument("--index", type=Path, metavar="DIR", help="a practice index")
    parser.add_argument("--criteria", type=Path, metavar="PACK", help="a criteria pack")
    parser.add_argument("--criterion", metavar="ID", help="only this criterion, with its patients")
    add_json(parser)
    add_as_at(parser, "the day for which ages are calculated")


def run(options: argparse.Namespace) -> int:
    """Match and print: all criteria, one with its patients, or everything as JSON."""
    from recordpick.matching import match

    with _opened(options) as (whole_pack, index, as_at):
        pack, only = whole_pack, None
        if options.criterion is not None:
            only = find_criterion(whole_pack, options.criterion)
            pack = only_criterion(whole_pack, only)
        with progress_on_stderr() as progress:
            matches = match(pack, index, as_at, progress)
        if options.json:
            print_json(_as_json(pack, index, matches))
        elif only is not None:
            _print_one(pack, index, matches, only.id)
        else:
            _print_all(pack, matches)
    return 0


@contextmanager
def _opened(options: argparse.Namespace) -> Iterator[tuple[Pack, PracticeIndex, date]]:
    """Yield pack, index and day: those of the working file, or those named one by one."""
    if options.file is not None:
        if options.criteria is not None:
            raise UserError("A working file has its own criteria: leave out FILE or --criteria.")
        with open_with_index(options, to_write=False) as (file, index):
            yield file.pack, index, parse_as_at(options.as_at) or file.as_at
        return
    from recordpick.criteria.load import read_pack
    from recordpick.index.practice_index import open_index
    from recordpick.resources import general_practice_pack

    if options.index is None:
        raise UserError("Give a working file, or --index with a practice index.")
    index = open_index(options.index)
    pack = read_pack(options.criteria or general_practice_pack())
    print_pack_notes(pack)
    yield pack, index, parse_as_at(options.as_at) or index.manifest.as_at


def _print_all(pack: Pack, matches: Matches) -> None:
    from recordpick.picking.patient_kinds import remarks_on_kinds

    rows: list[tuple[str, ...]] = [("criterion", "", "wanted", "matches", "left after each rule")]
    notes: list[str] = []
    for criterion in pack.criteria:
        answer = matches.answers[criterion.id]
        texts = (*_notes(answer), *remarks_on_kinds(criterion, matches))
        notes += [f"{criterion.id}: {text}" for text in texts]
        rows.append(_row(criterion, answer))
    print_table(rows, right=frozenset({2, 3}))
    if notes:
        print_result()
        for note in notes:
            print_result(note)


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
    from recordpick.matching import evidence_lines
    from recordpick.picking.patient_kinds import remarks_on_kinds

    criterion, answer = pack.criterion(criterion_id), matches.answers[criterion_id]
    print_result(f"{criterion.id}  {criterion.title}")
    print_result(criterion.find)
    print_result(f"{answer.population:,} in the population")
    for left in answer.left:
        print_result(f"{left.left:,} left after: {left.says} ({left.holds:,} by itself)")
    print_kinds(answer)
    for note in (*_notes(answer), *remarks_on_kinds(criterion, matches)):
        print_result(note)
    patients = matches.patients(criterion_id).to_list()
    lines = evidence_lines(pack, index, matches.as_at, criterion_id, patients)
    kinds = dict(matches.kinds_in_words().select("patient_id", "kind").iter_rows())
    for patient_id, count, line in lines.iter_rows():
        kind = (kinds.get(patient_id, ""),) if answer.kinds else ()
        print_row(patient_id, count, line or "", *kind)


def print_kinds(answer: Answer) -> None:
    """Print how many of the patients found are of each kind, a line each."""
    for kind in answer.kinds:
        found = "not known" if kind.found is None else f"{kind.found:,} found"
        print_result(f"Some of each: {kind.says}, {found}, at least {kind.least:,} wanted")


def _as_json(pack: Pack, index: PracticeIndex, matches: Matches) -> dict[str, object]:
    """Return everything for programs; the form is described in docs/reference.md."""
    from dataclasses import asdict

    return {
        "pack": {"title": pack.title, "version": pack.version, "fingerprint": pack.fingerprint},
        "index": {"fingerprint": index.fingerprint, "synthetic": index.manifest.synthetic},
        "as_at": matches.as_at.isoformat(),
        "criteria": [
            {
                **asdict(matches.answers[criterion.id]),
                "kinds": _kinds_as_json(matches, criterion.id),
                "title": criterion.title,
                "area": criterion.area,
                "records": criterion.records,
                "patients": matches.patients(criterion.id).to_list(),
            }
            for criterion in pack.criteria
        ],
    }


def _kinds_as_json(matches: Matches, criterion_id: str) -> list[dict[str, object]]:
    from dataclasses import asdict

    members: dict[int, list[str]] = {}
    own = matches.kinds.filter(matches.kinds["criterion_id"] == criterion_id)
    for kind, patient_id in own.select("kind", "patient_id").iter_rows():
        members.setdefault(kind, []).append(patient_id)
    return [
        {**asdict(kind), "patients": None if kind.found is None else members.get(place, [])}
        for place, kind in enumerate(matches.answers[criterion_id].kinds)
    ]
