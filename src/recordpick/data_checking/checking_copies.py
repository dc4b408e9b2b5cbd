"""Copies of the working file in which several people check at the same time, and their import.

A checking copy is the whole working file with somebody's share; only results can be entered in it.
Importing it merges what it has done since into the practice's file: one event, undone as one. Its
results stand beside those of others, and where people disagree somebody decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from recordpick.atomic import check_new
from recordpick.data_checking.evidence import day_in_words
from recordpick.data_checking.import_results import disagreements_with
from recordpick.errors import UserError
from recordpick.selection.chains import MERGED_KIND, undone_events
from recordpick.selection.decisions import ResultsOfLine
from recordpick.selection.events import Body
from recordpick.selection.kinds.judgements import JUDGEMENTS
from recordpick.selection.merging import Plan, plan_merge
from recordpick.selection.opening import DamagedFileError
from recordpick.selection.results import PHASES, Entry, FilledIn, JudgementKey, Phase, Result
from recordpick.selection.typed_text import clean_initials
from recordpick.selection.working_file import WorkingFile
from recordpick.text import plural, word_for

ENDING = ".recordpick"


@dataclass(frozen=True)
class CopyPreview:
    """What a copy holds for the working file, before it is imported.

    `new` are results that this file lacks, `changed` those that their own giver changed in the copy
    (None: taken back). `apart` are those whose initials have another result here, given since the
    copy was made: both are kept, and somebody decides. `disagree` are sentences on results that
    others contradict, `notes` on what else people should know. `nothing_to_do` is a sentence where
    the file has everything already.
    """

    source: str
    initials: str
    """Whose checking copy it is; "" for another copy of the working file."""
    new: int
    changed: int
    apart: tuple[FilledIn, ...]
    disagree: tuple[str, ...]
    notes: tuple[str, ...]
    nothing_to_do: str
    body: Body | None
    """The body of the event that merges; None where there is nothing to merge."""


def free_copy_path(file: WorkingFile, initials: str) -> Path:
    """Return the name that somebody's checking copy has beside the working file."""
    word = "".join(one for one in initials if one.isalnum()) or "copy"
    return file.path.with_name(f"{file.path.stem}-{word}{ENDING}")


def make_copy(
    file: WorkingFile, out: Path, phase: Phase, initials: str, patient_ids: Sequence[str]
) -> Path:
    """Give somebody a share and write their checking copy. Return its path.

    UserError where the name is taken, or where the file is a checking copy itself; nothing is
    written then.
    """
    person = file.person
    if person is None:
        raise UserError("Say who you are first: a name, and who you work for.")
    if file.checking_copy is not None:
        raise UserError(
            f"{file.path.name} is a checking copy itself: make others from the practice's own "
            "working file."
        )
    check_new(out)
    initials = clean_initials(initials)
    file.give_share(phase, initials, patient_ids)
    return file.save_checking_copy(out, phase, initials, person)


def is_copy(path: Path) -> bool:
    """Return whether a file that is to be imported is a working file, and not a workbook."""
    return path.suffix.casefold() == ENDING


def preview_copy(file: WorkingFile, path: Path) -> CopyPreview:
    """Compare a copy with the working file, which stays as it is.

    UserError where it is not a copy of this file, or has changed more than results. What is sound
    of a damaged copy is compared, with a note.
    """
    notes: list[str] = []
    with _opened(path, notes) as theirs:
        _check_is_not_ours(file, theirs)
        copy = theirs.checking_copy
        initials = "" if copy is None else copy.initials
        plan = plan_merge(file, theirs, into_ours=True, only_results=copy is not None)
        if plan.nothing_to_do:
            text = (
                f"{file.path.name} has everything of {path.name} already: nothing changes. If "
                f"{initials or 'somebody'} has gone on since, this is an older copy."
            )
            return CopyPreview(path.name, initials, 0, 0, (), (), tuple(notes), text, None)
        _check_only_results(plan, path.name, initials)
        ours_rows = {key: one.last for key, one in _judged(file).items()}
        their_rows = {key: one.last for key, one in _judged(theirs).items()}
        keys = [key for part, key in plan.adopted if part == JUDGEMENTS.name]
        contested = [key for one in plan.conflicts for _, key in one.keys]
        body = plan.body({one.name: "A" for one in plan.conflicts})
    if initials:
        body["imported_for"] = initials
    adopted = [their_rows[key] for key in keys if key in their_rows]
    changed = [key for key in keys if key in ours_rows]
    notes += _other_extract(file, theirs)
    notes += plan.notes if copy is None else _renumbered(path.name, len(plan.notes))
    apart = _kept_apart(path.name, contested, their_rows)
    return CopyPreview(
        source=path.name,
        initials=initials,
        new=len(keys) - len(changed),
        changed=len(changed),
        apart=apart,
        disagree=tuple(_disagreements(file, adopted, apart)),
        notes=tuple(notes),
        nothing_to_do="",
        body=body,
    )


def import_preview(file: WorkingFile, preview: CopyPreview) -> None:
    """Import a copy that was compared.

    What is kept apart comes first: once the merge is written the copy counts as imported.
    """
    for filled in preview.apart:
        file.import_results(filled)
    if preview.body is not None:
        file.import_copy(preview.body)


def imported_on(file: WorkingFile, initials: str) -> datetime | None:
    """Return when somebody's copy was last imported; None if it never was, or undone since."""
    undone = undone_events(file.events)
    imports: list[datetime] = []
    for event in file.events:
        if event.kind == MERGED_KIND and event.seq not in undone:
            whose = event.body.get("imported_for")
            if isinstance(whose, str) and whose.casefold() == initials.casefold():
                imports.append(event.on)
    return max(imports, default=None)


def _opened(path: Path, notes: list[str]) -> WorkingFile:
    try:
        return WorkingFile.open(path, read_only=True)
    except DamagedFileError:
        copy = WorkingFile.open(path, read_only=True, salvage=True)
        notes.append(
            f"{path.name} is damaged or was edited by hand: {copy.damage.rstrip('.')}. "
            "What comes before that is imported; ask whose copy it is to check the rest again."
        )
        return copy


def _check_is_not_ours(file: WorkingFile, theirs: WorkingFile) -> None:
    if theirs.path.resolve() == file.path.resolve():
        raise UserError(f"{theirs.path.name} is this very file: give the copy to import.")
    if file.checking_copy is not None:
        raise UserError(
            f"{file.path.name} is a checking copy itself: import copies into the practice's own "
            "working file."
        )
    if theirs.id != file.id:
        raise UserError(
            f"{theirs.path.name} is a copy of another working file than {file.path.name}: nothing "
            "was imported. Open the working file that it was made from."
        )


def _check_only_results(plan: Plan, name: str, initials: str) -> None:
    others = {part for part, _ in plan.adopted} - {JUDGEMENTS.name}
    others |= {part for one in plan.conflicts for part, _ in one.keys} - {JUDGEMENTS.name}
    if others:
        whose = f"{initials}'s copy" if initials else "it"
        raise UserError(
            f"{name} has changed more than results ({', '.join(sorted(others))}), so nothing was "
            f"imported: bring {whose} and this file together with recordpick merge, which shows "
            "both."
        )


def _other_extract(file: WorkingFile, theirs: WorkingFile) -> list[str]:
    """Return a note where the copy was checked with another extract than the file uses."""
    ours, other = file.index_used, theirs.index_used
    if (ours.fingerprint, ours.as_at) == (other.fingerprint, other.as_at):
        return []
    mine, copys = day_in_words(file.as_at), day_in_words(theirs.as_at)
    says = (
        f"{theirs.path.name} shows the entries of the extract of {copys}, and {file.path.name} "
        f"those of {mine}: its results are about what was looked at then."
    )
    return [says]


def _renumbered(name: str, number: int) -> list[str]:
    """Return one note on issues that have other numbers here; logs are written from this file."""
    if not number:
        return []
    have = word_for(number, "has another number", "have other numbers")
    issues = f"{plural(number, 'issue')} of {name} {have} here"
    return [f"{issues}: write the log for the supplier from this file only."]


def _judged(file: WorkingFile) -> dict[JudgementKey, ResultsOfLine]:
    return dict(JUDGEMENTS.values_in(file.selection.kept))


def _kept_apart(
    source: str, keys: Sequence[JudgementKey], theirs: dict[JudgementKey, Result]
) -> tuple[FilledIn, ...]:
    """Return the results of a copy whose initials have another result here, to be kept beside it.

    Whether one person gave both is not known: two people may have the same initials.
    """
    entries: dict[tuple[Phase, str], list[Entry]] = {}
    for key in keys:
        result = theirs.get(key)
        if result is not None:
            entries.setdefault((result.phase, result.list_id), []).append(result.entry)
    return tuple(
        FilledIn(phase, list_id, "", "", tuple(of_phase), apart=source)
        for (phase, list_id), of_phase in sorted(
            entries.items(), key=lambda one: PHASES.index(one[0][0])
        )
    )


def _disagreements(
    file: WorkingFile, adopted: Sequence[Result], apart: Sequence[FilledIn]
) -> list[str]:
    found: list[str] = []
    for result in adopted:
        filled = FilledIn(result.phase, result.list_id, "", "", (result.entry,))
        found += disagreements_with(file, filled, filled.entries)
    for filled in apart:
        found += disagreements_with(file, filled, filled.entries)
    return found


def import_words(preview: CopyPreview) -> str:
    """Return what is imported, in words."""
    if preview.nothing_to_do:
        return preview.nothing_to_do
    parts = [plural(preview.new, "new result")]
    if preview.changed:
        parts.append(f"{preview.changed:,} changed in the copy")
    if preview.apart:
        number = sum(len(one.entries) for one in preview.apart)
        parts.append(f"{number:,} whose initials have another result here: both are kept")
    return f"{', '.join(parts)}."
