"""Which reader a source is for: recognised by what it is."""

from __future__ import annotations

from pathlib import Path

from recordpick.errors import UserError
from recordpick.index.from_folder import is_folder_of_tables, read_folder
from recordpick.index.from_list import read_list
from recordpick.index.from_mapping import read_mapped
from recordpick.index.parts import Source


def read_source(path: Path, work: Path, mapping: Path | None = None) -> Source:
    """Read a source with the reader it is for; UserError if there is none.

    `work` is an empty folder in which a reader may put what it must rewrite. A source for which
    there is a mapping is read by it, whatever else it may look like.
    """
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder.")
    if mapping is not None:
        return read_mapped(path, work, mapping)
    if path.is_dir() and is_folder_of_tables(path):
        return read_folder(path, work)
    if path.is_dir():
        raise UserError(
            f"{path}: there is no patients.csv or patients.parquet in this folder. "
            "For other files, write a mapping file and add it with --map."
        )
    return read_list(path)
