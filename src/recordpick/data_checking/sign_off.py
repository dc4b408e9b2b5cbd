"""The page that the lead clinician signs: what was checked, what was found and what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recordpick import __version__
from recordpick.csv_safety import one_line
from recordpick.data_checking.comparison_held import HeldComparison, comparison_statement
from recordpick.data_checking.issued_lists import list_ids
from recordpick.data_checking.progress import Progress, issues_to_recheck, progress, progress_table
from recordpick.data_checking.sample_statement import sample_statement
from recordpick.data_checking.write_log import check_is_whole
from recordpick.document import (
    Block,
    Document,
    Grid,
    Items,
    Paragraph,
    Section,
    Signatures,
    as_text,
)
from recordpick.document_pdf import as_pdf
from recordpick.errors import UserError
from recordpick.handover.readme import SYNTHETIC
from recordpick.index.practice_index import PracticeIndex
from recordpick.report_requests.criteria_status import short_reason, status_of
from recordpick.schema import TABLES
from recordpick.selection.results import OUTCOMES, SEVERITIES, Issue
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural

WIDTH = 78
_LONGEST = 300
"""Characters of what differs that the page shows; the issue log has all of it."""
_ROLES = ("Lead clinician", "Clinical safety officer", "Practice manager", "New supplier")
RANDOM_AREA = "Random records"
_NO_AREA = "Not in the pack"


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """What the practice's source does not hold, so that nobody could choose records by it.

    `tables` are titles of whole areas, `criteria` the ids of criteria with why they cannot be
    answered. `not_known` says why neither is known; "" otherwise.
    """

    tables: tuple[str, ...] = ()
    criteria: tuple[tuple[str, str], ...] = ()
    not_known: str = ""


def source_limits(file: WorkingFile, index: PracticeIndex) -> SourceLimits:
    """Return what the index that a working file was made with does not hold."""
    missing = [table.title for name, table in TABLES.items() if name not in index.manifest.tables]
    unanswered = [
        (one.criterion.id, short_reason(one.why_not))
        for one in status_of(file.pack, index)
        if one.status == "not_answered"
    ]
    return SourceLimits(tuple(missing), tuple(unanswered))


def sign_off_text(
    file: WorkingFile,
    limits: SourceLimits,
    written_on: datetime,
    held: HeldComparison | None = None,
) -> bytes:
    """Return the page as text to print, 78 columns wide; lines end in CRLF."""
    lines = as_text(sign_off(file, limits, written_on, held), WIDTH)
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def sign_off_pdf(
    file: WorkingFile,
    limits: SourceLimits,
    written_on: datetime,
    held: HeldComparison | None = None,
) -> bytes:
    """Return the page as PDF: the state of the working file and "page n of m" are on each page."""
    tag = SYNTHETIC if file.synthetic else "CONFIDENTIAL: PATIENT DATA"
    return as_pdf([sign_off(file, limits, written_on, held)], state_of_work(file), tag)


def sign_off_page(
    file: WorkingFile,
    limits: SourceLimits,
    written_on: datetime,
    ending: str,
    held: HeldComparison | None = None,
) -> bytes:
    """Return the page in the form of a file's ending: .pdf or .txt.

    UserError for other endings, and for a checking copy.
    """
    check_is_whole(file)
    make = _FORMS.get(ending.casefold())
    if make is None:
        raise UserError(f"Choose a name that ends in {' or '.join(_FORMS)}.")
    return make(file, limits, written_on, held)


_FORMS = {".pdf": sign_off_pdf, ".txt": sign_off_text}


def state_of_work(file: WorkingFile) -> str:
    """Return which state of a working file a page is about: its last event, and that one's hash."""
    return f"Working file at event {len(file.events)}, {file.head}"


def sign_off(
    file: WorkingFile,
    limits: SourceLimits,
    written_on: datetime,
    held: HeldComparison | None = None,
) -> Document:
    """Return the page for a working file as a document. `written_on` is UTC.

    `held` is how a comparison of both systems' exports agrees with the random records, if any.
    """
    begun = [one for one in progress(file) if one.has_begun]
    issues, open_issues = file.selection.issues, issues_to_recheck(file)
    statement = sample_statement(file.selection, begun)
    return Document(
        "Data checking: sign-off",
        _about(file, written_on),
        (
            Section("What was checked", _checked(file, begun, open_issues)),
            Section(
                "Random records: what they show about all records",
                tuple(Paragraph(text) for text in statement),
            ),
            Section(
                "Random records: what a comparison of both exports misses",
                tuple(Paragraph(text) for text in comparison_statement(file, held)),
            ),
            Section("What was found", (_found(issues),)),
            Section("What is open", _open(file, open_issues)),
            Section("What was not checked", _not_checked(file, begun)),
            Section("What could not be checked", _limits(file, limits)),
            Section("The criteria", (_criteria(file, begun, open_issues),)),
            Section("Who signs", _who_signs()),
        ),
    )


def _about(file: WorkingFile, written_on: datetime) -> tuple[str, ...]:
    pack = file.pack
    return (
        *([SYNTHETIC] * file.synthetic),
        f"Practice: {one_line(file.practice) or 'not named'}",
        f"Criteria pack: {one_line(pack.title)}, version {one_line(pack.version)}",
        f"Lists: {', '.join(list_ids(file)) or 'none handed over'}",
        f"As at {file.as_at.isoformat()}",
        f"Written {written_on:%Y-%m-%d %H:%M} UTC by recordpick {__version__}",
        state_of_work(file),
    )


def _checked(
    file: WorkingFile, begun: Sequence[Progress], open_issues: Sequence[Issue]
) -> tuple[Block, ...]:
    if not begun:
        return (Paragraph("Nothing yet: no results were recorded.", warns=True),)
    header, *rows = progress_table(tuple(begun))
    blocks: list[Block] = [Grid(header, tuple(rows), frozenset(range(1, len(header))))]
    for one in begun:
        records = one.records - one.records_left
        blocks.append(
            Paragraph(
                f"{one.phase.capitalize()}: {records:,} of {one.records:,} patient records "
                f"finished. {_checked_by(one)}"
            )
        )
        if one.disagreements:
            lines = plural(len(one.disagreements), "line")
            blocks.append(
                Paragraph(
                    f"{one.phase.capitalize()}: people disagree about {lines}. Nothing counts "
                    "there before one result is chosen.",
                    warns=True,
                )
            )
    for one in begun:
        blocks += [Paragraph(f"{one.phase.capitalize()}, by area:"), _areas(file, one, open_issues)]
    return tuple(blocks)


def _checked_by(one: Progress) -> str:
    counted = Counter(result.entry.initials or "not stated" for result in one.results.values())
    # by number, then by name: never in the order in which results were brought in
    most_first = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    named = ", ".join(f"{one_line(who)} ({number:,})" for who, number in most_first)
    return f"Checked by: {named}."


def _areas(file: WorkingFile, phase: Progress, open_issues: Sequence[Issue]) -> Grid:
    """Return a row for each area with a line: its lines = the results of each kind + those left."""
    areas = {criterion.id: one_line(criterion.area) for criterion in file.pack.criteria}

    def area(criterion_id: str | None) -> str:
        return RANDOM_AREA if criterion_id is None else areas.get(criterion_id, _NO_AREA)

    lines = Counter(area(criterion_id) for criterion_id, _ in phase.lines)
    counted = Counter(
        (area(criterion_id), result.entry.outcome)
        for (criterion_id, _), result in phase.results.items()
    )
    still_open = Counter(area(issue.first.entry.criterion_id) for issue in open_issues)
    order = dict.fromkeys([*areas.values(), _NO_AREA, RANDOM_AREA])
    rows = []
    for name in (name for name in order if lines[name]):
        results = [counted[name, outcome] for outcome in OUTCOMES]
        cells = [lines[name], *results, lines[name] - sum(results), still_open[name]]
        rows.append((name, *(f"{number:,}" for number in cells)))
    header = ("area", "lines", *OUTCOMES, "no result yet", "open issues now")
    return Grid(header, tuple(rows), frozenset(range(1, len(header))))


def _found(issues: tuple[Issue, ...]) -> Block:
    if not issues:
        return Paragraph("No issue was noted.")
    statuses = Counter(issue.status for issue in issues)
    return Paragraph(
        f"{plural(len(issues), 'issue')}: {statuses['open']:,} open, {statuses['resolved']:,} "
        f"resolved (the same when checked again), {statuses['withdrawn']:,} withdrawn "
        "(noted by mistake, or not applicable)."
    )


def _open(file: WorkingFile, issues: tuple[Issue, ...]) -> tuple[Block, ...]:
    if not issues:
        return (Paragraph("No issue is open."),)
    by_severity = Counter(issue.found.entry.severity for issue in issues)
    named = [(word or "severity not stated", by_severity[word]) for word in _WORST_FIRST]
    counts = ", ".join(f"{number:,} {word}" for word, number in named if number)
    titles, lists = _titles(file), list_ids(file)
    rows = []
    for issue in issues:
        entry = issue.found.entry
        text = one_line(" / ".join(entry.differs.split("\n"))) or "not described"
        if len(text) > _LONGEST:
            text = f"{text[: _LONGEST - 1]}…"
        rows.append(
            (
                f"{issue.number}",
                entry.severity or "not stated",
                titles.get(entry.criterion_id or "", entry.criterion_id or "Random record"),
                _record_number(issue, lists),
                f"{entry.outcome}: {text}",
                issue.found.phase,
            )
        )
    return (
        Paragraph(f"{plural(len(issues), 'issue')}: {counts}.", warns=bool(by_severity["high"])),
        Grid(
            ("issue", "severity", "criterion", "record", "what was found", "last found in"),
            tuple(rows),
            frozenset({0, 3}),
        ),
    )


def _record_number(issue: Issue, lists: Sequence[str]) -> str:
    """Return the record's number; where there are several lists, with the one that has it."""
    number, name = f"{issue.found.entry.record}", issue.found.list_id
    if len(lists) < 2 or name not in lists:
        return number
    return f"{number} (list {lists.index(name) + 1})"


_WORST_FIRST = (*SEVERITIES[:0:-1], "")


def _titles(file: WorkingFile) -> dict[str, str]:
    return {one.id: f"{one.id} {one_line(one.title)}" for one in file.pack.criteria}


def _not_checked(file: WorkingFile, begun: Sequence[Progress]) -> tuple[Block, ...]:
    sentences = []
    for one in begun:
        left = one.left_by_criterion()
        if left:
            named = ", ".join(f"{name or 'Random'} ({number})" for name, number in left.items())
            sentences.append(
                f"{one.phase.capitalize()}: no result for {plural(one.left, 'line')}: {named}."
            )
    if begun:
        sentences += _not_begun(file, begun)
    short = [
        f"{criterion.id} ({file.selection.count(criterion.id)} of {criterion.records})"
        for criterion in file.pack.criteria
        if file.selection.count(criterion.id) < criterion.records
    ]
    if short:
        sentences.append(f"Criteria with fewer records than wanted: {', '.join(short)}.")
    if not begun:
        return (Paragraph("Nothing was checked yet."),)
    return (Items(tuple(sentences)) if sentences else Paragraph("Every line has a result."),)


def _not_begun(file: WorkingFile, begun: Sequence[Progress]) -> list[str]:
    """Return a sentence on what is selected and in no phase so far, and on each phase to come."""
    covered = frozenset[tuple[str | None, str]]().union(*(one.lines for one in begun))
    new = sum((pick.criterion_id, pick.patient_id) not in covered for pick in file.selection.picks)
    sentences = []
    if new:
        picks = plural(new, "pick or random record was", "picks or random records were")
        sentences.append(f"{picks} added since, and not checked in any phase above.")
    phases = {one.phase for one in begun}
    number = len(issues_to_recheck(file))
    if number and "recheck" not in phases:
        issues = plural(number, "open issue was", "open issues were")
        sentences.append(f"Recheck: not begun; {issues} not checked again.")
    if "go-live" not in phases:
        sentences.append("Go-live: not begun.")
    return sentences


def _limits(file: WorkingFile, limits: SourceLimits) -> tuple[Block, ...]:
    if limits.not_known:
        return (
            Paragraph(
                f"What the source of the current system does not hold is not known here: "
                f"{limits.not_known}",
                warns=True,
            ),
        )
    if not limits.tables and not limits.criteria:
        return (Paragraph("The source of the current system holds what the criteria ask for."),)
    blocks: list[Block] = []
    if limits.tables:
        blocks.append(
            Paragraph(
                "The source of the current system has none of these, so no record was chosen by "
                f"them: {', '.join(limits.tables)}."
            )
        )
    if limits.criteria:
        titles = _titles(file)
        rows = [
            (titles.get(one, one), why, f"{file.selection.count(one):,}")
            for one, why in limits.criteria
        ]
        blocks += [
            Paragraph("Nobody could be found for these criteria; records picked are by hand."),
            Grid(("criterion", "why", "picked"), tuple(rows), frozenset({2})),
        ]
    return tuple(blocks)


def _criteria(file: WorkingFile, begun: Sequence[Progress], open_issues: Sequence[Issue]) -> Grid:
    """Return every criterion with its title: picked of wanted, checked in each phase, open."""
    lines = [Counter(criterion_id for criterion_id, _ in one.lines) for one in begun]
    checked = [Counter(criterion_id for criterion_id, _ in one.results) for one in begun]
    still_open = Counter(issue.first.entry.criterion_id for issue in open_issues)
    random = file.pack.random_records
    wanted = [(one.id, one_line(one.title), one.records) for one in file.pack.criteria]
    rows = []
    for criterion_id, title, records in (*wanted, (None, "Random record", random)):
        rows.append(
            (
                criterion_id or "Random",
                title,
                f"{file.selection.count(criterion_id):,} of {records:,}",
                *(
                    f"{done[criterion_id]:,} of {of[criterion_id]:,}" if of[criterion_id] else "–"
                    for done, of in zip(checked, lines, strict=True)
                ),
                f"{still_open[criterion_id]:,}",
            )
        )
    header = ("criterion", "title", "picked", *(one.phase for one in begun), "open issues")
    return Grid(header, tuple(rows), frozenset(range(2, len(header))))


def _who_signs() -> tuple[Block, ...]:
    return (
        Paragraph(
            "I have seen what was checked, what was found, what is open and what was not or could "
            "not be checked. With that, the new system may [ ] / may not [ ] go live."
        ),
        Signatures(_ROLES),
    )
