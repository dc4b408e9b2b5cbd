"""Tick sheets of one phase: what to check again, next to what was found before.

The lines keep their numbers on the newest list that was handed over, so that the workbook is
imported like that of the hand-over pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from recordpick.data_checking.issued_lists import list_ids, selection_of
from recordpick.data_checking.progress import issues_to_recheck
from recordpick.errors import UserError
from recordpick.handover.criteria_report import CRITERIA_REPORT
from recordpick.handover.pack_contents import names_of, numbers_of
from recordpick.handover.readme import About
from recordpick.handover.selection_list import list_sha256, selection_rows
from recordpick.handover.tick_sheet_model import HOW, Sheet, Workbook, sheets_of, tabs_of
from recordpick.handover.tick_sheet_text import tick_text
from recordpick.handover.tick_sheets import tick_sheets
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.results import Issue, Phase
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural

Key = tuple[str | None, str]
_LONGEST = 300
_HOW: dict[Phase, str] = {
    "first check": HOW,
    "recheck": (
        "These are the lines in which something was found that is not resolved yet: what was "
        f"found is next to each. {HOW}"
    ),
    "go-live": f"These are all records of the list, to be checked again at go-live. {HOW}",
}


@dataclass(frozen=True)
class PhaseSheets:
    """The tick sheets of a phase, and notes on what is not in them."""

    about: About
    sheets: tuple[Sheet, ...]
    selected: pl.DataFrame
    on_the_list: Mapping[str | None, int]
    of: Workbook
    notes: tuple[str, ...]

    @property
    def lines(self) -> int:
        """The number of lines to check."""
        return self.selected.height

    def workbook(self, *, with_names: bool) -> bytes:
        """Return them as a workbook."""
        counted = [
            {
                "criterion_id": sheet.criterion_id,
                "criterion_title": sheet.title,
                "wanted": self.on_the_list[sheet.criterion_id],
                "picked": len(sheet.lines),
                "state": "complete",
            }
            for sheet in self.sheets
        ]
        criteria = pl.DataFrame(counted, schema=CRITERIA_REPORT)
        return tick_sheets(
            self.about, self.sheets, self.selected, criteria, with_names=with_names, of=self.of
        )

    def text(self) -> bytes:
        """Return them as text to print."""
        return tick_text(self.about, self.sheets, self.of.phase).encode("utf-8")


def phase_sheets(
    file: WorkingFile, index: PracticeIndex, phase: Phase, written_on: datetime, *, with_names: bool
) -> PhaseSheets:
    """Return the tick sheets of a phase, for the newest list that was handed over.

    For the recheck: the lines whose issue is open. For the first check and go-live: every line of
    the list that is still selected. UserError where no list was handed over, where records were
    picked or drawn since, or where there is nothing to check.
    """
    names = list_ids(file)
    if not names:
        raise UserError(
            f"{file.path.name} has not handed over a list yet: export it first. The hand-over "
            "pack has the tick sheets of the first check."
        )
    listed = selection_of(file, names[-1])
    assert listed is not None
    rows = selection_rows(listed, file.pack, numbers_of(index, file.as_at, listed), names[-1])
    on_the_list = {(one, who) for one, who in rows.select("criterion_id", "patient_id").iter_rows()}
    picked = {(pick.criterion_id, pick.patient_id) for pick in file.selection.picks}
    notes: list[str] = []
    if phase == "recheck":
        wanted = _open_lines(file, on_the_list, names[-1], notes)
    else:
        wanted = _all_lines(on_the_list, picked, names[-1], notes)
    if not wanted:
        raise UserError(_NOTHING[phase == "recheck"])
    keys = pl.DataFrame(
        [(one or "", who) for one, who in wanted], schema=["of", "patient_id"], orient="row"
    )
    selected = (
        rows.with_columns(of=pl.col("criterion_id").fill_null(""))
        .join(keys, on=["of", "patient_id"], how="semi", maintain_order="left")
        .drop("of")
    )
    whole = sheets_of(file.pack, rows)
    tabs = dict(zip((one.criterion_id for one in whole), tabs_of(whole), strict=True))
    named = names_of(index, file.as_at, listed) if with_names else None
    return PhaseSheets(
        about=replace(
            _about(file, index, names[-1], selected, written_on), list_sha256=list_sha256(rows)
        ),
        sheets=sheets_of(file.pack, selected, named, _found_before(file.selection)),
        selected=selected,
        on_the_list={one.criterion_id: len(one.lines) for one in whole},
        of=Workbook(phase, _HOW[phase], ("On the list", "To check"), tabs),
        notes=tuple(notes),
    )


_NOTHING = {
    True: "No issue is open: nothing has to be checked again.",
    False: "Nobody on the list is selected any more: nothing has to be checked.",
}


def _open_lines(file: WorkingFile, on_list: set[Key], name: str, notes: list[str]) -> set[Key]:
    lines = set()
    for issue in issues_to_recheck(file):
        line = (issue.first.entry.criterion_id, issue.first.entry.patient_id)
        if line in on_list:
            lines.add(line)
        else:
            notes.append(
                f"Issue {issue.number} ({line[0] or 'Random'}, patient {line[1]}) is open, and not "
                f"on the list {name}: check it by hand, or pick it again and export."
            )
    return lines


def _all_lines(on_list: set[Key], picked: set[Key], name: str, notes: list[str]) -> set[Key]:
    new = len(picked - on_list)
    if new:
        raise UserError(
            f"{new:,} picks or random records are not on the list {name}, so their results could "
            "not be imported: export again first, and give the supplier the new list."
        )
    gone = len(on_list - picked)
    if gone:
        lines = plural(gone, f"line of {name} is", f"lines of {name} are")
        notes.append(f"{lines} not selected any more, and left out.")
    return on_list & picked


def _found_before(selection: Selection) -> dict[Key, str]:
    return {
        (issue.first.entry.criterion_id, issue.first.entry.patient_id): _in_words(issue)
        for issue in selection.issues
        if issue.status != "withdrawn"
    }


def _in_words(issue: Issue) -> str:
    found = issue.found
    differs = " / ".join(found.entry.differs.split("\n"))
    if len(differs) > _LONGEST:
        differs = f"{differs[: _LONGEST - 1]}…"
    severity = f", {found.entry.severity}" if found.entry.severity else ""
    what = f": {differs}" if differs else ""
    return f"Issue {issue.number} ({issue.status}), {found.entry.outcome}{severity}{what}"


def _about(
    file: WorkingFile, index: PracticeIndex, name: str, selected: pl.DataFrame, written_on: datetime
) -> About:
    return About(
        list_id=name,
        pack=file.pack,
        practice=file.practice,
        as_at=file.as_at,
        index_fingerprint=index.fingerprint,
        synthetic=file.synthetic or index.manifest.synthetic,
        written_on=written_on,
        lines=selected.height,
        records=selected["patient_id"].n_unique(),
        qof_year="",
        files={},
    )
