"""Reader of the SystmOne extract: which of its files supply which tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index.manifest import Conflated
from recordpick.index.readers.extract_file import (
    KINDS_BY_TERM,
    PAST_WITHOUT_END,
    SOME_TABLES,
    ExtractFile,
    changes_only,
    delta_warning,
    one_kind_of_repeat,
)
from recordpick.index.readers.systmone.care_record import (
    Staff,
    has_unnamed_sensitivities,
    read_consultations,
    read_entries,
    read_medications,
)
from recordpick.index.readers.systmone.files import (
    MANIFEST,
    USED,
    Opened,
    current_rows,
    day_of_systmone,
    is_last,
    is_systmone_extract,
    open_all,
    read_manifest,
    removed,
    tables_of,
    words_of,
)
from recordpick.index.readers.systmone.patients import read_contacts, read_patients
from recordpick.index.readers.systmone.workflow import read_workflow
from recordpick.index.source import Announce, EntryDates, FolderReader, LookUp, Source, SourcePart

_LOOKED_UP = {
    "SRStaffMember": "staff",
    "SRStaffMemberProfile": "staff",
    "SROrganisation": "organisations",
    "SRConfiguredListOption": "words",
    "SRMapping": "words",
    "SRImmunisationContent": "vaccines",
    "SRMedicationReadCodeDetails": "drugs",
}

CONFLATED = (
    *SOME_TABLES,
    *one_kind_of_repeat("SystmOne"),
    PAST_WITHOUT_END,
    Conflated(
        "events", "kind", "investigation", "observation", "the extract has no kinds of entries"
    ),
    *(
        Conflated(
            "patients",
            column,
            "",
            "",
            "letters that are not in Windows-1252 appear as question marks",
            always=False,
        )
        for column in ("family_name", "given_name", "middle_names", "previous_name", "carer")
    ),
    *KINDS_BY_TERM,
)
"""The distinctions that the extract never has, whichever of its tables exist."""


def read_systmone(path: Path, work: Path, as_at: date, _: Announce = lambda _: None) -> Source:
    """Read the extract in a folder as at a day; `work` is an empty folder.

    UserError where it cannot be read.
    """
    found = tables_of(path)
    if "SRPatient" not in found:
        raise UserError(
            f"{path}: SRPatient.csv is missing from this SystmOne extract. Put it beside the "
            "others and start again."
        )
    manifest = read_manifest(path, work)
    files = open_all(path, work)
    opened = Opened(files, words_of(files))
    patients = read_patients(opened, as_at)
    members = _members(files)
    staff, organisations = Staff(_staff(files, members), members), _organisations(files)
    parts: list[SourcePart] = [patients.part]
    parts += read_entries(opened, staff, as_at)
    parts += read_medications(opened, staff, as_at)
    parts += read_workflow(opened, staff, organisations)
    parts += read_contacts(opened)
    parts += read_consultations(opened, staff)
    used = {part.path for part in parts} | {used.path for used in patients.look_ups}
    look_ups = [
        _counted(file, _LOOKED_UP[table])
        for table, file in files.items()
        if table in _LOOKED_UP and file.file.path not in used
    ]
    return Source(
        parts=tuple(parts),
        practice=_practice(files["SRPatient"], organisations),
        as_at=as_at,
        notes=(*_notes(found, opened), *patients.notes),
        warnings=_warnings(path, manifest.deltas),
        look_ups=(*patients.look_ups, *look_ups),
        conflated=(*CONFLATED, *_uncertain(opened), *_of_deltas(parts, manifest.deltas)),
    )


def _warnings(path: Path, deltas: Sequence[str]) -> tuple[str, ...]:
    if not deltas:
        return ()
    return (delta_warning(path.name, f"SRManifest.csv marks as IsDelta {', '.join(deltas)}"),)


def _of_deltas(parts: Sequence[SourcePart], deltas: Sequence[str]) -> tuple[Conflated, ...]:
    return changes_only(part.table for part in parts) if deltas else ()


def _uncertain(opened: Opened) -> Iterator[Conflated]:
    """Yield what is uncertain only if certain tables or columns exist, or do not."""
    if has_unnamed_sensitivities(opened):
        for column in ("code", "term"):
            yield Conflated(
                "events",
                column,
                "",
                "",
                "an allergy to a group of drugs, or to a drug that SRMedicationReadCodeDetails "
                "does not name, has neither code nor term in the extract",
                always=False,
            )
    codes = opened.get("SRCode")
    if codes is not None and not codes.has("IsNumeric"):
        yield Conflated(
            "events",
            "value",
            "",
            "",
            "without the column IsNumeric a value of 0 or -1 is read as no value",
            always=False,
        )


def _counted(file: ExtractFile, what: str) -> LookUp:
    """Return the row counts of a lookup file: rows removed or replaced count as such."""
    has_id = file.has("RowIdentifier")
    holds = is_last(file) & ~removed(file) if has_id else ~removed(file)
    kept = file.frame.select(holds.sum()).collect().item() or 0
    return file.look_up(what, file.file.rows - int(kept))


def _members(files: Mapping[str, ExtractFile]) -> pl.DataFrame | None:
    """Return the name of each member of staff: `member` and `name`."""
    members = files.get("SRStaffMember")
    if members is None:
        return None
    return (
        current_rows(members)
        .select(member=members.text("RowIdentifier"), name=members.text("StaffName"))
        .drop_nulls("member")
        .collect()
    )


def _staff(files: Mapping[str, ExtractFile], members: pl.DataFrame | None) -> pl.DataFrame | None:
    """Return the name of the member of staff of each profile: `profile` and `name`."""
    profiles = files.get("SRStaffMemberProfile")
    if members is None or profiles is None:
        return None
    return (
        current_rows(profiles)
        .select(profile=profiles.text("RowIdentifier"), member=profiles.text("IDStaffMember"))
        .drop_nulls("profile")
        .join(members.lazy(), on="member", how="left")
        .select("profile", "name")
        .collect()
    )


def _organisations(files: Mapping[str, ExtractFile]) -> pl.DataFrame | None:
    """Return organisations: `id` (either kind that other tables refer to) and `name`."""
    file = files.get("SROrganisation")
    if file is None:
        return None
    frames = [
        current_rows(file).select(id=file.text(column), name=file.text("Name"))
        for column in ("RowIdentifier", "ID")
        if file.has(column)
    ]
    both = pl.concat(frames).drop_nulls()
    return both.unique("id", keep="first", maintain_order=True).collect()


def _practice(patients: ExtractFile, organisations: pl.DataFrame | None) -> str:
    """Return the name of the organisation that most patients are visible to."""
    if organisations is None or not patients.has("IDOrganisationVisibleTo"):
        return ""
    most = (
        patients.frame.select(id=patients.text("IDOrganisationVisibleTo"))
        .join(organisations.lazy(), on="id", how="inner")
        .group_by("name")
        .len()
        .sort("len", "name", descending=[True, False])
        .collect()
    )
    return str(most["name"][0]) if most.height else ""


def _notes(found: Mapping[str, Path], opened: Opened) -> list[str]:
    """Return notes on how the files were read, and which are missing."""
    notes = [f"Read as a SystmOne strategic reporting extract: {len(found)} files."]
    unused = sorted(set(found) - set(USED) - {MANIFEST})
    if unused:
        notes.append(f"Not used: {', '.join(unused)}.")
    if opened.get("SRRepeatTemplate") is not None:
        notes.append("Repeat dispensing is not distinguished from other repeats: all are repeats.")
    if opened.get("SRCode") is not None:
        notes.append(
            "Allergies, immunisations and family history among coded entries are recognised by the "
            "words of their terms."
        )
    missing = [table for table in USED if opened.get(table) is None]
    if missing:
        notes.append(
            f"Not in this extract: {', '.join(missing)}. What only these files supply is left out."
        )
    if opened.get("SRCode") is not None and opened.get("SRProblem") is None:
        notes.append(
            "Without SRProblem it is unknown which entries are problems: the kind of entries is "
            "left out."
        )
    return notes


def _entry_dates(folder: Path) -> list[EntryDates]:
    path = tables_of(folder).get("SRCode")
    return [] if path is None else [EntryDates(path, "DateEventRecorded")]


READER = FolderReader(is_systmone_extract, read_systmone, day_of_systmone, _entry_dates)
