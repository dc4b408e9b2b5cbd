"""Who meets what: every criterion of a pack answered together from one index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.counting import PATIENT
from recordpick.matching.plan import Names, found_name, plan
from recordpick.matching.rules import (
    Answerable,
    Count,
    answerable,
    lacks_for_condition,
    satisfied,
)
from recordpick.progress import Progress, silent

_NOBODY = pl.Series([False])
FOUND: dict[str, pl.DataType] = {"criterion_id": pl.String(), PATIENT: pl.String()}


@dataclass(frozen=True, slots=True)
class Left:
    """One step of a criterion in numbers of patients of its population."""

    says: str
    holds: int
    """How many meet this step, whatever the others say."""
    left: int
    """How many meet it and every step before it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the index says to one criterion.

    Where `answered` is false nobody was looked for, `why_not` says why, and the numbers are 0.
    `cautions` are sentences on what may make a true answer differ from this one.
    """

    criterion_id: str
    answered: bool
    why_not: str
    cautions: tuple[str, ...]
    population: int
    left: tuple[Left, ...]
    matches: int


@dataclass(frozen=True)
class Matches:
    """Who meets which criterion of a pack at a date.

    `found` has the columns criterion_id and patient_id, sorted by the pack's order of criteria and
    then by patient_id; each pair stands once.
    """

    as_at: date
    answers: dict[str, Answer]
    found: pl.DataFrame

    def patients(self, criterion_id: str) -> pl.Series:
        """Give the patient_ids that meet a criterion, sorted; none if it was not answered."""
        return self.found.filter(pl.col("criterion_id") == criterion_id)[PATIENT]


def match(pack: Pack, index: PracticeIndex, as_at: date, progress: Progress = silent) -> Matches:
    """Answer every criterion of the pack together.

    `as_at` is the day on which ages and intervals are reckoned. A criterion that the index cannot
    answer is in `answers` with `answered` false and the reason.
    """
    progress("reading the criteria", None)
    every = [answerable(pack, index, criterion) for criterion in pack.criteria]
    able = [criterion for criterion in every if not criterion.why_not]
    progress(f"looking for patients who meet {len(able)} criteria", None)
    matrix = plan(pack, index, as_at, able).collect(engine="streaming").sort(PATIENT)
    places = {criterion.criterion.id: place for place, criterion in enumerate(able)}
    answers: dict[str, Answer] = {}
    found: list[pl.DataFrame] = []
    unseen = _unseen_codelists(pack, index, able, matrix)
    for criterion in every:
        criterion_id = criterion.criterion.id
        if criterion.why_not:
            answers[criterion_id] = Answer(
                criterion_id,
                answered=False,
                why_not=criterion.why_not,
                cautions=criterion.cautions,
                population=0,
                left=(),
                matches=0,
            )
            continue
        answer, patients = _answer(criterion, places[criterion_id], matrix, unseen)
        answers[criterion_id] = answer
        found.append(
            pl.DataFrame(patients).select(
                pl.lit(criterion_id, dtype=pl.String).alias("criterion_id"), PATIENT
            )
        )
    progress("matched", 1.0)
    return Matches(as_at, answers, pl.concat([pl.DataFrame(schema=FOUND), *found]))


def _answer(
    criterion: Answerable, k: int, matrix: pl.DataFrame, unseen: dict[Count, str]
) -> tuple[Answer, pl.Series]:
    names = Names(k)
    within = matrix[names.population]
    left: list[Left] = []
    standing = within
    for s, step in enumerate(criterion.criterion.steps):
        held = matrix[names.step(s)]
        standing = standing & held
        left.append(Left(step.says, int((within & held).sum()), int(standing.sum())))
    patients = matrix[PATIENT].filter(standing)
    cautions = criterion.cautions + tuple(
        unseen[count] for count in criterion.counts if count in unseen
    )
    answer = Answer(
        criterion.criterion.id,
        answered=True,
        why_not="",
        cautions=tuple(dict.fromkeys(cautions)),
        population=int(within.sum()),
        left=tuple(left),
        matches=len(patients),
    )
    return answer, patients


def _unseen_codelists(
    pack: Pack, index: PracticeIndex, criteria: list[Answerable], matrix: pl.DataFrame
) -> dict[Count, str]:
    """Find codelists of which not one code occurs in the table they are looked for in.

    Nobody then meets the rule (or everybody, where it asks for none), and the likeliest reason is
    that the practice codes in another system: that must be said beside the answer. Where somebody
    has rows with the codelist (`matrix` tells), nothing is to be looked for.
    """
    counts = {
        count
        for criterion in criteria
        for count in criterion.counts
        if count.codes is not None
        and not matrix.get_column(found_name(count.table, count.codes), default=_NOBODY).any()
    }
    pairs = sorted({(count.table, count.codes or "") for count in counts})
    frames = [
        index.scan(table)
        .filter(pl.col("code").is_in(list(pack.codelists[codes].codes)))
        .select(pl.len() > 0)
        for table, codes in pairs
    ]
    seen = [bool(frame.item()) for frame in pl.collect_all(frames, engine="streaming")]
    missing = {pair for pair, there in zip(pairs, seen, strict=True) if not there}
    return {
        count: (
            f"No row of {count.table} carries any code of the codelist {count.codes}: "
            "check that it is written in the practice's code system."
        )
        for count in counts
        if (count.table, count.codes) in missing
    }


def random_population(pack: Pack, index: PracticeIndex, as_at: date) -> pl.Series:
    """Give the patient_ids who may be drawn at random under the pack's rule, sorted.

    UserError where the index lacks a column that the rule asks for: nobody may be drawn then.
    """
    lacking = lacks_for_condition(pack, index, pack.random_population)
    if lacking:
        raise UserError(
            f"Nobody can be drawn at random: {lacking}, which the pack's random_population asks "
            "for. Index a source that has it, or ask the supplier for another rule."
        )
    eligible = satisfied(pack, "patients", pack.random_population, as_at)
    return index.patients(as_at).filter(eligible).select(PATIENT).collect()[PATIENT].sort()
