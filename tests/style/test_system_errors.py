"""What the system says of an error reaches people by one table, which knows Windows' numbers."""

import ast
from pathlib import Path

import recordpick

PACKAGE = Path(recordpick.__file__).parent
BY_ITSELF = {"os_errors.py", "standard_streams.py"}
"""The table, and the streams on which everything is said: it has words of its own."""


def uses_system_words(text):
    """Return the lines that read `strerror` of an error (`os.strerror(...)` makes one)."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr == "strerror"
        and not (isinstance(node.value, ast.Name) and node.value.id == "os")
    ]


def test_the_system_s_own_words_are_read_in_one_place():
    """`os_errors.words_of` and `reason_of` say what happened, and what to do."""
    texts = {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
    }
    found = {name for name, text in texts.items() if uses_system_words(text)}
    assert found == BY_ITSELF


def test_what_the_check_finds():
    assert uses_system_words('raise UserError(f"{path}: {error.strerror}")') == [1]
    assert uses_system_words("OSError(number, os.strerror(number))") == []
