"""A patient number that is another person's in a newer extract is reported, or that is refused."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from working_files import AS_AT, JO, small_pack, ticking

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.selection.identity_fingerprint import Changed, people_of
from recordpick.selection.working_file import WorkingFile

from small_practice import small_index

PEOPLE = [
    (f"P{number:02}", f"90000000{number:02}", f"19{number + 40}-03-{number + 1:02}")
    for number in range(1, 13)
]


def indexed(folder, people):
    """Build the index of these patients."""
    folder.mkdir()
    lines = ["patient_id,nhs_number,date_of_birth", *map(",".join, people)]
    (folder / "patients.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return build_index([folder], folder / "index")


@pytest.fixture
def file(tmp_path):
    """A working file with two picks, of an index of twelve patients."""
    people = [(number, "", born) for number, _, born in PEOPLE]
    with WorkingFile.create(
        tmp_path / "a.recordpick",
        small_pack(),
        indexed(tmp_path / "first", people),
        AS_AT,
        "Example Surgery",
        JO,
        now=ticking(),
        suggestion_seed="20261001",  # any other would hide a change of these twelve now and then
    ) as file:
        file.pick("MED-04", ["P01", "P02"])
        yield file


def test_one_number_with_another_date_of_birth_is_reported(file, tmp_path):
    """It may be a correction, or another person: people look."""
    newer = [(number, "", "1999-12-31" if number == "P02" else born) for number, _, born in PEOPLE]
    assert file.reused_numbers() == frozenset()
    file.use_index(indexed(tmp_path / "newer", newer), AS_AT)
    assert file.reused_numbers() == {"P02"}
    file.use_index(indexed(tmp_path / "later", newer[:-1]), AS_AT)
    assert file.reused_numbers() == frozenset()


def test_rows_with_new_numbers_are_refused(file, tmp_path):
    """Somebody new is first in the list, so each number is the next person's."""
    newer = [(f"P{at:02}", "", born) for at, (_, _, born) in enumerate(PEOPLE[::-1], 1)]
    before = file.index_fingerprint
    with pytest.raises(UserError, match="12 of the 12 patients.*Make a new working file"):
        file.use_index(indexed(tmp_path / "newer", newer), AS_AT)
    assert file.index_fingerprint == before
    assert file.selection.count("MED-04") == 2


def test_what_is_only_known_now_is_not_a_change(file, tmp_path):
    """A baby gets an NHS number, a date of birth is left out of the export."""
    newer = [(number, "9434765919" if number == "P01" else "", "") for number, *_ in PEOPLE]
    file.use_index(indexed(tmp_path / "newer", newer), AS_AT)
    assert file.reused_numbers() == frozenset()


def test_a_file_made_before_this_was_kept_opens_and_reports_nothing(tmp_path):
    """There is nothing to compare with."""
    index = indexed(tmp_path / "first", PEOPLE[:3])
    assert Changed.between("", people_of(index, "seed"), "seed").of(["P01"]) == frozenset()
    assert not Changed.between("no base64!", people_of(index, "seed"), "seed").too_many


people = st.dictionaries(
    st.text(min_size=1, max_size=6),
    st.tuples(
        st.none() | st.dates(date(1920, 1, 1), date(2026, 1, 1)),
        st.none() | st.from_regex("9[0-9]{9}", fullmatch=True),
    ),
    min_size=1,
    max_size=12,
)


def rows_of(people):
    return [
        {"patient_id": number, "date_of_birth": born, "nhs_number": nhs}
        for number, (born, nhs) in people.items()
    ]


@given(people, people)
def test_nobody_who_stayed_the_same_is_reported(old, new):
    """Whatever else changed; and who is reported is in both, with something that differs."""
    before, now = (people_of(small_index(patients=rows_of(some)), "7") for some in (old, new))
    changed_numbers = Changed.between(before, now, "7").of(old.keys() | new.keys())
    for number in changed_numbers:
        pairs = zip(old[number], new[number], strict=True)
        assert any(None not in pair and pair[0] != pair[1] for pair in pairs)


def test_most_changes_are_seen():
    """One date of birth of 256 has the same bits by chance; NHS numbers hardly ever."""
    days = pl.date_range(date(1930, 1, 1), date(1932, 1, 1), eager=True)
    old = {str(at): (day, None) for at, day in enumerate(days)}
    new = {
        number: (day.replace(year=2001), None) for number, (day, _) in old.items() if day.day < 29
    }
    before, now = (people_of(small_index(patients=rows_of(some)), "7") for some in (old, new))
    assert len(Changed.between(before, now, "7").changed) > 0.98 * len(new)
