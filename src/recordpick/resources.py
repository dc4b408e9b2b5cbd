"""Packaged resources: the packs, codelists and report tables that come with recordpick.

In a wheel they are in `recordpick/data`; in a checkout the criteria packs are in `criteria/` at the
top level, so that a supplier finds them without knowing Python.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_file(name: str) -> Path:
    """Return the path of a data file in the package, such as `qof_2025_26.csv`."""
    return _PACKAGE / "data" / name


def criteria_folder() -> Path:
    """Return the folder of the packs that come with recordpick, with their codelists."""
    installed = _PACKAGE / "data" / "criteria"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "criteria"


def handbook_pages() -> tuple[Path, Path]:
    """Return where the first page of the handbook may be: installed, or in a checkout as text."""
    return _PACKAGE / "handbook" / "README.html", _PACKAGE.parents[1] / "docs" / "README.md"


def general_practice_pack() -> Path:
    """Return the path of the criteria pack that comes with recordpick."""
    return criteria_folder() / "general_practice.toml"


def is_shipped(path: Path) -> bool:
    """Return whether a pack is one of those that come with recordpick."""
    return path.parent in {criteria_folder(), data_file("reports")}
