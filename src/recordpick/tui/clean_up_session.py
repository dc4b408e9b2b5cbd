"""The clean-up list of an open working file's index: all that its screen asks of the core."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from recordpick.progress import Progress, silent

if TYPE_CHECKING:
    from recordpick.cleanup import Finding, Reconciliation
    from recordpick.tui.session import Session


@dataclass(frozen=True)
class CleanUp:
    """What was found in the index, and what came of comparing with PCSE's list, if it was."""

    own: tuple[Finding, ...]
    reconciled: Reconciliation | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give all findings: those of the index, then those of PCSE's list."""
        if self.reconciled is None:
            return self.own
        from recordpick.cleanup import pcse_findings

        return (*self.own, *pcse_findings(self.reconciled))

    @property
    def compared(self) -> tuple[str, ...]:
        """Say how the comparison with PCSE's list went; nothing without one."""
        one = self.reconciled
        if one is None:
            return ()
        both = f"{one.matched:,} on both lists, {one.likely:,} likely"
        here = f"{one.unclear_here:,} unclear, {one.only_here:,} only here."
        there = f"{one.unclear_there:,} unclear, {one.only_there:,} only there."
        return (
            f"Here {one.here:,}: {both}, {here}",
            f"{one.file} {one.there:,}: {both}, {there}",
            one.scope,
            *one.notes,
        )


def look(session: Session, progress: Progress = silent) -> CleanUp:
    """Look through the index: for a thread."""
    from recordpick.cleanup import look_through
    from recordpick.tui.session import in_reach

    with in_reach(session.index):
        return CleanUp(look_through(session.index, session.index.manifest.as_at, progress))


def compare_with_list(
    session: Session, known: CleanUp, path: Path, progress: Progress = silent
) -> CleanUp:
    """Compare with PCSE's list: for a thread. UserError where the list cannot be read."""
    from recordpick.cleanup import read_pcse_list, reconcile
    from recordpick.tui.session import in_reach

    progress(f"reading {path.name}", None)
    listed = read_pcse_list(path)
    progress("comparing", None)
    with in_reach(session.index):
        return replace(known, reconciled=reconcile(session.index, listed))


def write(session: Session, known: CleanUp, out: Path, progress: Progress = silent) -> Path:
    """Write the clean-up folder: for a thread. UserError where `out` is not free."""
    from recordpick.cleanup import write_clean_up

    index = session.index
    return write_clean_up(
        out, index, index.manifest.as_at, known.findings, known.reconciled, progress
    )


def free_folder(session: Session) -> Path:
    """A name for the clean-up folder beside the working file that is not taken."""
    plain = session.file.path.with_name(f"{session.file.path.stem}-clean-up")
    number, free = 1, plain
    while free.exists():
        number += 1
        free = plain.with_name(f"{plain.name}-{number}")
    return free
