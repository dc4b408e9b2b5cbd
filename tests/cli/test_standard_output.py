"""What each command writes to standard output, as docs/reference.md promises: results only.

Libraries may write to file descriptor 1, past `sys.stdout`, so that is what is looked at. `suggest`
and the demonstration, which use the solver, run as programs of their own: highspy 1.16 wrote its
banner once a process, in front of the rows.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recordpick.cli.main import COMMANDS, main
from recordpick.resources import general_practice_pack

NUMBER = r"[0-9][0-9,]*"
TABLE_OF_COSTS = (
    r"way +picks +records to open +new records +hours +off by",
    rf"(fewest records|balanced( within {NUMBER}%)?|spread|ticket)( +{NUMBER}){{4}} +[0-9]+%( .*)?",
    r"Off by 5%: 5 in 100 records would have to be others .*",
)
GIST = rf"{NUMBER} records?( instead of {NUMBER}|, whichever way)\. .*"
SUMMARY = (
    rf".*: {NUMBER} lines for {NUMBER} patient records",
    r"  [a-z_A-Z0-9]+(\.[a-z]+)?",
    rf" +{NUMBER} .*",
)


@dataclass(frozen=True)
class Said:
    """What a command wrote."""

    out: str
    err: str


class Programs:
    """Runs commands in a folder; each must end with the exit code that is expected."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, code: int = 0) -> Said:
        """Run recordpick in this process; return what reached file descriptors 1 and 2."""
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "1", Path(folder) / "2"
            with (
                contextlib.chdir(self.folder),
                _into_a_file(out, 1, contextlib.redirect_stdout),
                _into_a_file(err, 2, contextlib.redirect_stderr),
            ):
                ended = main(list(words))
            said = Said(out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))
        assert ended == code, (words, said)
        return said

    def alone(self, *words: str, code: int = 0) -> Said:
        """Run recordpick as a program of its own, without a terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "recordpick", *words],
            cwd=self.folder,
            env=dict(os.environ, PYTHONUTF8="1"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return Said(done.stdout, done.stderr)


@contextmanager
def _into_a_file(path: Path, descriptor: int, redirect: Any) -> Iterator[None]:
    """Let a file descriptor, and the stream of Python's that belongs to it, lead into a file."""
    before = os.dup(descriptor)
    try:
        with path.open("w", encoding="utf-8", newline="") as stream, redirect(stream):
            os.dup2(stream.fileno(), descriptor)
            yield
    finally:
        os.dup2(before, descriptor)
        os.close(before)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Programs:
    """The demonstration and its hand-over pack, made without a terminal."""
    folder = tmp_path_factory.mktemp("programs")
    programs = Programs(folder)
    said = programs.alone("demo", "--headless", "--patients", "60", "--out", "demo")
    holds(said, *SUMMARY)
    return programs


def holds(said: Said, *patterns: str) -> None:
    """Each line is one of these, and each of these is there."""
    lines = said.out.splitlines()
    for line in lines:
        assert any(re.fullmatch(pattern, line) for pattern in patterns), line
    for pattern in patterns:
        assert any(re.fullmatch(pattern, line) for line in lines), pattern


DEMO = "demo/demonstration.recordpick"


def test_suggest_writes_costs_and_rows(run, tmp_path):
    """`--show`: criterion, tab, patient number; nothing of the solver's."""
    file = str(tmp_path / "new.recordpick")
    made = run("new", file, "--index", "demo/index", "--name", "Pat Smith")
    assert "\t" not in made.out
    said = run.alone("suggest", file, "--show")
    holds(said, GIST, *TABLE_OF_COSTS, r"[A-Z]+-[0-9]+\t[0-9]+")
    assert re.fullmatch(GIST, said.out.splitlines()[0])
    rows = [line.split("\t") for line in said.out.splitlines() if "\t" in line]
    criteria = json.loads(run("match", file, "--json").out)["criteria"]
    met = {one["criterion_id"]: set(one["patients"]) for one in criteria}
    assert all(patient in met[criterion] for criterion, patient in rows)

    numbers = tmp_path / "numbers.csv"
    numbers.write_text(f"Patient ID\n{rows[0][1]}\n", encoding="utf-8")
    picked = run("pick", file, rows[0][0], str(numbers), "--name", "Pat Smith")
    assert "1 picked" in picked.out

    suggested = run.alone("suggest", file, "--name", "Pat Smith")
    assert re.fullmatch(GIST, suggested.out.splitlines()[0])
    assert f"Picked by fewest records: {len(rows) - 1} picks in " in suggested.out


def test_match_writes_one_json_object_and_nothing_else(run):
    """In ASCII, with the keys that the reference names."""
    said = run("match", DEMO, "--json")
    printed = json.loads(said.out)
    assert said.out.isascii()
    assert list(printed) == ["pack", "index", "as_at", "criteria"]
    assert set(printed["criteria"][0]) == {
        *("criterion_id", "answered", "why_not", "cautions", "population", "left", "matches"),
        *("title", "area", "records", "patients", "kinds"),
    }


def test_what_was_read_and_what_to_ask_for_are_results(run):
    """Both pages are on standard output, also as JSON."""
    index = "demo/index"
    assert "Rows by table".upper() in run("read-report", index).out
    assert json.loads(run("read-report", index, "--json").out)["patients"] > 0
    pack = str(general_practice_pack())
    assert "nothing to ask for" in run("criteria", "ask", pack, "--index", index).out
    asked = json.loads(run("criteria", "ask", pack, "--json").out)
    assert asked["requests"][0]["kind"] == "list"


def test_codelists_are_filled_shown_checked_and_covered(run, tmp_path):
    """Results only, also as JSON; what is missing is named first."""
    (tmp_path / "af.csv").write_text("code,term\n49436004,AF\n", encoding="utf-8")
    words = ["codelists", "import", str(tmp_path / "af.csv"), "--year", "2026/27"]
    out = str(tmp_path / "lists")
    said = run(*words, "--into", out).out.splitlines()
    assert said[1] == "1 line read = 1 used + 0 not needed + 0 rejected"
    assert said[4].startswith("?  ")
    assert json.loads(run(*words, "--into", out, "--json").out)["rows"]["used"] == 1
    assert "49436004" in run("codelists", "show", out, "af").out
    assert run("codelists", "check", out).out.endswith("files is wrong.\n")
    covered = json.loads(run("codelists", "cover", "demo/index", "--lists", out, "--json").out)
    assert covered["listed_codes"] > 0


def test_match_writes_a_table(run):
    """A header, a line a criterion, then notes that name theirs."""
    lines = run("match", DEMO).out.splitlines()
    assert re.fullmatch(r"criterion +wanted +matches +left after each rule", lines[0])
    empty = lines.index("") if "" in lines else len(lines)
    assert all(re.match(r"[A-Z]+-[0-9]+ ", line) for line in lines[1:empty])
    assert all(re.match(r"[A-Z]+-[0-9]+: ", line) for line in lines[empty + 1 :])


def test_explain_writes_the_verdict_the_rules_and_dated_rows(run):
    """Rows of evidence begin with their day, as 2026-10-01."""
    criteria = json.loads(run("match", DEMO, "--json").out)["criteria"]
    one = next(one for one in criteria if one["criterion_id"] == "MED-02" and one["patients"])
    said = run("explain", DEMO, one["criterion_id"], one["patients"][0])
    holds(
        said,
        rf"{one['patients'][0]} meets {one['criterion_id']}\.",
        r"(yes|NO ) +.*",
        r"  [0-9]{2} [A-Z][a-z]{2} [0-9]{4}  medications  .+",
    )


def test_draw_writes_who_was_drawn(run):
    """Place and patient number, and what the sample would show."""
    holds(
        run("draw", DEMO, "--more", "2", "--name", "Pat Smith"),
        r"2 records drawn from [0-9]+ with the seed [0-9]+:",
        r" *[0-9]+  [0-9]+",
        r"If none of 22 random records \(out of [0-9]+\) is faulty: .*",
    )


def test_a_pick_is_removed_and_a_random_record_replaced(run):
    """One line each: what was done, for whom by number, and for which criterion."""
    picks = json.loads(run("picks", DEMO, "--json").out)
    chosen = next(one for one in picks if one["criterion"])
    said = run("unpick", DEMO, chosen["criterion"], chosen["patient"])
    holds(
        said, rf"Removed {chosen['patient']} from {chosen['criterion']} \([0-9]+ of 20 picked\)\."
    )
    drawn = next(one["patient"] for one in picks if one["criterion"] is None)
    said = run("replace", DEMO, drawn, "--reason", "Left")
    holds(said, rf"Replaced the random record {drawn} by [0-9]+, number [0-9]+ in the order .*")


def test_packs_are_written_verified_and_received(run, tmp_path):
    """export, verify, compare, receive: what was written and found."""
    out = str(tmp_path / "pack")
    assert run("export", DEMO, "--out", out).out.splitlines()[0].endswith(f" written to {out}.")
    for words in (
        ["verify", out],
        ["compare", out, out],
        ["receive", out, "--out", str(tmp_path / "all.csv")],
    ):
        said = run(*words)
        assert said.out.strip(), words
        assert "HiGHS" not in said.out + said.err


def test_comparing_records_says_where_it_is_written(run, tmp_path):
    """compare-records: the answer by area, and the folder with all files; a note on stderr."""
    out = str(tmp_path / "comparison")
    said = run("compare-records", "demo/index", "demo/index", "--out", out)
    assert "accept" in said.out
    assert said.out.splitlines()[-1] == f"Written to {out}: begin with comparison.html."
    assert "Both sides are the same records" in said.err


def test_merge_says_that_there_is_nothing_to_merge(run):
    """One sentence about a copy in which nothing was done since, and as JSON."""
    shutil.copy(run.folder / DEMO, run.folder / "copy.recordpick")
    words = ["merge", DEMO, "copy.recordpick", "--out", "both.recordpick"]
    said = run(*words)
    assert len(said.out.splitlines()) == 1, said
    assert said.out.strip()
    assert json.loads(run(*words, "--json").out)["conflicts"] == []


@pytest.mark.parametrize(
    "words",
    [
        ["synthesise", "--patients", "30", "--out", "made"],
        ["index", "demo/practice", "--out", "again"],
        ["clean-up", "demo/index", "--out", "clean"],
        ["issues", "progress", DEMO],
        ["issues", "pace", DEMO, "--line", "2"],
        ["issues", "next", DEMO],
        ["issues", "resolve", DEMO],
        ["issues", "sheets", DEMO, "--phase", "go_live", "--out", "sheets.xlsx"],
        ["issues", "import", DEMO, "demo/hand-over/tick_sheets.xlsx", "--show"],
        ["issues", "log", DEMO, "--out", "log.csv"],
        ["issues", "sign-off", DEMO, "--out", "page.txt"],
        ["criteria", "check", "general_practice.toml"],
        ["reports", DEMO, "--out", "reports"],
        ["reports explain", DEMO, "CS005"],
        ["status", DEMO],
        ["find", DEMO, "10001"],
        ["record", DEMO, "10001"],
        ["picks", DEMO],
        ["note", DEMO, "10001", "Ask first"],
        ["undo", DEMO],
        ["redo", DEMO],
        ["reopen", DEMO, "dem-12"],
        ["close", DEMO, "dem-12", "--reason", "Nobody else"],
        ["close", DEMO, "--exhausted", "--show"],
        ["hand-over", DEMO, "--how", "by NHSmail"],
        ["history", DEMO],
        ["rematch", DEMO, "--index", "demo/index"],
        ["completion", "powershell"],
        ["guide", "--where"],
    ],
    ids=" ".join,
)
def test_other_commands_write_their_own_lines(run, words):
    """Something a person can read, with no control character, and nothing of a library's."""
    if words[0] == "criteria":
        pack = general_practice_pack()
        shutil.copy(pack, run.folder)
        shutil.copytree(pack.parent / "codelists", run.folder / "codelists")
    said = run(*words)
    assert said.out.strip()
    assert said.out.replace("\n", "").replace("\t", "").isprintable()
    assert not re.search(r"HiGHS|Warning|Traceback", said.out + said.err)


def test_what_cannot_be_done_is_said_on_standard_error_only(run):
    """Exit code 2, standard output empty; the app without a terminal too."""
    for words in ([DEMO], ["match", "nowhere.recordpick"], ["criteria", "check", "no.toml"]):
        said = run.alone(*words, code=2) if words == [DEMO] else run(*words, code=2)
        assert said.out == ""
        assert said.err.startswith("recordpick: ")


def test_every_command_is_run_here():
    """A new command needs its line above."""
    text = Path(__file__).read_text(encoding="utf-8")
    for name in COMMANDS:
        if name != "open":  # without a terminal: DEMO alone, above
            assert f'"{name}"' in text, name
