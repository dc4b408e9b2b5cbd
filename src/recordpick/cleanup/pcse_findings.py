"""The results of the comparison with PCSE's list, as findings like those of the index itself."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.cleanup import reconcile as kinds
from recordpick.cleanup.finding import FOUND, NONE, UNKNOWN, Finding
from recordpick.cleanup.reconcile import Reconciliation

PCSE_FILE = "pcse_differences.csv"


@dataclass(frozen=True, slots=True)
class _Kind:
    kind: str
    title: str
    means: str
    to_do: str
    counts: str = "patients"


_KINDS = (
    _Kind(
        kinds.ONLY_HERE,
        "PCSE: only on your list",
        "Registered here with a regular registration, but not on PCSE's list: the practice is "
        "not paid for them.",
        "Send the registration again, or end it if the patient has left. A very recent one may "
        "still be in progress.",
    ),
    _Kind(
        kinds.ONLY_THERE,
        "PCSE: only on PCSE's list",
        "On PCSE's list, but not registered here. Where the record is here but the patient left, "
        "died or is registered in another way, the note says so.",
        "Ask PCSE to remove those who left or died; register those who are your patients.",
    ),
    _Kind(
        kinds.DIFFERS,
        "PCSE: differs in name, date of birth or sex",
        "The same NHS number on both lists, but something else differs.",
        "Find out which is right (PDS, or ask the patient), and correct it there or here.",
        "differences",
    ),
    _Kind(
        kinds.LIKELY_SAME,
        "PCSE: likely the same, but the NHS number differs",
        "Nobody on the other list has the NHS number, but one patient has the same name and date "
        "of birth. They are likely the same person; nothing was merged.",
        "Compare with PDS and correct the number that is wrong or missing.",
    ),
    _Kind(
        kinds.UNCLEAR_HERE,
        "PCSE: yours that could be several of theirs",
        "The NHS number, or name and date of birth, appears several times on one of the lists: "
        "the lists alone do not show who is who.",
        "Resolve the duplicates first, then compare again.",
    ),
    _Kind(
        kinds.UNCLEAR_THERE,
        "PCSE: theirs that could be several of yours",
        "The same, seen from PCSE's list.",
        "Resolve the duplicates first, then compare again.",
    ),
    _Kind(
        kinds.TWICE_HERE,
        "PCSE: more than once on your list",
        "Registered patients who share an NHS number, or name and date of birth.",
        "Look at each pair: merge one person's records, leave two people's alone.",
    ),
    _Kind(
        kinds.TWICE_THERE,
        "PCSE: more than once on PCSE's list",
        "Lines of PCSE's list that share an NHS number, or name and date of birth.",
        "Tell PCSE.",
        "lines",
    ),
    _Kind(
        kinds.NOT_READ,
        "PCSE: lines without a patient",
        "Lines that could not be read, or without a number or name to search for.",
        "Look at these lines of the list; look the patients up by hand.",
        "lines",
    ),
)

PCSE_KINDS = tuple(kind.kind for kind in _KINDS)
"""The words of the column `kind` in pcse_differences.csv, in the order of the report."""


def pcse_findings(reconciled: Reconciliation) -> tuple[Finding, ...]:
    """Return a finding for each kind of row; all of them are written to one file."""
    findings = []
    for kind in _KINDS:
        rows = reconciled.rows.filter(pl.col("kind") == kind.kind)
        is_known, why = _comparability(reconciled, kind.kind)
        findings.append(
            Finding(
                id=f"pcse_{kind.kind}",
                title=kind.title,
                means=kind.means,
                to_do=kind.to_do,
                counts=kind.counts,
                state=(FOUND if rows.height else NONE) if is_known else UNKNOWN,
                why=why,
                rows=rows,
                file=PCSE_FILE,
            )
        )
    return tuple(findings)


def _comparability(reconciled: Reconciliation, kind: str) -> tuple[bool, str]:
    """Return whether the lists can show that kind, and what could not be compared."""
    if kind == kinds.DIFFERS:
        in_patients = (
            f"Patients who differ: {reconciled.differing:,}." if reconciled.differing else ""
        )
        why = " ".join(text for text in (in_patients, *reconciled.not_compared_fields) if text)
        return bool(reconciled.fields), why
    if kind == kinds.LIKELY_SAME and not reconciled.by_name:
        return False, "Surname, first name and date of birth are not all on both sides."
    return True, ""
