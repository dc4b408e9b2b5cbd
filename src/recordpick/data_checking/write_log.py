"""Write the issue log, as often as it grows: CSV, a workbook, or the supplier's own form.

`only_since` leaves out what the supplier has been sent: what is as it was on a day, or in an
earlier log.
"""

from __future__ import annotations

import io
from datetime import date
from itertools import takewhile
from pathlib import Path

import polars as pl

from recordpick.atomic import check_new, write_file
from recordpick.csv_safety import as_csv, one_line, plain
from recordpick.csvio.records import decoded, read_bytes
from recordpick.data_checking.issue_log import ISSUE_LOG, issue_log
from recordpick.data_checking.supplier_form import fill_form, left_out, read_form
from recordpick.date_parsing import NotADayError, parse_day
from recordpick.errors import UserError
from recordpick.handover.readme import SYNTHETIC
from recordpick.selection.history import history_of
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.spreadsheets import read_rows
from recordpick.text import plural

FORM, WORKBOOK, CSV = ".toml", ".xlsx", ".csv"
_LARGEST = 64 * 1024**2
_WIDTHS = {"what_differs": 60, "criterion_title": 34, "patient_id": 18, "list_id": 18}


def write_log(
    file: WorkingFile, out: Path, *, since: str | None = None, form: Path | None = None
) -> str:
    """Write the log to a new file of a name that ends in .csv or .xlsx. Return what was written.

    `form` describes the supplier's own form (`supplier_form.py`), which is filled in as `out`; an
    `out` that ends in .toml is such a description, and the filled form is written beside it.
    `since` as for `only_since`. UserError where the name is taken or something cannot be read;
    nothing is written then.
    """
    if form is None and out.suffix.casefold() == FORM:
        form, out = out, out.with_name(f"{out.stem}-filled{WORKBOOK}")
    ending = out.suffix.casefold()
    if ending not in {CSV, WORKBOOK} or (form is not None and ending != WORKBOOK):
        endings = WORKBOOK if form is not None else f"{CSV} or {WORKBOOK}"
        raise UserError(f"{out}: choose a name that ends in {endings}.")
    check_is_whole(file)
    check_new(out)
    log = issue_log(file.selection, file.pack)
    if since is not None:
        log = only_since(file, log, since)
    lost: tuple[str, ...] = ()
    if form is not None:
        described = read_form(form)
        log = described.filtered(log)
        write_file(out, fill_form(described, log, file))
        lost = left_out(described)
    elif ending == CSV:
        write_file(out, as_csv(log))
    else:
        write_file(out, as_workbook(log, synthetic=file.synthetic))
    counts = dict(log["status"].value_counts().iter_rows())
    statuses = ", ".join(f"{number:,} {status}" for status, number in sorted(counts.items()))
    nothing = "nothing new since then" if since is not None else "no issue was noted"
    says = f"Issue log written to {out}: {statuses or nothing}."
    if lost:
        says += f" The form also has {' and '.join(lost)}, which are not in it."
    return says


def check_is_whole(file: WorkingFile) -> None:
    """Raise a UserError for a checking copy, which has one person's results and its own numbers."""
    copy = file.checking_copy
    if copy is not None:
        raise UserError(
            f"{file.path.name} is {copy.initials}'s checking copy: it lacks the results of others, "
            "and its issues get other numbers. Import it into the practice's own working file, and "
            "write this there."
        )


def only_since(file: WorkingFile, log: pl.DataFrame, since: str) -> pl.DataFrame:
    """Return the issues that are new, or say something else, since a day or an earlier log.

    UserError where `since` is neither.
    """
    path = Path(since)
    if path.suffix.casefold() in {CSV, WORKBOOK}:
        known = set(_rows_of(path))
        kept = [row not in known for row in _as_texts(log)]
        return log.filter(pl.Series(kept, dtype=pl.Boolean))
    try:
        day = parse_day(since, century=2000)
    except NotADayError as error:
        raise UserError(
            f"--since {since!r}: {error.reason}. Give a day, as 02/11/2026, or the issue log that "
            "was sent last (.csv or .xlsx)."
        ) from None
    known = set(_as_texts(issue_log(_selection_before(file, day), file.pack)))
    return log.filter(pl.Series([row not in known for row in _as_texts(log)], dtype=pl.Boolean))


def _selection_before(file: WorkingFile, day: date) -> Selection:
    """Return the selection as this file had it when a day began.

    The day on which a result was given does not decide: it may have come later, in a copy, and an
    undo has changed what a log of before said.
    """
    earlier = takewhile(lambda event: event.on.astimezone().date() < day, file.events)
    events = list(earlier) or list(file.events[:1])
    return history_of(events).selection()


def _as_texts(log: pl.DataFrame) -> list[tuple[str, ...]]:
    """Return the rows as they are read from a file again."""
    texts = pl.read_csv(io.BytesIO(as_csv(log)), infer_schema=False).select(plain(pl.all()))
    return _cleaned(texts.columns, [[cell or "" for cell in row] for row in texts.rows()])


def _rows_of(path: Path) -> list[tuple[str, ...]]:
    """Read the rows of an earlier log. UserError where it is not one."""
    if path.suffix.casefold() == WORKBOOK:
        headings, *rows = read_rows(path) or [[]]
        return _cleaned(_checked(path, headings), rows)
    text = decoded(read_bytes(path, _LARGEST), path.name)
    try:
        frame = pl.read_csv(io.StringIO(text), infer_schema=False).select(plain(pl.all()))
    except pl.exceptions.PolarsError as error:
        raise UserError(f"{path} is not an issue log that recordpick wrote ({error}).") from error
    rows = [[cell or "" for cell in row] for row in frame.rows()]
    return _cleaned(_checked(path, frame.columns), rows)


def _checked(path: Path, headings: list[str]) -> list[str]:
    missing = [name for name in ISSUE_LOG if name not in headings]
    if missing:
        raise UserError(
            f"{path} is not an issue log that recordpick wrote: it has no column {missing[0]}."
        )
    return headings


def _cleaned(headings: list[str], rows: list[list[str]]) -> list[tuple[str, ...]]:
    places = [headings.index(name) for name in ISSUE_LOG]
    return [
        tuple(one_line(row[at]).strip() if at < len(row) else "" for at in places) for row in rows
    ]


def as_workbook(log: pl.DataFrame, *, synthetic: bool) -> bytes:
    """Return the log as a workbook with one sheet; every text is written as text, no formula."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("Issues")
        heading = book.add_format({"bold": True, "bg_color": "#D9E2EC", "border": 1})
        text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        number = book.add_format({"valign": "top"})
        day = book.add_format({"valign": "top", "num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, log.columns, heading)
        for place, name in enumerate(log.columns):
            sheet.set_column(place, place, _WIDTHS.get(name, 13))
        for row, cells in enumerate(log.iter_rows(), start=1):
            for place, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, place, cell, day)
                elif isinstance(cell, int):
                    sheet.write_number(row, place, cell, number)
                elif cell is not None:
                    sheet.write_string(row, place, "\n".join(map(one_line, cell.split("\n"))), text)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(log.height, 1), log.width - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        kind = SYNTHETIC if synthetic else "CONFIDENTIAL: PATIENT DATA"
        sheet.set_header(f"&LIssue log&R{kind}")
        sheet.set_footer(f"&L{plural(log.height, 'issue')}&RPage &P of &N")
    return buffer.getvalue()
