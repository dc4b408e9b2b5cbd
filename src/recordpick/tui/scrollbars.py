"""Scrollbars in whole cells: without the eighths of blocks that Textual's have.

The fonts of the Windows console (Consolas, Lucida Console) have the characters of WGL4 and hardly
any others: an eighth of a block is shown as a box.
"""

from __future__ import annotations

from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender


class WholeCells(ScrollBarRender):
    """Draws the thumb of a scrollbar from the beginning of a cell to the end of one."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]


def use_whole_cells() -> None:
    """Draw all scrollbars of the app in whole cells."""
    ScrollBar.renderer = WholeCells
