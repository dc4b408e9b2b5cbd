"""Write the folder of the clean-up list: a summary, a CSV for each finding, and a README.txt.

README.txt says what was found, what it means and what to do.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from recordpick import __version__
from recordpick.atomic import atomic_folder, write_new
from recordpick.cleanup.finding import FOUND, NONE, UNKNOWN, Finding
from recordpick.cleanup.pcse_findings import PCSE_FILE
from recordpick.cleanup.reconcile import Reconciliation
from recordpick.csv_safety import as_csv, one_line
from recordpick.index.practice_index import PracticeIndex
from recordpick.progress import Progress, silent

_WIDTH = 90
SYNTHETIC = "SYNTHETIC DATA: NO RECORD HERE IS A REAL PATIENT'S."


def readme(
    index: PracticeIndex,
    as_at: date,
    findings: Sequence[Finding],
    reconciled: Reconciliation | None,
) -> str:
    """Return the text, with CRLF line ends."""
    parts = [
        _head(index, as_at),
        *_found(findings),
        *_unknown(findings),
        *_nothing(findings),
        _pcse(reconciled),
        *_rejected_rows(index),
        _reading(),
    ]
    return "\n\n".join(parts).replace("\n", "\r\n") + "\r\n"


def _wrapped(text: str, indent: str = "  ") -> str:
    return textwrap.fill(one_line(text), _WIDTH, initial_indent=indent, subsequent_indent=indent)


def _head(index: PracticeIndex, as_at: date) -> str:
    manifest = index.manifest
    return "\n".join(
        [
            "TO PUT RIGHT BEFORE THE FIRST EXTRACT",
            "",
            *([SYNTHETIC, ""] * manifest.synthetic),
            f"Practice         {one_line(manifest.practice) or 'not named'}",
            f"As at            {as_at.isoformat()} (future dates and ages are calculated from it)",
            f"Practice index   {manifest.fingerprint}",
            f"Written          by recordpick {__version__}",
            "",
            _wrapped(
                "Put these right in the clinical system, export again, make the index again and "
                "write this list again. The checks changed nothing. clean_up.csv has all of "
                "this as a table.",
                "",
            ),
        ]
    )


def _found(findings: Iterable[Finding]) -> Iterable[str]:
    listed_findings = [finding for finding in findings if finding.state == FOUND]
    yield "FOUND" if listed_findings else "FOUND\n  None of the things that could be checked."
    for finding in listed_findings:
        registered = finding.registered or 0
        some = 0 < registered < (finding.number or 0)
        of_them = f", {registered:,} of them registered now" if some else ""
        lines = [
            f"{finding.title}: {_counted(finding)}{of_them}",
            _wrapped(finding.means),
            _wrapped(f"What to do: {finding.to_do}"),
            *([_wrapped(finding.why)] if finding.why else []),
            f"  File: {finding.file}",
        ]
        yield "\n".join(lines)


def _counted(finding: Finding) -> str:
    """Return how many of what: "1 entry", "2 entries"."""
    words = finding.counts
    if finding.number == 1:
        words = words.replace("ies", "ys")
        words = " ".join(word.removesuffix("s") for word in words.split(" "))
    return f"{finding.number:,} {words}"


def _unknown(findings: Iterable[Finding]) -> Iterable[str]:
    listed_findings = [finding for finding in findings if finding.state == UNKNOWN]
    if listed_findings:
        lines = [_wrapped(f"{finding.title}: {finding.why}") for finding in listed_findings]
        yield "\n".join(["CANNOT BE TOLD (this does not mean that there is none)", *lines])


def _nothing(findings: Iterable[Finding]) -> Iterable[str]:
    listed_findings = [finding for finding in findings if finding.state == NONE]
    if listed_findings:
        lines = [
            _wrapped(" ".join([f"{finding.title}.", finding.why])) for finding in listed_findings
        ]
        yield "\n".join(["LOOKED FOR, AND NONE FOUND", *lines])


def _side(side: str, *numbers: int) -> str:
    words = ("", "on both", "likely on both", "unclear", f"only {side}")
    total, *parts = (
        f"{number:,} {word}".rstrip() for number, word in zip(numbers, words, strict=True)
    )
    return f"  {side.capitalize():<6} {total} = {' + '.join(parts)}"


def _pcse(reconciled: Reconciliation | None) -> str:
    if reconciled is None:
        return "\n".join(
            ["PCSE'S LIST", _wrapped("None was given: add --pcse FILE to compare with one.")]
        )
    one = reconciled
    lines = [
        _wrapped(f"{one_line(one.file)} was compared. {one.scope}"),
        _wrapped(
            "Matched by NHS number; those left over by name and date of birth, which only "
            "makes a match likely. Nothing was merged or changed."
        ),
        _side("here", one.here, one.matched, one.likely, one.unclear_here, one.only_here),
        _side("there", one.there, one.matched, one.likely, one.unclear_there, one.only_there),
        _wrapped(
            f"Not compared: other patients of the index {one.not_compared:,}, lines of the list "
            f"without a patient {one.left_out:,}."
        ),
        *(_wrapped(note) for note in (*one.notes, *one.not_compared_fields)),
    ]
    return "\n".join(["PCSE'S LIST", *lines])


def _rejected_rows(index: PracticeIndex) -> Iterable[str]:
    rejected = sum(file.rows_rejected for file in index.manifest.files)
    if rejected:
        text = (
            f"Rows of the export that were rejected and are not in the index: {rejected:,}. "
            "Nothing here covers them: see rejected_rows.csv in the index's folder."
        )
        yield "\n".join(["NOT LOOKED AT", _wrapped(text)])


def _reading() -> str:
    return """HOW TO READ THE CSV FILES
  UTF-8, comma, CRLF. A text that a spreadsheet would run or change (one that begins with
  = + - @, has leading zeros, looks like a date ...) has one apostrophe in front, which is not part
  of the text. Do not save the files from a spreadsheet: it may write 9.43E+09 for an NHS number.

These files identify patients. Keep them where patient data may be kept, and delete them when
the work is done."""


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

    `findings` are those of `run_checks`, and of `pcse_findings` where `reconciled` is given.
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
