"""Fill the codelists that rules name from official files, by the cluster map.

Nothing is written here: the result says what each list would have, which clusters are not in the
files, and every row that cannot be used. Rows read = used + not needed + rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.codelist_import.cluster_map import (
    DMD,
    SHIPPED,
    ClusterMap,
    ListSource,
    needed_lists,
    of_year,
    year_in_words,
)
from recordpick.codelist_import.code_problems import with_problems
from recordpick.codelist_import.dmd_files import RELEASE
from recordpick.codelist_import.filled_lists import ClusterUse, FilledList, ListImport
from recordpick.codelist_import.source_file import LIST, MEMBERS, Rejected, SourceFile
from recordpick.codelist_import.sources import Sources, read_sources
from recordpick.codelist_import.table_files import CLUSTERS, ONE_LIST
from recordpick.criteria.codelists import CODES_AT_MOST, shipped_codelists
from recordpick.criteria.snomed_codes import looks_like_read_code
from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.text import day, plural

REJECTS_SHOWN = 20
_SEVERAL = 3
_MONTHS_BEFORE = 3
"""Reference sets for a QOF year are published from January before it begins."""


def plan_import(
    paths: Sequence[Path],
    rows: ClusterMap,
    year: int | None = None,
    progress: Progress = silent,
    *,
    otherwise: int | None = None,
) -> ListImport:
    """Read the files and folders, and return what they would fill; nothing is written.

    `year` is that in which the QOF year begins; without it, it is the newest that fits the files'
    dates, or `otherwise` where they have none. Raise a UserError, one message for each problem,
    where a file cannot be read or is of another year, holds another code system, or where two files
    give one list different codes.
    """
    clusters = [row for of_list in rows.values() for row in of_list]

    def is_wanted(group: str) -> bool:
        name = group.removeprefix(LIST)
        if name != group:
            return name in rows
        return any(row.takes(group) for row in clusters)

    medicines = {row.cluster for row in clusters if row.cluster.startswith(DMD)}
    sources = read_sources(paths, is_wanted, medicines, progress)
    progress("filling the lists", None)
    chosen = _year(sources.files, year, otherwise)
    return _fill(sources, of_year(rows, chosen), chosen)


def years_of(dated: date) -> tuple[int, ...]:
    """Return the QOF years that files of a day may be for, each by the year in which it begins.

    A QOF year begins on 1 April; its reference sets are published from the January before.
    """
    in_force = dated.year if dated.month > _MONTHS_BEFORE else dated.year - 1
    return (in_force, dated.year) if dated.month <= _MONTHS_BEFORE else (in_force,)


def _year(files: Sequence[SourceFile], wanted: int | None, otherwise: int | None) -> int:
    """Return the QOF year of the files; raise a UserError where it is not the one that is wanted.

    Files of medicines and single lists have no QOF year of their own.
    """
    dated = [one for one in files if one.day and one.kind not in (ONE_LIST, RELEASE)]
    if not dated:
        known = otherwise if wanted is None else wanted
        if known is None:
            raise UserError(
                "The files do not say of which day they are, so that the QOF year of the lists is "
                "not known: give it, such as --year 2026/27."
            )
        return known
    newest = max(dated, key=lambda one: one.day or date.min)
    chosen = wanted if wanted is not None else max(years_of(newest.day or date.min))
    problems = []
    for one in dated:
        fits = years_of(one.day or date.min)
        if chosen not in fits:
            words = " or ".join(map(year_in_words, fits))
            problems.append(
                f"{one.path}: this file is of {day(one.day)}, for QOF {words}, and the lists "
                f"are to be those of {year_in_words(chosen)}. Give that year's file, or "
                f"--year {year_in_words(max(fits))}."
            )
    if problems:
        raise UserError.of(problems)
    return chosen


def _fill(sources: Sources, rows: ClusterMap, year: int) -> ListImport:
    files = sources.files
    members = _all_members(files)
    _refuse_other_systems(files, members)
    judged = with_problems(members)
    usable = judged.filter(pl.col("why") == "", "is_active")
    bad = judged.filter(pl.col("why") != "", "is_active")
    _refuse_conflicts(files, usable)
    by_group = {
        str(key[0]): frame
        for key, frame in usable.unique(["group", "code"], keep="first", maintain_order=True)
        .partition_by("group", as_dict=True, maintain_order=True)
        .items()
    }
    rejected_in = dict(bad.group_by("group").len().iter_rows())
    texts = {group: text for one in files for group, text in one.texts.items()}
    lists = tuple(
        _list(name, of, by_group, rejected_in, texts, files) for name, of in sorted(rows.items())
    )
    taken = {use.cluster for one in lists for use in one.clusters}
    frames = [by_group[group].select("file", ROW) for group in taken if group in by_group]
    used = pl.concat(frames).unique().height if frames else 0
    return ListImport(
        year=year,
        lists=lists,
        sources=files,
        not_used=sources.not_used,
        rows=sum(one.rows for one in files),
        used=used,
        rejected=sum(one.rejected for one in files) + bad.height,
        rejects=(*(r for one in files for r in one.rejects), *_rejects(files, bad)),
        not_needed=_not_needed(files, taken),
        notes=(*(note for one in files for note in one.notes), *_maybe_cut(files, rows, lists)),
    )


def _maybe_cut(
    files: Sequence[SourceFile], rows: ClusterMap, lists: Sequence[FilledList]
) -> Iterator[str]:
    """Yield a note for each file that may have been cut: all missing clusters would come after it.

    A download that was cut between two lines looks complete. Clusters whose names are not
    confirmed may be missing for another reason.
    """
    sure = {row.cluster for of in rows.values() for row in of if row.is_confirmed}
    missing = {one for filled in lists for one in filled.missing if one in sure and "*" not in one}
    missing = {one for one in missing if not one.startswith(DMD)}
    for one in files:
        last = max(one.groups, default="")
        is_after = bool(last) and len(missing) >= _SEVERAL and min(missing) > last
        if one.kind == CLUSTERS and is_after:
            yield (
                f"{one.path.name}: the last cluster is {last}, and all {len(missing)} clusters "
                "that are missing would come after it. Was the download cut off? Get it again."
            )


def _all_members(files: Sequence[SourceFile]) -> pl.DataFrame:
    """Return the members of all files, with the number of the file, and whether it is official."""
    return pl.concat(
        [
            one.members.with_columns(
                file=pl.lit(number, pl.UInt32), is_strict=pl.lit(one.kind != ONE_LIST)
            )
            for number, one in enumerate(files)
        ]
    )


def _refuse_other_systems(files: Sequence[SourceFile], members: pl.DataFrame) -> None:
    """Raise a UserError where most codes of a file are Read or CTV3 codes."""
    problems = []
    for number, one in enumerate(files):
        codes = members.filter(pl.col("file") == number)["code"].unique()
        old = [code for code in codes if looks_like_read_code(code)]
        if old and 2 * len(old) >= len(codes):
            problems.append(
                f"{one.path}: these are Read or CTV3 codes, such as {min(old)}, and the records "
                "have SNOMED CT codes: the list would find nobody. Get it in SNOMED CT."
            )
    if problems:
        raise UserError.of(problems)


def _refuse_conflicts(files: Sequence[SourceFile], usable: pl.DataFrame) -> None:
    """Raise a UserError where two files have a group of one name with different codes."""
    problems = []
    several = (
        usable.group_by("group").agg(pl.col("file").unique()).filter(pl.col("file").list.len() > 1)
    )
    for group, numbers in several.sort("group").iter_rows():
        first, *others = sorted(numbers)
        codes = {number: _codes(usable, group, number) for number in numbers}
        in_one = {other: len(codes[first] ^ codes[other]) for other in others}
        problems += [
            f"{files[other].path}: {group.removeprefix(LIST)} is also in {files[first].path}, and "
            f"{plural(in_one[other], 'code is', 'codes are')} in one of them only. "
            "Give one of the files."
            for other in others
            if in_one[other]
        ]
    if problems:
        raise UserError.of(problems)


def _codes(usable: pl.DataFrame, group: str, file: int) -> frozenset[str]:
    of = usable.filter(pl.col("group") == group, pl.col("file") == file)
    return frozenset(of["code"])


def _list(
    name: str,
    rows: Sequence[ListSource],
    by_group: Mapping[str, pl.DataFrame],
    rejected_in: Mapping[str, int],
    texts: Mapping[str, str],
    files: Sequence[SourceFile],
) -> FilledList:
    """Return what the files give for a list: a list of its own name, or its clusters."""
    own = by_group.get(LIST + name)
    parts: list[tuple[str, ListSource | None, pl.DataFrame]] = []
    missing: list[str] = []
    if own is not None:
        parts.append((LIST + name, None, own))
    elif any(row.cluster == SHIPPED for row in rows):
        parts.append((SHIPPED, rows[0], _shipped(name)))
    else:
        for row in rows:
            groups = sorted(group for group in by_group if row.takes(group))
            parts += [(group, row, _with_term(by_group[group], row.term_has)) for group in groups]
            if row.cluster and not groups:
                missing.append(row.cluster)
    codes: dict[str, str] = {}
    retired: set[str] = set()
    for _, _, frame in parts:
        for code, term, is_retired in frame.select("code", "term", "is_retired").iter_rows():
            codes[code] = codes.get(code) or term
            if is_retired:
                retired.add(code)
    if len(codes) > CODES_AT_MOST:
        raise UserError(f"{name}: {len(codes):,} codes are more than a list may have.")
    groups = [group for group, _, _ in parts]
    uses = tuple(
        ClusterUse(group, frame.height, texts.get(group, ""), "" if row is None else row.source)
        for group, row, frame in parts
    )
    numbers = sorted({n for _, _, frame in parts for n in frame["file"].drop_nulls()})
    return FilledList(
        name=name,
        codes=codes,
        used_by=needed_lists().get(name, ()),
        clusters=uses,
        missing=tuple(one for one in missing if not (codes and one.startswith(DMD))),
        rejected=sum(rejected_in.get(group, 0) for group in groups)
        + sum(count for group, count in rejected_in.items() if _takes(rows, group, groups)),
        retired=len(retired),
        files=tuple(files[number].path.name for number in numbers),
        reason="" if codes else _why_empty(rows, groups, missing),
    )


def _shipped(name: str) -> pl.DataFrame:
    """Return the list of that name that comes with recordpick, which needs no import."""
    (codelist,) = shipped_codelists([name]).values()
    rows = [
        (0, SHIPPED, code, codelist.terms.get(code, ""), True, False, False)
        for code in codelist.codes
    ]
    return pl.DataFrame(rows, schema=MEMBERS, orient="row").with_columns(
        file=pl.lit(None, pl.UInt32)
    )


def _takes(rows: Sequence[ListSource], group: str, counted: Iterable[str]) -> bool:
    return group not in counted and any(row.takes(group) for row in rows)


def _with_term(frame: pl.DataFrame, word: str) -> pl.DataFrame:
    if not word:
        return frame
    return frame.filter(pl.col("term").str.to_lowercase().str.contains(word, literal=True))


def _why_empty(rows: Sequence[ListSource], groups: Sequence[str], missing: Sequence[str]) -> str:
    if groups:
        words = " or ".join(sorted({row.term_has for row in rows}))
        return f'no code of {", ".join(groups)} has "{words}" in its term'
    if missing:
        what = ", ".join(missing)
        if all(one.startswith(DMD) for one in missing):
            return f"it comes from the dm+d, which has no products for it here ({what})"
        return f"the files have no cluster {what}"
    known = next((row.source for row in rows if not row.cluster), "no cluster is known for it")
    return f"{known}: give a file with your own list"


def _not_needed(files: Sequence[SourceFile], taken: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in files:
        for group, rows in one.groups.items():
            if group not in taken:
                found[group] = found.get(group, 0) + rows
    return dict(sorted(found.items()))


def _rejects(files: Sequence[SourceFile], bad: pl.DataFrame) -> Iterator[Rejected]:
    """Yield the first of the rows that cannot be used, in the order of the files."""
    shown = bad.sort("file", ROW).group_by("file", maintain_order=True).head(1000)
    for number, frame in shown.partition_by("file", as_dict=True, maintain_order=True).items():
        one = files[int(str(number[0]))]
        lines = one.line_of(frame[ROW].to_list())
        for line, (group, code, why) in zip(
            lines, frame.select("group", "code", "why").iter_rows(), strict=True
        ):
            yield Rejected(one.path.name, line, group.removeprefix(LIST), code, why)
