"""What the comparison with PCSE's list came to, as findings like those of the index itself."""

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
        "Registered here with a regular registration, but not on PCSE's list: no payment comes "
        "for them.",
        "Send the registration again, or end it if the patient has left. One of the last days may "
        "still be under way.",
    ),
    _Kind(
        kinds.ONLY_THERE,
        "PCSE: only on PCSE's list",
        "On PCSE's list, but not registered here. Where the record is here but the patient left, "
        "died or is registered in another way, the note says so.",
        "Ask PCSE to take those who left or died off; register those who belong to you.",
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
        "Nobody with the NHS number on the other list, but one with the same name and date of "
        "birth. They are likely the same person; nothing was merged.",
        "Compare with PDS and correct the number that is wrong or missing.",
    ),
    _Kind(
        kinds.UNCLEAR_HERE,
        "PCSE: yours that could be several of theirs",
        "The NHS number, or name and date of birth, stand several times on one of the lists: "
        "nobody can tell from the lists who is who.",
        "Settle the duplicates first, then compare again.",
    ),
    _Kind(
        kinds.UNCLEAR_THERE,
        "PCSE: theirs that could be several of yours",
        "The same, seen from PCSE's list.",
        "Settle the duplicates first, then compare again.",
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
        "PCSE: lines that name nobody",
        "Lines that could not be read, or without a number or name that could be looked for.",
        "Look at these lines of the list; look the patients up by hand.",
        "lines",
    ),
)

PCSE_KINDS = tuple(kind.kind for kind in _KINDS)
"""The words of the column `kind` in pcse_differences.csv, in the order in which they are told."""


def pcse_findings(reconciled: Reconciliation) -> tuple[Finding, ...]:
    """Give a finding for each kind of row; all of them are written into one file."""
    findings = []
    for kind in _KINDS:
        rows = reconciled.rows.filter(pl.col("kind") == kind.kind)
        can_tell, why = _told(reconciled, kind.kind)
        findings.append(
            Finding(
                id=f"pcse_{kind.kind}",
                title=kind.title,
                means=kind.means,
                to_do=kind.to_do,
                counts=kind.counts,
                state=(FOUND if rows.height else NONE) if can_tell else UNKNOWN,
                why=why,
                rows=rows,
                file=PCSE_FILE,
            )
        )
    return tuple(findings)


def _told(reconciled: Reconciliation, kind: str) -> tuple[bool, str]:
    """Give whether the lists can tell of that kind, and what could not be compared."""
    if kind == kinds.DIFFERS:
        in_patients = (
            f"Patients who differ: {reconciled.differing:,}." if reconciled.differing else ""
        )
        why = " ".join(text for text in (in_patients, *reconciled.not_told) if text)
        return bool(reconciled.fields), why
    if kind == kinds.LIKELY_SAME and not reconciled.by_name:
        return False, "Not both sides have surname, first name and date of birth."
    return True, ""
