"""Where the files that come with recordpick are: packs, codelists, report tables.

In a wheel they lie in `recordpick/data`; in a checkout the criteria packs lie in `criteria/` at the
top, so that a supplier finds them without knowing Python.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_file(name: str) -> Path:
    """Return the path of a data file in the package, such as `qof_2025_26.csv`."""
    return _PACKAGE / "data" / name


def criteria_folder() -> Path:
    """Return the folder of the packs that ship, with their codelists beside them."""
    installed = _PACKAGE / "data" / "criteria"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "criteria"


def general_practice_pack() -> Path:
    """Return the path of the criteria pack that ships."""
    return criteria_folder() / "general_practice.toml"


def is_shipped(path: Path) -> bool:
    """Return whether a pack is one of those that come with recordpick."""
    return path.parent in {criteria_folder(), data_file("reports")}
