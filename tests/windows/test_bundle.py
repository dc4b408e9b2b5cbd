"""The zip for Windows, run as Windows: what it writes is what the same commands write here.

It needs a folder with Wine (`scripts/debian13.sh`) and the zip (`scripts/windows_bundle.py`), which
`scripts/ci_debian13.sh` makes; without them these tests are skipped, and say so.
"""

from __future__ import annotations

import hashlib
import os
import re
import select
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile

import openpyxl
import pytest

WINE, BUNDLE = os.environ.get("RECORDPICK_WINE", ""), os.environ.get("RECORDPICK_BUNDLE", "")
NUMPY = os.environ.get("RECORDPICK_WINE_NUMPY", "")
"""A numpy 2.1 wheel for Windows: later ones call a function that Wine 10 lacks and Windows has."""
pytestmark = pytest.mark.skipif(
    not (WINE and BUNDLE),
    reason=os.environ.get("RECORDPICK_NO_WINE")
    or "RECORDPICK_WINE and RECORDPICK_BUNDLE are not set: no Wine here",
)
PLACE = "tmp/Surgery é files"
PATIENTS = ("--patients", "80", "--seed", "4")
ANN = ("--name", "Ann", "--role", "practice")
REPORTS = ("Coded entries", "Medication", "Problems")
GIVEN = ("systmone", "vision", "reports")
"""Extracts that are made here alone; an EMIS one is made on both sides, as the tables are."""
MAKING: tuple[tuple[str, ...], ...] = (
    ("demo", "--headless", *PATIENTS, "--out", "demo"),
    ("synthesise", "--as", "emis", *PATIENTS, "--out", "emis"),
    *(("index", source, "--out", f"index {source}") for source in ("emis", "systmone", "vision")),
    ("index", "demo/practice", "--out", "index tables"),
    (
        *("index", "reports/emis/Patient list.csv"),
        *(f"reports/emis/{name}.csv" for name in REPORTS),
        *("--out", "index reports"),
    ),
    ("new", "w.recordpick", "--index", "index tables", *ANN),
    ("match", "w.recordpick"),
    ("suggest", "w.recordpick", *ANN),
    ("draw", "w.recordpick", "--seed", "5", *ANN),
    ("export", "w.recordpick", "--out", "hand over", *ANN),
    ("verify", "hand over", "--index", "index tables"),
)
FILLED = "filled in.xlsx"
CHECKING: tuple[tuple[str, ...], ...] = (
    ("issues", "import", "w.recordpick", FILLED, *ANN),
    ("issues", "log", "w.recordpick", "--out", "issues.csv"),
)
SAME = (".csv", ".parquet")
MOMENTS = {
    *(
        f"{pack}/{name}.csv"
        for pack in ("demo/hand-over", "hand over")
        for name in ("selection_list", "criteria_report")
    ),
    "issues.csv",
}
"""These name the moment of each pick or result, and what follows from it."""

LONGEST = 300.0
"""Seconds in which a program has shown what it shows, however busy the computer is."""
TERMINAL_CODES = re.compile(r"\x1b\][^\x07]*\x07|\x1b\[[0-9;?<>]*[A-Za-z]|[\r\n]")

HOLD = """
import ctypes, sys
kernel = ctypes.WinDLL("kernel32", use_last_error=True)
kernel.CreateFileW.restype = ctypes.c_void_p
handle = kernel.CreateFileW(sys.argv[1], 0xC0000000, 0, None, 3, 0, None)
print("held" if handle != ctypes.c_void_p(-1).value else ctypes.get_last_error(), flush=True)
sys.stdin.read()
"""
RIGHTS = """
import ctypes, os, sys, tempfile
from ctypes import wintypes
security = ctypes.WinDLL("advapi32")
def rights(path):
    size = wintypes.DWORD()
    security.GetFileSecurityW(path, 4, None, 0, ctypes.byref(size))
    descriptor = ctypes.create_string_buffer(size.value)
    assert security.GetFileSecurityW(path, 4, descriptor, size, ctypes.byref(size))
    words = wintypes.LPWSTR()
    convert = security.ConvertSecurityDescriptorToStringSecurityDescriptorW
    assert convert(descriptor, 1, 4, ctypes.byref(words), None)
    return words.value
os.mkdir("ordinary")
print(rights("ordinary"))
print(rights(tempfile.mkdtemp(dir=".")))
for path in sys.argv[1:]:
    print(rights(path))
"""


@pytest.fixture(scope="module")
def unpacked() -> Iterator[Path]:
    """The zip unpacked in a folder with blanks and an accent; Wine's server runs meanwhile."""
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
    in_debian("wineserver", "-p")
    yield folder
    in_debian("wineserver", "-k")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same files, made here."""
    return tmp_path_factory.mktemp("elsewhere")


def words_in_debian(*words: str) -> list[str]:
    settings = (
        "HOME=/root",
        "XDG_RUNTIME_DIR=/tmp",
        "WINEPREFIX=/root/wine",
        "WINEDEBUG=-all",
        "LANG=C.UTF-8",
    )
    path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
    shell = f'cd "/{PLACE}" && exec "$@"'
    return ["chroot", WINE, "env", "-i", path, *settings, "sh", "-c", shell, "sh", *words]


def in_debian(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program in the folder with Wine, where the zip was unpacked.

    What it prints goes to files: programs that Wine starts beside it keep a pipe open.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        program = words_in_debian(*words)
        done = subprocess.run(
            program, stdin=subprocess.DEVNULL, stdout=out, stderr=err, check=False
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(program, done.returncode, out.read(), err.read())


def python(*words: str) -> tuple[str, ...]:
    """Return the words that start the zip's Python through Wine."""
    return ("wine", f"/{PLACE}/recordpick/python/python.exe", "-X", "utf8", *words)


def as_windows(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Run the zip's recordpick through Wine, in the folder where it was unpacked.

    A warning of this newer Python is an error, so that it is seen before there is a newer one.
    """
    return in_debian(*python("-W", "error", "-m", "recordpick", *words))


def on_a_terminal(program: Sequence[str], steps: Sequence[tuple[str, bytes]]) -> int:
    """Run a program on a terminal; where each text is shown, press the keys; return its code."""
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *program], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown, pending, end = "", list(steps), time.monotonic() + LONGEST
    try:
        while time.monotonic() < end:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                shown += os.read(ours, 65536).decode(errors="replace")
            except OSError:  # the program has ended
                break
            if pending and pending[0][0] in TERMINAL_CODES.sub("", shown):
                os.write(ours, pending.pop(0)[1])
                shown = ""
        assert not pending, (pending, TERMINAL_CODES.sub("", shown)[-2000:])
        return process.wait(LONGEST)
    finally:
        process.kill()
        os.close(ours)


def steps_there(steps: tuple[tuple[str, ...], ...]) -> None:
    for words in steps:
        done = as_windows(*words)
        assert done.returncode == 0, (words, done.stderr.decode(errors="replace")[-800:])


def steps_here(steps: tuple[tuple[str, ...], ...], folder: Path) -> None:
    program = (sys.executable, "-m", "recordpick")
    for words in steps:
        done = subprocess.run([*program, *words], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, (words, done.stderr.decode()[-800:])


def both(steps: tuple[tuple[str, ...], ...], there: Path, here: Path) -> None:
    """Run the same steps there and here, at the same time."""
    with ThreadPoolExecutor() as pool:
        for done in (pool.submit(steps_there, steps), pool.submit(steps_here, steps, here)):
            done.result()


def fill_in(folder: Path) -> None:
    """Fill in the first row of the random records' tick sheet, as the practice does."""
    book = openpyxl.load_workbook(folder / "hand over" / "tick_sheets.xlsx")
    book["Start"]["B7"] = "first check"
    sheet = book["Random"]
    headings = [cell.value for cell in sheet[5]]
    sheet.cell(6, headings.index("Result") + 1).value = "different"
    sheet.cell(6, headings.index("What differs") + 1).value = "dose"
    book.save(folder / FILLED)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each CSV and Parquet file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.suffix in SAME and path.relative_to(folder).parts[0] != "recordpick"
    }


@pytest.fixture(scope="module")
def made(unpacked: Path, elsewhere: Path) -> Path:
    """From a made-up practice to a verified pack and its first results, there and here."""
    making = (("synthesise", "--as", kind, *PATIENTS, "--out", kind) for kind in GIVEN)
    steps_here(tuple(making), elsewhere)
    for kind in GIVEN:
        shutil.copytree(elsewhere / kind, unpacked / kind)
    both(MAKING, unpacked, elsewhere)
    for folder in (unpacked, elsewhere):
        fill_in(folder)
    both(CHECKING, unpacked, elsewhere)
    return unpacked


def test_every_step_writes_what_it_writes_elsewhere(made, elsewhere):
    """From a made-up practice to a verified pack: every CSV and Parquet file is the same."""
    here, there = digests(elsewhere), digests(made)
    assert here.keys() == there.keys()
    assert {name for name in here if here[name] != there[name]} <= MOMENTS
    assert len(here) > 80


def test_new_folders_have_the_rights_of_an_ordinary_folder(made):
    """Colleagues on a shared drive may open an index and a pack: mkdtemp's keep them out."""
    done = in_debian(*python("-c", RIGHTS, "index emis", "hand over", "demo/index"))
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    ordinary, private, *ours = done.stdout.decode().split()
    assert ours == [ordinary] * 3
    assert private != ordinary


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ("hand over/selection_list.csv", ("verify", "hand over")),
        ("reports/emis/Patient list.csv", ("index", "reports/emis/Patient list.csv", "--out", "x")),
        ("w.recordpick", ("undo", "w.recordpick", *ANN)),
    ],
)
def test_a_file_that_another_program_holds_is_named_with_what_to_do(made, held, words):
    """Excel opens files so that nobody else may read or change them."""
    holder = subprocess.Popen(
        words_in_debian(*python("-c", HOLD, held)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        said = as_windows(*words)
    finally:
        holder.communicate()
    assert said.returncode == 2, said
    assert b"another program has it open (Excel?)" in said.stderr
    assert Path(held).name in said.stderr.decode()


def test_a_name_of_a_device_is_refused(unpacked):
    """CON is no folder, and nothing is written."""
    said = as_windows("synthesise", "--patients", "60", "--out", "CON")
    assert said.returncode == 2
    assert b"is the name of a device of Windows" in said.stderr


def test_the_command_file_starts_the_program_and_passes_its_answer_on(unpacked):
    """`recordpick.cmd` is what people double-click and what IT calls."""
    command = ("wine", "cmd", "/c", "recordpick\\recordpick.cmd")
    assert in_debian(*command, "--version").stdout.startswith(b"recordpick ")
    assert in_debian(*command, "status", "no such file.recordpick").returncode == 2


def test_a_double_click_opens_the_app_and_files_go_elsewhere(unpacked):
    """The program's folder is deleted with each new version: no working file is put there."""
    program = words_in_debian("sh", "-c", "cd recordpick && exec wine cmd /c recordpick.cmd")
    steps = [
        ("A practice's records", b"n"),
        ("\\Documents\\data-checking.recordpick", b"\x11"),
    ]
    assert on_a_terminal(program, steps) == 0


def test_a_double_click_without_a_terminal_says_what_is_missing(unpacked):
    """It waits for a key, so that the sentence can be read before the window closes."""
    said = in_debian("wine", "cmd", "/c", "recordpick\\recordpick.cmd")
    assert b"The app needs a terminal" in said.stderr
    assert b"Press any key" in said.stdout


def test_the_commands_of_the_start_page_lead_to_a_verified_pack(unpacked):
    """Typed as the page has them, one after the other, into the shell of Windows."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "windows.md").read_text("utf-8")
    commands = re.findall(r"^    (recordpick [a-z].*)$", page, re.MULTILINE)
    assert [words.split()[1] for words in commands][:2] == ["demo", "index"]
    commands[0] += " --patients 80"  # for the time that it takes
    typed = ["set PATH=%PATH%;%CD%\\recordpick", "mkdir typed", "cd typed"]
    for command in commands:
        typed += [command, "echo ended with %ERRORLEVEL%"]
    (unpacked / "typed.txt").write_bytes("\r\n".join([*typed, "exit", ""]).encode("ascii"))
    said = in_debian("sh", "-c", "wine cmd < typed.txt")
    assert said.stdout.count(b"ended with 0") == len(commands), said
    assert b"The pack is right" in said.stdout


def test_the_handbook_is_in_the_zip():
    """It opens from the folder, without a network."""
    with zipfile.ZipFile(BUNDLE) as file:
        names = set(file.namelist())
    wanted = ("Handbook.html", "recordpick.cmd", "bill-of-materials.cdx.json")
    assert {f"recordpick/{name}" for name in wanted} <= names
    assert "recordpick/lib/recordpick/handbook/search.html" in names
