"""`recordpick picks`: list the picked records, by criterion or by record."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json
from recordpick.cli.common import open_with_index, open_working_file
from recordpick.cli.lookups import RANDOM, find_criterion
from recordpick.cli.output import print_json, print_result, print_table, progress_on_stderr
from recordpick.errors import UserError
from recordpick.local_time import local_time
from recordpick.text import day, plural

if TYPE_CHECKING:
    from recordpick.selection.state import Pick, Selection
    from recordpick.selection.working_file import WorkingFile

Kinds = Mapping[tuple[str, str], str]
"""The kinds of patients in words, by criterion and patient."""

HELP = "list the picked records"
EXAMPLE = "recordpick picks our-practice.recordpick --criterion MED-04"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    parser.add_argument(
        "--criterion", metavar="ID", help="only this criterion; random for the random records"
    )
    parser.add_argument(
        "--by",
        choices=("criterion", "record"),
        default="criterion",
        help="record: each record once, with the criteria that it was picked for",
    )
    parser.add_argument(
        "--by-record", dest="by", action="store_const", const="record", help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="write all picked records as a page to print (HTML), with --names with names",
    )
    parser.add_argument(
        "--names", action="store_true", help="with patients' names and NHS numbers, on the screen"
    )
    parser.add_argument(
        "--kinds",
        action="store_true",
        help="with the kind of each patient, where a criterion takes some of each",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the picks in the pack's order, the random records last."""
    if options.page is not None:
        return _write_page(options)
    with open_working_file(options, to_write=False) as file:
        picks = _picks(file, options.criterion)
        people = _people(file, options) if options.names else {}
        kinds = _kinds(file, options) if options.kinds else None
        notes = file.selection.notes
    if options.json:
        print_json(_as_json(picks, people, notes, kinds, names=options.names))
    elif not picks:
        print_result("Nothing is picked yet." if options.criterion is None else "Nobody is picked.")
    elif options.by == "record":
        _print_by_record(file.selection, picks, people)
    else:
        _print_picks(picks, people, notes, kinds)
    return 0


def _write_page(options: argparse.Namespace) -> int:
    """Write the page to print; UserError where its name is taken."""
    from recordpick.atomic import write_file
    from recordpick.document import as_html
    from recordpick.handover.picked_page import picked_page

    if options.criterion is not None or options.json:
        raise UserError("--page has everything that is picked: leave out --criterion and --json.")
    with open_with_index(options, to_write=False) as (file, index):
        page = picked_page(file, index, with_names=options.names)
        write_file(options.page, as_html(page).encode())
    print_result(f"Written to {options.page}: open it in a browser, and print it there.")
    return 0


def _picks(file: WorkingFile, criterion: str | None) -> list[Pick]:
    wanted: list[str | None] = [*(one.id for one in file.pack.criteria), None]
    if criterion is not None:
        is_random = criterion.strip().casefold() == RANDOM
        wanted = [None if is_random else find_criterion(file.pack, criterion).id]
    return [pick for criterion_id in wanted for pick in file.selection.of(criterion_id)]


def _people(file: WorkingFile, options: argparse.Namespace) -> dict[str, tuple[str, str]]:
    """Return name and NHS number of the picked patients, "" where the index has none."""
    from recordpick.handover.pack_contents import names_of, numbers_of
    from recordpick.selection.find_index import index_of

    index = index_of(file, options.index)
    names = names_of(index, file.as_at, file.selection)
    numbers = dict(numbers_of(index, file.as_at, file.selection).iter_rows())
    return {
        patient: (names.get(patient) or "", numbers.get(patient) or "")
        for patient in file.selection.patient_ids
    }


def _kinds(file: WorkingFile, options: argparse.Namespace) -> Kinds:
    """Return the kinds of each pick, by criterion and patient, as the index has them."""
    from recordpick.matching import match
    from recordpick.selection.find_index import index_of

    with progress_on_stderr() as progress:
        matches = match(file.pack, index_of(file, options.index), file.as_at, progress)
    return {(one, who): kind for one, who, kind in matches.kinds_in_words().iter_rows()}


def _how(pick: Pick) -> str:
    from recordpick.selection.picked_records import HOW_CHOSEN

    if pick.ticket is not None:
        return f"random, number {pick.ticket:,} of the draw" + (f" ({pick.note})" * bool(pick.note))
    return pick.note or HOW_CHOSEN[pick.chosen_by]


def _print_picks(
    picks: Sequence[Pick],
    people: Mapping[str, tuple[str, str]],
    notes: Mapping[str, str],
    kinds: Kinds | None,
) -> None:
    rows: list[tuple[str, ...]] = [
        (
            *("criterion", "patient", *(("name", "NHS number") if people else ())),
            *("how", "picked by", "on", "note"),
            *(("kind",) if kinds is not None else ()),
        )
    ]
    rows += [
        (
            pick.criterion_id or "Random",
            pick.patient_id,
            *(people[pick.patient_id] if people else ()),
            _how(pick),
            pick.chosen_by_name,
            day(local_time(pick.chosen_on)),
            " / ".join(notes.get(pick.patient_id, "").split("\n")),
            *(() if kinds is None else (_kind(pick, kinds),)),
        )
        for pick in picks
    ]
    print_table(rows)
    records = len({pick.patient_id for pick in picks})
    print_result()
    print_result(f"{plural(len(picks), 'pick')}, {plural(records, 'record')} to open.")


def _kind(pick: Pick, kinds: Kinds) -> str:
    return kinds.get((pick.criterion_id or "", pick.patient_id), "")


def _print_by_record(
    selection: Selection, picks: Sequence[Pick], people: Mapping[str, tuple[str, str]]
) -> None:
    from recordpick.selection.picked_records import picked_records

    records = picked_records(selection, picks)
    rows: list[tuple[str, ...]] = [
        ("patient", *(("name", "NHS number") if people else ()), "lines", "chosen", "picked for")
    ]
    rows += [
        (
            record.patient_id,
            *(people[record.patient_id] if people else ()),
            f"{len(record.picks):,}",
            record.chosen,
            ", ".join(record.criteria),
        )
        for record in records
    ]
    print_table(rows, right=frozenset({3 if people else 1}))
    print_result()
    print_result(f"{plural(len(records), 'record')} to open.")


def _as_json(
    picks: Sequence[Pick],
    people: Mapping[str, tuple[str, str]],
    notes: Mapping[str, str],
    kinds: Kinds | None,
    *,
    names: bool,
) -> list[dict[str, object]]:
    """Return everything for programs; the form is described in docs/reference.md."""
    rows: list[dict[str, object]] = []
    for pick in picks:
        row: dict[str, object] = {
            "criterion": pick.criterion_id,
            "patient": pick.patient_id,
            "chosen_by": pick.chosen_by,
            "by": pick.chosen_by_name,
            "role": pick.chosen_by_role,
            "at": pick.chosen_on.isoformat(),
            "ticket": pick.ticket,
            "how": pick.note or None,
            "note": notes.get(pick.patient_id),
        }
        if names:
            name, number = people[pick.patient_id]
            row |= {"name": name or None, "nhs_number": number or None}
        if kinds is not None:
            row["kind"] = _kind(pick, kinds) or None
        rows.append(row)
    return rows
