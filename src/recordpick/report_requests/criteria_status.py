"""Which criteria of a pack an index can answer, which only with cautions, and which not and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from recordpick.criteria.pack import Criterion, Pack
from recordpick.document import Block, Grid, Paragraph, Section
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching.rules import answerable

Status: TypeAlias = Literal["answered", "with_cautions", "not_answered", "by_hand"]

MARKS: dict[Status, str] = {
    "answered": "√",
    "with_cautions": "!",
    "not_answered": "?",
    "by_hand": "H",
}
WORDS: dict[Status, str] = {
    "answered": "can be answered",
    "with_cautions": "can be answered, with cautions",
    "not_answered": "cannot be answered",
    "by_hand": "by hand",
}


@dataclass(frozen=True, slots=True)
class CriterionStatus:
    """Whether an index can answer a criterion: why not, or what is uncertain."""

    criterion: Criterion
    status: Status
    why_not: str = ""
    cautions: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why it cannot be answered, or the cautions, in a line."""
        return self.why_not or " ".join(self.cautions)


def status_of(pack: Pack, index: PracticeIndex) -> tuple[CriterionStatus, ...]:
    """Return for each criterion of a pack whether this index can answer it."""
    found = []
    for criterion in pack.criteria:
        result = answerable(pack, index, criterion)
        if not criterion.steps:
            one = CriterionStatus(criterion, "by_hand", result.why_not)
        elif result.why_not:
            one = CriterionStatus(criterion, "not_answered", result.why_not)
        elif result.cautions:
            one = CriterionStatus(criterion, "with_cautions", "", result.cautions)
        else:
            one = CriterionStatus(criterion, "answered")
        found.append(one)
    return tuple(found)


def summary_of(found: tuple[CriterionStatus, ...]) -> str:
    """Return in a sentence how many criteria can be answered, and how many not."""
    counts = {status: sum(one.status == status for one in found) for status in MARKS}
    can = counts["answered"] + counts["with_cautions"]
    parts = [f"{can} of {len(found)} criteria can be answered"]
    if counts["with_cautions"]:
        parts.append(f"{counts['with_cautions']} of them with cautions")
    if counts["not_answered"]:
        parts.append(f"{counts['not_answered']} cannot")
    if counts["by_hand"]:
        parts.append(f"{counts['by_hand']} have no rules and are picked by hand")
    return ", ".join(parts) + "."


def short_reason(why: str) -> str:
    """Return why a criterion cannot be answered, without what is the same for all of them."""
    text = why.removeprefix("It cannot be answered: ")
    text = text.removesuffix(" Pick by browsing or from a list.")
    return text[:1].upper() + text[1:]


def criteria_section(pack: Pack, index: PracticeIndex) -> Section:
    """Return what an index can answer as a section of a document: first what it cannot."""
    found = status_of(pack, index)
    order = ("not_answered", "by_hand", "with_cautions", "answered")
    rows = [
        (
            MARKS[one.status],
            f"{one.criterion.id} {one.criterion.title}",
            short_reason(one.reason) or WORDS[one.status],
        )
        for one in sorted(found, key=lambda one: order.index(one.status))
    ]
    blocks: list[Block] = [
        Paragraph(f"{pack.title} {pack.version}: {summary_of(found)}"),
        Grid(("", "Criterion", "Why not, or what is uncertain"), tuple(rows)),
    ]
    if any(one.status == "not_answered" for one in found):
        blocks.append(Paragraph("recordpick criteria ask PACK --index DIR says what would help."))
    is_whole = all(one.status == "answered" for one in found)
    return Section("Criteria", tuple(blocks), mark="√" if is_whole else "!")
