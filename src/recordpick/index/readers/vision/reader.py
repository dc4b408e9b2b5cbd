"""Reader of the Vision extract: which of its files supply which tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.extract_columns import vision_columns
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
from recordpick.index.readers.vision.files import (
    DAY,
    USED,
    day_of_vision,
    deleted,
    deltas_of,
    files_of,
    is_vision_extract,
    open_all,
    rows_in_order,
)
from recordpick.index.readers.vision.journal import read_journal
from recordpick.index.readers.vision.patients import notes_on_patients, read_patients, with_name
from recordpick.index.readers.vision.staff import read_staff
from recordpick.index.source import (
    DELETED,
    Announce,
    EntryDates,
    FolderReader,
    LookUp,
    Source,
    SourcePart,
)

CONFLATED = (
    *SOME_TABLES,
    *one_kind_of_repeat("Vision"),
    PAST_WITHOUT_END,
    Conflated(
        "events",
        "value",
        "",
        "",
        "a second value of a row (the diastolic pressure, the BMI beside a weight, an amount "
        "smoked) is text beside the first",
        always=False,
    ),
    *KINDS_BY_TERM,
)
"""The distinctions that the extract does not have."""


def read_vision(path: Path, work: Path, as_at: date, _: Announce = lambda _: None) -> Source:
    """Read the extract in a folder as at a day; `work` is an empty folder.

    UserError where it cannot be read.
    """
    found = files_of(path)
    files = open_all(found, work)
    if "Patient" not in files:
        raise UserError(
            f"{path}: the file of patients (patient_data_extract) is missing from this Vision "
            "extract, or empty. Put it beside the others and start again."
        )
    staff_read = read_staff(files.get("Staff"))
    staff = staff_read.names
    parts = [read_patients(files["Patient"], staff, as_at)]
    if "Journal" in files:
        parts += read_journal(files["Journal"], staff, as_at)
    if "Referral" in files:
        parts.append(_referrals(files["Referral"], staff))
    if "Encounter" in files:
        parts.append(_consultations(files["Encounter"], staff))
    deltas = deltas_of(found)
    return Source(
        parts=tuple(parts),
        practice=_practice(files),
        as_at=as_at,
        notes=(
            *_notes(found, files),
            *staff_read.notes,
            *notes_on_patients(files["Patient"], as_at),
        ),
        warnings=_warnings(path, deltas),
        look_ups=tuple(_look_ups(files)),
        conflated=(
            *CONFLATED,
            *(changes_only(part.table for part in parts) if deltas else ()),
        ),
    )


def _warnings(path: Path, deltas: Sequence[str]) -> tuple[str, ...]:
    if not deltas:
        return ()
    return (delta_warning(path.name, f"by the file names: {', '.join(deltas)}"),)


def _referrals(file: ExtractFile, staff: pl.DataFrame | None) -> SourcePart:
    columns = {
        "date": file.text("DATE"),
        "term": file.text("SPECIALTY"),
        "recipient": file.text("UNIT"),
    }
    rows = rows_in_order(file, "PID", "ID")
    if staff is not None:
        rows = with_name(rows, staff, file.text("HCP"), "clinician")
        columns["clinician"] = pl.col("clinician")
    frame = rows.select(
        ROW,
        deleted(file).alias(DELETED),
        file.text("PID").alias("patient_id"),
        file.text("ID").alias("referral_id"),
        **columns,
    )
    return file.part("referrals", frame, date_formats={"date": DAY})


def _consultations(file: ExtractFile, staff: pl.DataFrame | None) -> SourcePart:
    """Return the encounters; the extract has no kind of them."""
    columns = {"date": file.text("DATE"), "place": file.text("LOCATION")}
    rows = rows_in_order(file, "PID", "ID")
    if staff is not None:
        rows = with_name(rows, staff, file.text("HCP_CODE"), "clinician")
        columns["clinician"] = pl.col("clinician")
    frame = rows.select(
        ROW,
        deleted(file).alias(DELETED),
        file.text("PID").alias("patient_id"),
        file.text("ID").alias("consultation_id"),
        **columns,
    )
    return file.part("consultations", frame, date_formats={"date": DAY})


def _practice(files: Mapping[str, ExtractFile]) -> str:
    file = files.get("Practice")
    if file is None:
        return ""
    names = file.frame.select(name=file.text("NAME")).drop_nulls().collect()["name"].to_list()
    return ", ".join(dict.fromkeys(names))


def _look_ups(files: Mapping[str, ExtractFile]) -> list[LookUp]:
    what = {"Staff": "staff", "Practice": "organisations"}
    return [files[kind].look_up(says, 0) for kind, says in what.items() if kind in files]


def _notes(found: Mapping[str, Path], files: Mapping[str, ExtractFile]) -> list[str]:
    """Return notes on how the files were read, and which are missing."""
    notes = [f"Read as a Vision extract: {len(found)} files."]
    unused = sorted(set(found) - set(USED))
    if unused:
        notes.append(f"Not used: {', '.join(found[kind].name for kind in unused)}.")
    missing = [kind for kind in USED if kind not in files]
    if missing:
        notes.append(f"Not in this extract, or empty: {', '.join(missing)}.")
    if "Journal" in files:
        notes.append("Repeat dispensing is not distinguished from other repeats: all are repeats.")
    return notes


def _entry_dates(folder: Path) -> list[EntryDates]:
    path = files_of(folder).get("Journal")
    if path is None or not path.stat().st_size:
        return []
    return [EntryDates(path, vision_columns("Journal").index("RECORDED_DATE"))]


READER = FolderReader(is_vision_extract, read_vision, day_of_vision, _entry_dates)
