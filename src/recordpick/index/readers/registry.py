"""Which reader a source is for: recognised by what it is, unless that is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from recordpick.errors import UserError
from recordpick.index.as_at import TODAY, AsAt, FoundDay, check_as_at, settle
from recordpick.index.last_entry import last_entry
from recordpick.index.manifest import MANIFEST, read_manifest
from recordpick.index.readers.emis.files import day_of_emis, is_emis_extract
from recordpick.index.readers.emis.reader import read_emis
from recordpick.index.readers.mapped import read_mapped
from recordpick.index.readers.mapping_file import read_mapping
from recordpick.index.readers.patient_list import read_list
from recordpick.index.readers.report_exports.reader import read_reports
from recordpick.index.readers.report_exports.sources import (
    Arranged,
    arrange,
    files_of,
    is_folder_of_reports,
    named_kind,
)
from recordpick.index.readers.systmone.files import day_of_systmone, is_systmone_extract
from recordpick.index.readers.systmone.reader import read_systmone
from recordpick.index.readers.tables import (
    PRACTICE,
    day_of_practice_toml,
    is_folder_of_tables,
    read_folder,
    with_practice_toml,
)
from recordpick.index.readers.vision.files import day_of_vision, is_vision_extract
from recordpick.index.readers.vision.reader import read_vision
from recordpick.index.source import NO_ANSWERS, Announce, Answers, Question, Source

SourceKind = Literal["emis", "systmone", "vision", "tables", "list"]
SOURCE_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
"""What a source may be said to be: an extract of a system, a folder of tables, a list."""


def kind_of_source(path: Path) -> SourceKind:
    """Return what a source is by its files' names; UserError for a folder that is none."""
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
    as_at: date | None = None,
) -> Source:
    """Read a source with the reader it is for; UserError if there is none.

    `work` is an empty folder in which a reader may put what it must rewrite. A source for which
    there is a mapping is read by it, whatever else it may look like; `kind` says what a source is
    that is not recognised, or taken for something else. Large files are announced (parts.py).
    What depends on a day is worked out as at `as_at`; where that is not given, as at the day that
    the source says, else today.
    """
    _check_is_there(path)
    if mapping is not None:
        return read_mapped(path, work, mapping)
    kind = kind or kind_of_source(path)
    if kind == "list":
        return read_list(path, answers)
    _check_is_folder(path, kind)
    day = as_at or settle(None, [(path.name, day_of_source(path, None, kind))]).day
    readers: dict[str, Callable[[Path, Path], Source]] = {
        "tables": read_folder,
        "emis": partial(read_emis, as_at=day, announce=announce),
        "systmone": partial(read_systmone, as_at=day),
        "vision": partial(read_vision, as_at=day),
    }
    return with_practice_toml(readers[kind](path, work), path)


def read_sources(
    sources: Sequence[Path],
    work: Path,
    mapping: Path | None,
    kinds: Sequence[SourceKind],
    answers: Answers,
    announce: Announce,
    as_at: date | None,
) -> tuple[list[Source], AsAt]:
    """Read all sources as at one day, which is settled first; return them and that day.

    `work` is an empty folder. Lists are read before all others: some say the day themselves, and
    nothing in them is worked out from it.
    """
    if len(kinds) not in {0, 1, len(sources)}:
        raise UserError(
            f"{len(kinds)} kinds are said of {len(sources)} sources: say one for all, or one for "
            "each in their order."
        )
    arranged = None if mapping or kinds else _arranged(sources)
    if arranged is not None:
        return _read_arranged(arranged, work, answers, as_at)
    sources = [named_kind(source)[0] for source in sources]  # LIST.csv=list
    said = _one_kind_each(sources, kinds)
    read: dict[int, Source] = {}
    found: list[tuple[str, FoundDay | None]] = []
    for number, (source, kind) in enumerate(zip(sources, said, strict=True)):
        (work / f"source.{number}").mkdir()
        _check_is_there(source)
        if mapping is None and (kind or kind_of_source(source)) == "list":
            one = read[number] = read_list(source, answers)
            found.append((source.name, FoundDay(one.as_at, one.as_at_from) if one.as_at else None))
        else:
            found.append((source.name, day_of_source(source, mapping, kind)))
    given = as_at or answers.as_at
    is_open = given is None and not any(one for _, one in found)
    day = settle(given, found, _hint(sources, mapping, said) if is_open else "")
    for number, (source, kind) in enumerate(zip(sources, said, strict=True)):
        if number not in read:
            own = work / f"source.{number}"
            read[number] = read_source(source, own, mapping, kind, answers, announce, day.day)
    return [read[number] for number in range(len(sources))], day


def _arranged(sources: Sequence[Path]) -> Arranged | None:
    """Return the list and the exports among sources; None where there are none, or one is missing.

    A single folder of which no reader is sure stands for the files in it.
    """
    for source in sources:
        _check_is_there(named_kind(source)[0])
    if len(sources) == 1 and sources[0].is_dir():
        if _is_known_folder(sources[0]) or not is_folder_of_reports(sources[0]):
            return None
        arranged = arrange(files_of(sources[0]))
        return None if arranged is None else replace(arranged, folder=sources[0])
    return arrange(sources)


def _is_known_folder(path: Path) -> bool:
    known = (is_folder_of_tables, is_systmone_extract, is_vision_extract, is_emis_extract)
    return any(is_one(path) for is_one in known)


def _read_arranged(
    arranged: Arranged, work: Path, answers: Answers, as_at: date | None
) -> tuple[list[Source], AsAt]:
    """Read a list and the exports of its patients as at one day."""
    listed = read_list(arranged.listed, answers)
    own = FoundDay(listed.as_at, listed.as_at_from) if listed.as_at else None
    found = [(arranged.listed.name, own), *arranged.days()]
    folder = arranged.folder
    if folder is not None and (said := day_of_practice_toml(folder)):
        found.insert(0, (folder.name, FoundDay(check_as_at(said, str(folder)), PRACTICE)))
    day = settle(as_at or answers.as_at, found)
    source = read_reports(listed, arranged.exports, day.day, work, answers)
    return [source if folder is None else with_practice_toml(source, folder)], day


def _one_kind_each(
    sources: Sequence[Path], kinds: Sequence[SourceKind | None]
) -> list[SourceKind | None]:
    """Return what each source is said to be; None for one that is to be recognised."""
    if len(kinds) == len(sources):
        return list(kinds)
    return [kinds[0] if kinds else None] * len(sources)


def day_of_source(
    path: Path, mapping: Path | None = None, kind: SourceKind | None = None
) -> FoundDay | None:
    """Return the day as at which a source's records are, as far as it says so; None where not.

    A mapping file, `practice.toml` beside the files, an index's own manifest; then what each system
    writes: the names of EMIS's and Vision's files, SystmOne's SRManifest, a line above a list.
    UserError as from `read_source`.
    """
    _check_is_there(path)
    if mapping is not None:
        day = read_mapping(mapping).as_at
        return None if day is None else FoundDay(check_as_at(day, str(mapping)), mapping.name)
    kind = kind or kind_of_source(path)
    if kind == "list":
        found = read_list(path)
        return FoundDay(found.as_at, found.as_at_from) if found.as_at else None
    _check_is_folder(path, kind)
    day = day_of_practice_toml(path)
    if day is not None:
        return FoundDay(check_as_at(day, str(path / PRACTICE)), PRACTICE)
    return _DAY_OF[kind](path)


def _day_of_tables(path: Path) -> FoundDay | None:
    """Return the as-at date of a folder of tables that is an index itself."""
    if not (path / MANIFEST).is_file():
        return None
    return FoundDay(read_manifest(path).as_at, f"{path.name}/{MANIFEST}")


_DAY_OF: dict[str, Callable[[Path], FoundDay | None]] = {
    "tables": _day_of_tables,
    "emis": day_of_emis,
    "systmone": day_of_systmone,
    "vision": day_of_vision,
}


def _check_is_there(path: Path) -> None:
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder.")


def _check_is_folder(path: Path, kind: SourceKind) -> None:
    if not path.is_dir():
        raise UserError(f"{path}: this is a file. For --from {kind} give the folder of the files.")


def questions_about(
    sources: Sequence[Path],
    mapping: Path | None = None,
    kinds: Sequence[SourceKind | None] = (),
    answers: Answers = NO_ANSWERS,
    as_at: date | None = None,
) -> tuple[Question, ...]:
    """Return what the sources leave open, for a person to answer first.

    Who is registered is only asked where all sources are lists: else the others say it. The day of
    the export is asked last, where neither `as_at` nor any source says it. UserError as from
    `read_source`.
    """
    is_known = as_at is not None or answers.as_at is not None
    if not mapping and not kinds and all(named_kind(path)[0].exists() for path in sources):
        arranged = _arranged(sources)
        if arranged is not None:
            with TemporaryDirectory(prefix="recordpick.") as folder:
                read_all, day = _read_arranged(arranged, Path(folder), answers, as_at)
            questions = [one for source in read_all for one in source.questions]
            if day.source == TODAY:
                questions.append(_which_day(sources, ""))
            return tuple(questions)
    sources = [named_kind(source)[0] for source in sources]
    said = _one_kind_each(sources, kinds)
    asked: list[Question] = []
    lists_only = mapping is None
    for path, kind in zip(sources, said, strict=True):
        if not path.exists():
            continue
        if mapping is None and (kind or kind_of_source(path)) == "list":
            read = read_list(path, answers)
            asked += read.questions
            is_known = is_known or read.as_at is not None
        else:
            lists_only = False
            is_known = is_known or day_of_source(path, mapping, kind) is not None
    open_ones = [one for one in asked if one.about != "registered" or lists_only]
    if not is_known and sources:
        open_ones.append(_which_day(sources, _hint(sources, mapping, said)))
    return tuple(open_ones)


def _hint(sources: Sequence[Path], mapping: Path | None, kinds: Sequence[SourceKind | None]) -> str:
    """Say on which day the last entry was made, where that can be told."""
    if mapping is not None:
        return ""
    found = [
        day
        for path, kind in zip(sources, kinds, strict=True)
        if (day := last_entry(path, kind or kind_of_source(path)))
    ]
    if not found:
        return ""
    last = max(found)
    return f"The last entry was made on {last.day} {last:%B %Y}: the export is of then or later."


def _which_day(sources: Sequence[Path], hint: str) -> Question:
    names = " and ".join(path.name for path in sources)
    return Question(
        "as_at",
        names,
        "",
        f"{names}: nothing says of which day the records are. On which day was this export made? "
        "Who is registered, which medicines are current and all ages are worked out as at that "
        f"day. {hint}".rstrip(),
    )
