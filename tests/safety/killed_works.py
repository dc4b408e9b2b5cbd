"""The commands that write, and what is to be true of what they leave behind (kill_anything.py)."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path

import pyzipper  # noqa: F401 - loaded late by us, and before the first fork here
import xlsxwriter  # noqa: F401 - likewise
from killing import Work, in_child

import recordpick.cleanup
import recordpick.data_checking.import_results
import recordpick.data_checking.issue_log
import recordpick.data_checking.progress
import recordpick.data_checking.sign_off
import recordpick.demo
import recordpick.index.patient_lookup
import recordpick.picking.shortfalls
import recordpick.reports.compare
import recordpick.reports.import_figures
import recordpick.verify.receive
import recordpick.verify.verify  # noqa: F401 - all of them loaded before the first fork
from recordpick.cli.main import main
from recordpick.criteria.load import read_pack
from recordpick.handover.pack_contents import FILES, SUMS
from recordpick.resources import general_practice_pack
from recordpick.selection.events import Person
from recordpick.selection.kinds.event_kind import FIRST_VERSION
from recordpick.selection.working_file import WorkingFile

KIM = Person("Kim", "practice")
PATIENTS = 60
OUT = ("--out", "OUT")
SIGNED = "Date ____________"
SIXTY = ("synthesise", "--patients", PATIENTS)
FRESH = "fresh.recordpick"
LOG = ("issues", "log", "CHECKED", *OUT)


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


def check_emis(folder: Path) -> None:
    """The file that is written last is there."""
    assert (folder / "practice.toml").read_text(encoding="utf-8").endswith('"\n')


def check_clean_up(folder: Path) -> None:
    """Every file that the summary names is there, and the text, which is written last."""
    with (folder / "clean_up.csv").open(encoding="utf-8", newline="") as file:
        named = {row["file"] for row in csv.DictReader(file)} - {""}
    assert {path.name for path in folder.iterdir()} == {*named, "clean_up.csv", "README.txt"}
    assert (folder / "README.txt").read_text(encoding="utf-8").endswith("is done.\n")


def check_same(made_before: Path) -> Callable[[Path], None]:
    """The file has every byte of the one that a run made which was let end."""

    def check(path: Path) -> None:
        assert path.read_bytes() == made_before.read_bytes(), path

    return check


def check_sign_off(path: Path) -> None:
    """The page is there to its last line, which is for the signature."""
    assert path.read_text(encoding="utf-8").rstrip().endswith(SIGNED), path


def check_working_file(sound: Path) -> Callable[[Path], None]:
    """It opens to be written to, and begins with every event that it had; so do its copies."""
    content = sound.read_bytes()
    with WorkingFile.open(sound, read_only=True) as opened:
        events = opened.events

    def check(path: Path) -> None:
        copies = list(path.parent.glob(f"{path.name}.*.backup"))
        assert all(copy.read_bytes() == content for copy in copies), "a copy is not what was there"
        later = int.from_bytes(path.read_bytes()[60:64], "big") > FIRST_VERSION
        if later and int.from_bytes(content[60:64], "big") == FIRST_VERSION:
            assert path.with_name(f"{path.name}.version-1.backup") in copies
        with WorkingFile.open(path, KIM) as file:
            assert not file.read_only, file.why_read_only
            assert file.events[: len(events)] == events
            new = [event.kind for event in file.events[len(events) :]]
            assert later or "judged" not in new, "a later kind of event in an earlier version"

    return check


def is_there(path: Path) -> None:
    """Is all that can be said of a file that was there before; `always` says the rest."""
    assert path.exists()


def is_new(path: Path) -> None:
    """A working file that was just made has one event."""
    with WorkingFile.open(path, KIM) as file:
        assert not file.read_only, file.why_read_only
        assert len(file.events) == 1


def prepare(folder: Path, names: Collection[str] = ()) -> None:
    """Make what the commands need (those named, or all): sources, an index, files, packs."""
    from recordpick.demo import run_demo
    from recordpick.synthetic.extract_writing import write_tables
    from recordpick.synthetic.practice import AS_AT, make_practice

    demo = folder / "demo"
    pack, checked, fresh = demo / "hand-over", folder / "checked.recordpick", folder / FRESH
    log, compared, received = (folder / f"{name}.csv" for name in ("log", "compared", "received"))

    def fill_in() -> None:
        _fill_in(pack / "tick_sheets.xlsx", folder / "filled.xlsx")

    def take_in() -> None:
        shutil.copyfile(demo / "demonstration.recordpick", checked)
        _run("issues", "import", checked, folder / "filled.xlsx", "--name", "Kim")

    steps: list[tuple[set[str], Callable[[], object]]] = [
        (set(names), lambda: run_demo(demo, PATIENTS)),
        ({"index-again"}, lambda: write_tables(make_practice(60, 2, AS_AT), folder / "other")),
        ({"index-emis"}, lambda: _run(*SIXTY, "--as", "emis", "--out", folder / "emis")),
        (
            {"suggest", "pick"},
            lambda: _run("new", fresh, "--index", demo / "index", "--name", "Kim"),
        ),
        ({"pick"}, lambda: _write_lists(fresh, demo / "index", folder / "lists")),
        ({"upgrade", "issues-log", "sign-off"}, fill_in),
        ({"issues-log", "sign-off"}, take_in),
        ({"issues-log"}, lambda: _run("issues", "log", checked, "--out", log)),
        ({"compare"}, lambda: shutil.copytree(pack, folder / "later")),
        ({"compare"}, lambda: _run("compare", pack, folder / "later", "--out", compared)),
        ({"receive"}, lambda: _run("receive", pack, "--out", received)),
    ]
    for needed_by, do in steps:
        if not names or needed_by & set(names):
            do()


def _run(*words: object) -> None:
    assert main([str(word) for word in words]) == 0, words


def _write_lists(file: Path, index: Path, lists: Path) -> None:
    """Write a list of some patients for each of the first criteria."""
    import polars as pl

    some = pl.read_parquet(index / "patients.parquet")["patient_id"].head(12).to_list()
    with WorkingFile.open(file, read_only=True) as opened:
        ids = [criterion.id for criterion in opened.pack.criteria][:8]
    lists.mkdir()
    for name in ids:
        (lists / f"{name}.csv").write_text("Patient No\n" + "\n".join(some), encoding="utf-8")


def _fill_in(sheets: Path, out: Path) -> None:
    """Fill in every row of the tick sheets: each third has a difference."""
    import openpyxl

    book = openpyxl.load_workbook(sheets)
    book["Start"]["B7"] = "first check"
    for sheet in book:
        headings = [cell.value for cell in sheet[5]]
        if "Result" not in headings or "Patient no." not in headings:
            continue
        patient, result = headings.index("Patient no.") + 1, headings.index("Result") + 1
        for number in range(6, sheet.max_row + 1):
            if sheet.cell(number, patient).value:
                sheet.cell(number, result).value = "different" if number % 3 == 0 else "same"
    book.save(out)


def works(folder: Path, names: Collection[str] = ()) -> list[Work]:
    """Give every command that writes, or those named, with a folder of its own for each."""
    read_pack(general_practice_pack())  # so that no child need load what that loads
    sound, index = folder / "demo" / "demonstration.recordpick", folder / "demo" / "index"
    fresh, checked = folder / FRESH, folder / "checked.recordpick"
    source, other, emis = folder / "demo" / "practice", folder / "other", folder / "emis"
    pack, filled = folder / "demo" / "hand-over", folder / "filled.xlsx"
    known_files = {"PATH": sound, "FRESH": fresh, "CHECKED": checked}

    def work(name: str, out: str, done: Callable[[Path], None], *words: object) -> Work | None:
        if names and name not in names:
            return None
        own = folder / "works" / name
        own.mkdir(parents=True)
        path = own / "practice.recordpick"
        begins = next((known_files[word] for word in words if word in known_files), None)
        check_file = None if begins is None else check_working_file(begins)
        known = {"OUT": own / out} | dict.fromkeys(known_files, path)
        replaces = name == "index-again"

        def before() -> None:
            if begins is not None:
                for earlier in own.glob("practice.recordpick*"):
                    earlier.unlink()
                shutil.copyfile(begins, path)
                path.chmod(0o600)
            if replaces:
                shutil.copytree(index, known["OUT"])

        def always() -> None:
            if check_file is not None:
                check_file(path)
            if replaces:
                from recordpick.index.practice_index import open_index

                assert in_child(lambda: open_index(known["OUT"])) == 0
                check_index(known["OUT"])

        run = command(*(known.get(str(word), word) for word in words))
        return Work(name, own, known["OUT"], run, done, before, always)

    named = ("--name", "Kim")
    with_index = ("--index", index, *named)
    sixty = (*SIXTY, *OUT)
    again = ("--seed", "314159", "--reason", "again")
    unmade = "practice.recordpick"
    encrypted = ("export", "PATH", "--encrypt", "--out", "OUT", *with_index)
    later = folder / "later"
    made = [
        work("export", "out", check_pack, "export", "PATH", "--out", "OUT", *with_index),
        work("upgrade", unmade, is_there, "issues", "import", "PATH", filled, *named),
        work("index", "out", check_index, "index", source, "--out", "OUT"),
        work("draw", unmade, is_there, "draw", "PATH", *again, *with_index),
        work("index-again", "out", check_index, "index", other, "--out", "OUT"),
        work("issues-log", "o.csv", check_same(folder / "log.csv"), *LOG),
        work("synthesise", "out", check_practice, *sixty),
        work("sign-off", "o.txt", check_sign_off, "issues", "sign-off", "CHECKED", *OUT),
        work("clean-up", "out", check_clean_up, "clean-up", index, *OUT),
        work("compare", "o.csv", check_same(folder / "compared.csv"), "compare", pack, later, *OUT),
        work("new", "out.recordpick", is_new, "new", "OUT", *with_index),
        work("receive", "o.csv", check_same(folder / "received.csv"), "receive", pack, *OUT),
        work("suggest", unmade, is_there, "suggest", "FRESH", *with_index),
        work("pick", unmade, is_there, "pick", "FRESH", "--folder", folder / "lists", *with_index),
        work("synthesise-csv", "out", check_practice, *sixty, "--format", "csv"),
        work("index-emis", "out", check_index, "index", emis, *OUT),
        work("encrypt", "out.zip", check_zip, *encrypted),
        work("synthesise-emis", "out", check_emis, *sixty, "--as", "emis"),
    ]
    return [one for one in made if one is not None]
