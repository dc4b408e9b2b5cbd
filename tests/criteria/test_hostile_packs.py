"""A pack that means harm is refused: nothing is opened but its own files, and it takes no time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packs import changed, written

_HEAD = '[pack]\ntitle = "x"\nversion = "1"\n'
_CRITERION = '[[criterion]]\nid = "A"\narea = "a"\ntitle = "t"\nfind = "f"\n'
_RULE = _HEAD + _CRITERION + '[[criterion.rule]]\nsays = "x"\ntable = "events"\n'

PACKS: dict[str, str] = {
    "a dotted key of 40 KB": "a." * 20_000 + "b = 1\n",
    "a dotted key of 40 KB in quotes": '"a".' * 10_000 + "b = 1\n",
    "a dotted key of 40 KB within": _HEAD + "x = { " + "a." * 20_000 + "b = 1 }\n",
    "a dotted header of 40 KB": "[" + "a." * 20_000 + "b]\n",
    "400 nested arrays": "x = " + "[" * 400 + "]" * 400,
    "100,000 open brackets": "x = " + "[" * 100_000,
    "400 nested tables": "x = " + "{ a = " * 400 + "1" + " }" * 400,
    "a number of a million digits": _HEAD + "random_records = " + "1" * 1_000_000,
    "a number of 4,000 digits": _HEAD + "random_records = " + "1" * 4_000,
    "an infinite number": _HEAD + "random_records = 1e999999999",
    "not a number": _HEAD + "random_records = nan",
    "75,000 criteria": _HEAD + "[[criterion]]\n" * 75_000,
    "30,000 rules": _RULE + '[[criterion.rule]]\nsays = "x"\n' * 30_000,
    "90,000 keys": _HEAD + "".join(f"k{number} = 1\n" for number in range(90_000)),
    "40,000 tables": "".join(f"[tables.t{number}]\nx = 'text'\n" for number in range(40_000)),
    "330,000 arrays": "x = [" + "[]," * 330_000 + "]",
    "a million quotes": '"' * 1_000_000,
    "half a million escapes": 'x = "' + '\\"' * 500_000,
    "300,000 triple quotes": '"""' * 300_000,
    "a text of 900,000 apostrophes": "x = '''" + "'" * 900_000,
    "a million line ends": "\n" * 1_000_000,
    "a million comment signs": "#" * 1_000_000,
    "a key of a million letters": "k" * 1_000_000 + " = 1",
    "a condition of 900 KB": _RULE + "where = '" + "a" * 900_000 + "'",
    "a condition of 400 brackets": _RULE + "where = '" + "(" * 400 + "value > 1" + ")" * 400 + "'",
    "a condition that reads": _RULE
    + "where = '''term IN (SELECT * FROM read_csv('/etc/passwd'))'''",
    "a population that reads": _HEAD
    + "population = '''EXISTS (SELECT 1 FROM '/etc/passwd')'''\n"
    + _CRITERION,
    "control characters": "\x00\x01\x02",
    "half a surrogate": _HEAD.replace('"x"', '"\\ud800"'),
    "a title that clears the screen": _HEAD.replace('"x"', '"\\u001b[2J"') + _CRITERION,
    "a title that runs backwards": _HEAD.replace('"x"', '"\\u202Ex"') + _CRITERION,
    "a table that is a path": _RULE.replace('"events"', '"../../etc/passwd"'),
    "a table of its own that is a path": _HEAD + '[tables."../x"]\na = "text"\n' + _CRITERION,
    "a table of its own over ours": _HEAD + '[tables.patients]\na = "text"\n' + _CRITERION,
    "a column that is a pattern": _HEAD + '[tables.x]\n"^.*$" = "text"\n' + _CRITERION,
    "a column that is every column": _HEAD + '[tables.x]\n"*" = "text"\n' + _CRITERION,
} | {
    f"the codelist {name!r}": _RULE + f"codes = '{name}'"
    for name in (
        *("../../../etc/passwd", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "C:x", "con", "nul"),
        *(
            "//server/share/x",
            "\\\\server\\share\\x",
            "file:///etc/passwd",
            "https://example.org/x",
        ),
        *("x.csv", "x:stream", "~/x", "$HOME", "%TEMP%", "x y", "Ünïcode", "-", "x" * 61, "*"),
    )
}

_READ_ALL = """
import json, sys, time
from pathlib import Path
from recordpick.criteria.load import parse_pack, read_pack
from recordpick.errors import UserError

asked = json.loads(sys.stdin.read())
# Once before, so that what Python itself loads late is loaded.
warm_up = [(parse_pack, {"pack.toml": text}) for text in ("", "[pack]\\nx = 1", "[pack")]
warm_up += [(read_pack, Path(path)) for path in asked["paths"]]
for read, source in warm_up:
    try:
        read(source)
    except UserError:
        pass

events, answers = [], {}
watching = False
def watch(event, arguments):
    if watching and event != "builtins.id":
        events.append([event, str(arguments[0]) if arguments else ""])
sys.addaudithook(watch)

def answer(name, read, source):
    global watching
    events.clear()
    watching, began = True, time.process_time()
    try:
        read(source)
        told = None
    except UserError as error:
        told = error.messages
    took = time.process_time() - began
    watching = False
    answers[name] = (told, took, list(events))

for name, text in asked["packs"].items():
    answer(name, parse_pack, {"pack.toml": text})
for path in asked["paths"]:
    answer(path, read_pack, Path(path))
sys.stdout.write(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packs on disk: a sound one, and ones whose rules name codelists elsewhere."""
    folder = tmp_path_factory.mktemp("packs")
    written(folder)
    for number, name in enumerate(["../outside", "/etc/passwd", "..", "con"]):
        text = changed(('"controlled_drugs"', f'"{name}"'))
        (folder / f"hostile{number}.toml").write_text(text, encoding="utf-8")
    (folder.parent / "outside.csv").write_text("code,term\n1,x\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def answers(folder: Path) -> dict[str, Any]:
    """For each pack: what was said, in how much time of its own, and what Python did meanwhile."""
    paths = [str(path) for path in sorted(folder.glob("*.toml"))]
    asked = {"packs": PACKS, "paths": paths}
    done = subprocess.run(
        [sys.executable, "-c", _READ_ALL],
        input=json.dumps(asked),
        capture_output=True,
        encoding="utf-8",
        env={
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
            "PYTHONUTF8": "1",
            "SYSTEMROOT": "C:\\Windows",
        },
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


@pytest.mark.parametrize("name", PACKS)
def test_a_hostile_pack_is_refused(answers: dict[str, Any], name: str) -> None:
    """With sentences that can be shown, and without touching files, network or processes."""
    printed, took, events = answers[name]
    assert printed
    assert all(message.startswith("pack.toml") and message.isprintable() for message in printed)
    assert all(len(message) < 1_000 for message in printed)
    assert events == []
    assert took < 2


def test_reading_a_pack_opens_its_own_files_only(answers: dict[str, Any], folder: Path) -> None:
    """The pack, and the codelists that it names in the folder beside it."""
    opened = {
        Path(path).relative_to(folder).as_posix()
        for name, (_, _, events) in answers.items()
        if name.startswith(str(folder))
        for event, path in events
        if event == "open"
    }
    assert opened == {
        *("pack.toml", "codelists/controlled_drugs.csv"),
        *(f"hostile{number}.toml" for number in range(4)),
    }


def test_reading_a_pack_does_nothing_else(answers: dict[str, Any], folder: Path) -> None:
    """No socket, no process, no import."""
    done = {
        event
        for name, (_, _, events) in answers.items()
        if name.startswith(str(folder))
        for event, _ in events
    }
    assert done == {"open"}
