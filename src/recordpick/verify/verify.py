"""Check one pack from end to end: files and checksums, description, columns, list and draw."""

from __future__ import annotations

import hashlib
import re

import polars as pl

from recordpick.handover.contract import TABLES
from recordpick.handover.pack_contents import FILES, SUMS
from recordpick.handover.selection_list import SELECTION_LIST
from recordpick.index.practice_index import PracticeIndex
from recordpick.verify.csv_files import ParsedTable, check_columns, parse_table, with_types
from recordpick.verify.descriptor import Description, read_descriptor
from recordpick.verify.open_pack import PackFiles, shown
from recordpick.verify.random_draw import check_tickets, check_with_index
from recordpick.verify.selection_list import (
    LIST,
    REPORT,
    check_criteria,
    check_kinds,
    check_numbering,
    check_people,
)
from recordpick.verify.verdict import Check, Verdict

_MAX_BYTES = 1024**2
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def check_sums(files: PackFiles, sizes: dict[str, int]) -> Check:
    """Check for files that are missing, changed, added or cut short.

    `sizes` has the size in bytes that the pack's descriptor gives, for some of the files.
    """
    name = "Files and sums"
    problems = list(files.problems)
    cautions = []
    if files.ignored:
        names = ", ".join(map(shown, files.ignored[:3]))
        cautions.append(f"Ignored, because file managers add them by themselves: {names}.")
    if files.encrypted is False:
        cautions.append("The zip is not encrypted: patient data should not travel like that.")
    missing = [one for one in FILES if one not in files.contents]
    problems += [f"{one} is missing." for one in missing]
    if SUMS in missing:
        return Check(name, "", tuple(problems), tuple(cautions))
    sums, wrong = _read_sums(files.contents[SUMS])
    problems += wrong
    for one, content in sorted(files.contents.items()):
        if one == SUMS:
            continue
        if one not in sums:
            problems.append(f"{shown(one)} was added: {SUMS} does not name it.")
        elif hashlib.sha256(content).hexdigest() != sums[one]:
            problems.append(_changed(one, len(content), sizes.get(one)))
    gone = [one for one in sums if one not in files.contents and one not in missing]
    problems += [f"{shown(one)} is missing: {SUMS} names it." for one in gone]
    says = f"{len(sums)} files, each with the checksum that {SUMS} gives."
    return Check(name, says, tuple(problems), tuple(cautions))


def _changed(name: str, size: int, written: int | None) -> str:
    if written is not None and size < written:
        return f"{name} is cut short: {size:,} bytes of {written:,}."
    return f"{name} was changed: its checksum is not the one in {SUMS}."


def _read_sums(content: bytes) -> tuple[dict[str, str], list[str]]:
    """Return the checksums by file, and what is wrong with the lines."""
    if len(content) > _MAX_BYTES:
        return {}, [f"{SUMS} is larger than in any pack: it was not read."]
    text = content.decode("utf-8", "replace")
    problems = (
        []
        if text.endswith("\n")
        else [f"{SUMS} is cut short: its last line does not end in a line break."]
    )
    sums: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            problems.append(
                f"{SUMS}, line {number}: this is not a checksum and the name of a file."
            )
        elif sums.setdefault(found[2], found[1]) != found[1]:
            problems.append(f"{SUMS}, line {number}: {shown(found[2])} has two checksums.")
    return sums, problems


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
        table.file: parse_table(
            table,
            files.contents[table.file],
            newer=description.newer,
            older=description.older,
        )
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
    sound = all(check.is_sound for check in checks)
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
        selected=_selected(tables[LIST]) if sound else None,
        list_sha256=description.list_sha256,
        working_file=description.working_file,
        ods_code=description.ods_code,
    )


def _check_list(
    tables: dict[str, ParsedTable], description: Description, index: PracticeIndex | None
) -> list[Check]:
    listed, reported = (tables[name].rows if name in tables else None for name in (LIST, REPORT))
    if listed is None:
        why = f"{LIST} could not be read"
        names = ("Numbering", "Patients", "Numbers for each criterion", "Tickets")
        return [Check(name, "", skipped=why) for name in names]
    selected = with_types(tables[LIST])
    checks = [check_numbering(selected, description), check_people(selected)]
    if reported is None:
        skipped = f"{REPORT} could not be read"
        checks.append(Check("Numbers for each criterion", "", skipped=skipped))
    else:
        report = with_types(tables[REPORT])
        checks.append(check_criteria(selected, report))
        if report["kinds"].count():
            checks.append(check_kinds(selected, report))
    tickets = check_tickets(selected, description)
    checks.append(tickets)
    if index is not None:
        checks += check_with_index(selected, description, index)
    return checks


def _selected(parsed: ParsedTable) -> pl.DataFrame:
    return with_types(parsed).select(
        pl.col(name).cast(kind) for name, kind in SELECTION_LIST.items()
    )
