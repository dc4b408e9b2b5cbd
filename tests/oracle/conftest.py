"""Practices that are made once a session, with both opinions on them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from made_practices import AS_AT, CODELISTS, Opinions, make, read_answers
from second_opinion import connect


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return what makes a folder once a session, whichever worker needs it first."""
    shared = tmp_path_factory.getbasetemp().parent / "second opinions"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shared = tmp_path_factory.mktemp("second opinions")
    shared.mkdir(exist_ok=True)

    def folder_of(name: str, make_it: Callable[[Path], None]) -> Path:
        folder = shared / name
        if not folder.exists():
            own = tmp_path_factory.mktemp("own") / name
            make_it(own)
            with contextlib.suppress(OSError):  # another worker was quicker
                own.rename(folder)
        return folder

    return folder_of


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
