"""README.txt: what the folder holds, for the person at the supplier who opens it first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from recordpick import __version__
from recordpick.criteria.pack import Pack
from recordpick.csv_safety import one_line
from recordpick.handover.selection_list import spoken_fingerprint
from recordpick.picking.strata import AGE_BANDS, UNKNOWN
from recordpick.selection.state import Draw, Selection

_BANDS = ", ".join(name for _, name in AGE_BANDS)
SYNTHETIC = "SYNTHETIC DATA: NO RECORD HERE IS A REAL PATIENT'S."


@dataclass(frozen=True, slots=True)
class About:
    """What is known about a list, in addition to its lines."""

    list_id: str
    pack: Pack
    practice: str
    as_at: date
    index_fingerprint: str
    synthetic: bool
    written_on: datetime
    lines: int
    records: int
    qof_year: str
    files: dict[str, str]
    """What each file of the folder holds, by its name, in order."""
    qof_table: tuple[str, str] = ("", "")
    """The file of the QOF table, and its SHA-256."""
    report_rules: tuple[str, str, str] = ("", "", "")
    """Title and version of the report rules, and their fingerprint."""
    notes: tuple[str, ...] = ()
    """Sentences on what the reports lack, and why."""
    list_sha256: str = ""
    """The fingerprint of the whole list (`selection_list.list_sha256`)."""
    working_file: str = ""
    """What all lists of one working file and its copies have in common: `RP-7F3K2Q5D`."""
    ods_code: str = ""
    """The practice's ODS code, "" where it was not given."""


def readme(about: About, selection: Selection) -> str:
    """Return the text. Lines end in CRLF, and only names can make one long."""
    parts = [
        _head(about),
        _files(about),
        _reading(),
        _random(selection, about.as_at),
        _checking(),
    ]
    return "\n\n".join(parts).replace("\n", "\r\n") + "\r\n"


def _head(about: About) -> str:
    pack, spoken = about.pack, spoken_fingerprint(about.list_sha256)
    lines = [
        "PATIENT RECORDS SELECTED FOR DATA CHECKING",
        "",
        *([SYNTHETIC, ""] * about.synthetic),
        f"List             {about.list_id}",
        *(
            [f"List fingerprint {spoken}, to read aloud: it is on the tick sheets too"]
            if spoken
            else []
        ),
        *([f"List's SHA-256   {about.list_sha256}"] if spoken else []),
        f"Practice         {one_line(about.practice) or 'not named'}",
        *([f"ODS code         {about.ods_code}"] if about.ods_code else []),
        f"Criteria pack    {one_line(pack.title)}",
        f"                 version {one_line(pack.version)}, of {one_line(pack.supplier)}",
        f"Pack's SHA-256   {pack.fingerprint}",
        f"As at            {about.as_at.isoformat()} (ages and intervals are as at that day)",
        f"Practice index   {about.index_fingerprint}",
        f"Written          {about.written_on:%Y-%m-%d %H:%M} UTC by recordpick {__version__}",
        f"In numbers       {about.records:,} patient records on {about.lines:,} lines",
    ]
    return "\n".join(lines)


def _files(about: About) -> str:
    width = max(map(len, about.files)) + 2
    lines = ["WHAT IS HERE", *(f"  {name:<{width}}{says}" for name, says in about.files.items())]
    return "\n".join([*lines, *(["", *about.notes] if about.notes else [])])


def _reading() -> str:
    return """HOW TO READ THE CSV FILES
UTF-8 without a byte-order mark, comma, CRLF, quotes as in RFC 4180, one row a line. Patient
numbers and NHS numbers are text. A text that a spreadsheet would run or change (one that begins
with = + - @, has leading zeros, more than eleven digits, looks like a date …) has one apostrophe
in front: take one leading apostrophe away where there is one. Do not save the files from a
spreadsheet: it may write 9.43E+09 for an NHS number."""


def _random(selection: Selection, as_at: date) -> str:
    draws = [draw for draw in selection.draws if draw.withdrawn is None]
    if not draws:
        return "RANDOM RECORDS\nNone were drawn."
    withdrawn = len(selection.draws) - len(draws)
    lines = [
        "RANDOM RECORDS",
        "Drawn by ticket number (Rivest's consistent sampling): SHA-256 of the seed, in",
        "hexadecimal, then SHA-256 of that followed by the patient number, as a decimal number of",
        'at least 64 digits, these reversed and read after "0.". The lowest are drawn, and the',
        "column ticket is the place among all. Anyone with the seed and the eligible patient",
        "numbers can draw again, and must get the same records.",
        *(_draw(draw, as_at) for draw in draws),
    ]
    if withdrawn:
        lines.append(
            f"Earlier draws that no longer count: {withdrawn}. The practice's working file "
            "keeps them, with the reasons."
        )
    removed = len(selection.removed_random)
    if removed:
        lines.append(f"Drawn records that were removed or replaced, with a reason: {removed}.")
    return "\n".join(lines)


def _draw(draw: Draw, as_at: date) -> str:
    return (
        f"  Seed {one_line(draw.seed)}\n"
        f"    drawn on {draw.drawn_on:%Y-%m-%d %H:%M} UTC: {len(draw.drawn):,} of "
        f"{draw.eligible:,} eligible patients\n"
        f"    SHA-256 of the eligible patient numbers, sorted, one a line: {draw.eligible_sha256}"
        f"{_strata(draw, as_at)}"
    )


def _strata(draw: Draw, as_at: date) -> str:
    if not draw.strata:
        return ""
    lines = [
        "",
        f"even over {len(draw.strata)} strata of age band and sex: within a stratum by ticket,",
        "the i-th of a stratum of N at (i - 1/2) / N of the way",
        f"SHA-256 of patient number, tab and stratum, sorted, one a line: {draw.strata_sha256}",
        'A stratum is written as age band, space, sex: "45–64 F". The bands, with an en dash',
        f"(U+2013), by age in whole years on {as_at.isoformat()}: {_BANDS};",
        f'sex as in the index: F, M, I or U. Where age or sex is missing: "{UNKNOWN}".',
    ]
    return "\n    ".join(lines)


def _checking() -> str:
    return """HOW TO CHECK THAT NOTHING WAS CHANGED
  sha256sum --check SHA256SUMS        (Linux, macOS: shasum -a 256 -c SHA256SUMS)
  Get-FileHash -Algorithm SHA256 *    (Windows PowerShell: compare with SHA256SUMS)

These files identify patients. Keep them where patient data may be kept, send them
encrypted only, and delete them when the checking is complete."""
