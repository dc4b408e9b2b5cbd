"""What stands in a hand-over pack: every file's content, made in memory before any is written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from recordpick.cells import as_csv
from recordpick.handover.criteria_report import criteria_rows
from recordpick.handover.descriptor import descriptor
from recordpick.handover.doubts import cautions, doubts
from recordpick.handover.local_codes import local_code_rows
from recordpick.handover.people import names_of, numbers_of
from recordpick.handover.readme import About, readme
from recordpick.handover.reports import as_files, count, counted_by, with_systems_own
from recordpick.handover.selection_list import list_sha256, selection_rows, working_file_name
from recordpick.handover.tick_sheets import tick_sheets
from recordpick.handover.tick_text import tick_text
from recordpick.handover.tick_words import sheets_of
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.progress import Progress
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile

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
            for doubt in doubts(selection, index, file.as_at, matches, file.other_people())
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
