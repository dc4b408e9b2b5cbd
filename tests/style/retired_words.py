"""Names that an earlier version used privately, with the standard term for each.

Only identifiers are checked: names in code, names of modules, and names in code spans of the
developers' pages. Ordinary English in prose and messages is left alone.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SOURCES = TOP / "src" / "recordpick"
CODE = ("src", "tests", "benchmarks", "docs", "scripts")
PAGES = (*sorted((TOP / "docs" / "developers").glob("*.md")), TOP / "CONTRIBUTING.md")
OWN = ("tests/style/retired_words.py", "tests/style/test_retired_words.py")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SPAN = re.compile(r"`([^`\n]+)`")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Retired:
    """A retired name: what to use instead, and why."""

    name: str
    use: str
    why: str
    within: str = ""
    """The folder in which it is retired; elsewhere it is an ordinary word."""


WORDS = (
    Retired("told", "notes, messages, or dictionary-encoded columns", "it had three meanings"),
    Retired("untold", "coverage", "columns and values that a source does not supply"),
    Retired("aside", "background, or rejected", "it had two meanings"),
    Retired("asides", "background", "workers in the background"),
    Retired("anew", "again", "archaic"),
    Retired("reckoned", "calculated", "archaic"),
    Retired("hasty", "optimistic", "an optimistic scan, with a strict reader behind it"),
    Retired("haste", "optimistic", "an optimistic scan, with a strict reader behind it"),
    Retired("carefully", "strict", "the strict reader"),
    Retired("stretch", "chunk", "ranges of rows for each patient: a zone map"),
    Retired("stretches", "chunks", "ranges of rows for each patient: a zone map"),
    Retired("workroom", "spill buffer", "a memory budget that spills to disk"),
    Retired("misfits", "integrity", "checks of referential integrity"),
    Retired("misfit", "integrity", "checks of referential integrity"),
)
"""Words that must not be part of any identifier, in `snake_case` or `CamelCase`."""

NAMES = (
    Retired("SmallTable", "LookupTable", "a table for looking up values"),
    Retired("Part", "SourceTable", "one source table of a reader", "src/recordpick/index/"),
    Retired("Met", "MatchedKeys", "keys that a join matched"),
    Retired("FOLDED", "DETAIL_OF", "a row that is a detail of another"),
    Retired("ORDER", "VERSION", "which row of an id is newest", "src/recordpick/index/"),
    Retired("take_back", "supersede", "a row superseded by a later one"),
    Retired("TableMade", "TableBuilder", "a builder of a table"),
    Retired("Quick", "FastCast", "a fast cast with a fallback"),
    Retired("by_rule", "fallback", "the fallback of a fast cast"),
    Retired("conform", "cast", "casting values to their types"),
    Retired("Asked", "NotNull, or a name of its own", "it had seven meanings"),
    Retired("set_aside", "rejects, or emptied values", "it had two meanings"),
    Retired("SetAside", "Rejects", "rejected rows"),
    Retired("Look", "CsvProfile", "what sniffing found out about a file", "src/"),
    Retired("alike", "caveats", "distinctions that a format loses"),
    Retired("opens_box", "opens_modal", "a decorator of actions that open a modal"),
    Retired("Waiting", "ProgressModal", "a modal that shows progress"),
    Retired("effects", "apply", "how events change the state"),
    Retired("known_people", "identity_fingerprint", "a fingerprint of who the patients are"),
    Retired("moved_on", "stale_picks", "picks that a newer index does not support"),
    Retired("Facts", "WorkingFile", "an open working file"),
    Retired("OwnFigure", "SystemFigure", "a figure of a system's own report"),
    Retired("doubts", "warnings", "warnings at the export"),
    Retired("Doubt", "PickWarning", "a warning about picks at the export"),
    Retired("LookedAt", "ImportPreview", "what a workbook would import"),
    Retired("held_against", "preview_of", "comparing a workbook with its list"),
    Retired("NoNumber", "UnreadableFigure", "a cell that is not a figure"),
    Retired("say", "print_result", "print a result"),
    Retired("tell", "print_message", "print a message"),
)
"""Identifiers that must not be used as they are; within other names they are ordinary words."""

MODULES = (
    Retired("tables.py", "schema.py", "the columns of the practice index"),
    Retired("shipped.py", "resources.py", "packaged resources"),
    Retired("whole.py", "atomic.py", "atomic writes"),
    Retired("cells.py", "csv_safety.py", "guarding cells against CSV injection"),
    Retired("visible.py", "sanitize.py", "sanitising text for a terminal"),
    Retired("index/parts.py", "index/source.py", "what a reader returns"),
    Retired("index/look.py", "csvio/sniff.py", "sniffing a file's format"),
    Retired("index/conform.py", "index/build/cast.py", "casting"),
    Retired("index/quick_typing.py", "index/fast_cast.py", "fast casts"),
    Retired("index/tables_made.py", "index/build/table_builder.py", "a builder of tables"),
    Retired("index/fed_rows.py", "index/build/enrichment.py", "details joined to their parents"),
    Retired("index/stretches.py", "index/build/row_order.py", "ranges of rows for each patient"),
    Retired("index/words_as_text.py", "index/build/writer.py", "categoricals written as strings"),
    Retired("selection/trouble.py", "os_errors.py", "errors of the operating system"),
    Retired("selection/effects.py", "selection/kinds", "how events change the state"),
    Retired("selection/describe.py", "selection/kinds", "words for an event"),
    Retired("selection/plausible.py", "selection/event_validation.py", "checks of events"),
    Retired("selection/work.py", "selection/decisions.py", "what people decided, in tables"),
    Retired("handover/the_list.py", "handover/selection_list.py", "the selection list"),
    Retired("tui/asides.py", "tui/background.py", "workers in the background"),
    Retired("tui/box.py", "tui/dialogs.py", "modals"),
    Retired("tui/standing.py", "tui/view_models.py", "view models"),
    Retired("tui/hiding.py", "tui/masking.py", "masking of names and numbers"),
    Retired("tui/pictures.py", "tui/screens/charts.py", "charts"),
    Retired(
        "tui/watching.py", "tui/widgets/shared_file_banner.py", "a file somebody else has open"
    ),
)
"""Modules of src/recordpick, each by the end of its path below it."""


_WORDS = frozenset(retired.name for retired in WORDS)
_NAMES = frozenset(retired.name for retired in NAMES)
_WITHIN = {retired.name: retired.within for retired in NAMES if retired.within}


def words_of(identifier: str) -> set[str]:
    """Return the words of an identifier in snake case or camel case, in lower case."""
    return {word.lower() for word in _WORD.findall(identifier)}


def identifiers_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of every identifier in Python source; `file.tell` is Python's own."""
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and not (before == "." and token.string == "tell"):
            yield token.start[0], token.string
        before = token.string


def retired_in(identifier: str) -> set[str]:
    """Return the retired names that an identifier is, or is made of."""
    bare = identifier.lstrip("_")
    return (words_of(identifier) & _WORDS) | ({bare} & _NAMES)


def code_identifiers() -> Iterator[tuple[str, int, str]]:
    """Yield the file, line and text of every identifier in the project's Python."""
    for folder in CODE:
        for path in sorted((TOP / folder).rglob("*.py")):
            place = path.relative_to(TOP).as_posix()
            if place not in OWN:
                for line, identifier in identifiers_in(path.read_text(encoding="utf-8")):
                    yield place, line, identifier


def page_identifiers() -> Iterator[tuple[str, int, str]]:
    """Yield the page, line and text of every identifier in a code span of the developers' pages."""
    for page in PAGES:
        place = page.relative_to(TOP).as_posix()
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            for span in _SPAN.findall(line):
                for identifier in _IDENTIFIER.findall(span):
                    yield place, number, identifier


def uses() -> dict[str, list[str]]:
    """Return where each retired name is used, by its name; a name that is gone has no entry."""
    found: dict[str, list[str]] = {}
    for identifiers in (code_identifiers(), page_identifiers()):
        for place, line, identifier in identifiers:
            for hit in retired_in(identifier):
                if not place.startswith(_WITHIN.get(hit, "")):
                    continue
                found.setdefault(hit, []).append(f"{place}:{line}: {identifier}")
    for retired in MODULES:
        if (SOURCES / retired.name).exists():
            found[retired.name] = [f"src/recordpick/{retired.name}"]
    return found


if __name__ == "__main__":
    still = uses()
    lines = [f"{len(still[name]):5} {name}: {', '.join(still[name][:3])}" for name in sorted(still)]
    sys.stdout.write("\n".join([*lines, ""]))
