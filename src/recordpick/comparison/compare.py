"""Compare two indexes: patients, entries, fields, with sums that always add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.comparison.align import align_entries
from recordpick.comparison.contacts import TABLE as CONSULTATIONS
from recordpick.comparison.contacts import Contacts, find_contacts
from recordpick.comparison.differences import Folded, differing_fields
from recordpick.comparison.encode import EncodedTable, encode_table
from recordpick.comparison.patients import PatientPairs, align_patients
from recordpick.comparison.rows import PAIR, ROW
from recordpick.comparison.rules import Rules, TableRules, comparison_rules
from recordpick.index.practice_index import PracticeIndex
from recordpick.progress import Progress, silent

RESULTS = ("same", "changed", "missing", "additional", "unsure", "not_compared", "set_apart")
"""What each entry is exactly one of; `set_apart` is later than the other side's as-at date."""

ENTRIES = {
    "p": pl.UInt32(),
    "r": pl.UInt32(),
    "r_new": pl.UInt32(),
    "result": pl.String(),
    "stage": pl.String(),
}
"""Columns of entries: a pair of rows, or the row of one side with the other empty."""


@dataclass(frozen=True)
class ComparedTable:
    """One table compared. `entries` as in `ENTRIES`, `fields` as in `differences.fields_schema`.

    `patients_apart` are the rows of patients who are not in both, by side. Where `why_not` is not
    "", nothing was compared: one side has no such table.
    """

    rules: TableRules
    entries: pl.DataFrame
    fields: pl.DataFrame
    folded: tuple[Folded, ...]
    encoded: EncodedTable | None
    rows: tuple[int, int]
    patients_apart: tuple[int, int]
    why_not: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two indexes compared; `read` are the same, limited to the patients who were compared."""

    old: PracticeIndex
    new: PracticeIndex
    patients: PatientPairs
    tables: tuple[ComparedTable, ...]
    notes: tuple[str, ...]
    read: tuple[PracticeIndex, PracticeIndex]


def compare_records(
    old: PracticeIndex,
    new: PracticeIndex,
    *,
    only: frozenset[str] | None = None,
    rules: Rules | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Compare two indexes; with `only`, the records of those old patients.

    UserError where too few patients are in both.
    """
    rules = rules or comparison_rules()
    progress("matching patients", None)
    patients = align_patients(old, new, only)
    read = old, new
    if only is not None:  # their rows are read once, and held
        partners = frozenset(patients.pairs["new_patient_id"])
        read = old.of_patients(only), new.of_patients(partners)
    found: dict[str, ComparedTable] = {}
    contacts: list[Contacts] = []
    wanted = [one for one in rules.tables if old.has(one.name) or new.has(one.name)]
    for one in sorted(wanted, key=lambda one: one.name != CONSULTATIONS):  # entries need these
        progress(f"comparing {one.name}", None)
        found[one.name] = _compare_table(one, rules, read, patients, only, contacts)
    tables = tuple(found[one.name] for one in wanted)
    notes = [*_notes(old, new), *_notes_on_tables(tables, read)]
    return Comparison(old, new, patients, tables, tuple(notes), read)


def _notes(old: PracticeIndex, new: PracticeIndex) -> list[str]:
    notes = []
    if old.manifest.fingerprint and old.manifest.fingerprint == new.manifest.fingerprint:
        notes.append(
            "Both sides are the same records: this says nothing about the new system. Give its "
            "extract, made after the migration, as NEW."
        )
    first, second = old.manifest.as_at, new.manifest.as_at
    if first != second:
        notes.append(
            f"The extracts are of different days (old {first}, new {second}): entries later than "
            f"{min(first, second)} that only one side has are set apart; what somebody changed "
            "after that day is a difference like any other."
        )
    return notes


def _notes_on_tables(
    tables: tuple[ComparedTable, ...], indexes: tuple[PracticeIndex, PracticeIndex]
) -> list[str]:
    """Return what a person has to know before reading the answer: what could not be compared."""
    notes = []
    for name, index in zip(("old", "new"), indexes, strict=True):
        others = [one for one in tables if one.rules.name != "patients"]
        if others and not any(index.has(one.rules.name) for one in others):
            notes.append(
                f"The {name} system's extract lists patients only: the patients are compared, and "
                "nothing is known about their records."
            )
    for one in tables:
        if one.encoded is not None and _have_no_code_in_common(one.encoded):
            systems = [_code_systems(index, one.rules.name) for index in indexes]
            notes.append(
                f"The systems have no code of {one.rules.name} in common (old: {systems[0]}; new: "
                f"{systems[1]}). Entries are found by their day, result and words; look at "
                "code_map.csv for what each code became, before you rely on it."
            )
    return notes


def _have_no_code_in_common(table: EncodedTable) -> bool:
    if "code" not in {field.name for field in table.fields}:
        return False
    old, new = (side.keys["code"].drop_nulls().unique() for side in (table.old, table.new))
    return bool(old.len() and new.len()) and not old.is_in(new.implode()).any()


def _code_systems(index: PracticeIndex, table: str) -> str:
    """Return the code systems of a table in words."""
    if "code_system" not in index.columns(table):
        return "not said which"
    found = index.scan(table).select(pl.col("code_system").drop_nulls().unique()).collect()
    return ", ".join(sorted(found["code_system"].to_list())) or "not said which"


def _compare_table(
    rules: TableRules,
    all_rules: Rules,
    indexes: tuple[PracticeIndex, PracticeIndex],
    patients: PatientPairs,
    only: frozenset[str] | None,
    contacts: list[Contacts],
) -> ComparedTable:
    """Compare a table; that of consultations adds these to `contacts`."""
    old, new = indexes
    missing = [name for name, index in (("old", old), ("new", new)) if not index.has(rules.name)]
    if missing:
        rows = _row_counts(rules.name, old, new, patients, only)
        why = f"not in the {missing[0]} system's extract"
        empty = pl.DataFrame(schema=ENTRIES)
        return ComparedTable(rules, empty, pl.DataFrame(), (), None, rows, (0, 0), why)
    whole = rules.name == "patients"
    people = patients.everybody if whole else patients.pairs
    encoded = encode_table(rules, old, new, people, few=only is not None)
    if only is None:
        rows = _row_counts(rules.name, old, new, patients, only)
    else:  # of whom nothing is read: old patients who are not in both
        apart_ids = only - set(people["patient_id"].drop_nulls())
        beside = _number_of_rows(rules.name, old, apart_ids)
        rows = (beside + encoded.old.raw.height, encoded.new.raw.height)
    folds = all_rules.folds_of(rules.name)
    pairs = _same_patients(encoded) if whole else align_entries(encoded)
    if rules.name == CONSULTATIONS:
        contacts.append(find_contacts(encoded, pairs))
    known = contacts[0] if contacts else None
    fields, folded = differing_fields(encoded, pairs, (old, new), folds, known)
    entries = _results(encoded, pairs, fields)
    entries, of_format = _without_format_entries(encoded, entries, all_rules, old, new)
    entries = _set_apart(encoded, entries, old.manifest.as_at, new.manifest.as_at)
    apart = (rows[0] - encoded.old.raw.height, rows[1] - encoded.new.raw.height)
    return ComparedTable(rules, entries, fields, folded + of_format, encoded.slim(), rows, apart)


def _row_counts(
    table: str,
    old: PracticeIndex,
    new: PracticeIndex,
    patients: PatientPairs,
    only: frozenset[str] | None,
) -> tuple[int, int]:
    """Return how many rows each side has, of the patients compared."""
    there = None if only is None else frozenset(patients.pairs["new_patient_id"])
    return _number_of_rows(table, old, only), _number_of_rows(table, new, there)


def _number_of_rows(table: str, index: PracticeIndex, people: frozenset[str] | None) -> int:
    """Return how many rows a table has, of these patients or of all (None)."""
    if not index.has(table) or (people is not None and not people):
        return 0
    rows = index.scan(table)
    if people is not None:
        rows = rows.filter(pl.col("patient_id").is_in(list(people)))
    return int(rows.select(pl.len()).collect().item())


def _same_patients(table: EncodedTable) -> pl.DataFrame:
    """Return the pairs of rows of `patients`: those who were aligned."""
    new = table.new.keys.select(PAIR, r_new=ROW)
    return (
        table.old.keys.select(PAIR, ROW)
        .join(new, on=PAIR)
        .with_columns(stage=pl.lit("patient"), unsure=pl.lit(value=False))
        .select(PAIR, ROW, "r_new", "stage", "unsure")
        .sort(ROW)
    )


def _results(table: EncodedTable, pairs: pl.DataFrame, fields: pl.DataFrame) -> pl.DataFrame:
    """Return every row of both sides once: as a pair, or alone (columns as in `ENTRIES`)."""
    changed = pairs.join(fields.select(ROW).unique(), on=ROW, how="semi")[ROW]
    result = (
        pl.when(pl.col("unsure"))
        .then(pl.lit("unsure"))
        .when(pl.col(ROW).is_in(changed.implode()))
        .then(pl.lit("changed"))
        .otherwise(pl.lit("same"))
    )
    paired = pairs.with_columns(result=result).select(list(ENTRIES))
    missing = table.old.keys.join(pairs, on=ROW, how="anti").select(
        PAIR, ROW, r_new=pl.lit(None, pl.UInt32), result=pl.lit("missing"), stage=pl.lit("")
    )
    additional = table.new.keys.join(pairs, left_on=ROW, right_on="r_new", how="anti").select(
        PAIR,
        pl.lit(None, pl.UInt32).alias(ROW),
        r_new=ROW,
        result=pl.lit("additional"),
        stage=pl.lit(""),
    )
    return pl.concat([paired, missing, additional])


def _without_format_entries(
    table: EncodedTable, entries: pl.DataFrame, rules: Rules, old: PracticeIndex, new: PracticeIndex
) -> tuple[pl.DataFrame, tuple[Folded, ...]]:
    """Mark entries that one system keeps in two tables as not compared."""
    folded = []
    for fold in rules.folds_of(table.rules.name):
        if fold.rule != "entry_of":
            continue
        for index, side, at in ((old, table.old, ROW), (new, table.new, "r_new")):
            if not index.has(fold.other):
                continue
            other = next(one for one in rules.tables if one.name == fold.other)
            ids = index.scan(fold.other).select(other.id).collect()[other.id]
            rows = side.raw.frame(table.rules.id).with_row_index("row", offset=0)
            of_other = rows.filter(pl.col(table.rules.id).is_in(ids.implode()))["row"]
            alone = pl.col("result").is_in(["missing", "additional"])
            is_other = alone & pl.col(at).is_in(of_other.implode()).fill_null(value=False)
            number = entries.select(is_other.sum()).item()
            if number:
                entries = entries.with_columns(
                    result=pl.when(is_other)
                    .then(pl.lit("not_compared"))
                    .otherwise(pl.col("result"))
                )
                folded.append(Folded(table.rules.name, "", number, fold.reason))
    return entries, tuple(folded)


def _set_apart(
    table: EncodedTable, entries: pl.DataFrame, old_day: date, new_day: date
) -> pl.DataFrame:
    """Mark entries of one side alone that are later than the other side's as-at date."""
    if old_day == new_day or table.rules.made_on not in table.old.raw.columns:
        return entries
    word, at, side, until, after = (
        ("missing", ROW, table.old, old_day, new_day)
        if old_day > new_day
        else ("additional", "r_new", table.new, new_day, old_day)
    )
    if table.rules.made_on not in side.raw.columns:
        return entries
    made = side.raw[table.rules.made_on]
    later = (
        made.to_frame("made")
        .with_row_index("row")
        .filter((pl.col("made") > after) & (pl.col("made") <= until))["row"]
    )
    apart = (pl.col("result") == word) & pl.col(at).is_in(later.implode()).fill_null(value=False)
    return entries.with_columns(
        result=pl.when(apart).then(pl.lit("set_apart")).otherwise(pl.col("result"))
    )
