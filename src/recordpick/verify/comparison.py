"""Check a comparison that somebody sent: files and checksums, columns, and that its sums add up."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl

from recordpick.comparison.contract import (
    AREAS,
    CONTRACT,
    DIFFERENCES,
    SUMS,
    TABLES,
    TRANSFORMATIONS,
)
from recordpick.comparison.output import PACKAGE
from recordpick.errors import UserError
from recordpick.os_errors import words_of
from recordpick.regular_files import read_small
from recordpick.verify.csv_files import LINE, ParsedTable, check_columns, parse_table, with_types
from recordpick.verify.descriptor import older_than
from recordpick.verify.verdict import Check

_LARGEST = 16 * 1024**2
LONGEST_READ = 64 * 1024**2
"""Bytes of a CSV whose cells are checked; of a longer one only the checksum is."""
_BLOCK = 1024**2


def is_comparison(path: Path) -> bool:
    """Return whether a folder says that it is a comparison."""
    return _kind(_package(path)) == "comparison"


def verify_comparison(folder: Path) -> tuple[Check, ...]:
    """Check a comparison's folder; nothing is raised for what is not right.

    UserError where the folder cannot be read.
    """
    package = _package(folder)
    files, contents = _check_files(folder, _resources(package))
    tables = _tables(package, contents)
    return files, check_columns(tables), _check_sums(tables), _check_lines(tables)


def _package(folder: Path) -> Any:
    try:
        return json.loads(read_small(folder / PACKAGE, _LARGEST).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _kind(package: Any) -> object:
    about = package.get("recordpick") if isinstance(package, dict) else None
    return about.get("kind") if isinstance(about, dict) else None


def _resources(package: Any) -> dict[str, dict[str, Any]]:
    """Return the descriptor's entries of the files that a comparison has, by name."""
    known = {table.file for table in TABLES}
    listed = package.get("resources") if isinstance(package, dict) else None
    found = {}
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("path") in known:
            found[str(one["path"])] = one
    return found


def _tables(package: Any, contents: dict[str, bytes]) -> dict[str, ParsedTable]:
    """Parse the files by the version of the contract that the folder says it follows."""
    version = package.get("version") if isinstance(package, dict) else None
    older = older_than(str(version), CONTRACT)
    newer = not older and version != CONTRACT
    return {
        name: parse_table(_table(name), content, newer=newer, older=older)
        for name, content in contents.items()
    }


def read_lines(folder: Path) -> tuple[str, str, pl.DataFrame]:
    """Return both sides' fingerprints, and the lines of a comparison's transformations.

    UserError where the folder is no comparison, or the file is not as it was written.
    """
    package, about = _package(folder), {}
    if _kind(package) == "comparison":
        about = package["recordpick"]
    sides = [about.get(side) for side in ("old", "new")]
    prints = [one.get("fingerprint") if isinstance(one, dict) else None for one in sides]
    if not all(isinstance(one, str) for one in prints):
        raise UserError(
            f"{folder} is not a comparison of records: name a folder that recordpick "
            "compare-records wrote."
        )
    content = _whole_file(folder, package, TRANSFORMATIONS.file)
    table = _tables(package, {TRANSFORMATIONS.file: content})[TRANSFORMATIONS.file]
    if table.rows is None or table.problems:
        raise UserError(*table.problems)
    return str(prints[0]), str(prints[1]), with_types(table).drop(LINE)


def _whole_file(folder: Path, package: Any, name: str) -> bytes:
    """Return the content of a file that nobody has changed; UserError otherwise."""
    try:
        content = read_small(folder / name, LONGEST_READ)
    except OSError as error:
        raise UserError(f"{folder / name}: cannot be read ({words_of(error)}).") from None
    said = _resources(package).get(name, {})
    if said.get("hash") != f"sha256:{hashlib.sha256(content).hexdigest()}":
        raise UserError(
            f"{folder / name} was changed: its checksum is not the one in {PACKAGE}. Write the "
            "comparison again with recordpick compare-records."
        )
    return content


def _table(name: str) -> Any:
    return next(table for table in TABLES if table.file == name)


def _check_files(
    folder: Path, resources: dict[str, dict[str, Any]]
) -> tuple[Check, dict[str, bytes]]:
    """Check that each file is there with its checksum; return those short enough to read."""
    problems: list[str] = []
    cautions: list[str] = []
    contents: dict[str, bytes] = {}
    for table in TABLES:
        path, said = folder / table.file, resources.get(table.file)
        if said is None:
            problems.append(f"{PACKAGE} does not name {table.file}.")
            continue
        try:
            size, digest = _digest(path)
        except FileNotFoundError:
            problems.append(f"{table.file} is missing.")
            continue
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({words_of(error)}).") from None
        if said.get("hash") != f"sha256:{digest}":
            problems.append(f"{table.file} was changed: its checksum is not the one in {PACKAGE}.")
        if size > LONGEST_READ:
            cautions.append(f"{table.file} is long: its checksum was checked, not each cell.")
            continue
        contents[table.file] = path.read_bytes()
    says = f"{len(TABLES)} files, each with the checksum that {PACKAGE} gives."
    return Check("Files", says, tuple(problems), tuple(cautions)), contents


def _digest(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def _check_sums(tables: dict[str, ParsedTable]) -> Check:
    """Check that counts add up by patient, and that areas have no fewer rows than patients."""
    name = "Sums"
    needed = [tables.get(table.file) for table in (SUMS, AREAS)]
    if any(one is None or one.rows is None for one in needed):
        return Check(name, "", skipped=f"{SUMS.file} or {AREAS.file} could not be read")
    problems: list[str] = []
    both = pl.sum_horizontal("same", "changed", "unsure")
    old = both + pl.sum_horizontal("missing", "not_compared", "set_apart")
    new = both + pl.sum_horizontal("additional", "not_compared_new", "set_apart_new")
    rows = 0
    for table in (SUMS, AREAS):
        counts = with_types(tables[table.file])
        rows += counts.height
        wrong = counts.filter((old != pl.col("in_old")) | (new != pl.col("in_new"))).height
        if wrong:
            problems.append(f"{table.file}: the counts of {wrong:,} rows do not add up.")
    totals = [
        with_types(tables[table.file]).select(pl.col("same", "changed", "missing").sum()).row(0)
        for table in (SUMS, AREAS)
    ]
    if totals[0] != totals[1]:
        problems.append(f"{SUMS.file} and {AREAS.file} have different sums.")
    return Check(name, f"{rows:,} rows add up, by patient and by area.", tuple(problems))


def _check_lines(tables: dict[str, ParsedTable]) -> Check:
    """Check that each difference said to be systematic names a line that is there."""
    name = "Lines"
    differences, lines = tables.get(DIFFERENCES.file), tables.get(TRANSFORMATIONS.file)
    if differences is None or lines is None or differences.rows is None or lines.rows is None:
        return Check(name, "", skipped=f"{DIFFERENCES.file} was not read")
    named = with_types(differences)["systematic"].drop_nulls().unique()
    known = with_types(lines)["line"]
    unknown = named.filter(~named.is_in(known.implode()))
    problems = (
        (f"{DIFFERENCES.file} names lines that {TRANSFORMATIONS.file} does not have.",)
        if unknown.len()
        else ()
    )
    return Check(name, f"{known.len():,} lines; every one that is named is there.", problems)
