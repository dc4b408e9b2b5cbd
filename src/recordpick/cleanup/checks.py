"""All checks of an index, in the order in which they are reported."""

from __future__ import annotations

from datetime import date

from recordpick.cleanup.codes import CODES
from recordpick.cleanup.dates import PATIENT_DATES
from recordpick.cleanup.entry_dates import ENTRY_DATES
from recordpick.cleanup.finding import Check, Finding, found
from recordpick.cleanup.migration_losses import MIGRATION_LOSSES
from recordpick.cleanup.registrations import DUPLICATES, NUMBERS, PEOPLE, RECORDS
from recordpick.index.practice_index import PracticeIndex
from recordpick.progress import Progress, silent

CHECKS: tuple[Check, ...] = (
    *CODES,
    *NUMBERS,
    *DUPLICATES,
    *PEOPLE,
    *PATIENT_DATES,
    *ENTRY_DATES,
    *RECORDS,
    *MIGRATION_LOSSES,
)


def run_checks(
    index: PracticeIndex, as_at: date, progress: Progress = silent
) -> tuple[Finding, ...]:
    """Run every check and return the findings in the order of `CHECKS`; the index is only read.

    `as_at` is the day from which future and age are calculated: the day of the export.
    """
    findings = []
    for done, check in enumerate(CHECKS):
        progress(f"looking for: {check.title.lower()}", done / len(CHECKS))
        result = check.run(index, as_at)
        rows = None if result.rows is None else result.rows.collect(engine="streaming")
        findings.append(found(check, rows, result.why))
    return tuple(findings)
