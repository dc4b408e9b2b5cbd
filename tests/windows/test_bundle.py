"""The zip for Windows, run as Windows: what it writes is what the same commands write here.

It needs a folder with Wine (`scripts/windows_chroot.sh`) and the zip (`scripts/windows_bundle.py`);
without them these tests are skipped, and say so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

WINE, BUNDLE = os.environ.get("RECORDPICK_WINE", ""), os.environ.get("RECORDPICK_BUNDLE", "")
NUMPY = os.environ.get("RECORDPICK_WINE_NUMPY", "")
"""A numpy 2.1 wheel for Windows: later ones call a function that Wine 10 lacks and Windows has."""
pytestmark = pytest.mark.skipif(
    not (WINE and BUNDLE), reason="RECORDPICK_WINE and RECORDPICK_BUNDLE are not set: no Wine here"
)
PLACE = "tmp/Surgery é files"
STEPS: tuple[tuple[str, ...], ...] = (
    ("synthesise", "--patients", "300", "--seed", "4", "--out", "tables"),
    *(
        ("synthesise", "--as", kind, "--patients", "300", "--seed", "4", "--out", kind)
        for kind in ("emis", "systmone", "vision", "list")
    ),
    *(
        ("index", kind, "--out", f"index {kind}")
        for kind in ("tables", "emis", "systmone", "vision")
    ),
    ("new", "w.recordpick", "--index", "index tables", "--name", "Ann", "--role", "practice"),
    ("match", "w.recordpick"),
    ("suggest", "w.recordpick", "--name", "Ann", "--role", "practice"),
    ("draw", "w.recordpick", "--seed", "5", "--name", "Ann", "--role", "practice"),
    ("export", "w.recordpick", "--out", "hand over", "--name", "Ann", "--role", "practice"),
    ("verify", "hand over"),
    ("verify", "hand over", "--index", "index tables"),
)
SAME = (".csv", ".parquet")


@pytest.fixture(scope="module")
def unpacked() -> Iterator[Path]:
    """The zip unpacked in a folder with blanks and an accent."""
    folder = Path(WINE) / PLACE
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with zipfile.ZipFile(BUNDLE) as file:
        file.extractall(folder)
    if NUMPY:
        lib = folder / "recordpick" / "lib"
        for old in lib.glob("numpy*"):
            shutil.rmtree(old)
        with zipfile.ZipFile(NUMPY) as file:
            file.extractall(lib)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def as_windows(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Run the bundle's recordpick through Wine, in the folder where it was unpacked."""
    python = f"/{PLACE}/recordpick/python/python.exe"
    program = ["wine", python, "-X", "utf8", "-m", "recordpick", *words]
    shell = f'cd "/{PLACE}" && exec "$@"'
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "WINEPREFIX": "/root/wine",
        "WINEDEBUG": "-all",
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        ["chroot", WINE, "sh", "-c", shell, "sh", *program],
        env=environment,
        capture_output=True,
        check=False,
    )


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each CSV and Parquet file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.suffix in SAME and "recordpick" not in path.relative_to(folder).parts
    }


def test_every_step_writes_what_it_writes_elsewhere(unpacked, tmp_path):
    """From a made-up practice to a verified pack: every CSV and Parquet file is the same."""
    for words in STEPS:
        there = as_windows(*words)
        assert there.returncode == 0, (words, there.stderr.decode(errors="replace")[-800:])
        here = subprocess.run(
            [sys.executable, "-m", "recordpick", *words],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert here.returncode == 0, (words, here.stderr.decode()[-800:])
    here_files, there_files = digests(tmp_path), digests(unpacked)
    differing = {name for name in here_files if here_files[name] != there_files.get(name)}
    # the list names the moment of each pick, and what follows from it
    moments = {"hand over/selection_list.csv", "hand over/criteria_report.csv"}
    assert here_files.keys() == there_files.keys()
    assert differing <= moments
    assert len(here_files) > 40


def test_a_name_of_a_device_is_refused(unpacked):
    """CON is no folder, and nothing is written."""
    said = as_windows("synthesise", "--patients", "60", "--out", "CON")
    assert said.returncode == 2
    assert b"is the name of a device of Windows" in said.stderr


def test_the_handbook_is_in_the_zip():
    """It opens from the folder, without a network."""
    with zipfile.ZipFile(BUNDLE) as file:
        names = set(file.namelist())
    wanted = ("Handbook.html", "recordpick.cmd", "bill-of-materials.cdx.json")
    assert {f"recordpick/{name}" for name in wanted} <= names
    assert "recordpick/lib/recordpick/handbook/search.html" in names
