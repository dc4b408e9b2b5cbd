"""tick_sheets.txt: the tick sheets as text to print, for a practice without a spreadsheet."""

from __future__ import annotations

import textwrap

from recordpick.csv_safety import one_line
from recordpick.handover.readme import SYNTHETIC, About
from recordpick.handover.selection_list import spoken_fingerprint
from recordpick.handover.tick_sheet_model import FINGERPRINT, RESULTS, Line, Sheet, by_record

WIDTH = 78


def tick_text(about: About, sheets: tuple[Sheet, ...], phase: str = "") -> str:
    """Return one block for each record, with its criteria, what to compare and boxes to tick.

    Without a `phase` there is a line to write it on. No line is longer than 78 characters, except
    where a patient number or a name is. Lines end in CRLF.
    """
    records, spoken = by_record(sheets), spoken_fingerprint(about.list_sha256)
    head = [
        "TICK SHEETS FOR DATA CHECKING",
        *([SYNTHETIC] * about.synthetic),
        f"List {about.list_id}, {one_line(about.practice) or 'practice not named'}",
        *([f"{FINGERPRINT} {spoken}"] if spoken else []),
        *_wrapped(f"{one_line(about.pack.title)}, version {one_line(about.pack.version)}"),
        f"{len(records):,} records, {about.lines:,} lines. Phase: {phase or '_' * 22}",
        "",
        *_wrapped(
            "Open each record in both systems. For each criterion compare what is named, tick one "
            "box, and write down what differs."
        ),
    ]
    blocks = ["\n".join(head), *(_record(record) for record in records)]
    return ("\n\n".join(blocks) + "\n").replace("\n", "\r\n")


def _record(record: tuple[tuple[Line, Sheet], ...]) -> str:
    first = record[0][0]
    who = f"RECORD {first.record}   patient {first.patient_id}   NHS {first.nhs_number or 'none'}"
    lines = ["=" * WIDTH, who, *([first.name] if first.name else [])]
    for line, sheet in record:
        lines += ["", *_wrapped(f"{sheet.name}  {sheet.title}  (line {line.line})")]
        for item in sheet.compare:
            lines += _wrapped(item, "  - ", "    ")
        if line.before:
            lines += _wrapped(f"found before: {line.before}", "  ", "    ")
        lines += [
            "  " + "   ".join(f"[ ] {word}" for word in RESULTS),
            "  differs: " + "_" * (WIDTH - 11),
            "  initials: ________   date: ____________",
        ]
    return "\n".join(lines)


def _wrapped(text: str, first: str = "", other: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=other, break_long_words=False
    )
