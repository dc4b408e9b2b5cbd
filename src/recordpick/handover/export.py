"""Writing the hand-over pack: a folder, or an encrypted file, that is there whole or not at all.

What stands in a hand-over pack: every file's content, made in memory before any is written.

Numbers and names of the patients of a selection, from the index.

A written hand-over pack in a few lines, for whoever just wrote it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from recordpick.atomic import atomic_folder, check_free, write_new
from recordpick.csv_safety import as_csv
from recordpick.errors import UserError
from recordpick.handover.criteria_report import STATES, criteria_rows
from recordpick.handover.descriptor import descriptor
from recordpick.handover.encrypted import check_free_file, new_passphrase, write_encrypted
from recordpick.handover.readme import About, readme
from recordpick.handover.selection_list import (
    list_id,
    list_sha256,
    selection_rows,
    working_file_name,
)
from recordpick.handover.tick_sheet_model import sheets_of, tick_text
from recordpick.handover.tick_sheets import tick_sheets
from recordpick.handover.warnings import cautions, doubts
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.progress import Progress, silent
from recordpick.reports.practice_reports import as_files, count, counted_by, with_systems_own
from recordpick.reports.targets import local_code_rows
from recordpick.selection.state import Selection
from recordpick.selection.working_file import ChangedMeanwhileError, WorkingFile


def numbers_of(index: PracticeIndex, as_at: date, selection: Selection) -> pl.DataFrame:
    """Give patient_id and nhs_number of the selected patients; null where the index has none."""
    return _columns(index, as_at, selection, "nhs_number")


def names_of(index: PracticeIndex, as_at: date, selection: Selection) -> dict[str, str]:
    """Give the selected patients' names, surname first, by patient_id."""
    name = pl.concat_str("family_name", "given_name", separator=", ", ignore_nulls=True)
    patients = _columns(index, as_at, selection, "family_name", "given_name")
    return dict(patients.select("patient_id", name).iter_rows())


def _columns(
    index: PracticeIndex, as_at: date, selection: Selection, *columns: str
) -> pl.DataFrame:
    there = index.columns("patients")
    found: pl.DataFrame = (
        index.patients(as_at)
        .filter(pl.col("patient_id").is_in(list(selection.patient_ids)))
        .select(
            "patient_id",
            *(
                pl.col(name) if name in there else pl.lit(None, dtype=pl.String).alias(name)
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
    """What may be asked of a pack: the patients' names, in the workbook only."""

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
    """Make every file of the pack, in the order of `FILES`; SHA256SUMS comes last.

    The pack is of that `selection` and nothing later, whatever is done to the file meanwhile, and
    its list has the `name` given.
    UserError where the QOF table or the report rules that the file keeps cannot be used.
    """
    by = counted_by(selection)
    counted = count(index, file.as_at, by, progress)
    progress("making the hand-over pack", None)
    numbers = numbers_of(index, file.as_at, selection)
    selected = selection_rows(selection, file.pack, numbers, name)
    criteria = criteria_rows(selection, file.pack, matches)
    local, cannot = local_code_rows(index)
    reports, unknown = with_systems_own(counted.reports, selection)
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
        qof_year=by.table.year,
        qof_table=(by.table.file, by.table.sha256),
        report_rules=(by.rules.title, by.rules.version, by.rules.fingerprint),
        files=FILES | {"qof_report.csv": f"{FILES['qof_report.csv']} (table {by.table.file})"},
        list_sha256=list_sha256(selected),
        working_file=working_file_name(file.id),
        notes=(*counted.cautions, *cannot, *unknown, *_with_care(file, selection, index, matches)),
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


def _with_care(
    file: WorkingFile, selection: Selection, index: PracticeIndex, matches: Matches
) -> tuple[str, ...]:
    """Say what to read the list and the report of the criteria with; nobody is named."""
    said = cautions(file.pack, matches)
    return (
        *(
            doubt.in_numbers
            for doubt in doubts(selection, index, file.as_at, matches, file.reused_numbers())
        ),
        *(("Criteria for which more patients may be there than were found:",) if said else ()),
        *(f"  {caution}" for caution in said),
    )


def _sums(contents: dict[str, bytes]) -> bytes:
    """Write the sums as sha256sum does: hexadecimal, two spaces, name, line feed."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(contents.items())
    ).encode("ascii")


_ATTEMPTS = 5
"""How often a pack is made anew because people go on picking meanwhile."""

__all__ = ["FILES", "Options", "export", "export_encrypted"]


def export(
    file: WorkingFile,
    index: PracticeIndex,
    out: Path,
    matches: Matches,
    progress: Progress = silent,
    *,
    options: Options = Options(),
) -> Path:
    """Write the hand-over pack of a working file to the folder `out`, and give its path.

    `out` must not exist, or be empty. `index` must be the one that the file was made with, and
    `matches` what it answers to the file's pack. The export is noted in the working file before
    the folder appears under its name, so that no two lists ever carry one list_id.

    UserError where the folder cannot be written; nothing is left of it then.
    """
    check_free(out)

    def write(head: str, named: str, contents: dict[str, bytes]) -> None:
        with atomic_folder(out) as folder:
            for done, (name, content) in enumerate(contents.items()):
                progress(f"writing {name}", done / len(contents))
                write_new(folder / name, content)
            file.record_export(out, _content_id(contents), head, named)

    _as_it_stands(file, index, matches, options, progress, write)
    progress("written", 1.0)
    return out


def export_encrypted(
    file: WorkingFile,
    index: PracticeIndex,
    out: Path,
    matches: Matches,
    progress: Progress = silent,
    *,
    options: Options = Options(),
    passphrase: str = "",
) -> str:
    """Write the pack as one zip file, encrypted with AES-256, and give its passphrase.

    The passphrase is made here, unless one is given that somebody has seen already, and written
    nowhere: whoever calls shows it once. `out` must not exist; its files lie in a folder of its
    name. UserError as for `export`.
    """
    check_free_file(out)
    passphrase = passphrase or new_passphrase()

    def write(head: str, named: str, contents: dict[str, bytes]) -> None:
        progress(f"encrypting {out.name}", None)
        write_encrypted(
            out,
            contents,
            passphrase,
            before_it_appears=lambda: file.record_export(out, _content_id(contents), head, named),
        )

    _as_it_stands(file, index, matches, options, progress, write)
    progress("written", 1.0)
    return passphrase


def _as_it_stands(
    file: WorkingFile,
    index: PracticeIndex,
    matches: Matches,
    options: Options,
    progress: Progress,
    write: Callable[[str, str, dict[str, bytes]], None],
) -> None:
    """Make the pack and write it; make it again where somebody decided something meanwhile.

    Whoever reads results back goes by what the journal says was handed over, so the list in the
    pack must be what the events before the export lead to.
    """
    for left in reversed(range(_ATTEMPTS)):
        head, selection = file.snapshot()
        name = list_id(file.id, len(selection.exports) + 1, head)
        contents = _contents(file, selection, index, matches, options, progress, name)
        try:
            write(head, name, contents)
        except ChangedMeanwhileError:
            if not left:
                raise
        else:
            return


def _contents(
    file: WorkingFile,
    selection: Selection,
    index: PracticeIndex,
    matches: Matches,
    options: Options,
    progress: Progress,
    name: str,
) -> dict[str, bytes]:
    if index.fingerprint != file.index_fingerprint:
        raise UserError(
            f"{index.folder} is another practice index than {file.path.name} was made with: "
            "the list would name the wrong patients. Name the right folder (--index)."
        )
    if file.read_only:
        raise UserError(
            f"{file.path.name} can only be read, so the export could not be noted in it. "
            f"{file.why_read_only}"
        )
    return pack_contents(file, selection, index, matches, options, progress, name)


def _content_id(contents: dict[str, bytes]) -> str:
    """Name the pack's content: the SHA-256 of its SHA256SUMS."""
    return hashlib.sha256(contents[SUMS]).hexdigest()


def summary(folder: Path) -> list[str]:
    """Read a pack that recordpick wrote and say what is in it, a line each."""
    selected = pl.read_csv(folder / "selection_list.csv", infer_schema=False, glob=False)
    criteria = pl.read_csv(
        folder / "criteria_report.csv", infer_schema=False, glob=False
    ).with_columns(pl.col("wanted", "found", "picked").cast(pl.UInt32))
    random = criteria.filter(pl.col("criterion_id").is_null())
    criteria = criteria.filter(pl.col("criterion_id").is_not_null())
    states = dict(criteria["state"].value_counts().iter_rows())
    records = selected["patient_id"].n_unique()
    picks = criteria["picked"].sum()
    return [
        f"{folder}: {selected.height:,} lines for {records:,} patient records",
        f"  {criteria.height} criteria, {picks:,} picks; {random['picked'].sum()} random records",
        *(
            f"  {states[state]:>4} {meaning}"
            for state, meaning in STATES.items()
            if state in states
        ),
        *(f"  {path.name}" for path in sorted(folder.iterdir())),
    ]
