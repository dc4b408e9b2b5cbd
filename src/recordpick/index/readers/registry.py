"""Choosing a source's reader by its kind, which is recognised or given, and reading with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from recordpick.errors import UserError
from recordpick.file_names import check_drive
from recordpick.index.as_at import TODAY, AsAt, FoundDay, check_as_at, settle
from recordpick.index.last_entry import last_entry
from recordpick.index.readers import LIST, READERS
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
from recordpick.index.readers.tables import (
    PRACTICE,
    day_of_practice_toml,
    with_practice_toml,
)
from recordpick.index.source import NO_ANSWERS, Announce, Answers, FolderReader, Question, Source
from recordpick.text import day_in_full


def folder_reader(kind: str) -> FolderReader:
    """Return the reader of a kind of folder."""
    reader = import_module(READERS[kind].module).READER
    assert isinstance(reader, FolderReader), kind
    return reader


def kind_of_source(path: Path) -> str:
    """Return the kind of a source by its files' names; UserError for an unknown folder."""
    if not path.is_dir():
        return LIST
    for kind in READERS:
        if kind != LIST and folder_reader(kind).is_for(path):
            return kind
    known = "; ".join(
        f"{one.recognised_by.replace('`', '')} ({one.name})"
        for kind, one in READERS.items()
        if kind != LIST
    )
    raise UserError(
        f"{path}: this folder's files are not named as in any source that recordpick knows. It "
        f"looks for: {known}. For other files, write a mapping file and add it with --map."
    )


def read_source(
    path: Path,
    work: Path,
    mapping: Path | None = None,
    kind: str | None = None,
    answers: Answers = NO_ANSWERS,
    announce: Announce = lambda _: None,
    as_at: date | None = None,
) -> Source:
    """Read a source with the reader of its kind; UserError if there is none.

    `work` is an empty folder for converted copies. A source with a mapping is read with it,
    whatever its files' names are; `kind` is the kind of a source that is not recognised, or
    recognised wrongly. Large files are announced before they are read. What depends on a day is
    calculated as at `as_at`; if it is not given, as at the day that the source states, otherwise
    today.
    """
    _check_exists(path)
    if mapping is not None:
        return read_mapped(path, work, mapping)
    kind = kind or kind_of_source(path)
    if kind == LIST:
        return read_list(path, answers)
    _check_is_folder(path, kind)
    day = as_at or settle(None, [(path.name, day_of_source(path, None, kind))]).day
    return with_practice_toml(folder_reader(kind).read(path, work, day, announce), path)


def read_sources(
    sources: Sequence[Path],
    work: Path,
    mapping: Path | None,
    kinds: Sequence[str],
    answers: Answers,
    announce: Announce,
    as_at: date | None,
) -> tuple[list[Source], AsAt]:
    """Read all sources as at one day, which is settled first; return them and that day.

    `work` is an empty folder. Lists are read before all others: some state the day themselves, and
    nothing in them depends on it.
    """
    if len(kinds) not in {0, 1, len(sources)}:
        raise UserError(
            f"There are {len(kinds)} kinds for {len(sources)} sources: give one for all, or one "
            "for each in the same order."
        )
    arranged = None if mapping or kinds else _arranged(sources)
    if arranged is not None:
        return _read_arranged(arranged, work, answers, as_at)
    sources = [named_kind(source)[0] for source in sources]  # LIST.csv=list
    kind_of_each = _one_kind_each(sources, kinds)
    read: dict[int, Source] = {}
    found: list[tuple[str, FoundDay | None]] = []
    for number, (source, kind) in enumerate(zip(sources, kind_of_each, strict=True)):
        (work / f"source.{number}").mkdir()
        _check_exists(source)
        if mapping is None and (kind or kind_of_source(source)) == "list":
            one = read[number] = read_list(source, answers)
            found.append((source.name, FoundDay(one.as_at, one.as_at_from) if one.as_at else None))
        else:
            found.append((source.name, day_of_source(source, mapping, kind)))
    given = as_at or answers.as_at
    is_open = given is None and not any(one for _, one in found)
    day = settle(given, found, _hint(sources, mapping, kind_of_each) if is_open else "")
    for number, (source, kind) in enumerate(zip(sources, kind_of_each, strict=True)):
        if number not in read:
            own = work / f"source.{number}"
            read[number] = read_source(source, own, mapping, kind, answers, announce, day.day)
    return [read[number] for number in range(len(sources))], day


def _arranged(sources: Sequence[Path]) -> Arranged | None:
    """Return the list and the exports among sources; None where there are none, or one is missing.

    A single folder of which no reader is sure stands for the files in it.
    """
    for source in sources:
        _check_exists(named_kind(source)[0])
    if len(sources) == 1 and sources[0].is_dir():
        if _is_known_folder(sources[0]) or not is_folder_of_reports(sources[0]):
            return None
        arranged = arrange(files_of(sources[0]))
        return None if arranged is None else replace(arranged, folder=sources[0])
    return arrange(sources)


def _is_known_folder(path: Path) -> bool:
    return any(folder_reader(kind).is_for(path) for kind in READERS if kind != LIST)


def _read_arranged(
    arranged: Arranged, work: Path, answers: Answers, as_at: date | None
) -> tuple[list[Source], AsAt]:
    """Read a list and the exports of its patients as at one day."""
    listed = read_list(arranged.listed, answers)
    own = FoundDay(listed.as_at, listed.as_at_from) if listed.as_at else None
    found = [(arranged.listed.name, own), *arranged.days()]
    folder = arranged.folder
    if folder is not None and (day := day_of_practice_toml(folder)):
        found.insert(0, (folder.name, FoundDay(check_as_at(day, str(folder)), PRACTICE)))
    as_at_day = settle(as_at or answers.as_at, found)
    source = read_reports(listed, arranged.exports, as_at_day.day, work, answers)
    return [source if folder is None else with_practice_toml(source, folder)], as_at_day


def _one_kind_each(sources: Sequence[Path], kinds: Sequence[str | None]) -> list[str | None]:
    """Return the given kind of each source; None for one that is to be recognised."""
    if len(kinds) == len(sources):
        return list(kinds)
    return [kinds[0] if kinds else None] * len(sources)


def day_of_source(
    path: Path, mapping: Path | None = None, kind: str | None = None
) -> FoundDay | None:
    """Return the as-at date that a source states; None if it states none.

    It is in a mapping file, `practice.toml` beside the files, an index's own manifest; then in what
    each system writes: the names of EMIS's and Vision's files, SystmOne's SRManifest, a line above
    a list. UserError as from `read_source`.
    """
    _check_exists(path)
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
    return folder_reader(kind).day_of(path)


def _check_exists(path: Path) -> None:
    check_drive(path)
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder.")


def _check_is_folder(path: Path, kind: str) -> None:
    if not path.is_dir():
        raise UserError(
            f"{path}: this is a file. For --from {kind} give the folder with the files."
        )


def questions_about(
    sources: Sequence[Path],
    mapping: Path | None = None,
    kinds: Sequence[str | None] = (),
    answers: Answers = NO_ANSWERS,
    as_at: date | None = None,
) -> tuple[Question, ...]:
    """Return the questions that the sources leave open, for a person to answer first.

    Who is registered is only asked if all sources are lists: otherwise the others say it. The day
    of the export is asked last, if neither `as_at` nor any source states it. UserError as from
    `read_source`.
    """
    is_known = as_at is not None or answers.as_at is not None
    if not mapping and not kinds and all(named_kind(path)[0].exists() for path in sources):
        arranged = _arranged(sources)
        if arranged is not None:
            with TemporaryDirectory(prefix="recordpick.") as folder:
                read_all, day = _read_arranged(arranged, Path(folder), answers, as_at)
            found = [one for source in read_all for one in source.questions]
            if day.source == TODAY:
                found.append(_which_day(sources, ""))
            return tuple(found)
    sources = [named_kind(source)[0] for source in sources]
    kind_of_each = _one_kind_each(sources, kinds)
    questions: list[Question] = []
    lists_only = mapping is None
    for path, kind in zip(sources, kind_of_each, strict=True):
        if not path.exists():
            continue
        if mapping is None and (kind or kind_of_source(path)) == "list":
            read = read_list(path, answers)
            questions += read.questions
            is_known = is_known or read.as_at is not None
        else:
            lists_only = False
            is_known = is_known or day_of_source(path, mapping, kind) is not None
    questions = [one for one in questions if one.about != "registered" or lists_only]
    if not is_known and sources:
        questions.append(_which_day(sources, _hint(sources, mapping, kind_of_each)))
    return tuple(questions)


def _hint(sources: Sequence[Path], mapping: Path | None, kinds: Sequence[str | None]) -> str:
    """Return a sentence with the day of the last entry; "" if it is unknown."""
    if mapping is not None:
        return ""
    kind_of_each = [kind or kind_of_source(path) for path, kind in zip(sources, kinds, strict=True)]
    last = last_entry(
        column
        for path, kind in zip(sources, kind_of_each, strict=True)
        if kind != LIST
        for column in folder_reader(kind).entry_dates(path)
    )
    if last is None:
        return ""
    return f"The last entry was made on {day_in_full(last)}: the export was made then or later."


def _which_day(sources: Sequence[Path], hint: str) -> Question:
    names = " and ".join(path.name for path in sources)
    return Question(
        "as_at",
        names,
        "",
        f"{names}: the date of the records is not stated. On which day was this export made? Who "
        "is registered, which medicines are current and all ages are calculated as at that day. "
        f"{hint}".rstrip(),
    )
