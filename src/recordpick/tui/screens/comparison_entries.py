"""Entries that differ in a comparison, and the one under the cursor in both systems."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from recordpick.text import plural
from recordpick.tui.actions import HELP_KEYS, HIDE_NAMES, NEXT_PART, VIEW, HelpPage, key
from recordpick.tui.flow_screen import FlowScreen
from recordpick.tui.masking import is_masking, watch_masking
from recordpick.tui.text import amount, content, day, fit, masked, nhs
from recordpick.tui.text import lines as wrapped
from recordpick.tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from recordpick.comparison.entry_view import EntryList
    from recordpick.comparison.report import ComparisonReport

_RESULT_MARKS = {"changed": "≠", "missing": "«", "additional": "»", "unsure": "≈"}
_FIELD_MARKS = {"same": "=", "differs": "≠", "not compared": "?", "": " "}
PRIVATE_TABLES = {"patients", "addresses", "relationships"}
"""Tables whose values themselves say who a patient is."""
_PRIVATE_FIELDS = {"text", "parent_id", "header_id", "consultation_id"}
"""Fields of other tables that may say it: ids of a system can begin with the patient's number."""


class EntriesScreen(FlowScreen[None]):
    """Entries that differ; below, the one under the cursor in both systems."""

    HELP_PAGE = HelpPage(
        "Old and new side by side",
        "Each line is an entry: ≠ changed, « only in the old system, » only in the new one, ≈ "
        "several are equally good. Below, the one under the cursor in both systems: t shows all "
        "fields, or only those that differ. ? is not compared, which is not equal.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("t", "all_fields", "All fields, or only what differs", VIEW, label="All fields"),
        key("p", "app.mask", HIDE_NAMES, VIEW, label="Hide names"),
        key("tab", "app.focus_next", NEXT_PART),
        *HELP_KEYS,
        key("escape,q", "close", "One step back", label="Back"),
    ]

    def __init__(self, report: ComparisonReport, found: EntryList, title: str) -> None:
        """Take the report, the entries to list, and what they are."""
        super().__init__()
        self._report = report
        self._found = found
        self._rows = found.rows.to_dicts()
        self._title = title
        self._all_fields = False

    def compose(self) -> ComposeResult:
        """Show a title, the entries, one in both systems, and the keys."""
        yield Static("", id="comparison-title", classes="screen--title", markup=False)
        yield OptionList(id="comparison-list", markup=False, compact=True)
        with VerticalScroll(id="comparison-room"):
            yield Static("", id="comparison-beside", markup=False)
        yield KeysLine()

    def on_mount(self) -> None:
        """List the entries, the worst first."""
        found = self._found
        parts = [self._title, plural(len(self._rows), "entry", "entries")]
        if found.more:
            parts.append(f"{amount(found.more)} more in the files")
        if found.withheld:
            parts.append(f"{amount(found.withheld)} of random records not shown")
        self.query_one("#comparison-title", Static).update(content(" · ".join(parts)))
        self.query_one("#comparison-list").focus()
        watch_masking(self, self._list)

    def on_resize(self) -> None:
        """Fit both systems to the new width."""
        self.call_after_refresh(self._list)

    def _list(self) -> None:
        listed = self.query_one("#comparison-list", OptionList)
        place = listed.highlighted or 0
        listed.clear_options()
        masks = is_masking(self.app)
        width = self.size.width
        listed.add_options([Option(_entry_line(row, width, masks=masks)) for row in self._rows])
        if self._rows:
            listed.highlighted = min(place, len(self._rows) - 1)
        else:
            nothing = "Nothing differs here by itself."
            listed.add_option(Option(content(nothing, "$quiet"), disabled=True))

    @on(OptionList.OptionHighlighted, "#comparison-list")
    def _show(self) -> None:
        place = self.query_one("#comparison-list", OptionList).highlighted
        if not self._rows or place is None:
            return
        row = self._rows[place]
        lines = [self._who(row["p"]), content(""), *self._beside(row)]
        self.query_one("#comparison-beside", Static).update(Content("\n").join(lines))
        self.query_one("#comparison-room").scroll_home(animate=False)

    def _who(self, p: int) -> Content:
        from recordpick.comparison.entry_view import patient_line

        known = patient_line(self._report, p)
        if is_masking(self.app):
            return content(masked(known["old"] or known["new"]), "bold")
        name = ", ".join(known[n] for n in ("family_name", "given_name") if n in known)
        title = f" ({known['title']})" if "title" in known else ""
        born = known.get("date_of_birth")
        parts = [f"{name}{title}"]
        parts += [f"born {day(date.fromisoformat(born))}"] if born else []
        parts += [known["sex"]] if "sex" in known else []
        parts += [f"NHS {nhs(known['nhs_number'])}"] if "nhs_number" in known else []
        parts.append(f"old {known['old'] or '–'} · new {known['new'] or '–'}")
        return content("   ".join(parts), "bold")

    def _beside(self, row: dict[str, Any]) -> list[Content]:
        from recordpick.comparison.entry_view import beside

        fields = beside(self._report, row["table"], row["r"], row["r_new"])
        wanted = [
            one
            for one in fields
            if self._all_fields or one.mark != "same" or row["result"] != "changed"
        ]
        hidden = is_masking(self.app)
        width = max(12, (self.size.width - 26) // 2)
        heads = ("In the old system", "In the new system")
        lines = [content("  " + fit("", 20) + "".join(fit(one, width) for one in heads), "$quiet")]
        for one in wanted:
            private = hidden and (row["table"] in PRIVATE_TABLES or one.name in _PRIVATE_FIELDS)
            old, new = (masked(text) if private else text for text in (one.old, one.new))
            style = "$error" if one.mark == "differs" else ""
            name = fit(one.name.replace("_", " "), 19)
            columns = zip_longest(
                [f"{_FIELD_MARKS[one.mark]} {name} "],
                wrapped(old, width - 1),
                wrapped(new, width - 1),
                fillvalue="",
            )
            for first, before, after in columns:
                text = f"{fit(first, 22)}{fit(before, width - 1)} {after}"
                lines.append(content(text, style))
        same = len(fields) - len(wanted)
        if same:
            lines.append(
                content(f"  {plural(same, 'field')} the same, hidden: t shows all", "$quiet")
            )
        return lines

    def action_all_fields(self) -> None:
        """Show all fields, or only those that differ."""
        self._all_fields = not self._all_fields
        self._show()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _entry_line(row: dict[str, Any], width: int, *, masks: bool) -> Content:
    when = row["date"]
    shown = day(when) if isinstance(when, date) else ""
    private = masks and row["table"] in PRIVATE_TABLES
    entry = str(row["entry"] or "")
    differs = str(row["differs"] or row["result"])
    number = str(row["patient_id"] or row["new_patient_id"] or "")
    text = (
        f"{fit(shown, 12)} {fit(masked(number) if masks else number, 10)} "
        f"{fit(masked(entry) if private else entry, 32)} "
        f"{fit(str(row['severity']), 7)} {masked(differs) if private else differs}"
    )
    mark = _RESULT_MARKS[row["result"]]
    return content(f"{mark} ", "$error") + content(fit(text, max(20, width - 6)).rstrip())
