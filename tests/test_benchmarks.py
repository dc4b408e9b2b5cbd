"""What the benchmarks, the scripts and the generators of pages take from recordpick is there."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("recordpick", "benchmarks")
FILES = sorted(
    path for folder in ("benchmarks", "docs", "scripts") for path in (ROOT / folder).glob("*.py")
)


def _names(path: Path) -> Iterator[tuple[str, str]]:
    """Return (module, name) of each import of ours, also of those within functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in OURS:
            yield from ((node.module, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_name_that_is_imported_exists(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are run rarely: a function that was renamed would be missed at the next measurement."""
    monkeypatch.syspath_prepend(ROOT)
    for module, name in _names(path):
        try:
            if not hasattr(importlib.import_module(module), name):
                importlib.import_module(f"{module}.{name}")
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] in OURS:
                raise
            # what recordpick is compared with is not installed, or not for this system


@pytest.mark.parametrize(
    "path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda one: one.stem
)
def test_every_benchmark_can_be_imported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as what it compares with is installed."""
    monkeypatch.syspath_prepend(ROOT)
    try:
        importlib.import_module(f"benchmarks.{path.stem}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in OURS:
            raise
        pytest.skip(f"{error.name} is not installed")
