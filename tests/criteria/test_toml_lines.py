"""The line of each value in a TOML text, whatever the way it is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packs import SOUND

from recordpick.criteria.toml_positions import check_shape, lines_of
from recordpick.errors import UserError

TEXT = (
    '''\
# top = 0
top = 1
"quoted key" = "a # b [c]"

[one]
long = """
[not.a.header]
it's "quoted" \\""" still
"""
literal = \'\'\'
[[nor.this]]
'''
    "''''"
    '''
dotted.inner = 1
list = [
  "x", # ]
  [1, 2],
  { a = 1, b = [ 3,
    4 ] },
]
after = { x = { y = 1 } }

[[many]]
k = 1
  [[many.inner]]
  k = 1.5
  [many.inner.table]
  k = 2026-01-01
[[many]]
k = """one"""
[[many.inner]]
'k' = \'\'
'''
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    found = [(*path, key) for key, _ in items]
    for key, inner in items:
        if isinstance(inner, (dict, list)):
            found += paths_of(inner, (*path, key))
    return found


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("one",), 5),
        (("one", "long"), 6),
        (("one", "literal"), 10),
        (("one", "dotted"), 13),
        (("one", "dotted", "inner"), 13),
        (("one", "list"), 14),
        (("one", "list", 0), 15),
        (("one", "list", 1, 1), 16),
        (("one", "list", 2, "a"), 17),
        (("one", "list", 2, "b", 1), 18),
        (("one", "after", "x", "y"), 20),
        (("many",), 22),
        (("many", 0), 22),
        (("many", 0, "inner", 0, "k"), 25),
        (("many", 0, "inner", 0, "table", "k"), 27),
        (("many", 1), 28),
        (("many", 1, "k"), 29),
        (("many", 1, "inner", 0), 30),
        (("many", 1, "inner", 0, "k"), 31),
        (("many", 1, "missing"), 28),
        (("one", "list", 9), 14),
    ],
)
def test_the_line_of_a_value(path: tuple[Any, ...], line: int) -> None:
    """What is not there has the line of the nearest thing that should hold it."""
    tomllib.loads(TEXT)
    assert lines_of(TEXT).of(path) == line


def test_what_has_no_place_has_no_line() -> None:
    """A part of the file that is missing altogether."""
    assert lines_of(TEXT).of(("nothing",)) is None


@pytest.mark.parametrize("text", [TEXT, SOUND])
def test_every_value_of_a_file_has_a_line(text: str) -> None:
    """Of its own, not only of what holds it."""
    lines = lines_of(text)
    for path in paths_of(tomllib.loads(text)):
        assert lines.of(path) is not None
        key = path[-1] if isinstance(path[-1], str) else ""
        assert key in text.splitlines()[lines.of(path) - 1]


_keys = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
_values = st.recursive(
    st.sampled_from(["1", '"a"', "'b'", '"a \\" ] #"', "1.5", "true", "2026-01-01", '"""x\ny"""']),
    lambda inner: st.lists(inner, max_size=3).map(lambda them: f"[{', '.join(them)}]"),
    max_leaves=4,
)


@given(st.lists(st.tuples(_keys, _values, st.sampled_from(["\n", "\n\n", " # x\n"])), max_size=6))
def test_keys_are_found_where_they_were_written(pairs: list[tuple[str, str, str]]) -> None:
    """For any values, however many lines they take."""
    text, expected = "", {}
    for key, value, end in pairs:
        if key not in expected:
            expected[key] = text.count("\n") + 1
            text += f"{key} = {value}{end}"
    tomllib.loads(text)
    check_shape(text)
    lines = lines_of(text)
    assert {key: lines.of((key,)) for key in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "a." * 8 + "b = 1",
        '"a".' * 8 + "b = 1",
        "[" + "a." * 8 + "b]",
        "x = { " + "a . " * 8 + "b = 1 }",
        "x = " + "[" * 17 + "]" * 17,
        "x = " + "{a=" * 17 + "1" + "}" * 17,
        "a = 1\n" * 40_000,
    ],
)
def test_shapes_that_would_take_long_are_refused(text: str) -> None:
    """Keys of many parts, deep brackets, and files far longer than any pack."""
    with pytest.raises(UserError, match=r"^line \d+: "):
        check_shape(text)


@pytest.mark.parametrize("text", ["'", '"', '"\\', "'''", '"""' * 5, "x = '''\n", '"\\"' * 1000])
def test_texts_that_are_no_toml_are_left_to_tomllib(text: str) -> None:
    """Strings that are not closed end the look at the shape, and nothing else."""
    check_shape(text)
