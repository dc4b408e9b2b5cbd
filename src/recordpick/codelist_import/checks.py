"""Check files of codes without importing them: what is wrong where, and what to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from recordpick.codelist_import.code_problems import with_problems
from recordpick.codelist_import.dmd_files import RELEASE
from recordpick.codelist_import.source_file import LIST, Rejected, SourceFile
from recordpick.codelist_import.sources import read_sources
from recordpick.codelist_import.table_files import ONE_LIST, everything
from recordpick.criteria.codelists import reason_not_filled
from recordpick.criteria.snomed_codes import has_check_digit, looks_like_read_code
from recordpick.csvio.records import decoded, read_bytes
from recordpick.csvio.rejects import ROW
from recordpick.errors import UserError
from recordpick.progress import Progress, silent
from recordpick.text import plural

_LARGEST = 20 * 1024**2
_KEPT = 1000


@dataclass(frozen=True)
class CheckedFile:
    """What was found in one file: rows that cannot be used, and sentences on what to look at."""

    path: Path
    kind: str
    rows: int
    codes: int
    wrong: tuple[Rejected, ...]
    """The first of the rows that cannot be used."""
    wrong_rows: int
    look: tuple[str, ...]


def check_files(paths: Sequence[Path], progress: Progress = silent) -> list[CheckedFile]:
    """Check files, or folders of them; raise a UserError where one cannot be read at all."""
    not_filled = [(path, reason) for path in paths for path, reason in _not_filled(path)]
    skipped = {path for path, _ in not_filled}
    wanted = [file for path in paths for file in _without(path, skipped)]
    found = [
        CheckedFile(path, ONE_LIST, 0, 0, (), 0, (f"The list is not filled: {reason}.",))
        for path, reason in not_filled
    ]
    if wanted:
        sources = read_sources(wanted, everything, (), progress)
        found += [_checked(one) for one in sources.files]
    return found


def _not_filled(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of lists that an import could not fill, with the reason."""
    for file in sorted(path.rglob("*.csv")) if path.is_dir() else [path]:
        if file.suffix != ".csv" or not file.is_file() or file.stat().st_size > _LARGEST:
            continue
        try:
            reason = reason_not_filled(decoded(read_bytes(file, _LARGEST), str(file)))
        except UserError:
            continue  # what is wrong with it is said when it is read as a source
        if reason is not None:
            yield file, reason


def _without(path: Path, skipped: set[Path]) -> Iterator[Path]:
    if not path.is_dir():
        yield from [] if path in skipped else [path]
        return
    inside = {file for file in skipped if file.is_relative_to(path)}
    if not inside:
        yield path
    else:
        yield from sorted(file for file in path.rglob("*.csv") if file not in inside)


def _checked(one: SourceFile) -> CheckedFile:
    is_strict = pl.lit(one.kind != ONE_LIST)
    rows = with_problems(one.members.filter("is_active").with_columns(is_strict=is_strict))
    bad = rows.filter(pl.col("why") != "").sort(ROW)
    head = bad.head(_KEPT)
    lines = one.line_of(head[ROW].to_list())
    named = head.select("group", "code", "why").iter_rows()
    wrong = [
        Rejected(one.path.name, line, group.removeprefix(LIST), code, why)
        for line, (group, code, why) in zip(lines, named, strict=True)
    ]
    return CheckedFile(
        path=one.path,
        kind=one.kind,
        rows=one.rows,
        codes=rows.filter(pl.col("why") == "")["code"].n_unique(),
        wrong=tuple(sorted((*one.rejects, *wrong), key=lambda at: at.line)),
        wrong_rows=one.rejected + bad.height,
        look=tuple(_look(one, rows.filter(pl.col("why") == ""))),
    )


def _look(one: SourceFile, rows: pl.DataFrame) -> Iterator[str]:
    """Yield what may be right and should be looked at."""
    yield from one.notes
    if one.kind == RELEASE:
        yield "The release is complete. An import with --dry-run shows which lists it fills."
        return
    if not rows.height and not one.rejected:
        yield "There is no code in it that could be used."
    if left := one.members.height - one.members.filter("is_active").height:
        yield f"{plural(left, 'row is', 'rows are')} no longer in their list, and not used."
    if retired := rows.filter("is_retired")["code"].n_unique():
        yield f"{plural(retired, 'code is', 'codes are')} retired; old entries still carry them."
    if one.kind == ONE_LIST:
        yield from _look_at_list(one, rows)


def _look_at_list(one: SourceFile, rows: pl.DataFrame) -> Iterator[str]:
    twice = rows.filter(pl.col("code").is_duplicated())
    if twice.height:
        code = str(twice["code"][0])
        lines = one.line_of(twice.filter(pl.col("code") == code)[ROW].to_list())
        yield (
            f"{plural(twice['code'].n_unique(), 'code is', 'codes are')} in it more than once, "
            f"such as {code} on lines {', '.join(map(str, lines))}."
        )
    codes = rows["code"].unique()
    old = [code for code in codes if looks_like_read_code(code)]
    if old:
        yield (
            f"{plural(len(old), 'code looks', 'codes look')} like a Read or CTV3 code, such as "
            f"{min(old)}: records have SNOMED CT codes."
        )
    local = [c for c in codes if c.isdecimal() and c.isascii() and not has_check_digit(c)]
    if local:
        yield (
            f"{plural(len(local), 'code has', 'codes have')} no check digit of SNOMED CT, such as "
            f"{min(local)}: they are local codes, or mistyped."
        )
