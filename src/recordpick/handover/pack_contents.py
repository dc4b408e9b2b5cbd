"""What is in a hand-over pack: the content of every file, made in memory before any is written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from recordpick.csv_safety import as_csv
from recordpick.handover.criteria_report import criteria_rows
from recordpick.handover.descriptor import descriptor
from recordpick.handover.readme import About, readme
from recordpick.handover.selection_list import list_sha256, selection_rows, working_file_name
from recordpick.handover.tick_sheet_model import sheets_of
from recordpick.handover.tick_sheet_text import tick_text
from recordpick.handover.tick_sheets import tick_sheets
from recordpick.handover.warnings import cautions, pick_warnings
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.progress import Progress
from recordpick.reports.local_codes import local_code_rows
from recordpick.reports.practice_reports import as_files, count, counted_by, with_system_figures
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile


def numbers_of(index: PracticeIndex, as_at: date, selection: Selection) -> pl.DataFrame:
    """Return patient_id and nhs_number of the selected patients; null where the index has none."""
    return _columns(index, as_at, selection, "nhs_number")


def names_of(index: PracticeIndex, as_at: date, selection: Selection) -> dict[str, str]:
    """Return the selected patients' names, surname first, by patient_id."""
    name = pl.concat_str("family_name", "given_name", separator=", ", ignore_nulls=True)
    patients = _columns(index, as_at, selection, "family_name", "given_name")
    return dict(patients.select("patient_id", name).iter_rows())


def _columns(
    index: PracticeIndex, as_at: date, selection: Selection, *columns: str
) -> pl.DataFrame:
    present = index.columns("patients")
    found: pl.DataFrame = (
        index.patients(as_at)
        .filter(pl.col("patient_id").is_in(list(selection.patient_ids)))
        .select(
            "patient_id",
            *(
                pl.col(name) if name in present else pl.lit(None, dtype=pl.String).alias(name)
                for name in columns
            ),
        )
        .collect()
    )
    return found


SUMS = "SHA256SUMS"
FILES = {
    "selection_list.csv": "the selected patients, a line for each pick: import this",
    "criteria_report.csv": "every criterion: how many records were wanted, found and picked",
    "qof_report.csv": "QOF indicators, with room for both systems' figures",
    "target_report.csv": "cytology and childhood immunisation, likewise",
    "capitation.csv": "the registered list by sex and age band, likewise",
    "local_codes.csv": "codes made up by the practice or its system, to be remapped",
    "tick_sheets.xlsx": "for the practice's staff: where to note what they find",
    "tick_sheets.txt": "the same to print",
    "datapackage.json": "columns and types of the CSV files, for `frictionless validate`",
    "README.txt": "this text",
    "SHA256SUMS": "the SHA-256 of each file",
}
"""The files of a pack, in order, with what each holds."""


@dataclass(frozen=True, slots=True)
class Options:
    """Choices for a pack: whether the workbook has the patients' names (no other file has them)."""

    with_names: bool = False


def pack_contents(
    file: WorkingFile,
    selection: Selection,
    index: PracticeIndex,
    matches: Matches,
    options: Options,
    progress: Progress,
    name: str,
) -> dict[str, bytes]:
    """Return every file of the pack, in the order of `FILES`; SHA256SUMS comes last.

    The pack is of that `selection` and nothing later, whatever happens to the file meanwhile, and
    its list has the `name` given. UserError where the QOF table or the report rules that the file
    keeps cannot be used.
    """
    by = counted_by(selection, file.as_at)
    counted = count(index, file.as_at, by, progress)
    progress("making the hand-over pack", None)
    numbers = numbers_of(index, file.as_at, selection)
    selected = selection_rows(
        selection,
        file.pack,
        numbers,
        name,
        kinds=matches.kinds_in_words(),
        ods_code=file.ods_code,
    )
    criteria = criteria_rows(selection, file.pack, matches)
    local, cannot = local_code_rows(index)
    reports, unknown = with_system_figures(counted.reports, selection)
    about = About(
        list_id=name,
        pack=file.pack,
        practice=file.practice,
        as_at=file.as_at,
        index_fingerprint=index.fingerprint,
        synthetic=file.synthetic or index.manifest.synthetic,
        written_on=datetime.now(UTC),
        lines=selected.height,
        records=selected["patient_id"].n_unique(),
        qof_year=by.period.year,
        qof_table=(by.table.file, by.table.sha256),
        report_rules=(by.rules.title, by.rules.version, by.rules.fingerprint),
        files=FILES | {"qof_report.csv": f"{FILES['qof_report.csv']} (table {by.table.file})"},
        list_sha256=list_sha256(selected),
        working_file=working_file_name(file.id),
        ods_code=file.ods_code,
        notes=(
            *by.in_words,
            *counted.cautions,
            *cannot,
            *unknown,
            *_warnings(file, selection, index, matches),
        ),
    )
    frames = {"selection_list.csv": selected, "criteria_report.csv": criteria}
    frames |= as_files(reports) | {"local_codes.csv": local}
    made = {file_name: as_csv(frame) for file_name, frame in frames.items()}
    made["datapackage.json"] = descriptor(about, selection, made)
    made["README.txt"] = readme(about, selection).encode("utf-8")
    names = names_of(index, file.as_at, selection) if options.with_names else None
    sheets = sheets_of(file.pack, selected, names)
    made["tick_sheets.xlsx"] = tick_sheets(
        about, sheets, selected, criteria, with_names=options.with_names
    )
    made["tick_sheets.txt"] = tick_text(about, sheets_of(file.pack, selected)).encode("utf-8")
    made[SUMS] = _sums(made)
    return {file_name: made[file_name] for file_name in FILES}


def _warnings(
    file: WorkingFile, selection: Selection, index: PracticeIndex, matches: Matches
) -> tuple[str, ...]:
    """Return warnings about the list and the criteria report; no patient is named."""
    incomplete = cautions(file.pack, matches)
    return (
        *(
            warning.in_numbers
            for warning in pick_warnings(
                selection, index, file.as_at, matches, file.reused_numbers()
            )
        ),
        *(("Criteria for which more patients may meet the rules:",) if incomplete else ()),
        *(f"  {caution}" for caution in incomplete),
    )


def _sums(contents: dict[str, bytes]) -> bytes:
    """Return the sums as sha256sum writes them: hexadecimal, two spaces, name, line feed."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(contents.items())
    ).encode("ascii")
