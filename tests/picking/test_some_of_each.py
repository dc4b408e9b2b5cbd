"""Some of each: every way of suggesting gives what is wanted of each kind; fewest stays proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.pack import PatientKind
from recordpick.matching.answers import KINDS, KindFound
from recordpick.picking.patient_kinds import kinds_progress, remarks_on_kinds
from recordpick.picking.suggestion import WAYS, Basis, suggest
from small_selection import SoFar, basis_of

from small_practice import criterion, pack


@dataclass(frozen=True)
class Case:
    """Who meets each criterion, how many records it takes, its kinds, and who is picked.

    A kind is who is of it, and its least number.
    """

    meets: Mapping[str, str]
    records: Mapping[str, int]
    kinds: Mapping[str, Sequence[tuple[str, int]]]
    picked: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, name: str) -> list[tuple[set[str], int]]:
        """Return who meets a criterion and is of each kind, and how many of them are wanted."""
        members = [(set(who) & set(self.meets[name]), least) for who, least in self.kinds[name]]
        return [(who, min(len(who), least)) for who, least in members]


def basis(case: Case) -> Basis:
    """Return the case as a basis for suggestions."""
    so_far = SoFar({name: tuple(patients) for name, patients in case.picked.items()})
    plain = basis_of(case.meets, case.records, so_far)
    rows = [
        (name, patient, place)
        for name in case.meets
        for place, (members, _) in enumerate(case.of_kind(name))
        for patient in sorted(members)
    ]
    answers = {
        name: replace(
            answer,
            kinds=tuple(
                KindFound(f"kind {place}", least, len(case.of_kind(name)[place][0]))
                for place, (_, least) in enumerate(case.kinds[name])
            ),
        )
        for name, answer in plain.matches.answers.items()
    }
    criteria = [
        criterion(
            criterion_id=name,
            records=case.records[name],
            kinds=tuple(PatientKind(kind.says, kind.least, ()) for kind in answers[name].kinds),
        )
        for name in case.meets
    ]
    kinds = pl.DataFrame(rows, schema=KINDS, orient="row")
    matches = replace(plain.matches, answers=answers, kinds=kinds)
    return replace(plain, matches=matches, pack=pack(*criteria))


def valid_picks(case: Case, name: str) -> Iterator[frozenset[str]]:
    """Yield every set of picks that completes a criterion and has what is wanted of each kind."""
    picked = set(case.picked.get(name, ""))
    found = sorted(set(case.meets[name]) - picked)
    more = min(case.records[name] - len(picked), len(found))
    for chosen in combinations(found, more):
        picks = picked | set(chosen)
        if all(len(picks & members) >= wanted for members, wanted in case.of_kind(name)):
            yield frozenset(picks)


def fewest_by_trying_all(case: Case) -> int:
    """Return the fewest records that complete every criterion, in all."""
    opened = {patient for patients in case.picked.values() for patient in patients}
    every = [list(valid_picks(case, name)) for name in case.meets]
    return min(len(opened.union(*picks)) for picks in product(*every))


@st.composite
def cases(draw) -> Case:
    people = st.sets(st.sampled_from("abcdefg"), min_size=1)
    meets = {name: "".join(sorted(draw(people))) for name in "AB"}
    records = {name: draw(st.integers(1, 4)) for name in meets}
    kinds, picked = {}, {}
    for name, found in meets.items():
        left = records[name]
        kinds[name] = []
        while left and draw(st.booleans()):
            least = draw(st.integers(1, left))
            kinds[name].append(("".join(sorted(draw(people))), least))
            left -= least
        who = draw(st.sets(st.sampled_from(found), max_size=records[name]))
        picked[name] = "".join(sorted(who)) if draw(st.booleans()) else ""
    return Case(meets, records, kinds, picked)


@settings(deadline=None, max_examples=examples(40))
@given(cases())
def test_every_way_gives_some_of_each_and_fewest_is_proven_smallest(case):
    """Each way picks what is wanted of each kind; no choice that does has fewer records."""
    for name in case.meets:  # what people picked leaves places for what is wanted
        picked = set(case.picked[name])
        missing = [max(0, wanted - len(picked & who)) for who, wanted in case.of_kind(name)]
        assume(sum(missing) <= case.records[name] - len(picked))
    for way in WAYS:
        suggestion = suggest(basis(case), way)
        for name, found in case.meets.items():
            picks = [patient for criterion_id, patient in suggestion.picks if criterion_id == name]
            together = set(picks) | set(case.picked[name])
            assert len(picks) == len(set(picks))
            assert set(picks) <= set(found)
            assert together in list(valid_picks(case, name))
        if way == "fewest":
            assert suggestion.proven
            assert suggestion.records == fewest_by_trying_all(case)


def test_kinds_named_first_go_first_where_there_is_no_place_for_all():
    """What people picked left one place: it goes to the first kind that still lacks somebody."""
    case = Case({"A": "abcd"}, {"A": 2}, {"A": [("b", 1), ("c", 1)]}, {"A": "a"})

    for way in WAYS:
        assert suggest(basis(case), way).picks == (("A", "b"),)


def test_a_kind_that_is_not_known_changes_nothing():
    """Nothing is required of it and nothing is counted; the rest of the criterion works."""
    known = basis(Case({"A": "abcd"}, {"A": 2}, {"A": [("d", 1), ("", 1)]}))
    answer = known.matches.answers["A"]
    first, second = answer.kinds
    unknown = replace(second, found=None, why_not="the index has no column email_verified")
    matches = replace(known.matches, answers={"A": replace(answer, kinds=(first, unknown))})
    picks = suggest(replace(known, matches=matches), "fewest").picks

    assert len(picks) == 2
    assert ("A", "d") in picks
    progress = kinds_progress(known.pack.criterion("A"), matches, [name for _, name in picks])
    assert [one.in_words for one in progress] == ["kind 0 1 of at least 1", "kind 1 not known"]
    assert [one.missing for one in progress] == [0, 0]


@pytest.mark.parametrize(
    ("kinds", "says"),
    [
        ([("ab", 2), ("cd", 1)], "Its kinds want 3 records together, and it takes 2: those named"),
        ([("ab", 1), ("bc", 1)], "“kind 0” and “kind 1” overlap: 1 patient is of both"),
        ([("", 1), ("abcd", 1)], "Nobody who meets it is of the kind “kind 0”."),
        ([("ab", 1), ("c", 1)], "1 patient meets it and is of no kind."),
    ],
)
def test_kinds_that_cannot_be_as_the_pack_says_are_reported(kinds, says):
    """Kinds that overlap, want too much together, or that nobody is of are said in words."""
    case = basis(Case({"A": "abcd"}, {"A": 2}, {"A": kinds}))

    assert any(says in one for one in remarks_on_kinds(case.pack.criterion("A"), case.matches))
