"""Nothing in a pack's conditions reads a file, reaches a network or takes the program's time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hostile_conditions import FAMILIES

# Runs in an interpreter of its own: an audit hook cannot be taken away again. polars is not even
# imported there, so nothing that it would open on its own is out of the hook's sight.
_CHECK_ALL = """
import json, sys, time
from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.pack import columns_with, words_of
from recordpick.errors import UserError

columns, words = columns_with({}, "events"), words_of("events")
parse_condition("kind = 'problem' AND date > :as_at - INTERVAL '1 day'", columns, words)
for refused in ("select(1)", "term = 'x'::text", "term like 5", "(1"):
    try:
        parse_condition(refused, columns, words)
    except UserError:
        pass

conditions = json.loads(sys.stdin.read())
events, results = [], []
watching = False
def watch(event, arguments):
    if watching and event != "builtins.id":
        events.append(event)
sys.addaudithook(watch)

for condition in conditions:
    events.clear()
    watching, began = True, time.perf_counter()
    try:
        parse_condition(condition, columns, words)
        told = None
    except UserError as error:
        told = str(error)
    took = time.perf_counter() - began
    watching = False
    results.append((told, took, list(events)))
sys.stdout.write(json.dumps({"results": results, "polars": "polars" in sys.modules}))
"""


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What each hostile condition was answered, in how many seconds, and what it touched."""
    spellings = [text for family in FAMILIES.values() for text in family]
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", _CHECK_ALL],
        input=json.dumps(spellings),
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONPATH": str(source), "PYTHONUTF8": "1", "SYSTEMROOT": "C:\\Windows"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    answer["by_text"] = dict(zip(spellings, answer["results"], strict=True))
    return answer


def test_there_are_many_spellings() -> None:
    """At least three hundred different ones."""
    assert len({text for family in FAMILIES.values() for text in family}) > 500


@pytest.mark.parametrize("family", FAMILIES)
def test_every_spelling_is_refused_with_a_sentence(answers: dict[str, Any], family: str) -> None:
    """None is let through, and the person is told in one line that can be shown anywhere."""
    printed = {text: answers["by_text"][text][0] for text in FAMILIES[family]}
    assert [text for text, message in printed.items() if message is None] == []
    assert [text for text, message in printed.items() if not message.endswith((".", "?"))] == []
    assert [text for text, message in printed.items() if not message.isprintable()] == []
    assert [text for text, message in printed.items() if len(message) > 800] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_no_spelling_touches_files_network_or_processes(
    answers: dict[str, Any], family: str
) -> None:
    """Python's audit hook, which sees every open, socket and process, sees nothing at all."""
    touched = {text: answers["by_text"][text][2] for text in FAMILIES[family]}
    assert {text: events for text, events in touched.items() if events} == {}


def test_polars_is_never_asked(answers: dict[str, Any]) -> None:
    """What is refused was refused before anything that could run it was even loaded."""
    assert answers["polars"] is False


def test_no_spelling_takes_long(answers: dict[str, Any]) -> None:
    """Two seconds are allowed for each (they take milliseconds)."""
    assert [text[:80] for text, (_, took, _) in answers["by_text"].items() if took > 2] == []
