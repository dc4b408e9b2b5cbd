"""A short document of headings, paragraphs, lists and tables: as text, and as one HTML page.

The page is complete in itself: no scripts, nothing from another address, and it prints on paper.
Whatever a pack or a practice's records contain is shown as text (`sanitize`), never read as markup.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from recordpick.sanitize import visible

WIDTH = 100
"""Columns of the text, unless said otherwise."""
_LEAST = 12
_GAP = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences. One that `warns` is something that a person must see."""

    text: str
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `is_numbered` where the order matters, as of steps to take."""

    texts: tuple[str, ...]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: a header, and rows with as many cells. Columns in `right` hold numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines on which people in these roles sign, with name and date."""

    roles: tuple[str, ...]


Block: TypeAlias = "Paragraph | Items | Grid | Signatures"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what is below it; its own sections after that."""

    title: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()
    mark: str = ""
    """One of the marks of the app beside the heading: √, ! or ?."""


@dataclass(frozen=True, slots=True)
class Document:
    """A title, what it is about, and sections."""

    title: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]


# ---------------------------------------------------------------- text


def as_text(document: Document, width: int = WIDTH) -> list[str]:
    """Return the document as lines of at most `width` characters, except for longer words."""
    lines = [*_wrapped(document.title, width), ""]
    for about in document.about:
        lines += _wrapped(about, width)
    for section in document.sections:
        lines += ["", *section_lines(section, width)]
    return lines


def section_lines(section: Section, width: int = WIDTH, level: int = 1) -> list[str]:
    """Return the lines of one section, with its heading."""
    title = f"{section.mark} {section.title}".strip()
    lines = _wrapped(title.upper() if level == 1 else title, width)
    for block in section.blocks:
        lines += ["", *block_lines(block, width)]
    for inner in section.sections:
        lines += ["", *section_lines(inner, width, level + 1)]
    return lines


def block_lines(block: Block, width: int = WIDTH) -> list[str]:
    """Return the lines of a paragraph, a list or a table."""
    match block:
        case Paragraph(text, warns):
            return _wrapped(f"! {text}" if warns else text, width)
        case Items(texts, is_numbered):
            lines = []
            for number, text in enumerate(texts, 1):
                sign = f"{number}. " if is_numbered else "- "
                lines += _wrapped(text, width, sign)
            return lines
        case Signatures(roles):
            return list(_signature_lines(roles, width))
        case Grid():
            return list(_grid_lines(block, width))


def _wrapped(text: str, width: int, sign: str = "") -> list[str]:
    return textwrap.wrap(
        visible(text),
        max(width, _LEAST),
        initial_indent=sign,
        subsequent_indent=" " * len(sign),
        break_on_hyphens=False,
        break_long_words=False,
    ) or [sign.rstrip()]


def _signature_lines(roles: tuple[str, ...], width: int) -> Iterator[str]:
    widest = max(map(len, (*roles, "Signature")))
    rule = "_" * max(_LEAST, width - widest - 22)
    for number, role in enumerate(roles):
        yield from [""] * (number > 0)
        yield f"{visible(role).ljust(widest)}  {rule}"
        yield ""
        yield f"{'Signature'.ljust(widest)}  {rule}  Date ____________"


def _grid_lines(grid: Grid, width: int) -> Iterator[str]:
    rows = [tuple(visible(cell) for cell in row) for row in (grid.header, *grid.rows)]
    widths = _widths(rows, grid.right, width)
    if widths is None:
        yield from _row_by_row(rows, width)
        return
    for number, row in enumerate(rows):
        cells = [
            textwrap.wrap(cell, size, break_on_hyphens=False) or [""]
            for cell, size in zip(row, widths, strict=True)
        ]
        for at in range(max(map(len, cells))):
            yield (
                (" " * _GAP)
                .join(
                    _aligned(cell[at] if at < len(cell) else "", size, right=column in grid.right)
                    for column, (cell, size) in enumerate(zip(cells, widths, strict=True))
                )
                .rstrip()
            )
        if number == 0:
            yield (" " * _GAP).join("─" * size for size in widths)


def _row_by_row(rows: Sequence[tuple[str, ...]], width: int) -> Iterator[str]:
    """Yield a table that is too wide for its place: each row with the names of its columns."""
    header, *others = rows
    for row in others:
        first, *cells = row
        named = [
            f"{name.lower()} {cell}".strip()
            for name, cell in zip(header[1:], cells, strict=True)
            if cell
        ]
        yield from _wrapped(f"{first}: {' · '.join(named)}" if named else first, width, "- ")


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _aligned(text: str, size: int, *, right: bool) -> str:
    return text.rjust(size) if right else text.ljust(size)


def _widths(rows: Sequence[tuple[str, ...]], right: frozenset[int], width: int) -> list[int] | None:
    """Return the widths of the columns: the widest are made narrower until all of them fit.

    None where they do not fit without cutting a number, a code or another word.
    """
    header, *below = rows
    widths = [max(1, *(len(row[at]) for row in rows)) for at in range(len(header))]
    least = [
        max(_longest_word(header[at]), *(len(row[at]) for row in below), 1)
        if at in right
        else min(size, max(_LEAST, *(_longest_word(row[at]) for row in rows)))
        for at, size in enumerate(widths)
    ]
    room = width - _GAP * (len(widths) - 1)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        at = max(range(len(widths)), key=lambda at: (widths[at] - least[at], widths[at]))
        others = [size - least[n] for n, size in enumerate(widths) if n != at]
        excess = sum(widths) - room
        widths[at] -= max(1, min(excess, widths[at] - least[at] - max(others, default=0)))
    return widths


# ---------------------------------------------------------------- HTML

_STYLE = """
body { font: 11pt/1.45 system-ui, "Segoe UI", Arial, sans-serif; color: #1b1b1b;
  background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; } h2 { font-size: 1.3rem; margin-top: 2.2rem;
  border-top: 2px solid #1b1b1b; padding-top: .5rem; } h3 { font-size: 1.05rem; }
.about { color: #444; } .warns { border-left: .3rem solid #9c4a00; padding-left: .7rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0; } caption { text-align: left; }
th, td { border-bottom: 1px solid #bbb; padding: .25rem .8rem .25rem 0; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; } th { border-bottom: 2px solid #1b1b1b; }
.number { text-align: right; white-space: nowrap; } thead { display: table-header-group; }
.signatures { width: 100%; } .signed td { height: 2.6rem; vertical-align: bottom; }
tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } .scroll { overflow: visible; }
  @page { margin: 15mm; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Even if something in the page asked for it, a browser would load and run nothing."""


def as_html(document: Document) -> str:
    """Return the document as one HTML page."""
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en-GB">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{_escaped(document.title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        f"<h1>{_escaped(document.title)}</h1>",
        *(f'<p class="about">{_escaped(text)}</p>' for text in document.about),
    ]
    for section in document.sections:
        parts += _section_html(section, 2)
    return "\n".join([*parts, "</body>", "</html>", ""])


def _section_html(section: Section, level: int) -> list[str]:
    mark = f"{section.mark} " if section.mark else ""
    parts = [f"<h{level}>{_escaped(mark + section.title)}</h{level}>"]
    parts += [_block_html(block) for block in section.blocks]
    for inner in section.sections:
        parts += _section_html(inner, min(level + 1, 6))
    return parts


def _block_html(block: Block) -> str:
    match block:
        case Paragraph(text, warns):
            return f'<p class="warns">{_escaped(text)}</p>' if warns else f"<p>{_escaped(text)}</p>"
        case Items(texts, is_numbered):
            tag = "ol" if is_numbered else "ul"
            items = "".join(f"<li>{_escaped(text)}</li>" for text in texts)
            return f"<{tag}>{items}</{tag}>"
        case Signatures(roles):
            signed = "\n".join(
                f'<tr class="signed"><th scope="row">{_escaped(role)}</th>{"<td></td>" * 3}</tr>'
                for role in roles
            )
            return (
                '<table class="signatures"><thead><tr><td></td><th scope="col">Name</th>'
                '<th scope="col">Signature</th><th scope="col">Date</th></tr></thead>\n'
                f"<tbody>{signed}</tbody></table>"
            )
        case Grid(header, rows, right):
            head = "".join(_cell("th", text, at in right) for at, text in enumerate(header))
            body = "\n".join(
                "<tr>"
                + "".join(_cell("td", text, at in right) for at, text in enumerate(row))
                + "</tr>"
                for row in rows
            )
            return (
                f'<div class="scroll"><table><thead><tr>{head}</tr></thead>\n'
                f"<tbody>{body}</tbody></table></div>"
            )


def _cell(tag: str, text: str, is_number: bool) -> str:  # noqa: FBT001 - used in two places above
    scope = ' scope="col"' if tag == "th" else ""
    kind = ' class="number"' if is_number else ""
    return f"<{tag}{scope}{kind}>{_escaped(text)}</{tag}>"


def _escaped(text: str) -> str:
    return html.escape(visible(text))
