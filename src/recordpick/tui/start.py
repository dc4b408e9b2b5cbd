"""The first screen: go on with a working file, start one, or look at the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.keys_line import KeysLine
from recordpick.tui.visible import content


class StartScreen(Screen[None]):
    """Recent working files, and three ways on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "ask('open')", "Open"),
        Binding("n", "ask('new')", "New"),
        Binding("w", "ask('rules')", "Rules from words"),
        Binding("d", "ask('demo')", "Demonstration"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("f1", "app.help", "Help", show=False),
        Binding("q", "app.quit", "Quit"),
    ]

    class Asked(Message):
        """What the person wants: "open", "new", "rules", "demo", or a recent file (`path`)."""

        def __init__(self, what: str, path: Path | None = None) -> None:
            super().__init__()
            self.what = what
            self.path = path

    def __init__(self, recent: list[str]) -> None:
        """Take the paths of recent working files, the last one first."""
        super().__init__()
        self._recent = recent

    def compose(self) -> ComposeResult:
        """A quiet list in the middle."""
        with Vertical(id="start"):
            yield Static("recordpick", id="start--name")
            yield Static(
                "Pick the patient records that are checked when the practice moves to another "
                "clinical system.",
                id="start--says",
            )
            yield OptionList(id="ways", markup=False, compact=True)
            yield Static(
                "↑ ↓ and Enter choose. Everything stays on this computer.", classes="quiet"
            )
        yield KeysLine()

    def on_mount(self) -> None:
        """Fill the list."""
        self.show_recent(self._recent)
        self.query_one(OptionList).focus()

    def show_recent(self, recent: list[str]) -> None:
        """Show these recent files above the ways on."""
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
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is None:
            self.post_message(self.Asked("recent", Path(self._recent[event.option_index])))
        else:
            self.post_message(self.Asked(event.option_id))

    def action_ask(self, what: str) -> None:
        """Say what the person wants."""
        self.post_message(self.Asked(what))
