"""Create a working file from a filled-in form, and first its practice index: for a thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recordpick.criteria.load import read_pack
from recordpick.errors import UserError
from recordpick.file_names import check_drive
from recordpick.index.as_at import check_as_at
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import open_index
from recordpick.index.readers.registry import questions_about
from recordpick.index.readers.report_exports.sources import named_kind
from recordpick.index.source import NO_ANSWERS, Answers, Question
from recordpick.progress import Progress, silent
from recordpick.report_requests.page_of_index import write_page_with_criteria
from recordpick.selection.events import Person
from recordpick.selection.typed_text import clean_ods_code
from recordpick.selection.working_file import WorkingFile
from recordpick.text import day
from recordpick.tui.screens.new_file import NewFile
from recordpick.tui.screens.what_was_read import WhatWasRead, what_was_read


@dataclass(frozen=True, slots=True)
class CreatedFile:
    """A working file that was created, and what a person must know about its records first."""

    path: Path
    warnings: tuple[str, ...]
    read: WhatWasRead | None = None
    """What was read for the index, if it was made just now."""


def questions_of(form: NewFile) -> tuple[Question, ...]:
    """Return what the records leave open and only a person can answer; nothing for an index."""
    if _is_index(form):
        return ()
    sources = [form.records, *form.reports]
    for source in sources:
        path, _ = named_kind(source)
        check_drive(path)
        if not path.exists():
            raise UserError(f"{path}: there is no such file or folder.")
    return questions_about(sources, form.mapping, as_at=form.as_at)


def create_working_file(
    form: NewFile, progress: Progress = silent, answers: Answers = NO_ANSWERS
) -> CreatedFile:
    """Create a working file, and first an index beside it unless `records` is an index."""
    if form.as_at is not None:
        check_as_at(form.as_at, "As at")
    ods_code = clean_ods_code(form.ods_code)
    if form.path.exists():
        raise UserError(f"{form.path} already exists: choose another name.")
    pack = read_pack(form.pack)
    is_new = not _is_index(form)
    if not is_new:
        index = open_index(form.records)
    else:
        out = form.path.with_name(f"{form.path.stem}-index")
        index = build_index(
            [form.records, *form.reports],
            out,
            mapping=form.mapping,
            as_at=form.as_at,
            practice=form.practice,
            answers=answers,
            progress=progress,
        )
    as_at = form.as_at or index.manifest.as_at
    practice = form.practice or index.manifest.practice
    person = Person(form.name, form.role)
    code = ods_code or index.manifest.ods_code
    with WorkingFile.create(form.path, pack, index, as_at, practice, person, ods_code=code):
        pass
    warnings = list(index.manifest.warnings)
    if as_at != index.manifest.as_at:
        warnings.append(
            f"The records are as they were on {day(index.manifest.as_at)}: only ages and periods "
            f"are calculated as at {day(as_at)}, not who is registered or which medicines are "
            "current."
        )
    if not is_new:
        return CreatedFile(form.path, tuple(warnings))
    progress("checking which criteria can be answered", None)
    write_page_with_criteria(pack, index)
    return CreatedFile(form.path, tuple(warnings), what_was_read(pack, index))


def _is_index(form: NewFile) -> bool:
    return not form.reports and (form.records / "index.json").is_file()
