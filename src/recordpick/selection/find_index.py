"""Finding the practice index of a working file: the one with the fingerprint that the file names.

Picks made against one index must never be shown beside the patients of another, so an index with
another fingerprint is refused with words that say so; using a newer extract is a decision of its
own (`WorkingFile.use_index`). `known_folders.py` says which folders are looked at without a
question.
"""

from __future__ import annotations

from pathlib import Path

from recordpick.atomic import restore_interrupted
from recordpick.errors import UserError
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.selection.known_folders import is_below, is_known, last_name, remember
from recordpick.selection.working_file import WorkingFile


class UnknownFolderError(UserError):
    """A working file names a folder as its index that nobody here has used it with.

    It was not opened. `folder` is what the file names.
    """

    def __init__(self, message: str, folder: Path) -> None:
        """Take the sentence, and the folder."""
        super().__init__(message)
        self.folder = folder


def index_of(file: WorkingFile, folder: Path | None = None) -> PracticeIndex:
    """Open the index that the working file was made with.

    `folder` says where it is now; without it, it is looked for where it was when the file was made,
    and then beside the file under the same name. UserError if it is not found, or is another one;
    UnknownFolderError where it may be in a folder that is not looked at without a question.
    """
    if folder is not None:
        index = open_index(folder)
        if index.fingerprint != file.index_fingerprint:
            raise UserError(_another(file, folder, index))
        remember(file.id, str(folder.absolute()))
        return index
    hint = file.index_used.folder
    if not hint:
        raise UserError(f"{file.path} does not say where its practice index is: name it (--index).")
    may_look = is_below(hint, file.path.parent) or is_known(file.id, hint)
    name = last_name(hint)
    beside = [file.path.parent / name] if name else []
    others: list[str] = []
    for place in dict.fromkeys([Path(hint), *beside] if may_look else beside):
        restore_interrupted(place)
        if not (place / "index.json").is_file():
            continue
        index = open_index(place)
        if index.fingerprint == file.index_fingerprint:
            return index
        others.append(_another(file, place, index))
    if others:
        raise UserError(*others)
    if not may_look:
        raise UnknownFolderError(
            f"{file.path.name} names {hint} as its practice index. That is outside its own folder, "
            "and you have not used this file with it on this computer, so it was not opened. If "
            f"you know it, name it (--index {hint}).",
            Path(hint),
        )
    raise UserError(
        f"The practice index of {file.path.name} is not at {hint}: say where it is now (--index), "
        "or make it again from the same export."
    )


def warn_of_other_practice(file: WorkingFile, index: PracticeIndex) -> str:
    """Return a warning where the index has another ODS code than the working file; "" otherwise.

    There is none where either has no code.
    """
    ours, other = file.ods_code, index.manifest.ods_code
    if not ours or not other or ours == other:
        return ""
    return (
        f"The index is of the practice with ODS code {other}, and {file.path.name} of {ours}. Use "
        "it only if your practice's code has changed: another practice's patient numbers are other "
        "people's."
    )


def _another(file: WorkingFile, folder: Path, index: PracticeIndex) -> str:
    manifest = index.manifest
    warning = warn_of_other_practice(file, index)
    return (
        f"{folder} is another practice index than {file.path.name} was made with: that of "
        f"{manifest.practice or 'a practice without a name'}, made {manifest.made_at[:10]}, with "
        f"{manifest.tables['patients'].rows:,} patients. The picks are not shown beside it; name "
        "the right folder (--index)." + (f" {warning}" if warning else "")
    )
