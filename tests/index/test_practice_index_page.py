"""The page on the practice index says what is so.

Its tables are written by this file: run it with Python after a change of `tables.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recordpick.errors import UserError
from recordpick.index.readers.mapping_file import read_mapping
from recordpick.index.readers.mapping_values import FORMS
from recordpick.schema import KIND_WORDS, TABLES, Table

PAGE = Path(__file__).parents[2] / "docs" / "practice-index.md"
BEGIN = "<!-- Written by tests/index/test_practice_index_page.py, from tables.py. -->\n"
END = "<!-- End of what is written. -->\n"


def described(table: Table) -> str:
    """Give the section of one table."""
    lines = [
        f"### {table.name}",
        "",
        f"Shown as: {table.title}. A row is named by `{table.row_id}`"
        + ("." if table.name == "patients" else f", and shown by its `{table.date}`."),
        "",
        "| column | holds | meaning |",
        "| --- | --- | --- |",
    ]
    for column in table.columns:
        meaning = column.meaning
        if column.words:
            meaning += ": " + ", ".join(f"`{word}`" for word in column.words)
        if column.required:
            meaning += " (needed)"
        if column.derived:
            meaning += " (made by recordpick)"
        lines.append(f"| `{column.name}` | {KIND_WORDS[column.kind]} | {meaning} |")
    return "\n".join(lines) + "\n"


def tables_described() -> str:
    return "\n".join(described(table) for table in TABLES.values())


def test_its_tables_are_those_of_the_program() -> None:
    """Each column with what it holds, its words, and whether it is needed."""
    page = PAGE.read_text(encoding="utf-8")

    written = page.partition(BEGIN)[2].partition(END)[0]

    assert written.strip() == tables_described().strip()


@pytest.mark.parametrize(
    "text", re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
)
def test_its_examples_of_mappings_are_sound(text: str, tmp_path: Path) -> None:
    """Whoever copies one starts from something that is understood."""
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")

    assert read_mapping(path).tables


def test_it_names_every_key_of_a_mapping(tmp_path: Path) -> None:
    """The program lists them in its messages; each stands on the page."""
    page = PAGE.read_text(encoding="utf-8")
    path = tmp_path / "mapping.toml"
    path.write_text("[source]\nx = 1\n[[table]]\nname = 'a'\nx = 1\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_mapping(path)
    known = [m.partition("Known are ")[2].rstrip(".") for m in caught.value.messages]
    keys = {key for text in known if text for key in text.split(", ")}

    assert len(keys) > 8
    assert [key for key in keys if f"`{key}`" not in page] == []
    assert [form for form in FORMS if f"`{{ {form} = " not in page] == []


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + tables_described() + END + after, encoding="utf-8")
