"""What undo leaves: what a file is about, its index, and each draw, seed, issue and export."""

from __future__ import annotations

from dataclasses import dataclass

from recordpick.selection.compared import ComparedWith
from recordpick.selection.results import Phase, Result
from recordpick.selection.state import Draw, Exported, FixedSeed, HandedOver, IndexUsed


@dataclass(frozen=True, slots=True)
class Header:
    """What a working file is about, as its first event says."""

    practice: str
    synthetic: bool
    pack_fingerprint: str
    pack_files: tuple[tuple[str, str], ...]
    """Name and SHA-256 (hex, of the UTF-8) of each file of the pack, in order."""
    meta: tuple[tuple[str, str], ...]
    """What the table meta says, except for the last event."""
    suggestion_seed: str
    index: IndexUsed
    ods_code: str = ""
    """The practice's ODS code, "" where it was not given."""


@dataclass(frozen=True, slots=True)
class CheckingCopy:
    """Whose checking copy a file is, for which phase, and the number of the event that says so."""

    phase: Phase
    initials: str
    seq: int


class PermanentState:
    """What was recorded for good. Events add to it; only what a merge brought is removed again."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.index: IndexUsed | None = None
        self.index_before: IndexUsed | None = None
        """The last index with another fingerprint than `index`, if there was one."""
        self.compared: ComparedWith | None = None
        """The new system's records that were compared last."""
        self.exports: list[Exported] = []
        self.handed_over: list[HandedOver] = []
        self.draws: dict[int, Draw] = {}
        """Every draw ever made, by the number of its event."""
        self.seeds: dict[int, FixedSeed] = {}
        """Every seed ever fixed, by the number of its event."""
        self.checking_copy: CheckingCopy | None = None
        """Set where the file is a checking copy: only results are entered in it."""
        self.issues: dict[tuple[str | None, str], tuple[int, Result]] = {}
        """The number of each issue and its first result, by criterion and patient."""

    def use(self, index: IndexUsed) -> None:
        """Note the index that picks are made from now."""
        if self.index is not None and index.fingerprint != self.index.fingerprint:
            self.index_before = self.index
        self.index = index

    def number_issue(self, result: Result) -> None:
        """Give an issue its number, unless it has one.

        A number is given once and stays, also where the result is undone: the supplier may have
        been sent it.
        """
        line = (result.entry.criterion_id, result.entry.patient_id)
        self.issues.setdefault(line, (len(self.issues) + 1, result))
