"""The cluster map: from which clusters of the official files each codelist is filled, as data.

`data/codelist_clusters.csv` has a row for each list and cluster. A person may give more rows, or
other ones, in a file of the same columns: the rows for a list there replace those that ship.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from recordpick.criteria.codelists import is_safe_name
from recordpick.criteria.problems import shown
from recordpick.csvio.records import UnreadableRowError, decoded, read_bytes, rows_of
from recordpick.errors import UserError
from recordpick.resources import data_file, general_practice_pack

COLUMNS = ("list", "cluster", "term_has", "from_year", "to_year", "source")
DMD = "dm+d: "
"""How the name of a group of medicines of the dm+d files begins, in place of a cluster's name."""
NOT_CONFIRMED = "not confirmed"
"""What the source of a row says whose cluster's name is only likely."""
SHIPPED = "SHIPPED"
"""In place of a cluster: the list that comes with recordpick is whole, and is used."""

_LARGEST = 4 * 1024**2
_CLUSTER = re.compile(r"[A-Z0-9*][A-Z0-9_*]{1,60}|[0-9]{6,18}")
_YEAR = re.compile(r"(?P<start>20[0-9]{2})/(?P<end>[0-9]{2})")


@dataclass(frozen=True, slots=True)
class ListSource:
    """One row of the map: a cluster from which a list is filled, and in which years."""

    name: str
    """The list."""
    cluster: str
    """The cluster's name, which may have `*` in it; its reference set's number; a group of the dm+d
    (`DMD`); or "" where none is known."""
    term_has: str = ""
    """Only the codes whose term has this word in it; "" for all."""
    from_year: int | None = None
    """The QOF year (that in which it begins) from which the row is used, and to which."""
    to_year: int | None = None
    source: str = ""
    """How the cluster's name is known; or why there is none."""

    def is_of(self, year: int) -> bool:
        """Return whether the row is used in the QOF year that begins in `year`."""
        return (self.from_year or year) <= year <= (self.to_year or year)

    @property
    def is_confirmed(self) -> bool:
        """Whether a public page has the cluster's name."""
        return NOT_CONFIRMED not in self.source

    def takes(self, cluster: str) -> bool:
        """Return whether a cluster of this name fills the list."""
        return bool(self.cluster) and fnmatchcase(cluster, self.cluster)


ClusterMap = Mapping[str, tuple[ListSource, ...]]
"""The rows of each list, by its name."""


def cluster_map(own: Path | None = None) -> ClusterMap:
    """Return the map that ships, with the rows of a file of the user's own in place of its lists'.

    Raise a UserError, one message for each problem, where the file is not such a map.
    """
    rows = _by_list(_read(data_file("codelist_clusters.csv")))
    return rows if own is None else {**rows, **_by_list(_read(own))}


def of_year(rows: ClusterMap, year: int) -> ClusterMap:
    """Return the rows that are used in the QOF year that begins in `year`."""
    return {name: tuple(row for row in of if row.is_of(year)) for name, of in rows.items()}


def parse_year(text: str) -> int:
    """Return in which year a QOF year such as 2026/27 begins; raise a UserError if it is none."""
    found = _YEAR.fullmatch(text.strip())
    if found is None or (int(found["start"]) + 1) % 100 != int(found["end"]):
        raise UserError(f"{shown(text)} is not a QOF year: write it as 2026/27.")
    return int(found["start"])


def year_in_words(year: int) -> str:
    """Return a QOF year as people write it: 2026/27."""
    return f"{year}/{(year + 1) % 100:02}"


@lru_cache(maxsize=1)
def needed_lists() -> Mapping[str, tuple[str, ...]]:
    """Return the lists that the shipped report rules and criteria name, each with who names it.

    Sorted by name; who names it is "reports", "criteria" or both.
    """
    found: dict[str, set[str]] = {}
    for path in shipped_packs():
        kind = "criteria" if path == general_practice_pack() else "reports"
        for name in set(_codes_in(tomllib.loads(path.read_text(encoding="utf-8")))):
            found.setdefault(name, set()).add(kind)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def shipped_packs() -> tuple[Path, ...]:
    """Return the packs that name lists: the shipped criteria, and all rules of the reports."""
    return (general_practice_pack(), *sorted(data_file("reports").glob("*.toml")))


def _codes_in(value: Any) -> Iterator[str]:
    """Yield the lists that the rules of a pack name in `codes`, and in conditions as `list`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "codes" and isinstance(inner, str):
                yield inner
            else:
                yield from _codes_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _codes_in(inner)


def _by_list(rows: Iterable[ListSource]) -> dict[str, tuple[ListSource, ...]]:
    found: dict[str, list[ListSource]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row)
    return {name: tuple(of) for name, of in found.items()}


def _read(path: Path) -> list[ListSource]:
    text = decoded(read_bytes(path, _LARGEST), str(path))
    try:
        rows = list(rows_of(text, ","))
    except UnreadableRowError as error:
        raise UserError(f"{path}, line {error.line}: {error}") from None
    header = [cell.casefold() for cell in rows[0][1]] if rows else []
    if not {"list", "cluster"} <= set(header):
        raise UserError(
            f"{path}, line 1: a cluster map has the columns {', '.join(COLUMNS)}; list and cluster "
            "at least."
        )
    problems, found = [], []
    for line, cells in rows[1:]:
        values = dict(zip(header, cells, strict=False))
        try:
            found.append(_row(values))
        except UserError as error:
            problems.append(f"{path}, line {line}: {error}")
    if problems:
        raise UserError.of(problems)
    return found


def _row(values: Mapping[str, str]) -> ListSource:
    name, cluster = values.get("list", ""), values.get("cluster", "")
    if not is_safe_name(name):
        raise UserError(
            f"{shown(name)!r} cannot be a list's name (small letters, digits, _ and -)."
        )
    if cluster and not cluster.startswith(DMD) and not _CLUSTER.fullmatch(cluster):
        raise UserError(
            f"{shown(cluster)!r} is not a cluster: write its name (AST_COD), the number of its "
            "reference set, or a group of the dm+d (dm+d: Warfarin)."
        )
    years = [values.get(key, "") for key in ("from_year", "to_year")]
    if not all(re.fullmatch("(20[0-9]{2})?", year) for year in years):
        raise UserError("from_year and to_year are years in which a QOF year begins, such as 2026.")
    first, last = (int(year) if year else None for year in years)
    has, source = values.get("term_has", "").casefold(), values.get("source", "")
    return ListSource(name, cluster, has, first, last, source)
