"""Documents (`document.py`) as one PDF to print: A4, with who or what it is about on each page.

All text is drawn as it is, never read as markup, in a font that comes with recordpick and is
embedded, so that a page looks the same on every computer. A character that the font does not have
is written out (⟨U+4E2D⟩): nothing is left out silently. The same documents give the same bytes.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from recordpick.document import Block, Document, Grid, Items, Paragraph, Section, Signatures
from recordpick.resources import data_file
from recordpick.sanitize import visible

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable

_FONTS = {
    "recordpick": "DejaVuSansCondensed.ttf",
    "recordpick-bold": "DejaVuSansCondensed-Bold.ttf",
}
_PLAIN, _BOLD = _FONTS
_MM = 72 / 25.4
_LEFT, _TOP, _BOTTOM = 15 * _MM, 22 * _MM, 17 * _MM
_WIDTH, _HEIGHT = 210 * _MM, 297 * _MM
_ROOM = _WIDTH - 2 * _LEFT
_LEAST_COLUMN, _WIDEST_WORD, _NARROW = 40.0, 0.2 * _ROOM, 65.0
"""Points of a column: the least, for its longest word at most, and what is never made narrower."""
_PADDING = 2.5
_HEADING_ROOM, _SIGNATURE_ROOM = 90.0, 32.0
"""Points that a heading needs with what is below it, or begins a new page; and a signature."""


@dataclass(frozen=True, slots=True)
class Style:
    """A font with its size, the height of a line and the space above, in points."""

    font: str
    size: float
    leading: float
    above: float = 0.0


_TITLE = Style(_BOLD, 16, 20)
_ABOUT = Style(_PLAIN, 9, 12, 2)
_HEADINGS = (Style(_BOLD, 12, 15, 14), Style(_BOLD, 10, 13, 9))
_TEXT = Style(_PLAIN, 9, 12, 5)
_WARNING = Style(_BOLD, 9, 12, 5)
_CELL, _HEADER = Style(_PLAIN, 7.5, 9), Style(_BOLD, 7.5, 9)
_MARGIN_SIZE = 7.5


def as_pdf(documents: Sequence[Document], footer: str, tag: str = "") -> bytes:
    """Return the documents as one PDF; each begins on a page of its own.

    Every page has the document's title and the `tag` at its top, the `footer` and "page n of m"
    (of its document) at its bottom.
    """
    from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageBreak, PageTemplate

    _register_fonts()
    frame = Frame(
        _LEFT, _BOTTOM, _ROOM, _HEIGHT - _TOP - _BOTTOM,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    templates, story = [], []
    for number, document in enumerate(documents):
        name = str(number)

        def begin(canvas: Canvas, _: object, document: Document = document) -> None:
            _draw_header(canvas, document.title, tag)

        templates.append(PageTemplate(name, [frame], onPage=begin))
        if number:
            story += [NextPageTemplate(name), PageBreak()]
        story += [_DocumentBegins(), *_flowables(document)]
    buffer = io.BytesIO()
    template = BaseDocTemplate(
        buffer,
        pagesize=(_WIDTH, _HEIGHT),
        pageTemplates=templates,
        title=visible(documents[0].title) if len(documents) == 1 else "",
        creator="recordpick",
        producer="recordpick",
        invariant=1,
    )
    template.build(story, canvasmaker=_canvas_with_footer(footer))
    return buffer.getvalue()


# ---------------------------------------------------------------- text


@lru_cache(maxsize=1)
def page_count(pdf: bytes) -> int:
    """Return the number of pages of a PDF that `as_pdf` made."""
    return len(re.findall(rb"/Type /Page\s", pdf))


def _register_fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(data_file("fonts") / file)))


@lru_cache(maxsize=16)
def _glyphs(font: str) -> frozenset[int]:
    """Return the code points that a font has."""
    from reportlab.pdfbase import pdfmetrics

    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


def _drawable(text: str, font: str) -> str:
    """Return a text as it is drawn: visible, and with what the font does not have written out."""
    shown = visible(text)
    glyphs = _glyphs(font)
    if shown.isascii() or all(ord(letter) in glyphs for letter in shown):
        return shown
    return "".join(
        letter if ord(letter) in glyphs else f"⟨U+{ord(letter):04X}⟩" for letter in shown
    )


def _width(text: str, style: Style) -> float:
    from reportlab.pdfbase import pdfmetrics

    return float(pdfmetrics.stringWidth(text, style.font, style.size))


def _wrapped(text: str, style: Style, width: float) -> list[str]:
    """Return a text in lines of at most that width; only a word that is wider is broken."""
    lines, line, used = [], "", 0.0
    space = _width(" ", style)
    for word in _drawable(text, style.font).split(" "):
        size = _width(word, style)
        if line and used + space + size <= width:
            line, used = f"{line} {word}", used + space + size
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, size, style, width)
        lines += full
        used = _width(line, style) if full else size
    return [*lines, line]


def _broken(word: str, size: float, style: Style, width: float) -> list[str]:
    if size <= width:
        return [word]
    parts, part = [], ""
    for letter in word:
        if part and _width(part + letter, style) > width:
            parts.append(part)
            part = ""
        part += letter
    return [*parts, part]


# ---------------------------------------------------------------- pages


def _draw_header(canvas: Canvas, title: str, tag: str) -> None:
    canvas.setFont(_BOLD, _MARGIN_SIZE)
    top = _HEIGHT - _TOP + 8 * _MM
    right = _drawable(tag, _BOLD)
    style = Style(_BOLD, _MARGIN_SIZE, 0)
    room = _ROOM - _width(right, style) - 12
    canvas.drawString(_LEFT, top, _wrapped(title, style, room)[0])
    canvas.drawRightString(_WIDTH - _LEFT, top, right)
    canvas.setLineWidth(0.5)
    canvas.line(_LEFT, top - 3, _WIDTH - _LEFT, top - 3)


def _canvas_with_footer(footer: str) -> type[Canvas]:
    """Return a canvas that writes the footers when it is known how many pages there are."""
    from reportlab.pdfgen.canvas import Canvas

    class CanvasWithFooter(Canvas):  # type: ignore[misc] # reportlab ships no types
        def __init__(self, *args: object, **more: object) -> None:
            super().__init__(*args, **{**more, "initialFontName": _PLAIN})
            self.pages: list[dict[str, Any]] = []
            self.document_starts: list[int] = []

        def showPage(self) -> None:  # noqa: N802 - the name that reportlab calls
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            pages, starts = self.pages, [*self.document_starts, len(self.pages)]
            for first, end in itertools.pairwise(starts):
                for number, page in enumerate(pages[first:end], start=1):
                    self.__dict__.update(page)
                    _draw_footer(self, footer, f"Page {number} of {end - first}")
                    super().showPage()
            super().save()

    return CanvasWithFooter


def _draw_footer(canvas: Canvas, footer: str, page: str) -> None:
    canvas.setFont(_PLAIN, _MARGIN_SIZE)
    at = _BOTTOM - 7 * _MM
    canvas.setLineWidth(0.5)
    canvas.line(_LEFT, at + 10, _WIDTH - _LEFT, at + 10)
    style = Style(_PLAIN, _MARGIN_SIZE, 0)
    room = _ROOM - _width(page, style) - 12
    for number, line in enumerate(_wrapped(footer, style, room)):
        canvas.drawString(_LEFT, at - 9 * number, line)
    canvas.drawRightString(_WIDTH - _LEFT, at, page)


# ---------------------------------------------------------------- content


def _DocumentBegins() -> Flowable:  # noqa: N802 - makes an object of a class that is loaded late
    """Return a mark of no size that notes on which page a document begins."""
    from reportlab.platypus import Flowable

    class DocumentBegins(Flowable):  # type: ignore[misc] # reportlab ships no types
        def wrap(self, *_: float) -> tuple[float, float]:
            return (0.0, 0.0)

        def draw(self) -> None:
            self.canv.document_starts.append(len(self.canv.pages))

    return DocumentBegins()


def _flowables(document: Document) -> Iterator[Flowable]:
    yield _text(document.title, _TITLE)
    for about in document.about:
        yield _text(about, _ABOUT)
    for section in document.sections:
        yield from _section(section, 0)


def _section(section: Section, level: int) -> Iterator[Flowable]:
    from reportlab.platypus import CondPageBreak

    style = _HEADINGS[min(level, len(_HEADINGS) - 1)]
    signed = sum(len(one.roles) for one in section.blocks if isinstance(one, Signatures))
    yield CondPageBreak(_HEADING_ROOM + signed * 1.5 * _SIGNATURE_ROOM)
    yield _text(f"{section.mark} {section.title}".strip(), style)
    for block in section.blocks:
        yield from _block(block)
    for inner in section.sections:
        yield from _section(inner, level + 1)


def _block(block: Block) -> Iterator[Flowable]:
    match block:
        case Paragraph(text, warns):
            yield _text(f"! {text}" if warns else text, _WARNING if warns else _TEXT)
        case Items(texts, is_numbered):
            for number, text in enumerate(texts, 1):
                yield _text(text, _TEXT, f"{number}." if is_numbered else "–")
        case Signatures(roles):
            yield _signatures(roles)
        case Grid(header, rows, right):
            yield _grid(header, rows, right)


def _text(text: str, style: Style, sign: str = "") -> Flowable:
    """Return lines of text that may go on to the next page; a `sign` stands before them."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Preformatted

    indent = 14 if sign else 0
    lines = _wrapped(text, style, _ROOM - indent)
    drawn = ParagraphStyle(
        "text",
        fontName=style.font,
        fontSize=style.size,
        leading=style.leading,
        spaceBefore=style.above,
        leftIndent=indent,
        bulletFontName=style.font,
        bulletFontSize=style.size,
    )
    return Preformatted("\n".join(lines), drawn, bulletText=sign or None)


def _signatures(roles: tuple[str, ...]) -> Flowable:
    from reportlab.lib import colors
    from reportlab.platypus import Table

    rows = [("", "Name", "Signature", "Date"), *((role, "", "", "") for role in roles)]
    table = Table(
        rows,
        colWidths=[0.24 * _ROOM, 0.3 * _ROOM, 0.3 * _ROOM, 0.16 * _ROOM],
        rowHeights=[14.0, *([_SIGNATURE_ROOM] * len(roles))],
        spaceBefore=8,
    )
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), _PLAIN, 9),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("LINEBELOW", (1, 1), (-1, -1), 0.5, colors.black),
        ]
    )
    return table


def _grid(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], right: frozenset[int]) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import LongTable

    widths = _column_widths(header, rows)
    cells = [_cells(header, widths, _HEADER), *(_cells(row, widths, _CELL) for row in rows)]
    heights = [
        max(cell.count("\n") + 1 for cell in row) * _CELL.leading + _PADDING for row in cells
    ]
    table = LongTable(
        cells,
        colWidths=widths,
        rowHeights=heights,
        repeatRows=1,
        hAlign="LEFT",
        spaceBefore=5,
        splitInRow=1,
    )
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), _CELL.font, _CELL.size, _CELL.leading),
        ("FONT", (0, 0), (-1, 0), _HEADER.font, _HEADER.size, _HEADER.leading),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("TOPPADDING", (0, 0), (-1, -1), _PADDING / 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), _PADDING / 2),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2 * _PADDING),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.Color(0.7, 0.7, 0.7)),
    ]
    style += [("ALIGN", (at, 0), (at, -1), "RIGHT") for at in right]
    table.setStyle(style)
    return table


def _cells(row: tuple[str, ...], widths: list[float], style: Style) -> tuple[str, ...]:
    return tuple(
        "\n".join(_wrapped(text, style, width - 2 * _PADDING))
        for text, width in zip(row, widths, strict=True)
    )


def _column_widths(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> list[float]:
    """Return widths that fill no more than the page: wide columns are made narrower first."""
    columns = list(zip(header, *rows, strict=True))
    wanted = [
        max(
            _width(_drawable(header[at], _BOLD), _HEADER),
            *(_width(_drawable(text, _PLAIN), _CELL) for text in texts[1:]),
            0.0,
        )
        + 2 * _PADDING
        + 1
        for at, texts in enumerate(columns)
    ]
    least = [
        size
        if size <= _NARROW
        else min(size, max(_LEAST_COLUMN, min(_longest_word(texts), _WIDEST_WORD)) + 2 * _PADDING)
        for size, texts in zip(wanted, columns, strict=True)
    ]
    if sum(least) > _ROOM:
        least = [size * _ROOM / sum(least) for size in least]
    spare = _ROOM - sum(least)
    extra = [max(0.0, size - floor) for size, floor in zip(wanted, least, strict=True)]
    if sum(extra) <= spare:
        return wanted
    share = spare / sum(extra)
    return [floor + more * share for floor, more in zip(least, extra, strict=True)]


def _longest_word(texts: tuple[str, ...]) -> float:
    words = {word for text in texts for word in _drawable(text, _PLAIN).split()}
    return max((_width(word, _HEADER) for word in words), default=0.0)
