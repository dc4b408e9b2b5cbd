"""What checking a pack found: one value a check, and the whole verdict."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    `says` is what was looked at, with its numbers. `problems` are why the pack is not right;
    `cautions` are worth knowing and do not make it wrong. `skipped` says why it could not be looked
    at, "" if it was: that alone does not make the pack wrong (what stands in its way does).
    """

    name: str
    says: str
    problems: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def right(self) -> bool:
        """Whether nothing speaks against the pack here."""
        return not self.problems


@dataclass(frozen=True)
class Verdict:
    """Whether a pack is as it was written, and what it says of itself.

    Texts are those of the pack, "" where it does not say. `fingerprint` is the SHA-256 of its
    SHA256SUMS, which the practice's working file has noted. `selected` is the selection list, typed
    as `SELECTION_LIST`, its texts without guards; None where the pack is not right.
    """

    path: str
    list_id: str
    practice: str
    criteria_pack: str
    criteria_fingerprint: str
    written: str
    synthetic: bool
    encrypted: bool | None
    """Whether the zip was encrypted; None for a folder."""
    fingerprint: str
    checks: tuple[Check, ...]
    selected: pl.DataFrame | None = None

    @property
    def right(self) -> bool:
        """Whether every check found the pack right."""
        return all(check.right for check in self.checks)

    @property
    def problems(self) -> tuple[str, ...]:
        """All that is wrong, in order."""
        return tuple(problem for check in self.checks for problem in check.problems)

    @property
    def cautions(self) -> tuple[str, ...]:
        """All that is worth knowing, in order."""
        return tuple(caution for check in self.checks for caution in check.cautions)
