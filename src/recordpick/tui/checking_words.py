"""What the checking screen says: where one is, who it is, each line, and what to look at."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from recordpick.data_checking.evidence import LineEvidence, MatchingEntry
from recordpick.data_checking.identity import Identity
from recordpick.data_checking.keep_result import key_of
from recordpick.data_checking.record_areas import AREA_NAMES
from recordpick.text import plural
from recordpick.tui.checking_state import Checking, RecordToCheck, Row, RowState
from recordpick.tui.text import MASK, content, day, fit, lines
from recordpick.tui.widgets.record_view import is_private

_STYLES = {
    "=": "$success",
    "≠": "$error",
    "«": "$error",
    "!": "$warning",
    "–": "$quiet",
    "◊": "$accent",
}
_HIDDEN = "hidden with the names"
_WIDE = 90
_WIDEST = 110
_LEAST_PRACTICE = 14
MOST_ENTRIES = 40
"""Entries shown on a line; of more, how many there are: `w` shows the whole record."""


def top_line(checking: Checking, number: int, width: int, *, hides: bool) -> Content:
    """Return the practice, its day and tags; on the right phase, who checks, and how far that is.

    Tags are never dropped; the practice is shortened first.
    """
    file = checking.file
    done, lines_in_all = checking.progress()
    record = f"record {number:,} of {len(checking.records):,}"
    parts = [
        checking.phase.capitalize(),
        checking.initials,
        record,
        f"{done:,} of {lines_in_all:,} lines",
        checking.time_left() if width >= _WIDEST else "",
        checking.filter.words,
    ]
    right = " · ".join(part for part in parts if part)
    tags = " MADE UP " * file.synthetic + " READ ONLY " * file.read_only
    tags += " NAMES HIDDEN " * hides
    if len(right) + len(tags) > width - _LEAST_PRACTICE:
        right = " · ".join(parts[:2]) + f" · {number:,}/{len(checking.records):,}"
    room = max(width - len(tags) - len(right) - 3, 1)
    as_at = f" · as at {day(file.as_at)}"
    practice = file.practice or "Practice not named"
    if room < len(as_at) + 8:
        as_at = ""
    left = f" {fit(practice, min(len(practice), max(room - len(as_at), 1)))}{as_at}"
    middle = " " * max(width - len(left) - len(tags) - len(right) - 2, 1)
    return content(left) + content(middle) + content(tags, "reverse") + content(f" {right}")


def identity_line(who: Identity, *, hides: bool, width: int = 1_000) -> Content:
    """Return who the patient is: name, born, age, sex, NHS number, patient number.

    Where that is wider than `width` it is on several lines, none of which begins within a fact.
    """
    age = "" if who.age is None else f" · {who.age}"
    name, number, patient = who.name or "No name", who.nhs or "none", who.patient_id
    born = who.born or "?"
    if hides:
        name, number, patient, born = (MASK * 6,) * 4
    if not (who.name or who.born or who.nhs or who.sex):
        return content(" Not in the practice index", "bold") + content(f"   patient {patient}")
    shown = content(f" {name}", "bold")
    facts = f"born {born}{age} · {who.sex or '?'}", f"NHS {number}", f"patient {patient}"
    used = cell_len(name) + 1
    for fact in facts:
        fits = used + 3 + cell_len(fact) <= width
        shown += content(f"   {fact}") if fits else Content("\n") + content(f" {fact}")
        used = (used + 3 if fits else 1) + cell_len(fact)
    return shown


def row_line(
    row: Row,
    state: RowState,
    width: int,
    *,
    hides: bool,
    read: RecordToCheck | None,
    has_cursor: bool,
) -> Content:
    """Return one line of the list: cursor, mark, name, title, result, who, what differs.

    The columns are where they are whatever a line says. On a narrow screen who and what differs
    come below the lines (`detail_of`).
    """
    name = 26 if row.area else 8
    title = row.title
    if row.area:
        known = None if read is None else read.counts.get(row.area)
        title = "" if row.area == AREA_NAMES[0] else "? entries"
        if known is not None:
            title = plural(known, "entry", "entries")
    differs = _HIDDEN if hides and state.differs else " / ".join(state.differs.splitlines())
    said, who = 19, 16
    rest = max(width - 4 - name - 2 - said - 2, 12)
    titles = 12 if row.area else min(40, rest if width < _WIDE else rest // 2)
    after = max(rest - titles - 4, 0)
    end = f"{state.who}  {differs}" if state.disagrees else f"{fit(state.who, who)}  {differs}"
    parts = [
        content("► " if has_cursor else "  "),
        content(f"{state.mark} ", _STYLES.get(state.mark, "")),
        content(f"{fit(row.name, name)}  {fit(title, titles)}  "),
        content(f"{fit(state.words, said)}  ", "bold" if state.disagrees else ""),
        content(fit(end, after).rstrip() if width >= _WIDE else "", "$quiet"),
    ]
    return Content("").join(parts)


def detail_of(
    row: Row, checking: Checking, read: RecordToCheck, *, width: int, hides: bool
) -> Content:
    """Return what to compare on a row, the entries to look at, and what was found before."""
    title = f"{row.name}  {row.title}".rstrip()
    parts = [content(title, "bold")]
    compare = " · ".join(checking.compare(row, read))
    label = "Look at   " if row.area else "Compare   "
    for at, line in enumerate(lines(compare, max(width - len(label), 20))):
        parts.append(content(f"{label if at == 0 else ' ' * len(label)}{line}"))
    if not row.area:
        key = (row.line.criterion_id, row.line.patient_id)
        evidence = read.evidence.get(key, LineEvidence())
        parts += _evidence(evidence, width, hides=hides)
    elif read.counts.get(row.area) is None and row.area != AREA_NAMES[0]:
        parts.append(content("? entries: the extract does not say", "$quiet"))
    parts += _said(row, checking, width, hides=hides)
    parts += _before(row, checking, width, hides=hides)
    return Content("\n").join(parts)


def _said(row: Row, checking: Checking, width: int, *, hides: bool) -> list[Content]:
    """Return what is said on the row in full, which a line of the list may have no room for."""
    state = checking.state(row)
    if not state.words:
        return []
    differs = _HIDDEN if hides and state.differs else " / ".join(state.differs.splitlines())
    text = f"Result    {state.words} ({state.who}){f': {differs}' if differs else ''}"
    return [content(one, _STYLES.get(state.mark, "")) for one in lines(text, width)]


def _evidence(evidence: LineEvidence, width: int, *, hides: bool) -> list[Content]:
    found = []
    if evidence.entries:
        found.append(content("In the old system", "$quiet"))
        shown = evidence.entries[:MOST_ENTRIES]
        for entry in shown:
            text = evidence_line(entry, hides=hides)
            first, *more = lines(text, max(width - 2, 20))
            found.append(content(f"  {first}"))
            found += [content(f"    {one}") for one in more]
        left = len(evidence.entries) - len(shown)
        if left:
            found.append(content(f"  and {left:,} more: w shows the whole record", "$quiet"))
    found += [content(note, "$warning") for note in evidence.notes]
    return found


def evidence_line(entry: MatchingEntry, *, hides: bool) -> str:
    """Return one entry on a line: its date, and its cells."""
    dated = entry.day or ("" if entry.table == "patients" else "no date")
    cells = (MASK * 6,) if hides and is_private(entry.table) else entry.cells
    return "  ".join(part for part in (dated, " · ".join(cells)) if part)


def _before(row: Row, checking: Checking, width: int, *, hides: bool) -> list[Content]:
    """Return what an earlier phase found on this line."""
    key = key_of(checking.phase, row.line)
    for issue in checking.file.selection.issues:
        first = issue.first.entry
        is_this = (first.criterion_id, first.patient_id) == key[1:]
        if is_this and issue.found_in != checking.phase and issue.status != "withdrawn":
            entry = issue.found.entry
            what = _HIDDEN if hides else " / ".join(entry.differs.splitlines())
            bad = f", {entry.severity}" if entry.severity else ""
            text = f"Found before: issue {issue.number}, {entry.outcome}{bad}: {what or '–'}"
            return [content(one, "$warning") for one in lines(text, width)]
    return []
