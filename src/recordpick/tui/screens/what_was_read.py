"""The screen of what was read for an index: rows, rejected rows, guesses, criteria."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from recordpick.tui.actions import ASK, HELP_KEYS, HIDE_NAMES, NEXT_PART, VIEW, HelpPage, key
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Notice
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.screens.ask import AskScreen
from recordpick.tui.text import content
from recordpick.tui.widgets.document_view import DocumentView
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.criteria.pack import Pack
    from recordpick.document import Document
    from recordpick.index.practice_index import PracticeIndex
    from recordpick.report_requests.describe import ReportRequests


@dataclass(frozen=True)
class WhatWasRead:
    """What was read for an index, in a line and as a document, with a pack's criteria."""

    pack: Pack
    index: PracticeIndex
    title: str
    document: Document


class WhatWasReadScreen(FlowScreen[None]):
    """What was read, by section: the as-at date first."""

    HELP_PAGE = HelpPage(
        "What was read",
        "What became of every row of the practice's records: how many were read, indexed and "
        "rejected, which values were left empty, what was guessed, which files and columns were "
        "not used, and which criteria can be answered. ? means that nothing is known of it, which "
        "is not the same as nothing. Rows are named by their line in the file. The same is in "
        "read_report.html in the folder of the index.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("a", "ask", "What to ask for: to answer more criteria", ASK, label="What to ask for"),
        key("w", "write", "Write the page: with these criteria", ASK, label="Write the page"),
        key("tab", "app.focus_next", NEXT_PART),
        key("shift+tab", "app.focus_previous", NEXT_PART),
        key("p", "app.mask", HIDE_NAMES, VIEW),
        *HELP_KEYS,
        key("escape,q", "close", "To picking", label="To picking"),
    ]

    def __init__(
        self, read: WhatWasRead, folder: Path, numbers: Collection[str] = frozenset()
    ) -> None:
        """Take what was read; pages to hand over are offered in `folder`.

        `numbers` are those of the patients, which are hidden with their names.
        """
        super().__init__()
        self._read = read
        self._folder = folder
        self._numbers = numbers

    def compose(self) -> ComposeResult:
        """Show a title, the sections with the one under the cursor, and the keys."""
        title = content(self._read.title)
        yield Static(title, id="document-title", classes="screen--title", markup=False)
        yield DocumentView(self._read.document, self._numbers)
        yield KeysLine()

    @opens_modal
    async def action_ask(self) -> None:
        """Show which exports would answer what this index cannot."""
        found = await run_in_background(
            self, lambda: requests_for(self._read.pack, self._read.index)
        )
        if found is not None:
            await self.app.push_screen_wait(AskScreen(found, self._folder))

    @opens_modal
    async def action_write(self) -> None:
        """Write the page in the index's folder again, with the criteria."""
        written = await run_in_background(self, lambda: _write(self._read))
        if written is not None:
            await self.app.push_screen_wait(Notice("Written", [f"Written to {written}."]))

    def action_close(self) -> None:
        """Go on to picking."""
        self.dismiss(None)


def what_was_read(pack: Pack, index: PracticeIndex) -> WhatWasRead:
    """Return what was read for an index: for a thread."""
    from recordpick.index.read_report import read_report
    from recordpick.index.read_report_page import as_at_in_words, document_of
    from recordpick.report_requests.criteria_status import criteria_section

    report = read_report(index.folder, index.manifest)
    document = document_of(report, [criteria_section(pack, index)])
    return WhatWasRead(pack, index, f"What was read · {as_at_in_words(report)}", document)


def requests_for(pack: Pack, index: PracticeIndex) -> ReportRequests:
    """Return what to ask for beside an index: for a thread."""
    from recordpick.report_requests.describe import ReportRequests
    from recordpick.report_requests.plan import plan_requests

    return ReportRequests(plan_requests(pack, index), index)


def _write(read: WhatWasRead) -> Path:
    from recordpick.errors import UserError
    from recordpick.index.manifest import READ_REPORT
    from recordpick.report_requests.page_of_index import write_page_with_criteria

    path = read.index.folder / READ_REPORT
    if not write_page_with_criteria(read.pack, read.index):
        raise UserError(f"{path} could not be written: the index's folder cannot be changed.")
    return path
