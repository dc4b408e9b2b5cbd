"""Where the work stands: from the working file and the matches to what the screens show."""

from __future__ import annotations

from recordpick.criteria.pack import Criterion, Pack
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Answer
from recordpick.selection.state import Selection
from recordpick.selection.working_file import WorkingFile
from recordpick.tui.snapshot import CriterionLine, Overview, State

RANDOM_AREA = "Random records"


def overview_of(file: WorkingFile, index: PracticeIndex, patients: int) -> Overview:
    """Say where the whole work stands; `patients` are on the list."""
    selection, pack = file.selection, file.pack
    counts = [(criterion, selection.count(criterion.id)) for criterion in pack.criteria]
    return Overview(
        practice=file.practice or "Practice without a name",
        pack=f"{pack.title} {pack.version}".strip(),
        synthetic=file.synthetic or index.manifest.synthetic,
        read_only=file.why_read_only,
        person=file.person.name if file.person else "",
        patients=patients,
        picked=sum(count for _, count in counts),
        wanted=sum(criterion.records for criterion, _ in counts),
        full=sum(count >= criterion.records for criterion, count in counts),
        criteria=len(counts),
        records=len(selection.patient_ids),
        random=len(selection.random()),
        random_wanted=pack.random_records,
        can_undo=selection.can_undo,
        can_redo=selection.can_redo,
    )


def criterion_line(
    criterion: Criterion, answer: Answer | None, selection: Selection
) -> CriterionLine:
    """Say where one criterion stands; `answer` is None before matching."""
    picked = selection.count(criterion.id)
    state, why = _state(criterion, answer, selection, picked)
    return CriterionLine(
        id=criterion.id,
        area=criterion.area,
        title=criterion.title,
        find=criterion.find,
        compare=criterion.compare,
        wanted=criterion.records,
        picked=picked,
        matches=answer.matches if answer and answer.answered else None,
        state=state,
        why=why,
        cautions=answer.cautions if answer else (),
        steps=tuple((step.says, step.left) for step in answer.left) if answer else (),
    )


def _state(
    criterion: Criterion, answer: Answer | None, selection: Selection, picked: int
) -> tuple[State, str]:
    closed = selection.closed.get(criterion.id)
    if closed is not None:
        return "closed", closed.reason
    if picked >= criterion.records:
        return "full", ""
    if not criterion.steps:
        return "by_hand", ""
    if answer is None:
        return "open", ""
    if not answer.answered:
        return "unanswerable", answer.why_not
    return ("short" if answer.matches < criterion.records else "open"), ""


def random_line(pack: Pack, selection: Selection) -> CriterionLine:
    """Say where the random records stand, in the form of a criterion."""
    wanted, picked = pack.random_records, len(selection.random())
    return CriterionLine(
        id=None,
        area=RANDOM_AREA,
        title="Drawn at random",
        find="Records drawn so that anyone can check the draw. Press r to draw.",
        compare=(),
        wanted=wanted,
        picked=picked,
        matches=None,
        state="full" if picked >= wanted else "open",
    )
