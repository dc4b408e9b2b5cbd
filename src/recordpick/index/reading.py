"""Which reader a source is for: recognised by what it is, unless that is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from recordpick.errors import UserError
from recordpick.index.emis.files import is_emis_extract
from recordpick.index.emis.reading import read_emis
from recordpick.index.from_folder import is_folder_of_tables, read_folder
from recordpick.index.from_list import read_list
from recordpick.index.from_mapping import read_mapped
from recordpick.index.parts import Announce, Source
from recordpick.index.practice_toml import with_practice_toml
from recordpick.index.questions import NO_ANSWERS, Answers, Question
from recordpick.index.systmone.files import is_systmone_extract
from recordpick.index.systmone.reading import read_systmone
from recordpick.index.vision.files import is_vision_extract
from recordpick.index.vision.reading import read_vision

SourceKind = Literal["emis", "systmone", "vision", "tables", "list"]
SOURCE_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
"""What a source may be said to be: an extract of a system, a folder of tables, a list."""


def kind_of_source(path: Path) -> SourceKind:
    """Tell what a source is by its files' names; UserError for a folder that is none."""
    if not path.is_dir():
        return "list"
    if is_folder_of_tables(path):
        return "tables"
    if is_systmone_extract(path):
        return "systmone"
    if is_vision_extract(path):
        return "vision"
    if is_emis_extract(path):
        return "emis"
    raise UserError(
        f"{path}: there is no patients.csv or patients.parquet in this folder, nor are there "
        "files named as an extract of EMIS, SystmOne or Vision names them. "
        "For other files, write a mapping file and add it with --map."
    )


def read_source(
    path: Path,
    work: Path,
    mapping: Path | None = None,
    kind: SourceKind | None = None,
    answers: Answers = NO_ANSWERS,
    announce: Announce = lambda _: None,
) -> Source:
    """Read a source with the reader it is for; UserError if there is none.

    `work` is an empty folder in which a reader may put what it must rewrite. A source for which
    there is a mapping is read by it, whatever else it may look like; `kind` says what a source is
    that is not recognised, or taken for something else. Large files are announced (parts.py).
    """
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder.")
    if mapping is not None:
        return read_mapped(path, work, mapping)
    kind = kind or kind_of_source(path)
    if kind == "list":
        return read_list(path, answers)
    if not path.is_dir():
        raise UserError(f"{path}: this is a file. For --from {kind} give the folder of the files.")
    readers: dict[str, Callable[[Path, Path], Source]] = {
        "tables": read_folder,
        "emis": partial(read_emis, announce=announce),
        "systmone": read_systmone,
        "vision": read_vision,
    }
    return with_practice_toml(readers[kind](path, work), path)


def questions_about(
    sources: Sequence[Path],
    mapping: Path | None = None,
    kinds: Sequence[SourceKind | None] = (),
    answers: Answers = NO_ANSWERS,
) -> tuple[Question, ...]:
    """Give what hand-made lists among the sources leave open, for a person to answer first.

    Who is registered is only asked where all sources are lists: else the others say it. UserError
    as from `read_source`.
    """
    if mapping is not None:
        return ()
    said = kinds if len(kinds) == len(sources) else [*(kinds or [None])] * len(sources)
    of = [kind or kind_of_source(path) for path, kind in zip(sources, said, strict=True)]
    asked = [
        question
        for path, kind in zip(sources, of, strict=True)
        if kind == "list" and path.exists()
        for question in read_list(path, answers).questions
    ]
    lists_only = all(kind == "list" for kind in of)
    return tuple(one for one in asked if one.about != "registered" or lists_only)
