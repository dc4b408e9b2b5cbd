"""`recordpick issues next`: show what is to be checked next, with what to look at."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file_and_index, add_json
from recordpick.cli.checking import add_by, add_phase, phase_of
from recordpick.cli.common import open_with_index
from recordpick.cli.output import print_json, print_message, print_result
from recordpick.text import plural

if TYPE_CHECKING:
    from recordpick.data_checking.issued_lists import Listed
    from recordpick.data_checking.phase_lines import CheckedRecord, PhaseLines
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.selection.results import Phase
    from recordpick.selection.working_file import WorkingFile

HELP = "show which record to check next, and what to look at"
EXAMPLE = "recordpick issues next our-practice.recordpick --by AB"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file_and_index(parser)
    add_by(parser)
    add_phase(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the next record with a line without a result: who it is, and each such line.

    With `--by`, of that person's share, where they have one. Lines about which people disagree come
    last: they wait for whoever decides.
    """
    from recordpick.data_checking.keep_result import key_of
    from recordpick.data_checking.phase_lines import is_settled, phase_lines, share_of

    with open_with_index(options, to_write=False) as (file, index):
        phase = phase_of(options, file)
        lines = phase_lines(file, phase)
        for note in lines.notes:
            print_message(note)
        copy = file.checking_copy
        by = options.by or (None if copy is None else copy.initials)
        share = share_of(file, phase, by) if by else None
        mine = lines if share is None else lines.among(share.patient_ids)
        left = [line for line in mine.lines if not is_settled(file, phase, line)]
        if not left:
            whose = f"{by}'s share" if share is not None else phase.capitalize()
            if options.json:
                print_json({"phase": phase, "left": 0, "record": None})
            else:
                print_result(f"{whose} is finished: {len(mine.lines):,} lines have a result.")
            return 0
        disputed = file.selection.settled.disagreements
        undecided = [line for line in left if key_of(phase, line) not in disputed]
        record = mine.record_of((undecided or left)[0].patient_id)
        shown = _as_json(file, index, mine, record, [one for one in left if one in record.lines])
    if options.json:
        print_json({"phase": phase, "left": len(left), "record": shown})
    else:
        _print(shown, phase, len(left))
    return 0


def _as_json(
    file: WorkingFile,
    index: PracticeIndex,
    lines: PhaseLines,
    record: CheckedRecord,
    left: list[Listed],
) -> dict[str, object]:
    """Return a record with its open lines; the form is described in docs/reference.md."""
    from recordpick.data_checking.evidence import evidence_for
    from recordpick.data_checking.identity import identities
    from recordpick.data_checking.phase_lines import compare_of, title_of

    who = identities(index, file.as_at, [record.patient_id])[record.patient_id]
    keys = [(line.criterion_id, line.patient_id) for line in left]
    evidence = evidence_for(file, index, keys)
    return {
        "record": record.number,
        "patient": record.patient_id,
        "name": who.name or None,
        "born": who.born or None,
        "sex": who.sex or None,
        "nhs_number": who.nhs_number or None,
        "lines": [
            {
                "line": line.line,
                "criterion": line.criterion_id,
                "title": title_of(file, line.criterion_id),
                "compare": list(compare_of(file, line.criterion_id)),
                "look_at": [
                    " · ".join([*([entry.day] if entry.day else []), *entry.cells])
                    for entry in evidence[key].entries
                ],
                "notes": [*evidence[key].notes, *_disagree(file, lines.phase, line)],
                "areas": _areas(file, index, lines, line),
            }
            for line, key in zip(left, keys, strict=True)
        ],
    }


def _disagree(file: WorkingFile, phase: Phase, line: Listed) -> list[str]:
    """Return a sentence on a line about which people disagree; [] where they do not."""
    from recordpick.data_checking.keep_result import key_of

    judged = file.selection.settled.disagreements.get(key_of(phase, line), ())
    said = ", ".join(f"{who.upper()} {one.entry.outcome}" for who, one in judged)
    return [f"People disagree: {said}. Choose one: recordpick issues resolve"] if said else []


def _areas(
    file: WorkingFile, index: PracticeIndex, lines: PhaseLines, line: Listed
) -> list[dict[str, object]]:
    """Return the areas of a random record, with how many entries each has (null: not known)."""
    from recordpick.data_checking.record_areas import AREAS, area_counts, look_at

    if line.criterion_id is not None:
        return []
    counts = area_counts(index, [line.patient_id])[line.patient_id]
    judged = file.selection.settled.areas.get((lines.phase, line.patient_id), {})
    return [
        {
            "area": area.name,
            "entries": counts[area.name],
            "look_at": look_at(area, counts[area.name]),
            "results": [one.entry.outcome for _, one in judged.get(area.name, ())],
        }
        for area in AREAS
    ]


def _print(record: dict[str, object], phase: str, left: int) -> None:
    """Print a record, one fact a line."""
    print_result(f"{phase.capitalize()}: {plural(left, 'line')} left")
    print_result(f"Record: {record['record']}")
    who = (("name", "Name"), ("born", "Born"), ("sex", "Sex"), ("nhs_number", "NHS number"))
    if all(record[name] is None for name, _ in who):
        print_result("Name, date of birth and NHS number: not known, not in the practice index")
    else:
        for name, word in who:
            print_result(f"{word}: {record[name] if record[name] is not None else 'none'}")
    print_result(f"Patient number: {record['patient']}")
    lines = record["lines"]
    assert isinstance(lines, list)
    for line in lines:
        print_result()
        print_result(f"{line['criterion'] or 'Random'}: {line['title']}")
        for item in line["compare"] if not line["areas"] else []:
            print_result(f"  Compare: {item}")
        for entry in line["look_at"]:
            print_result(f"  Look at: {entry}")
        for note in line["notes"]:
            print_result(f"  {note}")
        for area in line["areas"]:
            entries = "?" if area["entries"] is None else f"{area['entries']:,}"
            said = f" ({', '.join(area['results'])})" if area["results"] else ""
            print_result(f"  Area {area['area']}, {entries} entries{said}: {area['look_at']}")
