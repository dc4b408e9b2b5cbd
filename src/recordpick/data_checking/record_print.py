"""A whole record on paper, as the index has it, for checking without a second monitor.

Each record begins on a page of its own; who it is about and "page n of m" are on each of its pages,
so that sheets of two records that get mixed can be told apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

import polars as pl

from recordpick.csv_safety import one_line
from recordpick.data_checking.evidence import day_in_words, format_value
from recordpick.data_checking.issued_lists import handed_over, list_ids
from recordpick.document import Block, Document, Grid, Paragraph, Section
from recordpick.document_pdf import as_pdf
from recordpick.errors import UserError
from recordpick.handover.readme import SYNTHETIC
from recordpick.handover.tick_sheet_model import spaced_number
from recordpick.index.practice_index import PracticeIndex
from recordpick.patient_record import Part, Record, read_records
from recordpick.schema import TABLES
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural

_SEXES = {"F": "female", "M": "male", "I": "indeterminate", "U": "sex not known"}
_COUNTED = frozenset({"age", "entries", "entries_percentile", "date_of_birth_precision"})
"""Columns of a patient that the index calculates, or that belong to another one."""
_WORDS = frozenset({"registration", "status"})
"""Columns whose words are recordpick's own."""


def records_pdf(file: WorkingFile, index: PracticeIndex, patient_ids: Sequence[str]) -> bytes:
    """Return the records as one PDF, those of the newest list first, in its order.

    UserError where the index does not have one of the patients.
    """
    tag = SYNTHETIC if file.synthetic else "CONFIDENTIAL: PATIENT DATA"
    practice = one_line(file.practice) or "Practice not named"
    footer = f"{practice} · the current system's records as at {day_in_words(file.as_at)}"
    return as_pdf(record_documents(file, index, patient_ids), footer, tag)


def in_index(
    file: WorkingFile, index: PracticeIndex, patient_ids: Sequence[str]
) -> tuple[list[str], str]:
    """Return those of the patients that the index has, and a sentence on the others ("" if none).

    Somebody who was picked may have left before a newer extract; the others' records are printed.
    UserError where it has none of them.
    """
    wanted = list(dict.fromkeys(patient_ids))
    is_wanted = pl.col("patient_id").is_in(wanted)
    listed = index.patients(file.as_at).filter(is_wanted).select("patient_id").collect()
    has = set(listed["patient_id"])
    found = [one for one in wanted if one in has]
    missing = [one_line(one) for one in wanted if one not in has]
    if not found:
        raise UserError(
            f"The extract of {day_in_words(file.as_at)} has none of these patients, so there is "
            "nothing to print."
        )
    if not missing:
        return found, ""
    return found, (
        f"The extract of {day_in_words(file.as_at)} does not have {len(missing):,} of them, who "
        f"{'is' if len(missing) == 1 else 'are'} not printed: {', '.join(missing)}."
    )


def record_documents(
    file: WorkingFile, index: PracticeIndex, patient_ids: Sequence[str]
) -> list[Document]:
    """Return one document for each record. Each patient is printed once."""
    numbers = _record_numbers(file)
    last = len(numbers) + 1
    ids = sorted(dict.fromkeys(patient_ids), key=lambda one: numbers.get(one, last))
    missing = tuple(
        table.title.lower()
        for name, table in TABLES.items()
        if name not in index.manifest.tables and name != "patients"
    )
    titles = {one.id: f"{one.id} {one_line(one.title)}" for one in file.pack.criteria}
    return [
        _document(
            record,
            numbers.get(one),
            [
                "Random record" if criterion is None else titles.get(criterion, criterion)
                for criterion in file.selection.criteria_of(one)
            ],
            missing,
        )
        for one, record in zip(ids, read_records(index, file.as_at, ids), strict=True)
    ]


def _record_numbers(file: WorkingFile) -> Mapping[str, int]:
    """Return the record numbers of the newest list that was handed over, by patient."""
    names = list_ids(file)
    listed = handed_over(file, names[-1]) if names else None
    if listed is None:
        return {}
    return {line.patient_id: line.record for line in listed.lines.values()}


def _document(
    record: Record, number: int | None, criteria: Sequence[str], missing: Sequence[str]
) -> Document:
    patient = record.patient
    entries = sum(len(part.entries) for part in record.parts)
    about = [
        _identity(patient),
        f"Picked for: {'; '.join(criteria) or 'nothing'}",
        f"{plural(entries, 'entry', 'entries')}, the newest first in each area.",
    ]
    if missing:
        about.append(f"Not in the practice's export, so not here either: {', '.join(missing)}.")
    named = "Record" if number is None else f"Record {number}"
    return Document(
        f"{named} · {_name(patient)} · {_short_identity(patient)}",
        tuple(about),
        (_patient_section(patient), *map(_section, record.parts)),
    )


def _name(patient: Mapping[str, object]) -> str:
    family, given = patient.get("family_name"), patient.get("given_name")
    name = ", ".join(str(part) for part in (family, given) if part) or "name not recorded"
    title = patient.get("title")
    return one_line(f"{name} ({title})" if title else name)


def _short_identity(patient: Mapping[str, object]) -> str:
    nhs = spaced_number(one_line(str(patient.get("nhs_number") or ""))) or "none"
    return f"NHS {nhs} · patient {one_line(str(patient.get('patient_id')))}"


def _identity(patient: Mapping[str, object]) -> str:
    age = patient.get("age")
    parts = [
        f"born {_born(patient)}",
        "" if age is None else f"age {age}",
        _SEXES.get(str(patient.get("sex")), ""),
        _short_identity(patient),
    ]
    return " · ".join(part for part in parts if part)


def _born(patient: Mapping[str, object]) -> str:
    born = patient.get("date_of_birth")
    if not isinstance(born, dt.date):
        return "not recorded"
    whole = day_in_words(born)
    known_by = str(patient.get("date_of_birth_precision") or "")
    return {"month": whole[3:], "year": whole[7:]}.get(known_by, whole)


def _patient_section(patient: Mapping[str, object]) -> Section:
    """Return what the index has about the patient; what is not recorded is empty."""
    rows = list(_rows(patient))
    half = -(-len(rows) // 2)
    pairs = zip_longest(rows[:half], rows[half:], fillvalue=("", ""))
    header = ("what", "recorded") * 2
    return Section("Name and registration", (Grid(header, tuple(a + b for a, b in pairs)),))


def _rows(patient: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in patient.items():
        if name in _COUNTED:
            continue
        shown = format_value(value)
        if name == "date_of_birth" and value is not None:
            shown = _born(patient)
        elif name == "nhs_number":
            shown = spaced_number(one_line(shown))
        elif name in _WORDS:
            shown = shown.replace("_", " ")
        yield name.replace("_", " ").replace("nhs", "NHS"), shown


def _section(part: Part) -> Section:
    has_text = any(entry.free for entry in part.entries)
    rows = tuple(
        (
            "no date" if entry.date is None else day_in_words(entry.date),
            entry.text,
            *([entry.free] if has_text else []),
        )
        for entry in part.entries
    )
    header = ("date", "entry", *(["text"] if has_text else []))
    blocks: tuple[Block, ...] = (Grid(header, rows),) if rows else (Paragraph("None."),)
    return Section(f"{part.title} ({len(part.entries):,})", blocks)
