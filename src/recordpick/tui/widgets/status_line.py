"""The lines above and below the panes: practice and progress, what was done, counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Horizontal

from recordpick.tui.masking import is_masking, mask_numbers, watch_masking
from recordpick.tui.text import content, fit
from recordpick.tui.widgets.lines import TextLine

if TYPE_CHECKING:
    from recordpick.tui.session import Session
    from recordpick.tui.view_models import Overview

_EDGES = 4
"""Cells between practice, tags and progress."""
_LEAST = 12
"""Cells of the practice's name for which the progress is shortened."""
_WIDE = 110
"""Cells from which progress is written in full."""


class TopLine(Horizontal):
    """The practice, tags such as READ ONLY, and progress."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(
            TextLine("top--practice"), TextLine("top--tags"), TextLine("top--progress"), id="top"
        )
        self._overview: Overview | None = None

    def on_mount(self) -> None:
        """Say while names are hidden."""
        watch_masking(self, self._apply_masking)

    def _apply_masking(self) -> None:
        if self._overview is not None:
            self.show(self._overview)

    def show(self, overview: Overview) -> None:
        """Show the progress of the whole work."""
        self._overview = overview
        tags = " MADE UP " if overview.synthetic else ""
        if overview.read_only:
            tags += " READ ONLY "
        if is_masking(self.app):
            tags += " NAMES HIDDEN "
        line = self.query_one("#top--tags", TextLine)
        line.show(content(tags))
        line.display = bool(tags)
        width = self.screen.size.width
        as_at = f" · as at {overview.as_at}" if width >= _WIDE else f" · {overview.as_at}"
        rest = width - len(tags) - len(as_at) - _EDGES
        shown = overview.practice
        if overview.synthetic:
            shown = shown.removesuffix(" (made up)")  # the tag says so
        name = cell_len(shown)
        ways = overview.progress_by_length[0 if width >= _WIDE else 1 :]
        least = min(name, _LEAST)
        progress = next((one for one in ways if rest - len(one) >= least), ways[-1])
        self.query_one("#top--progress", TextLine).show(content(f"{progress} "))
        practice = fit(shown, min(max(rest - len(progress), 1), name))
        self.query_one("#top--practice", TextLine).show(content(f" {practice}{as_at}"))


class StatusLine(Horizontal):
    """What was done, or why it was not; and how many patients are shown."""

    def __init__(self, session: Session) -> None:
        """Take the open session, whose patients' numbers are hidden with their names."""
        super().__init__(TextLine("message"), TextLine("rows"), id="status")
        self._session = session
        self._message = ("", False)
        self._is_masked = False

    def on_mount(self) -> None:
        """Hide and show numbers with the rest of the app."""
        watch_masking(self, self._apply_masking)

    @property
    def message(self) -> str:
        """The message as it is shown."""
        return str(self.query_one("#message", TextLine).visual)

    def show_message(self, text: str, *, warns: bool = False) -> None:
        """Show what was done, or (`warns`) why it was not."""
        self._message = (text, warns)
        if self._is_masked:
            text = mask_numbers(self._session.numbers, text)
        line = self.query_one("#message", TextLine)
        line.show(content(f"! {text}" if warns else text))
        line.set_class(warns, "-warns")

    def show_rows(self, text: str) -> None:
        """Show how many patients are shown."""
        self.query_one("#rows", TextLine).show(content(f"{text} "))

    def _apply_masking(self) -> None:
        before, self._is_masked = self._is_masked, is_masking(self.app)
        if self._is_masked:
            hidden = content("Names and numbers are hidden. p shows them.")
            self.query_one("#message", TextLine).show(hidden)
        elif before:
            text, warns = self._message
            self.show_message(text, warns=warns)
