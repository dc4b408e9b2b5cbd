"""Reading criteria packs from files, or from the texts that a working file carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from recordpick.criteria.codelists import FILE_AT_MOST, FindCodelist, file_name
from recordpick.criteria.list_documents import list_from_document
from recordpick.criteria.pack import CODELISTS_FOLDER, Pack
from recordpick.criteria.spreadsheet_pack import ListOfCriteria, list_from_csv, pack_from_csv
from recordpick.criteria.toml_pack import pack_from_toml
from recordpick.criteria.toml_values import PACK_AT_MOST
from recordpick.csvio.records import decoded, read_bytes
from recordpick.document_tables import kind_of_document, read_document_tables
from recordpick.errors import UserError
from recordpick.regular_files import check_inside
from recordpick.resources import is_shipped

RESERVED_IDS = {"random": "the random records are", "all": "every criterion together is"}
"""Words that are no criterion's id, in any case, and what they mean instead."""


def read_pack(path: Path, sheets: Sequence[str] = ()) -> Pack:
    """Read and check a criteria pack: TOML with its codelists, or a list in words.

    UserError has one message for each problem, with file, criterion and line; a pack is never
    loaded in part. `sheets` names the sheets or tables to read, as in `read_criteria_list`.
    """
    if path.suffix.casefold() == ".toml":
        pack = pack_from_toml(path.name, toml_text(path), _codelists_beside(path))
        _check_ids(path.name, pack)
        return pack
    return read_criteria_list(path, sheets).pack


def read_criteria_list(path: Path, sheets: Sequence[str] = ()) -> ListOfCriteria:
    """Read criteria in words from CSV, a workbook (.xlsx, .ods) or a Word document (.docx).

    The type of the file is recognised by its content. `sheets` names the sheets to read (in Word,
    the numbers of the tables); without it the sheet with the list is found, and
    `WhichTableError` is raised if it could be any of several. Other problems raise UserError.
    """
    if not path.exists() or path.is_dir() or kind_of_document(path) == "text":
        if path.exists() and path.suffix.casefold() not in {".csv", ".tsv", ".txt"}:
            raise UserError(
                f"{path}: this is not a list of criteria. A criteria pack is a file ending in "
                ".toml, .csv, .xlsx, .ods or .docx."
            )
        text = decoded(read_bytes(path, PACK_AT_MOST), str(path))
        found = list_from_csv(path.name, text)
    else:
        found = list_from_document(path.name, read_document_tables(path), sheets)
    _check_ids(path.name, found.pack, found.places)
    return found


def _check_ids(name: str, pack: Pack, places: Mapping[str, str] | None = None) -> None:
    """Raise UserError for ids that mean something else where people name a criterion.

    Packs that working files carry (`parse_pack`) are not refused: what was picked for such a
    criterion stays within reach.
    """
    problems = []
    for criterion in pack.criteria:
        meaning = RESERVED_IDS.get(criterion.id.casefold())
        if meaning is not None:
            place = f", {places[criterion.id]}" if places else ""
            problems.append(
                f"{name}, criterion {criterion.id}{place}: {criterion.id} is what {meaning} called "
                f"wherever a criterion is named. Give it another id, such as {criterion.id}-1."
            )
    if problems:
        raise UserError(*problems)


def parse_pack(files: Mapping[str, str]) -> Pack:
    """Read a pack from the texts of `Pack.files`, without reading files; the first is the pack."""
    return _parsed(tuple(files.items()))


@lru_cache(maxsize=4)
def _parsed(texts: tuple[tuple[str, str], ...]) -> Pack:
    """Read the pack; one command reads the same texts several times, and lists may be large."""
    if not texts:
        raise UserError("The criteria pack is missing: there is no text of it.")
    files = dict(texts)
    name = next(iter(files))
    if name.casefold().endswith(".toml"):
        return pack_from_toml(name, files[name], lambda codelist: files.get(file_name(codelist)))
    if name.casefold().endswith(".csv"):
        return pack_from_csv(name, files[name])
    raise UserError(f"{name}: a criteria pack is kept as TOML or CSV; this one is neither.")


def toml_text(path: Path) -> str:
    """Return the text of a pack in TOML, with newlines; UserError where it cannot be read."""
    data = read_bytes(path, PACK_AT_MOST)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path.name}, line {line}: the file is not UTF-8 text; save it as UTF-8."
        ) from error
    return text.replace("\r\n", "\n")


def _codelists_beside(path: Path) -> FindCodelist:
    def find(name: str) -> str | None:
        file = path.parent / CODELISTS_FOLDER / f"{name}.csv"
        if not is_shipped(path):  # installers may put links to their store in place of files
            check_inside(path.parent, CODELISTS_FOLDER, file.name)
        if not file.exists():
            return None
        return decoded(read_bytes(file, FILE_AT_MOST), file_name(name))

    return find
