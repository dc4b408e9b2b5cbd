"""What many tests use: a small demonstration practice, made once for all worker processes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

# A promise about data holds however slow the computer is: no test is timed. Where a test does not
# say how many examples it tries, this many are drawn anew in each run.
EXAMPLES = int(os.environ.get("RECORDPICK_EXAMPLES", "50"))
settings.register_profile("untimed", deadline=None, max_examples=EXAMPLES)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """Give two workers more than processors: tests of the app often wait for it to be idle."""
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that share a fixture in one worker process, and begin with the largest groups.

    A fixture of a module or a folder would otherwise be made once in each process. (Those of the
    app's tests are cheap, and the tests long: they are spread.)
    """
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        group = _shared_fixtures_of(item)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
            groups.setdefault(group, []).append(item)
    first = {id(item): -len(members) for members in groups.values() for item in members}
    items.sort(key=lambda item: first.get(id(item), 0))


def _shared_fixtures_of(item: pytest.Item) -> str:
    """Return the module or folder whose shared fixtures a test uses; "" if it uses none."""
    if not isinstance(item, pytest.Function) or item.nodeid.startswith("tests/tui/"):
        return ""
    places = {
        known[-1].baseid
        for known in item._fixtureinfo.name2fixturedefs.values()
        if known[-1].scope in {"module", "session"} and known[-1].baseid.startswith("tests/")
    }
    return min(places, key=len, default="")


@pytest.fixture(scope="session", autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what recordpick remembers of this computer's user away from the real place."""
    home = str(tmp_path_factory.mktemp("own"))
    os.environ["XDG_CONFIG_HOME"] = os.environ["APPDATA"] = home
    os.environ["WIN_PD_OVERRIDE_APPDATA"] = home


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Give a folder with practice/, index/ and demonstration.recordpick; never change it."""
    from recordpick.demo import make_demo
    from recordpick.selection.known_folders import remember
    from recordpick.selection.working_file import WorkingFile

    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    folder, made = shared / "made" / "demo", shared / "made" / "complete"
    with FileLock(shared / "made.lock"):
        if not made.exists():
            folder.parent.mkdir()
            make_demo(folder, patients=400, seed=3)
            made.touch()
    # what a user's own folder remembers, in that of each process
    with WorkingFile.open(folder / "demonstration.recordpick", read_only=True) as file:
        remember(file.id, str(folder / "index"))
    return folder


@pytest.fixture
def demo(made_demo: Path, tmp_path: Path) -> Path:
    """Give a copy of the demonstration folder that a test may change."""
    folder = tmp_path / "demo"
    shutil.copytree(made_demo, folder)
    return folder
