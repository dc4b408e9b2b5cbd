"""The record of one patient for reading: by section, newest first.

It shows what the index holds and nothing else, one line per entry, so that staff know the patient
without opening their clinical system.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.schema import TABLES
from recordpick.text import day

Row = Mapping[str, object]

_EVENT_PARTS = {
    "problem": "Problems",
    "allergy": "Allergies",
    "immunisation": "Immunisations",
    "observation": "Observations",
    "investigation": "Investigations",
    "procedure": "Procedures",
    "family_history": "Family history",
    "administration": "Administration",
    "other": "Other entries",
}
_ORDER = (
    "Problems",
    "Allergies",
    "Medication",
    "Immunisations",
    "Observations",
    "Investigations",
    "Procedures",
    "Family history",
    "Referrals",
    "Recalls",
    "Appointments",
    "Consultations",
    "Documents",
    "Administration",
    "Other entries",
    "Addresses and numbers",
    "Next of kin and carers",
)
_CLOSED_WORDS = frozenset({"kind", "status", "urgency", "course"})
"""Columns whose words are recordpick's own: `did_not_attend` is shown as "did not attend"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the record: `text` describes it, `free` holds what is particular to the patient.

    `free` (free text, names, addresses) may identify the patient by itself.
    """

    table: str
    row_id: str
    date: dt.date | None
    text: str
    free: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Entries of one kind, newest first; those without a date last."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A patient's row (column to value, as in the index) and everything recorded about them."""

    patient: Mapping[str, object]
    parts: tuple[Part, ...]


def read_record(index: PracticeIndex, as_at: dt.date, patient_id: str) -> Record:
    """Return everything the index holds about a patient. UserError if there is no such patient."""
    return read_records(index, as_at, [patient_id])[0]


def read_records(
    index: PracticeIndex, as_at: dt.date, patient_ids: Sequence[str]
) -> tuple[Record, ...]:
    """Return everything the index holds about patients, in the order given.

    Each table is read once for all of them. UserError if one of them is not in the index.
    """
    tables = [name for name in index.manifest.tables if name != "patients"]
    is_patient = pl.col("patient_id").is_in(list(patient_ids))
    frames = pl.collect_all(
        [
            index.patients(as_at).filter(is_patient),
            *(index.scan(name).filter(is_patient) for name in tables),
        ],
    )
    patients = {str(row["patient_id"]): row for row in frames[0].iter_rows(named=True)}
    parts: dict[str, dict[str, list[Entry]]] = {one: {} for one in patients}
    for name, frame in zip(tables, frames[1:], strict=True):
        for row in frame.iter_rows(named=True):
            title, entry = _entry(name, row)
            if (of_patient := parts.get(str(row["patient_id"]))) is not None:
                of_patient.setdefault(title, []).append(entry)
    missing = next((one for one in patient_ids if one not in patients), None)
    if missing is not None:
        raise UserError(f"The index has no patient {missing}: check the patient number.")
    return tuple(Record(patients[one], _in_order(parts[one])) for one in patient_ids)


def _in_order(parts: Mapping[str, list[Entry]]) -> tuple[Part, ...]:
    position = {title: number for number, title in enumerate(_ORDER)}
    titles = sorted(parts, key=lambda title: (position.get(title, len(position)), title))
    return tuple(Part(title, _newest_first(parts[title])) for title in titles)


def _newest_first(entries: list[Entry]) -> tuple[Entry, ...]:
    in_order = sorted(entries, key=lambda entry: (entry.text, entry.row_id))
    return tuple(
        sorted(in_order, key=lambda entry: entry.date or dt.date.min, reverse=True),
    )


def _entry(table: str, row: Row) -> tuple[str, Entry]:
    known = TABLES.get(table)
    if known is None:
        date = next((value for value in row.values() if isinstance(value, dt.date)), None)
        described = [
            f"{name.replace('_', ' ')} {_format(value)}"
            for name, value in row.items()
            if name != "patient_id" and value is not None
        ]
        return table.replace("_", " ").capitalize(), Entry(table, "", date, ", ".join(described))
    date_ = row.get(known.date)
    text, free = _DESCRIBE[table](row)
    entry = Entry(
        table,
        str(row.get(known.row_id) or ""),
        date_ if isinstance(date_, dt.date) else None,
        text,
        free,
    )
    title = known.title
    if table == "events":
        title = _EVENT_PARTS.get(str(row.get("kind")), "Other entries")
    return title, entry


def _event(row: Row) -> tuple[str, str]:
    value = _format(row.get("value")) or _format(row.get("value_text"))
    low, high = _format(row.get("range_low")), _format(row.get("range_high"))
    return _join(
        _format(row.get("term")) or _format(row.get("code")),
        " ".join(part for part in (value, _format(row.get("unit"))) if part),
        f"(range {low or '…'}\u2013{high or '…'})" if low or high else "",
        "ABNORMAL" if row.get("is_abnormal") else "",
        _format(row.get("problem_status")),
        _format(row.get("significance")),
        f"ended {_format(row.get('ended_on'))}" if row.get("ended_on") else "",
        f"date known by {row['date_precision']} only" if _is_vague(row) else "",
        f"dose {row['dose_number']}" if row.get("dose_number") else "",
        f"batch {row['batch_number']}" if row.get("batch_number") else "",
        _format(row.get("body_site")),
        _flag(row, "is_local_code", "local code"),
        _flag(row, "is_degraded", "degraded in transfer"),
        _flag(row, "is_confidential", "confidential"),
    ), _format(row.get("text"))


def _is_vague(row: Row) -> bool:
    return row.get("date_precision") in {"month", "year"}


def _medication(row: Row) -> tuple[str, str]:
    issues, authorised = _format(row.get("issues")), _format(row.get("issues_authorised"))
    state = row.get("is_active")
    return _join(
        _format(row.get("drug")) or _format(row.get("code")),
        _format(row.get("dosage")),
        " ".join(part for part in (_format(row.get("quantity")), _format(row.get("unit"))) if part),
        _format(row.get("course")).replace("_", " "),
        "" if state is None else "current" if state else "not current",
        f"issues {issues or '?'} of {authorised or '?'}" if issues or authorised else "",
        f"last issued {_format(row.get('last_issued_on'))}" if row.get("last_issued_on") else "",
        f"review {_format(row.get('review_on'))}" if row.get("review_on") else "",
        f"ended {_format(row.get('ended_on'))}" if row.get("ended_on") else "",
        _format(row.get("stop_reason")),
        _flag(row, "is_unmapped", "not mapped to dm+d"),
        _flag(row, "is_confidential", "confidential"),
    ), ""


def _appointment(row: Row) -> tuple[str, str]:
    return _fields(row, "start_time", "status", "slot_type", "clinician"), ""


def _document(row: Row) -> tuple[str, str]:
    absent = _flag(row, "is_absent", "the file is missing")
    return _join(_fields(row, "kind", "file_type"), absent), _fields(
        row, "title", "file_name", "author"
    )


def _referral(row: Row) -> tuple[str, str]:
    ubrn = f"UBRN {row['ubrn']}" if row.get("ubrn") else ""
    return _join(_fields(row, "term", "urgency", "recipient", "status", "clinician")), ubrn


def _recall(row: Row) -> tuple[str, str]:
    done = "" if row.get("status") else _flag(row, "is_complete", "done")
    return _join(_fields(row, "term", "status"), done, _fields(row, "clinician")), ""


def _address(row: Row) -> tuple[str, str]:
    until = f"until {_format(row.get('until'))}" if row.get("until") else "current"
    return _join(_fields(row, "kind"), until), _fields(row, "value", "postcode")


def _relationship(row: Row) -> tuple[str, str]:
    return _join(
        _fields(row, "relation"),
        _flag(row, "is_next_of_kin", "next of kin"),
        _flag(row, "is_carer", "carer"),
        f"until {_format(row.get('until'))}" if row.get("until") else "",
    ), _fields(row, "name", "phone")


def _consultation(row: Row) -> tuple[str, str]:
    return _fields(row, "kind", "place", "clinician"), ""


_DESCRIBE: dict[str, Callable[[Row], tuple[str, str]]] = {
    "events": _event,
    "medications": _medication,
    "appointments": _appointment,
    "documents": _document,
    "referrals": _referral,
    "recalls": _recall,
    "addresses": _address,
    "relationships": _relationship,
    "consultations": _consultation,
}


def _fields(row: Row, *names: str) -> str:
    return _join(*(_text_fields(row, name) for name in names))


def _text_fields(row: Row, name: str) -> str:
    text = _format(row.get(name))
    return text.replace("_", " ") if name in _CLOSED_WORDS else text


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _flag(row: Row, name: str, label: str) -> str:
    return label if row.get(name) else ""


def _format(value: object) -> str:
    """Return a value as text: dates as 05 Apr 1951, numbers without trailing zeros."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
