"""Write the hand-over pack: a folder, or an encrypted file, that appears complete or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl

from recordpick.atomic import atomic_folder, check_free, write_new
from recordpick.errors import UserError
from recordpick.handover.criteria_report import STATES
from recordpick.handover.encrypted import check_free_file, new_passphrase, write_encrypted
from recordpick.handover.pack_contents import SUMS, Options, pack_contents
from recordpick.handover.selection_list import list_id
from recordpick.index.practice_index import PracticeIndex
from recordpick.matching import Matches
from recordpick.progress import Progress, silent
from recordpick.selection.state import Selection
from recordpick.selection.working_file import ChangedMeanwhileError, WorkingFile

_ATTEMPTS = 5
"""How often a pack is made again because people go on picking meanwhile."""


def export(
    file: WorkingFile,
    index: PracticeIndex,
    out: Path,
    matches: Matches,
    progress: Progress = silent,
    *,
    options: Options = Options(),  # noqa: B008 - a frozen value
) -> Path:
    """Write the hand-over pack of a working file to the folder `out`, and return its path.

    `out` must not exist, or be empty. `index` must be the one that the file was made with, and
    `matches` its answers to the file's pack. The export is recorded in the working file before
    the folder appears under its name, so that no two lists ever have the same list_id.

    UserError where the folder cannot be written; nothing is left behind then.
    """
    check_free(out)

    def write(head: str, named: str, contents: dict[str, bytes]) -> None:
        with atomic_folder(out) as folder:
            for done, (name, content) in enumerate(contents.items()):
                progress(f"writing {name}", done / len(contents))
                write_new(folder / name, content)
            file.record_export(out, _content_id(contents), head, named)

    _write_up_to_date(file, index, matches, options, progress, write)
    progress("written", 1.0)
    return out


def export_encrypted(
    file: WorkingFile,
    index: PracticeIndex,
    out: Path,
    matches: Matches,
    progress: Progress = silent,
    *,
    options: Options = Options(),  # noqa: B008 - a frozen value
    passphrase: str = "",
) -> str:
    """Write the pack as one zip file, encrypted with AES-256, and return its passphrase.

    The passphrase is made here, unless one is given that somebody has seen already. It is written
    nowhere: the caller shows it once. `out` must not exist; its files are in a folder of its name.
    UserError as for `export`.
    """
    check_free_file(out)
    passphrase = passphrase or new_passphrase()

    def write(head: str, named: str, contents: dict[str, bytes]) -> None:
        progress(f"encrypting {out.name}", None)
        write_encrypted(
            out,
            contents,
            passphrase,
            before_it_appears=lambda: file.record_export(out, _content_id(contents), head, named),
        )

    _write_up_to_date(file, index, matches, options, progress, write)
    progress("written", 1.0)
    return passphrase


def _write_up_to_date(
    file: WorkingFile,
    index: PracticeIndex,
    matches: Matches,
    options: Options,
    progress: Progress,
    write: Callable[[str, str, dict[str, bytes]], None],
) -> None:
    """Make the pack and write it; make it again where somebody decided something meanwhile.

    Results are imported by what the journal says was handed over, so the list in the pack must be
    what the events before the export lead to.
    """
    for attempts_left in reversed(range(_ATTEMPTS)):
        head, selection = file.snapshot()
        name = list_id(file.id, len(selection.exports) + 1, head)
        contents = _contents(file, selection, index, matches, options, progress, name)
        try:
            write(head, name, contents)
        except ChangedMeanwhileError:
            if not attempts_left:
                raise
        else:
            return


def _contents(
    file: WorkingFile,
    selection: Selection,
    index: PracticeIndex,
    matches: Matches,
    options: Options,
    progress: Progress,
    name: str,
) -> dict[str, bytes]:
    if index.fingerprint != file.index_fingerprint:
        raise UserError(
            f"{index.folder} is another practice index than {file.path.name} was made with: "
            "the list would name the wrong patients. Name the right folder (--index)."
        )
    if file.read_only:
        raise UserError(
            f"{file.path.name} can only be read, so the export cannot be recorded in it. "
            f"{file.why_read_only}"
        )
    return pack_contents(file, selection, index, matches, options, progress, name)


def _content_id(contents: dict[str, bytes]) -> str:
    """Return the fingerprint of the pack's content: the SHA-256 of its SHA256SUMS."""
    return hashlib.sha256(contents[SUMS]).hexdigest()


def summary(folder: Path) -> list[str]:
    """Return what is in a pack that recordpick wrote, as a few lines of text."""
    selected = pl.read_csv(folder / "selection_list.csv", infer_schema=False, glob=False)
    criteria = pl.read_csv(
        folder / "criteria_report.csv", infer_schema=False, glob=False
    ).with_columns(pl.col("wanted", "found", "picked").cast(pl.UInt32))
    random = criteria.filter(pl.col("criterion_id").is_null())
    criteria = criteria.filter(pl.col("criterion_id").is_not_null())
    states = dict(criteria["state"].value_counts().iter_rows())
    records = selected["patient_id"].n_unique()
    picks = criteria["picked"].sum()
    return [
        f"{folder}: {selected.height:,} lines for {records:,} patient records",
        f"  {criteria.height} criteria, {picks:,} picks; {random['picked'].sum()} random records",
        *(
            f"  {states[state]:>4} {meaning}"
            for state, meaning in STATES.items()
            if state in states
        ),
        *(f"  {path.name}" for path in sorted(folder.iterdir())),
    ]
