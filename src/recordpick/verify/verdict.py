"""The result of checking a pack: one `Check` for each thing checked, and the whole `Verdict`."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked.

    `says` is what was checked, with its numbers. `problems` are what is wrong with the pack;
    `cautions` are worth knowing and do not make it wrong. `skipped` says why it could not be
    checked, "" if it was: that alone does not make the pack wrong (its cause does).
    """

    name: str
    says: str
    problems: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether this check found no problem."""
        return not self.problems


@dataclass(frozen=True)
class Verdict:
    """Whether a pack is as it was written, and what it says about itself.

    Texts are those of the pack, "" where it has none. `fingerprint` is the SHA-256 of its
    SHA256SUMS, which is recorded in the practice's working file. `selected` is the selection list,
    typed as `SELECTION_LIST`, its texts without guards; None where the pack is not sound.
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
    list_sha256: str = ""
    working_file: str = ""
    """What names the working file and its copies; "" in packs made before it was written."""
    ods_code: str = ""
    """The practice's ODS code; "" where it was not given."""

    @property
    def is_sound(self) -> bool:
        """Whether no check found a problem."""
        return all(check.is_sound for check in self.checks)

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong, in the order of the checks."""
        return tuple(problem for check in self.checks for problem in check.problems)

    @property
    def cautions(self) -> tuple[str, ...]:
        """Everything that is worth knowing, in the order of the checks."""
        return tuple(caution for check in self.checks for caution in check.cautions)
