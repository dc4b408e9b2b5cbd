"""What many tests stand on: a small demonstration practice, made once a worker."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# a promise about data holds however slow the computer is: no test is timed
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """Give two workers more than processors: tests of the app often wait for it to be idle."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(scope="session", autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what recordpick remembers of this computer's user away from the real place."""
    home = str(tmp_path_factory.mktemp("own"))
    os.environ["XDG_CONFIG_HOME"] = os.environ["APPDATA"] = home
    os.environ["WIN_PD_OVERRIDE_APPDATA"] = home


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with practice/, index/ and demonstration.recordpick; never change it."""
    from recordpick.demo import make_demo

    folder = tmp_path_factory.mktemp("demo") / "demo"
    make_demo(folder, patients=400, seed=3)
    return folder


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path) -> Path:
    """Give a copy of the demonstration folder that a test may change."""
    folder = tmp_path / "demo"
    shutil.copytree(made_demo, folder)
    return folder
