"""The first screen: open a working file, start a new one, or look at the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick import __version__
from recordpick.tui.actions import FILE, HELP_KEYS, MERGE_COMMAND, QUIT, HelpPage, key
from recordpick.tui.text import content, fit
from recordpick.tui.widgets.choices import ChoiceList
from recordpick.tui.widgets.lines import KeysLine

_START = (
    ("new", "n", "A practice's records", "from an extract, lists or reports"),
    ("open", "o", "Open a working file", "one that you or a colleague made"),
    ("rules", "w", "Rules from words", "turn the supplier's sheet into criteria"),
    ("demo", "d", "Demonstration", "made-up patients; deleted when you quit"),
)
_NAME_CELLS = 24


class StartScreen(Screen[None]):
    """Recent working files to carry on with, and four ways to start."""

    HELP_PAGE = HelpPage(
        "recordpick",
        "A working file keeps everything picked for one practice. Start one with the practice's "
        "records and the supplier's criteria, or look at the demonstration first: its patients "
        "are made up. ↑ ↓ and Enter choose, a digit or a letter does so at once. Del forgets a "
        "recent file: the file itself stays.",
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        key("n", "choose('new')", "New: a working file", FILE, label="New"),
        key("o", "choose('open')", "Open: a working file", FILE, label="Open file"),
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
        *(key(str(n), f"recent({n})", "Open the recent file of that number") for n in range(1, 10)),
        key("delete", "forget", "Forget this recent file: it stays where it is", FILE),
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

    class Forgotten(Message):
        """A recent file is not to be listed any more."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, recent: list[str]) -> None:
        """Take the paths of recent working files, the newest first."""
        super().__init__()
        self._recent = recent

    def compose(self) -> ComposeResult:
        """Show the name, and the list of choices."""
        with Horizontal(id="start--top"):
            yield Static(f"recordpick {__version__}", id="start--name")
            yield Static("Nothing leaves this computer", id="start--says")
        yield ChoiceList(id="ways", markup=False, compact=True)
        yield Static("Arrow keys and Enter, or the mouse. F1 explains any screen.", classes="quiet")
        yield KeysLine()

    def on_mount(self) -> None:
        """Fill the list."""
        self.show_recent(self._recent)
        self.query_one(OptionList).focus()

    def show_recent(self, recent: list[str]) -> None:
        """Show these recent files above the ways to start."""
        self._recent = recent
        ways = self.query_one(OptionList)
        ways.clear_options()
        if recent:
            ways.add_option(Option(content("Carry on", "bold"), disabled=True))
            for number, text in enumerate(recent, 1):
                path = Path(text)
                line = f" {number}  {fit(path.stem, _NAME_CELLS)} {path.parent}"
                ways.add_option(Option(content(line), id=f"recent-{number}"))
            ways.add_option(Option("", disabled=True))
        ways.add_option(Option(content("Start", "bold"), disabled=True))
        for choice, letter, name, says in _START:
            line = f" {letter}  {fit(name, _NAME_CELLS)} {says}"
            ways.add_option(Option(content(line), id=choice))
        ways.highlighted = ways.get_option_index("recent-1" if recent else "demo")

    @on(OptionList.OptionSelected)
    def _option_chosen(self, event: OptionList.OptionSelected) -> None:
        choice = event.option_id or ""
        if choice.startswith("recent-"):
            self.action_recent(int(choice.removeprefix("recent-")))
        else:
            self.post_message(self.Chosen(choice))

    def action_choose(self, choice: str) -> None:
        """Post what the person chose."""
        self.post_message(self.Chosen(choice))

    def action_recent(self, number: int) -> None:
        """Post that the recent file of that number was chosen, if there is one."""
        if number <= len(self._recent):
            self.post_message(self.Chosen("recent", Path(self._recent[number - 1])))

    def action_forget(self) -> None:
        """Post that the recent file under the cursor is to be forgotten."""
        ways = self.query_one(OptionList)
        chosen = ways.highlighted_option
        if chosen is not None and chosen.id and chosen.id.startswith("recent-"):
            number = int(chosen.id.removeprefix("recent-"))
            self.post_message(self.Forgotten(self._recent[number - 1]))
