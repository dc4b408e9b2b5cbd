"""The screen of what to put right before the first extract: findings, what each means, its rows.

The clean-up list of an open working file's index: all that its screen asks of the core.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.progress import Progress, silent
from recordpick.tui.background import Asides, opens_box
from recordpick.tui.dialogs import Ask, Tell
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.masking import follow, is_hiding
from recordpick.tui.screens.new_file import as_path
from recordpick.tui.text import amount, content, fit, plain_table
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.cleanup import Finding, Reconciliation
    from recordpick.tui.session import Session

_TITLE = 31
_NUMBER = 7


class CleanUpScreen(Asides["CleanUp"]):
    """Left the findings, right what the one at hand means and what to do, below its rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "write", "Write the folder"),
        Binding("l", "pcse", "PCSE's list"),
        Binding("p", "app.mask", "Hide names"),
        Binding("tab", "app.focus_next", "Next part", show=False),
        Binding("shift+tab", "app.focus_previous", "Part before", show=False),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("f1", "app.help", "Help", show=False),
        Binding("escape,t,q", "close", "Back"),
    ]

    def __init__(self, session: Session, known: CleanUp) -> None:
        """Take the open session and what was found in its index."""
        super().__init__()
        self._session = session
        self._known = known
        self._findings = known.findings

    def compose(self) -> ComposeResult:
        """A title, the findings, the one at hand, its rows, the keys."""
        yield Static("", id="clean-up-title", classes="screen--title", markup=False)
        with Horizontal(id="clean-up-body"):
            yield OptionList(id="findings", markup=False, compact=True)
            with VerticalScroll(id="finding-room"):
                yield Static("", id="finding", markup=False)
        with ScrollableContainer(id="finding-rows-room"):
            yield Static("", id="finding-rows", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """Start at the first thing that was found."""
        self._list()
        self.query_one("#findings").focus()
        follow(self, self._show)

    def _list(self) -> None:
        self._findings = self._known.findings
        found = [one for one in self._findings if one.number]
        unknown = sum(one.number is None for one in self._findings)
        self.query_one("#clean-up-title", Static).update(
            content(
                f"To put right before the first extract: {len(found)} of {len(self._findings)} "
                f"found, {unknown} cannot be told (?)"
            )
        )
        listed = self.query_one("#findings", OptionList)
        listed.clear_options()
        listed.add_options([Option(_line(one)) for one in self._findings])
        listed.highlighted = self._findings.index(found[0]) if found else 0

    @on(OptionList.OptionHighlighted, "#findings")
    def _show(self) -> None:
        finding = self._findings[self.query_one("#findings", OptionList).highlighted or 0]
        self.query_one("#finding", Static).update(self._told(finding))
        rows = plain_table(finding.rows, masks=is_hiding(self.app)) if finding.number else []
        heading = content(rows[0], "$quiet underline") if rows else content("No rows.", "$quiet")
        body = (content(line) for line in rows[1:])
        self.query_one("#finding-rows", Static).update(Content("\n").join((heading, *body)))
        for room in ("#finding-room", "#finding-rows-room"):
            self.query_one(room).scroll_home(animate=False)

    def _told(self, finding: Finding) -> Content:
        parts = [content(finding.title, "bold"), content(_state(finding)), content("")]
        if finding.why:
            parts += [content(finding.why, "$warning"), content("")]
        parts += [content(finding.means), content("")]
        parts += [content("To do: ", "bold") + content(finding.to_do)]
        if self._known.compared and finding not in self._known.own:
            parts += [content(""), *(content(one) for one in self._known.compared)]
        return Content("\n").join(parts)

    @opens_box
    async def action_pcse(self) -> None:
        """Compare with the list that PCSE sent."""

        path = await self.app.push_screen_wait(
            FilePicker(
                "PCSE's list of your registered patients",
                self._session.file.path.parent,
                endings=(".csv", ".txt", ".xlsx"),
            )
        )
        if path is None:
            return
        known = await self.waited(
            "Comparing with PCSE's list",
            lambda progress: compare_with_list(self._session, self._known, path, progress),
            "The list was not compared",
        )
        if known is not None:
            self._known = known
            self._list()
            self.query_one("#findings", OptionList).highlighted = len(known.own)

    @opens_box
    async def action_write(self) -> None:
        """Write the folder that staff work through."""

        folder = await self.app.push_screen_wait(
            Ask(
                "Write the clean-up folder",
                ["A CSV for each finding, and README.txt with what to do. It names patients."],
                value=str(free_folder(self._session)),
                yes="Write",
            )
        )
        if folder is None:
            return
        out = as_path(folder)
        written = await self.waited(
            "Writing the clean-up folder",
            lambda progress: write(self._session, self._known, out, progress),
            "Nothing was written",
        )
        if written is not None:
            await self.app.push_screen_wait(
                Tell("Written", [f"Written to {written}: begin with README.txt."])
            )

    def action_close(self) -> None:
        """Back to work; what was found is kept."""
        self.dismiss(self._known)


def _line(finding: Finding) -> Content:
    number = "?" if finding.number is None else amount(finding.number) if finding.number else "none"
    text = f"{fit(finding.title, _TITLE)} {fit(number, _NUMBER, right=True)}"
    return content(text, "" if finding.number else "$quiet")


def _state(finding: Finding) -> str:
    if finding.number is None:
        return "Cannot be told. That does not mean that there is none."
    if not finding.number:
        return "None: it was looked for."
    said = f"Found: {amount(finding.number)} {finding.counts}"
    now = finding.registered
    return f"{said}, {amount(now)} of them registered." if now is not None else f"{said}."


@dataclass(frozen=True)
class CleanUp:
    """What was found in the index, and what came of comparing with PCSE's list, if it was."""

    own: tuple[Finding, ...]
    reconciled: Reconciliation | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give all findings: those of the index, then those of PCSE's list."""
        if self.reconciled is None:
            return self.own
        from recordpick.cleanup import pcse_findings

        return (*self.own, *pcse_findings(self.reconciled))

    @property
    def compared(self) -> tuple[str, ...]:
        """Say how the comparison with PCSE's list went; nothing without one."""
        one = self.reconciled
        if one is None:
            return ()
        both = f"{one.matched:,} on both lists, {one.likely:,} likely"
        here = f"{one.unclear_here:,} unclear, {one.only_here:,} only here."
        there = f"{one.unclear_there:,} unclear, {one.only_there:,} only there."
        return (
            f"Here {one.here:,}: {both}, {here}",
            f"{one.file} {one.there:,}: {both}, {there}",
            one.scope,
            *one.notes,
        )


def look(session: Session, progress: Progress = silent) -> CleanUp:
    """Look through the index: for a thread."""
    from recordpick.cleanup import look_through
    from recordpick.tui.session import in_reach

    with in_reach(session.index):
        return CleanUp(look_through(session.index, session.index.manifest.as_at, progress))


def compare_with_list(
    session: Session, known: CleanUp, path: Path, progress: Progress = silent
) -> CleanUp:
    """Compare with PCSE's list: for a thread. UserError where the list cannot be read."""
    from recordpick.cleanup import read_pcse_list, reconcile
    from recordpick.tui.session import in_reach

    progress(f"reading {path.name}", None)
    listed = read_pcse_list(path)
    progress("comparing", None)
    with in_reach(session.index):
        return replace(known, reconciled=reconcile(session.index, listed))


def write(session: Session, known: CleanUp, out: Path, progress: Progress = silent) -> Path:
    """Write the clean-up folder: for a thread. UserError where `out` is not free."""
    from recordpick.cleanup import write_clean_up

    index = session.index
    return write_clean_up(
        out, index, index.manifest.as_at, known.findings, known.reconciled, progress
    )


def free_folder(session: Session) -> Path:
    """A name for the clean-up folder beside the working file that is not taken."""
    plain = session.file.path.with_name(f"{session.file.path.stem}-clean-up")
    number, free = 1, plain
    while free.exists():
        number += 1
        free = plain.with_name(f"{plain.name}-{number}")
    return free
