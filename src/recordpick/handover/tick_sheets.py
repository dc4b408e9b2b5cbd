"""tick_sheets.xlsx: the workbook in which staff record what they find, record by record.

Sheets: Start (what it is, progress), Records (each patient once), one for each criterion, Random
and List (the selection list as text). Results are entered on the criteria's sheets only. Nothing is
protected, because spreadsheets refuse to sort protected cells: whoever types over a cell that says
which patient a line is about is asked to leave it as it is, and the import compares them all. Every
text is written as text: nothing in it can be a formula.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from recordpick.csv_safety import one_line
from recordpick.handover.criteria_report import STATES
from recordpick.handover.readme import SYNTHETIC, About
from recordpick.handover.selection_list import SELECTION_LIST, spoken_fingerprint
from recordpick.handover.tick_sheet_model import (
    DIFFERS,
    FINGERPRINT,
    HOW,
    INITIALS,
    LINE,
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
    by_record,
    tabs_of,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook as XlsxWorkbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_A4 = 9


def tick_sheets(
    about: About,
    sheets: tuple[Sheet, ...],
    selected: pl.DataFrame,
    criteria: pl.DataFrame,
    *,
    with_names: bool = False,
) -> bytes:
    """Return the workbook of the sheets, the selection list and the criteria report."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {
                "title": f"Tick sheets of {about.list_id}",
                "comments": SYNTHETIC if about.synthetic else "Identifiable patient data",
                "created": about.written_on.replace(tzinfo=None),
            }
        )
        _Writer(book, about, sheets, with_names=with_names).write(selected, criteria)
    return buffer.getvalue()


class _Writer:
    """A workbook being written: its formats, its sheets' names, its columns."""

    def __init__(
        self,
        book: XlsxWorkbook,
        about: About,
        sheets: tuple[Sheet, ...],
        *,
        with_names: bool,
    ) -> None:
        self._book = book
        self._about = about
        self._sheets = sheets
        self._tab = dict(zip(sheets, tabs_of(sheets), strict=True))
        self._identity = [LINE, RECORD, PATIENT, NHS, *([NAME] if with_names else [])]
        self._columns = [*self._identity, RESULT, DIFFERS, SEVERITY, INITIALS, ON]
        self._plain = self._format(text_wrap=True)
        self._bold = self._format(bold=True, text_wrap=True)
        self._title = self._format(bold=True, font_size=14)
        self._heading = self._format(bold=True, bg_color="#D9E2EC", border=1, text_wrap=True)
        self._identity_cell = self._format(border=1, num_format="@")
        self._number = self._format(border=1)
        self._text = self._format(border=1, text_wrap=True)
        self._entry = self._format(border=1, text_wrap=True)
        self._date = self._format(border=1, num_format="dd/mm/yyyy")

    def write(self, selected: pl.DataFrame, criteria: pl.DataFrame) -> None:
        start = self._sheet(START)
        records = self._sheet(RECORDS)
        for sheet in self._sheets:
            self._write_criterion(sheet)
        self._write_start(start, criteria)
        self._write_records(records)
        self._write_list(selected)

    def _format(self, **properties: object) -> Format:
        return self._book.add_format({"valign": "top", **properties})

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        kind = SYNTHETIC if self._about.synthetic else "CONFIDENTIAL: PATIENT DATA"
        named = f"{self._about.list_id}  {spoken_fingerprint(self._about.list_sha256)}".rstrip()
        sheet.set_header(f"&L{named}&C&A&R{kind}")
        sheet.set_footer("&LPrinted &D&RPage &P of &N")
        return sheet

    def _write_start(self, sheet: Worksheet, criteria: pl.DataFrame) -> None:
        about = self._about
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 52)
        sheet.set_column(2, 8, 12)
        sheet.write_string(0, 0, "Tick sheets for data checking", self._title)
        facts = [
            (LIST_ID, about.list_id),
            ("Practice", one_line(about.practice) or "not named"),
            ("Criteria", f"{one_line(about.pack.title)}, version {one_line(about.pack.version)}"),
            ("As at", about.as_at.isoformat()),
            ("Data", SYNTHETIC if about.synthetic else "Identifiable patient data"),
        ]
        for row, (name, text) in enumerate(facts, start=1):
            sheet.write_string(row, 0, name, self._bold)
            sheet.write_string(row, 1, text, self._plain)
        sheet.write_string(6, 0, PHASE, self._bold)
        sheet.write_string(6, 1, PHASES[0], self._entry)
        sheet.data_validation(6, 1, 6, 1, {"validate": "list", "source": list(PHASES)})
        sheet.merge_range(7, 0, 7, 8, HOW, self._plain)
        sheet.set_row(7, _height(HOW, 130))
        spoken = spoken_fingerprint(about.list_sha256)
        if spoken:
            sheet.write_string(8, 0, FINGERPRINT, self._bold)
            sheet.write_string(8, 1, spoken, self._plain)
        self._write_progress(sheet, criteria, 9)

    def _write_progress(self, sheet: Worksheet, criteria: pl.DataFrame, top: int) -> None:
        headings = ["Criterion", "Title", "Wanted", "Picked", "Checked", *map(str, RESULTS)]
        sheet.write_row(top, 0, headings, self._heading)
        sheet.set_row(top, 30)
        by_id = {one.criterion_id: one for one in self._sheets}
        row = top
        for row, criterion in enumerate(criteria.iter_rows(named=True), start=top + 1):
            one = by_id.get(criterion["criterion_id"])
            sheet.write_string(row, 0, criterion["criterion_id"] or "Random", self._identity_cell)
            title = one_line(criterion["criterion_title"])
            if criterion["state"] != "complete":
                title += f" ({STATES[criterion['state']]})"
            sheet.write_string(row, 1, title, self._text)
            sheet.set_row(row, _height(title, 48))
            sheet.write_number(row, 2, criterion["wanted"], self._number)
            sheet.write_number(row, 3, criterion["picked"], self._number)
            if one is not None:
                results = self._results(one)
                sheet.write_formula(row, 4, f"=COUNTA({results})", self._number, 0)
                for place, word in enumerate(RESULTS, start=5):
                    formula = f'=COUNTIF({results},"{word}")'
                    sheet.write_formula(row, place, formula, self._number, 0)
        sheet.write_string(row + 1, 0, "All", self._bold)
        for place in range(2, 5 + len(RESULTS)):
            column = chr(ord("A") + place)
            total = criteria["wanted" if place == 2 else "picked"].sum() if place < 4 else 0
            formula = f"=SUM({column}{top + 2}:{column}{row + 1})"
            sheet.write_formula(row + 1, place, formula, self._number, total)
        sheet.freeze_panes(top + 1, 0)

    def _write_records(self, sheet: Worksheet) -> None:
        headings = [*self._identity[1:], "Checked", "Lines", "Criteria", "What to compare"]
        widths = [8, 18, 14, *([24] if NAME in self._identity else []), 9, 7, 24, 70]
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.write_row(0, 0, headings, self._heading)
        records = by_record(self._sheets)
        for row, record in enumerate(records, start=1):
            first = record[0][0]
            who = [first.patient_id, first.nhs_number, *([first.name] * (NAME in self._identity))]
            sheet.write_number(row, 0, first.record, self._number)
            for place, text in enumerate(who, start=1):
                sheet.write_string(row, place, text, self._identity_cell)
            at = 1 + len(who)
            counts = [
                f'COUNTIFS({self._results(one, 1)},A{row + 1},{self._results(one)},"<>")'
                for _, one in record
            ]
            sheet.write_formula(row, at, "=" + "+".join(counts), self._number, 0)
            sheet.write_number(row, at + 1, len(record), self._number)
            named = ", ".join(one.name for _, one in record)
            sheet.write_string(row, at + 2, named, self._text)
            items = dict.fromkeys(item for _, one in record for item in one.compare)
            compare = "; ".join(items)
            sheet.write_string(row, at + 3, compare, self._text)
            sheet.set_row(row, max(_height(named, 22), _height(compare, 64)))
        self._finish(sheet, 0, len(headings), len(records))

    def _write_criterion(self, one: Sheet) -> None:
        sheet = self._sheet(self._tab[one])
        names = [24] * (NAME in self._identity)
        widths = [7, 8, 18, 14, *names, 15, 46, 10, 9, 12]
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        last = len(self._columns) - 1
        sheet.write_string(0, 0, f"{one.name}  {one.title}", self._title)
        sheet.merge_range(1, 0, 1, last, one.find, self._plain)
        compare = "Compare: " + "; ".join(one.compare)
        sheet.merge_range(2, 0, 2, last, compare, self._bold)
        sheet.set_row(1, _height(one.find, 120))
        sheet.set_row(2, _height(compare, 110))
        top = _TOP
        sheet.write_row(top, 0, self._columns, self._heading)
        for row, line in enumerate(one.lines, start=top + 1):
            sheet.write_number(row, 0, line.line, self._number)
            sheet.write_number(row, 1, line.record, self._number)
            who = [line.patient_id, line.nhs_number, *([line.name] * (NAME in self._identity))]
            for place, text in enumerate(who, start=2):
                sheet.write_string(row, place, text, self._identity_cell)
            for name in (RESULT, DIFFERS, SEVERITY, INITIALS):
                sheet.write_blank(row, self._columns.index(name), None, self._entry)
            sheet.write_blank(row, self._columns.index(ON), None, self._date)
        end = top + len(one.lines)
        keep_identity(sheet, (top + 1, 0, end, len(self._identity) - 1))
        self._choices(sheet, RESULT, RESULTS, end)
        self._choices(sheet, SEVERITY, SEVERITIES, end)
        place = self._columns.index(RESULT)
        for word in ("different", "not there"):
            bold = self._book.add_format({"bold": True, "bg_color": "#F8D7C4"})
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": bold}
            sheet.conditional_format(top + 1, place, end, place, rule)
        self._finish(sheet, top, len(self._columns), len(one.lines))

    def _choices(self, sheet: Worksheet, name: str, words: tuple[str, ...], end: int) -> None:
        place = self._columns.index(name)
        choice = {
            "validate": "list",
            "source": list(words),
            "error_title": name,
            "error_message": f"Choose one of: {', '.join(words)}.",
        }
        sheet.data_validation(_TOP + 1, place, end, place, choice)

    def _write_list(self, selected: pl.DataFrame) -> None:
        sheet = self._sheet(LIST)
        sheet.set_column(0, len(SELECTION_LIST) - 1, 17)
        sheet.write_row(0, 0, list(SELECTION_LIST), self._heading)
        texts = selected.select(pl.all().cast(pl.String).fill_null(""))
        for row, cells in enumerate(texts.iter_rows(), start=1):
            for place, text in enumerate(cells):
                sheet.write_string(row, place, one_line(text), self._identity_cell)
        self._finish(sheet, 0, len(SELECTION_LIST), selected.height)

    def _results(self, one: Sheet, column: int | None = None) -> str:
        """Return the range of a column on a criterion's sheet, by default of its results."""
        letter = chr(ord("A") + (self._columns.index(RESULT) if column is None else column))
        rows = f"${letter}${_TOP + 2}:${letter}${_TOP + 1 + len(one.lines)}"
        return f"'{self._tab[one]}'!{rows}"

    def _finish(self, sheet: Worksheet, top: int, columns: int, rows: int) -> None:
        """Freeze and repeat the headings, and let people filter."""
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, top + max(rows, 1), columns - 1)


_TOP = 4
"""The row (from 0) of the headings on a criterion's sheet."""


def _height(text: str, width: int) -> float:
    """Return the height of a row that shows a text in lines of `width` characters.

    It is set here because not every program works it out when it opens the workbook.
    """
    return 15.0 * max(1, -(-len(text) // width))


def keep_identity(sheet: Worksheet, cells: tuple[int, int, int, int]) -> None:
    """Ask whoever types over cells that say whose line it is to leave them as they are.

    `cells` are the first row and column, and the last. Sorting and filtering are not affected.
    """
    rule = {
        "validate": "custom",
        "value": "=FALSE",
        "ignore_blank": False,
        "error_title": "Whose line this is",
        "error_message": "This cell says whose line it is. Press Esc to leave it as it is.",
    }
    sheet.data_validation(*cells, rule)
