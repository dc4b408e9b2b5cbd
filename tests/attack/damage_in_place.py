"""A working file that is overwritten, cut off, replaced or deleted while it is open."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

from working_files import JO, PATIENTS, worked_on

from recordpick.errors import UserError
from recordpick.selection.database_errors import NotSavedError
from recordpick.selection.working_file import WorkingFile

from .registry import attack


def overwrite(path: Path, chance: random.Random) -> None:
    """Write over a chunk of the file, without a new name."""
    size = path.stat().st_size
    at = chance.randrange(size)
    length = min(size - at, chance.choice([1, 4, 100, 512, 4096, 20_000]))
    new = chance.choice([bytes(length), b"\xff" * length, chance.randbytes(length)])
    with path.open("r+b") as file:
        file.seek(at)
        file.write(new)


def overwrite_in_its_own_time(path: Path, chance: random.Random) -> None:
    """Overwrite a chunk and set the time of change back, as a failing disk has it."""
    before = path.stat()
    overwrite(path, chance)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def cut_off(path: Path, chance: random.Random) -> None:
    """Cut the file off."""
    os.truncate(path, chance.randrange(path.stat().st_size))


def replace(path: Path, chance: random.Random) -> None:
    """Put a copy in its place, or what is no working file, as a synchronising program does."""
    other = path.with_name("other")
    shutil.copyfile(path, other)
    if chance.random() < 0.5:
        overwrite(other, chance)
    other.replace(path)


def delete(path: Path, chance: random.Random) -> None:
    """Delete it, or move its folder away."""
    if chance.random() < 0.5:
        path.unlink()
    else:
        path.parent.rename(path.parent.with_name("away"))


def grow(path: Path, chance: random.Random) -> None:
    """Write something behind its end."""
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.randrange(1, 9_000)))


@attack("damage-in-place", "an open file overwritten, cut off, replaced or deleted", quick=20)
def damage_in_place(folder: Path, chance: random.Random) -> str:
    """The next change is refused in words, or the damage made no difference.

    What is held can be saved elsewhere, whole; nothing is written into a damaged file.
    """
    path = folder / "drive" / "practice.recordpick"
    path.parent.mkdir()
    file = worked_on(path)
    for patient in chance.sample(PATIENTS, chance.randrange(4)):
        file.note(patient, "seen " * chance.randrange(1, 300))
    how = chance.choice(
        [overwrite, overwrite, overwrite_in_its_own_time, cut_off, replace, delete, grow]
    )
    how(path, chance)
    damaged = path.read_bytes() if path.exists() else b""
    held = file.events
    try:
        file.note(chance.choice(PATIENTS), f"after {chance.random()}")
    except NotSavedError as error:
        assert file.events == held
        assert not path.exists() or path.read_bytes() == damaged, "something was written"
        outcome = "refused" if error.at_risk else "refused, and all is on the disk"
    else:
        assert len(file.events) == len(held) + 1
        outcome = "made no difference"
    copy = file.save_copy(folder / "saved.recordpick")
    held = file.events
    file.close()
    with WorkingFile.open(copy, JO) as saved:
        assert saved.events == held, "the copy has not all that was held"
        assert not saved.read_only
    if outcome != "refused":
        for beside in (folder, path.parent, folder / "away"):
            found = beside / path.name
            if found.exists():
                with WorkingFile.open(found, read_only=True) as again:
                    assert again.events == held, "a change went into a damaged file"
    elif path.exists():
        try:
            with WorkingFile.open(path, read_only=True) as again:
                assert again.events == held[: len(again.events)]
        except UserError:
            pass
    return f"{how.__name__.replace('_', ' ')}: {outcome}"
