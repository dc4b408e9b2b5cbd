"""An open working file with its index: all that the screens need from the core.

Nothing here uses the screen. Opening and matching take long and run in threads; a method that
changes the working file returns when the change is on the disk. What is used once (suggesting,
exporting) is imported when it is used, so that a file opens sooner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from recordpick.errors import UserError
from recordpick.index.listed_patients import listed_patients, sensitive_patients
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.matching import Explanation, Matches, explain, match, random_population
from recordpick.matching import evidence_lines as lines_of
from recordpick.patient_record import Record, read_record
from recordpick.progress import Progress, silent
from recordpick.selection.events import Person
from recordpick.selection.find_index import UnknownFolderError, index_of
from recordpick.selection.state import Pick, Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural
from recordpick.tui.patient_frames import (
    all_picked_of,
    area_of,
    candidates_of,
    most_useful_of,
)
from recordpick.tui.view_models import (
    CriterionLine,
    Offer,
    Overview,
    criterion_line,
    overview_of,
    random_line,
)

if TYPE_CHECKING:
    from recordpick.handover.checklist import Checklist
    from recordpick.picking.patient_kinds import KindProgress
    from recordpick.picking.suggestion import Basis, Suggestion, Way
    from recordpick.tui.chart_data import ChartData

_LISTED = frozenset({"family_name", "given_name"})
"""Columns of a patient that stand beside the evidence, which does not repeat them."""
_PURPOSES: dict[Way, str] = {
    "fewest": "Least work: patients who meet many criteria serve them all.",
    "balanced": "The fewest records that keep your list's ages, sexes and usual GPs.",
    "spread": "Different ages, sexes, GPs and patients, to see more of the list.",
    "ticket": "An even draw within each criterion: no personal choice is involved.",
}


class IndexNeededError(UserError):
    """The working file is intact, but its practice index is not where it was, or is another.

    `other` is the folder that was given, where it has a different index from the file's. `unknown`
    is a folder that the file names and that was not opened, as nobody here has used it before.
    """

    def __init__(
        self, *messages: str, other: Path | None = None, unknown: Path | None = None
    ) -> None:
        """Take the sentences."""
        super().__init__(*messages)
        self.other = other
        self.unknown = unknown


@contextmanager
def readable_index(index: PracticeIndex) -> Iterator[None]:
    """Raise a UserError where the index's files cannot be read any more: a drive that went away."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        raise UserError(
            f"The practice index {index.folder} cannot be read any more ({error}). What was picked "
            "is saved; open the file again when the folder is back."
        ) from error


class Session:
    """One open working file."""

    def __init__(self, file: WorkingFile, index: PracticeIndex) -> None:
        """Take an open working file and its index; call `match` next."""
        self.file = file
        self.index = index
        self.patients = listed_patients(index, file.as_at)
        self.matches: Matches | None = None
        """Who meets each criterion; None until `match` has been called."""
        self._first: Matches | None = None
        """Who meets the criterion that is shown first, known before the others."""
        self.last_criterion: str | None = None
        """The criterion shown last, to come back to."""
        self._evidence: dict[str, pl.DataFrame] = {}
        self._sensitive = sensitive_patients(self.patients)

    @classmethod
    def open(
        cls,
        path: Path,
        person: Person | None,
        folder: Path | None = None,
        *,
        take_over: bool = False,
        salvage: bool = False,
        newer: bool = False,
        progress: Progress = silent,
    ) -> Session:
        """Open a working file and its index. UserError says what is missing.

        DamagedFileError where the file is damaged: `salvage` opens what is intact, to be read.
        `newer` uses the index in `folder` from now on, whichever it is: that is an event.
        """
        progress("opening the working file", None)
        file = WorkingFile.open(path, person, take_over=take_over, salvage=salvage)
        try:
            progress("opening the practice index", None)
            if folder is not None and newer:
                index = open_index(folder)
                file.use_index(index, index.manifest.as_at)
                return cls(file, index)
            try:
                index = index_of(file, folder)
            except UserError as error:
                other = folder if folder is not None and (folder / "index.json").is_file() else None
                unknown = error.folder if isinstance(error, UnknownFolderError) else None
                raise IndexNeededError(*error.messages, other=other, unknown=unknown) from error
            return cls(file, index)
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        """Close the working file, so that others may write to it."""
        self.file.close()

    def match(self, progress: Progress = silent) -> None:
        """Answer every criterion: slow, for a thread."""
        with readable_index(self.index):
            self.matches = match(self.file.pack, self.index, self.file.as_at, progress)

    def match_first(self, criterion_id: str | None, progress: Progress = silent) -> None:
        """Answer one criterion only, the one that is shown first: what `match` says of it.

        By default the first of the list. Everything about the others, and how many other criteria
        a patient meets, stays unknown until `match`.
        """
        pack = self.file.pack
        known = {one.id for one in pack.criteria}
        wanted = criterion_id if criterion_id in known else self.criteria()[0].id
        if wanted is not None:
            one = replace(pack, criteria=(pack.criterion(wanted),))
            with readable_index(self.index):
                self._first = match(one, self.index, self.file.as_at, progress)

    def _matches_of(self, criterion_id: str | None) -> Matches | None:
        """Return the matches that answer a criterion; None where they are not known yet."""
        if self.matches is not None:
            return self.matches
        first = self._first
        return first if first is not None and criterion_id in first.answers else None

    def knows(self, criterion_id: str | None) -> bool:
        """Return whether it is known who meets a criterion (None: the random records)."""
        return criterion_id is None or self._matches_of(criterion_id) is not None

    # ------------------------------------------------------------------ progress

    @property
    def selection(self) -> Selection:
        """What is picked now."""
        return self.file.selection

    def overview(self) -> Overview:
        """Return the progress of the whole work."""
        return overview_of(
            self.file,
            self.index,
            self.patients.height,
            self.criteria(),
            is_matched=self.matches is not None,
        )

    def criteria(self) -> tuple[CriterionLine, ...]:
        """Return every criterion by area in the pack's order, then the random records."""
        pack = self.file.pack
        ids = [one.id for area in pack.areas for one in pack.criteria if one.area == area]
        return (*(self.criterion(criterion_id) for criterion_id in ids), self.criterion(None))

    def all_picked(self) -> pl.DataFrame:
        """Return every patient who is picked, once: see `all_picked_of`."""
        return all_picked_of(self.patients, self.selection)

    def picks_of(self, patient_id: str) -> tuple[Pick, ...]:
        """Return what a patient is picked for, in the order in which that was done."""
        return tuple(pick for pick in self.selection.picks if pick.patient_id == patient_id)

    def criterion(self, criterion_id: str | None) -> CriterionLine:
        """Return the picks and the state of one criterion (None: the random records)."""
        if criterion_id is None:
            return random_line(self.file.pack, self.selection)
        criterion = self.file.pack.criterion(criterion_id)
        matches = self._matches_of(criterion_id)
        answer = matches.answers.get(criterion_id) if matches else None
        return criterion_line(criterion, answer, self.selection)

    def kinds(self, criterion_id: str | None) -> tuple[KindProgress, ...]:
        """Return what is picked of each kind, where a criterion takes some of each."""
        from recordpick.picking.patient_kinds import kinds_progress

        matches = self._matches_of(criterion_id)
        if criterion_id is None or matches is None:
            return ()
        picked = [pick.patient_id for pick in self.selection.of(criterion_id)]
        return kinds_progress(self.file.pack.criterion(criterion_id), matches, picked)

    @cached_property
    def titles(self) -> Mapping[str | None, str]:
        """The title of each criterion by its id; None for the random records."""
        named: dict[str | None, str] = {one.id: one.title for one in self.file.pack.criteria}
        return named | {None: random_line(self.file.pack, self.selection).title}

    # ------------------------------------------------------------------ patients

    def candidates(self, criterion_id: str | None, *, whole: bool) -> pl.DataFrame:
        """Return the patients to show for a criterion: see `candidates_of`."""
        lines = self._evidence.get(criterion_id) if criterion_id is not None else None
        return candidates_of(
            self.patients,
            self.selection,
            self._matches_of(criterion_id),
            criterion_id,
            lines,
            whole=whole,
            counts_others=self.matches is not None,
        )

    def has_evidence(self, criterion_id: str | None) -> bool:
        """Return whether the evidence lines of a criterion are known already."""
        return criterion_id is None or criterion_id in self._evidence

    def find_evidence(self, criterion_id: str) -> None:
        """Find a line of evidence for each patient who meets a criterion: for a thread."""
        matches = self._matches_of(criterion_id)
        if matches is None:
            return
        ids = matches.patients(criterion_id).to_list()
        with readable_index(self.index):
            lines = lines_of(
                self.file.pack, self.index, self.file.as_at, criterion_id, ids, listed=_LISTED
            )
        more = pl.when(pl.col("rows") > 1).then(pl.format(" (+{})", pl.col("rows") - 1))
        self._evidence[criterion_id] = lines.select(
            "patient_id",
            pl.when(pl.col("line") != "")
            .then(pl.col("line") + more.otherwise(pl.lit("")))
            .alias("evidence"),
        )

    def sensitive(self) -> frozenset[str]:
        """Return the patients marked sensitive."""
        return self._sensitive

    @cached_property
    def numbers(self) -> frozenset[str]:
        """All numbers that identify a patient of the list."""
        names = [name for name in ("patient_id", "nhs_digits") if name in self.patients.columns]
        columns = (self.patients[name].drop_nulls().to_list() for name in names)
        return frozenset(str(number) for column in columns for number in column)

    def listed(self, patient_id: str) -> Record:
        """Return what the list itself holds on a patient, at once: no entries."""
        found = self.patients.filter(pl.col("patient_id") == patient_id).to_dicts()
        return Record(found[0] if found else {"patient_id": patient_id}, ())

    def record(self, patient_id: str) -> Record:
        """Read a patient's record: for a thread."""
        with readable_index(self.index):
            return read_record(self.index, self.file.as_at, patient_id)

    def explain(self, criterion_id: str, patient_id: str) -> Explanation:
        """Return rule by rule whether the patient meets the criterion: for a thread."""
        with readable_index(self.index):
            return explain(self.file.pack, self.index, self.file.as_at, criterion_id, patient_id)

    def most_useful(self) -> pl.DataFrame:
        """Return the patients who meet the most criteria that still need records, most first.

        Columns as `candidates`; `meets` counts those criteria only, `evidence` names them.
        """
        unfilled = [
            criterion.id
            for criterion in self.file.pack.criteria
            if criterion.id not in self.selection.closed
            and self.selection.count(criterion.id) < criterion.records
        ]
        return most_useful_of(self.patients, self.selection, self.matches, unfilled)

    def of_area(self, criteria: list[str]) -> pl.DataFrame:
        """Return the patients who meet any of these criteria or are picked: see `area_of`."""
        return area_of(self.patients, self.selection, self.matches, criteria)

    def unsupported_picks(self) -> tuple[str, ...]:
        """Return, in words, the picks that the index no longer supports."""
        from recordpick.picking.stale_picks import stale_picks

        if self.matches is None:
            return ()
        others = self.file.reused_numbers()
        found = stale_picks(self.selection.picks, self.matches, self.patients, others)
        return tuple(moved.in_words for moved in found)

    def chart_data(self) -> ChartData:
        """Return what the charts show: for a thread."""
        from recordpick.tui.chart_data import chart_data

        try:
            eligible = self.eligible().len()
        except UserError:
            eligible = 0  # the pack's rule needs what the index lacks: nobody can be drawn
        return chart_data(self.patients, self.selection, eligible)

    def criteria_of_patient(self, patient_id: str) -> tuple[tuple[CriterionLine, bool], ...]:
        """Return the criteria a patient meets or is picked for, and whether they are picked."""
        picked = set(self.selection.criteria_of(patient_id))
        listed = picked | set(self.met_by(patient_id))
        return tuple(
            (self.criterion(criterion.id), criterion.id in picked)
            for criterion in self.file.pack.criteria
            if criterion.id in listed
        )

    def name_of(self, patient_id: str) -> str:
        """Return name and number of a patient."""
        name = self.listed_name(patient_id)
        return f"{name} ({patient_id})" if name != patient_id else patient_id

    def listed_name(self, patient_id: str) -> str:
        """Return the name of a patient as it is listed; the number where there is none."""
        found = self.patients.filter(pl.col("patient_id") == patient_id)["name"]
        return (str(found[0] or "") if len(found) else "") or patient_id

    def met_by(self, patient_id: str) -> tuple[str, ...]:
        """Return the criteria that a patient meets, in the pack's order."""
        if self.matches is None:
            return ()
        found = self.matches.found.filter(pl.col("patient_id") == patient_id)
        return tuple(found["criterion_id"])

    # ------------------------------------------------------------------ changes

    def toggle(self, criterion_id: str, patient_ids: Sequence[str]) -> str:
        """Pick those not picked for the criterion; if all are, take them out. Says what it did."""
        picked = {pick.patient_id for pick in self.selection.of(criterion_id)}
        new = [patient for patient in patient_ids if patient not in picked]
        if new:
            return self.pick(criterion_id, new)
        self.file.remove(criterion_id, patient_ids)
        return f"{plural(len(patient_ids), 'record')} taken out of {criterion_id}."

    def pick(self, criterion_id: str, patient_ids: Sequence[str]) -> str:
        """Pick these for the criterion."""
        self.file.pick(criterion_id, patient_ids)
        return f"{plural(len(patient_ids), 'record')} picked for {criterion_id}."

    def take_out_of_all(self, patient_id: str) -> str:
        """Take a record out of every criterion, as one change."""
        number = len(self.selection.criteria_of(patient_id))
        selection = self.file.remove_record(patient_id)
        stays = len(selection.criteria_of(patient_id))
        taken = plural(number - stays, "criterion", "criteria")
        return f"1 record taken out of {taken}." + (" It stays a random record." if stays else "")

    def close_criteria(self, reasons: Mapping[str, str]) -> str:
        """Close several criteria, each for its reason, as one change."""
        self.file.close_criteria(reasons)
        return f"{plural(len(reasons), 'criterion', 'criteria')} closed. Ctrl+Z undoes it."

    def hand_over(self, how: str, sent_on: dt.date) -> str:
        """Record how and when the newest list was handed over."""
        self.file.record_hand_over(how, sent_on)
        return "Recorded: the list was handed over."

    def checklist(self, seen: frozenset[str]) -> Checklist:
        """Return what is left to do, without the warnings that were `seen`: for a thread."""
        from recordpick.handover.checklist import checklist

        if self.matches is None:
            raise UserError("The criteria are still being matched: wait a moment.")
        with readable_index(self.index):
            return checklist(self.file, self.index, self.matches, seen=seen)

    def undo(self) -> str:
        """Undo the last change."""
        words = self.selection.can_undo
        self.file.undo()
        return f"Undone: {words}."

    def redo(self) -> str:
        """Redo what was undone."""
        words = self.selection.can_redo
        self.file.redo()
        return f"Redone: {words}."

    def close_criterion(self, criterion_id: str, reason: str) -> str:
        """Close a criterion: no more records are to be found."""
        self.file.close_criterion(criterion_id, reason)
        return f"{criterion_id}: closed, no more records to be found. n opens it again."

    def reopen(self, criterion_id: str) -> str:
        """Open a closed criterion again."""
        self.file.reopen_criterion(criterion_id)
        return f"{criterion_id} is open again."

    def note(self, patient_id: str, text: str) -> str:
        """Note something about a patient."""
        self.file.note(patient_id, text)
        return "Noted." if text else "The note was removed."

    def replace_random(self, patient_id: str, reason: str, eligible: pl.Series) -> str:
        """Put the next ticket of the draw in place of a random record."""
        self.file.replace_random(patient_id, reason, eligible, self._strata(eligible))
        return "The next ticket of the draw took its place."

    def _basis(self, criterion_id: str | None) -> Basis:
        """Return the basis of suggestions for one criterion, or for all (None)."""
        if self.matches is None:
            raise UserError("The criteria are still being matched: wait a moment.")
        from recordpick.picking.suggestion import Basis

        return Basis(
            self.matches,
            self.file.pack,
            self.selection,
            self.file.suggestion_seed,
            self.index.patients(self.file.as_at),
            None if criterion_id is None else (criterion_id,),
        )

    def offers(self) -> tuple[Offer, ...]:
        """Return what each way would pick for all criteria: for a thread."""
        from recordpick.picking.suggestion import compare

        return tuple(map(self._offer, compare(self._basis(None)).suggestions.values()))

    def offer(self, criterion_id: str, way: Way, within: int | None) -> Offer:
        """Return what one way would pick for one criterion: for a thread."""
        from recordpick.picking.suggestion import WITHIN, balanced_within, suggest

        basis = self._basis(criterion_id)
        found = None
        if way == "balanced" and within not in {None, WITHIN}:
            found = balanced_within(basis, within or WITHIN)
        return self._offer(found or suggest(basis, way))

    def trade_off(self) -> Iterator[Offer]:
        """Yield the fewest records nearer and nearer to the list's shares: for a thread."""
        from recordpick.picking.suggestion import suggest, trade_off

        basis = self._basis(None)
        yield from map(self._offer, trade_off(basis, suggest(basis, "fewest")))

    def _offer(self, one: Suggestion) -> Offer:
        from recordpick.data_checking.time_needed import hours_of

        return Offer(
            one.how,
            one.records,
            _PURPOSES[one.way],
            one.in_words,
            one.picks,
            hours_of(self.selection, one.picks),
            None if one.off_by is None else float(one.off_by),
            one.certainty,
            one.within,
            one.way,
        )

    def apply(self, offer: Offer) -> str:
        """Pick what was suggested."""
        self.file.suggest(offer.picks, offer.name)
        return f"{plural(len(offer.picks), 'suggested record')} picked. Ctrl+Z undoes them all."

    def eligible(self) -> pl.Series:
        """Return who may be drawn at random: for a thread."""
        with readable_index(self.index):
            return random_population(self.file.pack, self.index, self.file.as_at)

    def _strata(self, eligible: pl.Series) -> pl.DataFrame | None:
        """Return the groups of a draw that was begun by age band and sex; None for a plain one."""
        if not self.selection.by_strata:
            return None
        from recordpick.picking.strata import strata_of

        return strata_of(self.index.patients(self.file.as_at), eligible)

    def number_to_copy(self, patient_id: str) -> tuple[str, str]:
        """Return what is copied for a patient (which number), and the number."""
        if "nhs_digits" in self.patients.columns:
            found = self.patients.filter(pl.col("patient_id") == patient_id)["nhs_digits"]
            if len(found) and found[0]:
                return "NHS number", str(found[0])
        return "Patient number", patient_id

    def evidence_tables(self, criterion_id: str | None) -> frozenset[str]:
        """Return the tables that a criterion's rules read."""
        if criterion_id is None:
            return frozenset()
        steps = self.file.pack.criterion(criterion_id).steps
        return frozenset(rule.table for step in steps for rule in step.rules)
