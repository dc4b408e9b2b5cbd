"""Where the demonstration stands: a folder that was named, or one that goes when the app ends."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

FILE = "demonstration.recordpick"
_MADE = frozenset({"practice", "index"})


class DemoFolder:
    """Gives the folder, and takes it away at the end if nobody named it or wrote into it."""

    def __init__(self, named: Path | None = None) -> None:
        """Take the folder that was named; None: one is made for this run when it is wanted."""
        self._named = named
        self._made: Path | None = None

    @property
    def path(self) -> Path:
        """The folder; made now, if need be."""
        if self._named is not None:
            return self._named
        if self._made is None:
            self._made = Path(tempfile.mkdtemp(prefix="recordpick-demo-"))
        return self._made

    @property
    def says(self) -> str:
        """What to say when it opens."""
        if self._named is not None:
            return f"All patients are made up. The demonstration is kept in {self._named}."
        return "All patients are made up. The demonstration is taken away when you leave."

    def leave(self) -> str:
        """Take away a folder that was made for this run; say where it is if it stays.

        It stays where something was written beside what was made: an export is somebody's work.
        """
        folder = self._made
        if folder is None or not folder.is_dir():
            return ""
        theirs = [path for path in folder.iterdir() if not self._is_ours(path)]
        if theirs:
            return (
                f"What you wrote from the demonstration is in {folder}. All patients in it are "
                "made up; delete the folder when you need it no more."
            )
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            return f"The demonstration could not be taken away from {folder}: you may delete it."
        return ""

    def _is_ours(self, path: Path) -> bool:
        return path.name in _MADE or path.name.startswith((FILE, Path(FILE).stem + ".", "."))
