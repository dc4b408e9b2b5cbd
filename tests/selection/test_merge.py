"""Two copies of a working file brought together: nothing is lost, and people decide conflicts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from working_files import (
    JO,
    PATIENTS,
    ROOM,
    SAM,
    START,
    eligible,
    filled,
    index_at,
    new_file,
    ticking,
)

from examples import examples
from recordpick.errors import UserError
from recordpick.selection.chains import all_hashes, exports_of
from recordpick.selection.figures import NewFigures
from recordpick.selection.history import history_of
from recordpick.selection.merging import Choice, Plan, plan_merge
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile
from small_journals import read_journal, write_journal

MEMORY = Path("/dev/shm")
Do = Callable[[WorkingFile], object]


class Copies:
    """A file with some history, and copies of it on which people go on."""

    def __init__(self, folder: Path, *before: Do) -> None:
        self.folder = folder
        self.number = 0
        with new_file(folder / "start.recordpick") as file:
            for do in before:
                do(file)

    def gone_on(self, name: str, *changes: Do, source: str = "start", later: int = 0) -> Path:
        """Copy a file under a name, and change the copy; `later`: hours after the start."""
        path = self.folder / f"{name}.recordpick"
        shutil.copyfile(self.folder / f"{source}.recordpick", path)
        self.number += 1
        now = ticking(START + timedelta(hours=later + self.number))
        with WorkingFile.open(path, JO if self.number % 2 else SAM, now=now) as file:
            for do in changes:
                do(file)
        return path

    def merged(self, a: Path, b: Path, *, take: Choice | None = None, out: str = "both") -> Path:
        """Merge, deciding all conflicts in one way; there must be none without a decision."""
        path = self.folder / f"{out}.recordpick"
        with read(a) as ours, read(b) as theirs:
            plan = plan_merge(ours, theirs)
            assert take is not None or plan.conflicts == ()
            choices = {one.name: take for one in plan.conflicts if take is not None}
            return ours.save_merged(path, plan.body(choices), JO)


@contextmanager
def read(path: Path) -> Iterator[WorkingFile]:
    with WorkingFile.open(path, read_only=True) as file:
        yield file


def planned(a: Path, b: Path) -> Plan:
    with read(a) as ours, read(b) as theirs:
        return plan_merge(ours, theirs)


def selection_of(path: Path) -> Selection:
    with read(path) as file:
        return file.selection


def pick(criterion_id: str, *patients: str) -> Do:
    return lambda file: file.pick(criterion_id, patients)


def note(patient: str, text: str) -> Do:
    return lambda file: file.note(patient, text)


def fix(seed: str) -> Do:
    return lambda file: file.fix_seed(seed, "entered")


def draw(number: int) -> Do:
    return lambda file: file.draw(eligible(), number)


def result(patient: str, said: str, workbook: str = "1") -> Do:
    lines = {("MED-04", patient): (said, "")}
    return lambda file: file.import_results(filled("first check", workbook * 64, lines))


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path, pick("MED-04", "P01"), note("P01", "moved"))


def test_what_both_did_is_in_the_merged_file_with_who_and_when(copies: Copies) -> None:
    """Picks, notes, closings, results, figures, draws and hand-overs of both copies."""
    a = copies.gone_on(
        "a",
        pick("MED-04", "P02"),
        note("P02", "ours"),
        lambda file: file.close_criterion("ALL-02", "nobody else"),
        result("P01", "different"),
    )
    b = copies.gone_on(
        "b",
        pick("DEM-01", "P03"),
        note("P03", "theirs"),
        fix("123"),
        draw(2),
        lambda file: file.keep_figures(
            NewFigures("new_system", {("qof", "AF006", "register"): "7"}, "qof.csv", "ab" * 32)
        ),
        lambda file: file.record_export(Path("pack"), "cd" * 32),
    )
    both, ours, theirs = (selection_of(one) for one in (copies.merged(a, b), a, b))
    assert set(both.picks) == set(ours.picks) | set(theirs.picks)
    assert both.notes == {"P01": "moved", "P02": "ours", "P03": "theirs"}
    assert both.closed == ours.closed
    assert both.results == ours.results
    assert both.figures == theirs.figures
    assert (both.seed, both.draws, both.exports) == (theirs.seed, theirs.draws, theirs.exports)
    assert both.can_undo == "merged the copy b.recordpick"


def test_one_undo_reverts_the_merge_and_redo_brings_it_again(copies: Copies) -> None:
    """The draw that came with it stays in the file, marked as undone."""
    a = copies.gone_on("a", pick("MED-04", "P02"))
    b = copies.gone_on("b", fix("123"), draw(2), pick("DEM-01", "P03"))
    path = copies.merged(a, b)
    ours, both = selection_of(a), selection_of(path)
    with WorkingFile.open(path, JO) as file:
        undone = file.undo()
        assert (undone.picks, undone.seed) == (ours.picks, None)
        assert [draw.withdrawn is not None for draw in undone.draws] == [True]
        again = file.redo()
        assert (again.picks, again.seed, again.draws) == (both.picks, both.seed, both.draws)
        file.undo()
        file.pick("DEM-01", ["P09"])
    assert selection_of(path).of("DEM-01")[0].patient_id == "P09"


def test_a_removal_in_one_copy_is_a_removal(copies: Copies) -> None:
    """What one copy removed and the other left alone is gone, whichever comes first."""
    a = copies.gone_on("a", pick("DEM-01", "P05"))
    b = copies.gone_on("b", lambda file: file.remove("MED-04", ["P01"]), note("P01", ""))
    for one, other, out in ((a, b, "ab"), (b, a, "ba")):
        both = selection_of(copies.merged(one, other, out=out))
        assert [pick.patient_id for pick in both.picks] == ["P05"]
        assert both.notes == {}


CONFLICTS: dict[str, tuple[list[Do], list[Do], str]] = {
    "over-full": (
        [pick("DEM-01", "P05", "P06")],
        [pick("DEM-01", "P07")],
        "criterion:DEM-01",
    ),
    "closed and picked": (
        [lambda file: file.close_criterion("DEM-01", "nobody")],
        [pick("DEM-01", "P07")],
        "criterion:DEM-01",
    ),
    "closed for two reasons": (
        [lambda file: file.close_criterion("DEM-01", "nobody")],
        [lambda file: file.close_criterion("DEM-01", "enough")],
        "closing:DEM-01",
    ),
    "a note": ([note("P01", "ours")], [note("P01", "theirs")], "note:P01"),
    "a note removed": ([note("P01", "")], [note("P01", "theirs")], "note:P01"),
    "a result": (
        [result("P01", "same")],
        [result("P01", "different", "2")],
        "result:first-check:MED-04:P01:@tick_sheets.xlsx",
    ),
    "two seeds": ([fix("1"), draw(2)], [fix("2"), draw(2)], "random"),
    "a figure": (
        [
            lambda file: file.keep_figures(
                NewFigures("new_system", {("qof", "A", "b"): "1"}, "", "")
            )
        ],
        [
            lambda file: file.keep_figures(
                NewFigures("new_system", {("qof", "A", "b"): "2"}, "", "")
            )
        ],
        "figure:new_system:qof/A/b",
    ),
    "a QOF table": (
        [lambda file: file.count_reports_by("qof", (("a.csv", "a,b"),))],
        [lambda file: file.count_reports_by("qof", (("b.csv", "a,b"),))],
        "reports:qof",
    ),
}


@pytest.mark.parametrize("what", CONFLICTS)
@pytest.mark.parametrize("choice", ["A", "B"])
def test_a_conflict_is_named_and_a_person_decides(
    copies: Copies, what: str, choice: Choice
) -> None:
    """Without a decision there is no merged file; with one it has what the person chose."""
    ours, theirs, name = CONFLICTS[what]
    a, b = copies.gone_on("a", *ours), copies.gone_on("b", *theirs)
    plan = planned(a, b)
    assert [one.name for one in plan.conflicts] == [name]
    assert plan.conflicts[0].a != plan.conflicts[0].b
    with pytest.raises(UserError, match="Decide 1 conflict"):
        plan.body({})
    both = selection_of(copies.merged(a, b, take=choice))
    chosen = selection_of(a if choice == "A" else b)
    for part in ("notes", "closed", "seed", "figures", "reports_by"):
        assert getattr(both, part) == getattr(chosen, part)
    assert set(both.picks) == set(chosen.picks)
    found = {key: one.entry.outcome for key, one in both.results.items()}
    assert found == {key: one.entry.outcome for key, one in chosen.results.items()}
    assert [one for one in both.draws if one.withdrawn is None] == list(chosen.draws)


@pytest.mark.parametrize("choice", ["A", "B"])
def test_a_record_replaced_in_both_is_a_conflict_and_the_draw_goes_on(
    tmp_path: Path, choice: Choice
) -> None:
    """After the decision the next ticket is the one that the chosen draws lead to."""
    copies = Copies(tmp_path, fix("7"), draw(3))
    first = selection_of(tmp_path / "start.recordpick").random()[0].patient_id

    def replace(reason: str, number: int) -> Do:
        def do(file: WorkingFile) -> None:
            file.replace_random(first, reason, eligible())
            if number:
                file.draw(eligible(), number)

        return do

    a, b = copies.gone_on("a", replace("moved", 1)), copies.gone_on("b", replace("died", 0))
    assert [one.name for one in planned(a, b).conflicts] == ["random"]
    path = copies.merged(a, b, take=choice)
    chosen = a if choice == "A" else b
    ours = set(selection_of(a).random())
    with WorkingFile.open(path, JO) as both, WorkingFile.open(chosen, JO) as alone:
        assert set(both.selection.random()) == set(alone.selection.random())
        next_ones = [file.draw(eligible(), 2).draws[-1].drawn for file in (both, alone)]
        assert next_ones[0] == next_ones[1]
        both.undo()
        both.undo()
        assert set(both.selection.random()) == ours


def test_the_same_done_in_both_is_not_a_conflict(copies: Copies) -> None:
    """It counts as the one that did it first has it."""
    same = [pick("DEM-01", "P05"), note("P05", "same"), fix("3"), draw(2)]
    a, b = copies.gone_on("a", *same, later=5), copies.gone_on("b", *same)
    both = selection_of(copies.merged(a, b))
    theirs = selection_of(b)
    assert set(both.picks) == set(theirs.picks)
    assert both.seed == theirs.seed


def test_merging_again_what_went_on_takes_only_what_is_new(copies: Copies) -> None:
    """Also a pick that was removed after the first merge stays removed, in both directions."""
    a, b = copies.gone_on("a", pick("MED-04", "P02")), copies.gone_on("b", pick("DEM-01", "P03"))
    both = copies.merged(a, b)
    b_later = copies.gone_on("b2", lambda file: file.remove("DEM-01", ["P03"]), source="b")
    for one, other, out in ((both, b_later, "again"), (b_later, both, "other")):
        again = selection_of(copies.merged(one, other, out=out))
        assert {pick.patient_id for pick in again.picks} == {"P01", "P02"}


def test_itself_and_an_ancestor_are_nothing_to_merge(copies: Copies) -> None:
    a, b = copies.gone_on("a", pick("MED-04", "P02")), copies.gone_on("b", pick("DEM-01", "P03"))
    both = copies.merged(a, b)
    start = copies.folder / "start.recordpick"
    assert "are the same" in planned(a, a).nothing_to_do
    assert "has everything of start.recordpick" in planned(a, start).nothing_to_do
    assert "go on with a.recordpick" in planned(start, a).nothing_to_do
    for one in (a, b):
        assert "has everything of" in planned(both, one).nothing_to_do
        assert "go on with both.recordpick" in planned(one, both).nothing_to_do


def test_files_that_are_not_copies_are_refused(copies: Copies, tmp_path: Path) -> None:
    a = copies.gone_on("a", pick("MED-04", "P02"))
    with new_file(tmp_path / "else.recordpick", SAM):
        pass
    with pytest.raises(UserError, match="are not copies of one working file"):
        planned(a, tmp_path / "else.recordpick")
    day = START.date()
    other = copies.gone_on("b", lambda file: file.use_index(index_at(tmp_path, "12" * 32), day))
    with pytest.raises(UserError, match="another practice index"):
        planned(a, other)


def test_issues_that_get_another_number_are_named(copies: Copies) -> None:
    """The supplier may have been sent the old one."""
    a, b = (
        copies.gone_on("a", result("P01", "different")),
        copies.gone_on(
            "b",
            pick("MED-04", "P02"),
            result("P02", "different"),
        ),
    )
    assert "Issue 1 of b.recordpick (MED-04, patient P02) is issue 2" in planned(a, b).notes[0]
    both = selection_of(copies.merged(a, b))
    assert [one.first.entry.patient_id for one in both.issues] == ["P01", "P02"]


def test_each_copy_s_hand_over_is_known_with_the_events_before_it(copies: Copies) -> None:
    """So results of a list that a copy handed over are read back to its own lines."""

    def handed(file: WorkingFile) -> None:
        file.record_export(Path("pack"), "ab" * 32, None, "RP-AAAAAAAA-01")

    a = copies.gone_on("a", pick("MED-04", "P02"), handed)
    b = copies.gone_on("b", pick("DEM-01", "P03"), handed)
    with read(copies.merged(a, b)) as both, read(b) as theirs:
        exports = exports_of(both.events)
        assert len(exports) == 2
        assert exports[1].before == theirs.events[:-1]


def test_opening_says_that_a_copy_in_the_folder_went_on(copies: Copies) -> None:
    """The names, the event after which they part, and what to do; of an older copy nothing."""
    a, b = copies.gone_on("a", pick("MED-04", "P02")), copies.gone_on("b", pick("DEM-01", "P03"))
    with read(a) as file:
        (says,) = file.warnings
        assert "b.recordpick is a copy of this file, and both have gone on from event 3" in says
        assert "recordpick merge a.recordpick b.recordpick" in says
    with read(copies.folder / "start.recordpick") as file:
        assert all("gone on from where this one ends" in says for says in file.warnings)
        assert len(file.warnings) == 2
    both = copies.merged(a, b)
    with read(both) as file:
        assert file.warnings == ()
    with read(a) as file:
        assert any(
            "both.recordpick" in says and "go on with that" in says for says in file.warnings
        )


def test_a_file_beside_it_that_is_not_a_copy_is_left_alone(copies: Copies) -> None:
    """Another practice's file, a damaged one, a text, a folder, a link, a pipe."""
    folder = copies.folder
    with new_file(folder / "else.recordpick", SAM) as other:
        other.note("P01", "theirs")
    (folder / "text.recordpick").write_text("none", encoding="utf-8")
    (folder / "folder.recordpick").mkdir()
    (folder / "empty.recordpick").touch()
    start = folder / "start.recordpick"
    content = start.read_bytes()
    (folder / "cut.recordpick").write_bytes(content[: len(content) // 2])
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.recordpick")
        (folder / "link.recordpick").symlink_to(folder / "nowhere.recordpick")
    with read(start) as file:
        assert file.warnings == ()


FORGED: dict[str, tuple[Callable[[dict], None], str]] = {
    "an event of the copy is changed": (
        lambda body: body["events"][0].__setitem__(1, "2026-10-05T09:31:00.000000+00:00"),
        "another copy whose event",
    ),
    "an event of the copy is missing": (lambda body: body["events"].pop(), "all events"),
    "a base that is nowhere": (lambda body: body.update(base="ab" * 32), "does not begin as"),
    "somebody whom the copy did not pick": (
        lambda body: body["picks"].append(["NONE-1", "P09"]),
        "a criterion that the pack does not have",
    ),
    "rows of another form": (lambda body: body.update(results=[["a"]]), "takes something over"),
    "the same twice": (lambda body: body["picks"].append(body["picks"][0]), "twice"),
    "no answer for random records": (lambda body: body.update(random=2), "random records"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_merge_is_refused_with_its_number(copies: Copies, what: str) -> None:
    """The chain may fit: the events of the copy must follow theirs, and fit the pack."""
    a, b = copies.gone_on("a", pick("MED-04", "P02")), copies.gone_on("b", pick("DEM-01", "P03"))
    path = copies.merged(a, b)
    change, says = FORGED[what]
    events = read_journal(path)
    change(events[-1]["body"])
    write_journal(path, events)
    with pytest.raises(UserError, match=f"event {len(events)} .*{says}"):
        WorkingFile.open(path)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pick", "remove", "note", "close", "reopen", "undo", "redo", "result"]),
        st.sampled_from(sorted(ROOM)),
        st.sampled_from(PATIENTS[:5]),
        st.sampled_from(["one", "two"]),
    ),
    max_size=7,
)


def done(steps: list[tuple[str, str, str, str]], workbook: str) -> Do:
    """Do what may be done of these steps."""

    def do(file: WorkingFile) -> None:
        outcomes = {"one": ("same", ""), "two": ("different", "")}
        for number, (step, criterion_id, patient, text) in enumerate(steps):
            sha256 = f"{workbook}{number}".rjust(64, "0")
            lines = {(criterion_id, patient): outcomes[text]}
            actions = {
                "pick": lambda: file.pick(criterion_id, [patient]),  # noqa: B023 - called at once
                "remove": lambda: file.remove(criterion_id, [patient]),  # noqa: B023
                "note": lambda: file.note(patient, text),  # noqa: B023
                "close": lambda: file.close_criterion(criterion_id, text),  # noqa: B023
                "reopen": lambda: file.reopen_criterion(criterion_id),  # noqa: B023
                "undo": file.undo,
                "redo": file.redo,
                "result": lambda: file.import_results(filled("recheck", sha256, lines)),  # noqa: B023
            }
            try:
                actions[step]()
            except UserError:
                continue

    return do


def content(selection: Selection) -> tuple[object, ...]:
    """Return what counts, in no order."""
    results = {
        key: (one.entry.outcome, one.entry.differs, one.by, one.on)
        for key, one in selection.results.items()
    }
    return set(selection.picks), dict(selection.notes), dict(selection.closed), results


@settings(max_examples=examples(25), deadline=None)
@given(before=STEPS, ours=STEPS, theirs=STEPS)
def test_whatever_is_done_on_two_copies_nothing_is_lost(before, ours, theirs) -> None:
    """Every event of both is in the merged file; without conflicts the order does not matter.

    What one copy has and the other never changed is as that copy has it, and the merged file holds
    everything of both: merging either again is nothing to do.
    """
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    try:
        copies = Copies(folder, done(before, "a"))
        a, b = copies.gone_on("a", done(ours, "b")), copies.gone_on("b", done(theirs, "c"))
        plan, other = planned(a, b), planned(b, a)
        assert [one.name for one in plan.conflicts] == [one.name for one in other.conflicts]
        if plan.nothing_to_do:
            assert other.nothing_to_do
            return
        paths = [
            copies.merged(a, b, take="A", out="ab"),
            copies.merged(b, a, take="B", out="ba"),
        ]
        with ExitStack() as stack:
            files = [stack.enter_context(read(one)) for one in (*paths, a, b)]
            known = [all_hashes(file.events) for file in files]
            assert known[2] | known[3] <= known[0] & known[1]
            assert content(files[0].selection) == content(files[1].selection)
            if not plan.conflicts:
                base = {one.hash for one in files[2].events} & {one.hash for one in files[3].events}
                before_both = history_of(
                    tuple(one for one in files[2].events if one.hash in base)
                ).selection()
                for one, other_one in ((files[2], files[3]), (files[3], files[2])):
                    new = set(one.selection.picks) - set(before_both.picks)
                    same = {
                        (pick.criterion_id, pick.patient_id) for pick in other_one.selection.picks
                    }
                    merged_picks = set(files[0].selection.picks)
                    assert all(
                        pick in merged_picks
                        for pick in new
                        if (pick.criterion_id, pick.patient_id) not in same
                    )
        for one in (a, b):
            assert planned(paths[0], one).nothing_to_do
        with WorkingFile.open(paths[0], JO) as file:
            assert content(file.undo()) == content(selection_of(a))
    finally:
        shutil.rmtree(folder)
