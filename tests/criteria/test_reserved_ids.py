"""No criterion is called what something else is called where people name a criterion."""

from __future__ import annotations

from pathlib import Path

import pytest
from packs import SOUND, written

from recordpick.cli.lookups import ALL, RANDOM
from recordpick.criteria.load import RESERVED_IDS, parse_pack, read_pack
from recordpick.errors import UserError


def test_the_words_are_those_of_the_command_line() -> None:
    """`pick FILE random` draws nobody by id, `unpick FILE all` takes out of every criterion."""
    assert set(RESERVED_IDS) == {RANDOM, ALL}


@pytest.mark.parametrize("name", ["Random", "random", "ALL"])
def test_a_pack_with_such_an_id_is_refused_before_anything_is_picked(
    tmp_path: Path, name: str
) -> None:
    """The message says which, and what to call it instead; a name that only begins so is right."""
    path = written(tmp_path, SOUND.replace('"OBS-01"', f'"{name}"'))
    with pytest.raises(UserError, match=f"criterion {name}: .* such as {name}-1") as refused:
        read_pack(path)
    assert str(refused.value).startswith(path.name)
    path.write_text(SOUND.replace('"OBS-01"', f'"{name}-1"'), encoding="utf-8")
    assert [one.id for one in read_pack(path).criteria] == ["MED-04", f"{name}-1"]


def test_a_list_in_words_says_in_which_line_it_is(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,find\nA-1,Names\nRandom,Twenty records\n", encoding="utf-8")
    with pytest.raises(UserError, match="list.csv, criterion Random, line 3: "):
        read_pack(path)


def test_a_pack_that_a_working_file_carries_is_still_read() -> None:
    """Nobody's picks are out of reach because an earlier recordpick allowed the id."""
    pack = parse_pack({"list.csv": "id,find\nRandom,Twenty records\n"})
    assert [one.id for one in pack.criteria] == ["Random"]
