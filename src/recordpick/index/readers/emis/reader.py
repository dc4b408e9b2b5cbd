"""Reader of the EMIS bulk extract: which of its files supply which tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.identifiers import ods_code
from recordpick.index.lookup import LookupTable
from recordpick.index.manifest import Conflated
from recordpick.index.readers.emis import files as emis
from recordpick.index.readers.emis.care_record import (
    read_consultations,
    read_observations,
    read_problems,
)
from recordpick.index.readers.emis.files import Keys, Named, deltas_of, files_of, open_files
from recordpick.index.readers.emis.lookups import (
    KEY,
    LookedUp,
    Lookups,
    clinical_codes,
    drug_codes,
    organisations,
    staff,
)
from recordpick.index.readers.emis.patients import organisations_of, read_patients
from recordpick.index.readers.emis.workflow import (
    read_diary,
    read_issues,
    read_medications,
    read_referrals,
    read_slots,
)
from recordpick.index.readers.extract_file import (
    SOME_TABLES,
    ExtractFile,
    changes_only,
    delta_warning,
)
from recordpick.index.source import Announce, EntryDates, FolderReader, LookUp, Source, SourcePart

Opened = Mapping[str, Sequence[ExtractFile]]

CONFLATED = (
    *SOME_TABLES,
    Conflated(
        "referrals",
        "status",
        "rejected",
        "closed",
        "a rejected referral has an end like a closed one, and counts as closed",
        always=False,
    ),
)
"""The distinctions that the extract does not have."""


def read_emis(path: Path, work: Path, as_at: date, announce: Announce = lambda _: None) -> Source:
    """Read the extract in a folder as at a day; `work` is an empty folder.

    UserError where it cannot be read.
    """
    named = files_of(path)
    if emis.PATIENT not in named:
        raise UserError(
            f"{path}: the file {emis.PATIENT} is missing from this EMIS extract. Put it "
            "beside the others and start again."
        )
    opened = open_files(named, work, announce)
    organisation_names = organisations(opened[emis.ORGANISATION])
    guids = organisations_of(opened[emis.PATIENT])
    keys = Keys(_prefixes(guids, organisation_names))
    names = staff(opened[emis.USER], keys)
    patients = read_patients(opened[emis.PATIENT], keys, names, as_at)
    codes = _codes(opened, keys, path)
    drugs = drug_codes(opened[emis.DRUG_CODE], path) if opened[emis.DRUG_RECORD] else None
    confidential, consultations = _confidential(opened[emis.CONSULTATION], keys)
    opened |= {emis.CONSULTATION: consultations}
    lookups = Lookups(
        keys=keys,
        patients=LookupTable(patients.ids, KEY),
        codes=_small(codes),
        drugs=_small(drugs),
        staff=_small(names),
        organisations=_small(organisation_names),
        confidential=confidential,
    )
    parts = [*patients.parts, *_entries(opened, lookups)]
    if lookups.drugs is not None:
        parts += read_issues(opened[emis.ISSUE_RECORD], lookups)
        parts += read_medications(opened[emis.DRUG_RECORD], lookups)
    parts += read_slots(opened[emis.SLOT], lookups, as_at)
    if opened[emis.OBSERVATION]:
        parts += read_referrals(opened[emis.REFERRAL], lookups)
    parts += read_diary(opened[emis.DIARY], lookups)
    parts += read_consultations(opened[emis.CONSULTATION], lookups)
    look_ups = _look_ups((codes, drugs, names, organisation_names))
    used = {part.path for part in parts} | {used.path for used in look_ups}
    deltas = deltas_of(named)
    return Source(
        parts=tuple(parts),
        practice=_practice(guids, organisation_names),
        ods_code=_ods_code(guids, organisation_names),
        as_at=as_at,
        notes=(*_notes(named, opened), *_not_needed(opened, used), *patients.notes),
        warnings=_warnings(path, deltas),
        look_ups=look_ups,
        conflated=(*CONFLATED, *(changes_only(part.table for part in parts) if deltas else ())),
    )


def _warnings(path: Path, deltas: Sequence[str]) -> tuple[str, ...]:
    if not deltas:
        return ()
    return (delta_warning(path.name, f"by the file names: {', '.join(deltas)}"),)


def _prefixes(guids: Sequence[str], organisation_names: LookedUp | None) -> dict[str, str]:
    """Return the prefix of the ids of each organisation: its ODS code, otherwise its GUID."""
    ods = (
        dict(organisation_names.frame.select(KEY, "ods").iter_rows()) if organisation_names else {}
    )
    prefixes = {guid: ods.get(guid) or guid.strip("{} ") for guid in guids}
    if len(set(prefixes.values())) < len(prefixes):
        return {guid: guid.strip("{} ") for guid in guids}
    return prefixes


def _practice(guids: Sequence[str], organisation_names: LookedUp | None) -> str:
    names = (
        dict(organisation_names.frame.select(KEY, "name").iter_rows()) if organisation_names else {}
    )
    return ", ".join(dict.fromkeys(names[guid] for guid in guids if names.get(guid)))


def _ods_code(guids: Sequence[str], organisation_names: LookedUp | None) -> str:
    """Return the ODS code of the practice whose patients these are; "" without exactly one."""
    if organisation_names is None:
        return ""
    held = dict(organisation_names.frame.select(KEY, "ods").iter_rows())
    codes = {ods_code(held.get(guid) or "") for guid in guids}
    return (codes.pop() or "") if len(codes) == 1 else ""


def _codes(opened: Opened, keys: Keys, path: Path) -> LookedUp | None:
    if not (opened[emis.OBSERVATION] or opened[emis.DIARY]):
        return None
    ods = [prefix for prefix in keys.prefixes.values() if len(prefix) < 10]
    return clinical_codes(opened[emis.CLINICAL_CODE], ods, path)


def _small(found: LookedUp | None) -> LookupTable | None:
    return None if found is None else LookupTable(found.frame, KEY)


def _confidential(
    files: Sequence[ExtractFile], keys: Keys
) -> tuple[LookupTable | None, tuple[ExtractFile, ...]]:
    """Return the keys of consultations that are wholly confidential, and the files as read."""

    def keys_of(file: ExtractFile) -> dict[str, pl.Expr]:
        key = keys.key(file.raw("ConsultationGuid"), file.raw("OrganisationGuid"))
        return {KEY: pl.when(file.yes("IsConfidential") & ~file.yes("Deleted")).then(key)}

    read: list[ExtractFile] = []
    frames: list[pl.DataFrame] = []
    for file in files:
        if file.has("IsConfidential"):
            file_as_read, found = file.collected(keys_of)
            read.append(file_as_read)
            frames.append(found)
        else:
            read.append(file)
    if not frames:
        return None, tuple(read)
    return LookupTable(pl.concat(frames).drop_nulls().unique(), KEY), tuple(read)


def _entries(opened: Opened, lookups: Lookups) -> list[SourcePart]:
    """Return the entries of the record; problems only where there are entries."""
    if not opened[emis.OBSERVATION]:
        return []
    has_problems = bool(opened[emis.PROBLEM])
    entries = read_observations(opened[emis.OBSERVATION], lookups, has_problems=has_problems)
    return [*read_problems(opened[emis.PROBLEM], lookups), *entries]


def _look_ups(looked_up: Sequence[LookedUp | None]) -> tuple[LookUp, ...]:
    return tuple(file for each in looked_up if each is not None for file in each.files)


def _not_needed(opened: Opened, used: Collection[Path]) -> list[str]:
    """Return a note on files that only add details to files that are missing."""
    alone = [file.name for files in opened.values() for file in files if file.file.path not in used]
    if not alone:
        return []
    return [f"Not used, as the files they belong to are not in this extract: {', '.join(alone)}."]


def _notes(named: Mapping[str, Sequence[Named]], opened: Opened) -> list[str]:
    """Return notes on how the files were read, and which are missing."""
    count = sum(len(several) for several in named.values())
    notes = [f"Read as an EMIS bulk extract: {count} files of {len(named)} tables."]
    unused = sorted(set(named) - set(emis.USED))
    if unused:
        notes.append(f"Not used: {', '.join(unused)}.")
    missing = [table for table in emis.USED if not opened[table]]
    if missing:
        notes.append(
            f"Not in this extract: {', '.join(missing)}. What only these files supply is left out."
        )
    if opened[emis.OBSERVATION] and not opened[emis.PROBLEM]:
        notes.append(
            f"Without {emis.PROBLEM} it is unknown which entries are problems: the kind of entries "
            "is left out."
        )
    return notes


def _entry_dates(folder: Path) -> list[EntryDates]:
    observations = files_of(folder).get(emis.OBSERVATION, [])
    return [EntryDates(file.path, "EnteredDate") for file in observations]


READER = FolderReader(emis.is_emis_extract, read_emis, emis.day_of_emis, _entry_dates)
