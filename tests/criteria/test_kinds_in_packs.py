"""Kinds of patients in a pack: as they are written, what is wrong with them, what check reports."""

from __future__ import annotations

import pytest
from packs import SOUND, parsed, problems_of, written

from recordpick.cli.main import main
from recordpick.criteria.pack import PatientKind, Rule
from recordpick.criteria.pack_writer import pack_text
from recordpick.resources import general_practice_pack

import small_practice

FIRST = 'says = "a controlled drug on a current repeat"'
EACH = """
[[criterion.each]]
says = "a controlled drug on a current repeat"
least = 5

[[criterion.each]]
says = "women"
where = "sex = 'F'"

[[criterion.each]]
says = "old or young"
least = 3
any = [ { says = "old", where = "age >= 80" }, { says = "young", where = "age < 18" } ]
"""


def with_each(text: str = EACH) -> str:
    """Return the sound pack with kinds for its first criterion."""
    before, second, after = SOUND.partition('\n[[criterion]]\nid = "OBS-01"')
    assert second
    return f"{before}\n{text}{second}{after}"


def test_a_kind_is_a_rule_of_the_criterion_a_rule_of_its_own_or_any_of_several() -> None:
    """At least one record is wanted of a kind unless it says how many."""
    criterion = parsed(with_each()).criterion("MED-04")

    first, women, either = criterion.kinds
    assert first == PatientKind(first.says, 5, criterion.steps[0].rules)
    where = small_practice.parsed("sex = 'F'")
    assert women == PatientKind("women", 1, (Rule("women", "patients", where),))
    assert (either.says, either.least) == ("old or young", 3)
    assert [rule.says for rule in either.rules] == ["old", "young"]
    assert parsed(SOUND).criterion("MED-04").kinds == ()


def test_kinds_are_written_as_they_were_read() -> None:
    pack = parsed(with_each())
    assert parsed(pack_text(pack)).criteria == pack.criteria


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("least = 5", "least = 0", "least is 0 and must be from 1 to 1,000"),
        ("least = 5", 'least = "5"', "least must be a whole number, but it is a text"),
        ('says = "women"', "", "says is missing"),
        ('says = "women"', 'says = "old or young"', "Another kind has the same words."),
        ('says = "women"', 'says = "men; women"', "may not have a semicolon"),
        (
            "where = \"sex = 'F'\"",
            "where = \"sexx = 'F'\"",
            "In where: 'sexx' is not a column of this table",
        ),
        ("where = \"sex = 'F'\"", "", "It has no rule of its own, and no rule of the criterion"),
        ("least = 3", "where = 'age > 3'", "'where' is not allowed beside any"),
        ("least = 3", "leest = 3", "'leest' is not allowed beside any"),
        ('{ says = "old", where = "age >= 80" }, ', "", "any holds from 2 to 50 rules"),
        ('[[criterion.each]]\nsays = "women"', '[criterion.each]\nsays = "women"', ""),
    ],
)
def test_what_is_wrong_with_a_kind_is_said(old: str, new: str, says: str) -> None:
    """With the criterion and the line, as for everything else in a pack."""
    text = with_each().replace(old, new, 1)
    assert text != with_each()
    problems = problems_of(text)
    assert problems
    assert says in " ".join(problems)


def test_a_criterion_without_rules_cannot_name_kinds() -> None:
    """Nobody is found for it, so nobody would be of a kind."""
    text = SOUND + '\n[[criterion]]\nid = "X"\narea = "A"\ntitle = "T"\nfind = "F"\n' + EACH
    assert any("names kinds of patients, but has no rule" in one for one in problems_of(text))


def test_check_says_kinds_that_cannot_be_as_they_are_written(tmp_path, capsys) -> None:
    """More together than the criterion's number, or the same rules twice; the pack still loads."""
    women = '[[criterion.each]]\nsays = "women"\nwhere = "sex = \'F\'"\n'
    many = EACH.replace("least = 5", "least = 14").replace(
        women, women + women.replace("women", "she")
    )
    path = written(tmp_path, with_each(many))

    assert main(["criteria", "check", str(path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "MED-04: Its kinds want 19 records together, and it takes 15" in said
    assert "MED-04: The kinds “women” and “she” have the same rules." in said
    assert "See the notes above." in said


def test_the_shipped_criteria_that_say_some_of_each_name_kinds() -> None:
    """All eight of them, and nobody else."""
    from recordpick.criteria.load import read_pack

    for criterion in read_pack(general_practice_pack()).criteria:
        assert ("Take some of each." in criterion.find) == bool(criterion.kinds), criterion.id
        assert len(criterion.kinds) != 1
        assert sum(kind.least for kind in criterion.kinds) <= criterion.records


def test_a_list_that_asks_for_some_of_each_names_no_kinds_and_check_says_so(
    tmp_path, capsys
) -> None:
    """A list has no rules, so it cannot name kinds: check says so, with what to do."""
    path = tmp_path / "list.csv"
    path.write_text(
        "id,area,title,what to find\nA-1,A,T,Patients of two sorts. Take some of each.\n",
        encoding="utf-8",
    )

    assert main(["criteria", "check", str(path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "A-1: “some of each” is asked for, but no kinds are named" in said
    assert "[[criterion.each]] in a TOML pack" in said
