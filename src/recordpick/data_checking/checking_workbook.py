"""The practice's own workbook for checking: one sheet by record, with what to look at beside it.

It never travels with the hand-over pack: it shows what the records hold. Sheets: Start (what it is,
phase, time), Records (each patient once), Lines (every line by record: results are entered here),
Criteria (what each asks for, and how far it is) and List (the selection list as text).

Nothing is protected, because spreadsheets refuse to sort protected cells. A message asks whoever
types over a cell that says whose line it is to leave it as it is, and the import compares all of
them (`row_patient.py`). Links find their row by its number each time, so that they are right after
sorting. Every text is written as text: nothing in it can be a formula.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import polars as pl

from recordpick.csv_safety import one_line
from recordpick.data_checking.evidence import Line, LineEvidence
from recordpick.data_checking.workbook_lines import Room, WorkbookLine, workbook_lines
from recordpick.handover.readme import SYNTHETIC, About
from recordpick.handover.selection_list import SELECTION_LIST, spoken_fingerprint
from recordpick.handover.tick_sheet_model import (
    BEFORE,
    CRITERIA,
    CRITERION,
    DIFFERS,
    FINGERPRINT,
    INITIALS,
    LINE,
    LINES,
    LIST,
    LIST_ID,
    NAME,
    NHS,
    ON,
    PATIENT,
    PHASE,
    PHASES,
    RECORD,
    RECORDS,
    RESULT,
    RESULTS,
    SEVERITIES,
    SEVERITY,
    START,
    Sheet,
)
from recordpick.handover.tick_sheets import keep_identity
from recordpick.selection.results import Phase

if TYPE_CHECKING:
    from xlsxwriter import Workbook as XlsxWorkbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

COMPARE, LOOK_AT, LINKS = "What to compare", "In the current system", "Go to"
TOP = 3
"""The row (from 0) of the headings on the sheet Lines; on Records and Criteria it is 0."""

_A4_LANDSCAPE = 9
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.6, "bottom": 0.5}
_PAGE_PIXELS = (11.69 - 0.8) * 96 * 0.91
"""The width of a page between its margins; a little less, as programs differ in their fonts."""
_PAGE_POINTS = (8.27 - 1.1) * 72
_LETTER_PIXELS = 5.4
_TEXT_HEIGHT, _ROW_EXTRA, _HEADING_HEIGHT = 11.5, 3.0, 26.0
_MOST_BREAKS = 1_000
"""Excel allows 1,026 page breaks on a sheet."""
_SCALE = 0.75
"""How much smaller than on the screen the sheet Lines is printed: its letters are 6.8 points."""
_PIXELS: dict[str, int] = {
    LINE: 32, RECORD: 44, PATIENT: 66, NHS: 86, NAME: 120, CRITERION: 56, BEFORE: 160, RESULT: 80,
    DIFFERS: 130, SEVERITY: 54, INITIALS: 44, ON: 62,
}  # fmt: skip
"""Widths of the columns of the sheet Lines; the two with texts share what is left of a page."""
_LEAST_TEXT, _MOST_TEXT = 170, 305


@dataclass(frozen=True, slots=True)
class Content:
    """What the workbook of a phase holds."""

    about: About
    phase: Phase
    how: str
    time: str
    """How long the phase takes, in words."""
    sheets: tuple[Sheet, ...]
    """The lines to check, by criterion."""
    on_the_list: Mapping[str | None, int]
    evidence: Mapping[Line, LineEvidence]
    selected: pl.DataFrame
    """The rows of the selection list that are to be checked."""


def checking_workbook(content: Content, *, with_names: bool) -> bytes:
    """Return the workbook. The same content gives the same bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        # Widths of columns are counted in digits of this font: every program has it, or one that is
        # as wide.
        "default_format_properties": {"font_name": "Arial", "font_size": 10},
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        about = content.about
        book.set_properties(
            {
                "title": f"Checking workbook of {about.list_id}",
                "comments": SYNTHETIC if about.synthetic else "Identifiable patient data",
                "created": about.written_on.replace(tzinfo=None),
            }
        )
        _Writer(book, content, with_names=with_names).write()
    return buffer.getvalue()


class _Writer:
    """A workbook being written: its formats, and where each column of the sheet Lines is."""

    def __init__(self, book: XlsxWorkbook, content: Content, *, with_names: bool) -> None:
        self._book = book
        self._content = content
        self._with_names = with_names
        has_before = any(line.before for sheet in content.sheets for line in sheet.lines)
        self._columns = [
            *(LINE, RECORD, PATIENT, NHS, *([NAME] if with_names else [])),
            *(CRITERION, COMPARE, LOOK_AT, *([BEFORE] if has_before else [])),
            *(RESULT, DIFFERS, SEVERITY, INITIALS, ON),
        ]
        left = _PAGE_PIXELS / _SCALE - sum(_PIXELS.get(one, 0) for one in self._columns)
        text = int(min(_MOST_TEXT, max(_LEAST_TEXT, left / 2)))
        self._pixels = _PIXELS | {COMPARE: text, LOOK_AT: text}
        self._scale = int(100 * _PAGE_PIXELS / sum(self._pixels[one] for one in self._columns))
        half_a_page = (_PAGE_POINTS * 100 / self._scale - _HEADING_HEIGHT) / 2
        room = Room(
            compare=int(text / _LETTER_PIXELS),
            look_at=int(text / _LETTER_PIXELS),
            before=int(_PIXELS[BEFORE] / _LETTER_PIXELS),
            lines_a_record=int(half_a_page / (_TEXT_HEIGHT + _ROW_EXTRA)),
        )
        self._records = workbook_lines(
            content.sheets, content.about.pack, content.evidence, room, with_names=with_names
        )
        self._last = TOP + sum(map(len, self._records))
        self._title = self._format(bold=True, font_size=14)
        self._bold = self._format(bold=True, text_wrap=True)
        self._plain = self._format(text_wrap=True)
        self._heading = self._format(bold=True, bg_color="#D9E2EC", border=1, text_wrap=True)
        self._identity_cell = self._format(border=1, border_color="#BBBBBB", num_format="@")
        self._cell = self._format(border=1, border_color="#BBBBBB", text_wrap=True)
        self._number = self._format(border=1, border_color="#BBBBBB", align="center")
        self._date = self._format(border=1, border_color="#BBBBBB", num_format="dd/mm/yyyy")
        self._link = self._format(font_color="#0B4FA0", underline=1)

    def write(self) -> None:
        """Write every sheet."""
        start = self._sheet(START)
        records, lines = self._sheet(RECORDS), self._sheet(LINES)
        self._write_start(start)
        self._write_records(records)
        self._write_lines(lines)
        self._write_criteria(self._sheet(CRITERIA))
        self._write_list(self._sheet(LIST))

    def _format(self, **properties: object) -> Format:
        font = {"font_name": "Arial", "font_size": 9, "valign": "top"}
        return self._book.add_format(font | properties)

    def _sheet(self, name: str) -> Worksheet:
        about = self._content.about
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(_A4_LANDSCAPE)
        sheet.set_landscape()
        sheet.set_margins(**_MARGINS)
        tag = SYNTHETIC if about.synthetic else "CONFIDENTIAL: PATIENT DATA"
        practice = (one_line(about.practice) or "Practice not named")[:80].replace("&", "&&")
        sheet.set_header(f"&L{practice}: {self._content.phase}&C&A&R{tag}")
        named = f"{about.list_id}  {spoken_fingerprint(about.list_sha256)}".rstrip()
        sheet.set_footer(f"&L{named}&RPage &P of &N")
        return sheet

    # Start

    def _write_start(self, sheet: Worksheet) -> None:
        about, content = self._content.about, self._content
        sheet.set_column(0, 0, 17)
        sheet.set_column(1, 1, 90)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, "Checking records in both systems", self._title)
        facts = [
            (LIST_ID, about.list_id),
            ("Practice", one_line(about.practice) or "not named"),
            ("Criteria", f"{one_line(about.pack.title)}, version {one_line(about.pack.version)}"),
            ("As at", about.as_at.isoformat()),
            ("Data", SYNTHETIC if about.synthetic else "Identifiable patient data"),
            (PHASE, content.phase),
            (FINGERPRINT, spoken_fingerprint(about.list_sha256)),
            ("To check", f"{about.lines:,} lines of {about.records:,} records: {content.time}"),
        ]
        for row, (name, text) in enumerate(facts, start=1):
            sheet.write_string(row, 0, name, self._bold)
            sheet.write_string(row, 1, text, self._plain)
            if name == PHASE:
                choice = {"validate": "list", "source": list(PHASES)}
                sheet.data_validation(row, 1, row, 1, choice)
        row = len(facts) + 1
        results = self._range(RESULT)
        sheet.write_string(row, 0, "Checked", self._bold)
        left = self._format(align="left")
        sheet.write_formula(row, 1, f"=COUNTA({results})", left, 0)
        for number, word in enumerate(RESULTS, start=1):
            sheet.write_string(row + number, 0, word, self._plain)
            sheet.write_formula(row + number, 1, f'=COUNTIF({results},"{word}")', left, 0)
        row += len(RESULTS) + 2
        for name in (RECORDS, LINES, CRITERIA):
            sheet.write_url(row, 0, f"internal:{name}!A1", self._link, name)
            sheet.write_string(row, 1, _ABOUT_SHEETS[name], self._plain)
            row += 1
        sheet.write_string(row + 1, 0, "How", self._bold)
        sheet.write_string(row + 1, 1, content.how, self._plain)
        sheet.set_row(row + 1, 15.0 * -(-len(content.how) // 85))

    # Records

    def _write_records(self, sheet: Worksheet) -> None:
        names = [NAME] if self._with_names else []
        headings = [RECORD, PATIENT, NHS, *names, "Lines", "Checked", "Criteria", LINKS]
        widths = [8, 16, 14, *([26] if names else []), 7, 9, 60, 9]
        _set_widths(sheet, widths)
        sheet.write_row(0, 0, headings, self._heading)
        numbers, results = self._range(RECORD), self._range(RESULT)
        for row, record in enumerate(self._records, start=1):
            first = record[0]
            sheet.write_number(row, 0, first.record, self._number)
            who = [first.patient_id, first.nhs_number, *([first.name] if names else [])]
            for place, text in enumerate(who, start=1):
                sheet.write_string(row, place, text, self._identity_cell)
            at = 1 + len(who)
            sheet.write_number(row, at, len(record), self._cell)
            checked = f'=COUNTIFS({numbers},A{row + 1},{results},"<>")'
            sheet.write_formula(row, at + 1, checked, self._cell, 0)
            criteria = ", ".join(line.criterion for line in record)
            sheet.write_string(row, at + 2, criteria, self._cell)
            sheet.set_row(row, _height(-(-len(criteria) // 64)))
            self._write_link(sheet, row, at + 3, (LINES, numbers, f"A{row + 1}"), "lines")
        self._finish(sheet, 0, len(headings), len(self._records))
        sheet.set_portrait()
        sheet.fit_to_pages(1, 0)

    # Lines

    def _write_lines(self, sheet: Worksheet) -> None:
        columns = self._columns
        for place, name in enumerate(columns):
            sheet.set_column_pixels(place, place, self._pixels[name])
        last = len(columns) - 1
        sheet.set_column_pixels(last + 1, last + 2, 62)
        sheet.write_string(0, 0, "Lines by record", self._title)
        sheet.write_string(1, 0, _HOW_TO_FILL_IN, self._format())
        sheet.write_row(TOP, 0, columns, self._heading)
        sheet.write_string(TOP, last + 1, RECORDS, self._heading)
        sheet.write_string(TOP, last + 2, CRITERIA, self._heading)
        sheet.set_row(TOP, _HEADING_HEIGHT)
        for row, line in enumerate(chain.from_iterable(self._records), start=TOP + 1):
            self._write_line(sheet, row, line)
        keep_identity(sheet, (TOP + 1, 0, self._last, self._columns.index(CRITERION)))
        self._choices(sheet, RESULT, RESULTS)
        self._choices(sheet, SEVERITY, SEVERITIES)
        self._marks(sheet)
        self._finish(sheet, TOP, len(columns), self._last - TOP)
        sheet.print_area(0, 0, self._last, last)
        sheet.set_print_scale(self._scale)
        sheet.set_h_pagebreaks(self._page_breaks()[:_MOST_BREAKS])

    def _write_line(self, sheet: Worksheet, row: int, line: WorkbookLine) -> None:
        texts = {
            PATIENT: line.patient_id,
            NHS: line.nhs_number,
            NAME: line.name,
            CRITERION: line.criterion,
            COMPARE: line.compare,
            LOOK_AT: line.look_at,
            BEFORE: line.before,
        }
        for place, name in enumerate(self._columns):
            if name in (LINE, RECORD):
                number = line.line if name == LINE else line.record
                sheet.write_number(row, place, number, self._number)
            elif name in texts:
                identity = name in (PATIENT, NHS, NAME, CRITERION)
                form = self._identity_cell if identity else self._cell
                sheet.write_string(row, place, texts[name], form)
            else:
                sheet.write_blank(row, place, None, self._date if name == ON else self._cell)
        sheet.set_row(row, _height(line.text_lines))
        last, record = len(self._columns) - 1, f"{self._letter(RECORD)}{row + 1}"
        record_numbers = f"{RECORDS}!$A$2:$A${len(self._records) + 1}"
        self._write_link(sheet, row, last + 1, (RECORDS, record_numbers, record), "record")
        ids = f"{CRITERIA}!$A$2:$A${len(self._content.sheets) + 1}"
        criterion = f"{self._letter(CRITERION)}{row + 1}"
        self._write_link(sheet, row, last + 2, (CRITERIA, ids, criterion), "criterion")

    def _choices(self, sheet: Worksheet, name: str, words: tuple[str, ...]) -> None:
        place = self._columns.index(name)
        choice = {
            "validate": "list",
            "source": list(words),
            "error_title": name,
            "error_message": f"Choose one of: {', '.join(words)}.",
        }
        sheet.data_validation(TOP + 1, place, self._last, place, choice)

    def _marks(self, sheet: Worksheet) -> None:
        """Mark faults, and draw a line above each record, wherever sorting puts it."""
        place = self._columns.index(RESULT)
        fault = self._book.add_format({"bold": True, "bg_color": "#F8D7C4"})
        for word in ("different", "not there"):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": fault}
            sheet.conditional_format(TOP + 1, place, self._last, place, rule)
        letter = self._letter(RECORD)
        begins = {
            "type": "formula",
            "criteria": f"=${letter}{TOP + 2}<>${letter}{TOP + 1}",
            "format": self._book.add_format({"top": 1, "top_color": "#000000"}),
        }
        sheet.conditional_format(TOP + 1, 0, self._last, len(self._columns) - 1, begins)

    def _page_breaks(self) -> list[int]:
        """Return the rows before which a page ends, so that no record is divided by one.

        A record that is longer than a page is divided where the page ends.
        """
        page = _PAGE_POINTS * 100 / self._scale - _HEADING_HEIGHT
        breaks: list[int] = []
        row, used = TOP + 1, 3 * 15.0
        for record in self._records:
            needed = sum(_height(line.text_lines) for line in record)
            if used and used + needed > page:
                breaks.append(row)
                used = 0.0
            used += needed
            while used > page:
                used -= page
            row += len(record)
        return breaks

    # Criteria and List

    def _write_criteria(self, sheet: Worksheet) -> None:
        headings = ["Id", "Title", "What to find", COMPARE, "On the list", "To check", "Checked"]
        headings += [*RESULTS, LINKS]
        _set_widths(sheet, [10, 28, 40, 46, 8, 8, 9, *([10] * len(RESULTS)), 8])
        sheet.write_row(0, 0, headings, self._heading)
        ids, results = self._range(CRITERION), self._range(RESULT)
        for row, one in enumerate(self._content.sheets, start=1):
            compare = "; ".join(one.compare)
            sheet.write_string(row, 0, one.name, self._identity_cell)
            for place, text in enumerate((one.title, one.find, compare), start=1):
                sheet.write_string(row, place, text, self._cell)
            sheet.write_number(row, 4, self._content.on_the_list[one.criterion_id], self._cell)
            sheet.write_number(row, 5, len(one.lines), self._cell)
            counted = f'=COUNTIFS({ids},A{row + 1},{results},"<>")'
            sheet.write_formula(row, 6, counted, self._cell, 0)
            for place, word in enumerate(RESULTS, start=7):
                counted = f'=COUNTIFS({ids},A{row + 1},{results},"{word}")'
                sheet.write_formula(row, place, counted, self._cell, 0)
            self._write_link(sheet, row, 7 + len(RESULTS), (LINES, ids, f"A{row + 1}"), "lines")
            sizes = (len(one.title) / 30, len(one.find) / 43, len(compare) / 50)
            sheet.set_row(row, _height(int(max(sizes)) + 1))
        self._finish(sheet, 0, len(headings), len(self._content.sheets))
        sheet.fit_to_pages(1, 0)

    def _write_list(self, sheet: Worksheet) -> None:
        sheet.set_column(0, len(SELECTION_LIST) - 1, 17)
        sheet.write_row(0, 0, list(SELECTION_LIST), self._heading)
        texts = self._content.selected.select(pl.all().cast(pl.String).fill_null(""))
        for row, cells in enumerate(texts.iter_rows(), start=1):
            for place, text in enumerate(cells):
                sheet.write_string(row, place, one_line(text), self._identity_cell)
        self._finish(sheet, 0, len(SELECTION_LIST), texts.height)
        sheet.fit_to_pages(1, 0)
        sheet.hide()  # the import reads it, people do not, and it is not printed

    # What several sheets need

    def _letter(self, name: str) -> str:
        return chr(ord("A") + self._columns.index(name))

    def _range(self, name: str) -> str:
        """Return the cells of a column of the sheet Lines."""
        letter = self._letter(name)
        return f"{LINES}!${letter}${TOP + 2}:${letter}${self._last + 1}"

    def _write_link(
        self, sheet: Worksheet, row: int, place: int, found: tuple[str, str, str], text: str
    ) -> None:
        """Write a link to the first row of another sheet in whose `cells` the `key` is now.

        `found` is that sheet, the cells, and the key's cell. Empty where the key is not found.
        """
        target, cells, key = found
        first = int(cells.partition("$")[2].partition("$")[2].partition(":")[0])
        at = f"MATCH({key},{cells},0)+{first - 1}"
        formula = f'=IFERROR(HYPERLINK("#{target}!A"&({at}),"{text}"),"")'
        sheet.write_formula(row, place, formula, self._link, text)

    def _finish(self, sheet: Worksheet, top: int, columns: int, rows: int) -> None:
        """Freeze and repeat the headings, and let people filter and sort."""
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, top + max(rows, 1), columns - 1)


_ABOUT_SHEETS = {
    RECORDS: "Every patient once: the records to open, with a link to their lines.",
    LINES: "Every line, by record: enter the results here. Sort and filter as you like.",
    CRITERIA: "What each criterion asks for, what to compare, and how far it is.",
}
_HOW_TO_FILL_IN = (
    "Choose a result on each line. Where something differs, write down what, and how bad it is. "
    "Add your initials and the date."
)


def _height(text_lines: int) -> float:
    """Return the height of a row with so many lines of text, in points.

    It is set here because not every program works it out when it opens the workbook.
    """
    return max(1, text_lines) * _TEXT_HEIGHT + _ROW_EXTRA


def _set_widths(sheet: Any, widths: Sequence[float]) -> None:
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
