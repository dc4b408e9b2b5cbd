"""A kind of source is described once: in `READERS`."""

import subprocess
import sys
from pathlib import Path

import pytest

from recordpick.errors import UserError
from recordpick.index.readers import LIST, READERS
from recordpick.index.readers.registry import folder_reader, kind_of_source

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_lists_the_sources_as_they_are_recognised():
    """The table in docs/source-formats.md is that of `READERS`, row for row."""
    page = (ROOT / "docs" / "source-formats.md").read_text(encoding="utf-8")
    rows = {line for line in page.splitlines() if line.startswith("| ") and line.endswith("` |")}
    described = {
        f"| {kind.name} | {kind.recognised_by} | `{word}` |" for word, kind in READERS.items()
    }
    assert described <= rows
    table = page.split("| source | recognised by | `--from` |")[1].split("\n\n")[0]
    rows_of_others = ["| list with reports |"]  # several files: recognised by their columns
    assert len(table.strip().splitlines()) == 1 + len(READERS) + len(rows_of_others)


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind != LIST])
def test_every_kind_of_folder_has_a_reader(kind, tmp_path):
    """Its module has a `READER`, which does not take just any folder for its own."""
    reader = folder_reader(kind)
    assert not reader.is_for(tmp_path)
    assert list(reader.entry_dates(tmp_path)) == []


def test_a_folder_of_no_kind_is_refused_with_what_every_kind_is_recognised_by(tmp_path):
    """Whoever gave the wrong folder sees which files recordpick looks for."""
    with pytest.raises(UserError, match="--map") as refused:
        kind_of_source(tmp_path)
    for word, kind in READERS.items():
        says = f"{kind.recognised_by.replace('`', '')} ({kind.name})"
        assert (says in str(refused.value)) == (word != LIST)


def test_from_accepts_every_kind(capsys):
    """`recordpick index --from` accepts the words of `READERS`, and no others."""
    from recordpick.cli.main import main

    with pytest.raises(SystemExit):
        main(["index", "--help"])
    shown = capsys.readouterr().out
    listed = shown.split("--from {", 1)[1].split("}", 1)[0]
    assert {word.strip() for word in listed.split(",")} == set(READERS)


def test_describing_the_sources_loads_no_polars():
    """So `--help` stays fast."""
    code = "import sys; import recordpick.index.readers; sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
