"""The random draw in the working file: seed first, next tickets, nothing chosen, nothing silent."""

from __future__ import annotations

import hashlib

import polars as pl
import pytest
from working_files import JO, PATIENTS, RANDOM_RECORDS, eligible

from recordpick.errors import UserError
from recordpick.selection.working_file import WorkingFile

SEED = "314159"


def in_order(ids, seed=SEED):
    """The draw order by plain Python."""
    seed_hash = hashlib.sha256(seed.encode()).hexdigest()

    def ticket(patient_id):
        number = int(hashlib.sha256((seed_hash + patient_id).encode()).hexdigest(), 16)
        return f"{number:064d}"[::-1]

    return sorted(ids, key=lambda patient_id: (ticket(patient_id), patient_id))


def ids(picks):
    return [pick.patient_id for pick in picks]


@pytest.fixture
def seeded(file):
    file.fix_seed(SEED, "entered")
    return file


def test_no_draw_before_the_seed_is_fixed(file):
    """Otherwise somebody could draw until they like the result."""
    with pytest.raises(UserError, match="No seed is fixed"):
        file.draw(eligible())


def test_the_lowest_tickets_are_drawn_and_recorded(seeded):
    """With their places, the number eligible, and a digest of who was."""
    seeded.draw(eligible())
    expected = in_order(PATIENTS)[:RANDOM_RECORDS]
    assert ids(seeded.selection.random()) == expected
    assert [pick.ticket for pick in seeded.selection.random()] == [1, 2, 3, 4]
    assert {pick.chosen_by for pick in seeded.selection.random()} == {"random"}
    draw = seeded.selection.draws[0]
    assert [drawn.patient_id for drawn in draw.drawn] == expected
    assert (draw.seed, draw.eligible, draw.requested, draw.short) == (SEED, len(PATIENTS), 4, 0)
    digest = hashlib.sha256("\n".join(sorted(PATIENTS)).encode()).hexdigest()
    assert draw.eligible_sha256 == digest
    assert draw.by == JO


def test_more_random_records_are_the_next_tickets(seeded):
    """At go-live the draw goes on where it ended; asking without a number says it is complete."""
    seeded.draw(eligible())
    seeded.draw(eligible(), 3)
    assert ids(seeded.selection.random()) == in_order(PATIENTS)[:7]
    assert [pick.ticket for pick in seeded.selection.random()] == list(range(1, 8))
    with pytest.raises(UserError, match="7 random records already"):
        seeded.draw(eligible())


def test_drawing_on_after_the_list_has_changed(seeded):
    """Nobody drawn is drawn again; newcomers have the chance their ticket gives them."""
    seeded.draw(eligible(20))
    first = ids(seeded.selection.random())
    seeded.draw(eligible(), 5)
    later = ids(seeded.selection.random())[4:]
    assert later == [one for one in in_order(PATIENTS) if one not in first][:5]
    places = {patient_id: place for place, patient_id in enumerate(in_order(PATIENTS), start=1)}
    assert [pick.ticket for pick in seeded.selection.random()[4:]] == [
        places[patient_id] for patient_id in later
    ]


def test_a_patient_picked_for_a_criterion_may_also_be_drawn(seeded):
    """The sample is only random if nobody was left out of it."""
    first = in_order(PATIENTS)[0]
    seeded.pick("MED-04", [first])
    seeded.draw(eligible())
    assert seeded.selection.criteria_of(first) == ("MED-04", None)


def test_fewer_eligible_than_asked_for_draws_all_and_says_so(seeded):
    """The draw says how many it is short; the next one that nobody is left."""
    seeded.draw(eligible(3), 10)
    assert (len(seeded.selection.random()), seeded.selection.draws[-1].short) == (3, 7)
    with pytest.raises(UserError, match="All 3 who are eligible have been drawn already"):
        seeded.draw(eligible(3), 1)


def test_nobody_eligible_is_reported(seeded):
    """And what to look at."""
    with pytest.raises(UserError, match="Nobody is eligible"):
        seeded.draw(eligible(0))


@pytest.mark.parametrize("number", [0, -1, 10_001])
def test_a_number_that_cannot_be_drawn(seeded, number):
    """None, fewer, or more than anyone could check."""
    with pytest.raises(UserError, match="cannot be drawn"):
        seeded.draw(eligible(), number)


def test_a_replacement_takes_the_next_ticket(seeded):
    """With a reason; both the record removed and the one drawn for it stay on record."""
    seeded.draw(eligible())
    order = in_order(PATIENTS)
    seeded.replace_random(order[1], "moved away yesterday", eligible())
    assert ids(seeded.selection.random()) == [order[0], order[2], order[3], order[4]]
    pick = seeded.selection.random()[-1]
    assert (pick.ticket, pick.note) == (5, f"in place of {order[1]}: moved away yesterday")
    removed = seeded.selection.removed_random[0]
    assert (removed.patient_id, removed.replaced_by) == (order[1], order[4])
    draw = seeded.selection.draws[-1]
    assert (draw.replaces, draw.reason, draw.requested) == (order[1], "moved away yesterday", 1)
    with pytest.raises(UserError, match="is not a random record"):
        seeded.replace_random(order[1], "again", eligible())
    with pytest.raises(UserError, match="Give the reason"):
        seeded.replace_random(order[0], "", eligible())


def test_a_random_record_is_removed_only_with_a_reason_and_never_drawn_again(seeded):
    """Otherwise taking out would be a way of choosing."""
    seeded.draw(eligible())
    order = in_order(PATIENTS)
    with pytest.raises(UserError, match="Give the reason"):
        seeded.remove(None, [order[0]])
    seeded.remove(None, [order[0]], "died")
    seeded.draw(eligible())
    assert ids(seeded.selection.random()) == order[1:5]
    assert seeded.selection.removed_random[0].reason == "died"


def test_another_seed_needs_a_reason_and_draws_again(seeded):
    """The records drawn before are withdrawn, and stay readable with the reason."""
    seeded.draw(eligible())
    seeded.pick("MED-04", ["P01"])
    with pytest.raises(UserError, match="Give the reason for a new seed"):
        seeded.fix_seed("271828", "entered")
    seeded.fix_seed("271828", "entered", "the supplier threw dice before us")
    assert seeded.selection.drawn_with_seed == 0
    assert ids(seeded.selection.random()) == in_order(PATIENTS)[:4]
    seeded.draw(eligible())
    assert ids(seeded.selection.random()) == in_order(PATIENTS, "271828")[:4]
    assert ids(seeded.selection.of("MED-04")) == ["P01"]
    assert seeded.selection.drawn_with_seed == 4
    old, new = seeded.selection.draws
    assert old.withdrawn.reason == (
        "drawn again with another seed: the supplier threw dice before us"
    )
    assert new.withdrawn is None
    assert [seed.seed for seed in seeded.selection.seeds] == [SEED, "271828"]
    with pytest.raises(UserError, match="used before and given up"):
        seeded.fix_seed(SEED, "entered", "the first was better")
    seeded.undo()
    assert ids(seeded.selection.random()) == in_order(PATIENTS)[:4]
    assert seeded.selection.draws[0].withdrawn is None


def test_fixing_the_same_seed_again_changes_nothing(seeded):
    """A command that is given twice goes on with the draw."""
    events = len(seeded.events)
    seeded.fix_seed(f" {SEED} ", "entered")
    assert len(seeded.events) == events


def test_a_draw_that_was_undone_stays_on_record(seeded, path):
    """Undoing takes the records away, and leaves the draw marked; another seed needs a reason."""
    seeded.draw(eligible())
    seeded.undo()
    assert seeded.selection.random() == ()
    assert seeded.selection.draws[0].withdrawn.reason == "taken back (undo)"
    seeded.undo()
    assert seeded.selection.seed is None
    with pytest.raises(UserError, match="Give the reason for a new seed"):
        seeded.fix_seed("271828", "entered")
    seeded.fix_seed(SEED, "entered")
    seeded.draw(eligible())
    assert ids(seeded.selection.random()) == in_order(PATIENTS)[:4]
    seeded.close()
    with WorkingFile.open(path, read_only=True) as again:
        assert [draw.withdrawn is None for draw in again.selection.draws] == [False, True]
        assert [seed.withdrawn is None for seed in again.selection.seeds] == [False, True]


def test_a_replacement_waits_for_the_draw_with_a_new_seed(seeded):
    """Its ticket would be one of another draw."""
    seeded.draw(eligible())
    seeded.fix_seed("271828", "entered", "dice")
    with pytest.raises(UserError, match="draw with it first"):
        seeded.replace_random(seeded.selection.random()[0].patient_id, "moved", eligible())


def test_a_list_that_names_a_patient_twice_counts_once(seeded):
    """Nobody has two tickets."""
    seeded.draw(pl.concat([eligible(5), eligible(5)]), 10)
    assert sorted(ids(seeded.selection.random())) == PATIENTS[:5]
    assert seeded.selection.draws[0].eligible == 5


def strata(count: int = len(PATIENTS)) -> pl.DataFrame:
    """Two thirds young, one third old."""
    names = ["old" if number % 3 == 0 else "young" for number in range(count)]
    return pl.DataFrame({"patient_id": PATIENTS[:count], "stratum": names})


def of_stratum(name: str) -> list[str]:
    of = strata().filter(pl.col("stratum") == name)["patient_id"].to_list()
    return in_order(of)


def test_a_draw_by_strata_is_even_over_them_and_records_them(seeded):
    """Shares in proportion, within a stratum by ticket; sizes and a digest of who is in which."""
    seeded.draw(eligible(), 6, strata())
    assert sorted(ids(seeded.selection.random())) == sorted(
        of_stratum("young")[:4] + of_stratum("old")[:2]
    )
    draw = seeded.selection.draws[-1]
    assert [(one.name, one.eligible, one.drawn) for one in draw.strata] == [
        ("old", 10, 2),
        ("young", 20, 4),
    ]
    lines = sorted(f"{patient_id}\t{name}" for patient_id, name in strata().iter_rows())
    assert draw.strata_sha256 == hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert seeded.selection.by_strata


def test_more_by_strata_adds_to_what_was_drawn(seeded):
    """Six and then three are the nine of one draw; the same seed goes on in the same way only."""
    seeded.draw(eligible(), 6, strata())
    with pytest.raises(UserError, match="drawn by strata before"):
        seeded.draw(eligible(), 3)
    seeded.draw(eligible(), 3, strata())
    assert sorted(ids(seeded.selection.random())) == sorted(
        of_stratum("young")[:6] + of_stratum("old")[:3]
    )


def test_a_seed_that_drew_without_strata_goes_on_without(seeded):
    """Mixing the two would follow no order that anyone could check."""
    seeded.draw(eligible(), 2)
    assert not seeded.selection.by_strata
    with pytest.raises(UserError, match="without strata before"):
        seeded.draw(eligible(), 2, strata())


def test_a_replacement_by_strata_is_of_the_same_stratum(seeded):
    """So the draw stays even; when a stratum has nobody left, the next of all takes the place."""
    seeded.draw(eligible(), 6, strata())
    gone = of_stratum("old")[0]
    seeded.replace_random(gone, "moved away", eligible(), strata())
    assert of_stratum("old")[2] in ids(seeded.selection.random())
    few = strata().filter((pl.col("stratum") == "young") | pl.col("patient_id").is_in([gone]))
    seeded.replace_random(of_stratum("old")[1], "moved away", few["patient_id"], few)
    assert of_stratum("young")[4] in ids(seeded.selection.random())


def test_strata_survive_closing_and_opening(seeded, path):
    """What was recorded is read again."""
    seeded.draw(eligible(), 6, strata())
    before = seeded.selection.draws
    seeded.close()
    with WorkingFile.open(path) as again:
        assert again.selection.draws == before
