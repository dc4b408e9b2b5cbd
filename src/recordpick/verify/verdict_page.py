"""The verdict on a pack as a page, for a reader who does not know how packs are made."""

from __future__ import annotations

import textwrap

from recordpick.handover.readme import SYNTHETIC
from recordpick.handover.selection_list import PACK_FINGERPRINT_LETTERS, spoken_fingerprint
from recordpick.text import plural
from recordpick.verify.descriptor import is_sha256
from recordpick.verify.fingerprint_check import FINGERPRINT
from recordpick.verify.open_pack import shown
from recordpick.verify.random_draw import PATIENTS
from recordpick.verify.verdict import Check, Verdict

WIDTH = 96
MAX_PROBLEMS_SHOWN = 8
"""Problems printed for each check: the first ones show what happened."""


def verdict_page(verdict: Verdict) -> list[str]:
    """Return the lines of the page."""
    head = [
        ("Pack", shown(verdict.path)),
        ("List", _list(verdict)),
        ("Practice", shown(verdict.practice) or "not named"),
        ("ODS code", verdict.ods_code),
        ("Criteria", verdict.criteria_pack),
        ("Written", verdict.written),
        ("Fingerprint", short_fingerprint(verdict.fingerprint)),
        ("SHA-256", verdict.fingerprint),
    ]
    lines = [f"{name:<12}{text}" for name, text in head if text]
    if verdict.synthetic:
        lines.append(SYNTHETIC)
    lines.append("")
    for check in verdict.checks:
        lines += check_lines(check)
    lines += ["", *_summary(verdict)]
    return lines


def short_fingerprint(sha256: str) -> str:
    """Return a pack's fingerprint as it is read aloud, of 16 letters; "" for "".

    "" too for what is not a SHA-256.
    """
    return spoken_fingerprint(sha256, PACK_FINGERPRINT_LETTERS) if is_sha256(sha256) else ""


def _list(verdict: Verdict) -> str:
    """Name the list, with its fingerprint as it is on the tick sheets; older packs have none."""
    spoken = spoken_fingerprint(verdict.list_sha256) if is_sha256(verdict.list_sha256) else ""
    name = verdict.list_id or "not named"
    return f"{name}, list fingerprint {spoken}" if spoken else name


def check_lines(check: Check) -> list[str]:
    """Return the lines about one check: right, wrong with its problems, or not checked."""
    mark = (
        "WRONG"
        if check.problems
        else "not checked"
        if check.skipped
        else "note"
        if check.name == "Encryption"
        else "right"
    )
    first = f"{check.name}: "
    if check.skipped:
        text = f"{check.skipped}."
    elif check.problems:
        text = f"{plural(len(check.problems), 'problem')}."
    else:
        text = check.says
    lines = _wrapped(f"{first}{text}", f"{mark:<13}", " " * 13)
    for problem in check.problems[:MAX_PROBLEMS_SHOWN]:
        lines += _wrapped(problem, " " * 13 + "- ", " " * 15)
    if len(check.problems) > MAX_PROBLEMS_SHOWN:
        lines.append(f"{' ' * 13}- and {len(check.problems) - MAX_PROBLEMS_SHOWN:,} more.")
    for caution in check.cautions:
        lines += _wrapped(caution, " " * 13 + "Note: ", " " * 15)
    return lines


def _summary(verdict: Verdict) -> list[str]:
    if verdict.is_sound:
        right = "The pack is right: it is complete, and everything in it fits together."
        if any(check.name == FINGERPRINT for check in verdict.checks):
            return _wrapped(f"{right} Its fingerprint is the one that you were told.")
        return _wrapped(
            f"{right} The fingerprint shows that it comes from the practice: ask them to read "
            "theirs to you, and give it with --fingerprint."
        )
    if [check.name for check in verdict.checks if not check.is_sound] == [FINGERPRINT]:
        return _wrapped(
            "Everything in the pack fits together, but its fingerprint is NOT the one that you "
            "were told: do not import it before you know why."
        )
    if [check.name for check in verdict.checks if not check.is_sound] == [PATIENTS]:
        return _wrapped(
            "Everything in the pack fits together, but it was NOT made from this practice index. "
            "Give the index that it was made with, or leave --index out. If this is that index, do "
            "not import the pack: ask the practice to send it again, and send them this page."
        )
    return _wrapped(
        "The pack is NOT right: do not import it. Ask the practice to send it again as it was "
        "exported, and send them this page."
    )


def _wrapped(text: str, first: str = "", other: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=other)
