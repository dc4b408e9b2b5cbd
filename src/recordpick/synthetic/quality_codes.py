"""Codes that QOF counts beyond those of the usual care: adjustments by area, resolved diseases.

All are invented, as in `codes.py`. The reports' codelists have them.
"""

from __future__ import annotations

from typing import NamedTuple

from recordpick.synthetic.codes import Code


class Area(NamedTuple):
    """An area of care: who it is for, and the codes of its adjustments and invitations."""

    name: str
    conditions: tuple[str, ...]
    unsuitable: Code
    declined: Code
    invitation: Code


def _area(number: int, name: str, *conditions: str) -> Area:
    return Area(
        name,
        conditions,
        Code(f"X-3{number}", f"Care for {name} not suitable for patient"),
        Code(f"X-3{number + 1}", f"Patient chose not to have care for {name}"),
        Code(f"X-3{number + 2}", f"Invitation to care for {name}"),
    )


AREAS = (
    _area(100, "atrial fibrillation", "atrial_fibrillation"),
    _area(103, "asthma", "asthma"),
    _area(106, "cardiovascular disease", "coronary_heart_disease", "stroke"),
    _area(109, "coronary heart disease", "coronary_heart_disease"),
    _area(112, "COPD", "copd"),
    _area(115, "dementia", "dementia"),
    _area(118, "diabetes", "diabetes_type_1", "diabetes_type_2"),
    _area(121, "heart failure", "heart_failure"),
    _area(124, "hypertension", "hypertension"),
    _area(127, "mental health", "schizophrenia"),
    _area(130, "non-diabetic hyperglycaemia", "prediabetes"),
    _area(133, "obesity", "obesity"),
    _area(136, "smoking", "asthma", "copd"),
    _area(139, "stroke or TIA", "stroke"),
)


class Resolved(NamedTuple):
    """A condition that may resolve: its diagnosis, the code for resolved, and how often."""

    condition: str
    diagnosis: Code
    resolved: Code
    share: float


RESOLVED = (
    Resolved(
        "atrial_fibrillation",
        Code("49436004", "Atrial fibrillation"),
        Code("X-3001", "Atrial fibrillation resolved"),
        0.06,
    ),
    Resolved("asthma", Code("195967001", "Asthma"), Code("X-3002", "Asthma resolved"), 0.08),
    Resolved(
        "chronic_kidney_disease",
        Code("433144002", "Chronic kidney disease stage 3"),
        Code("X-3004", "Chronic kidney disease stage 2"),
        0.04,
    ),
    Resolved(
        "copd",
        Code("13645005", "Chronic obstructive pulmonary disease"),
        Code("X-3005", "Chronic obstructive pulmonary disease resolved"),
        0.04,
    ),
    Resolved(
        "diabetes_type_2",
        Code("44054006", "Type 2 diabetes mellitus"),
        Code("X-3006", "Diabetes resolved"),
        0.05,
    ),
    Resolved(
        "heart_failure",
        Code("84114007", "Heart failure"),
        Code("X-3007", "Heart failure resolved"),
        0.05,
    ),
    Resolved(
        "hypertension",
        Code("59621000", "Essential hypertension"),
        Code("X-3008", "Hypertension resolved"),
        0.05,
    ),
)
