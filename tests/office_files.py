"""Small Word and OpenDocument files for tests, written as their XML is."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def paragraph(text: str, style: str = "", number: str = "") -> str:
    settings = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        settings += f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
    lines = "<w:br/>".join(f"<w:t>{escape(line)}</w:t>" for line in text.split("\n"))
    return f"<w:p><w:pPr>{settings}</w:pPr><w:r>{lines}</w:r></w:p>"


def cell(content: str, settings: str = "") -> str:
    """A cell; content that begins with "<w:" is XML already."""
    body = content if content.startswith("<w:") else paragraph(content)
    return f"<w:tc><w:tcPr>{settings}</w:tcPr>{body}</w:tc>"


def word_table(rows: Sequence[Sequence[str]]) -> str:
    """A table of rows of cells, each a text or the XML of a whole cell."""
    lines = []
    for row in rows:
        cells = "".join(one if one.startswith("<w:tc>") else cell(one) for one in row)
        lines.append(f"<w:tr>{cells}</w:tr>")
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def write_docx(path: Path, *blocks: str, numbering: str = "", before: str = "") -> Path:
    body = f"<w:document {W}><w:body>{''.join(blocks)}</w:body></w:document>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<?xml version='1.0'?>{before}{body}")
        if numbering:
            archive.writestr("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")
    return path


def write_ods(
    path: Path, sheets: dict[str, str], *, before: str = "", protected: bool = False
) -> Path:
    """An OpenDocument spreadsheet; each sheet is the XML of its rows."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{rows}</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f"<?xml version='1.0'?>{before}<office:document-content {ODS}><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        manifest = "<manifest:encryption-data/>" if protected else ""
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return path


def ods_row(cells: Sequence[object], settings: str = "") -> str:
    written = []
    for one in cells:
        if isinstance(one, str):
            text = "".join(f"<text:p>{escape(line)}</text:p>" for line in one.split("\n") if one)
            kind = ' office:value-type="string"'
        else:
            text, kind = (
                f"<text:p>{one}</text:p>",
                f' office:value-type="float" office:value="{one}"',
            )
        written.append(f"<table:table-cell{kind}>{text}</table:table-cell>")
    return f"<table:table-row{settings}>{''.join(written)}</table:table-row>"
