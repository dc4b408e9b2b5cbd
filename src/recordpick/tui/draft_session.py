"""A drafted pack at work: all that the screen of rules from words asks of the core.

Nothing here knows the screen. Opening, counting and listing patients run in threads; a decision
returns when it is in the pack's file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl

from recordpick.criteria.drafting import (
    Decision,
    change_criterion,
    draft_pack,
    text_of,
    with_codelists,
    withdrawn,
)
from recordpick.criteria.load import read_criteria_list, read_pack
from recordpick.criteria.pack import Criterion, Pack, Proposal
from recordpick.criteria.templates.propose import why_by_hand
from recordpick.criteria.toml_proposals import undecided_note
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.index.source import Answers
from recordpick.matching import Answer, Matches, evidence_lines, match
from recordpick.matching.proposals import as_criterion, match_proposals, proposal_key
from recordpick.progress import Progress, silent
from recordpick.selection.find_index import index_of
from recordpick.selection.working_file import WorkingFile

State = Literal["confirmed", "by hand", "proposed", "several", "unanswerable"]
CLOSE = 0.1
"""Two proposals whose confidence differs by less are two readings of the text."""
MOST_NAMED = 3
MOST_LISTED = 200
CONFIRMED = 0
"""The number of the rule that is confirmed, among a criterion's proposals."""
EDITED = -1
"""The number of the rule that the person changed or wrote and has not confirmed yet."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many patients a rule finds, and the first of them: "Abbott, Grace 81"."""

    answer: Answer
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many criteria a person has confirmed, are left to confirm, and are by hand."""

    confirmed: int
    left: int
    by_hand: int

    @property
    def all(self) -> int:
        """The number of criteria."""
        return self.confirmed + self.left + self.by_hand


class DraftSession:
    """One drafted pack, and the practice that its rules are counted in, if there is one."""

    def __init__(
        self, path: Path, pack: Pack, by: str, index: PracticeIndex | None, as_at: dt.date
    ) -> None:
        """Take the pack as it is in its file, and the initials of who decides."""
        self.path = path
        self.pack = pack
        self.by = by
        self.index = index
        self.as_at = as_at
        self.found: dict[str, Found] = {}
        self.edited: dict[str, Proposal] = {}
        """Rules that the person changed or wrote, by criterion, until they are confirmed."""
        self._before: list[Criterion] = []

    @classmethod
    def open(cls, path: Path, by: str, index: PracticeIndex | None) -> DraftSession:
        """Read the pack; UserError where it cannot be read, or no rule in it is to be confirmed."""
        pack = read_pack(path)
        if path.suffix.casefold() != ".toml" or not any(
            one.proposals or one.confirmed or not one.steps for one in pack.criteria
        ):
            raise UserError(f"{path}: no rule is to be confirmed: all are the supplier's own.")
        as_at = index.manifest.as_at if index is not None else dt.datetime.now().astimezone().date()
        return cls(path, pack, by, index, as_at)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the sheet: all notes but how much is left to confirm."""
        left = undecided_note(self.pack.criteria)
        return tuple(note for note in self.pack.notes if not left or not note.endswith(left))

    @property
    def tally(self) -> Tally:
        """Count the criteria."""
        left = sum(criterion.is_undecided for criterion in self.pack.criteria)
        with_rule = sum(bool(criterion.steps) for criterion in self.pack.criteria)
        return Tally(with_rule, left, len(self.pack.criteria) - left - with_rule)

    def state(self, criterion: Criterion) -> State:
        """Return the state of a criterion."""
        if criterion.steps:
            return "confirmed"
        if not criterion.is_undecided:
            return "by hand"
        first = self.found.get(proposal_key(criterion.id, 1))
        if first is not None and not first.answer.answered:
            return "unanswerable"
        near = [
            one
            for one in criterion.proposals
            if criterion.proposals[0].confidence - one.confidence < CLOSE
        ]
        return "several" if len(near) > 1 else "proposed"

    def found_by(self, criterion: Criterion, number: int) -> Found | None:
        """Return what a criterion's proposal finds; None if it is not counted (yet)."""
        return self.found.get(proposal_key(criterion.id, number))

    def proposal(self, criterion: Criterion, number: int) -> Proposal | None:
        """Return a proposal by its number; the edited one for EDITED."""
        if number == EDITED:
            return self.edited.get(criterion.id)
        return criterion.proposals[number - 1] if number > 0 else None

    def why_by_hand(self, criterion: Criterion) -> str:
        """Return in words why no rule is proposed for a criterion; "" where one is."""
        return why_by_hand(text_of(criterion)) if not criterion.proposals else ""

    # ------------------------------------------------------------------ decisions

    def confirm(self, criterion: Criterion, number: int) -> None:
        """Write that a proposal is the criterion's rule; UserError where it cannot be written."""
        proposal = self.proposal(criterion, number)
        if proposal is None:
            raise UserError("There is no such proposal.")
        if not proposal.template:
            rule = proposal.steps[0].rules[0]
            decision = Decision(
                self.by,
                rule=rule,
                condition=rule.where.text if rule.where is not None else "",
                population=proposal.population,
            )
        else:
            decision = Decision(self.by, proposal, is_edited=number == EDITED)
        self._decide(criterion, decision)
        counted = self.found_by(criterion, number)
        if counted is not None:
            self.found[proposal_key(criterion.id, CONFIRMED)] = counted

    def by_hand(self, criterion: Criterion) -> None:
        """Write that patients are picked for a criterion by hand."""
        self._decide(criterion, Decision(self.by))

    def _decide(self, criterion: Criterion, decision: Decision) -> None:
        before = criterion
        self.pack = change_criterion(self.path, criterion.id, decision, self.pack)
        self._before.append(before)

    def undo(self) -> Criterion | None:
        """Take the last decision back; None if there is none. Returns the criterion as it is."""
        if not self._before:
            return None
        before = self._before[-1]
        self.pack = change_criterion(
            self.path,
            before.id,
            lambda pack, now: before if before.confirmed else withdrawn(pack, now),
            self.pack,
        )
        self._before.pop()
        return self.pack.criterion(before.id)

    # ------------------------------------------------------------------ counting, in threads

    def count(self) -> Iterator[Mapping[str, Found]]:
        """Yield what the proposals and confirmed rules find, some at a time; nothing unindexed."""
        if self.index is None:
            return
        pack = self.pack
        confirmed = tuple(
            replace(criterion, id=proposal_key(criterion.id, CONFIRMED))
            for criterion in pack.criteria
            if criterion.steps
        )
        for matches in match_proposals(pack, self.index, self.as_at):
            yield self._named(matches)
        if confirmed:
            yield self._named(match(replace(pack, criteria=confirmed), self.index, self.as_at))

    def count_one(self, criterion: Criterion, number: int) -> Mapping[str, Found]:
        """Return what one proposal finds: one that the person has just changed."""
        proposal = self.proposal(criterion, number)
        if self.index is None or proposal is None:
            return {}
        one = as_criterion(criterion, proposal, number)
        return self._named(match(self._alone(one), self.index, self.as_at))

    def _alone(self, criterion: Criterion) -> Pack:
        """Return the pack with this criterion only, and the codelists that its rules need."""
        return with_codelists(replace(self.pack, criteria=(criterion,)), self.path, criterion)

    def _named(self, matches: Matches) -> dict[str, Found]:
        """Return answers with the names of the first patients of each."""
        first = {
            key: matches.patients(key).head(MOST_NAMED).to_list()
            for key, answer in matches.answers.items()
            if answer.answered
        }
        people = self._people({one for ids in first.values() for one in ids})
        return {
            key: Found(answer, tuple(people.get(one, one) for one in first.get(key, ())))
            for key, answer in matches.answers.items()
        }

    def _people(self, patient_ids: set[str]) -> dict[str, str]:
        """Return names and ages by patient_id; the patient number where no name is known."""
        assert self.index is not None
        patients = self.index.patients(self.as_at)
        known = set(patients.collect_schema().names())
        wanted = [one for one in ("family_name", "given_name", "age") if one in known]
        frame = patients.filter(pl.col("patient_id").is_in(sorted(patient_ids))).select(
            "patient_id", *wanted
        )
        found = {}
        for row in frame.collect().iter_rows(named=True):
            names = ", ".join(filter(None, (row.get("family_name"), row.get("given_name"))))
            age = row.get("age")
            found[row["patient_id"]] = f"{names or row['patient_id']} {'' if age is None else age}"
        return {key: text.strip() for key, text in found.items()}

    def patients(self, criterion: Criterion, number: int) -> pl.DataFrame:
        """Return the patients that a proposal finds, with the evidence: for a thread.

        Columns patient_id, name (with the age) and evidence; at most `MOST_LISTED` rows.
        """
        proposal = self.proposal(criterion, number)
        if number == CONFIRMED:
            one = replace(criterion, id=proposal_key(criterion.id, CONFIRMED))
        elif proposal is None or self.index is None:
            return pl.DataFrame()
        else:
            one = as_criterion(criterion, proposal, number)
        if self.index is None:
            return pl.DataFrame()
        pack = self._alone(one)
        matches = match(pack, self.index, self.as_at)
        ids = matches.patients(one.id).head(MOST_LISTED).to_list()
        people = self._people(set(ids))
        lines = {
            patient: text or ""
            for patient, _, text in evidence_lines(
                pack, self.index, self.as_at, one.id, ids
            ).iter_rows()
        }
        return pl.DataFrame(
            {
                "patient_id": ids,
                "name": [people.get(patient, "") for patient in ids],
                "evidence": [lines.get(patient, "") for patient in ids],
            },
            schema={"patient_id": pl.String, "name": pl.String, "evidence": pl.String},
        )


def open_or_draft(
    sheet: Path,
    pack: Path,
    by: str,
    records: Path | None,
    sheets: Sequence[str],
    answers: Answers,
    progress: Progress = silent,
) -> DraftSession:
    """Draft a pack from a sheet, or open one that was drafted; index the records if need be.

    For a thread. A pack that exists already is opened if it was drafted from this sheet.
    UserError, with WhichTableError among them, for what cannot be read.
    """
    progress("reading the sheet", None)
    if not pack.exists():
        read_criteria_list(sheet, sheets)  # what is wrong with it comes before a long indexing
    elif pack != sheet and not _is_drafted_from(pack, sheet):
        raise UserError(f"{pack} already exists: choose another name for the pack.")
    index = _index_of(records, pack, answers, progress) if records is not None else None
    if not pack.exists():
        progress("proposing rules", None)
        as_at = index.manifest.as_at if index is not None else dt.datetime.now().astimezone().date()
        draft_pack(sheet, pack, as_at, sheets)
    return DraftSession.open(pack, by, index)


def _is_drafted_from(pack: Path, sheet: Path) -> bool:
    return any(one.source.startswith(f"{sheet.name}, ") for one in read_pack(pack).criteria)


def _index_of(records: Path, pack: Path, answers: Answers, progress: Progress) -> PracticeIndex:
    """Return the index of records: itself, a working file's, or one made beside the pack."""
    if (records / "index.json").is_file():
        return open_index(records)
    if records.suffix == ".recordpick":
        with WorkingFile.open(records, None, read_only=True) as file:
            return index_of(file)
    number, out = 1, pack.with_name(f"{pack.stem}-index")
    while out.exists():  # an earlier export: its index is not these records
        number += 1
        out = pack.with_name(f"{pack.stem}-index-{number}")
    return build_index([records], out, answers=answers, progress=progress)
