"""Make practices with edges, and what recordpick answers for each at the command line."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
from second_opinion import write_with_edges

from examples import usually
from recordpick.cli.main import main
from recordpick.resources import criteria_folder, general_practice_pack

# An ordinary day, the last day of a month that other months do not have, and a leap day.
AS_AT = {11: dt.date(2026, 10, 1), 12: dt.date(2027, 3, 31), 13: dt.date(2028, 2, 29)}
SEEDS = usually(AS_AT, 11)
SMALL = ("synthesise", "--patients", 150, "--seed", 14)
CODELISTS = criteria_folder() / "codelists"


@dataclass
class Opinions:
    """A practice: recordpick's answers, pack and index, and a connection to its tables."""

    answers: dict[str, dict]
    hand_over: Path
    index: Path
    con: duckdb.DuckDBPyConnection


def run(*words: object) -> str:
    """Run a command that has to succeed; return what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = main([str(word) for word in words])
    assert code == 0, out.getvalue()
    return out.getvalue()


def make(folder: Path, seed: int) -> None:
    """Make a practice of this seed, its index, answers to all criteria, and hand-over pack."""
    folder.mkdir()
    made, tables, index = folder / "made", folder / "tables", folder / "index"
    run("synthesise", "--patients", 800, "--seed", seed, "--as-at", AS_AT[seed], "--out", made)
    write_with_edges(made, tables, AS_AT[seed], CODELISTS)
    run("index", tables, "--out", index)
    write_answers(index, folder / "answers.json")
    run("new", folder / "w.recordpick", "--index", index, "--criteria", general_practice_pack())
    run("export", folder / "w.recordpick", "--out", folder / "hand-over")


def make_full_tables(folder: Path) -> None:
    """Make a practice's tables."""
    folder.mkdir()
    run(*SMALL, "--as", "tables", "--out", folder / "tables")


def make_format(folder: Path, form: str) -> None:
    """Make the same practice as a system exports it, and the answers from that."""
    folder.mkdir()
    run(*SMALL, "--as", form, "--out", folder / "extract")
    run("index", folder / "extract", "--out", folder / "index")
    write_answers(folder / "index", folder / "answers.json")


def write_answers(index: Path, file: Path) -> None:
    """Write what recordpick answers to every criterion of the pack that ships."""
    pack = general_practice_pack()
    file.write_text(run("match", "--index", index, "--criteria", pack, "--json"), encoding="utf-8")


def read_answers(file: Path) -> dict[str, dict]:
    """Return the answers by the criterion's id."""
    found = json.loads(file.read_text(encoding="utf-8"))["criteria"]
    return {answer["criterion_id"]: answer for answer in found}
