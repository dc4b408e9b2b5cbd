"""Judge the difference of two counts of patients by the tolerance that the NHS uses in public.

An NHS team that compares registers it counts with those that practices report accepts a practice's
figure within 2% or 5 patients, whichever is more. Percentages and points are not judged: their
numerators and denominators are.
"""

from __future__ import annotations

PERCENT = 2.0
PATIENTS = 5

JUDGED = {
    "within": f"within {PERCENT:g}% or {PATIENTS} patients",
    "outside": f"more than {PERCENT:g}% and more than {PATIENTS} patients",
}
"""The words of a judgement."""

_JUDGED_UNITS = ("patients", "weighted patients")


def judge(unit: str, reference: float | None, other: float | None) -> str | None:
    """Return "within" or "outside" the tolerance of the reference; None where it is not judged.

    It is not judged where a figure is missing, or is not a number of patients.
    """
    if reference is None or other is None or unit not in _JUDGED_UNITS:
        return None
    allowed = max(PATIENTS, PERCENT / 100 * abs(reference))
    return "within" if abs(other - reference) <= allowed else "outside"
