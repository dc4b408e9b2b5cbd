"""Writing the hand-over pack: a folder that is there whole, or not at all."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.handover.capitation import capitation_rows
from recordpick.handover.cells import as_csv
from recordpick.handover.criteria_report import criteria_rows
from recordpick.handover.descriptor import descriptor
from recordpick.handover.local_codes import local_code_rows
from recordpick.handover.qof import QofTable, qof_rows, read_qof_table, shipped_qof_table
from recordpick.handover.readme import About, readme
from recordpick.handover.report_rules import (
    Rules,
    answer_rules,
    qof_figures,
    target_figures,
)
from recordpick.handover.selection_list import list_id, selection_rows
from recordpick.handover.targets import target_rows, target_table
from recordpick.handover.whole_folder import check_free, whole_folder
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.progress import Progress, silent
from recordpick.selection.working_file import WorkingFile

FILES = {
    "selection_list.csv": "the selected patients, a line for each pick: import this",
    "criteria_report.csv": "every criterion: how many records were wanted, found and picked",
    "qof_report.csv": "QOF indicators, with room for both systems' figures",
    "target_report.csv": "cytology and childhood immunisation, likewise",
    "capitation.csv": "the registered list by sex and age band, likewise",
    "local_codes.csv": "codes made up by the practice or its system, to be remapped",
    "datapackage.json": "columns and types of the CSV files, for `frictionless validate`",
    "README.txt": "this text",
    "SHA256SUMS": "the SHA-256 of each file",
}
"""The files of a pack, in order, with what each holds."""


def export(
    file: WorkingFile,
    index: PracticeIndex,
    out: Path,
    matches: Matches,
    progress: Progress = silent,
    *,
    qof: Path | None = None,
    report_rules: Path | None = None,
) -> Path:
    """Write the hand-over pack of a working file to the folder `out`, and give its path.

    `out` must not exist, or be empty. `index` must be the one that the file was made with, and
    `matches` what it answers to the file's pack. `qof` is another table of QOF indicators than
    the newest that ships, `report_rules` other rules for the reports' figures. The export is
    noted in the working file before the folder appears under its name, so that no two lists ever
    carry one list_id.

    UserError where the folder cannot be written; nothing is left of it then.
    """
    check_free(out)
    if index.fingerprint != file.index_fingerprint:
        raise UserError(
            f"{index.folder} is another practice index than {file.path.name} was made with: "
            "the list would name the wrong patients. Name the right folder (--index)."
        )
    progress("counting for the reports", None)
    rules = answer_rules(index, file.as_at, report_rules)
    progress("writing the hand-over pack", None)
    contents = _contents(file, index, matches, read_qof_table(qof or shipped_qof_table()), rules)
    sums = _sums(contents)
    with whole_folder(out) as folder:
        for done, (name, content) in enumerate(contents.items()):
            progress(f"writing {name}", done / (len(contents) + 1))
            folder.write(name, content)
        folder.write("SHA256SUMS", sums)
        file.exported(out, hashlib.sha256(sums).hexdigest())
    progress("written", 1.0)
    return out


def _contents(
    file: WorkingFile, index: PracticeIndex, matches: Matches, table: QofTable, rules: Rules
) -> dict[str, bytes]:
    """Make every file but SHA256SUMS, in memory: a pack is some hundred kilobytes."""
    selection = file.selection
    name = list_id(file.id, len(selection.exports) + 1)
    targets = target_table()
    selected = selection_rows(selection, file.pack, _patients(file, index), name)
    local, cannot = local_code_rows(index)
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
        qof_year=table.year,
        files=FILES | {"qof_report.csv": f"{FILES['qof_report.csv']} (table {table.file})"},
        left_empty=cannot,
    )
    frames = {
        "selection_list.csv": selected,
        "criteria_report.csv": criteria_rows(selection, file.pack, matches),
        "qof_report.csv": qof_rows(table, qof_figures(table, rules)),
        "target_report.csv": target_rows(targets, target_figures(targets, rules)),
        "capitation.csv": capitation_rows(index, file.as_at),
        "local_codes.csv": local,
    }
    contents = {file_name: as_csv(frame) for file_name, frame in frames.items()}
    contents["datapackage.json"] = descriptor(about, selection, contents)
    contents["README.txt"] = readme(about, selection).encode("utf-8")
    return contents


def _patients(file: WorkingFile, index: PracticeIndex) -> pl.DataFrame:
    """Give patient_id and nhs_number of the picked patients; null where the index has none."""
    patients = index.patients(file.as_at).filter(
        pl.col("patient_id").is_in(list(file.selection.patient_ids))
    )
    number = (
        pl.col("nhs_number")
        if "nhs_number" in index.columns("patients")
        else pl.lit(None, dtype=pl.String).alias("nhs_number")
    )
    found: pl.DataFrame = patients.select("patient_id", number).collect()
    return found


def _sums(contents: dict[str, bytes]) -> bytes:
    """Write the sums as sha256sum does: hexadecimal, two spaces, name, line feed."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(contents.items())
    ).encode("ascii")
