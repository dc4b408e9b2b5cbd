"""What many tests use: a small demonstration practice, made once in each run."""

from __future__ import annotations

import atexit
import gc
import os
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from examples import USUAL, examples
from recordpick.cli import main as command_line

HERE = Path(__file__).parent
# There are more worker processes than processors: several threads of polars in each cost time. What
# they might do otherwise is tried by CI's thorough run and that with Python 3.13.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
if "PYTEST_XDIST_WORKER" in os.environ:
    atexit.register(os._exit, 0)  # to take every object apart takes seconds, and nobody needs that
gc.disable()  # until all tests are collected: none of that becomes garbage
command_line.make_parser = cache(command_line.make_parser)  # a test may give several commands
_SHARED = re.compile(r"""fixture\([^)]*scope="(?:module|session)""")

# A promise about data holds however slow the computer is: no test is timed.
settings.register_profile(
    "untimed",
    deadline=None,
    max_examples=examples(USUAL),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """Give one worker more than processors: some tests wait for a disk or another program."""
    return (os.cpu_count() or 1) + 1


class SharedFixtureScheduling(LoadScopeScheduling):
    """Runs the tests that share a fixture in one worker process, the largest groups first.

    A fixture of a module or a folder would otherwise be made once in each process. All other tests
    are given out one by one. (Shared fixtures of the app's tests are cheap, and the tests long:
    they are given out one by one, too.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid.partition("::")[0]) or nodeid


@cache
def _group_of(module: str) -> str:
    """Return the module or folder whose fixtures the tests of a module share; "" for none."""
    path = HERE.parent / module
    if path.parent.name == "tui":
        return ""
    if path.parent != HERE and _shares_fixtures(path.with_name("conftest.py")):
        return path.parent.name
    return module if _shares_fixtures(path) else ""


def _shares_fixtures(file: Path) -> bool:
    return file.is_file() and _SHARED.search(file.read_text(encoding="utf-8")) is not None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedFixtureScheduling:
    """Give out the tests as described there."""
    return SharedFixtureScheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what recordpick remembers of this computer's user away from the real place."""
    home = str(tmp_path_factory.mktemp("own"))
    os.environ["XDG_CONFIG_HOME"] = os.environ["APPDATA"] = home
    os.environ["WIN_PD_OVERRIDE_APPDATA"] = home


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Give what makes a folder once in each run, whichever worker needs it first."""
    top = tmp_path_factory.getbasetemp()
    shared = (top.parent if "PYTEST_XDIST_WORKER" in os.environ else top) / "made once"
    shared.mkdir(exist_ok=True)

    def folder_of(name: str, make: Callable[[Path], object]) -> Path:
        top = shared / name
        done = top / "done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(top, ignore_errors=True)
                top.mkdir()
                make(top / "made")
                done.touch()
        return top / "made"

    return folder_of


@pytest.fixture(scope="session")
def made_demo(made_once: Callable[..., Path]) -> Path:
    """Give a folder with practice/, index/ and demonstration.recordpick; never change it."""
    from recordpick.demo import make_demo

    return made_once("demo", lambda folder: make_demo(folder, patients=400, seed=3))


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path) -> Path:
    """Give a copy of the demonstration folder that a test may change."""
    folder = tmp_path / "demo"
    shutil.copytree(made_demo, folder)
    return folder


def pytest_collection_finish() -> None:
    """Leave all that is loaded out of garbage collection: there is much, and it stays.

    What is made after that is collected less often than usual. With everything else frozen, the
    collector found after each few thousand objects that most were new, and went through all of
    them: a fifth of the time of the app's tests.
    """
    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()
