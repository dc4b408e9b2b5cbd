"""The record of one patient as a person reads it: by table, newest first.

It says what the index holds and nothing else, in one line an entry, so that staff know the patient
without opening their clinical system.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.tables import TABLES

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
    "Documents",
    "Administration",
    "Other entries",
    "Addresses and numbers",
    "Next of kin and carers",
)
_CLOSED_WORDS = frozenset({"kind", "status", "urgency", "course"})
"""Columns whose words are recordpick's own: `did_not_attend` is read as "did not attend"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the record: `text` says what it is, `free` what only this patient's row says.

    `free` (free text, names, addresses) may identify the patient by itself.
    """

    table: str
    row_id: str
    date: dt.date | None
    text: str
    free: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Entries of one sort, newest first; those without a date last."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A patient's row (column to value, as the index has it) and all that is recorded of them."""

    patient: Mapping[str, object]
    parts: tuple[Part, ...]


def read_record(index: PracticeIndex, as_at: dt.date, patient_id: str) -> Record:
    """Read everything the index holds of one patient. UserError if there is no such patient."""
    tables = [name for name in index.manifest.tables if name != "patients"]
    mine = pl.col("patient_id") == patient_id
    frames = pl.collect_all(
        [
            index.patients(as_at).filter(mine),
            *(index.scan(name).filter(mine) for name in tables),
        ],
    )
    patients = frames[0].to_dicts()
    if not patients:
        raise UserError(f"The index has no patient {patient_id}: check the patient number.")
    parts: dict[str, list[Entry]] = {}
    for name, frame in zip(tables, frames[1:], strict=True):
        for row in frame.to_dicts():
            title, entry = _entry(name, row)
            parts.setdefault(title, []).append(entry)
    place = {title: number for number, title in enumerate(_ORDER)}
    titles = sorted(parts, key=lambda title: (place.get(title, len(place)), title))
    return Record(patients[0], tuple(Part(title, _newest_first(parts[title])) for title in titles))


def _newest_first(entries: list[Entry]) -> tuple[Entry, ...]:
    in_order = sorted(entries, key=lambda entry: (entry.text, entry.row_id))
    return tuple(
        sorted(in_order, key=lambda entry: entry.date or dt.date.min, reverse=True),
    )


def _entry(table: str, row: Row) -> tuple[str, Entry]:
    known = TABLES.get(table)
    if known is None:
        date = next((value for value in row.values() if isinstance(value, dt.date)), None)
        said = [
            f"{name.replace('_', ' ')} {_plain(value)}"
            for name, value in row.items()
            if name != "patient_id" and value is not None
        ]
        return table.replace("_", " ").capitalize(), Entry(table, "", date, ", ".join(said))
    date_ = row.get(known.date)
    text, free = _SAY[table](row)
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
    value = _plain(row.get("value")) or _plain(row.get("value_text"))
    low, high = _plain(row.get("range_low")), _plain(row.get("range_high"))
    return _joined(
        _plain(row.get("term")) or _plain(row.get("code")),
        " ".join(part for part in (value, _plain(row.get("unit"))) if part),
        f"(range {low or '…'}\u2013{high or '…'})" if low or high else "",
        "ABNORMAL" if row.get("is_abnormal") else "",
        _plain(row.get("problem_status")),
        _plain(row.get("significance")),
        f"ended {_plain(row.get('ended_on'))}" if row.get("ended_on") else "",
        f"date known by {row['date_precision']} only" if _is_vague(row) else "",
        _flag(row, "is_local_code", "local code"),
        _flag(row, "is_degraded", "degraded in transfer"),
        _flag(row, "is_confidential", "confidential"),
    ), _plain(row.get("text"))


def _is_vague(row: Row) -> bool:
    return row.get("date_precision") in {"month", "year"}


def _medication(row: Row) -> tuple[str, str]:
    issues, authorised = _plain(row.get("issues")), _plain(row.get("issues_authorised"))
    state = row.get("is_active")
    return _joined(
        _plain(row.get("drug")) or _plain(row.get("code")),
        _plain(row.get("dosage")),
        " ".join(part for part in (_plain(row.get("quantity")), _plain(row.get("unit"))) if part),
        _plain(row.get("course")).replace("_", " "),
        "" if state is None else "current" if state else "not current",
        f"issues {issues or '?'} of {authorised or '?'}" if issues or authorised else "",
        f"last issued {_plain(row.get('last_issued_on'))}" if row.get("last_issued_on") else "",
        f"review {_plain(row.get('review_on'))}" if row.get("review_on") else "",
        f"ended {_plain(row.get('ended_on'))}" if row.get("ended_on") else "",
        _flag(row, "is_unmapped", "not mapped to dm+d"),
        _flag(row, "is_confidential", "confidential"),
    ), ""


def _appointment(row: Row) -> tuple[str, str]:
    return _of(row, "start_time", "status", "slot_type", "clinician"), ""


def _document(row: Row) -> tuple[str, str]:
    absent = _flag(row, "is_absent", "the file is not there")
    return _joined(_of(row, "kind", "file_type"), absent), _of(row, "title", "file_name", "author")


def _referral(row: Row) -> tuple[str, str]:
    ubrn = f"UBRN {row['ubrn']}" if row.get("ubrn") else ""
    return _joined(_of(row, "term", "urgency", "recipient", "status", "clinician")), ubrn


def _recall(row: Row) -> tuple[str, str]:
    done = "" if row.get("status") else _flag(row, "is_complete", "done")
    return _joined(_of(row, "term", "status"), done, _of(row, "clinician")), ""


def _address(row: Row) -> tuple[str, str]:
    until = f"until {_plain(row.get('until'))}" if row.get("until") else "current"
    return _joined(_of(row, "kind"), until), _of(row, "value", "postcode")


def _relationship(row: Row) -> tuple[str, str]:
    return _joined(
        _of(row, "relation"),
        _flag(row, "is_next_of_kin", "next of kin"),
        _flag(row, "is_carer", "carer"),
        f"until {_plain(row.get('until'))}" if row.get("until") else "",
    ), _of(row, "name", "phone")


_SAY: dict[str, Callable[[Row], tuple[str, str]]] = {
    "events": _event,
    "medications": _medication,
    "appointments": _appointment,
    "documents": _document,
    "referrals": _referral,
    "recalls": _recall,
    "addresses": _address,
    "relationships": _relationship,
}


def _of(row: Row, *names: str) -> str:
    return _joined(*(_said(row, name) for name in names))


def _said(row: Row, name: str) -> str:
    text = _plain(row.get(name))
    return text.replace("_", " ") if name in _CLOSED_WORDS else text


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _flag(row: Row, name: str, says: str) -> str:
    return says if row.get(name) else ""


def _plain(value: object) -> str:
    """Say a value: dates as day/month/year, numbers without needless noughts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return f"{value.day:02d}/{value.month:02d}/{value.year}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
