"""The parts of the screen where records are picked, and the words around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from recordpick.tui.asides import Asides
from recordpick.tui.criteria_list import CriteriaList
from recordpick.tui.fields import LONGEST_FILTER
from recordpick.tui.hiding import PrivateInput, follow, is_hiding, without
from recordpick.tui.keys_line import KeysLine
from recordpick.tui.record_view import RecordView
from recordpick.tui.records_table import RecordsTable
from recordpick.tui.snapshot import CriterionLine
from recordpick.tui.visible import content
from recordpick.tui.words import Words

if TYPE_CHECKING:
    from recordpick.tui.session import Session


class WorkParts(Asides[None]):
    """Left the criteria, right the patients, below the record; above and below them words."""

    CSS_PATH = "styles/work.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared by Textual
        (0, "-narrow"),
        (110, "-middle"),
        (160, "-wide"),
    ]

    def __init__(self, session: Session) -> None:
        """Take the open session."""
        super().__init__()
        self.session = session
        self._said = ("", False)
        self._masked = False

    def compose(self) -> ComposeResult:
        """Top line, who else has the file, three parts, a line of words, the keys."""
        yield Horizontal(
            Words("top--practice"),
            Words("top--banner"),
            Words("top--progress"),
            id="top",
        )
        yield Words("held")
        with Horizontal(id="body"):
            yield CriteriaList(id="criteria")
            with Vertical(id="right"):
                yield Words("head")
                yield PrivateInput(id="filter", longest=LONGEST_FILTER, compact=True)
                yield RecordsTable(id="candidates")
                yield RecordView(id="record")
        yield Horizontal(
            Words("says"),
            Words("rows"),
            id="status",
        )
        yield KeysLine()

    def begin(self) -> None:
        """Show what is known before anything is looked at."""
        self.query_one("#filter").display = False
        self.query_one("#held").display = False
        self.show_progress()
        follow(self, self.hide_or_show)

    @property
    def table(self) -> RecordsTable:
        """The candidates."""
        return self.query_one(RecordsTable)

    @property
    def criterion(self) -> CriterionLine:
        """The criterion at hand."""
        return self.query_one(CriteriaList).current or self.session.criterion(None)

    def words(self, part: str, words: Content) -> None:
        """Put words into a part of the screen."""
        self.query_one(part, Words).say(words)

    def say(self, text: str, *, warns: bool = False) -> None:
        """Say what was done, or (`warns`) why it was not, at the foot of the screen."""
        self._said = (text, warns)
        if self._masked:
            text = without(self.session.numbers, text)
        self.words("#says", content(f"! {text}" if warns else text))
        self.query_one("#says").set_class(warns, "-warns")

    def show_progress(self) -> None:
        """Paint the top line and the criteria."""
        overview = self.session.overview()
        banner = " SYNTHETIC DATA " if overview.synthetic else ""
        if overview.read_only:
            banner += " READ ONLY "
        self.words("#top--practice", content(f" {overview.practice}"))
        self.words("#top--banner", content(banner))
        self.query_one("#top--banner").display = bool(banner)
        words = overview.in_words if self.size.width >= 110 else overview.in_short
        self.words("#top--progress", content(f"{words} "))
        self.query_one(CriteriaList).show(self.session.criteria())

    def hide_or_show(self) -> None:
        """Hide names and numbers, or show them, in every part at once."""
        masks = is_hiding(self.app)
        before, self._masked = self._masked, masks
        self.table.masks = masks
        self.query_one(RecordView).masks = masks
        if masks:
            self.words("#says", content("Names and numbers are hidden. p shows them."))
        elif before:
            text, warns = self._said
            self.say(text, warns=warns)
