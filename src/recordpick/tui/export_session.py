"""The hand-over pack of an open working file: a folder, or one encrypted file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.tui.hiding import Secret

if TYPE_CHECKING:
    from recordpick.tui.session import Session

_NAMED = "Patients' names stand in tick_sheets.xlsx: it is for the practice's own use."


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to write the pack, and how."""

    out: Path
    encrypted: bool = False
    with_names: bool = False
    passphrase: str = ""
    """For an encrypted file: one that the person has noted already."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, in sentences."""

    out: Path
    says: tuple[str | Secret, ...]


def free_place(session: Session) -> Path:
    """A name for the pack beside the working file that neither a folder nor a zip has."""
    plain = session.file.path.with_name(f"{session.file.path.stem}-hand-over")
    number, free = 1, plain
    while free.exists() or as_zip(free).exists():
        number += 1
        free = plain.with_name(f"{plain.name}-{number}")
    return free


def as_zip(out: Path) -> Path:
    """Give the name of the encrypted file: `out`, with .zip behind it if need be."""
    return out if out.suffix.casefold() == ".zip" else out.with_name(f"{out.name}.zip")


def with_new_passphrase(asked: Asked) -> Asked:
    """Return what was asked with a passphrase made for it; UserError where the place is taken."""
    from recordpick.handover.encrypted import check_free_file, new_passphrase

    out = as_zip(asked.out)
    check_free_file(out)
    return replace(asked, out=out, passphrase=new_passphrase())


def export(session: Session, asked: Asked, progress: Progress = silent) -> Exported:
    """Write the pack: for a thread. UserError where it cannot be written; nothing is left then."""
    from recordpick.handover.export import export, export_encrypted, summary
    from recordpick.handover.pack_contents import Options
    from recordpick.handover.warnings import pick_warnings

    if session.matches is None:
        raise UserError("The criteria are still being matched: wait a moment.")
    file, index, matches = session.file, session.index, session.matches
    options = Options(with_names=asked.with_names)
    says: tuple[str | Secret, ...] = (_NAMED,) if asked.with_names else ()
    says += tuple(
        Secret(warning.in_words, warning.in_numbers)
        for warning in pick_warnings(
            session.selection, index, file.as_at, matches, file.reused_numbers()
        )
    )
    if asked.encrypted:
        out = as_zip(asked.out)
        export_encrypted(
            file, index, out, matches, progress, options=options, passphrase=asked.passphrase
        )
        picks, records = len(session.selection.picks), len(session.selection.patient_ids)
        lines = f"{picks:,} lines for {records:,} patient records are written to {out}."
        return Exported(out, (lines, *says))
    export(file, index, asked.out, matches, progress, options=options)
    told = (*says, "\n".join(summary(asked.out)), "Hand the whole folder to the supplier.")
    return Exported(asked.out, told)
