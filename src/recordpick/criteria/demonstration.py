"""The codelists that come with recordpick: a few codes each, for demonstrations.

Used on a practice's own records they find some of the patients, or nobody, and look whole. So a
codelist that still is the one that ships is known by its codes.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache

from recordpick.criteria.codelists import FOLDER
from recordpick.criteria.pack import Codelist
from recordpick.shipped import criteria_folder


def is_demonstration(codelist: Codelist) -> bool:
    """Tell whether a codelist has just the codes of the one of its name that ships."""
    return frozenset(codelist.codes) == _shipped().get(codelist.name)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, frozenset[str]]:
    """Give the codes of each codelist that ships, by its name."""
    found = {}
    for path in sorted((criteria_folder() / FOLDER).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = frozenset(row["code"] for row in csv.DictReader(file))
    return found
