"""Whatever people do, in whatever order: the file says what a few lines of plain Python say."""

from __future__ import annotations

import copy
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from test_random_draw import in_order
from working_files import JO, PATIENTS, RANDOM_RECORDS, ROOM, eligible, filled, new_file, ticking

from examples import examples
from recordpick.errors import UserError
from recordpick.selection.figures import SYSTEMS, NewFigures
from recordpick.selection.kinds.pace import pace_in
from recordpick.selection.kinds.repeated import answers_in
from recordpick.selection.merging import plan_merge
from recordpick.selection.repeated import REPEATED_ANSWERS, RepeatedKey
from recordpick.selection.results import OUTCOMES, PHASES
from recordpick.selection.working_file import WorkingFile

CRITERIA = st.sampled_from(sorted(ROOM))
PATIENT = st.sampled_from(PATIENTS[:8])
MEMORY = Path("/dev/shm")
"""Where it is there, files are made in it: waiting for a disk would take most of the time."""
SEEDS = ["1", "22", "333"]
LINES = st.dictionaries(
    st.tuples(st.sampled_from([*sorted(ROOM), None]), st.sampled_from(PATIENTS[:4])),
    st.tuples(st.sampled_from(OUTCOMES), st.sampled_from(["", "the dose"])),
    max_size=4,
)
"""Filled-in lines: what was found, and what differs."""
FIGURES = st.dictionaries(
    st.sampled_from([("qof", "AF006", "register"), ("capitation", "F", "5 to 14", "patients")]),
    st.sampled_from(["0", "1", "87.5", None]),
)
"""Figures of a system's report; None takes one away."""
REPEATED = [
    RepeatedKey("ab" * 32, "cd" * 32, "events", field, "translated", detail)
    for field, detail in (("code", ""), ("recorded_on", "+1"))
]


@dataclass
class Simple:
    """The selection as somebody would keep it on paper."""

    picks: list[tuple[str | None, str]] = field(default_factory=list)
    closed: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    seed: str | None = None
    drawn: dict[str, list[str]] = field(default_factory=dict)
    results: dict[tuple[str, str | None, str], tuple[str, str]] = field(default_factory=dict)
    workbooks: set[tuple[str, str]] = field(default_factory=set)
    figures: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    table: tuple[tuple[str, str], ...] = ()
    pace: tuple[int, int, int] | None = None
    repeated: dict[RepeatedKey, tuple[str, int]] = field(default_factory=dict)

    def of(self, criterion_id: str | None) -> list[str]:
        return [patient_id for criterion, patient_id in self.picks if criterion == criterion_id]

    def room(self, criterion_id: str) -> int:
        return 0 if criterion_id in self.closed else ROOM[criterion_id] - len(self.of(criterion_id))

    def next_tickets(self, listed: int, number: int) -> list[str]:
        before = self.drawn.get(self.seed, [])
        order = in_order(PATIENTS[:listed], self.seed)
        return [patient_id for patient_id in order if patient_id not in before][:number]


class AnySequence(RuleBasedStateMachine):
    """Rules do the same to the file and to the simple one; what may not be done is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.path = self.folder / "practice.recordpick"
        self.file = new_file(self.path)
        self.now = Simple()
        self.before: list[Simple] = []
        self.after: list[Simple] = []
        self.seeds_ever: list[str] = []
        self.numbers: list[tuple[str | None, str]] = []

    def teardown(self) -> None:
        while self.before:
            self.undo()
        self.says_what_the_simple_one_says()
        assert self.file.selection.picks == ()
        while self.after:
            self.redo()
        self.says_what_the_simple_one_says()
        self.file.close()
        shutil.rmtree(self.folder)

    def decided(self) -> Simple:
        self.before.append(copy.deepcopy(self.now))
        self.after.clear()
        return self.now

    def may(self, allowed: bool, do) -> bool:
        if allowed:
            do()
            return True
        events = len(self.file.events)
        with pytest.raises(UserError):
            do()
        assert len(self.file.events) == events
        return False

    @rule(criterion_id=CRITERIA, patient_ids=st.lists(PATIENT, min_size=1, max_size=3))
    def pick(self, criterion_id, patient_ids):
        there = self.now.of(criterion_id)
        new = [one for one in dict.fromkeys(patient_ids) if one not in there]
        allowed = 0 < len(new) <= self.now.room(criterion_id)
        if self.may(allowed, lambda: self.file.pick(criterion_id, patient_ids)):
            self.decided().picks += [(criterion_id, patient_id) for patient_id in new]

    @rule(pairs=st.lists(st.tuples(CRITERIA, PATIENT), min_size=1, max_size=4, unique=True))
    def suggest(self, pairs):
        allowed = not set(pairs) & set(self.now.picks) and all(
            sum(criterion == criterion_id for criterion, _ in pairs) <= self.now.room(criterion_id)
            for criterion_id, _ in pairs
        )
        if self.may(allowed, lambda: self.file.suggest(pairs, "ticket")):
            self.decided().picks += pairs

    @rule(criterion_id=CRITERIA, patient_id=PATIENT)
    def remove(self, criterion_id, patient_id):
        allowed = (criterion_id, patient_id) in self.now.picks
        if self.may(allowed, lambda: self.file.remove(criterion_id, [patient_id])):
            self.decided().picks.remove((criterion_id, patient_id))

    @rule(patient_id=PATIENT, text=st.sampled_from(["moved", "sensitive", ""]))
    def note(self, patient_id, text):
        self.file.note(patient_id, text)
        if self.now.notes.get(patient_id, "") != text:
            notes = self.decided().notes
            notes.pop(patient_id, None)
            if text:
                notes[patient_id] = text

    @rule(criterion_id=CRITERIA)
    def close(self, criterion_id):
        allowed = criterion_id not in self.now.closed
        if self.may(allowed, lambda: self.file.close_criterion(criterion_id, "nobody else")):
            self.decided().closed[criterion_id] = "nobody else"

    @rule(criteria=st.lists(CRITERIA, max_size=3, unique=True))
    def close_several(self, criteria):
        allowed = bool(criteria) and not set(criteria) & set(self.now.closed)
        reasons = dict.fromkeys(criteria, "nobody else")
        if self.may(allowed, lambda: self.file.close_criteria(reasons)):
            self.decided().closed.update(reasons)

    @rule(patient_id=PATIENT)
    def take_out_of_all(self, patient_id):
        theirs = [pick for pick in self.now.picks if pick[1] == patient_id and pick[0] is not None]
        if self.may(bool(theirs), lambda: self.file.remove_record(patient_id)):
            now = self.decided()
            now.picks = [pick for pick in now.picks if pick not in theirs]

    @rule(criterion_id=CRITERIA)
    def reopen(self, criterion_id):
        allowed = criterion_id in self.now.closed
        if self.may(allowed, lambda: self.file.reopen_criterion(criterion_id)):
            del self.decided().closed[criterion_id]

    @precondition(lambda self: len(self.seeds_ever) < len(SEEDS))
    @rule()
    def fix_another_seed(self):
        seed = SEEDS[len(self.seeds_ever)]
        if self.seeds_ever:
            self.may(False, lambda: self.file.fix_seed(seed, "entered"))
        self.file.fix_seed(seed, "entered", "dice" if self.seeds_ever else "")
        self.seeds_ever.append(seed)
        self.decided().seed = seed

    @rule(listed=st.integers(0, 12), number=st.integers(1, 5))
    def draw(self, listed, number):
        next_ones = self.now.next_tickets(listed, number) if self.now.seed else []
        if self.may(bool(next_ones), lambda: self.file.draw(eligible(listed), number)):
            now = self.decided()
            if now.seed not in now.drawn:
                now.picks = [pick for pick in now.picks if pick[0] is not None]
            now.picks += [(None, patient_id) for patient_id in next_ones]
            now.drawn.setdefault(now.seed, []).extend(next_ones)

    @precondition(lambda self: self.now.of(None) and self.now.seed in self.now.drawn)
    @rule(listed=st.integers(4, 12), which=st.integers(0, 30))
    def replace(self, listed, which):
        patient_id = self.now.of(None)[which % len(self.now.of(None))]
        next_one = self.now.next_tickets(listed, 1)
        replace = self.file.replace_random
        if self.may(bool(next_one), lambda: replace(patient_id, "moved", eligible(listed))):
            now = self.decided()
            now.picks.remove((None, patient_id))
            now.picks.append((None, next_one[0]))
            now.drawn[now.seed] += next_one

    @precondition(lambda self: self.now.of(None))
    @rule(which=st.integers(0, 30))
    def take_out_at_random(self, which):
        patient_id = self.now.of(None)[which % len(self.now.of(None))]
        self.may(False, lambda: self.file.remove(None, [patient_id]))
        self.file.remove(None, [patient_id], "died")
        self.decided().picks.remove((None, patient_id))

    @rule(phase=st.sampled_from(PHASES), workbook=st.integers(0, 2), lines=LINES)
    def import_results(self, phase, workbook, lines):
        sha256 = f"{workbook:064x}"
        taken = {(phase, *line): said for line, said in lines.items()}
        new = {key: said for key, said in taken.items() if self.now.results.get(key) != said}
        events = len(self.file.events)
        self.file.import_results(filled(phase, sha256, lines))
        if not new or (phase, sha256) in self.now.workbooks:
            assert len(self.file.events) == events
            return
        now = self.decided()
        now.results.update(new)
        now.workbooks.add((phase, sha256))
        for _, criterion_id, patient_id in new:
            line = (criterion_id, patient_id)
            fault = new[phase, *line][0] in {"different", "not there"}
            if fault and line not in self.numbers:
                self.numbers.append(line)

    @rule(
        key=st.sampled_from(REPEATED),
        answer=st.sampled_from([*REPEATED_ANSWERS, None]),
        entries=st.sampled_from([7, 70]),
    )
    def answer_repeated(self, key, answer, entries):
        self.file.answer_repeated(key, answer, entries)
        before = self.now.repeated.get(key)
        if before != (None if answer is None else (answer, entries)):
            repeated = self.decided().repeated
            repeated.pop(key, None)
            if answer is not None:
                repeated[key] = (answer, entries)

    @rule(seconds=st.sampled_from([None, (240, 60, 600), (0, 30, 0)]))
    def set_pace(self, seconds):
        self.file.set_pace(seconds)
        if self.now.pace != seconds:
            self.decided().pace = seconds

    @rule(system=st.sampled_from(SYSTEMS), figures=FIGURES)
    def keep_figures(self, system, figures):
        self.file.keep_figures(NewFigures(system, figures, "qof.csv", "ab" * 32))
        known = self.now.figures
        if any(known.get((system, name)) != value for name, value in figures.items()):
            known = self.decided().figures
            for name, value in figures.items():
                known.pop((system, name), None)
                if value is not None:
                    known[system, name] = value

    @rule(files=st.sampled_from([(), (("qof_2026_27.csv", "a,b\r\n"),)]))
    def count_reports_by(self, files):
        self.file.count_reports_by("qof", files)
        if files != self.now.table:
            self.decided().table = files

    @rule(patient_id=st.sampled_from(PATIENTS[:2]), text=st.sampled_from(["there", "elsewhere"]))
    def bring_in_a_copy(self, patient_id, text):
        """Somebody notes something in a copy, and the copy is merged: one event, undone as one."""
        theirs = self.folder / f"copy-{len(self.file.events)}.recordpick"
        shutil.copyfile(self.path, theirs)
        with WorkingFile.open(theirs, JO, now=ticking()) as copied:
            copied.note(patient_id, text)
            self.file.record_export(self.folder / "pack", "ab" * 32)
            plan = plan_merge(self.file, copied)
        if self.now.notes.get(patient_id, "") == text:
            assert plan.nothing_to_do
            return
        path = self.folder / f"merged-{len(self.file.events)}.recordpick"
        self.file.save_merged(path, plan.body({}), JO)
        self.file.close()
        self.path, self.file = path, WorkingFile.open(path, JO, now=ticking())
        self.decided().notes[patient_id] = text

    @rule()
    def undo(self):
        if self.may(bool(self.before), self.file.undo):
            self.after.append(self.now)
            self.now = self.before.pop()

    @rule()
    def redo(self):
        if self.may(bool(self.after), self.file.redo):
            self.before.append(self.now)
            self.now = self.after.pop()

    @rule()
    def open_it_again(self):
        selection, events = self.file.selection, self.file.events
        self.file.close()
        self.file = WorkingFile.open(self.path, JO, now=ticking())
        assert self.file.selection == selection
        assert self.file.events == events

    @rule()
    def somebody_else_looks(self):
        with WorkingFile.open(self.path) as other:
            assert other.read_only
            assert other.selection == self.file.selection

    @invariant()
    def says_what_the_simple_one_says(self):
        selection = self.file.selection
        picks = [(pick.criterion_id, pick.patient_id) for pick in selection.picks]
        assert picks == self.now.picks
        assert {one: closed.reason for one, closed in selection.closed.items()} == self.now.closed
        assert selection.notes == self.now.notes
        results = {
            key: (result.entry.outcome, result.entry.differs)
            for key, result in selection.results.items()
        }
        assert results == self.now.results
        issues = [
            (one.first.entry.criterion_id, one.first.entry.patient_id) for one in selection.issues
        ]
        assert issues == self.numbers
        assert [one.number for one in selection.issues] == list(range(1, len(issues) + 1))
        for issue in selection.issues:
            said = [self.now.results.get((phase, *issues[issue.number - 1])) for phase in PHASES]
            words = [word[0] for word in said if word is not None]
            faults = [word for word in words if word in {"different", "not there"}]
            assert (issue.status == "open") == bool(words and words[-1] in faults)
            assert (issue.status == "resolved") == bool(faults and words[-1] == "same")
        figures = {key: figure.value for key, figure in selection.figures.items()}
        assert figures == self.now.figures
        answers = answers_in(selection.kept)
        said = {key: (given.answer, given.entries) for key, given in answers.items()}
        assert said == self.now.repeated
        pace = pace_in(selection.kept)
        assert (None if pace is None else pace.seconds) == self.now.pace
        table = selection.reports_by.get("qof")
        assert (table.files if table else ()) == self.now.table
        assert (selection.seed.seed if selection.seed else None) == self.now.seed
        assert (selection.can_undo is not None, selection.can_redo is not None) == (
            bool(self.before),
            bool(self.after),
        )

    @invariant()
    def nobody_stands_twice_and_no_number_is_passed(self):
        picks = [(pick.criterion_id, pick.patient_id) for pick in self.file.selection.picks]
        assert len(picks) == len(set(picks))
        assert all(self.file.selection.count(one) <= records for one, records in ROOM.items())


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(
    max_examples=examples(60), stateful_step_count=30, deadline=None
)


def test_drawing_what_is_missing_comes_to_the_number_of_the_pack(file):
    """Without a number, the draw completes the random records."""
    file.fix_seed("1", "entered")
    file.draw(eligible(), 1)
    assert len(file.draw(eligible()).random()) == RANDOM_RECORDS
