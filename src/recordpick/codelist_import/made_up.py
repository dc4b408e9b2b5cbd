"""Make up a reference-set file, for trials, tests and benchmarks: no content of SNOMED CT.

It has every cluster that the cluster map names, with the codes that the demonstration's lists have
(so that lists filled from it find the made-up practice's patients), and further clusters of codes
that are generated, with check digits that fit.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from recordpick.codelist_import.cluster_map import (
    DMD,
    SHIPPED,
    ListSource,
    cluster_map,
    needed_lists,
    of_year,
    shipped_packs,
)
from recordpick.criteria.pack import CODELISTS_FOLDER
from recordpick.criteria.snomed_codes import check_digit_of

HEADER = (
    *("Cluster_ID", "Cluster_Description", "SNOMED_code", "SNOMED_code_description"),
    *("PCD_Refset_ID", "Service_and_Ruleset"),
)
"""The columns of the reference-set content as it is published."""

Row = tuple[str, str, str, str, str, str]
_WITHOUT_OWN_CODES = frozenset({"qof_registers", "personalised_care_adjustments"})
"""Lists of many clusters, which have the codes of the lists of those clusters."""


def demonstration_lists() -> dict[str, dict[str, str]]:
    """Return the codes and terms of each list that ships for demonstration, by its name."""
    found: dict[str, dict[str, str]] = {}
    for pack in reversed(shipped_packs()):
        for path in sorted((pack.parent / CODELISTS_FOLDER).glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                codes = {row["code"]: row["term"] for row in csv.DictReader(file)}
            found.setdefault(path.stem, {}).update(codes)
    return found


def clusters_made_up(year: int) -> dict[str, dict[str, str]]:
    """Return every cluster that the map names for a QOF year, with demonstration codes."""
    lists = demonstration_lists()
    found: dict[str, dict[str, str]] = {}
    for name, rows in of_year(cluster_map(), year).items():
        named = [row for row in rows if _is_cluster(row)]
        codes = {} if name in _WITHOUT_OWN_CODES else lists.get(name, {})
        shares = list(codes.items())
        for number, row in enumerate(named):
            cluster = row.cluster.replace("*", "MADEUP")
            last = number == len(named) - 1
            share = shares if last else shares[:1]
            shares = [] if last else shares[1:]
            found.setdefault(cluster, {}).update(share)
    for name in sorted(_WITHOUT_OWN_CODES):
        _add_missing(name, lists.get(name, {}), found, year)
    return found


def _add_missing(
    name: str, codes: Mapping[str, str], found: dict[str, dict[str, str]], year: int
) -> None:
    """Add the codes of a list that none of its clusters has to one that only such lists use."""
    rows = of_year(cluster_map(), year)
    own = {row.cluster.replace("*", "MADEUP") for row in rows.get(name, ()) if _is_cluster(row)}
    others = {
        row.cluster.replace("*", "MADEUP")
        for other, of in rows.items()
        if other not in _WITHOUT_OWN_CODES
        for row in of
    }
    there = {code for cluster in own for code in found.get(cluster, {})}
    left = {code: term for code, term in codes.items() if code not in there}
    if left:
        found[min(own - others)].update(left)


def lists_without_cluster(year: int) -> dict[str, dict[str, str]]:
    """Return the demonstration lists that no cluster fills: their own files, or the dm+d, do."""
    lists = demonstration_lists()
    rows = of_year(cluster_map(), year)
    return {
        name: lists[name]
        for name in needed_lists()
        if name in lists and not any(map(_is_cluster, rows.get(name, ())))
    }


def reference_set_rows(year: int, rows: int = 0, seed: int = 1) -> Iterator[Row]:
    """Yield rows of a made-up content file, at least `rows` of them, sorted by cluster."""
    random = Random(seed)  # noqa: S311 - made-up data
    named = clusters_made_up(year)
    pool = [generated_code(random) for _ in range(max(2000, rows // 15))]
    per_cluster = 600
    others = [f"ZMADEUP{number:04}_COD" for number in range(max(3, rows // per_cluster + 1))]
    for number, cluster in enumerate(sorted((*named, *others))):
        refset = generated_code(random)
        text, ruleset = f"Made-up cluster {number}", f"QOF - made-up ruleset {number % 40}, made up"
        codes: Mapping[str, str] = named.get(cluster, {})
        for code, term in codes.items():
            yield cluster, text, code, term, refset, ruleset
        for code in random.sample(pool, per_cluster if rows else 2):
            yield cluster, text, code, f"Made-up finding, number {code[:5]}", refset, ruleset


def write_reference_sets(path: Path, year: int, rows: int = 0, seed: int = 1) -> int:
    """Write a made-up content file (CSV, UTF-8); return how many rows it has."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in reference_set_rows(year, rows, seed):
            writer.writerow(row)
            count += 1
    return count


def write_other_lists(folder: Path, year: int) -> None:
    """Write a file of its own for each list that no cluster fills, named after the list."""
    folder.mkdir()
    for name, codes in lists_without_cluster(year).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["code", "term"])
            writer.writerows(codes.items())


def generated_code(random: Random) -> str:
    """Return a number of 8 to 18 digits with its check digit."""
    digits = str(random.randrange(10**6, 10 ** random.randint(7, 17)))
    return digits + check_digit_of(digits)


def _is_cluster(row: ListSource) -> bool:
    return bool(row.cluster) and row.cluster != SHIPPED and not row.cluster.startswith(DMD)
