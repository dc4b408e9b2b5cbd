"""Which files are the list of patients and which are exports of entries, among those given.

A file is an export where its columns say so, or a person does: `MEDICATION.csv=medication`. The
rows of exports are joined to one list; who is a patient is never taken from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recordpick.errors import UserError
from recordpick.index.as_at import FoundDay
from recordpick.index.list_columns import ListColumns
from recordpick.index.list_columns import find_header as find_list_header
from recordpick.index.readers.list_rows import rows_of
from recordpick.index.readers.report_exports.reader import (
    Export,
    is_list_too,
    is_one_row_an_entry,
    recognise,
)
from recordpick.index.readers.report_exports.vocabulary import (
    Kind,
    choices,
    detail_names,
    plain,
    said_kind,
)

LIST = "list"
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".ods")
"""Extensions of the files of a folder that are read."""


@dataclass(frozen=True)
class Arranged:
    """A list of patients, and the exports whose rows are joined to it."""

    listed: Path
    exports: tuple[Export, ...]
    folder: Path | None = None
    """The folder that stands for these files, if one was given."""

    def days(self) -> list[tuple[str, FoundDay | None]]:
        """Return the name of each export with the day on which it was made, as far as it says."""
        return [(export.path.name, export.day()) for export in self.exports]


@dataclass(frozen=True)
class _Given:
    path: Path
    kind: Kind | None = None
    is_list: bool = False


def named_kind(path: Path) -> tuple[Path, str]:
    """Return a path, and what is said of it after a "=": `MEDICATION.csv=medication`.

    A path that exists is taken as it is. UserError where what is said is not known.
    """
    before, sign, after = path.name.rpartition("=")
    if not sign or path.exists() or not path.with_name(before or "=").exists():
        return path, ""
    if plain(after) != LIST and said_kind(after) is None:
        known = ", ".join(name.replace("_", " ") for name in choices())
        raise UserError(f"{path}: {after!r} is no kind of report. Known are: list, {known}.")
    return path.with_name(before), after


def is_folder_of_reports(path: Path) -> bool:
    """Return whether a folder has files that may be a list and exports."""
    return len(files_of(path)) > 1


def files_of(folder: Path) -> list[Path]:
    """Return the files of a folder that may be a list or an export, by name."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in ENDINGS
        and file.is_file()
        and not file.name.startswith((".", "~$"))
    )


def arrange(sources: Sequence[Path]) -> Arranged | None:
    """Return the list and the exports; None where no file is an export.

    UserError where there are exports, but not exactly one list.
    """
    given = [_given(path) for path in sources]
    named = any(one.kind for one in given)
    if not named and (len(given) == 1 or any(one.path.is_dir() for one in given)):
        for one in given:
            _check_is_a_list(one, len(given))
        return None
    lists, exports = _sort(given)
    if len(lists) > 1:
        _check_each_says_something([path for path in lists if path not in _called_lists(given)])
    if not exports:
        return None
    if not lists:
        with_kind = {one.path for one in given if one.kind is not None}
        may_be = [one for one in exports if one.path not in with_kind and is_list_too(one)]
        if len(may_be) == 1:
            exports.remove(may_be[0])
            lists.append(may_be[0].path)
    if len(lists) != 1 or not exports:
        raise UserError(_not_one_list(lists, exports))
    return Arranged(lists[0], tuple(exports))


def _sort(given: Sequence[_Given]) -> tuple[list[Path], list[Export]]:
    """Return the files that are lists of patients, as far as their columns say, and the exports."""
    lists: list[Path] = []
    exports: list[Export] = []
    for one in given:
        if one.path.is_dir():
            raise UserError(
                f"{one.path}: exports are joined to a list of patients, not to a folder. Leave the "
                "exports out, or give a list instead."
            )
        export = None if one.is_list else recognise(one.path, one.kind)
        if export is None:
            lists.append(one.path)
        else:
            exports.append(export)
    return lists, exports


def _called_lists(given: Sequence[_Given]) -> set[Path]:
    return {one.path for one in given if one.is_list}


def _given(path: Path) -> _Given:
    file, said = named_kind(path)
    is_list = plain(said) == LIST
    return _Given(file, None if is_list or not said else said_kind(said), is_list)


def _check_is_a_list(one: _Given, count: int) -> None:
    """Refuse an export where a list is expected: each of its patients would be there many times."""
    if one.is_list or not one.path.is_file() or one.path.suffix.lower() not in ENDINGS:
        return
    try:
        export = recognise(one.path)
        if export is None or not is_one_row_an_entry(export):
            return
    except UserError:
        return  # the reader of lists says what is wrong with it
    if count > 1:
        raise UserError(
            f"{one.path} lists {export.says}, one row an entry. Such exports are joined to a "
            "list of patients, not to an extract or a folder: leave it out, or give a list "
            "instead."
        )
    raise UserError(
        f"{one.path} lists {export.says}, one row an entry: it is not a list of patients. Give a "
        f"list of all patients too: recordpick index LIST.csv {one.path.name} --out DIR."
    )


_WHO = frozenset({"patient_id", "nhs_number", "family_name", "given_name", "date_of_birth"})


def _check_each_says_something(lists: Sequence[Path]) -> None:
    """Refuse a file beside a list whose columns say nothing that is known of its patients."""
    headers = {path: found for path in lists if (found := _header_of(path)) is not None}
    most = max((len(header.taken) for header in headers.values()), default=0)
    for path, header in headers.items():
        unknown = [name for name in header.unused if plain(name) not in detail_names()]
        known = {*header.taken, *(("address",) if header.address else ())}
        if unknown and known <= _WHO and len(header.taken) < most:
            raise UserError(
                f"{path}: nothing says what this file lists: none of its columns "
                f"{', '.join(unknown[:8])} is known. A report is recognised by columns such as "
                "Problem, Drug, Allergy, Vaccine, Appointment Date, Referral Date, Document Type "
                "or Due Date, or by a term or code with a date or value. Give the columns such "
                f"names, or say what it lists, as in {path.name}=problems or {path.name}=list."
            )


def _header_of(path: Path) -> ListColumns | None:
    """Return what a file's header is as that of a list; None where it cannot be read as one."""
    if path.suffix.lower() not in ENDINGS:
        return None
    try:
        return find_list_header(rows_of(path).rows)
    except UserError:
        return None


def _not_one_list(lists: Sequence[Path], exports: Sequence[Export]) -> str:
    if not lists:
        each = ", ".join(f"{export.path.name} lists {export.says}" for export in exports)
        return (
            f"None of these files is a list of patients: {each}. Add a list of all patients (NHS "
            "Number, name, Date of Birth, who is registered), or say which one it is, as in "
            f"{exports[0].path.name}=list. Who is a patient is not taken from rows of entries."
        )
    names = " and ".join(path.name for path in lists)
    return (
        f"{names} each look like a list of patients, as none of their columns is known as one of "
        "an entry, and the rows of exports are joined to one list. Put all patients into one "
        f"list, or say what a file lists, as in {lists[-1].name}=medication."
    )
