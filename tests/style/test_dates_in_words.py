"""A date that people read is the same on every computer, whatever its language."""

import ast
import re
from pathlib import Path

import recordpick

PACKAGE = Path(recordpick.__file__).parent
SOURCES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
OF_DATA = {"index/readers/mapping_values.py", "synthetic/as_list.py"}
"""Files in which such dates are those of practices' systems, which people do not read."""
NAMED_BY_THE_SYSTEM = re.compile("%[aAbBcpxX]")


def named_by_the_system(text):
    """Return the lines of f-strings that let the system name a month or a day of the week."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FormattedValue)
        and node.format_spec is not None
        and NAMED_BY_THE_SYSTEM.search(ast.unparse(node.format_spec))
    ]


def test_months_are_named_by_recordpick_itself():
    """`text.day`, `text.day_in_full` and `text.moment` do so."""
    texts = {name: path.read_text(encoding="utf-8") for name, path in SOURCES.items()}
    found = {name: named_by_the_system(text) for name, text in texts.items() if "%" in text}
    assert {name for name, lines in found.items() if lines} == OF_DATA


def test_what_the_check_finds():
    assert named_by_the_system('x = f"as at {day:%d %b %Y}"') == [1]
    assert named_by_the_system('x = f"{day:%Y-%m-%d} {share:.0%}", {"date": "%d %b %Y"}') == []
