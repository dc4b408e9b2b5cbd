"""Check one pack from end to end."""

from __future__ import annotations

import hashlib

import polars as pl

from recordpick.handover.contents import SUMS
from recordpick.handover.schemas import TABLES
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.handover.verifying.columns import check_columns, typed
from recordpick.handover.verifying.csv_form import ParsedTable, parse_table
from recordpick.handover.verifying.described import Description, read_descriptor
from recordpick.handover.verifying.opening import PackFiles
from recordpick.handover.verifying.sums import check_sums
from recordpick.handover.verifying.the_draw import check_tickets, check_with_index
from recordpick.handover.verifying.the_list import (
    LIST,
    REPORT,
    check_criteria,
    check_numbering,
    check_people,
)
from recordpick.handover.verifying.verdict import Check, Verdict
from recordpick.index.practice_index import PracticeIndex

_ZIP_CRYPTO = (
    "This zip is encrypted in the old way (ZipCrypto), which can be broken within minutes and "
    "without the passphrase: treat it as if it had been sent unencrypted. A pack that recordpick "
    "encrypts uses AES-256 (export --encrypt): ask the practice for that, and tell them why."
)
_WEAK = Check("Encryption", "weak.", cautions=(_ZIP_CRYPTO,))


def verify(files: PackFiles, index: PracticeIndex | None = None) -> Verdict:
    """Check a pack: files and checksums, description, columns, the list, the draw.

    With the practice index, repeat the draw from everybody who was eligible. Nothing is raised
    for a pack that is not right: the verdict says what is wrong.
    """
    description, described_check = read_descriptor(files.contents)
    tables = {
        table.file: parse_table(table, files.contents[table.file], newer=description.newer)
        for table in TABLES
        if table.file in files.contents
    }
    checks = [
        check_sums(files, description.sizes),
        *([_WEAK] if files.weak else []),
        described_check,
        check_columns(tables),
        *_check_list(tables, description, index),
    ]
    right = all(check.right for check in checks)
    sums = files.contents.get(SUMS)
    return Verdict(
        path=files.path,
        list_id=description.list_id,
        practice=description.practice,
        criteria_pack=description.criteria_pack,
        criteria_fingerprint=description.criteria_fingerprint,
        written=description.created,
        synthetic=description.synthetic,
        encrypted=files.encrypted,
        fingerprint="" if sums is None else hashlib.sha256(sums).hexdigest(),
        checks=tuple(checks),
        selected=_selected(tables[LIST]) if right else None,
        list_sha256=description.list_sha256,
        working_file=description.working_file,
    )


def _check_list(
    tables: dict[str, ParsedTable], description: Description, index: PracticeIndex | None
) -> list[Check]:
    listed, reported = (tables[name].rows if name in tables else None for name in (LIST, REPORT))
    if listed is None:
        why = f"{LIST} could not be read"
        names = ("Numbering", "Patients", "Numbers for each criterion", "Tickets")
        return [Check(name, "", skipped=why) for name in names]
    selected = typed(tables[LIST])
    checks = [check_numbering(selected, description), check_people(selected)]
    if reported is None:
        skipped = f"{REPORT} could not be read"
        checks.append(Check("Numbers for each criterion", "", skipped=skipped))
    else:
        checks.append(check_criteria(selected, typed(tables[REPORT])))
    tickets = check_tickets(selected, description)
    checks.append(tickets)
    if index is not None:
        checks += check_with_index(selected, description, index)
    return checks


def _selected(parsed: ParsedTable) -> pl.DataFrame:
    return typed(parsed).select(pl.col(name).cast(kind) for name, kind in SELECTION_LIST.items())
