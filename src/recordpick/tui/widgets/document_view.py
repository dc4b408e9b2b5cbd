"""A document to read: its sections on the left, the one under the cursor on the right."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from textual import events, on
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.document import Document, Paragraph, Section, block_lines
from recordpick.tui.masking import is_masking, mask_numbers, watch_masking
from recordpick.tui.text import content, fit

_EDGES = 3
"""Cells of a pane that text cannot use: padding and scrollbar."""
_LEAST = 24


class DocumentView(Horizontal):
    """The sections of a document, and the text of one of them. Enter goes to the text."""

    def __init__(self, document: Document, numbers: Collection[str] = frozenset()) -> None:
        """Take the document; `numbers` of patients in it are hidden while names are."""
        super().__init__(
            OptionList(id="sections", markup=False, compact=True),
            VerticalScroll(Static("", id="section", markup=False), id="section-room"),
            id="document",
        )
        self._document = document
        self._numbers = numbers

    def on_mount(self) -> None:
        """Show the first section."""
        self.show(self._document)
        self.sections.focus()
        watch_masking(self, self._show_section)

    @property
    def sections(self) -> OptionList:
        """The list of sections."""
        return self.query_one("#sections", OptionList)

    def show(self, document: Document) -> None:
        """Show another document, at its section with the same place."""
        place = self.sections.highlighted or 0
        self._document = document
        self.sections.clear_options()
        self.sections.add_options([Option(_option(one)) for one in document.sections])
        self.sections.highlighted = min(place, len(document.sections) - 1)
        self._show_section()

    def on_resize(self, _: events.Resize) -> None:
        """Wrap the text to the new width."""
        self.call_after_refresh(self._show_section)

    @on(OptionList.OptionHighlighted, "#sections")
    def _section_highlighted(self) -> None:
        self._show_section()
        self.query_one("#section-room").scroll_home(animate=False)

    @on(OptionList.OptionSelected, "#sections")
    def _section_chosen(self) -> None:
        self.query_one("#section-room").focus()

    def _show_section(self) -> None:
        if not self.is_mounted or not self._document.sections:
            return
        section = self._document.sections[self.sections.highlighted or 0]
        width = max(_LEAST, self.query_one("#section-room").size.width - _EDGES)
        lines = list(_lines(section, width))
        if is_masking(self.app):
            lines = [(mask_numbers(self._numbers, text), style) for text, style in lines]
        body = Content("\n").join([content(text, style) for text, style in lines])
        self.query_one("#section", Static).update(body)


def _option(section: Section) -> Content:
    return content(f"{fit(section.mark, 1)} {section.title}")


def _lines(section: Section, width: int, level: int = 1) -> Iterator[tuple[str, str]]:
    """Yield the lines of a section with their styles."""
    heading = f"{section.mark} {section.title}".strip()
    for text in block_lines(Paragraph(heading), width):
        yield text, "bold $primary" if level == 1 else "bold"
    for block in section.blocks:
        yield "", ""
        warns = isinstance(block, Paragraph) and block.warns
        for text in block_lines(block, width):
            yield text, "$warning" if warns else ""
    for inner in section.sections:
        yield "", ""
        yield from _lines(inner, width, level + 1)
