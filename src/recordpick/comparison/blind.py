"""Random records that people checked without seeing the comparison, held against it.

That bounds what the comparison misses: people and comparison looked at the same records on their
own. Records are counted, not entries.
"""

from __future__ import annotations

from dataclasses import dataclass

from recordpick.comparison.report import ComparisonReport
from recordpick.selection.results import FAULTS
from recordpick.selection.state import Selection

_CONFIDENCE = 0.95
_STEPS = 60


@dataclass(frozen=True, slots=True)
class BlindRecords:
    """How many random records people checked, and in how many either found something.

    `missed` are those in which people found a difference and the comparison none.
    """

    checked: int
    found_by_people: int
    found_by_both: int
    missed: int

    @property
    def most_missed(self) -> float | None:
        """The largest share of records with a difference that the comparison misses (95%).

        The upper end of Clopper and Pearson's exact interval, one-sided; None where nothing was
        checked.
        """
        return upper_bound(self.missed, self.checked) if self.checked else None

    @property
    def in_words(self) -> str:
        """A sentence for people."""
        bound = self.most_missed
        if bound is None:
            return "No random record is checked yet, so nothing bounds what the comparison misses."
        return (
            f"{self.checked} random records were checked without seeing the comparison. In "
            f"{self.found_by_people} people found a difference; in {self.missed} of these the "
            f"comparison has none. So at most {bound:.1%} of records have a difference that it "
            "misses (95%)."
        )


def blind_records(report: ComparisonReport, selection: Selection) -> BlindRecords:
    """Return how people's results for the random records agree with the comparison.

    A record counts once, whatever the phase; a difference that the matrix has no limit for is none.
    """
    outcomes: dict[str, bool] = {}
    for (_, criterion_id, patient_id), result in selection.results.items():
        if criterion_id is None:
            fault = result.entry.outcome in FAULTS
            outcomes[patient_id] = outcomes.get(patient_id, False) or fault
    rows = report.to_check()
    differing = set(rows.filter(rows["severity"] != "none")["patient_id"].drop_nulls())
    compared = set(report.compared.patients.pairs["patient_id"])
    checked = {
        patient_id: fault for patient_id, fault in outcomes.items() if patient_id in compared
    }
    faults = {patient_id for patient_id, fault in checked.items() if fault}
    both = faults & differing
    return BlindRecords(len(checked), len(faults), len(both), len(faults - differing))


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
