"""The reference for those who write packs says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.conditions.lexer import FUNCTIONS, KEYWORDS
from recordpick.criteria.list_columns import find_header
from recordpick.criteria.load import parse_pack
from recordpick.criteria.pack import columns_with, words_of
from recordpick.errors import UserError
from recordpick.schema import KIND_WORDS, TABLES

DOCS = (Path(__file__).parents[2] / "docs" / "criteria-packs.md").read_text(encoding="utf-8")
PACKS = re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL)


def section(title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}.*?\n(.*?)(?=^#|\Z)", DOCS, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_there_are_examples() -> None:
    """At least one of each part of a pack."""
    assert len(PACKS) >= 3


@pytest.mark.parametrize("text", PACKS)
def test_every_pack_of_the_page_is_sound(text: str) -> None:
    """A supplier who copies one starts from something that works."""
    assert parse_pack({"pack.toml": text}).criteria


def test_every_example_condition_is_sound() -> None:
    """On one of the tables at least."""
    conditions = re.findall(r"\| `([^`]+)` \|$", section("Examples"), re.MULTILINE)
    assert len(conditions) >= 10
    for condition in conditions:
        sound = 0
        for table in TABLES:
            try:
                parse_condition(condition, columns_with({}, table), words_of(table))
            except UserError:
                continue
            sound += 1
        assert sound, condition


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("`[pack]`", "title supplier version records_per_criterion random_records population"),
        ("`[[criterion]]`", "id area title find compare records population rule"),
        ("`[[criterion.rule]]`", "says table where codes distinct per at_least at_most"),
    ],
)
def test_every_key_is_described(title: str, keys: str) -> None:
    """In the table of its part."""
    reported = re.findall(r"^\| `(\w+)`", section(title), re.MULTILINE)
    assert set(keys.split()) <= set(reported)


def test_every_function_word_table_and_kind_is_described() -> None:
    """And none that is not there."""
    assert set(re.findall(r"`([A-Z_]+)\(", section("Functions"))) == set(FUNCTIONS)
    conditions = section("Values") + section("Operators") + section("Functions")
    assert [word for word in KEYWORDS if word not in conditions] == []
    assert [table for table in TABLES if f"`{table}`" not in DOCS] == []
    assert [kind for kind in KIND_WORDS if kind not in section("Values")] == []


def test_every_recognised_column_name_is_recognised() -> None:
    """Each name that the page gives for a list's column."""
    for row in re.findall(r"^\| ([a-z ]+) \| ([^|]+) \|", section("Lists"), re.MULTILINE):
        field = {"what to find": "find", "what to compare": "compare", "how many": "records"}.get(
            row[0], row[0]
        )
        for name in row[1].replace("…", "").split(","):
            if not name.strip() or row[0] == "column":
                continue
            cells = ["id", "title", "find"]
            cells = [cell for cell in cells if cell != field] + [name.strip()]
            header = find_header([(1, cells)])
            assert header is not None
            assert header.columns.get(field) == (len(cells) - 1,), name
