"""The codelists that come with recordpick: a few codes each, for demonstrations.

Used on a practice's own records they find some of the patients, or nobody, and look whole. So a
codelist that still is the one that ships is known by its codes.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from functools import lru_cache

from recordpick.criteria.pack import CODELISTS_FOLDER, Codelist
from recordpick.resources import criteria_folder, data_file


def is_demonstration(codelist: Codelist) -> bool:
    """Return whether a codelist has just the codes of one of its name that ships."""
    return frozenset(codelist.codes) in _shipped().get(codelist.name, ())


def is_invented(codelist: Codelist) -> bool:
    """Return whether no code of a codelist is one of a real system: real records have none of it.

    The codes that were made up for demonstrations have letters (X-0301); real ones are numbers.
    """
    return not any(code.isdigit() for code in codelist.codes)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Collection[frozenset[str]]]:
    """Return the codes of each codelist that ships, by its name: of the criteria and reports."""
    found: dict[str, list[frozenset[str]]] = {}
    for folder in (criteria_folder(), data_file("reports")):
        for path in sorted((folder / CODELISTS_FOLDER).glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                codes = frozenset(row["code"] for row in csv.DictReader(file))
            found.setdefault(path.stem, []).append(codes)
    return found
