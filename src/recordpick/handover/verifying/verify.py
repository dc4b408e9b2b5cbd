"""Checking one pack from end to end."""

from __future__ import annotations

import hashlib

import polars as pl

from recordpick.handover.contents import SUMS
from recordpick.handover.schemas import TABLES
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.handover.verifying.columns import check_columns, typed
from recordpick.handover.verifying.csv_form import Form, read_form
from recordpick.handover.verifying.described import Described, described
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
    "without the passphrase: treat it as if it had been sent open. A pack that recordpick encrypts "
    "has AES-256 (export --encrypt): ask for that, and tell the practice."
)
_WEAK = Check("Encryption", "weak.", cautions=(_ZIP_CRYPTO,))


def verify(files: PackFiles, index: PracticeIndex | None = None) -> Verdict:
    """Check a pack: files and sums, description, columns, the list, the draw.

    With the practice index the draw is made again from everybody who was eligible. Nothing is
    raised for a pack that is not right: the verdict says what is wrong.
    """
    told, description = described(files.contents)
    forms = {
        table.file: read_form(table, files.contents[table.file], newer=told.newer)
        for table in TABLES
        if table.file in files.contents
    }
    checks = [
        check_sums(files, told.sizes),
        *([_WEAK] if files.weak else []),
        description,
        check_columns(forms),
        *_of_the_list(forms, told, index),
    ]
    right = all(check.right for check in checks)
    sums = files.contents.get(SUMS)
    return Verdict(
        path=files.path,
        list_id=told.list_id,
        practice=told.practice,
        criteria_pack=told.criteria_pack,
        criteria_fingerprint=told.criteria_fingerprint,
        written=told.created,
        synthetic=told.synthetic,
        encrypted=files.encrypted,
        fingerprint="" if sums is None else hashlib.sha256(sums).hexdigest(),
        checks=tuple(checks),
        selected=_selected(forms[LIST]) if right else None,
    )


def _of_the_list(
    forms: dict[str, Form], told: Described, index: PracticeIndex | None
) -> list[Check]:
    listed, reported = (forms[name].rows if name in forms else None for name in (LIST, REPORT))
    if listed is None:
        why = f"{LIST} could not be read"
        names = ("Numbering", "Patients", "Numbers for each criterion", "Tickets")
        return [Check(name, "", skipped=why) for name in names]
    selected = typed(forms[LIST])
    checks = [check_numbering(selected, told), check_people(selected)]
    if reported is None:
        skipped = f"{REPORT} could not be read"
        checks.append(Check("Numbers for each criterion", "", skipped=skipped))
    else:
        checks.append(check_criteria(selected, typed(forms[REPORT])))
    tickets = check_tickets(selected, told)
    checks.append(tickets)
    if index is not None:
        checks += check_with_index(selected, told, index)
    return checks


def _selected(form: Form) -> pl.DataFrame:
    return typed(form).select(pl.col(name).cast(kind) for name, kind in SELECTION_LIST.items())
