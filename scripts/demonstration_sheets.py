"""Write the suppliers' sheets in words that ship for demonstrations: `python scripts/...py`.

criteria/supplier_sheet.xlsx and criteria/supplier_criteria.docx are written as suppliers write
them: a cover sheet, a banner, merged cells, columns for testers, abbreviations, a table for each
area. Every word is ours.
"""  # noqa: INP001 - a script, no package

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter

CRITERIA = Path(__file__).resolve().parents[1] / "criteria"
DAY = datetime(2026, 1, 1, tzinfo=UTC)

HEADER = (
    *("Ref", "Section/Area", "Test criteria", "What to check in new system", "No. of pts"),
    *("Tester", "Date tested", "Pass/Fail"),
)
SHEET: tuple[tuple[str, tuple[tuple[str, str, object], ...]], ...] = (
    (
        "Demographics",
        (
            ("Pts with a double-barrelled surname or an apostrophe", "Spelling\nSearch", 20),
            ("Pts with a previous surname", "Both names", "up to 20"),
            ("No NHS number", "Shown as not known, not as blank", "x10"),
            ("Pts over 90", "Date of birth\nAge", 20),
            ("Babies under 8 weeks", "Date of birth\nAge", 5),
            ("Pts who died in the last 2 years", "Date of death\nStatus", "10 pts"),
            ("Pts who have left the practice", "There, or left out on purpose", 10),
            ("Temporary residents", "Registration type", 5),
            ("NOK recorded", "Name, relationship, telephone", "all"),
            ("Pts with an e-mail address", "Verified or not", 20),
        ),
    ),
    (
        "Clinical record",
        (
            ("More than ten active problems", "Order\nSignificance", 20),
            ("Past problem with an end date", "Both dates", 10),
            ("Drug allergy", "Reaction\nSeverity", 20),
            ("NKDA recorded", "Shown as such", 10),
            ("BP recorded in the last 12/12", "Both values\nUnit", 20),
            ("Largest 10% of records", "Number of entries", "5-10"),
            ("Pregnant pts", "Due date", 10),
            ("Pt the receptionists know to be difficult on the phone", "Alerts", 5),
        ),
    ),
    (
        "Medication",
        (
            ("Pts on more than eight rpts", "Dose\nQuantity\nReview date", 20),
            ("CD on repeat", "Drug, strength and dose; issues used and authorised", 20),
            ("Current warfarin", "Dose instructions; INR", 10),
            ("Repeat dispensing", "Number of issues left", 10),
            ("1. Hospital-only drug\n2. Item not mapped to dm+d", "Drug name", 5),
        ),
    ),
    (
        "Workflow",
        (
            ("2WW referral", "UBRN\nDate", 10),
            ("DNA in the last year", "Slot type\nClinician", 20),
            ("Appt booked in the future", "Date, time and clinician", 20),
            ("Overdue recall", "Due date", 10),
            ("Safeguarding", "Who may see it", "as many as possible"),
            ("Opted out of sharing", "Code and date", 10),
        ),
    ),
)
WORD_HEADER = ("No.", "Which patients", "Please compare", "Number")
WORD: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Immunisation and screening",
        (
            ("Children under 5 with MMR", "Dose\nBatch\nSite", "10"),
            ("Vaccine refused", "Reason", "10"),
            ("Women with an adequate cervical smear in the last 5 years", "Result; recall", "20"),
            ("Patients over 65 with a flu vaccination", "Date given", "20"),
        ),
    ),
    (
        "Registers",
        (
            ("Patients with asthma", "Review date", "20"),
            ("Patients with type 2 diabetes and HbA1c over 58", "Value\nUnit", "20"),
            ("Patients with COPD aged over 40", "Spirometry", "10"),
            ("Patients who remember the old surgery", "Nothing in particular", "2"),
        ),
    ),
)


def write_workbook(path: Path) -> None:
    """Write the workbook: a cover sheet, then the list below a banner with merged areas."""
    with xlsxwriter.Workbook(path, {"constant_memory": False}) as book:
        book.set_properties({"created": DAY.replace(tzinfo=None), "title": "Test criteria"})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        cover = book.add_worksheet("Read me")
        cover.write("A1", "Data validation test criteria (made up, for demonstrations)", bold)
        cover.write("A3", "The criteria are on the next sheet.")
        sheet = book.add_worksheet("Test criteria")
        sheet.merge_range(0, 0, 0, len(HEADER) - 1, "Data validation – criteria v2.3", bold)
        sheet.write(1, 0, "Please find patients for each line; testers fill in the last columns.")
        for column, width in enumerate((7, 18, 48, 40, 14, 10, 12, 10)):
            sheet.set_column(column, column, width)
        sheet.write_row(3, 0, HEADER, bold)
        row = 4
        for area, lines in SHEET:
            sheet.merge_range(row, 1, row + len(lines) - 1, 1, area, wrapped)
            for number, (find, compare, wanted) in enumerate(lines, 1):
                sheet.write(row, 0, f"{area[0]}{number:02d}", wrapped)
                sheet.write(row, 2, find, wrapped)
                sheet.write(row, 3, compare, wrapped)
                sheet.write(row, 4, wanted, wrapped)
                row += 1
        sheet.write(row + 1, 2, "Total")
        sheet.freeze_panes(4, 0)
        sheet.activate()


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.numbering+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{office}/{kind}" Target="{target}"/></Relationships>'
)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NUMBERING = (
    f'<w:numbering xmlns:w="{_WORD}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="W%1"/></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def write_document(path: Path) -> None:
    """Write the Word document: a heading and a table for each area, numbered by Word itself."""
    blocks = [_paragraph("Criteria for data validation (made up, for demonstrations)", size=32)]
    blocks.append(_paragraph("Please choose patients who are registered now."))
    for area, lines in WORD:
        blocks.append(_paragraph(area, size=26))
        rows = [_row([_paragraph(name, is_bold=True) for name in WORD_HEADER])]
        for find, compare, number in lines:
            texts = [find, compare, number]
            rows.append(
                _row([_numbered(), *("".join(map(_paragraph, t.split("\n"))) for t in texts)])
            )
        borders = "".join(
            f'<w:{side} w:val="single" w:sz="4"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in (700, 4500, 2800, 1000))
        blocks.append(
            f"<w:tbl><w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr>"
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )
    blocks.append(_paragraph("Thank you."))
    document = (
        f'{_XML}<w:document xmlns:w="{_WORD}"><w:body>{"".join(blocks)}</w:body></w:document>'
    )
    parts = {
        "[Content_Types].xml": _XML + _TYPES,
        "_rels/.rels": _XML
        + _RELATIONS.format(office=_OFFICE, kind="officeDocument", target="word/document.xml"),
        "word/_rels/document.xml.rels": _XML
        + _RELATIONS.format(office=_OFFICE, kind="numbering", target="numbering.xml"),
        "word/document.xml": document,
        "word/numbering.xml": _XML + _NUMBERING,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)


def _paragraph(text: str, *, size: int = 22, is_bold: bool = False) -> str:
    bold = "<w:b/>" if is_bold or size > 22 else ""
    run = f'<w:r><w:rPr>{bold}<w:sz w:val="{size}"/></w:rPr><w:t>{escape(text)}</w:t></w:r>'
    return f"<w:p>{run}</w:p>"


def _numbered() -> str:
    return '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr></w:p>'


def _row(cells: list[str]) -> str:
    return f"<w:tr>{''.join(f'<w:tc><w:tcPr/>{cell}</w:tc>' for cell in cells)}</w:tr>"


if __name__ == "__main__":
    write_workbook(CRITERIA / "supplier_sheet.xlsx")
    write_document(CRITERIA / "supplier_criteria.docx")
