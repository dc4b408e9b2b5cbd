"""Write the folder of the clean-up list: a summary, a CSV for each finding, and a README.txt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.cells import as_csv
from recordpick.cleanup.finding import FOUND, Finding
from recordpick.cleanup.pcse_findings import PCSE_FILE
from recordpick.cleanup.readme import readme
from recordpick.cleanup.reconcile import Reconciliation
from recordpick.index.practice_index import PracticeIndex
from recordpick.progress import Progress, silent
from recordpick.whole import atomic_folder, write_new

SUMMARY_FILE = "clean_up.csv"

SUMMARY: dict[str, pl.DataType] = {
    "finding": pl.String(),
    "title": pl.String(),
    "state": pl.String(),
    "number": pl.UInt32(),
    "counts": pl.String(),
    "registered": pl.UInt32(),
    "what_to_do": pl.String(),
    "why": pl.String(),
    "file": pl.String(),
}
"""The columns of clean_up.csv. `registered`: how many of them are for patients registered now.

`number` is empty where it is not known, and `why` then says why.
"""


def summary(findings: Sequence[Finding]) -> pl.DataFrame:
    """Return a row for each finding, in their order: columns as in `SUMMARY`."""
    return pl.DataFrame(
        [
            (
                finding.id,
                finding.title,
                finding.state,
                finding.number,
                finding.counts,
                finding.registered,
                finding.to_do,
                finding.why or None,
                finding.file if finding.state == FOUND else None,
            )
            for finding in findings
        ],
        schema=SUMMARY,
        orient="row",
    )


def write_clean_up(
    out: Path,
    index: PracticeIndex,
    as_at: date,
    findings: Sequence[Finding],
    reconciled: Reconciliation | None = None,
    progress: Progress = silent,
) -> Path:
    """Write the folder `out` atomically, readable by its owner only, and return its path.

    `findings` are those of `look_through`, and of `pcse_findings` where `reconciled` is given.
    Each finding with rows has a file; PCSE's findings share one. Raise a UserError where `out` is
    not free, or the system refuses to write.
    """
    files = {SUMMARY_FILE: as_csv(summary(findings))}
    for finding in findings:
        if finding.state == FOUND and finding.file != PCSE_FILE:
            files[finding.file] = as_csv(finding.rows)
    if reconciled is not None:
        files[PCSE_FILE] = as_csv(reconciled.rows)
    text = readme(index, as_at, findings, reconciled)
    files["README.txt"] = text.encode("utf-8")
    with atomic_folder(out) as folder:
        for done, (name, content) in enumerate(files.items()):
            progress(f"writing {name}", done / len(files))
            write_new(folder / name, content)
    progress("written", 1.0)
    return out
