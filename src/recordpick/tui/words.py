"""A line or a few of words that change often: laid out anew only where their size changes."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Words(Static):
    """Text that is never markup."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        """Start empty."""
        super().__init__("", id=id, markup=False)
        self._said = Content("")

    def say(self, words: Content) -> None:
        """Show these words in place of those before."""
        if words.is_same(self._said):
            return
        before, self._said = self._said, words
        self.update(words, layout=self._room_of(before) != self._room_of(words))

    def _room_of(self, words: Content) -> tuple[int, int]:
        if self.styles.width is not None and self.styles.width.is_auto:
            return words.cell_length, 1
        return 0, words.get_height({}, max(1, self.content_size.width)) if words else 1
