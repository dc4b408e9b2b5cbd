"""What the screens show, as plain values: from the working file and the matches to text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from recordpick.criteria.pack import Criterion, Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Answer
from recordpick.picking.shortfalls import possible_records
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural
from recordpick.tui.text import amount, content, day, fit, lines, paragraph

if TYPE_CHECKING:
    from recordpick.picking.patient_kinds import KindProgress
    from recordpick.picking.suggestion import Way

State = Literal["open", "full", "short", "closed", "unanswerable", "by_hand"]
"""The state of a criterion: it needs records; it has them all; fewer patients meet it than are
wanted; closed ("no more records to be found"); the index cannot answer it; it has no rules."""

SIGNS: dict[State, str] = {
    "open": " ",
    "full": "√",
    "short": "!",
    "closed": "–",
    "unanswerable": "?",
    "by_hand": "H",
}
_STATE_TEXTS: dict[State, str] = {
    "open": "",
    "full": "complete",
    "short": "fewer than wanted",
    "closed": "closed, no more to be found",
    "unanswerable": "these records cannot answer it",
    "by_hand": "no rules: pick from the whole list (w) or your own list (l)",
}


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion, its picks and its state. `id` None is the random records."""

    id: str | None
    area: str
    title: str
    find: str
    compare: tuple[str, ...]
    wanted: int
    picked: int
    matches: int | None
    state: State
    reason: str = ""
    """Why it was closed, or why it cannot be answered."""
    cautions: tuple[str, ...] = ()
    steps: tuple[tuple[str, int], ...] = ()
    """Each rule in words, and how many patients are left after it."""
    is_all_picked: bool = False
    """Whether it is no criterion but the line for everything that is picked, by record."""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return self.id or ("everything" if self.is_all_picked else "the random records")

    @property
    def short_name(self) -> str:
        """What it is called where there is room for an id only."""
        return self.id or ("Picked" if self.is_all_picked else "Random")

    @property
    def possible(self) -> int:
        """How many records it can have: see `possible_records`."""
        is_closed = self.state == "closed"
        return possible_records(self.wanted, self.matches, self.picked, is_closed=is_closed)

    @property
    def fraction(self) -> str:
        """`12/20`: how many are picked of those that can be; the records of all that is picked."""
        if self.is_all_picked:
            return f"{self.picked:,}"
        return f"{self.picked}/{self.possible}"


@dataclass(frozen=True, slots=True)
class Overview:
    """The progress of the whole work."""

    practice: str
    as_at: str
    """The day of the records, as 01 Oct 2026."""
    pack: str
    synthetic: bool
    read_only: str
    """Why nothing can be changed; "" if it can."""
    person: str
    patients: int
    picked: int
    possible: int
    """How many records the criteria can have (`possible_records`)."""
    to_close: int
    """How many criteria are open of which fewer patients were found than are wanted."""
    records: int
    """How many different records are picked: each has to be opened and checked."""
    random: int
    random_wanted: int
    can_undo: str | None
    can_redo: str | None
    is_matched: bool = True
    """Whether it is known who meets each criterion, and so how many records there can be."""

    @property
    def progress(self) -> str:
        """One line of progress."""
        if not self.is_matched:
            return f"{self.picked:,} picked · finding patients"
        close = f" · {self.to_close} to close" if self.to_close else ""
        return (
            f"{self.picked:,} picked of {self.possible:,} possible{close} · "
            f"{self.random} of {self.random_wanted} random"
        )

    @property
    def progress_by_length(self) -> tuple[str, ...]:
        """Progress in full, and shorter and shorter for narrow screens."""
        if not self.is_matched:
            return self.progress, f"{self.picked:,} picked"
        short = f"{self.picked:,} of {self.possible:,}"
        close = f" · {self.to_close} to close" if self.to_close else ""
        return self.progress, f"{short}{close} · {self.random} random", f"{short}{close}", short


Picks = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One way of suggesting records: its name, its purpose, its cost, and the picks.

    `records` is how many records there would be to open in all, `hours` what checking them takes,
    `off_by` how far they are from the list's shares (0 to 1; None if not known), `certainty` what
    is proven of the number. `within` is the tolerance in percent of a balanced choice.
    """

    name: str
    records: int
    purpose: str
    cost: str
    picks: Picks
    hours: int = 0
    off_by: float | None = None
    certainty: str = ""
    within: int | None = None
    way: Way = "fewest"


_TALL, _LOW = 30, 22
"""Rows of a screen from which the text about a criterion is given in full, or in two lines."""

MOST_USEFUL_HEAD = content(
    "Patients who meet the most criteria that need records", "bold"
) + paragraph("\nSpace shows which, to pick one record for several criteria. m goes back.")


def criterion_head(
    line: CriterionLine, width: int, height: int, kinds: Sequence[KindProgress] = ()
) -> Content:
    """Return what a criterion is about and its state, for a screen of that height.

    `kinds` is what is picked of each kind of patients, where the criterion takes some of each. A
    low screen then has it in place of what is to be found.
    """
    title = f"{line.id}  {line.title}" if line.id else line.title
    find = lines(line.find, width)
    room = 6 if height >= _TALL else 2 if height >= _LOW else 1
    if len(find) > room:
        find = [*find[: room - 1], fit(find[room - 1] + " …", width)]
    parts = [content(fit(title, width).rstrip(), "bold"), *(content(text) for text in find)]
    is_awkward = line.state in {"short", "unanswerable"}
    state = content(_state_text(line), "$warning" if is_awkward else "$quiet")
    if kinds:
        places = max(0, line.wanted - line.picked)
        state = Content.assemble(state, content(" · ", "$quiet"), kinds_head(kinds, places))
        parts = parts if height >= _LOW else parts[:1]
    parts.append(state)
    if height >= _TALL:
        parts += [content(caution, "$warning") for caution in line.cautions]
    return Content("\n").join(parts)


def _state_text(line: CriterionLine) -> str:
    text = f"{line.picked} of {line.wanted} picked"
    if line.matches is not None:
        text += f" · {amount(line.matches)} found"
    if line.state == "open":
        return text
    if line.state == "unanswerable":
        return f"{text} · {line.reason}"
    reason = f": {line.reason}" if line.reason else ""
    return f"{text} · {_STATE_TEXTS[line.state]}{reason}"


def kinds_head(kinds: Sequence[KindProgress], places: int) -> Content:
    """Return what is picked of each kind of patients; `places` are left to be picked for.

    As "some of each: verified 10 √ · not verified 2 of at least 5 !".
    """
    parts = [content("some of each: ", "$quiet")]
    for place, kind in enumerate(kinds):
        parts.append(content(" · " if place else "", "$quiet"))
        if kind.picked is None:
            parts.append(content(f"{kind.says} ? not known", "$warning"))
        elif kind.missing:
            parts.append(content(f"{kind.in_words} !", "$warning"))
        else:
            parts.append(content(f"{kind.says} {kind.picked:,} √", "$quiet"))
    missing = sum(kind.missing for kind in kinds)
    if missing > places:
        needed = ", ".join(f"{kind.missing:,} {kind.says}" for kind in kinds if kind.missing)
        left = plural(places, "place") if places else "no places"
        parts.append(content(f" · {left} left, {needed} still needed", "$warning"))
    return Content.assemble(*parts)


def area_head(area: str, criteria: int, width: int) -> Content:
    """Return which patients the list of an area shows."""
    who = f"All who meet any of its {plural(criteria, 'criterion', 'criteria')}, or are picked."
    wrapped = lines(f"{who} Space shows which, to pick for them. A goes back.", width)
    return Content("\n").join(
        [content(fit(area, width).rstrip(), "bold"), *(content(text) for text in wrapped)]
    )


FINDING = "Finding patients …"


def no_patients_text(line: CriterionLine) -> str:
    """Return what to do where no patient is listed for a criterion."""
    if line.id is None:
        return "Nobody is drawn yet. Press r to draw."
    if line.state == "unanswerable":
        return "No patients can be found for it. w shows the whole list."
    if line.state == "by_hand":
        return "No rules: w shows the whole list, l picks from a list of your own."
    if line.matches is None:
        return FINDING
    return (
        "No patient meets it. n closes it with a reason for the supplier; w shows the whole list."
    )


ALL_PICKED = "All picked"
NOTHING_PICKED = "Nothing is picked yet. s suggests records, Esc goes to the criteria."


def all_picked_line(selection: Selection) -> CriterionLine:
    """Return the line for everything that is picked, in the form of a criterion."""
    return CriterionLine(
        id=None,
        area="",
        title=ALL_PICKED,
        find="",
        compare=(),
        wanted=0,
        picked=len(selection.patient_ids),
        matches=None,
        state="open",
        is_all_picked=True,
    )


def all_picked_head(selection: Selection) -> Content:
    """Return how many records are picked, for how many lines, and how long checking takes."""
    from recordpick.data_checking.time_needed import time_to_check

    needed = time_to_check(selection)
    says = f"{plural(needed.records, 'record')} to open · {plural(needed.lines, 'line')}"
    if needed.lines:
        says = f"{says} · {needed.in_words}"
    return Content("\n").join([content(ALL_PICKED, "bold"), content(says, "$quiet")])


NONE_PICKED = "Nobody is picked for it yet. Esc shows everybody again."
ALL_ARE_PICKED = "All are picked. Esc shows everybody again."
NOBODY_USEFUL = "No criterion that needs records has patients left."
NOBODY_IN_AREA = "No patient meets any criterion of this area. A goes back; w shows the whole list."


RANDOM_AREA = "Random records"


def overview_of(
    file: WorkingFile,
    index: PracticeIndex,
    patients: int,
    lines: Sequence[CriterionLine],
    *,
    is_matched: bool = True,
) -> Overview:
    """Return the progress of the whole work; `patients` are on the list, `lines` its criteria."""
    selection, pack = file.selection, file.pack
    criteria = [line for line in lines if line.id is not None]
    return Overview(
        practice=file.practice or "Practice without a name",
        as_at=day(file.as_at),
        pack=f"{pack.title} {pack.version}".strip(),
        synthetic=file.synthetic or index.manifest.synthetic,
        read_only=file.why_read_only,
        person=file.person.name if file.person else "",
        patients=patients,
        picked=sum(line.picked for line in criteria),
        possible=sum(line.possible for line in criteria),
        to_close=sum(line.state == "short" for line in criteria),
        records=len(selection.patient_ids),
        random=len(selection.random()),
        random_wanted=pack.random_records,
        can_undo=selection.can_undo,
        can_redo=selection.can_redo,
        is_matched=is_matched,
    )


def criterion_line(
    criterion: Criterion, answer: Answer | None, selection: Selection
) -> CriterionLine:
    """Return the picks and the state of one criterion; `answer` is None before matching."""
    picked = selection.count(criterion.id)
    state, reason = _state(criterion, answer, selection, picked)
    return CriterionLine(
        id=criterion.id,
        area=criterion.area,
        title=criterion.title,
        find=criterion.find,
        compare=criterion.compare,
        wanted=criterion.records,
        picked=picked,
        matches=answer.matches if answer and answer.answered else None,
        state=state,
        reason=reason,
        cautions=answer.cautions if answer else (),
        steps=tuple((step.says, step.left) for step in answer.left) if answer else (),
    )


def _state(
    criterion: Criterion, answer: Answer | None, selection: Selection, picked: int
) -> tuple[State, str]:
    closed = selection.closed.get(criterion.id)
    if closed is not None:
        return "closed", closed.reason
    if picked >= criterion.records:
        return "full", ""
    if not criterion.steps:
        return "by_hand", ""
    if answer is None:
        return "open", ""
    if not answer.answered:
        return "unanswerable", answer.why_not
    return ("short" if answer.matches < criterion.records else "open"), ""


def random_line(pack: Pack, selection: Selection) -> CriterionLine:
    """Return how many random records are drawn, in the form of a criterion."""
    wanted, picked = pack.random_records, len(selection.random())
    return CriterionLine(
        id=None,
        area=RANDOM_AREA,
        title="Drawn at random",
        find="Records drawn so that anyone can check the draw. Press r to draw.",
        compare=(),
        wanted=wanted,
        picked=picked,
        matches=None,
        state="full" if picked >= wanted else "open",
    )
