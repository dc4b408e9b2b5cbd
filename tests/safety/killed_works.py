"""The commands that write, and what is to be true of what they leave behind (kill_anything.py)."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyzipper  # noqa: F401 - loaded late by us, and before the first fork here
import xlsxwriter  # noqa: F401 - likewise
from killing import Work, in_child

import recordpick.commands.clean_up
import recordpick.commands.draw
import recordpick.commands.export
import recordpick.commands.index
import recordpick.commands.new
import recordpick.commands.suggest
import recordpick.commands.synthesise
import recordpick.demo  # noqa: F401 - all of them loaded before the first fork
from recordpick.cli import main
from recordpick.criteria.reading import read_pack
from recordpick.handover.contents import FILES, SUMS
from recordpick.selection.state import Person
from recordpick.selection.working_file import WorkingFile
from recordpick.shipped import general_practice_pack

KIM = Person("Kim", "practice")
PATIENTS = 60


def command(*words: object) -> Callable[[], None]:
    """Give a call of the command line, quiet."""

    def call() -> None:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a name of the system, no path
            os.dup2(nowhere.fileno(), 1)
        assert main([str(word) for word in words]) == 0

    return call


def check_pack(out: Path) -> None:
    """Every file of the pack is there, with the sum that the pack itself names."""
    assert {path.name for path in out.iterdir()} == set(FILES)
    for line in (out / SUMS).read_text(encoding="ascii").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest, name


def check_zip(out: Path) -> None:
    """The archive has its table of contents, which is written last."""
    with zipfile.ZipFile(out) as archive:
        assert {Path(name).name for name in archive.namelist()} == set(FILES)


def check_index(folder: Path) -> None:
    """Each table is the one of which the manifest's fingerprint is made, and it opens."""
    manifest = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    whole = hashlib.sha256()
    for name in sorted(manifest["tables"]):
        content = (folder / f"{name}.parquet").read_bytes()
        whole.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    assert whole.hexdigest() == manifest["fingerprint"]
    from recordpick.index.practice_index import open_index

    assert in_child(lambda: open_index(folder)) == 0


def check_practice(folder: Path) -> None:
    """The file that is written last is there, and every table can be read to its end."""
    assert (folder / "practice.toml").read_text(encoding="utf-8").endswith('"\n')
    tables = [path for path in folder.iterdir() if path.suffix in {".parquet", ".csv"}]
    assert len(tables) >= 9
    for path in tables:
        end = path.read_bytes()[-4:]
        assert end == b"PAR1" or (path.suffix == ".csv" and end.endswith(b"\n")), path


def check_clean_up(folder: Path) -> None:
    """Every file that the summary names is there, and the text, which is written last."""
    with (folder / "clean_up.csv").open(encoding="utf-8", newline="") as file:
        named = {row["file"] for row in csv.DictReader(file)} - {""}
    assert {path.name for path in folder.iterdir()} == {*named, "clean_up.csv", "README.txt"}
    assert (folder / "README.txt").read_text(encoding="utf-8").endswith("is done.\n")


def check_working_file(sound: Path) -> Callable[[Path], None]:
    """It opens to be written to, and begins with every event that it had."""
    with WorkingFile.open(sound, read_only=True) as file:
        events = file.events

    def check(path: Path) -> None:
        with WorkingFile.open(path, KIM) as file:
            assert not file.read_only, file.why_read_only
            assert file.events[: len(events)] == events

    return check


def is_there(path: Path) -> None:
    """Is all that can be said of a file that was there before; `always` says the rest."""
    assert path.exists()


def is_new(path: Path) -> None:
    """A working file that was just made has one event."""
    with WorkingFile.open(path, KIM) as file:
        assert not file.read_only, file.why_read_only
        assert len(file.events) == 1


def prepare(folder: Path) -> None:
    """Make a practice, its index, and a working file with picks and random records."""
    from recordpick.demo import run_demo
    from recordpick.synthetic.practice import AS_AT, make_practice
    from recordpick.synthetic.writing import write_tables

    run_demo(folder / "demo", PATIENTS)
    write_tables(make_practice(PATIENTS, 2, AS_AT), folder / "other", "csv")


def works(folder: Path) -> list[Work]:
    """Give every command that writes, with a folder of its own for each."""
    read_pack(general_practice_pack())  # so that no child need load what that loads
    sound, index = folder / "demo" / "demonstration.recordpick", folder / "demo" / "index"
    source, other = folder / "demo" / "practice", folder / "other"
    check_file = check_working_file(sound)

    def work(name: str, out: str, done: Callable[[Path], None], *words: object) -> Work:
        own = folder / name
        own.mkdir()
        path = own / "practice.recordpick"
        known = {"PATH": path, "OUT": own / out}
        replaces = name == "index-again"

        def before() -> None:
            if "PATH" in words:
                path.unlink(missing_ok=True)
                shutil.copyfile(sound, path)
                path.chmod(0o600)
            if replaces:
                shutil.copytree(index, known["OUT"])

        def always() -> None:
            if "PATH" in words:
                check_file(path)
            if replaces and not known["OUT"].exists():
                earlier = [beside for beside in own.iterdir() if beside.suffix == ".old"]
                check_index(max(earlier, key=lambda beside: beside.stat().st_ctime))

        run = command(*(known.get(str(word), word) for word in words))
        return Work(name, own, known["OUT"], run, done, before, always)

    with_index = ("--index", index, "--name", "Kim")
    sixty = ("synthesise", "--patients", 60, "--out", "OUT")
    again = ("--seed", "314159", "--reason", "again")
    unmade = "practice.recordpick"
    return [
        work("export", "out", check_pack, "export", "PATH", "--out", "OUT", *with_index),
        work("index", "out", check_index, "index", source, "--out", "OUT"),
        work("draw", unmade, is_there, "draw", "PATH", *again, *with_index),
        work("index-again", "out", check_index, "index", other, "--out", "OUT"),
        work("synthesise", "out", check_practice, *sixty),
        work("clean-up", "out", check_clean_up, "clean-up", index, "--out", "OUT"),
        work("new", "out.recordpick", is_new, "new", "OUT", *with_index),
        work("suggest", unmade, is_there, "suggest", "PATH", *with_index),
        work("synthesise-csv", "out", check_practice, *sixty, "--format", "csv"),
        work(
            *("encrypt", "out.zip", check_zip, "export", "PATH", "--encrypt", "--out", "OUT"),
            *with_index,
        ),
    ]
