"""Finding the new system's records that a working file says were compared with the practice's."""

from __future__ import annotations

from pathlib import Path

from recordpick.errors import UserError
from recordpick.index.manifest import MANIFEST
from recordpick.index.practice_index import open_index
from recordpick.local_time import local_time
from recordpick.selection.known_folders import is_below, is_known, last_name
from recordpick.selection.working_file import WorkingFile
from recordpick.text import day


def compared_folder(file: WorkingFile, old: str) -> Path | None:
    """Return where the new system's records are that were compared last; None before any were.

    `old` is the fingerprint of the practice's records now. UserError, which says what was compared
    and why it is not shown, where the folder is gone, is not looked at without a question, or is
    now an index of other records, or where the practice's records are others than then.
    """
    compared = file.compared_with
    if compared is None:
        return None
    hint, parent = compared.folder, file.path.parent
    what = f"The comparison of {day(local_time(compared.on))} with {hint} cannot be shown"
    if compared.old != old:
        raise UserError(
            f"{what} as it was: the practice's own records are another extract now. Choose the new "
            "system's records again to compare them with these."
        )
    name = last_name(hint)
    beside = [parent / name] if name else []
    may_look = is_below(hint, parent) or is_known(file.id, hint)
    for place in dict.fromkeys([Path(hint), *beside] if may_look else beside):
        if not place.exists():
            continue
        if (place / MANIFEST).is_file() and open_index(place).fingerprint != compared.new:
            raise UserError(
                f"{what}: {place} has other records now. Choose the new system's records again."
            )
        return place
    why = "it is not there any more" if may_look else "it was not opened on this computer before"
    raise UserError(f"{what}: {why}. Choose the new system's records again.")
