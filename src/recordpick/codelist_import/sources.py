"""Which files of what a person gives are sources of codelists, and reading them.

A folder may be a whole release with much else in it: files are recognised by their names and their
first line, and what is recognised as nothing is named as not used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from recordpick.codelist_import.descriptions import is_description_file, with_terms
from recordpick.codelist_import.dmd_files import file_of_dmd, read_dmd
from recordpick.codelist_import.source_file import SourceFile
from recordpick.codelist_import.table_files import (
    REFERENCE_SET,
    columns_of,
    kind_of,
    read_table_file,
)
from recordpick.csvio.sniff import DELIMITERS
from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.regular_files import check_regular

_TABLES = frozenset({".csv", ".txt", ".tsv"})
_MOST_FILES = 20_000
_START = 64 * 1024
_SIMPLE_COLUMNS = 6
"""A simple reference set: id, effectiveTime, active, moduleId, refsetId, referencedComponentId."""
_ARCHIVES = frozenset({".zip", ".7z", ".gz"})


@dataclass(frozen=True)
class Sources:
    """The files that were read, and those in folders that were not recognised as anything."""

    files: tuple[SourceFile, ...]
    not_used: tuple[Path, ...]


def read_sources(
    paths: Sequence[Path],
    is_wanted: Callable[[str], bool],
    medicines: Collection[str] = (),
    progress: Progress = silent,
) -> Sources:
    """Read the files and folders that a person gives.

    Of groups that are not wanted only the number of rows is read; `medicines` are the groups that
    are looked for in a dm+d release. A SNOMED CT reference set whose cluster another of the files
    names has that name. Raise a UserError, one message for each problem, where a file that was
    given cannot be read, or nothing in a folder is a source.
    """
    problems: list[str] = []
    tables, dmd, others = _recognised(paths, problems)
    described = [path for path in others if is_description_file(_header(path))]
    not_used = [path for path in others if path not in described]
    found: list[SourceFile] = []
    clusters: dict[str, str] = {}

    def is_wanted_by_either_name(group: str) -> bool:
        return is_wanted(clusters.get(group, group))

    for number, file in enumerate(sorted(tables, key=_reference_sets_last)):
        progress(f"reading {file.name}", number / (len(tables) + 1))
        try:
            read = read_table_file(file, is_wanted_by_either_name)
        except UserError as error:
            problems += error.messages
            continue
        found.append(named_by_cluster(read, clusters))
        clusters |= {refset: cluster for cluster, refset in read.refsets.items()}
    sets = [one for one in found if one.kind == REFERENCE_SET]
    found = [one for one in found if one.kind != REFERENCE_SET] + with_terms(sets, described)
    if dmd:
        progress("reading the dm+d release", None)
        try:
            found += read_dmd(dmd, medicines)
        except UserError as error:
            problems += error.messages
    if problems:
        raise UserError.of(problems)
    return Sources(tuple(found), tuple(not_used))


def named_by_cluster(read: SourceFile, clusters: Mapping[str, str]) -> SourceFile:
    """Return a file with the names of clusters in place of the numbers of their reference sets."""
    if read.kind != REFERENCE_SET:
        return read
    group = pl.col("group").replace(clusters)
    named = {clusters.get(group, group): rows for group, rows in read.groups.items()}
    return replace(read, members=read.members.with_columns(group), groups=named)


def _recognised(
    paths: Sequence[Path], problems: list[str]
) -> tuple[list[Path], dict[str, Path], list[Path]]:
    """Return the files of codes, those of a dm+d release by kind, and those not recognised."""
    tables: list[Path] = []
    not_used: list[Path] = []
    dmd: dict[str, Path] = {}
    for path in paths:
        before = len(tables) + len(dmd)
        for file in _files(path, problems):
            if kind := file_of_dmd(file):
                if dmd.setdefault(kind, file) != file:
                    problems.append(f"{file}: {dmd[kind]} is of the same kind. Give one release.")
            elif file == path or _kind(file):
                tables.append(file)
            else:
                not_used.append(file)
        if path.is_dir() and len(tables) + len(dmd) == before and not problems:
            problems.append(f"{path}: no file in this folder holds codes or a dm+d release.")
    return list(dict.fromkeys(tables)), dmd, not_used


def _reference_sets_last(file: Path) -> bool:
    return _kind(file) == REFERENCE_SET


def _files(path: Path, problems: list[str]) -> Iterator[Path]:
    """Yield a file, or the files of a folder and its folders that may be sources, sorted."""
    if not path.is_dir():
        if path.suffix.casefold() in _ARCHIVES:
            problems.append(f"{path}: this is an archive. Unpack it, and give the folder.")
            return
        try:
            check_regular(path)
        except UserError as error:
            problems += error.messages
            return
        if not path.exists():
            problems.append(f"{path}: there is no such file.")
            return
        yield path
        return
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    if len(files) > _MOST_FILES:
        problems.append(f"{path}: there are {len(files):,} files in it. Is it the right folder?")
        return
    yield from (file for file in files if file.suffix.casefold() in _TABLES or file_of_dmd(file))


def _kind(file: Path) -> str:
    """Return what a file is by the columns that its first line names; "" if it has no codes."""
    names = _header(file)
    words = {name.casefold() for name in names}
    if {"effectivetime", "moduleid"} <= words and not _is_simple(file, names, words):
        return ""  # concepts, descriptions, relationships and other sets of a SNOMED CT release
    return kind_of(columns_of(names))


def _header(file: Path) -> list[str]:
    """Return the names that a file's first line has; [] where it cannot be read."""
    try:
        with file.open("rb") as opened:
            start = opened.read(_START)
    except OSError:
        return []
    is_wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    first = start.decode("utf-16" if is_wide else "utf-8-sig", "replace").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    return [cell.strip(' "\r') for cell in first.split(delimiter)]


def _is_simple(file: Path, names: Sequence[str], words: Collection[str]) -> bool:
    """Return whether a file of a SNOMED CT release is a simple reference set, and a whole one."""
    is_whole = "delta" not in file.name.casefold()
    return is_whole and "refsetid" in words and len(names) == _SIMPLE_COLUMNS
