"""A workbook as text: what its XML parts say, so that a golden file can guard it.

Cells with their kind, text or formula, and what their style means; widths, heights, merged cells,
validations, conditions, protection, panes, filters, print set-up, names. What a writer may number
as it likes (styles, shared texts) is written out.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_QUIET = {"sheetData", "cols", "dimension", "sheetFormatPr", "mergeCells", "sheetViews"}


def dump(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {
            name: ET.fromstring(book.read(name))
            for name in book.namelist()
            if name.endswith(".xml")
        }
    texts = ["".join(one.itertext()) for one in parts["xl/sharedStrings.xml"].iter(f"{MAIN}si")]
    styles = _styles(parts["xl/styles.xml"])
    workbook = parts["xl/workbook.xml"]
    sheets = [one.attrib["name"] for one in workbook.iter(f"{MAIN}sheet")]
    usual = ("xl/theme/", "docProps/")  # of whatever version of the writer
    named = sorted(name for name in parts if not name.startswith(usual))
    lines = [f"parts: {', '.join(named)}", f"sheets: {', '.join(sheets)}"]
    lines += [
        f"name: {one.attrib['name']} = {one.text}" for one in workbook.iter(f"{MAIN}definedName")
    ]
    for number, name in enumerate(sheets, start=1):
        lines += [
            "",
            f"[{name}]",
            *_sheet(parts[f"xl/worksheets/sheet{number}.xml"], texts, styles),
        ]
    return "\n".join(lines) + "\n"


def _sheet(sheet: ET.Element, texts: list[str], styles: list[tuple[str, str]]) -> list[str]:
    lines = [f"pane: {_attributes(one)}" for one in sheet.iter(f"{MAIN}pane")]
    lines += [
        f"columns {one.attrib['min']}-{one.attrib['max']}: {float(one.attrib['width']):.0f}"
        for one in sheet.iter(f"{MAIN}col")
    ]
    merged = [one.attrib["ref"] for one in sheet.iter(f"{MAIN}mergeCell")]
    lines += [f"merged: {', '.join(merged)}"] * bool(merged)
    for part in sheet:
        tag = part.tag.removeprefix(MAIN)
        if tag not in _QUIET:
            lines += _part(part, tag, styles)
    for row in sheet.iter(f"{MAIN}row"):
        cells = [cell for one in row if (cell := _cell(one, texts, styles))]
        height = f" ({row.attrib['ht']} high)" if "ht" in row.attrib else ""
        lines += [f"row {row.attrib['r']}{height}", *cells]
    return lines


def _part(part: ET.Element, tag: str, styles: list[tuple[str, str]]) -> list[str]:
    words = "".join(part.itertext()).strip()
    if len(part) == 0:
        return [" ".join(one for one in (f"{tag}:", _attributes(part), words) if one)]
    lines = [f"{tag}:"]
    for one in part:
        inner = [
            f"{child.tag.removeprefix(MAIN)} {_attributes(child)} {''.join(child.itertext())}"
            for child in one
        ]
        said = [one.tag.removeprefix(MAIN), _attributes(one), *inner]
        said += [] if len(one) else [one.text or ""]
        lines.append("  " + " ".join(" ".join(said).split()))
    return lines


def _cell(cell: ET.Element, texts: list[str], styles: list[tuple[str, str]]) -> str:
    value, formula = cell.find(f"{MAIN}v"), cell.find(f"{MAIN}f")
    kind = cell.attrib.get("t", "n")
    text = "" if value is None else value.text or ""
    if kind == "s":
        text, kind = repr(texts[int(text)]), "text"
    elif formula is not None:
        text, kind = f"={formula.text}", "formula"
    else:
        kind = "number" if text else "empty"
    style = styles[int(cell.attrib.get("s", "0"))]
    return f"  {cell.attrib['r']} {kind} {text} {' '.join(one for one in style if one)}".rstrip()


def _styles(styles: ET.Element) -> list[tuple[str, str]]:
    """Say of each style whether it is locked, and its number format."""
    formats = {
        one.attrib["numFmtId"]: one.attrib["formatCode"] for one in styles.iter(f"{MAIN}numFmt")
    } | {"49": "@"}
    found = []
    for one in styles.iterfind(f"{MAIN}cellXfs/*"):
        protection = one.find(f"{MAIN}protection")
        open_ = protection is not None and protection.attrib.get("locked") == "0"
        number = formats.get(one.attrib.get("numFmtId", "0"), "")
        found.append(("(to be filled in)" if open_ else "", f"({number})" if number else ""))
    return found


def _attributes(one: ET.Element) -> str:
    return " ".join(
        f"{re.sub(r'^{.*}', '', name)}={value}"
        for name, value in sorted(one.attrib.items())
        if name not in {"dxfId", "xWindow", "yWindow"}
    )
