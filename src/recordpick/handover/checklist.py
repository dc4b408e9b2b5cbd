"""What is left to do before the list is handed over: the checklist of both faces.

Six steps, which may be taken in any order: pick, close, draw, look at warnings, export, hand over.
Nothing here changes anything, and nothing stops an export: what is not done is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recordpick.handover.warnings import PickWarning, pick_warnings
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.picking.shortfalls import Shortfall, shortfalls
from recordpick.selection.kinds.registry import is_undoable
from recordpick.selection.working_file import WorkingFile
from recordpick.text import day, moment, plural

StepName = Literal["pick", "close", "draw", "warnings", "export", "hand_over"]
_TITLES: dict[StepName, str] = {
    "pick": "Pick for each criterion",
    "close": "Close criteria that found fewer",
    "draw": "Draw random records",
    "warnings": "Look at warnings",
    "export": "Export",
    "hand_over": "Hand over",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: whether it is done, how far it is, and what to do next ("" where nothing is)."""

    name: StepName
    is_done: bool
    progress: str
    to_do: str

    @property
    def title(self) -> str:
        """What the step is called."""
        return _TITLES[self.name]


@dataclass(frozen=True, slots=True)
class ToClose:
    """An open criterion that has fewer records than it asks for, and cannot get them.

    `reason` is what the supplier would be told; "" where it is not ready to be closed, and
    `not_ready` says why.
    """

    criterion_id: str
    title: str
    picked: int
    possible: int
    reason: str
    not_ready: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """The six steps, the criteria that are to be closed, and the warnings about picks."""

    steps: tuple[Step, ...]
    to_close: tuple[ToClose, ...]
    warnings: tuple[PickWarning, ...]
    records: int

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def reasons(self) -> dict[str, str]:
        """The reason for each criterion that is ready to be closed, by id."""
        return {one.criterion_id: one.reason for one in self.to_close if one.reason}


def checklist(
    file: WorkingFile, index: PracticeIndex, matches: Matches, *, seen: frozenset[str] = frozenset()
) -> Checklist:
    """Return what is left to do; `seen` are warnings (`in_words`) that were looked at already."""
    rows = shortfalls(matches, file.pack, file.selection)
    to_close = criteria_to_close(rows, matches)
    warnings = pick_warnings(file.selection, index, file.as_at, matches, file.reused_numbers())
    unseen = [one for one in warnings if one.in_words not in seen]
    steps = (
        _pick(rows),
        _close(to_close),
        _draw(file),
        Step(
            "warnings",
            not unseen,
            f"{plural(len(warnings), 'warning')}" if warnings else "none",
            f"look at {len(unseen)}" if unseen else "",
        ),
        _export(file),
        _hand_over(file),
    )
    return Checklist(steps, to_close, warnings, len(file.selection.patient_ids))


def criteria_to_close(rows: Sequence[Shortfall], matches: Matches) -> tuple[ToClose, ...]:
    """Return the open criteria of which fewer patients were found than are wanted.

    One is ready where everybody who was found is picked, and the index holds all that it asks for:
    where that is in doubt, a person reads the caution and says why there are no more. A criterion
    that the index cannot answer is not among them.
    """
    found: list[ToClose] = []
    for row in rows:
        if row.state not in {"nobody", "short_without_reason"}:
            continue
        if row.picked + row.left >= row.wanted:
            continue
        not_ready = _not_ready(row, matches.answers[row.criterion_id].cautions)
        reason = "" if not_ready else _reason(row)
        found.append(
            ToClose(row.criterion_id, row.title, row.picked, row.possible, reason, not_ready)
        )
    return tuple(found)


def _reason(row: Shortfall) -> str:
    if not row.matches:
        return "No patient meets it." if not row.picked else "No other patient meets it."
    verb = "meets" if row.matches == 1 else "meet"
    return f"Only {plural(row.matches, 'patient')} {verb} it; all are picked."


def _not_ready(row: Shortfall, cautions: Sequence[str]) -> str:
    """Return why a criterion is not to be closed yet; "" where it may be."""
    if row.left:
        verb = "is" if row.left == 1 else "are"
        return f"not ready: {plural(row.left, 'found patient')} {verb} not picked"
    return f"close it by itself: {cautions[0]}" if cautions else ""


def _pick(rows: Sequence[Shortfall]) -> Step:
    picked, possible = sum(row.picked for row in rows), sum(row.possible for row in rows)
    short = [row for row in rows if row.picked < row.possible]
    to_do = ""
    if short:
        missing = short[0].possible - short[0].picked
        more = f", and {len(short) - 1:,} more" if len(short) > 1 else ""
        to_do = f"{short[0].criterion_id} is {missing:,} short{more}"
    return Step("pick", not short, f"{picked:,} of {possible:,} possible", to_do)


def _close(to_close: Sequence[ToClose]) -> Step:
    ready = sum(bool(one.reason) for one in to_close)
    progress = f"{len(to_close):,} open" if to_close else "none to close"
    to_do = f"{ready:,} ready to close" if to_close else ""
    if len(to_close) > ready:
        to_do += f", {len(to_close) - ready:,} not ready"
    return Step("close", not to_close, progress, to_do)


def _draw(file: WorkingFile) -> Step:
    drawn, wanted = file.selection.drawn_with_seed, file.pack.random_records
    seed = file.selection.seed
    to_do = f"draw {wanted - drawn:,} more" if drawn < wanted else ""
    if not to_do and seed is not None:
        to_do = f"seed {seed.seed}"
    return Step("draw", drawn >= wanted, f"{drawn:,} of {wanted:,}", to_do)


def _export(file: WorkingFile) -> Step:
    exports = file.selection.exports
    if not exports:
        return Step("export", is_done=False, progress="not exported", to_do="write the pack")
    progress = f"list {len(exports)}, {moment(exports[-1].on)}"
    changes = changes_since_export(file)
    to_do = f"{plural(changes, 'change')} since: export again" if changes else ""
    return Step("export", not changes, progress, to_do)


def changes_since_export(file: WorkingFile) -> int:
    """Return how many decisions were made after the newest export; results of checking are none."""
    changes = 0
    for event in reversed(file.events):
        if event.kind == "exported":
            break
        is_decision = is_undoable(event.kind) or event.kind in {"undone", "redone"}
        changes += is_decision and event.kind != "checked"
    return changes


def _hand_over(file: WorkingFile) -> Step:
    exports, sent = file.selection.exports, file.selection.handed_over
    if not sent:
        to_do = "to the supplier, as agreed with your IG lead"
        return Step("hand_over", is_done=False, progress="not sent", to_do=to_do)
    last = sent[-1]
    progress = f"{last.how}, {day(last.sent_on)}"
    is_newest = bool(exports) and last.list_id == exports[-1].list_id
    is_newest = is_newest and last.on >= exports[-1].on
    return Step("hand_over", is_newest, progress, "" if is_newest else "a newer list is not sent")
