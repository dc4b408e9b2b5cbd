"""The kinds of patients of which a criterion takes some: how many of each are picked and wanted.

A kind is wanted min(found, least) times: its least number, or all there are where there are fewer.
Where the kinds of a criterion want more together than the criterion has places, those named first
go first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from recordpick.criteria.pack import Criterion, PatientKind, Rule
from recordpick.matching import Matches
from recordpick.matching.answers import no_kinds
from recordpick.text import plural


@dataclass(frozen=True, slots=True)
class KindProgress:
    """One kind of a criterion: how many patients found are of it, and how many are picked.

    `found` and `picked` are None where it is not known who is of the kind, and `why_not` says why.
    """

    says: str
    least: int
    found: int | None
    picked: int | None
    why_not: str = ""

    @property
    def wanted(self) -> int:
        """How many are wanted: the least number, or all there are."""
        return 0 if self.found is None else min(self.found, self.least)

    @property
    def missing(self) -> int:
        """How many are still to be picked."""
        return 0 if self.picked is None else max(0, self.wanted - self.picked)

    @property
    def in_words(self) -> str:
        """The progress as lists and reports have it: "verified 2 of at least 5"."""
        if self.picked is None:
            return f"{self.says} not known"
        return f"{self.says} {self.picked:,} of at least {self.wanted:,}"


def kinds_progress(
    criterion: Criterion, matches: Matches, picked: Collection[str]
) -> tuple[KindProgress, ...]:
    """Return the progress of each kind of a criterion; none without kinds or without an answer.

    `picked` are the patients picked for it. Somebody picked who does not meet the criterion is of
    no kind.
    """
    answer = matches.answers.get(criterion.id)
    if answer is None or not answer.kinds:
        return ()
    members = matches.kinds.filter(
        (pl.col("criterion_id") == criterion.id) & pl.col("patient_id").is_in(list(picked))
    )
    counts = dict(members.group_by("kind").len().iter_rows())
    return tuple(
        KindProgress(
            kind.says,
            kind.least,
            kind.found,
            None if kind.found is None else counts.get(place, 0),
            kind.why_not,
        )
        for place, kind in enumerate(answer.kinds)
    )


def places_for_kinds(progress: Collection[KindProgress], room: int) -> tuple[int, ...]:
    """Return how many of each kind are to be picked next, in at most `room` places together."""
    places: list[int] = []
    for kind in progress:
        places.append(min(kind.missing, room - sum(places)))
    return tuple(places)


KindRef = tuple[str, int]
"""A kind of a criterion: criterion_id, and the index of the kind within it."""


@dataclass(frozen=True)
class RequiredKinds:
    """How many records of which kinds a suggestion must give.

    `numbers` has only kinds of which some are still to be picked; together those of a criterion
    require no more than the criterion does. `members` has the columns criterion_id, patient_id and
    kind: who is of these kinds.
    """

    numbers: Mapping[KindRef, int] = field(default_factory=dict)
    members: pl.DataFrame = field(default_factory=no_kinds)

    def take(self, ordered: pl.DataFrame) -> pl.DataFrame:
        """Return the first rows of each criterion, as many as it requires, and some of each kind.

        `ordered` has the columns criterion_id, patient_id (each pair once) and required, in the
        order in which rows are taken. Of each kind as many as are required are taken first, kind by
        kind, then whoever comes next. The rows keep their order.
        """
        taken = pl.col("_taken")
        rows = ordered.with_columns(pl.lit(value=False).alias("_taken"))
        for kind in sorted({kind for _, kind in self.numbers}):
            rows = rows.join(
                self._of_kind(kind),
                on=["criterion_id", "patient_id"],
                how="left",
                maintain_order="left",
            )
            is_member = pl.col("_wanted").is_not_null()
            left = pl.col("_wanted") - (taken & is_member).sum().over("criterion_id")
            turn = (is_member & ~taken).cum_sum().over("criterion_id")
            now = (is_member & (turn <= left)).fill_null(value=False)
            rows = rows.with_columns((taken | now).alias("_taken")).drop("_wanted")
        places = pl.col("required") - taken.sum().over("criterion_id")
        turn = (~taken).cum_sum().over("criterion_id")
        return rows.filter(taken | (turn <= places)).drop("_taken")

    def _of_kind(self, kind: int) -> pl.DataFrame:
        """Return the members of a kind, with how many are required as `_wanted`."""
        wanted = pl.DataFrame(
            [(name, number) for (name, place), number in self.numbers.items() if place == kind],
            schema={"criterion_id": pl.String, "_wanted": pl.Int64},
            orient="row",
        )
        members = self.members.filter(pl.col("kind") == kind).join(wanted, on="criterion_id")
        return members.select("criterion_id", "patient_id", "_wanted")


def required_kinds(
    matches: Matches,
    criteria: Iterable[tuple[Criterion, Collection[str], int]],
) -> RequiredKinds:
    """Return what is required of the kinds of criteria.

    `criteria` has each criterion with the patients picked for it and how many more it requires.
    """
    numbers = {
        (criterion.id, place): number
        for criterion, picked, required in criteria
        if criterion.kinds
        for place, number in enumerate(
            places_for_kinds(kinds_progress(criterion, matches, picked), required)
        )
        if number
    }
    refs = pl.DataFrame(
        list(numbers), schema={"criterion_id": pl.String, "kind": pl.UInt8}, orient="row"
    )
    return RequiredKinds(numbers, matches.kinds.join(refs, on=["criterion_id", "kind"], how="semi"))


def remarks_on_kinds(criterion: Criterion, matches: Matches | None = None) -> tuple[str, ...]:
    """Return, in sentences, what about a criterion's kinds cannot be as the pack says.

    Kinds that want more together than the criterion's number; with `matches`, also kinds that
    overlap, that nobody is of, or that are not known.
    """
    remarks = []
    total = sum(kind.least for kind in criterion.kinds)
    if total > criterion.records:
        remarks.append(
            f"Its kinds want {total:,} records together, and it takes {criterion.records:,}: "
            "those named first go first."
        )
    for place, kind in enumerate(criterion.kinds):
        same = next((k for k in criterion.kinds[:place] if _rules(k) == _rules(kind)), None)
        if same is not None:
            remarks.append(f"The kinds “{same.says}” and “{kind.says}” have the same rules.")
    answer = None if matches is None else matches.answers.get(criterion.id)
    if matches is None or answer is None or not answer.kinds:
        return tuple(remarks)
    for one in answer.kinds:
        if one.found is None:
            remarks.append(f"It is not known who is of the kind “{one.says}”: {one.why_not}.")
        elif one.found == 0 and answer.matches:
            remarks.append(f"Nobody who meets it is of the kind “{one.says}”.")
        remarks += [f"Kind “{one.says}”: {caution}" for caution in one.cautions]
    return (*remarks, *_overlaps(criterion.id, matches), *_without_kind(criterion.id, matches))


def _rules(kind: PatientKind) -> list[Rule]:
    """Return the rules of a kind without their words."""
    return [replace(rule, says="") for rule in kind.rules]


def _overlaps(criterion_id: str, matches: Matches) -> list[str]:
    """Return a sentence for each two kinds that have patients in common."""
    kinds = matches.answers[criterion_id].kinds
    members = matches.kinds.filter(pl.col("criterion_id") == criterion_id)
    pairs = (
        members.join(members, on="patient_id", suffix="_other")
        .filter(pl.col("kind") < pl.col("kind_other"))
        .group_by("kind", "kind_other")
        .len()
        .sort("kind", "kind_other")
    )
    return [
        f"The kinds “{kinds[one].says}” and “{kinds[other].says}” overlap: "
        f"{plural(number, 'patient is', 'patients are')} of both, and "
        f"{'counts' if number == 1 else 'count'} for both."
        for one, other, number in pairs.iter_rows()
    ]


def _without_kind(criterion_id: str, matches: Matches) -> list[str]:
    """Return a sentence on the patients found who are of no kind, where all kinds are known."""
    answer = matches.answers[criterion_id]
    if any(kind.found is None for kind in answer.kinds):
        return []
    members = matches.kinds.filter(pl.col("criterion_id") == criterion_id)
    without = answer.matches - members["patient_id"].n_unique()
    if not without:
        return []
    return [f"{plural(without, 'patient meets it and is', 'patients meet it and are')} of no kind."]
