"""Copies merged crosswise, twice, and merges of merges: the same comes out, and nothing is lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from working_files import JO, PATIENTS, ROOM, SAM, START, filled, new_file, ticking

from recordpick.errors import UserError
from recordpick.selection.chains import all_hashes
from recordpick.selection.merging import Choice, Plan, plan_merge
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile

from .registry import attack

Step = tuple[str, str, str, str]
Content = dict[str, dict]
DOING = ("pick", "pick", "remove", "note", "close", "reopen", "result")


def steps(chance: random.Random) -> list[Step]:
    """Return some steps: what, for which criterion, which patient, and a text."""
    return [
        (
            chance.choice(DOING),
            chance.choice(sorted(ROOM)),
            chance.choice(PATIENTS[:4]),
            chance.choice(["one", "two", ""]),
        )
        for _ in range(chance.randrange(5))
    ]


class MergeFolder:
    """A folder of copies: each changed or merged under a name of its own, later than the last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0
        with new_file(folder / "start.recordpick"):
            pass

    def _next(self) -> tuple[Path, Callable[[], object]]:
        self.number += 1
        now = ticking(START + timedelta(hours=self.number))
        return self.folder / f"{self.number}.recordpick", now

    def changed(self, source: Path, doing: list[Step]) -> Path:
        """Copy a file, and do what may be done of these steps on the copy."""
        path, now = self._next()
        shutil.copyfile(source, path)
        with WorkingFile.open(path, SAM if self.number % 2 else JO, now=now) as file:
            for number, step in enumerate(doing):
                do(file, step, f"{self.number:032d}{number:032d}")
        return path

    def merged(self, a: Path, b: Path) -> Path:
        """Merge two copies, each conflict decided by what is in it and not by which comes first."""
        path, _ = self._next()
        with reading(a) as ours, reading(b) as theirs:
            plan = plan_merge(ours, theirs)
            if plan.nothing_to_do:
                is_first = plan.nothing_to_do.startswith(a.name)
                shutil.copyfile(a if is_first else b, path)
            else:
                ours.save_merged(path, plan.body(decided(plan)), JO)
        return path


def reading(path: Path) -> WorkingFile:
    return WorkingFile.open(path, read_only=True)


def decided(plan: Plan) -> dict[str, Choice]:
    return {one.name: "A" if one.a >= one.b else "B" for one in plan.conflicts}


def do(file: WorkingFile, step: Step, sha256: str) -> None:
    what, criterion, patient, text = step
    lines = {(criterion, patient): ("same" if text == "one" else "different", "")}
    actions: dict[str, Callable[[], object]] = {
        "pick": lambda: file.pick(criterion, [patient]),
        "remove": lambda: file.remove(criterion, [patient]),
        "note": lambda: file.note(patient, text),
        "close": lambda: file.close_criterion(criterion, text or "none"),
        "reopen": lambda: file.reopen_criterion(criterion),
        "result": lambda: file.import_results(filled("recheck", sha256, lines)),
    }
    try:
        actions[what]()
    except UserError:
        return


def content(path: Path) -> Content:
    """Return what counts in a file, in no order."""
    with reading(path) as file:
        return content_of(file.selection)


def content_of(selection: Selection) -> Content:
    return {
        "picks": {(one.criterion_id, one.patient_id): one for one in selection.picks},
        "notes": dict(selection.notes),
        "closed": dict(selection.closed),
        "results": {key: one.entry.outcome for key, one in selection.results.items()},
    }


def has_conflicts(a: Path, b: Path) -> bool:
    with reading(a) as ours, reading(b) as theirs:
        return bool(plan_merge(ours, theirs).conflicts)


def hashes(path: Path) -> set[str]:
    with reading(path) as file:
        return all_hashes(file.events)


@attack("crosswise-merges", "copies merged crosswise, twice, and merges of merges", quick=2)
def crosswise_merges(folder: Path, chance: random.Random) -> str:
    """Whatever is merged with what: in either order the same counts, and nothing is lost.

    A and B are merged twice, by two people, and both results go on, as do A and B themselves. All
    events of all copies are in the last file. Without conflicts the whole order of merges makes no
    difference.
    """
    room = MergeFolder(folder)
    start = room.changed(folder / "start.recordpick", steps(chance))
    a, b = room.changed(start, steps(chance)), room.changed(start, steps(chance))
    both, again = room.merged(a, b), room.merged(b, a)
    assert content(both) == content(again), "the order of the first two made a difference"
    is_quiet = not has_conflicts(a, b)
    ends = [room.changed(one, steps(chance)) for one in (both, again, a, b)]
    last = []
    for _ in range(2):
        chance.shuffle(ends)
        path = ends[0]
        for other in ends[1:]:
            is_quiet &= not has_conflicts(path, other)
            merged = room.merged(path, other)
            if chance.random() < 0.4:
                assert content(merged) == content(room.merged(other, path)), (
                    "the order of two made a difference"
                )
            path = merged
        last.append(path)
    for path in last:
        known = hashes(path)
        for copy in (a, b, both, again, *ends):
            assert hashes(copy) <= known, "something was lost"
    with reading(last[0]) as merged_file, reading(ends[0]) as before:
        assert plan_merge(merged_file, before).nothing_to_do
    if is_quiet:
        assert content(last[0]) == content(last[1]), "the order of all made a difference"
    return "without conflicts" if is_quiet else "with conflicts"
