"""The screen of what to ask for: which exports would answer criteria, and how to make them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from recordpick.tui.actions import ASK, HELP_KEYS, HIDE_NAMES, NEXT_PART, VIEW, HelpPage, key
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Notice, TextPrompt
from recordpick.tui.file_picker import free_path, parse_path
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.text import content
from recordpick.tui.widgets.document_view import DocumentView
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.document import Document
    from recordpick.report_requests.describe import ReportRequests


class AskScreen(FlowScreen[None]):
    """What to ask for, the most useful first; on the right one export with its steps."""

    HELP_PAGE = HelpPage(
        "What to ask for",
        "Reports that staff can export from the clinical system so that criteria can be answered, "
        "the most useful first: which criteria each answers, which rows and columns it must have, "
        "and how to make it. s chooses the clinical system. w writes all of it as one page for a "
        "colleague, to print or to send: it holds no patients.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("s", "system", "Clinical system: the next one, or all", ASK, label="System"),
        key("w", "write", "Write the page: to print or hand over", ASK, label="Write the page"),
        key("tab", "app.focus_next", NEXT_PART),
        key("shift+tab", "app.focus_previous", NEXT_PART),
        key("p", "app.mask", HIDE_NAMES, VIEW),
        *HELP_KEYS,
        key("escape,q", "close", "Back", label="Back"),
    ]

    def __init__(self, requests: ReportRequests, folder: Path) -> None:
        """Take what to ask for; the page is first offered in `folder`."""
        super().__init__()
        self._requests = requests
        self._folder = folder
        self._system: str | None = None

    def compose(self) -> ComposeResult:
        """Show a title, the exports with the one under the cursor, and the keys."""
        yield Static("", id="document-title", classes="screen--title", markup=False)
        yield DocumentView(self._document())
        yield KeysLine()

    def on_mount(self) -> None:
        """Show the title."""
        self._show_title()

    def _document(self) -> Document:
        return self._requests.document(self._system)

    def _show_title(self) -> None:
        system = self._requests.systems[self._system] if self._system else "all systems"
        self.query_one("#document-title", Static).update(
            content(f"What to ask for · {system} · {self._requests.summary}")
        )

    def action_system(self) -> None:
        """Show the steps of the next clinical system, after the last of all of them."""
        systems = [None, *self._requests.systems]
        self._system = systems[(systems.index(self._system) + 1) % len(systems)]
        self.query_one(DocumentView).show(self._document())
        self._show_title()

    @opens_modal
    async def action_write(self) -> None:
        """Write the page for a colleague."""
        said = await self.app.push_screen_wait(
            TextPrompt(
                "Write the page",
                ["One HTML file with what is shown here. It holds no patients."],
                value=str(free_path(self._folder / "what-to-ask-for", ".html")),
                yes="Write",
            )
        )
        if said is None:
            return
        out = parse_path(said)
        written = await run_in_background(self, lambda: self._write(out))
        if written is not None:
            await self.app.push_screen_wait(Notice("Written", [f"Written to {written}."]))

    def _write(self, out: Path) -> Path:
        from recordpick.atomic import write_file
        from recordpick.document import as_html

        write_file(out, as_html(self._document()).encode())
        return out

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
