"""What a new kind of event keeps survives everything that the older kinds survive.

A kind that nobody has released is described in one place (`docs/developers/architecture.md`) and
then undone, merged, listed and masked without another line of code.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_merge import Copies, planned, read, selection_of
from working_files import PATIENTS

from examples import examples
from recordpick.errors import UserError
from recordpick.selection.copy_changes import changes_of_each, patient_numbers
from recordpick.selection.decisions import Decisions
from recordpick.selection.events import Event
from recordpick.selection.kept import Kept, required_text
from recordpick.selection.kinds import registry
from recordpick.selection.kinds.event_kind import EventKind
from recordpick.selection.ledger import Log, Table
from recordpick.selection.working_file import WorkingFile

COLOURS: Kept[str, str] = Kept(
    "colours",
    read_key=required_text,
    title=lambda patient: f"Colour of {patient}",
    in_words=lambda colour: "no colour" if colour is None else colour,
    conflict_name=lambda patient: f"colour:{patient}",
    conflict=lambda patient: f"The colour of {patient} was changed in both.",
    patient=lambda patient: patient,
)


def apply_colour(decisions: Decisions, event: Event, log: Log) -> None:
    COLOURS.rows(decisions).put(event.text("patient_id"), event.text("colour"), log)


COLOURED = EventKind(
    "coloured",
    lambda event: f"coloured {event.text('patient_id')}",
    undoable=True,
    apply=apply_colour,
    kept=COLOURS,
    version=registry.NEWEST_VERSION + 1,
)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.KINDS, COLOURED.name, COLOURED)
    monkeypatch.setitem(registry.KEPT, COLOURS.name, COLOURS)
    monkeypatch.setattr("recordpick.selection.store.NEWEST_VERSION", COLOURED.version)


def colour(patient: str, name: str):
    """What a method of `WorkingFile` does for a kind."""

    def change(file: WorkingFile) -> object:
        return file._decide(COLOURED, lambda: {"patient_id": patient, "colour": name})

    return change


def colours(path) -> dict[str, str]:
    return dict(COLOURS.values_in(selection_of(path).kept))


def test_what_it_keeps_is_read_again_and_undone(tmp_path):
    """It is in the selection after opening, and undo takes back the last of it."""
    copies = Copies(tmp_path)
    both = copies.gone_on("a", colour("P01", "red"), colour("P02", "blue"))
    assert colours(both) == {"P01": "red", "P02": "blue"}
    undone = copies.gone_on("b", WorkingFile.undo, source="a")
    assert colours(undone) == {"P01": "red"}


def test_a_merge_adopts_lists_and_masks_it(tmp_path):
    """Of two copies each value is kept, a conflict is named, and the numbers can be masked."""
    copies = Copies(tmp_path, colour("P01", "red"))
    a = copies.gone_on("a", colour("P01", "green"), colour("P02", "blue"))
    b = copies.gone_on("b", colour("P01", "white"), colour("P03", "grey"))
    (conflict,) = planned(a, b).conflicts
    assert (conflict.name, conflict.a, conflict.b) == ("colour:P01", "green", "white")
    assert conflict.says == "The colour of P01 was changed in both."
    merged = copies.merged(a, b, take="B")
    assert colours(merged) == {"P01": "white", "P02": "blue", "P03": "grey"}
    with read(a) as ours, read(b) as theirs:
        said = [[one.says for one in changes] for changes in changes_of_each(ours, theirs)]
        assert patient_numbers(ours, theirs) == {"P01", "P02", "P03"}
    assert said == [
        ["Colour of P01: green", "Colour of P02: blue"],
        ["Colour of P01: white", "Colour of P03: grey"],
    ]


def test_a_file_that_merged_it_is_refused_by_an_older_recordpick(tmp_path, monkeypatch):
    """Its events lie within the merge: the file has their version, not only that of merging."""
    copies = Copies(tmp_path)
    a = copies.gone_on("a", lambda file: file.note("P01", "seen"))
    merged = copies.merged(a, copies.gone_on("b", colour("P03", "grey")))
    monkeypatch.setattr("recordpick.selection.store.NEWEST_VERSION", COLOURED.version - 1)
    with pytest.raises(UserError, match="newer recordpick"):
        selection_of(merged)


CHOICES = st.lists(
    st.tuples(st.sampled_from(PATIENTS[:4]), st.sampled_from(["red", "blue"])), max_size=5
)


@settings(max_examples=examples(30))
@given(CHOICES, CHOICES, st.booleans())
def test_merging_loses_no_value(tmp_path_factory, mine, theirs, take_b):
    """Every patient whom one copy gave a value has it after the merge, or the chosen one."""
    folder = tmp_path_factory.mktemp("copies")
    copies = Copies(folder)
    a = copies.gone_on("a", *(colour(*one) for one in mine), lambda file: file.note("P20", "a"))
    b = copies.gone_on("b", *(colour(*one) for one in theirs), lambda file: file.note("P21", "b"))
    merged = copies.merged(a, b, take="B" if take_b else "A")
    first, second = (dict(theirs), dict(mine)) if take_b else (dict(mine), dict(theirs))
    assert colours(merged) == second | first


def test_every_table_of_decisions_is_merged():
    """A table that is added to the decisions must be merged: by its description, or here."""
    decisions = Decisions()
    kept = {id(one.rows(decisions)) for one in registry.KEPT.values()}
    merged_as_a_whole = {"pick_rows", "picked", "import_rows"}
    random = {"seeds", "draws", "draws_that_count", "seeds_that_count", "at_random", "removed_rows"}
    tables = {name: one for name, one in vars(decisions).items() if isinstance(one, Table)}
    described = {name for name, one in tables.items() if id(one) in kept}
    assert tables.keys() == described | merged_as_a_whole | random
    assert all(
        kind.kept is None or kind.kept is registry.KEPT[kind.kept.name]
        for kind in registry.KINDS.values()
    )
