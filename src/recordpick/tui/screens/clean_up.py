"""The screen of what to put right before the first extract: findings, what each means, its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.progress import Progress, silent
from recordpick.tui.actions import CLEAN_UP, HELP_KEYS, HIDE_NAMES, NEXT_PART, VIEW, HelpPage, key
from recordpick.tui.background import run_with_progress
from recordpick.tui.dialogs import Notice, TextPrompt
from recordpick.tui.file_picker import FilePicker, free_path, parse_path
from recordpick.tui.flow_screen import FlowScreen, opens_modal
from recordpick.tui.masking import is_masking, watch_masking
from recordpick.tui.text import amount, content, fit, plain_table
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.cleanup import Finding, Reconciliation
    from recordpick.tui.session import Session

_TITLE = 31
_NUMBER = 7


class CleanUpScreen(FlowScreen["CleanUp"]):
    """Shows the findings, the meaning of the highlighted one and what to do, and its rows."""

    HELP_PAGE = HelpPage(
        "To put right before the first extract",
        "What the practice should put right in its clinical system first: codes and drugs that "
        "the new system will not know, patients who cannot be matched, dates that cannot be "
        "right. The number is how many were found; none: it was checked; ?: the export does not "
        "say, which does not mean that there is none. The rows are below. Nothing is changed in "
        "your records here.",
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "w",
            "write",
            "Write the folder: a file for each finding",
            CLEAN_UP,
            label="Write the folder",
        ),
        key(
            "l",
            "pcse",
            "PCSE's list: compare it with your registered patients",
            CLEAN_UP,
            label="PCSE's list",
        ),
        key("p", "app.mask", HIDE_NAMES, VIEW, label="Hide names"),
        key("tab", "app.focus_next", NEXT_PART),
        key("shift+tab", "app.focus_previous", NEXT_PART),
        *HELP_KEYS,
        key("escape,t,q", "close", "Back to picking", label="Back"),
    ]

    def __init__(self, session: Session, checked: CleanUp) -> None:
        """Take the open session and what was found in its index."""
        super().__init__()
        self._session = session
        self._checked = checked
        self._findings = checked.findings

    def compose(self) -> ComposeResult:
        """Show a title, the findings, the one under the cursor, its rows, and the keys."""
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
        watch_masking(self, self._show)

    def _list(self) -> None:
        self._findings = self._checked.findings
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
        self.query_one("#finding", Static).update(self._description(finding))
        rows = plain_table(finding.rows, masks=is_masking(self.app)) if finding.number else []
        heading = content(rows[0], "$quiet underline") if rows else content("No rows.", "$quiet")
        body = (content(line) for line in rows[1:])
        self.query_one("#finding-rows", Static).update(Content("\n").join((heading, *body)))
        for room in ("#finding-room", "#finding-rows-room"):
            self.query_one(room).scroll_home(animate=False)

    def _description(self, finding: Finding) -> Content:
        parts = [content(finding.title, "bold"), content(_state(finding)), content("")]
        if finding.why:
            parts += [content(finding.why, "$warning"), content("")]
        parts += [content(finding.means), content("")]
        parts += [content("To do: ", "bold") + content(finding.to_do)]
        if self._checked.compared and finding not in self._checked.own:
            parts += [content(""), *(content(one) for one in self._checked.compared)]
        return Content("\n").join(parts)

    @opens_modal
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
        checked = await run_with_progress(
            self,
            "Comparing with PCSE's list",
            lambda progress: compare_with_list(self._session, self._checked, path, progress),
            failed="The list was not compared",
        )
        if checked is not None:
            self._checked = checked
            self._list()
            self.query_one("#findings", OptionList).highlighted = len(checked.own)

    @opens_modal
    async def action_write(self) -> None:
        """Write the folder that staff work through."""
        folder = await self.app.push_screen_wait(
            TextPrompt(
                "Write the clean-up folder",
                ["A CSV for each finding, and README.txt with what to do. It names patients."],
                value=str(free_folder(self._session.file.path)),
                yes="Write",
            )
        )
        if folder is None:
            return
        out = parse_path(folder)
        written = await run_with_progress(
            self,
            "Writing the clean-up folder",
            lambda progress: write(self._session, self._checked, out, progress),
            failed="Nothing was written",
        )
        if written is not None:
            await self.app.push_screen_wait(
                Notice("Written", [f"Written to {written}: begin with README.txt."])
            )

    def action_close(self) -> None:
        """Go back to picking; what was found is kept."""
        self.dismiss(self._checked)


def _line(finding: Finding) -> Content:
    number = "?" if finding.number is None else amount(finding.number) if finding.number else "none"
    text = f"{fit(finding.title, _TITLE)} {fit(number, _NUMBER, right=True)}"
    return content(text, "" if finding.number else "$quiet")


def _state(finding: Finding) -> str:
    if finding.number is None:
        return "Cannot be told. That does not mean that there is none."
    if not finding.number:
        return "None: it was checked."
    found = f"Found: {amount(finding.number)} {finding.counts}"
    registered = finding.registered
    if registered is None:
        return f"{found}."
    return f"{found}, {amount(registered)} of them registered."


@dataclass(frozen=True)
class CleanUp:
    """What was found in the index, and the comparison with PCSE's list, if there was one."""

    own: tuple[Finding, ...]
    reconciled: Reconciliation | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings: those of the index, then those of PCSE's list."""
        if self.reconciled is None:
            return self.own
        from recordpick.cleanup import pcse_findings

        return (*self.own, *pcse_findings(self.reconciled))

    @property
    def compared(self) -> tuple[str, ...]:
        """The result of the comparison with PCSE's list in sentences; nothing without one."""
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


def check_index(session: Session, progress: Progress = silent) -> CleanUp:
    """Check the index for what to put right: for a thread."""
    from recordpick.cleanup import run_checks
    from recordpick.tui.session import readable_index

    with readable_index(session.index):
        return CleanUp(run_checks(session.index, session.index.manifest.as_at, progress))


def compare_with_list(
    session: Session, checked: CleanUp, path: Path, progress: Progress = silent
) -> CleanUp:
    """Compare with PCSE's list: for a thread. UserError where the list cannot be read."""
    from recordpick.cleanup import read_pcse_list, reconcile
    from recordpick.tui.session import readable_index

    progress(f"reading {path.name}", None)
    listed = read_pcse_list(path)
    progress("comparing", None)
    with readable_index(session.index):
        return replace(checked, reconciled=reconcile(session.index, listed))


def write(session: Session, checked: CleanUp, out: Path, progress: Progress = silent) -> Path:
    """Write the clean-up folder: for a thread. UserError where `out` is not free."""
    from recordpick.cleanup import write_clean_up

    index = session.index
    return write_clean_up(
        out, index, index.manifest.as_at, checked.findings, checked.reconciled, progress
    )


def free_folder(path: Path) -> Path:
    """Return a free name for the clean-up folder beside the working file `path`."""
    return free_path(path.with_name(f"{path.stem}-clean-up"))
