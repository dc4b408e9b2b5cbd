"""Tick sheets of one phase: what to check again, next to what was found before.

The lines keep their numbers on the newest list that was handed over, so that the workbook is
imported like that of the hand-over pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from recordpick.data_checking.checking_workbook import Content, checking_workbook
from recordpick.data_checking.evidence import Line, LineEvidence, evidence_for
from recordpick.data_checking.issued_lists import list_ids, selection_of
from recordpick.data_checking.phase_lines import lines_to_check
from recordpick.data_checking.time_needed import TimeNeeded, pace_of, time_needed
from recordpick.errors import UserError
from recordpick.handover.pack_contents import names_of, numbers_of
from recordpick.handover.readme import About
from recordpick.handover.selection_list import list_sha256, selection_rows
from recordpick.handover.tick_sheet_model import Sheet, sheets_of
from recordpick.handover.tick_sheet_text import tick_text
from recordpick.index.practice_index import PracticeIndex
from recordpick.selection.results import Issue, Phase
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural

_LONGEST = 300
_FILL_IN = (
    "Open each record in both systems and compare, for each of its lines on the sheet Lines, what "
    "is named there; the entries of the current system are beside it. Choose a result. Where "
    "something differs, write down what, and how bad it is. Keep one workbook for each phase."
)
_HOW: dict[Phase, str] = {
    "first check": _FILL_IN,
    "recheck": (
        "These are the lines in which something was found that is not resolved yet: what was "
        f"found is next to each. {_FILL_IN}"
    ),
    "go-live": f"These are all records of the list, to be checked again at go-live. {_FILL_IN}",
}


@dataclass(frozen=True)
class PhaseSheets:
    """The tick sheets of a phase, and notes on what is not in them."""

    about: About
    phase: Phase
    sheets: tuple[Sheet, ...]
    selected: pl.DataFrame
    on_the_list: Mapping[str | None, int]
    evidence: Mapping[Line, LineEvidence]
    time: TimeNeeded
    notes: tuple[str, ...]

    @property
    def lines(self) -> int:
        """The number of lines to check."""
        return self.selected.height

    def workbook(self, *, with_names: bool) -> bytes:
        """Return them as the practice's own workbook, by record."""
        content = Content(
            about=self.about,
            phase=self.phase,
            how=_HOW[self.phase],
            time=self.time.in_words,
            sheets=self.sheets,
            on_the_list=self.on_the_list,
            evidence=self.evidence,
            selected=self.selected,
        )
        return checking_workbook(content, with_names=with_names)

    def text(self) -> bytes:
        """Return them as text to print."""
        return tick_text(self.about, self.sheets, self.phase).encode("utf-8")


def phase_sheets(
    file: WorkingFile, index: PracticeIndex, phase: Phase, written_on: datetime, *, with_names: bool
) -> PhaseSheets:
    """Return the tick sheets of a phase, for the newest list that was handed over.

    For the recheck: the lines whose issue is open. For the first check and go-live: every line of
    the list that is still selected. UserError where no list was handed over, where records were
    picked or drawn since and the phase has not begun (in one that has, a note says how many), or
    where there is nothing to check.
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
    wanted, notes = lines_to_check(file, phase, on_the_list, names[-1])
    gone = len(on_the_list - wanted)
    if gone and phase != "recheck":
        lines = plural(gone, f"line of {names[-1]} is", f"lines of {names[-1]} are")
        notes.append(f"{lines} not selected any more, and left out.")
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
    named = names_of(index, file.as_at, listed) if with_names else None
    return PhaseSheets(
        about=replace(
            _about(file, index, names[-1], selected, written_on), list_sha256=list_sha256(rows)
        ),
        phase=phase,
        sheets=sheets_of(file.pack, selected, named, _found_before(file.selection)),
        selected=selected,
        on_the_list={one.criterion_id: len(one.lines) for one in whole},
        evidence=evidence_for(file, index, wanted),
        time=time_needed(wanted, pace_of(file.selection)),
        notes=tuple(notes),
    )


_NOTHING = {
    True: "No issue is open: nothing has to be checked again.",
    False: "Nobody on the list is selected any more: nothing has to be checked.",
}


def _found_before(selection: Selection) -> dict[Line, str]:
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
