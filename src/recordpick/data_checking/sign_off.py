"""The page that the lead clinician signs: what was checked, what was found and what is open."""

from __future__ import annotations

import textwrap
from collections import Counter
from datetime import datetime

from recordpick import __version__
from recordpick.csv_safety import one_line
from recordpick.data_checking.issued_lists import list_ids
from recordpick.data_checking.progress import Progress, issues_to_recheck, progress, progress_table
from recordpick.handover.readme import SYNTHETIC
from recordpick.picking.assurance import assurance, assurance_by_strata
from recordpick.selection.results import SEVERITIES, Issue
from recordpick.selection.state import Draw, Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural

WIDTH = 78
_LONGEST = 300
"""Characters of what differs that the page shows; the issue log has all of it."""


def sign_off(file: WorkingFile, written_on: datetime) -> str:
    """Return the page for a working file. `written_on` is UTC. Lines end in CRLF."""
    begun = [one for one in progress(file) if one.has_begun]
    parts = [
        _head(file, written_on),
        _checked(begun),
        _random(file.selection, begun),
        _found(file.selection.issues),
        _open(issues_to_recheck(file)),
        _not_checked(file, begun),
        _signatures(),
    ]
    return "\n\n".join("\n".join(part) for part in parts).replace("\n", "\r\n") + "\r\n"


def _head(file: WorkingFile, written_on: datetime) -> list[str]:
    pack = file.pack
    lists = list_ids(file)
    return [
        "DATA CHECKING: SIGN-OFF",
        "",
        *([SYNTHETIC, ""] * file.synthetic),
        f"Practice         {one_line(file.practice) or 'not named'}",
        f"Criteria pack    {one_line(pack.title)}, version {one_line(pack.version)}",
        f"Lists            {', '.join(lists) or 'none handed over'}",
        f"As at            {file.as_at.isoformat()}",
        f"Written          {written_on:%Y-%m-%d %H:%M} UTC by recordpick {__version__}",
        f"Working file     event {len(file.events)}, {file.head}",
    ]


def _checked(begun: list[Progress]) -> list[str]:
    lines = ["WHAT WAS CHECKED"]
    if not begun:
        return [*lines, "Nothing yet: no filled-in tick sheets were imported."]
    rows = progress_table(tuple(begun))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        first, *others = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join([first.strip().ljust(widths[0]), *others]))
    lines.append("")
    for one in begun:
        records = one.records - one.records_left
        lines += _wrapped(
            f"{one.phase.capitalize()}: {records:,} of {one.records:,} patient records finished. "
            f"{_checked_by(one)}"
        )
        if one.disagreements:
            lines += _wrapped(
                f"{one.phase.capitalize()}: people disagree about "
                f"{plural(len(one.disagreements), 'line')}; nothing counts there before one result "
                "is chosen."
            )
    return lines


def _checked_by(one: Progress) -> str:
    counted = Counter(result.entry.initials or "not stated" for result in one.results.values())
    return (
        "Checked by: "
        + ", ".join(f"{one_line(who)} ({number:,})" for who, number in counted.most_common())
        + "."
    )


def _random(selection: Selection, begun: list[Progress]) -> list[str]:
    lines = ["RANDOM RECORDS: WHAT THEY SHOW ABOUT ALL RECORDS"]
    draws = [draw for draw in selection.draws if draw.withdrawn is None]
    # The recheck covers what was found before, and so shows nothing about all records.
    begun = [one for one in begun if one.phase != "recheck"]
    if not draws or not begun:
        return [*lines, "No random records were checked."]
    total, judged, faulty = begun[-1].random
    phase = begun[-1].phase
    if judged < total:
        return [
            *lines,
            *_wrapped(
                f"{judged:,} of {total:,} random records were judged in the {phase}: no "
                "conclusion is drawn before all of them are."
            ),
        ]
    if not total:
        return [*lines, f"No random records belong to the {phase}."]
    return [*lines, *_wrapped(f"{phase.capitalize()}: {_shows(selection, draws, judged, faulty)}")]


def _shows(selection: Selection, draws: list[Draw], judged: int, faulty: int) -> str:
    strata = draws[-1].strata
    if not strata:
        return assurance(max(draws[-1].eligible, judged), judged, faulty).in_words
    drawn: Counter[str] = Counter()
    for draw in draws:
        drawn.update({stratum.name: stratum.drawn for stratum in draw.strata})
    if faulty or selection.removed_random or sum(drawn.values()) != judged:
        return (
            f"{judged:,} random records, drawn by age band and sex, {faulty:,} of them faulty: "
            "what that shows about all records is not calculated here."
        )
    sizes = [(max(one.eligible, drawn[one.name]), drawn[one.name]) for one in strata]
    return assurance_by_strata(sizes).in_words


def _found(issues: tuple[Issue, ...]) -> list[str]:
    lines = ["WHAT WAS FOUND"]
    if not issues:
        return [*lines, "No issue was noted."]
    statuses = Counter(issue.status for issue in issues)
    return [
        *lines,
        *_wrapped(
            f"{plural(len(issues), 'issue')}: {statuses['open']:,} open, {statuses['resolved']:,} "
            f"resolved (the same when checked again), {statuses['withdrawn']:,} withdrawn "
            "(noted by mistake, or not applicable)."
        ),
    ]


def _open(issues: tuple[Issue, ...]) -> list[str]:
    lines = ["WHAT IS OPEN"]
    if not issues:
        return [*lines, "Nothing."]
    by_severity = Counter(issue.found.entry.severity for issue in issues)
    named = [(word or "not stated", by_severity[word]) for word in (*SEVERITIES[:0:-1], "")]
    counts = ", ".join(f"{number:,} {word}" for word, number in named if number)
    lines += [f"{plural(len(issues), 'issue')}: {counts}.", ""]
    for issue in issues:
        entry = issue.found.entry
        text = one_line(" / ".join(entry.differs.split("\n"))) or "not described"
        if len(text) > _LONGEST:
            text = f"{text[: _LONGEST - 1]}…"
        head = f"{issue.number:>4}  {entry.severity or '-':<7}"
        where = f"{entry.criterion_id or 'Random'}, record {entry.record}"
        lines += _wrapped(f"{where}, {entry.outcome}: {text}", head, " " * 13)
    return lines


def _not_checked(file: WorkingFile, begun: list[Progress]) -> list[str]:
    lines = ["WHAT WAS NOT CHECKED"]
    before = len(lines)
    for one in begun:
        left = one.left_by_criterion()
        if left:
            named = ", ".join(f"{name or 'Random'} ({number})" for name, number in left.items())
            lines += _wrapped(
                f"{one.phase.capitalize()}: no result for {one.left:,} lines: {named}."
            )
    short = [
        f"{criterion.id} ({file.selection.count(criterion.id)} of {criterion.records})"
        for criterion in file.pack.criteria
        if file.selection.count(criterion.id) < criterion.records
    ]
    if short:
        lines += _wrapped(f"Criteria with fewer records than wanted: {', '.join(short)}.")
    return lines if len(lines) > before else [*lines, "Nothing: every line has a result."]


def _signatures() -> list[str]:
    rule = "_" * 34
    return [
        "WHO SIGNS",
        *_wrapped(
            "I have seen what was checked, what was found and what is open. With what is open, "
            "the new system may [ ] / may not [ ] go live."
        ),
        "",
        f"Lead clinician   {rule}   Date ____________",
        "",
        f"Signature        {rule}",
        "",
        f"Practice manager {rule}   Date ____________",
        "",
        f"New supplier     {rule}   Date ____________",
    ]


def _wrapped(text: str, first: str = "", other: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=other,
        break_long_words=False,
        break_on_hyphens=False,
    )
