"""A comparison of both systems' exports, held against the random records that people judged.

The comparison's folder says how the two agreed when it was written, and of which state of which
working file that is. The page that the clinician signs says it in words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recordpick.comparison.blind import BlindRecords, RandomResults
from recordpick.comparison.output import SUMMARY
from recordpick.csv_safety import one_line
from recordpick.data_checking.progress import Progress, progress
from recordpick.data_checking.sample_statement import in_phase, replaced
from recordpick.errors import UserError
from recordpick.os_errors import reason_of
from recordpick.selection.results import FAULTS, PHASES, Phase
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural, word_for


@dataclass(frozen=True, slots=True)
class HeldComparison:
    """How a comparison agrees with people, `results` being theirs then (`RandomResults.digest`).

    `old_as_at` and `new_as_at` are the dates of the two exports; `not_compared` is the number of
    tables and fields that were not compared.
    """

    records: BlindRecords
    phase: Phase
    results: str
    old_as_at: str
    new_as_at: str
    not_compared: int


def random_results(file: WorkingFile) -> RandomResults:
    """Return what people found in the random records, in the latest phase that has begun.

    The recheck does not count, as it looks only at what was found before. A record is not judged
    where its result is "not applicable", or where people disagree.
    """
    begun = [one for one in progress(file) if one.has_begun and one.phase != "recheck"]
    if not begun:
        random = sum(1 for _ in file.selection.random())
        return RandomResults(file.id, file.head, PHASES[0], random, {})
    return _of_phase(file, begun[-1])


def _of_phase(file: WorkingFile, phase: Progress) -> RandomResults:
    faults = {
        patient_id: result.entry.outcome in FAULTS
        for (criterion_id, patient_id), result in phase.results.items()
        if criterion_id is None and result.entry.outcome != "not applicable"
    }
    return RandomResults(file.id, file.head, phase.phase, phase.random[0], faults)


def read_held(folder: Path, file: WorkingFile) -> HeldComparison:
    """Return how the comparison in a folder agrees with the random records of a working file.

    UserError where the folder has no such comparison, or one of another working file or index.
    """
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(
            f"{folder / SUMMARY} cannot be read: {reason_of(error)}. Name a folder that "
            "recordpick compare-records wrote."
        ) from error
    except ValueError as error:
        raise _no_comparison(folder) from error
    if not isinstance(summary, dict) or "random_records" not in summary:
        raise _no_comparison(folder)
    held = summary["random_records"]
    if held is None:
        raise UserError(
            f"{folder}: this comparison was not held against random records. Once people have "
            "judged them, write it with recordpick compare-records --selected --with-random."
        )
    try:
        found = _held(summary, held)
        working_file, head = held["working_file"], held["head"]
        old, new = summary["old"]["fingerprint"], summary["new"]["fingerprint"]
    except (KeyError, TypeError, ValueError) as error:
        raise _no_comparison(folder) from error
    if working_file != file.id or all(event.hash != head for event in file.events):
        raise UserError(
            f"{folder}: this comparison was held against the random records of another working "
            f"file, or of another copy. Write it again with --file {file.path}."
        )
    if old == new:
        raise UserError(
            f"{folder}: both sides of this comparison are the same records, so it says nothing "
            "about the new system. Write it again with the new system's extract as NEW."
        )
    if old != file.index_fingerprint:
        raise UserError(
            f"{folder}: the old system's records in this comparison are not those that the "
            "working file was made with. Write it again with the working file's index as OLD."
        )
    return found


def _no_comparison(folder: Path) -> UserError:
    return UserError(
        f"{folder / SUMMARY} is not that of a comparison of records, or was changed. Write the "
        "comparison again with recordpick compare-records."
    )


def _held(summary: Mapping[str, Any], held: Mapping[str, Any]) -> HeldComparison:
    """Return the values of a summary; KeyError, TypeError or ValueError where one is wrong."""
    names = ("drawn", "judged", "checked", "found_by_people", "found_by_both", "missed")
    counts = [held[name] for name in names]
    if any(type(count) is not int or count < 0 for count in counts):
        raise ValueError
    records = BlindRecords(*counts)
    found = records.found_by_both + records.missed
    if not found == records.found_by_people <= records.checked <= records.judged <= records.drawn:
        raise ValueError
    return HeldComparison(
        records,
        PHASES[PHASES.index(held["phase"])],
        str(held["results"]),
        one_line(str(summary["old"]["as_at"])),
        one_line(str(summary["new"]["as_at"])),
        len(summary["not_compared"]),
    )


_NONE = (
    "No comparison of both systems' exports was held against the random records for this page. "
    "Where records were compared by recordpick, nothing here says how much that misses."
)
_SHOWS_NOT = (
    "What it does not show: that the comparison misses nothing, or what neither it nor a person "
    "sees. Records are counted, not entries: where both found a difference, it need not be the "
    "same one. It holds only if those who judged these records had seen no comparison of them, "
    "which recordpick cannot know."
)
_CHANGED = (
    "Results of random records were added or changed after that. They are not in these figures: "
    "people may have seen the comparison by then."
)
_BY_STRATA = "The draw was by age band and sex; the figure is that of a draw without groups."


def comparison_statement(file: WorkingFile, held: HeldComparison | None) -> list[str]:
    """Return what a comparison misses at most, a paragraph each; that nothing is known without."""
    if held is None:
        return [_NONE]
    records = held.records
    found = (
        f"{plural(records.checked, 'random record')} that people had judged "
        f"{in_phase(held.phase)} {word_for(records.checked, 'was', 'were')} held against the "
        f"comparison of both systems' exports (old system as at {held.old_as_at}, new system as "
        f"at {held.new_as_at}). People found a difference in {records.found_by_people:,} of them. "
        f"In {records.found_by_both:,} of these the comparison has one, too; in "
        f"{records.missed:,} it has none."
    )
    texts = [found]
    if records.judged > records.checked:
        left = plural(records.judged - records.checked, "judged record")
        texts.append(
            f"{left} could not be compared, because the comparison did not find the patient once "
            "in each system; the figures leave them out."
        )
    texts += _shown(records)
    if records.most_missed is not None:
        draws = [draw for draw in file.selection.draws if draw.withdrawn is None]
        texts += [_BY_STRATA] * any(draw.strata for draw in draws)
        texts += replaced(file.selection)
    if held.not_compared:
        number = plural(held.not_compared, "table or field", "tables or fields")
        were = word_for(held.not_compared, "was", "were")
        texts.append(
            f"{number} {were} not compared in any record: comparison.html names them. What was not "
            "compared is not known to be the same."
        )
    if random_results(file).digest != held.results:
        texts.append(_CHANGED)
    return texts


def _shown(records: BlindRecords) -> list[str]:
    bound = records.most_missed
    if records.judged < records.drawn:
        judged_of = f"{records.judged:,} of {records.drawn:,} random records were judged"
        return [
            f"{judged_of} when the comparison was written: no conclusion is drawn before all are."
        ]
    if bound is None or records.missed == records.checked:
        return ["That says nothing about what the comparison misses in other records."]
    more = "one" if not records.missed else f"more than {records.missed:,}"
    shows = (
        f"What this shows: if {bound:.1%} or more of the records that could be drawn had a "
        "difference that a person sees and the comparison does not, at least 95 of 100 such draws "
        f"would have found {more}."
    )
    return [shows, _SHOWS_NOT]
