"""An open working file with the index it belongs to: all that the screens ask of the core.

Nothing here knows the screen. Opening and matching take long and run in threads; what changes the
working file returns when it is on the disk. What is used once (suggesting, exporting) is imported
when it is used, so that a file opens sooner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.matching import Explanation, Matches, explain, match, random_population
from recordpick.matching import evidence_lines as lines_of
from recordpick.patient_record import Record, read_record
from recordpick.progress import Progress, silent
from recordpick.selection.events import Person
from recordpick.selection.find_index import UnknownFolderError, index_of
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.patients_frame import (
    area_of,
    candidates_of,
    most_useful_of,
    patients_of,
    sensitive_of,
)
from recordpick.tui.snapshot import CriterionLine, Overview
from recordpick.tui.standing import criterion_line, overview_of, random_line
from recordpick.tui.suggest_dialog import Offer

if TYPE_CHECKING:
    from recordpick.picking.suggestion import Way
    from recordpick.tui.picture_data import PictureData

GOOD_FOR: dict[Way, str] = {
    "fewest": "Least work: patients who meet many criteria serve them all.",
    "spread": "Different ages, sexes, GPs and patients, to see more of the list.",
    "ticket": "An even draw within each criterion: nobody's taste decides.",
}


class IndexWantedError(UserError):
    """The working file is sound, but its practice index is not where it was, or is another.

    `other` is the folder that was named, where it holds another index than the file's. `unknown` is
    a folder that the file names and that was not looked at, as nobody here has used it before.
    """

    def __init__(
        self, *messages: str, other: Path | None = None, unknown: Path | None = None
    ) -> None:
        """Take the sentences."""
        super().__init__(*messages)
        self.other = other
        self.unknown = unknown


@contextmanager
def in_reach(index: PracticeIndex) -> Iterator[None]:
    """Say in words that the index's files cannot be read any more: a drive that went away."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        raise UserError(
            f"The practice index {index.folder} cannot be read any more ({error}). What was picked "
            "is safe; open the file again when the folder is back."
        ) from error


class Session:
    """One working file at work."""

    def __init__(self, file: WorkingFile, index: PracticeIndex) -> None:
        """Take an open working file and its index; `match` is still to be called."""
        self.file = file
        self.index = index
        self.patients = patients_of(index, file.as_at)
        self.matches: Matches | None = None
        self.looked_at: str | None = None
        """The criterion at hand, to come back to."""
        self._lines: dict[str, pl.DataFrame] = {}
        self._sensitive = sensitive_of(self.patients)

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

        DamagedFileError where the file is damaged: `salvage` opens what is sound, to be read.
        `newer` takes the index in `folder` into use, whichever it is: that is an event.
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
                raise IndexWantedError(*error.messages, other=other, unknown=unknown) from error
            return cls(file, index)
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        """Let go of the working file, so that others may write to it."""
        self.file.close()

    def match(self, progress: Progress = silent) -> None:
        """Answer every criterion: slow, for a thread."""
        self.matches = match(self.file.pack, self.index, self.file.as_at, progress)

    # ------------------------------------------------------------------ where the work stands

    @property
    def selection(self) -> Selection:
        """What is picked now."""
        return self.file.selection

    def overview(self) -> Overview:
        """Where the whole work stands."""
        return overview_of(self.file, self.index, self.patients.height)

    def criteria(self) -> tuple[CriterionLine, ...]:
        """Every criterion in the pack's order by area, then the random records."""
        pack = self.file.pack
        ids = [one.id for area in pack.areas for one in pack.criteria if one.area == area]
        return (*(self.criterion(criterion_id) for criterion_id in ids), self.criterion(None))

    def criterion(self, criterion_id: str | None) -> CriterionLine:
        """Where one criterion stands (None: the random records)."""
        if criterion_id is None:
            return random_line(self.file.pack, self.selection)
        criterion = self.file.pack.criterion(criterion_id)
        answer = self.matches.answers.get(criterion_id) if self.matches else None
        return criterion_line(criterion, answer, self.selection)

    # ------------------------------------------------------------------ patients

    def candidates(self, criterion_id: str | None, *, whole: bool) -> pl.DataFrame:
        """Give the patients to show for a criterion: see `candidates_of`."""
        lines = self._lines.get(criterion_id) if criterion_id is not None else None
        return candidates_of(
            self.patients, self.selection, self.matches, criterion_id, lines, whole=whole
        )

    def has_evidence(self, criterion_id: str | None) -> bool:
        """Tell whether the evidence lines of a criterion were found already."""
        return criterion_id is None or criterion_id in self._lines

    def find_evidence(self, criterion_id: str) -> None:
        """Find a line of evidence for each patient who meets a criterion: for a thread."""
        if self.matches is None:
            return
        ids = self.matches.patients(criterion_id).to_list()
        with in_reach(self.index):
            lines = lines_of(self.file.pack, self.index, self.file.as_at, criterion_id, ids)
        more = pl.when(pl.col("rows") > 1).then(pl.format(" (+{})", pl.col("rows") - 1))
        self._lines[criterion_id] = lines.select(
            "patient_id", (pl.col("line") + more.otherwise(pl.lit(""))).alias("evidence")
        )

    def sensitive(self) -> frozenset[str]:
        """The patients marked sensitive."""
        return self._sensitive

    @cached_property
    def numbers(self) -> frozenset[str]:
        """All numbers that name a patient of the list."""
        names = [name for name in ("patient_id", "nhs_digits") if name in self.patients.columns]
        columns = (self.patients[name].drop_nulls().to_list() for name in names)
        return frozenset(str(number) for column in columns for number in column)

    def listed(self, patient_id: str) -> Record:
        """Give what the list itself knows of a patient, at once: no entries."""
        found = self.patients.filter(pl.col("patient_id") == patient_id).to_dicts()
        return Record(found[0] if found else {"patient_id": patient_id}, ())

    def record(self, patient_id: str) -> Record:
        """Read a patient's record: for a thread."""
        with in_reach(self.index):
            return read_record(self.index, self.file.as_at, patient_id)

    def explain(self, criterion_id: str, patient_id: str) -> Explanation:
        """Say rule by rule whether the patient meets the criterion: for a thread."""
        with in_reach(self.index):
            return explain(self.file.pack, self.index, self.file.as_at, criterion_id, patient_id)

    def most_useful(self) -> pl.DataFrame:
        """Give the patients who meet the most criteria that still want records, most first.

        Columns as `candidates`; `meets` counts those criteria only, `evidence` names them.
        """
        wanting = [
            criterion.id
            for criterion in self.file.pack.criteria
            if criterion.id not in self.selection.closed
            and self.selection.count(criterion.id) < criterion.records
        ]
        return most_useful_of(self.patients, self.selection, self.matches, wanting)

    def of_area(self, criteria: list[str]) -> pl.DataFrame:
        """Give the patients who meet any of these criteria or are picked for one: see `area_of`."""
        return area_of(self.patients, self.selection, self.matches, criteria)

    def moved_on(self) -> tuple[str, ...]:
        """Say which picks the index no longer bears out."""
        from recordpick.picking.stale_picks import moved_on

        if self.matches is None:
            return ()
        others = self.file.reused_numbers()
        found = moved_on(self.selection.picks, self.matches, self.patients, others)
        return tuple(moved.in_words for moved in found)

    def pictures(self) -> PictureData:
        """Put together what the pictures show: for a thread."""
        from recordpick.tui.picture_data import picture_data

        try:
            eligible = self.eligible().len()
        except UserError:
            eligible = 0  # the pack's rule asks for what the index lacks: nobody can be drawn
        return picture_data(self.patients, self.selection, eligible)

    def criteria_of_patient(self, patient_id: str) -> tuple[tuple[CriterionLine, bool], ...]:
        """Give the criteria a patient meets or is picked for, and whether they are picked."""
        picked = set(self.selection.criteria_of(patient_id))
        there = picked | set(self.met_by(patient_id))
        return tuple(
            (self.criterion(criterion.id), criterion.id in picked)
            for criterion in self.file.pack.criteria
            if criterion.id in there
        )

    def name_of(self, patient_id: str) -> str:
        """What to call a patient: name and number."""
        found = self.patients.filter(pl.col("patient_id") == patient_id)["name"]
        name = str(found[0] or "") if len(found) else ""
        return f"{name} ({patient_id})" if name else patient_id

    def met_by(self, patient_id: str) -> tuple[str, ...]:
        """The criteria that a patient meets, in the pack's order."""
        if self.matches is None:
            return ()
        found = self.matches.found.filter(pl.col("patient_id") == patient_id)
        return tuple(found["criterion_id"])

    # ------------------------------------------------------------------ changes, on the disk

    def toggle(self, criterion_id: str, patient_ids: Sequence[str]) -> str:
        """Pick those not picked for the criterion; if all are, take them out. Says what it did."""
        there = {pick.patient_id for pick in self.selection.of(criterion_id)}
        fresh = [patient for patient in patient_ids if patient not in there]
        if fresh:
            return self.pick(criterion_id, fresh)
        self.file.remove(criterion_id, patient_ids)
        return f"{_records(len(patient_ids))} taken out of {criterion_id}."

    def pick(self, criterion_id: str, patient_ids: Sequence[str]) -> str:
        """Pick these for the criterion."""
        self.file.pick(criterion_id, patient_ids)
        return f"{_records(len(patient_ids))} picked for {criterion_id}."

    def undo(self) -> str:
        """Take back the last thing done."""
        words = self.selection.can_undo
        self.file.undo()
        return f"Undone: {words}."

    def redo(self) -> str:
        """Do again what was undone."""
        words = self.selection.can_redo
        self.file.redo()
        return f"Done again: {words}."

    def close_criterion(self, criterion_id: str, reason: str) -> str:
        """Say that no more records are to be found."""
        self.file.close_criterion(criterion_id, reason)
        return f"{criterion_id}: no more records to be found. n opens it again."

    def reopen(self, criterion_id: str) -> str:
        """Look for records again."""
        self.file.reopen_criterion(criterion_id)
        return f"{criterion_id} is open again."

    def note(self, patient_id: str, text: str) -> str:
        """Note something about a patient."""
        self.file.note(patient_id, text)
        return "Noted." if text else "The note was taken away."

    def replace_random(self, patient_id: str, reason: str, eligible: pl.Series) -> str:
        """Put the next ticket of the draw in place of a random record."""
        self.file.replace_random(patient_id, reason, eligible, self._strata(eligible))
        return "The next ticket of the draw took its place."

    def offers(self, criterion_id: str | None) -> tuple[Offer, ...]:
        """What each way of suggesting would pick, for one criterion or all (None): for a thread."""
        if self.matches is None:
            raise UserError("The criteria are still being matched: wait a moment.")
        from recordpick.picking.suggestion import Basis, compare

        basis = Basis(
            self.matches,
            self.file.pack,
            self.selection,
            self.file.suggestion_seed,
            self.index.patients(self.file.as_at),
            None if criterion_id is None else (criterion_id,),
        )
        compared = compare(basis)
        return tuple(
            Offer(way.how, way.records, GOOD_FOR[way.way], way.in_words, way.picks)
            for way in compared.suggestions.values()
        )

    def apply(self, offer: Offer) -> str:
        """Pick what was suggested."""
        self.file.suggest(offer.picks, offer.name)
        return f"{len(offer.picks):,} suggested picks made. u undoes them all."

    def eligible(self) -> pl.Series:
        """Who may be drawn at random: for a thread."""
        with in_reach(self.index):
            return random_population(self.file.pack, self.index, self.file.as_at)

    def _strata(self, eligible: pl.Series) -> pl.DataFrame | None:
        """Give the groups of a draw that was begun by age band and sex; None for a plain one."""
        if not self.selection.by_strata:
            return None
        from recordpick.picking.strata import strata_of

        return strata_of(self.index.patients(self.file.as_at), eligible)

    def number_to_copy(self, patient_id: str) -> tuple[str, str]:
        """Give what to copy for a patient, and what it is."""
        if "nhs_digits" in self.patients.columns:
            found = self.patients.filter(pl.col("patient_id") == patient_id)["nhs_digits"]
            if len(found) and found[0]:
                return "NHS number", str(found[0])
        return "Patient number", patient_id

    def evidence_tables(self, criterion_id: str | None) -> frozenset[str]:
        """The tables that a criterion's rules look at."""
        if criterion_id is None:
            return frozenset()
        steps = self.file.pack.criterion(criterion_id).steps
        return frozenset(rule.table for step in steps for rule in step.rules)


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number:,} records"
