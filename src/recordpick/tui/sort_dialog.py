"""The box that sorts the patients by any column, those without room on the screen as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.tui.box import Box
from recordpick.tui.visible import content

if TYPE_CHECKING:
    from recordpick.tui.columns import Column
    from recordpick.tui.rows import Sort


def arrow(sort: Sort) -> str:
    """Give the sign of a sort's direction."""
    return "▾" if sort.descending else "▴"


class SortDialog(Box[str | None]):
    """Lists the columns. Gives the name of the one chosen, "" for the order of the list."""

    TOPIC = "sort"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,b,q", "cancel", "Cancel")]

    def __init__(self, columns: Sequence[Column], sort: Sort | None) -> None:
        """Take the columns of the table, and how it is sorted now."""
        super().__init__()
        self._columns = tuple(columns)
        self._sort = sort

    def compose(self) -> ComposeResult:
        """The columns and the order of the list."""
        with Vertical(classes="box"):
            yield Static("Sort the patients by", classes="box--title")
            yield OptionList(
                *(Option(content(self._named(column))) for column in self._columns),
                Option("The order of the list"),
                id="columns",
                markup=False,
                compact=True,
            )
            yield Static(
                "Enter sorts; the same column again the other way round. Esc closes.",
                classes="quiet",
            )

    def _named(self, column: Column) -> str:
        sort = self._sort
        return (
            f"{column.title} {arrow(sort)}" if sort and sort.column == column.name else column.title
        )

    def on_mount(self) -> None:
        """Start at the column that sorts now."""
        columns = self.query_one(OptionList)
        names = [column.name for column in self._columns]
        sort = self._sort
        columns.highlighted = names.index(sort.column) if sort and sort.column in names else 0
        columns.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        at = event.option_index
        self.dismiss(self._columns[at].name if at < len(self._columns) else "")

    def action_cancel(self) -> None:
        """Leave the order as it is."""
        self.dismiss(None)
