"""The first screen: open a working file, start a new one, or look at the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.actions import FILE, HELP_KEYS, MERGE_COMMAND, QUIT, HelpPage, key
from recordpick.tui.text import content
from recordpick.tui.widgets.choices import ChoiceList
from recordpick.tui.widgets.lines import KeysLine


class StartScreen(Screen[None]):
    """Recent working files, and four ways to begin."""

    HELP_PAGE = HelpPage(
        "recordpick",
        "A working file keeps everything picked for one practice. Start one with the practice's "
        "records and the supplier's criteria, or look at the demonstration first: its patients "
        "are made up. ↑ ↓ and Enter choose.",
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        key("o", "choose('open')", "Open: a working file", FILE, label="Open"),
        key("n", "choose('new')", "New: a working file", FILE, label="New"),
        key(
            "w",
            "choose('rules')",
            "Rules from words: the supplier's sheet becomes criteria",
            FILE,
            label="Rules from words",
        ),
        key(
            "d", "choose('demo')", "Demonstration: on made-up patients", FILE, label="Demonstration"
        ),
        *HELP_KEYS,
        key("q", "app.quit", QUIT, FILE, label="Quit"),
    ]

    COMMANDS_WITHOUT_KEY = (MERGE_COMMAND,)

    class Chosen(Message):
        """What was chosen: "open", "new", "rules", "demo", or "recent", a recent file (`path`)."""

        def __init__(self, choice: str, path: Path | None = None) -> None:
            super().__init__()
            self.choice = choice
            self.path = path

    def __init__(self, recent: list[str]) -> None:
        """Take the paths of recent working files, the newest first."""
        super().__init__()
        self._recent = recent

    def compose(self) -> ComposeResult:
        """Show the list of choices in the middle."""
        with Vertical(id="start"):
            yield Static("recordpick", id="start--name")
            yield Static(
                "Pick the patient records that are checked when the practice moves to another "
                "clinical system.",
                id="start--says",
            )
            yield ChoiceList(id="ways", markup=False, compact=True)
            yield Static(
                "↑ ↓ and Enter choose. Everything stays on this computer.", classes="quiet"
            )
        yield KeysLine()

    def on_mount(self) -> None:
        """Fill the list."""
        self.show_recent(self._recent)
        self.query_one(OptionList).focus()

    def show_recent(self, recent: list[str]) -> None:
        """Show these recent files above the other choices."""
        self._recent = recent
        ways = self.query_one(OptionList)
        ways.clear_options()
        for text in recent:
            path = Path(text)
            ways.add_option(Option(content(f"{path.stem}   {path.parent}")))
        if recent:
            ways.add_option(None)
        ways.add_options(
            [
                Option("Open a working file …", id="open"),
                Option("Start a new working file …", id="new"),
                Option("Rules from words: the supplier's sheet becomes criteria …", id="rules"),
                Option("Look at the demonstration, on made-up patients", id="demo"),
            ]
        )
        ways.highlighted = 0

    @on(OptionList.OptionSelected)
    def _option_chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is None:
            self.post_message(self.Chosen("recent", Path(self._recent[event.option_index])))
        else:
            self.post_message(self.Chosen(event.option_id))

    def action_choose(self, choice: str) -> None:
        """Post what the person chose."""
        self.post_message(self.Chosen(choice))
