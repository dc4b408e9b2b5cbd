"""A folder of lists that staff exported, one a criterion, told apart by their file names.

A list belongs to the criterion whose id its name begins with: `MED-04.csv`, `med-04 controlled
drugs.xlsx`. The longest id wins, and what follows it must not go on as an id would (`MED-041.csv`
is not of MED-04).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from recordpick.errors import UserError
from recordpick.index.find_patients import SPREADSHEETS

ENDINGS = SPREADSHEETS | {".csv", ".txt", ".tsv"}


def lists_of_folder(
    folder: Path, criterion_ids: Iterable[str]
) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Give the list of each criterion that has one, and a sentence for each file that is none.

    UserError if there is no such folder, or two lists are of one criterion.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: there is no such folder of lists.")
    ids = sorted(criterion_ids, key=len, reverse=True)
    found: dict[str, Path] = {}
    others: list[str] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in ENDINGS or not path.is_file():
            others.append(f"{path}: this is no list, and was left out.")
            continue
        criterion_id = next((name for name in ids if _is_of(path.stem, name)), None)
        if criterion_id is None:
            others.append(f"{path}: its name begins with no criterion's id; it was left out.")
        elif criterion_id in found:
            raise UserError(
                f"{found[criterion_id]} and {path} are both lists for {criterion_id}: "
                "leave one of them in the folder."
            )
        else:
            found[criterion_id] = path
    if not found:
        raise UserError(
            f"{folder}: no list in it is named after a criterion. Call it by the criterion's id, "
            f"such as {ids[-1] if ids else 'MED-04'}.csv."
        )
    return found, tuple(others)


def _is_of(stem: str, criterion_id: str) -> bool:
    if not stem.lower().startswith(criterion_id.lower()):
        return False
    rest = stem[len(criterion_id) :]
    return not rest or not (rest[0].isalnum() or rest[0] in "-.")
