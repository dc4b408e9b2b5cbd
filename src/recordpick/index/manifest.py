"""The manifest of a practice index, and the folder that appears whole or not at all.

A manifest says what an index holds and what it was made from. It is kept as `index.json` in the
index's folder and written last, so that a folder without one is not an index.
It names the SHA-256 of each table and of itself: neither SQLite nor Parquet notices every changed
bit, and here a changed bit would be another patient, another code or another day. A new index takes
the place of an earlier one as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

from recordpick.atomic import atomic_folder
from recordpick.errors import UserError
from recordpick.file_names import check_drive
from recordpick.os_errors import cannot_write, words_of
from recordpick.regular_files import read_small
from recordpick.schema import Kind

FORMAT = 3
"""Format 2 added what the sources cannot supply (`conflated`, `gaps`)."""
MANIFEST = "index.json"
SEAL = "sha256"
AT_MOST = 64 * 1024**2
"""Bytes of a manifest: it names every file of a source, and has notes."""


_EMPTIED_KEY = "values_set_aside"
_FIELD_OF_KEY = {_EMPTIED_KEY: "values_emptied"}
"""The key in the file, which other programs may read, and the field that it holds."""


@dataclass(frozen=True, slots=True)
class FileCount:
    """What became of the rows of one source file for one table.

    `rows_read` = `rows_indexed` + `rows_rejected` + `rows_deleted`, always. `values_emptied` are
    values (not rows) that were left empty because they cannot be right, such as NHS numbers.
    """

    file: str
    table: str
    size: int
    sha256: str
    rows_read: int
    rows_indexed: int
    rows_rejected: int
    rows_deleted: int
    values_emptied: int = 0


@dataclass(frozen=True, slots=True)
class TableSummary:
    """One table of the index: its rows, and its columns with what each holds, in order.

    `size` (bytes) and `sha256` (hex) are those of its Parquet file; "" where not recorded.
    """

    rows: int
    columns: dict[str, Kind]
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Conflated:
    """A word that a source does not distinguish from another: its rows appear as the other.

    In `table`.`column` a row that truly is `word` holds `shown_as` ("" for nothing). If `always`,
    every such row does, and a condition on the difference cannot be answered; otherwise some rows
    may, and the answer has a caution. `word` "" means any: each condition on the column has the
    caution. `column` "" means the whole table: each condition on the table has the caution.
    `says` is the reason, a clause for people.
    """

    table: str
    column: str
    word: str
    shown_as: str
    says: str
    always: bool = True


@dataclass(frozen=True, slots=True)
class Gap:
    """A column that one of several sources does not have: empty in its rows, which is not a fact.

    `rows` are those of `source`; for patients, only those who are in no source with the column.
    """

    table: str
    column: str
    source: str
    rows: int


@dataclass(frozen=True, slots=True)
class Restriction:
    """A column of which a source supplies rows with one word only: others were not exported.

    All rows in `table`.`column` hold `word`, so nothing is known about patients with another word.
    A condition on those cannot be answered if the restriction is certain (`always`: somebody said
    so, or a list was made so); otherwise its answer has a caution. `says` is the reason, a clause
    for people.
    """

    table: str
    column: str
    word: str
    says: str
    always: bool = True


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of an index. `made_at` is UTC; `notes` are sentences for people.

    `as_at_from` says where the as-at date comes from ("" in an index made before that was kept),
    `warnings` are those of the notes that a person must see before the index is used.
    """

    format: int
    made_by: str
    made_at: str
    practice: str
    synthetic: bool
    as_at: date
    tables: dict[str, TableSummary]
    files: tuple[FileCount, ...]
    fingerprint: str
    notes: tuple[str, ...] = ()
    conflated: tuple[Conflated, ...] = ()
    gaps: tuple[Gap, ...] = ()
    as_at_from: str = ""
    warnings: tuple[str, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    ods_code: str = ""
    """The practice's ODS code; "" where no source has it, or several differ."""


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the index's folder."""
    content: dict[str, Any] = json.loads(json.dumps(asdict(manifest), default=date.isoformat))
    for entry in content["files"]:
        entry[_EMPTIED_KEY] = entry.pop("values_emptied")
    text = json.dumps(content | {SEAL: _seal(content)}, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the index in `folder`; UserError if there is none or a newer one."""
    path = folder / MANIFEST
    try:
        found = json.loads(read_small(path, AT_MOST).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(_no_index(folder)) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({words_of(error)}).") from None
    except (ValueError, RecursionError):
        raise UserError(f"{path}: this manifest is damaged. Make the index again.") from None
    number = found.get("format") if isinstance(found, dict) else None
    if not isinstance(number, int):
        raise UserError(f"{path}: this is not the manifest of a practice index.")
    if number > FORMAT:
        raise UserError(
            f"{folder}: this index was made by a newer recordpick ({found.get('made_by')}). "
            "Use that version, or make the index again with this one."
        )
    if number < FORMAT:
        raise UserError(
            f"{folder}: this index was made by an older recordpick ({found.get('made_by')}), which "
            "did not keep consultations, second codes and the like. Make the index again with "
            "`recordpick index`."
        )
    if found.pop(SEAL, None) != _seal(found):
        raise UserError(f"{path}: this manifest was changed or damaged. Make the index again.")
    try:
        return _manifest(found)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UserError(f"{path}: this manifest is damaged. Make the index again.") from None


def _seal(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a manifest's content: as JSON with sorted keys, no spaces, ASCII."""
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _no_index(folder: Path) -> str:
    check_drive(folder)
    if not folder.exists():
        return f"{folder}: there is no such folder."
    if not folder.is_dir():
        return f"{folder}: this is a file. A practice index is a folder made by `recordpick index`."
    return (
        f"{folder}: this folder is not a practice index ({MANIFEST} is missing). "
        "Make one with `recordpick index SOURCE --out DIR`."
    )


def _manifest(found: dict[str, Any]) -> Manifest:
    tables = {}
    for name, table in found["tables"].items():
        if not set(table["columns"].values()) <= set(get_args(Kind)):
            raise ValueError(name)
        tables[str(name)] = TableSummary(**table)
    return Manifest(
        format=int(found["format"]),
        made_by=str(found["made_by"]),
        made_at=str(found["made_at"]),
        practice=str(found["practice"]),
        synthetic=bool(found["synthetic"]),
        as_at=date.fromisoformat(found["as_at"]),
        tables=tables,
        files=tuple(map(_file_count, found["files"])),
        fingerprint=str(found["fingerprint"]),
        notes=tuple(map(str, found.get("notes", ()))),
        conflated=tuple(Conflated(**entry) for entry in found["conflated"]),
        gaps=tuple(Gap(**entry) for entry in found["gaps"]),
        as_at_from=str(found.get("as_at_from", "")),
        warnings=tuple(map(str, found.get("warnings", ()))),
        restrictions=tuple(Restriction(**entry) for entry in found.get("restrictions", ())),
        ods_code=str(found.get("ods_code", "")),
    )


def _file_count(entry: dict[str, Any]) -> FileCount:
    return FileCount(**{_FIELD_OF_KEY.get(key, key): value for key, value in entry.items()})


REJECTED = "rejected_rows.csv"
EMPTIED_VALUES = "set_aside_values.csv"
READ_REPORT = "read_report.html"
"""What was read, as a page for people: no data, and of no digest of the index."""


def check_out(out: Path) -> None:
    """Raise UserError unless `out` does not exist, is an empty folder, or is an index."""
    try:
        if not out.absolute().parent.is_dir():
            raise UserError(f"{out}: there is no folder {out.absolute().parent}. Make it first.")
        if out.is_symlink() and not out.exists():
            raise UserError(f"{out}: this link leads nowhere. Choose another folder.")
        if not out.exists():
            return
        if not out.is_dir():
            raise UserError(f"{out}: this is a file. Choose another folder for the index.")
        held = {entry.name for entry in out.iterdir()}
        others = sorted(name for name in held if not _is_of_an_index(name))
        if others or (held and MANIFEST not in held):
            raise UserError(
                f"{out}: this folder holds a file that is not part of an index "
                f"({(others or sorted(held))[0]}), so nothing in it was changed. Choose another "
                "folder for the index."
            )
    except OSError as error:
        raise cannot_write(out, error) from error


def _is_of_an_index(name: str) -> bool:
    """Return whether an index has a file of that name: only such a folder may be replaced."""
    return name in {MANIFEST, REJECTED, EMPTIED_VALUES, READ_REPORT} or name.endswith(".parquet")


@contextmanager
def whole_index(out: Path) -> Iterator[Path]:
    """Return a new folder beside `out` that becomes `out` when the block ends without an error.

    An existing index is replaced as a whole; until then it stays as it was.
    """
    with atomic_folder(out, check_out) as folder:
        yield folder
