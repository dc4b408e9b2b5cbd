"""A plugin of pytest: each test function is called once, with the first of its parameters.

    python -m pytest -p scripts.one_case_each

For a run that asks whether the code works with another Python, not whether its answers are right.
"""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the first case of each test function."""
    first: dict[str, pytest.Item] = {}
    for item in items:
        first.setdefault(item.nodeid.partition("[")[0], item)
    kept = list(first.values())
    left_out = set(map(id, items)) - set(map(id, kept))
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = kept
