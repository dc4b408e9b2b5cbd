"""Random records that people checked without seeing the comparison, held against it.

That bounds what the comparison misses: people and comparison looked at the same records on their
own. Records are counted, not entries.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from recordpick.comparison.report import ComparisonReport
from recordpick.text import plural

_CONFIDENCE = 0.95
_STEPS = 60


@dataclass(frozen=True, slots=True)
class RandomResults:
    """What people found in the random records of a phase, and in which state of a working file.

    `faults` has whether they found a difference, by patient, for those who are judged, of the
    `drawn` records. `working_file` is the file's id, `head` the hash of its last event.
    """

    working_file: str
    head: str
    phase: str
    drawn: int
    faults: Mapping[str, bool]

    @property
    def digest(self) -> str:
        """The SHA-256 of phase and results, by which a change of any of them is seen."""
        content = json.dumps([self.phase, self.drawn, sorted(self.faults.items())])
        return hashlib.sha256(content.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class BlindRecords:
    """In how many random records people and the comparison found something.

    `drawn` are all, `judged` those with a person's result, `checked` those of them that the
    comparison found in both systems; `missed` are those in which people found a difference and the
    comparison none.
    """

    drawn: int
    judged: int
    checked: int
    found_by_people: int
    found_by_both: int
    missed: int

    @property
    def most_missed(self) -> float | None:
        """The largest share of records with a difference that the comparison misses (95%).

        The upper end of Clopper and Pearson's exact interval, one-sided, rounded up to a tenth of a
        per cent. None before every random record is judged: those that are left may be those in
        which something differs.
        """
        if not self.checked or self.judged < self.drawn:
            return None
        return min(1.0, math.ceil(1000 * upper_bound(self.missed, self.checked)) / 1000)

    @property
    def in_words(self) -> str:
        """A sentence for people."""
        if not self.checked:
            return "No random record is checked yet, so nothing bounds what the comparison misses."
        were = plural(self.checked, "random record was", "random records were")
        found = (
            f"{were} checked without seeing the comparison. In "
            f"{self.found_by_people} people found a difference; in {self.missed} of these the "
            "comparison has none."
        )
        bound = self.most_missed
        if bound is None:
            return (
                f"{found} {self.judged} of {self.drawn} random records are judged: nothing is "
                "concluded before all of them are."
            )
        return f"{found} So at most {bound:.1%} of records have a difference that it misses (95%)."


def blind_records(report: ComparisonReport, results: RandomResults) -> BlindRecords:
    """Return how people's results for the random records agree with the comparison.

    A record counts once; a difference that the acceptance matrix has no limit for is none.
    """
    rows = report.to_check()
    differing = set(rows.filter(rows["severity"] != "none")["patient_id"].drop_nulls())
    compared = set(report.compared.patients.pairs["patient_id"])
    checked = results.faults.keys() & compared
    faults = {patient_id for patient_id in checked if results.faults[patient_id]}
    return BlindRecords(
        results.drawn,
        len(results.faults),
        len(checked),
        len(faults),
        len(faults & differing),
        len(faults - differing),
    )


def upper_bound(hits: int, of: int) -> float:
    """Return the upper end of the exact one-sided 95% interval of a share."""
    if hits >= of:
        return 1.0
    low, high = hits / of, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(hits, of, middle) > 1 - _CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def _at_most(hits: int, of: int, share: float) -> float:
    """Return the probability of at most that many hits."""
    term = total = (1 - share) ** of
    for number in range(1, hits + 1):
        term *= (of - number + 1) / number * share / (1 - share)
        total += term
    return total
