"""The lines of a practice's own workbook, by record: what to compare, and what to look at.

Texts are cut to the room that a line has, so that a record prints on half a page at most: what is
left out is always counted ("and 3 more entries"). The whole is in the current system, in the app,
and on paper (`record_print.py`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recordpick.criteria.pack import Pack
from recordpick.csv_safety import one_line
from recordpick.data_checking.evidence import Line, LineEvidence, MatchingEntry
from recordpick.handover.tick_sheet_model import Sheet, by_record
from recordpick.text import plural

_NAME_COLUMNS = frozenset(
    {"title", "family_name", "given_name", "middle_names", "previous_name", "carer"}
)
_NAMES_SOMEBODY = frozenset({"relationships"})
"""Tables whose rows are about somebody by name."""
LEFT_OUT = "Somebody's name: left out, because this workbook is without names."


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters a line of text has in three columns, and how many lines there may be."""

    compare: int
    look_at: int
    before: int
    most_lines: int = 3
    lines_a_record: int = 24


@dataclass(frozen=True, slots=True)
class WorkbookLine:
    """One line of the list as staff check it. `text_lines` is how many lines its texts take."""

    line: int
    record: int
    patient_id: str
    nhs_number: str
    name: str
    criterion: str
    compare: str
    look_at: str
    before: str
    text_lines: int


def workbook_lines(
    sheets: Sequence[Sheet],
    pack: Pack,
    evidence: Mapping[Line, LineEvidence],
    room: Room,
    *,
    with_names: bool,
) -> tuple[tuple[WorkbookLine, ...], ...]:
    """Return the lines of each record, in the order of the list's record numbers."""
    private = _private_rules(pack)
    records = []
    for record in by_record(tuple(sheets)):
        most = max(1, min(room.most_lines, room.lines_a_record // len(record)))
        lines = []
        for line, sheet in record:
            key = (line.criterion_id, line.patient_id)
            compare = _fitted_texts(["; ".join(sheet.compare)], room.compare, most)
            found = _look_at(evidence.get(key), private, with_names=with_names)
            look_at = _fitted_texts(found, room.look_at, most)
            before = _fitted_texts([line.before], room.before, most)
            texts = ((compare, room.compare), (look_at, room.look_at), (before, room.before))
            lines.append(
                WorkbookLine(
                    line=line.line,
                    record=line.record,
                    patient_id=line.patient_id,
                    nhs_number=line.nhs_number,
                    name=line.name,
                    criterion=sheet.name,
                    compare=compare,
                    look_at=look_at,
                    before=before,
                    text_lines=max(_count_lines(text, width) for text, width in texts),
                )
            )
        records.append(tuple(lines))
    return tuple(records)


def _private_rules(pack: Pack) -> frozenset[str]:
    """Return the rules, in words, whose evidence is the name of a patient or of somebody else."""
    return frozenset(
        rule.says
        for criterion in pack.criteria
        for step in criterion.steps
        for rule in step.rules
        if rule.table == "patients"
        and rule.where is not None
        and not _NAME_COLUMNS.isdisjoint(rule.where.columns)
    )


def _look_at(
    evidence: LineEvidence | None, private: frozenset[str], *, with_names: bool
) -> list[str]:
    """Return a text for each entry to look at, and for each note on why there is none."""
    if evidence is None:
        return []
    texts = [
        LEFT_OUT if not with_names and _names_somebody(entry, private) else _in_words(entry)
        for entry in evidence.entries
    ]
    return list(dict.fromkeys([*texts, *map(one_line, evidence.notes)]))


def _names_somebody(entry: MatchingEntry, private: frozenset[str]) -> bool:
    return entry.table in _NAMES_SOMEBODY or not private.isdisjoint(entry.says)


def _in_words(entry: MatchingEntry) -> str:
    cells = [one_line(" ".join(cell.split())) for cell in entry.cells]
    return " · ".join(cell for cell in (entry.day, *cells) if cell)


def _fitted_texts(texts: Iterable[str], width: int, most: int) -> str:
    """Return texts on lines of their own, in `most` lines of `width` characters.

    Texts that do not fit are counted; where not even the first fits, it is cut with an ellipsis.
    """
    left = [text for text in texts if text]
    shown: list[str] = []
    used = 0
    while left:
        size = _count_lines(left[0], width)
        line_for_the_rest = 1 if len(left) > 1 else 0
        if used + size + line_for_the_rest > most:
            break
        shown.append(left.pop(0))
        used += size
    if not left:
        return "\n".join(shown)
    if shown:
        return "\n".join([*shown, f"… and {plural(len(left), 'more entry', 'more entries')}"])
    tail = f" (and {plural(len(left) - 1, 'more entry', 'more entries')})" if left[1:] else ""
    size = width * most
    while _count_lines(text := _cut(left[0], size) + tail, width) > most and size > len(tail):
        size -= 4
    return text


def _cut(text: str, size: int) -> str:
    """Return a text of at most that many characters, at the end of a word."""
    if len(text) <= size:
        return text
    cut = text[: max(1, size - 1)]
    return f"{cut.rpartition(' ')[0] or cut}…"


def _count_lines(text: str, width: int) -> int:
    """Return how many lines of `width` characters a text takes."""
    return sum(max(1, len(textwrap.wrap(line, width))) for line in text.split("\n")) if text else 0
