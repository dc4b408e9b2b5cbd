"""What is compared: an index, or an extract of which an index is made for the time being."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from recordpick.errors import UserError
from recordpick.file_names import check_drive
from recordpick.index.manifest import MANIFEST
from recordpick.index.practice_index import PracticeIndex, open_index
from recordpick.progress import Progress


@contextmanager
def open_source(path: Path, progress: Progress) -> Iterator[PracticeIndex]:
    """Yield the index at `path`, or one of the extract there, which is deleted afterwards.

    UserError where it is neither.
    """
    check_drive(path)
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder.")
    if (path / MANIFEST).is_file():
        yield open_index(path)
        return
    from recordpick.index.build.build_index import build_index

    with TemporaryDirectory(prefix="recordpick-") as folder:
        yield build_index([path], Path(folder) / "index", progress=progress)
