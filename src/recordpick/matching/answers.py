"""Answer every criterion of a pack together from one index."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from recordpick.criteria.pack import Pack, dates_used
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.patient_dates import PATIENT
from recordpick.matching.plan import Names, found_name, plan
from recordpick.matching.rules import Answerable, Count, answerable, lacks_for_condition, satisfied
from recordpick.progress import Progress, silent

_NOBODY = pl.Series([False])
FOUND: dict[str, pl.DataType] = {"criterion_id": pl.String(), PATIENT: pl.String()}
KINDS: dict[str, pl.DataType] = {**FOUND, "kind": pl.UInt8()}
BETWEEN_KINDS = "; "
"""What separates the kinds of one patient in a text; the words of a kind have no semicolon."""


def no_kinds() -> pl.DataFrame:
    """Return a frame as `Matches.kinds`, without rows."""
    return pl.DataFrame(schema=KINDS)


@dataclass(frozen=True, slots=True)
class Left:
    """One step of a criterion, in numbers of patients in its population."""

    says: str
    holds: int
    """How many meet this step, regardless of the others."""
    left: int
    """How many meet it and every step before it."""


@dataclass(frozen=True, slots=True)
class KindFound:
    """How many of the patients who meet a criterion are of one kind.

    `found` is None where that is not known, and `why_not` then says why. `cautions` are what may
    make it differ from the truth.
    """

    says: str
    least: int
    found: int | None
    why_not: str = ""
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that an index gives for one criterion.

    Where `answered` is false the criterion was not evaluated, `why_not` says why, and the numbers
    are 0. `cautions` are sentences on what may make the true answer differ from this one.
    """

    criterion_id: str
    answered: bool
    why_not: str
    cautions: tuple[str, ...]
    population: int
    left: tuple[Left, ...]
    matches: int
    kinds: tuple[KindFound, ...] = ()
    """The kinds of patients of which some are wanted, in the criterion's order."""


@dataclass(frozen=True)
class Matches:
    """The patients who meet each criterion of a pack at a date.

    `found` has the columns criterion_id and patient_id, sorted by the pack's order of criteria and
    then by patient_id; each pair appears once. `kinds` has in addition the column kind (UInt8), the
    index of a kind of the criterion (from 0): a row for each kind that a patient found is of.
    """

    as_at: date
    answers: dict[str, Answer]
    found: pl.DataFrame
    kinds: pl.DataFrame = field(default_factory=no_kinds)

    def patients(self, criterion_id: str) -> pl.Series:
        """Return the patient_ids that meet a criterion, sorted; none if it was not answered."""
        return self.found.filter(pl.col("criterion_id") == criterion_id)[PATIENT]

    def kinds_in_words(self, only: str | None = None) -> pl.DataFrame:
        """Return the kinds of each patient found for a criterion, as a text.

        Columns: criterion_id, patient_id, kind (String, such as "warfarin; a DMARD"); only rows of
        patients who are of some kind. `only` limits it to one criterion.
        """
        none = pl.DataFrame(schema={**FOUND, "kind": pl.String})
        found = [
            self._kinds_of(criterion_id, [kind.says for kind in answer.kinds])
            for criterion_id, answer in self.answers.items()
            if answer.kinds and only in {None, criterion_id}
        ]
        return pl.concat([none, *found])

    def _kinds_of(self, criterion_id: str, says: list[str]) -> pl.DataFrame:
        own = self.kinds.filter(pl.col("criterion_id") == criterion_id).sort("kind")
        words = own.with_columns(pl.Series(says, dtype=pl.String).gather(own["kind"]).alias("kind"))
        if own[PATIENT].n_unique() == own.height:
            return words
        return words.group_by("criterion_id", PATIENT, maintain_order=True).agg(
            pl.col("kind").str.join(BETWEEN_KINDS)
        )


def match(pack: Pack, index: PracticeIndex, as_at: date, progress: Progress = silent) -> Matches:
    """Answer every criterion of the pack together.

    `as_at` is the day from which ages and intervals are calculated. A criterion that the index
    cannot answer is in `answers` with `answered` false and the reason.
    """
    progress("reading the criteria", None)
    every = [answerable(pack, index, criterion) for criterion in pack.criteria]
    able = [criterion for criterion in every if not criterion.why_not]
    progress(f"looking for patients who meet {len(able)} criteria", None)
    matrix = plan(pack, index, as_at, able).collect(engine="streaming").sort(PATIENT)
    positions = {criterion.criterion.id: place for place, criterion in enumerate(able)}
    answers: dict[str, Answer] = {}
    found: list[pl.DataFrame] = []
    kinds: list[pl.DataFrame] = []
    unused = _unused_codelists(pack, index, able, matrix)
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
        answer, patients, of_kinds = _answer(criterion, positions[criterion_id], matrix, unused)
        answers[criterion_id] = answer
        found.append(
            pl.DataFrame(patients).select(
                pl.lit(criterion_id, dtype=pl.String).alias("criterion_id"), PATIENT
            )
        )
        kinds += of_kinds
    progress("matched", 1.0)
    return Matches(
        as_at,
        answers,
        pl.concat([pl.DataFrame(schema=FOUND), *found]),
        pl.concat([no_kinds(), *kinds]),
    )


def _answer(
    criterion: Answerable, k: int, matrix: pl.DataFrame, unused: dict[Count, tuple[str, ...]]
) -> tuple[Answer, pl.Series, list[pl.DataFrame]]:
    names = Names(k)
    within = matrix[names.population]
    left: list[Left] = []
    remaining = within
    for s, step in enumerate(criterion.criterion.steps):
        held = matrix[names.step(s)]
        remaining = remaining & held
        left.append(Left(step.says, int((within & held).sum()), int(remaining.sum())))
    patients = matrix[PATIENT].filter(remaining)
    of_kinds = [
        matrix.filter(remaining & matrix[names.kind(n)]).select(
            pl.lit(criterion.criterion.id, dtype=pl.String).alias("criterion_id"),
            PATIENT,
            pl.lit(n, dtype=pl.UInt8).alias("kind"),
        )
        for n, kind in enumerate(criterion.kinds)
        if not kind.why_not
    ]
    sizes = {int(frame["kind"][0]): frame.height for frame in of_kinds if frame.height}
    kinds = tuple(
        KindFound(
            one.kind.says,
            one.kind.least,
            None if one.why_not else sizes.get(n, 0),
            one.why_not,
            one.cautions,
        )
        for n, one in enumerate(criterion.kinds)
    )
    cautions = criterion.cautions + tuple(
        text for count in criterion.counts_of_steps for text in unused.get(count, ())
    )
    answer = Answer(
        criterion.criterion.id,
        answered=True,
        why_not="",
        cautions=tuple(dict.fromkeys(cautions)),
        population=int(within.sum()),
        left=tuple(left),
        matches=len(patients),
        kinds=kinds,
    )
    return answer, patients, of_kinds


def _unused_codelists(
    pack: Pack, index: PracticeIndex, criteria: list[Answerable], matrix: pl.DataFrame
) -> dict[Count, tuple[str, ...]]:
    """Return cautions for each count with a codelist of no code in the table that it searches.

    Nobody then meets the rule (or everybody, where it requires none), and the likeliest reason is
    that the practice codes in another system: the answer must say so. Where somebody has rows with
    the codelist (`matrix` shows it), the table is not searched.
    """
    counts = {
        count
        for criterion in criteria
        for count in criterion.counts
        if count.codes is not None
        and not matrix.get_column(found_name(count.table, count.codes), default=_NOBODY).any()
    }
    of_dates = {
        count: [
            (one.rows.table, one.rows.codes)
            for one in dates_used(pack, [count.where])
            if one.rows.codes is not None
        ]
        for criterion in criteria
        for count in criterion.counts
    }
    of_counts = {(count.table, count.codes or "") for count in counts}
    searched = of_counts.union(*of_dates.values())
    missing = _without_a_row(pack, index, searched)
    unused: dict[Count, tuple[str, ...]] = {}
    for count, pairs in of_dates.items():
        own = [(count.table, count.codes or "")] if count in counts else []
        found = tuple(
            f"No row of {table} carries any code of the codelist {codes}: "
            "check that it is written in the practice's code system."
            for table, codes in dict.fromkeys((*own, *pairs))
            if (table, codes) in missing and codes not in pack.may_be_absent
        )
        if found:
            unused[count] = found
    return unused


def _without_a_row(
    pack: Pack, index: PracticeIndex, pairs: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return the tables and codelists of which the index has no row."""
    by_table: dict[str, dict[str, frozenset[str]]] = {}
    for table, codes in sorted(pairs):
        by_table.setdefault(table, {})[codes] = frozenset(pack.codelists[codes].codes)
    frames = [
        index.scan(table)
        .filter(pl.col("code").is_in(sorted(frozenset().union(*lists.values()))))
        .select(pl.col("code").unique())
        for table, lists in by_table.items()
    ]
    used = [set(frame["code"]) for frame in pl.collect_all(frames, engine="streaming")]
    return {
        (table, name)
        for (table, lists), codes in zip(by_table.items(), used, strict=True)
        for name, own in lists.items()
        if not own & codes
    }


def random_population(pack: Pack, index: PracticeIndex, as_at: date) -> pl.Series:
    """Return the patient_ids that may be drawn at random under the pack's rule, sorted.

    Raise a UserError where the index lacks a column that the rule needs: nobody may be drawn then.
    """
    missing_data = lacks_for_condition(pack, index, pack.random_population)
    if missing_data:
        raise UserError(
            f"Nobody can be drawn at random: {missing_data}, which the pack's random_population "
            "needs. Index a source that has it, or ask the supplier for another rule."
        )
    eligible = satisfied(pack.random_population, as_at)
    return index.patients(as_at).filter(eligible).select(PATIENT).collect()[PATIENT].sort()
