"""Copies that were merged crosswise before: nothing removed comes back, nothing is decided twice.

tests/attack/crosswise_merges.py tries by chance what these tests try by hand.
"""

from __future__ import annotations

from pathlib import Path

from working_files import JO

from attack.crosswise_merges import MergeFolder, Step, reading
from recordpick.selection.merging import Plan, plan_merge


def crosswise(folder: Path, before: list[Step], one: list[Step], other: list[Step]) -> Plan:
    """Merge A and B twice, change both results, and plan to merge these."""
    room = MergeFolder(folder)
    start = folder / "start.recordpick"
    a = room.changed(start, [("pick", "DEM-01", "P00", "")])
    b = room.changed(start, before)
    both, again = room.merged(a, b), room.merged(b, a)
    with (
        reading(room.changed(both, one)) as ours,
        reading(room.changed(again, other)) as theirs,
    ):
        return plan_merge(ours, theirs)


def test_what_was_removed_after_a_merge_does_not_come_back(tmp_path: Path) -> None:
    """Though the other copy, in which the same two were merged, still has it."""
    note, pick = ("note", "", "P01", "moved"), ("pick", "MED-04", "P01", "")
    taken = [("remove", "MED-04", "P01", ""), ("note", "", "P01", "")]
    for number, (one, other) in enumerate([(taken, []), ([], taken)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        plan = crosswise(folder, [pick, note], one, [*other, ("note", "", "P02", "new")])
        assert plan.conflicts == ()
        body = plan.body({})
        assert body["picks"] == ([["MED-04", "P01"]] if other else [])
        assert body["notes"] == (["P01", "P02"] if other else ["P02"])


def test_what_two_merges_decided_differently_is_asked_again(tmp_path: Path) -> None:
    """Neither decision counts as the state before both."""
    room = MergeFolder(tmp_path)
    start = tmp_path / "start.recordpick"
    a = room.changed(start, [("note", "", "P01", "one")])
    b = room.changed(start, [("note", "", "P01", "two")])
    paths = []
    for number, choice in enumerate(("A", "B")):
        path = tmp_path / f"decided-{number}.recordpick"
        with reading(a) as ours, reading(b) as theirs:
            plan = plan_merge(ours, theirs)
            paths.append(ours.save_merged(path, plan.body({"note:P01": choice}), JO))
    with reading(paths[0]) as ours, reading(paths[1]) as theirs:
        plan = plan_merge(ours, theirs)
    assert [(one.name, one.a, one.b) for one in plan.conflicts] == [("note:P01", "one", "two")]
