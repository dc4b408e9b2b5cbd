"""The screen of codelists from official files: what each list would have, before anything is used.

What is missing comes first. Nothing changes until *Use these lists*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from recordpick.progress import Progress, silent
from recordpick.text import day, plural
from recordpick.tui.actions import HELP_KEYS, NEXT_PART, REPORTS, HelpPage, key
from recordpick.tui.background import run_with_progress
from recordpick.tui.dialogs import TextPrompt
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.text import amount, content, fit
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.codelist_import.coverage import Coverage
    from recordpick.codelist_import.filled_lists import FilledList, ListImport
    from recordpick.codelist_import.folder import KeptList
    from recordpick.tui.session import Session

_NAME, _CODES, _CLUSTERS = 25, 7, 20
_TAKEN = 2 + _NAME + 1 + _CODES + 2 + _CLUSTERS + 2 + 5
"""Cells of a line before what is said of its list, and beside the list."""
_MOST_CODES = 500
_MOST_UNLISTED = 200
_STYLES = {"?": "$warning", "!": "$warning", "√": "", "×": "$error"}


@dataclass(frozen=True)
class PreparedLists:
    """Lists as official files would fill them, with those of the folder that stay."""

    found: ListImport
    """What the files give."""
    shown: ListImport
    """The same with the lists that stay in their place."""
    kept: Mapping[str, KeptList]
    folder: Path
    year_note: str = ""
    """What to know where the lists are of another QOF year than the reports; "" if they are not."""


class CodelistsScreen(FlowScreen[bool]):
    """The lists, those with something missing first; the one under the cursor; two buttons."""

    HELP_PAGE = HelpPage(
        "Code lists",
        "What the official files would put into each list that the reports and criteria use. "
        "? means that a list has no codes: whatever needs it is then not answered. ! means that "
        "something is to be looked at. Lists that you made or changed yourself stay as they are. "
        "Nothing is changed until you choose Use these lists.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "codes", "Codes: those of the list at the cursor", REPORTS, label="Codes"),
        key(
            "o",
            "unlisted",
            "Your codes in no list: the most used first",
            REPORTS,
            label="Your codes in no list",
        ),
        key("slash", "filter", "Filter the lists by a word", REPORTS, label="Filter", display="/"),
        key("tab", "app.focus_next", NEXT_PART),
        key("shift+tab", "app.focus_previous", NEXT_PART),
        *HELP_KEYS,
        key("escape,q", "cancel", "Cancel: keep the old ones", label="Cancel"),
    ]

    def __init__(self, session: Session, prepared: PreparedLists) -> None:
        """Take the open session, whose records are compared, and the lists."""
        super().__init__()
        self._session = session
        self._prepared = prepared
        self._word = ""
        self._listed: list[FilledList | None] = []

    def compose(self) -> ComposeResult:
        """Show the release, the rows, the lists, the one at the cursor, buttons and keys."""
        shown = self._prepared.shown
        title = f"Code lists · {shown.release_in_words}"
        filled = f"{amount(shown.filled)} of {amount(len(shown.lists))} lists filled"
        yield Static(content(f"{title}    {filled}"), classes="screen--title", markup=False)
        yield Static(content(shown.rows_in_words, "$quiet"), id="list-rows", markup=False)
        note = content(self._prepared.year_note, "$warning")
        yield Static(note, id="list-year", markup=False)
        yield OptionList(id="code-lists", markup=False, compact=True)
        with VerticalScroll(id="code-list-room"):
            yield Static("", id="code-list", markup=False)
        with Horizontal(id="code-list-buttons"):
            yield Button("Use these lists", id="use", variant="primary", compact=True)
            yield Button("Cancel: keep the old ones", id="cancel", compact=True)
        yield KeysLine()

    def on_mount(self) -> None:
        """Start at the first list, which is one to look at if there is any."""
        self.query_one("#list-year").display = bool(self._prepared.year_note)
        self._list()
        self.query_one("#code-lists").focus()

    def _list(self, at: int | None = None) -> None:
        shown, word = self._prepared.shown, self._word.casefold()
        rejected: list[FilledList | None] = [None] if shown.rejected and not word else []
        named = [one for one in shown.lists_missing_first if word in one.name]
        self._listed = [*rejected, *named]
        listed = self.query_one("#code-lists", OptionList)
        listed.clear_options()
        listed.add_options([Option(self._line(one)) for one in self._listed])
        listed.highlighted = (at or 0) if self._listed else None
        self._show()

    def _line(self, one: FilledList | None) -> Content:
        if one is None:
            rejected = self._prepared.shown.rejected
            text = f"{plural(rejected, 'line')} cannot be used: left out of the lists"
            return content(f"× {text}", _STYLES["×"])
        names = [use.cluster.removeprefix("list ") for use in one.clusters]
        clusters = ", ".join(names) or "none"
        codes = fit(amount(len(one.codes)), _CODES, right=True)
        room = max(self.app.size.width - _TAKEN, 0)
        return content(f"{one.mark} {fit(one.name, _NAME)} {codes}  ", _STYLES[one.mark]) + content(
            f"{fit(clusters, _CLUSTERS)}  {fit(one.says, room)}"
        )

    def on_resize(self) -> None:
        """Fit the lines to the width."""
        self._list(self.query_one("#code-lists", OptionList).highlighted)

    @on(OptionList.OptionHighlighted, "#code-lists")
    def _show(self) -> None:
        one, is_list = self._at()
        if not is_list:
            lines = [content("No list has this word in its name.")] if self._word else []
        elif one is None:
            lines = [content(str(reject)) for reject in self._prepared.shown.rejects]
        else:
            lines = _description(one)
        self._show_lines(lines)

    def _show_lines(self, lines: list[Content]) -> None:
        self.query_one("#code-list", Static).update(Content("\n").join(lines))
        self.query_one("#code-list-room").scroll_home(animate=False)

    def _at(self) -> tuple[FilledList | None, bool]:
        """Return the list at the cursor (None: the rejected lines), and whether there is one."""
        at = self.query_one("#code-lists", OptionList).highlighted
        if at is None or at >= len(self._listed):
            return None, False
        return self._listed[at], True

    @on(OptionList.OptionSelected, "#code-lists")
    def action_codes(self) -> None:
        """Show the codes of the list at the cursor."""
        one, _ = self._at()
        if one is None:
            return
        codes = sorted(one.codes.items())
        lines = [content(f"{code}  {term}") for code, term in codes[:_MOST_CODES]]
        if len(codes) > _MOST_CODES:
            lines.append(content(f"… and {amount(len(codes) - _MOST_CODES)} more", "$quiet"))
        self._show_lines([*_description(one)[:1], *(lines or _description(one)[1:])])

    @opens_modal
    async def action_unlisted(self) -> None:
        """Show the codes of the practice's records that none of these lists has."""
        found = await run_with_progress(
            self,
            "Counting the codes of your records",
            lambda _: count_unlisted(self._session, self._prepared.shown),
            failed="The codes were not counted",
        )
        if found is None:
            return
        head = (
            f"{amount(found.listed_codes)} of {amount(found.codes)} codes of your records are in a "
            f"list; {amount(found.unlisted.height)} are in none:"
        )
        rows = found.unlisted.head(_MOST_UNLISTED).iter_rows(named=True)
        lines = [
            content(f"{fit(amount(row['entries']), 9, right=True)}  {row['code']}  {row['term']}")
            for row in rows
        ]
        self._show_lines([content(head, "bold"), *lines])

    @opens_modal
    async def action_filter(self) -> None:
        """Ask for a word, and show the lists that have it in their names."""
        word = await self.app.push_screen_wait(
            TextPrompt(
                "Filter the lists",
                ["A word of the name. Empty: all lists."],
                value=self._word,
                yes="Filter",
                required=False,
            )
        )
        if word is not None:
            self._word = word.strip()
            self._list()

    @on(Button.Pressed, "#use")
    def _use(self) -> None:
        self.dismiss(True)  # noqa: FBT003 - Textual takes it by position

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Go back; nothing is changed."""
        self.dismiss(False)  # noqa: FBT003


def _description(one: FilledList) -> list[Content]:
    used_by = " and ".join(one.used_by) or "no shipped rule"
    lines = [content(f"{one.name}: {amount(len(one.codes))} codes, for {used_by}", "bold")]
    if one.says:
        lines.append(content(one.says, _STYLES[one.mark]))
    for use in one.clusters:
        known = f" ({use.source})" if use.source else ""
        lines.append(content(f"{use.cluster}: {amount(use.codes)} codes. {use.text}{known}"))
    return lines


def prepare_lists(
    session: Session, source: Path, folder: Path, progress: Progress = silent
) -> PreparedLists:
    """Read official files for a folder of lists: for a thread. UserError says what is wrong."""
    from recordpick.codelist_import.cluster_map import cluster_map, year_in_words
    from recordpick.codelist_import.folder import kept_lists, with_kept
    from recordpick.codelist_import.importing import plan_import, years_of

    year = years_of(session.file.as_at)[0]
    found = plan_import([source], cluster_map(), progress=progress, otherwise=year)
    kept = kept_lists(found, folder)
    note = (
        f"These lists are for QOF {year_in_words(found.year)}; your reports are as at "
        f"{day(session.file.as_at)}, which is in {year_in_words(year)}."
    )
    return PreparedLists(
        found, with_kept(found, kept), kept, folder, "" if found.year == year else note
    )


def use_lists(session: Session, prepared: PreparedLists) -> Path:
    """Write the folder, and count the reports by its lists from now on: for a thread."""
    from recordpick.codelist_import.folder import write_lists
    from recordpick.reports.import_figures import import_figures
    from recordpick.reports.what_counts import shipped_report_rules
    from recordpick.tui.session import readable_index

    write_lists(prepared.found, prepared.folder, prepared.kept)
    rules = prepared.folder / shipped_report_rules().name
    with readable_index(session.index):
        import_figures(session.file, session.index, {}, rules=rules)
    return rules


def count_unlisted(session: Session, found: ListImport) -> Coverage:
    """Count the codes of the records that are in none of the lists: for a thread."""
    from recordpick.codelist_import.coverage import coverage
    from recordpick.criteria.codelists import codelist_of
    from recordpick.tui.session import readable_index

    lists = [codelist_of(one.name, one.codes) for one in found.lists]
    with readable_index(session.index):
        return coverage(session.index, lists)
