"""Standard streams that are closed or full, and folders that vanish: a sentence, whole work."""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pyzipper

from examples import usually
from recordpick.cli.main import main, make_parser
from recordpick.demo import make_demo
from recordpick.selection.working_file import WorkingFile
from recordpick.standard_streams import Output, is_null_device, is_terminal

FULL = Path("/dev/full")
EXAMPLES: dict[str, list[str]] = {
    "open": [],
    "demo": ["--headless", "--patients", "60", "--out", "OUT"],
    "index": ["demo/practice", "--out", "OUT"],
    "read-report": ["demo/index"],
    "clean-up": ["demo/index", "--out", "OUT"],
    "new": ["OUT.recordpick", "--index", "demo/index", "--name", "Pat"],
    "merge": [
        *["demo/demonstration.recordpick", "demo/demonstration.recordpick"],
        *["--out", "OUT.recordpick"],
    ],
    "status": ["demo/demonstration.recordpick"],
    "match": ["demo/demonstration.recordpick"],
    "find": ["demo/demonstration.recordpick", "smith"],
    "record": ["demo/demonstration.recordpick", "PATIENT"],
    "explain": ["demo/demonstration.recordpick", "CRITERION", "PATIENT"],
    "pick": ["demo/demonstration.recordpick", "CRITERION", "list.csv", "--name", "Pat"],
    "unpick": ["demo/demonstration.recordpick", "CRITERION", "PATIENT", "--name", "Pat"],
    "note": ["demo/demonstration.recordpick", "PATIENT", "Ask first", "--name", "Pat"],
    "close": ["demo/demonstration.recordpick", "CRITERION", "--reason", "None", "--name", "Pat"],
    "reopen": ["demo/demonstration.recordpick", "CRITERION", "--name", "Pat"],
    "suggest": ["demo/demonstration.recordpick", "--name", "Pat"],
    "draw": ["demo/demonstration.recordpick", "--seed", "42", "--name", "Pat"],
    "replace": ["demo/demonstration.recordpick", "PATIENT", "--reason", "Left", "--name", "Pat"],
    "picks": ["demo/demonstration.recordpick"],
    "undo": ["demo/demonstration.recordpick", "--name", "Pat"],
    "redo": ["demo/demonstration.recordpick", "--name", "Pat"],
    "history": ["demo/demonstration.recordpick"],
    "rematch": ["demo/demonstration.recordpick", "--index", "demo/index", "--name", "Pat"],
    "reports": ["demo/demonstration.recordpick"],
    "reports explain": ["demo/demonstration.recordpick", "CS005"],
    "export": ["demo/demonstration.recordpick", "--out", "OUT", "--name", "Pat"],
    "issues next": ["demo/demonstration.recordpick"],
    "issues set": ["demo/demonstration.recordpick", "PATIENT", "CRITERION", "same"],
    "issues copy": ["demo/demonstration.recordpick", "--for", "AB", "--out", "OUT"],
    "issues resolve": ["demo/demonstration.recordpick"],
    "hand-over": ["demo/demonstration.recordpick", "--how", "by hand", "--name", "Pat"],
    "issues import": ["demo/demonstration.recordpick", "list.csv", "--phase", "first_check"],
    "issues sheets": ["demo/demonstration.recordpick", "--phase", "first_check", "--out", "O.xlsx"],
    "issues log": ["demo/demonstration.recordpick", "--out", "OUT"],
    "issues progress": ["demo/demonstration.recordpick"],
    "issues pace": ["demo/demonstration.recordpick"],
    "issues repeated": ["demo/demonstration.recordpick", "demo/index"],
    "issues sign-off": ["demo/demonstration.recordpick", "--out", "O.txt"],
    "compare": ["list.csv", "list.csv"],
    "compare-records": ["demo/index", "demo/index", "--out", "OUT"],
    "verify": ["list.csv"],
    "receive": ["list.csv", "--out", "OUT"],
    "synthesise": ["--patients", "60", "--out", "OUT"],
    "criteria check": ["PACK"],
    "criteria ask": ["PACK", "--index", "demo/index"],
    "criteria draft": ["criteria.csv", "--json"],
    "criteria confirm": ["PACK"],
    "codelists import": ["af.csv", "--year", "2026/27", "--into", "OUT"],
    "codelists show": ["demo"],
    "codelists check": ["af.csv"],
    "codelists cover": ["demo/index"],
    "completion": ["bash"],
    "guide": ["--where"],
}
"""Each command with what is enough for it to begin; some then have nothing to work on."""
WITH_RESULTS = ["match", "index", "export", "criteria check"]


def commands(parser: argparse.ArgumentParser, above: str = "") -> Iterator[str]:
    """Return the names of all commands, those of groups with the group's name before them."""
    groups = [
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    for group in groups:
        for name, below in group.choices.items():
            yield from commands(below, f"{above} {name}".strip())
    if not groups:
        yield above


def test_every_command_is_tried() -> None:
    """A new command gets an example here."""
    assert sorted(EXAMPLES) == sorted(commands(make_parser()))


@pytest.fixture(scope="session")
def small_demo(made_once: Callable[..., Path]) -> Path:
    """Give the demonstration of a few patients; never change it."""
    return made_once("small demo", lambda folder: make_demo(folder, patients=60, seed=3))


@pytest.fixture
def demo(small_demo: Path, tmp_path: Path) -> Path:
    """Give a copy of it that a test may change."""
    return Path(shutil.copytree(small_demo, tmp_path / "demo"))


@pytest.fixture
def words(small_demo: Path, tmp_path: Path, monkeypatch) -> Callable[[str], list[str]]:
    """Give what is typed for a command, in a folder with what it may read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text("patient_id\n1\n", encoding="utf-8")
    (tmp_path / "af.csv").write_text("code,term\n49436004,AF\n", encoding="utf-8")
    (tmp_path / "criteria.csv").write_text("Ref,Find\nA,Pts over 75\n", encoding="utf-8")
    pack = next(iter((Path(__file__).parents[2] / "criteria").glob("*.toml")))
    with WorkingFile.open(small_demo / "demonstration.recordpick", read_only=True) as file:
        criterion = file.pack.criteria[0].id
    known = {"CRITERION": criterion, "PATIENT": "1", "PACK": str(pack)}
    return lambda name: [*name.split(), *(known.get(word, word) for word in EXAMPLES[name])]


def _output(kind: str) -> io.TextIOBase | None:
    if kind == "closed":
        return None
    if kind == "full":
        if not FULL.exists():
            pytest.skip("this system has no /dev/full")
        return FULL.open("w", encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w", encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "kind"),
    usually(
        [
            *((name, "closed") for name in EXAMPLES),
            *((name, kind) for name in WITH_RESULTS for kind in ("full", "reader gone")),
        ],
        *((name, "closed") for name in list(EXAMPLES)[1::2] if name not in WITH_RESULTS),
        *zip(WITH_RESULTS, ("closed", "full", "reader gone", "full"), strict=True),
    ),
)
def test_output_that_goes_nowhere_is_a_sentence(
    name: str, kind: str, words, small_demo: Path, demo: Path, monkeypatch, capsys
) -> None:
    """Whatever the command does: its work is done as ever, and no folder is blamed."""
    before = _ended(main, words(name), capsys)
    for made in (*Path.cwd().glob("O*"), demo):
        shutil.rmtree(made) if made.is_dir() else made.unlink()
    shutil.copytree(small_demo, demo)
    out = _output(kind)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        code, said = _ended(main, words(name), capsys)
    if out is not None:
        out.close()
    assert "Traceback" not in said
    assert "could not be written" not in said
    printed_nothing = code == before[0] and said == before[1]
    if kind == "reader gone" or (printed_nothing and name not in WITH_RESULTS):
        assert code == before[0]
    else:
        why = "it is closed" if kind == "closed" else "there is no room left"
        assert code == (before[0] or 2)
        assert f"could not be printed on standard output: {why}" in said


def _ended(run: Callable[[list[str]], int], words: list[str], capsys) -> tuple[int, str]:
    """Return the exit code and what was said on stderr, without the names of this run."""
    capsys.readouterr()
    code = run(words)
    return code, re.sub(r"[0-9a-f]{8,}", "#", capsys.readouterr().err)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder that is used")
@pytest.mark.parametrize("name", list(EXAMPLES))
def test_a_folder_that_vanished_under_the_program_is_a_sentence(
    name: str, words, tmp_path: Path, monkeypatch, capsys
) -> None:
    """Another program has taken away the folder that the command is started in."""
    typed = words(name)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(typed) == 2
    assert "no longer exists: change to another folder" in capsys.readouterr().err


def test_a_folder_that_vanishes_amid_the_work_is_a_sentence(
    demo: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    """The folder that the index was to be in goes while the index is made."""
    out = tmp_path / "place" / "index"
    out.parent.mkdir()
    from recordpick.index.build import build_index as build

    written = build.write_manifest

    def and_gone(*given, **more):
        shutil.rmtree(out.parent)
        return written(*given, **more)

    monkeypatch.setattr(build, "write_manifest", and_gone)
    assert main(["index", str(demo / "practice"), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "there is no such folder" in said
    assert "Traceback" not in said


def test_too_little_memory_is_a_sentence(demo: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    """As Python, the system and polars say it; nothing is left behind."""
    import polars as pl

    from recordpick.index.build import build_index as build

    for error in (
        MemoryError(),
        OSError(12, "Cannot allocate memory"),
        pl.exceptions.ComputeError("memory allocation of 1073741824 bytes failed"),
    ):

        def fail(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(build, "write_manifest", fail)
        assert main(["index", str(demo / "practice"), "--out", str(tmp_path / "new")]) == 2
        assert "not enough memory" in capsys.readouterr().err
        assert [path.name for path in tmp_path.iterdir()] == ["demo"]


# ---------------------------------------------------------------- as a shell starts it


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell without a terminal, `recordpick` being this program."""
    program = f'recordpick() {{ "{sys.executable}" -m recordpick "$@"; }}'
    return subprocess.run(
        ["bash", "-c", f"{program}; {line}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@needs_bash
def test_an_index_is_made_whole_while_standard_output_is_closed(demo: Path, tmp_path: Path) -> None:
    """No file gets the number of standard output, so nothing that is printed lands in one."""
    ended = shell("recordpick index demo/practice --out new >&-; echo $? >&2", tmp_path)
    assert ended.stderr.splitlines()[-1] == "2"
    assert "could not be printed on standard output: it is closed" in ended.stderr
    again = shell("recordpick new a.recordpick --index new --name Pat 2>&1", tmp_path)
    assert again.returncode == 0, again.stdout


EXIT_CODES = [
    ("recordpick match demo/demonstration.recordpick > /dev/full", 2),
    ("recordpick match demo/demonstration.recordpick 2>&-", 0),
    ("recordpick match demo/demonstration.recordpick 2>/dev/full", 0),
    ("recordpick match demo/demonstration.recordpick <&-", 0),
    ("recordpick match demo/demonstration.recordpick <&- >&- 2>&-", 2),
    ("recordpick match nothing.recordpick 2>&-", 2),
    ("recordpick explain demo/demonstration.recordpick X - <&-", 2),
    ("recordpick <&- ", 2),
    ("recordpick --version >&-", 2),
    ("recordpick --help > /dev/full", 2),
    ("recordpick match demo/demonstration.recordpick | true; exit ${PIPESTATUS[0]}", 0),
]


@needs_bash
@pytest.mark.parametrize(
    ("line", "code"), usually(EXIT_CODES, *EXIT_CODES[:2], EXIT_CODES[4], *EXIT_CODES[6:])
)
def test_exit_codes_as_a_shell_sees_them(line: str, code: int, demo: Path, tmp_path: Path) -> None:
    """2 where results could not be printed, else that of the work; never Python's own 120."""
    if "/dev/full" in line and not FULL.exists():
        pytest.skip("this system has no /dev/full")
    ended = shell(line, tmp_path)
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


EXPORT = "recordpick export demo/demonstration.recordpick --out out --encrypt --name Pat"


@needs_bash
@pytest.mark.parametrize(
    "where",
    usually(
        [">&- 2>&-", "> /dev/null 2>&1", "> /dev/full 2> /dev/null"], "> /dev/full 2> /dev/null"
    ),
)
def test_nothing_is_encrypted_where_nobody_sees_the_passphrase(
    where: str, demo: Path, tmp_path: Path
) -> None:
    """No terminal, and output that is closed, full or thrown away: no file, and no export noted."""
    assert shell(f"{EXPORT} {where}", tmp_path).returncode == 2
    assert not (tmp_path / "out.zip").exists()
    with WorkingFile.open(demo / "demonstration.recordpick", read_only=True) as file:
        assert file.selection.exports == ()


def test_nothing_is_encrypted_where_output_is_thrown_away(demo: Path, tmp_path: Path) -> None:
    """By any shell, as `> NUL 2> NUL` on Windows."""
    words = EXPORT.removeprefix("recordpick ").split()
    done = subprocess.run(
        [sys.executable, "-m", "recordpick", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 2
    assert not (tmp_path / "out.zip").exists()


def test_a_stream_that_goes_nowhere_is_no_terminal_even_where_the_system_says_so() -> None:
    """Windows calls NUL one: a passphrase would be lost, and a question asked of nobody."""

    class Nul(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    with Nul(Path(os.devnull).open("wb")) as nowhere:
        assert is_null_device(nowhere)
        assert not is_terminal(nowhere)
        assert not Output(nowhere).isatty()


@needs_bash
@pytest.mark.parametrize(
    "where",
    usually(
        ["", "> said.txt", "| head -1", ">&-", "> /dev/null", "2>&-", "> /dev/full"],
        *("> said.txt", "> /dev/null"),
    ),
)
def test_the_passphrase_is_where_somebody_sees_it(where: str, demo: Path, tmp_path: Path) -> None:
    """On standard output, be it a file or another program; else with the messages."""
    ended = shell(f"{EXPORT} {where}", tmp_path)
    kept = tmp_path / "said.txt"
    said = ended.stdout + ended.stderr + (kept.read_text() if kept.exists() else "")
    (passphrase,) = re.findall(r"^Passphrase: (.+)$", said, re.MULTILINE)
    with pyzipper.AESZipFile(tmp_path / "out.zip") as archive:
        archive.setpassword(passphrase.encode())
        assert archive.read("out/SHA256SUMS")


def test_a_command_that_a_signal_ends_tidies_up(demo: Path, tmp_path: Path, monkeypatch, capsys):
    """SIGTERM amid making an index: no folder of patients' data stays, and the code says why."""
    import signal

    from recordpick.index.build import build_index as build

    def printed(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(build, "write_manifest", printed)
    code = main(["index", str(demo / "practice"), "--out", str(tmp_path / "new")])
    assert code == 128 + signal.SIGTERM
    assert "stopped" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
