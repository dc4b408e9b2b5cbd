"""Check by SHA256SUMS that the files of a pack are those that were written."""

from __future__ import annotations

import hashlib
import re

from recordpick.handover.contents import FILES, SUMS
from recordpick.handover.verifying.opening import PackFiles, shown
from recordpick.handover.verifying.verdict import Check

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
