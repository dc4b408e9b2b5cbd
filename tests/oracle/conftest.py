"""Practices that are made once a session, with both opinions on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_practices import AS_AT, CODELISTS, Opinions, make, read_answers
from second_opinion import connect


@pytest.fixture(scope="session")
def opinions(made_once: Callable[..., Path]) -> Callable[[int], Opinions]:
    """Return what gives both opinions on the practice of a seed."""
    known: dict[int, Opinions] = {}

    def both(seed: int) -> Opinions:
        if seed not in known:
            folder = made_once(f"seed {seed}", lambda own: make(own, seed))
            con = connect(folder / "tables", AS_AT[seed], CODELISTS)
            known[seed] = Opinions(
                read_answers(folder / "answers.json"), folder / "hand-over", folder / "index", con
            )
        return known[seed]

    return both
