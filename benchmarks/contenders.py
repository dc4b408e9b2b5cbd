"""The other programs: which of them are installed, and in what version.

All are in the extra `bench`. A missing one is listed as not installed; nothing fails.
"""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import recordpick

PACKAGES = (
    "polars",
    "textual",
    "highspy",
    "duckdb",
    "pandas",
    "pyarrow",
    "ortools",
    "visidata",
    "harlequin",
    "textual-fastdatatable",
)
NOT_INSTALLED = "not installed"


def version_of(package: str) -> str | None:
    """Return the installed version, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    """Return the version of every package that the results depend on, or "not installed"."""
    others = {package: version_of(package) or NOT_INSTALLED for package in PACKAGES}
    return {"recordpick": recordpick.__version__} | others


def program(name: str) -> str | None:
    """Return the path of a program in this environment, else one on the path, else None."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else shutil.which(name)
