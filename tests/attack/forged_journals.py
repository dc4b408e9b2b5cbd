"""Working files that say what recordpick never wrote, with a chain of hashes that is sound."""

from __future__ import annotations

import copy
import random
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from recordpick.cli.main import main
from recordpick.errors import UserError
from recordpick.selection.events import Person
from recordpick.selection.opening import DamagedFileError
from recordpick.selection.working_file import WorkingFile
from small_journals import read_journal, write_journal

from .registry import attack

PATIENTS = 60
EXPORTED = 0.1
"""The share of those that open which are exported and verified: that takes a second each."""

Events = list[dict[str, Any]]

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**32,
    2**63,
    2**200,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "\ud800",
    "\x00",
    "\x1b]0;x\x07",
    "\u202e",
    "é" * 3_000,
    "=1+1",
    "0001-01-01",
    "9999-12-31",
    [],
    {},
    [[]],
    [[[[[[]]]]]],
)
TIMES = (
    "0001-01-01T00:00:00.000000+00:00",
    "9999-12-31T23:59:59.999999+00:00",
    "2026-10-05",
    "1969-12-31T23:59:59.000000+00:00",
    "2026-10-05T09:30:00.000000",
    "now",
    "",
    "\udcff",
    "2026-10-05T09:30:00.000000+14:00",
    "2300-01-01T00:00:00.000000+00:00",
)


def odd_time(events: Events, chance: random.Random) -> None:
    chance.choice(events)["at"] = chance.choice(TIMES)


def odd_person(events: Events, chance: random.Random) -> None:
    one = chance.choice(events)
    one[chance.choice(["who", "role", "kind"])] = chance.choice(
        ["", "x", "\udcff", "\x07", "z" * 5_000]
    )


def odd_value(events: Events, chance: random.Random) -> None:
    """Put something odd anywhere into a body, however deep."""
    body = chance.choice(events)["body"]
    key: Any = chance.choice(sorted(body))
    while isinstance(body[key], list) and body[key] and chance.random() < 0.8:
        body, key = body[key], chance.randrange(len(body[key]))
    body[key] = chance.choice(ODD)


def gone(events: Events, chance: random.Random) -> None:
    """Take an event away, or one value of a body."""
    if chance.random() < 0.5:
        del events[chance.randrange(len(events))]
    else:
        body = chance.choice(events)["body"]
        del body[chance.choice(sorted(body))]


def again(events: Events, chance: random.Random) -> None:
    """Repeat an event somewhere later: picks, draws, undoing."""
    at = chance.randrange(len(events))
    events.insert(chance.randrange(at, len(events)) + 1, copy.deepcopy(events[at]))


def swapped(events: Events, chance: random.Random) -> None:
    """Exchange two events."""
    one, other = chance.randrange(len(events)), chance.randrange(len(events))
    events[one], events[other] = events[other], events[one]


def picked(events: Events, chance: random.Random) -> None:
    """Pick too many, somebody twice, somebody unknown, for what the pack does not have."""
    ids = chance.sample(["10001", "10002", "10003", "none", "\ud800", ""], 3) * chance.choice(
        [1, 2, 9]
    )
    said = {
        "criterion_id": chance.choice(["DEM-01", "DEM-02", "NONE", "", "random"]),
        "patient_ids": [*ids, *(str(number) for number in range(chance.choice([0, 0, 5_000])))],
        "chosen_by": chance.choice(["rule", "staff", "random"]),
    }
    added(events, chance, "picked", said)


def results(events: Events, chance: random.Random) -> None:
    """Take in results of lines that no list has."""
    row = ["DEM-01", "nobody", 1, 1, "same", "", "", "", chance.choice([None, "0001-01-01"])]
    if chance.random() < 0.7:
        row[chance.randrange(len(row))] = chance.choice(ODD)
    said = {
        "phase": "first check",
        "list_id": "RP-AAAAAAAA-01",
        "workbook": "x",
        "sha256": "ab" * 32,
    }
    added(events, chance, "checked", {**said, "results": [row]})


def added(events: Events, chance: random.Random, kind: str, body: dict[str, Any]) -> None:
    at = chance.randrange(1, len(events) + 1)
    events.insert(at, {**events[-1], "kind": kind, "body": body})


WAYS: tuple[Callable[[Events, random.Random], None], ...] = (
    odd_time,
    odd_person,
    odd_value,
    odd_value,
    odd_value,
    gone,
    again,
    swapped,
    picked,
    results,
)


@cache
def source(top: Path) -> tuple[Path, Events]:
    """Make a small practice with picks, a draw, a replacement, notes and a hand-over."""
    from recordpick.demo import run_demo
    from recordpick.matching import random_population
    from recordpick.selection.find_index import index_of

    folder = top / "source-of-forged"
    run_demo(folder, PATIENTS)
    path = folder / "demonstration.recordpick"
    with WorkingFile.open(path, Person("Kim", "practice")) as file:
        index = index_of(file)
        pick = file.selection.picks[0]
        file.note(pick.patient_id, "moved last year")
        file.remove(pick.criterion_id, [pick.patient_id])
        file.undo()
        file.reopen_criterion("DEM-02")
        file.close_criterion("DEM-02", "no more")
        eligible = random_population(file.pack, index, file.as_at)
        drawn = file.selection.random()
        if drawn:
            file.replace_random(drawn[0].patient_id, "moved away", eligible)
    return path, read_journal(path)


def quiet(*words: object) -> tuple[int, str]:
    """Call the command line; return its exit code and what it said."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    return code, out.getvalue() + err.getvalue()


@attack("forged-journals", "journals with a sound chain that say what cannot be", quick=16)
def forged_journal(folder: Path, chance: random.Random) -> str:
    """It is refused with the number of the event, or opens to a selection whose pack verifies."""
    sound, events = source(folder.parent)
    events = copy.deepcopy(events)
    way = chance.choice(WAYS)
    way(events, chance)
    path = folder / "practice.recordpick"
    shutil.copyfile(sound, path)
    write_journal(path, events)
    name = way.__name__.replace("_", " ")
    try:
        with WorkingFile.open(path, read_only=True) as file:
            selection = file.selection
            assert len(file.events) == len(events)
            assert repr(selection).encode("utf-8", "backslashreplace")
    except DamagedFileError as error:
        said = str(error)
        assert "event " in said or "says of itself" in said or "no events" in said, said
        said.encode("utf-8")
        return f"{name}: refused"
    except UserError:
        return f"{name}: refused"
    picks = [(pick.criterion_id, pick.patient_id) for pick in selection.picks]
    assert len(set(picks)) == len(picks)
    if chance.random() >= EXPORTED:
        return f"{name}: opened"
    index, pack = sound.parent / "index", folder / "pack"
    for words in (("log", path, "--out", folder / "log.csv"), ("progress", path)):
        code, said = quiet("issues", *words)
        assert code in {0, 2}, said
    code, said = quiet("export", path, "--out", pack, "--index", index, "--name", "Kim")
    assert code in {0, 2}, said
    if code == 2:
        assert not pack.exists()
        return f"{name}: opened, and not exported in words"
    code, said = quiet("verify", pack, "--index", index)
    assert code == 0, said
    return f"{name}: opened, exported and verified"
