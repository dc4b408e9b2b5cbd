"""What to look at for a line: the entries that made the record match, as the old system shows them.

An entry is a row of the practice index in cells for people: date, term, value with its unit, dose,
quantity, status, author, free text. What the index does not hold is empty. Where there is no entry
to look at, a sentence says why: the criterion looks for something that is not recorded, the record
was picked by hand, or the extract in use no longer has it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from recordpick.criteria.pack import Criterion, Pack, Rule
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.evidence import rows_that_satisfy
from recordpick.matching.patient_dates import patient_dates, with_dates
from recordpick.matching.rules import Answerable, answerable
from recordpick.schema import TABLES
from recordpick.selection.working_file import WorkingFile

Line = tuple[str | None, str]
"""Criterion (None: a random record) and patient."""
_Row = Mapping[str, object]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class MatchingEntry:
    """One entry that a rule of the criterion counts, in cells for people; "" where there is none.

    `says` are the rules that count it, in words. `table` and `row_id` name the row in the index.
    """

    says: tuple[str, ...]
    table: str
    row_id: str
    date: dt.date | None = None
    date_known_by: str = ""
    """`month` or `year` where the day of `date` is not known."""
    term: str = ""
    value: str = ""
    dose: str = ""
    quantity: str = ""
    status: str = ""
    author: str = ""
    text: str = ""

    @property
    def day(self) -> str:
        """The date as people read it, as precisely as it is known: 05 Apr 1951, Apr 1951, 1951."""
        if self.date is None:
            return ""
        whole = day_in_words(self.date)
        return {"month": whole[3:], "year": whole[7:]}.get(self.date_known_by, whole)

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells after the date that are not empty, in order."""
        all_cells = (
            *(self.term, self.value, self.dose, self.quantity, self.status, self.author),
            self.text,
        )
        return tuple(cell for cell in all_cells if cell)


@dataclass(frozen=True, slots=True)
class LineEvidence:
    """The entries of a line, the newest first within each rule; `notes` are sentences on others."""

    entries: tuple[MatchingEntry, ...] = ()
    notes: tuple[str, ...] = ()


def day_in_words(day: dt.date) -> str:
    """Return a date as it is written in England, 05 Apr 1951, whatever the machine's language."""
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year:04d}"


def evidence_for(
    file: WorkingFile, index: PracticeIndex, lines: Iterable[Line]
) -> dict[Line, LineEvidence]:
    """Return the evidence of lines of a working file, which knows when each record was picked."""
    changed_on = _index_changed_on(file)
    old = frozenset(
        (pick.criterion_id, pick.patient_id)
        for pick in file.selection.picks
        if changed_on is not None and pick.chosen_on < changed_on
    )
    return evidence_of(file.pack, index, file.as_at, lines, picked_before=old)


def _index_changed_on(file: WorkingFile) -> dt.datetime | None:
    """Return when the file last began to use another index than before; None if it never did."""
    changed_on = None
    used = ""
    for event in file.events:
        if event.kind in {"created", "index_used"}:
            fingerprint = event.text("practice_index")
            if used and fingerprint != used:
                changed_on = event.on
            used = fingerprint
    return changed_on


def evidence_of(
    pack: Pack,
    index: PracticeIndex,
    as_at: dt.date,
    lines: Iterable[Line],
    *,
    picked_before: frozenset[Line] = frozenset(),
) -> dict[Line, LineEvidence]:
    """Return the evidence of each line, whether or not the record meets the whole criterion.

    Each table is read once, for these patients only. `picked_before` are the lines that were picked
    with an earlier extract: a note then says that the newer one no longer has what is missing.
    """
    by_criterion: dict[str | None, list[str]] = {}
    for criterion_id, patient_id in lines:
        by_criterion.setdefault(criterion_id, []).append(patient_id)
    known = {criterion.id: criterion for criterion in pack.criteria}
    asked = {
        name: answerable(pack, index, known[name])
        for name in by_criterion
        if name is not None and name in known
    }
    patients = {one for ids in by_criterion.values() for one in ids}
    rows = _rows_of(pack, index, as_at, list(asked.values()), patients)
    listed = set(rows["patients"]["patient_id"])
    found: dict[Line, LineEvidence] = {}
    for criterion_id, ids in by_criterion.items():
        if criterion_id is None or criterion_id not in asked:
            found |= {(criterion_id, one): LineEvidence() for one in ids}
            continue
        of_criterion = _OfCriterion(pack, as_at, asked[criterion_id], rows)
        for one in ids:
            line = (criterion_id, one)
            if one not in listed:
                note = f"The extract of {day_in_words(as_at)} does not have this patient."
                found[line] = LineEvidence((), (note,))
            else:
                found[line] = of_criterion.evidence(one, was_picked_before=line in picked_before)
    return found


def _rows_of(
    pack: Pack,
    index: PracticeIndex,
    as_at: dt.date,
    criteria: Iterable[Answerable],
    patients: set[str],
) -> dict[str, pl.DataFrame]:
    """Return the rows of these patients in each table that the criteria's rules read.

    They have the dates of patients that the rules compare them with.
    """
    rules = [rule for one in criteria for step in one.steps for rule in step]
    tables = {"patients", *(rule.table for rule in rules)}
    is_one = pl.col("patient_id").is_in(sorted(patients))
    dates = patient_dates(pack, index, as_at, [rule.where for rule in rules], patients)
    frames = [
        with_dates(
            (index.patients(as_at) if name == "patients" else index.scan(name)).filter(is_one),
            dates,
            [rule.where for rule in rules if rule.table == name],
        )
        for name in sorted(tables)
    ]
    return dict(zip(sorted(tables), pl.collect_all(frames), strict=True))


class _OfCriterion:
    """The rows that each rule of a criterion counts, by patient."""

    def __init__(
        self, pack: Pack, as_at: dt.date, asked: Answerable, rows: Mapping[str, pl.DataFrame]
    ) -> None:
        self._as_at = as_at
        self._criterion: Criterion = asked.criterion
        self._why_not = asked.why_not
        self._steps: list[list[tuple[Rule, dict[str, list[_Row]]]]] = [
            [(rule, _counted(rows[rule.table], rule, pack, as_at)) for rule in step]
            for step in asked.steps
        ]

    def evidence(self, patient_id: str, *, was_picked_before: bool) -> LineEvidence:
        """Return the evidence of one patient."""
        if self._why_not:
            return LineEvidence(
                (), (self._why_not.removesuffix(" Pick by browsing or from a list."),)
            )
        entries: dict[object, MatchingEntry] = {}
        notes: list[str] = []
        for step in self._steps:
            has_some = False
            for rule, counted in step:
                for row in counted.get(patient_id, []) if rule.at_most != 0 else []:
                    has_some = True
                    _add(entries, _entry(rule, row))
            if not has_some:
                notes.append(self._note(step, patient_id, was_picked_before=was_picked_before))
        return LineEvidence(tuple(entries.values()), tuple(notes))

    def _note(
        self,
        step: list[tuple[Rule, dict[str, list[_Row]]]],
        patient_id: str,
        *,
        was_picked_before: bool,
    ) -> str:
        """Say why a step has no entry to look at."""
        absent = [rule for rule, counted in step if not rule.at_least and patient_id not in counted]
        if absent:
            return f"Nothing is recorded that would be against it: {absent[0].says}."
        wanted = " or ".join(rule.says for rule, _ in step)
        if was_picked_before:
            return (
                f"The newer extract, of {day_in_words(self._as_at)}, no longer has this entry: "
                f"{wanted}."
            )
        return f"The extract has no entry for: {wanted}. The record was picked by hand."


def _counted(rows: pl.DataFrame, rule: Rule, pack: Pack, as_at: dt.date) -> dict[str, list[_Row]]:
    """Return the rows that a rule counts, by patient, the newest first."""
    table = TABLES.get(rule.table)
    frame = rows_that_satisfy(rows.lazy(), rule, pack, as_at).collect()
    order = [
        name
        for name in ((table.date, table.row_id) if table else ())
        if name in frame.columns and rule.table != "patients"
    ]
    if order:
        newest_first = [
            name == order[0] and table is not None and name == table.date for name in order
        ]
        frame = frame.sort(order, descending=newest_first, nulls_last=True)
    found: dict[str, list[_Row]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(str(row["patient_id"]), []).append(row)
    return found


def _add(entries: dict[object, MatchingEntry], entry: MatchingEntry) -> None:
    """Add an entry; one that an earlier rule counted as well gets both rules' words."""
    key = (entry.table, entry.row_id, entry.term if entry.table == "patients" else "")
    if not entry.row_id:
        key = (entry.table, entry.row_id, str(len(entries)))
    before = entries.get(key)
    if before is None:
        entries[key] = entry
    elif entry.says[0] not in before.says:
        entries[key] = replace(before, says=(*before.says, *entry.says))


def _entry(rule: Rule, row: _Row) -> MatchingEntry:
    """Return a row in cells for people."""
    table = TABLES.get(rule.table)
    describe = _DESCRIBE.get(rule.table, _describe_any)
    cells = _describe_patient(row, rule) if rule.table == "patients" else describe(row)
    date = row.get(table.date) if table and rule.table != "patients" else None
    known_by = str(row.get("date_precision") or "")
    return MatchingEntry(
        says=(rule.says,),
        table=rule.table,
        row_id=str((row.get(table.row_id) if table else None) or ""),
        date=date if isinstance(date, dt.date) else None,
        date_known_by=known_by if known_by in {"month", "year"} else "",
        **cells,
    )


def _describe_patient(row: _Row, rule: Rule) -> dict[str, str]:
    """Describe a patient by the columns that the rule uses."""
    used = sorted(() if rule.where is None else rule.where.columns)
    if not used:
        return {"term": "registered patient"}
    cells = [f"{_words(name)} {format_value(row.get(name)) or 'not recorded'}" for name in used]
    return {"term": rule.says, "value": ", ".join(cells)}


def _describe_event(row: _Row) -> dict[str, str]:
    value = format_value(row.get("value")) or format_value(row.get("value_text"))
    low, high = format_value(row.get("range_low")), format_value(row.get("range_high"))
    return {
        "term": format_value(row.get("term")) or format_value(row.get("code")),
        "value": _joined(
            f"{value} {format_value(row.get('unit'))}".strip() if value else "",
            f"range {low or '…'} to {high or '…'}" if low or high else "",
            "abnormal" if row.get("is_abnormal") else "",
        ),
        "status": _joined(
            format_value(row.get("problem_status")),
            format_value(row.get("significance")),
            _dated("ended", row.get("ended_on")),
            "local code" if row.get("is_local_code") else "",
            "degraded in transfer" if row.get("is_degraded") else "",
            "confidential" if row.get("is_confidential") else "",
        ),
        "author": format_value(row.get("recorded_by")),
        "text": format_value(row.get("text")),
    }


def _describe_medication(row: _Row) -> dict[str, str]:
    issues, authorised = format_value(row.get("issues")), format_value(row.get("issues_authorised"))
    is_active = row.get("is_active")
    quantity = format_value(row.get("quantity"))
    return {
        "term": format_value(row.get("drug")) or format_value(row.get("code")),
        "dose": format_value(row.get("dosage")),
        "quantity": f"{quantity} {format_value(row.get('unit'))}".strip() if quantity else "",
        "status": _joined(
            _words(format_value(row.get("course"))),
            "" if is_active is None else "current" if is_active else "not current",
            f"{issues or '?'} of {authorised or '?'} issues" if issues or authorised else "",
            _dated("last issued", row.get("last_issued_on")),
            _dated("review", row.get("review_on")),
            _dated("ended", row.get("ended_on")),
            "not mapped to dm+d" if row.get("is_unmapped") else "",
            "confidential" if row.get("is_confidential") else "",
        ),
    }


def _describe_appointment(row: _Row) -> dict[str, str]:
    return {
        "term": format_value(row.get("slot_type")) or "appointment",
        "value": format_value(row.get("start_time")),
        "status": _words(format_value(row.get("status"))),
        "author": format_value(row.get("clinician")),
    }


def _describe_document(row: _Row) -> dict[str, str]:
    return {
        "term": format_value(row.get("title")) or format_value(row.get("kind")),
        "value": _joined(
            format_value(row.get("kind")) if row.get("title") else "",
            format_value(row.get("file_type")),
        ),
        "status": "the file is missing" if row.get("is_absent") else "",
        "author": format_value(row.get("author")),
        "text": format_value(row.get("file_name")),
    }


def _describe_referral(row: _Row) -> dict[str, str]:
    ubrn = format_value(row.get("ubrn"))
    return {
        "term": format_value(row.get("term")) or format_value(row.get("code")),
        "value": _joined(
            f"to {row.get('recipient')}" if row.get("recipient") else "",
            f"UBRN {ubrn}" if ubrn else "",
        ),
        "status": _joined(
            _words(format_value(row.get("urgency"))),
            format_value(row.get("status")),
            _dated("closed", row.get("closed_on")),
        ),
        "author": format_value(row.get("clinician")),
    }


def _describe_recall(row: _Row) -> dict[str, str]:
    done = "done" if row.get("is_complete") else ""
    return {
        "term": format_value(row.get("term")) or format_value(row.get("code")),
        "status": format_value(row.get("status")) or done,
        "author": format_value(row.get("clinician")),
    }


def _describe_address(row: _Row) -> dict[str, str]:
    return {
        "term": _words(format_value(row.get("kind"))),
        "value": _joined(format_value(row.get("value")), format_value(row.get("postcode"))),
        "status": _dated("until", row.get("until")) or "current",
    }


def _describe_relationship(row: _Row) -> dict[str, str]:
    return {
        "term": format_value(row.get("relation")) or "related person",
        "value": _joined(format_value(row.get("name")), format_value(row.get("phone"))),
        "status": _joined(
            "next of kin" if row.get("is_next_of_kin") else "",
            "carer" if row.get("is_carer") else "",
            _dated("until", row.get("until")),
        ),
    }


def _describe_any(row: _Row) -> dict[str, str]:
    """Describe a row of a table that recordpick does not know, by all its columns."""
    cells = [
        f"{_words(name)} {format_value(value)}"
        for name, value in row.items()
        if name != "patient_id" and value is not None
    ]
    return {"term": ", ".join(cells)}


_DESCRIBE: dict[str, Callable[[_Row], dict[str, str]]] = {
    "events": _describe_event,
    "medications": _describe_medication,
    "appointments": _describe_appointment,
    "documents": _describe_document,
    "referrals": _describe_referral,
    "recalls": _describe_recall,
    "addresses": _describe_address,
    "relationships": _describe_relationship,
}


def _dated(word: str, day: object) -> str:
    return f"{word} {day_in_words(day)}" if isinstance(day, dt.date) else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def format_value(value: object) -> str:
    """Return a value of the index for people: dates in words, numbers without trailing zeros."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return day_in_words(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
