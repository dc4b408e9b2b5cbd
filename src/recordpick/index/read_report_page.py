"""What was read for an index, in words: for the terminal, the app, and `read_report.html`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recordpick.document import Block, Document, Grid, Items, Paragraph, Section, as_html
from recordpick.index.as_at import TODAY
from recordpick.index.manifest import EMPTIED_VALUES, READ_REPORT, REJECTED, Manifest
from recordpick.index.read_report import ReadReport, Reason, TableRead, read_report
from recordpick.schema import TABLES
from recordpick.text import day

TITLE = "What was read"


def write_page(folder: Path, manifest: Manifest, more: Sequence[Section] = ()) -> None:
    """Write `read_report.html` into an index folder that is being made."""
    report = read_report(folder, manifest)
    page = as_html(document_of(report, more)).encode()
    (folder / READ_REPORT).write_bytes(page)


def document_of(report: ReadReport, more: Sequence[Section] = ()) -> Document:
    """Return what was read as a document; `more` are sections after the tables."""
    sections = [_as_at(report), _rows(report), *more]
    found = (_warnings(report), _rejected(report), _emptied(report))
    sections += [section for section in found if section is not None]
    sections += _sentences(report)
    sections.append(_columns(report))
    return Document(TITLE, tuple(_about(report)), tuple(sections))


def _about(report: ReadReport) -> Iterator[str]:
    yield report.practice or "A practice that its records do not name"
    if report.synthetic:
        yield "SYNTHETIC DATA: no record here is a real patient's."
    yield f"Index made {report.made_at} by {report.made_by}"


def as_at_in_words(report: ReadReport) -> str:
    """Return the as-at date, and where it comes from."""
    as_at = day(report.as_at)
    if report.as_at_from == TODAY:
        return f"As at {as_at}: that is the day of indexing, as no source says its day."
    if not report.as_at_from:
        return f"As at {as_at}. Where that comes from was not kept."
    return f"As at {as_at}, from: {report.as_at_from}."


def _as_at(report: ReadReport) -> Section:
    is_guess = report.as_at_from == TODAY
    text = "Is this not the day of the export? Make the index again with --as-at, or type the day."
    blocks = (Paragraph(as_at_in_words(report), warns=is_guess), Paragraph(text))
    return Section("As-at date", blocks, mark="!" if is_guess else "√")


def _rows(report: ReadReport) -> Section:
    rows = [_row(table) for table in report.tables]
    rows += [
        (f"? {TABLES[name].title}", "", "", "", "", "", "not supplied") for name in report.missing
    ]
    header = ("Table", "Read", "Indexed", "Rejected", "Deleted", "Emptied", "In the index")
    patients = "1 patient" if report.patients == 1 else f"{report.patients:,} patients"
    blocks: list[Block] = [
        Paragraph(f"{patients} in the index."),
        Grid(header, tuple(rows), frozenset(range(1, 7))),
        Paragraph(
            "Read = indexed + rejected + deleted by the source itself; emptied values are in rows "
            "that are indexed. A table that is not supplied is not empty: nothing is known of it."
        ),
    ]
    if not report.rows_rejected and not report.values_emptied and not report.guesses:
        blocks.append(Paragraph("Nothing was rejected, emptied or guessed."))
    return Section("Rows by table", tuple(blocks), mark="!" if report.rows_rejected else "√")


def _row(table: TableRead) -> tuple[str, ...]:
    numbers = (table.read, table.indexed, table.rejected, table.deleted, table.emptied)
    mark = "! " if table.rejected else ""
    kept = "a lookup" if table.rows is None else f"{table.rows:,}"
    return (f"{mark}{table.title}", *(f"{number:,}" for number in numbers), kept)


def _warnings(report: ReadReport) -> Section | None:
    if not report.warnings:
        return None
    blocks = tuple(Paragraph(text, warns=True) for text in report.warnings)
    return Section("Warnings", blocks, mark="!")


def _rejected(report: ReadReport) -> Section | None:
    if not report.rejected:
        return None
    rows = tuple(
        (f"{one.count:,}", one.file, one.table, one.reason, _lines(one)) for one in report.rejected
    )
    header = ("Rows", "File", "Table", "Reason", "Such as")
    return Section(
        f"Rejected rows: {report.rows_rejected:,}",
        tuple(_listed(Grid(header, rows, frozenset({0})), report.more_rejected, REJECTED)),
        mark="!",
    )


def _emptied(report: ReadReport) -> Section | None:
    if not report.emptied:
        return None
    rows = tuple(
        (f"{one.count:,}", one.file, f"{one.table}.{one.column}", one.reason, _lines(one))
        for one in report.emptied
    )
    header = ("Values", "File", "Column", "Reason", "Such as")
    return Section(
        f"Values that were left empty: {report.values_emptied:,}",
        tuple(_listed(Grid(header, rows, frozenset({0})), report.more_emptied, EMPTIED_VALUES)),
        mark="!",
    )


def _listed(grid: Grid, more: int, file: str) -> Iterator[Block]:
    yield grid
    if more:
        yield Paragraph(f"{more:,} more have other reasons.")
    yield Paragraph(f"{file} in the index's folder has each of them with its line.")


def _lines(one: Reason) -> str:
    if not one.lines:
        return ""
    each = ", ".join(f"{line:,}" for line in one.lines)
    return f"line {each}" if len(one.lines) == 1 else f"lines {each}"


def _sentences(report: ReadReport) -> Iterator[Section]:
    for title, texts, mark in (
        ("Guessed, or as somebody answered", report.guesses, "!"),
        ("Files and columns that were not used", report.unused, ""),
        ("Known of a part only", report.partial, "!"),
        ("How the sources were read", report.notes, ""),
    ):
        if texts:
            yield Section(title, (Items(texts),), mark=mark)


def _columns(report: ReadReport) -> Section:
    rows = [
        (table.title, ", ".join(table.columns), ", ".join(table.lacking) or "none")
        for table in report.tables
        if table.rows is not None
    ]
    rows += [(TABLES[name].title, "", "the whole table") for name in report.missing]
    header = ("Table", "Columns in the index", "Columns that no source supplies")
    return Section("Tables and columns", (Grid(header, tuple(rows)),))


def as_values(report: ReadReport) -> dict[str, Any]:
    """Return the report as plain values, for JSON."""
    return asdict(report) | {"as_at": report.as_at.isoformat()}
