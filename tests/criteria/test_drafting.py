"""Drafted packs: what is proposed is never used, and who decided what stands in the file."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.cli.main import main
from recordpick.criteria import drafting
from recordpick.criteria.conditions import text_of as condition_text
from recordpick.criteria.drafting import (
    Decision,
    change_criterion,
    draft_pack,
    refilled,
    undecided,
    with_conditions,
    withdrawn,
)
from recordpick.criteria.load import parse_pack, read_pack
from recordpick.criteria.pack import (
    Confirmation,
    Criterion,
    Pack,
    Proposal,
    Rule,
    Step,
    condition_over,
    registered,
)
from recordpick.criteria.pack_writer import pack_text, with_criterion
from recordpick.errors import UserError

from office_files import ods_row, write_ods

AS_AT = date(2026, 10, 1)
SHEET = (
    "Ref,Area,Test criteria,What to check,Qty,Tester\n"
    'A-1,People,Pts over 75,"Age, date of birth",10,\n'
    "A-2,Medication,Pts on more than eight rpts,Dose,,\n"
    "A-3,People,Patient the receptionists know well,,,AB\n"
)


@pytest.fixture
def drafted(tmp_path: Path) -> Path:
    (tmp_path / "sheet.csv").write_text(SHEET, encoding="utf-8")
    path = tmp_path / "pack.toml"
    draft_pack(tmp_path / "sheet.csv", path, AS_AT)
    return path


def test_a_draft_uses_no_rule(drafted: Path) -> None:
    """Its criteria have proposals and are by hand; where each comes from is kept."""
    pack = read_pack(drafted)
    assert [one.id for one in pack.criteria] == ["A-1", "A-2", "A-3"]
    assert all(one.steps == () and one.confirmed is None for one in pack.criteria)
    assert [bool(one.proposals) for one in pack.criteria] == [True, True, False]
    assert [one.id for one in undecided(pack)] == ["A-1", "A-2"]
    assert pack.criteria[1].source == "sheet.csv, line 3"
    assert (pack.population, pack.random_population) == (registered(), registered())
    notes = "\n".join(pack.notes)
    assert 'A column is not used: "Tester".' in notes
    assert "2 criteria have proposed rules that nobody has confirmed" in notes


def test_a_decision_is_written_with_who_and_when(drafted: Path) -> None:
    """As proposed, as changed, as written, by hand; and each can be taken back."""
    before = datetime.now(UTC) - timedelta(seconds=2)
    proposal = read_pack(drafted).criteria[0].proposals[0]
    change_criterion(drafted, "a-1", Decision("AB", proposal))
    changed = refilled(read_pack(drafted).criteria[1].proposals[0], {"count": "3"})
    change_criterion(drafted, "A-2", Decision("CD", changed, is_edited=True))
    own = Rule("a usual GP")
    pack = change_criterion(
        drafted, "A-3", Decision("EF", rule=own, condition="usual_gp IS NOT NULL", population=None)
    )
    assert read_pack(drafted) == pack
    assert parse_pack(pack.files) == pack  # as a working file and a hand-over pack carry it
    first, second, third = pack.criteria
    assert first.steps == proposal.steps
    assert first.confirmed is not None
    assert (first.confirmed.by, first.confirmed.template) == ("AB", proposal.template)
    assert before <= first.confirmed.at <= datetime.now(UTC)
    assert second.confirmed is not None
    assert second.confirmed.is_edited
    assert second.steps[0].rules[0].at_least == 4
    condition = condition_over("patients", "usual_gp IS NOT NULL")
    assert third.steps == (Step((replace(own, where=condition),)),)
    assert third.population is None
    assert "condition written by EF" in third.confirmed.says(third) if third.confirmed else ""
    assert undecided(pack) == ()
    pack = change_criterion(drafted, "A-1", Decision("AB"))
    assert pack.criteria[0].steps == ()
    assert not pack.criteria[0].is_undecided
    pack = change_criterion(drafted, "A-1", withdrawn)
    assert [one.id for one in undecided(pack)] == ["A-1"]
    assert pack.criteria[0].proposals[0] == proposal


def test_a_decision_changes_the_fingerprint_and_nothing_else_of_the_text(drafted: Path) -> None:
    """People's own comments in a pack stay, and two packs with other rules are two packs."""
    text = drafted.read_text("utf-8")
    text = text.replace(
        '[[criterion]]\nid = "A-2"', '# ours: look twice\n[[criterion]]\nid = "A-2"'
    )
    drafted.write_text(text, "utf-8")
    before = read_pack(drafted)
    pack = change_criterion(drafted, "A-1", Decision("AB", before.criteria[0].proposals[0]))
    assert pack.fingerprint != before.fingerprint
    assert pack.criteria[1:] == before.criteria[1:]
    written = drafted.read_text("utf-8")
    assert "# ours: look twice" in written
    assert written.split('id = "A-2"')[1] == text.split('id = "A-2"')[1]


def test_what_others_decided_meanwhile_stays(drafted: Path) -> None:
    """The file is read again for each decision; a pack that was read earlier overwrites nothing."""
    known = read_pack(drafted)
    proposal = known.criteria[0].proposals[0]
    change_criterion(drafted, "A-2", Decision("CD"))
    pack = change_criterion(drafted, "A-1", Decision("AB", proposal), known)
    assert [one.confirmed.by if one.confirmed else "" for one in pack.criteria] == ["AB", "CD", ""]


def test_a_decision_that_cannot_be_written_changes_nothing(
    drafted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves the file as it was, and nothing beside it."""
    before = drafted.read_bytes()
    beside = sorted(path.name for path in drafted.parent.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="no room left on the disk"):
        change_criterion(drafted, "A-3", Decision("AB"))
    assert drafted.read_bytes() == before
    assert sorted(path.name for path in drafted.parent.iterdir()) == beside


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (Decision(""), "The name or initials of who decides is empty"),
        (Decision("AB", rule=Rule("x"), condition="agee > 7"), "did you mean 'age'?"),
        (Decision("AB", rule=Rule("x"), condition=" "), "The condition is empty"),
        (Decision("AB", rule=Rule(""), condition="age > 7"), "The rule in words is empty"),
        (Decision("AB", rule=Rule("x", table="event"), condition="code = 'a'"), "'events'?"),
    ],
)
def test_a_decision_that_is_none_is_refused(drafted: Path, decision: Decision, says: str) -> None:
    before = drafted.read_bytes()
    with pytest.raises(UserError) as refused:
        change_criterion(drafted, "A-1", decision)
    assert says in str(refused.value)
    assert drafted.read_bytes() == before


def test_numbers_out_of_range_and_unknown_are_refused(drafted: Path) -> None:
    """In a sentence that says what is allowed."""
    proposal = read_pack(drafted).criteria[0].proposals[0]
    for changes, says in (
        ({"age": "999"}, "from 0 to 120, not 999"),
        ({"age": "old"}, "'old' is not a number"),
        ({"age": "7.5"}, "'7.5' is not a whole number"),
        ({"size": "3"}, "no number called size"),
    ):
        with pytest.raises(UserError) as refused:
            refilled(proposal, changes)
        assert says in str(refused.value)


def test_conditions_of_a_proposal_can_be_changed() -> None:
    """Each over its own table; one that is not a condition is refused."""
    steps = (
        Step((Rule("a", where=condition_over("patients", "age > 75")),)),
        Step(
            (
                Rule("b", table="events", where=condition_over("events", "code = 'x'")),
                Rule("c", table="recalls"),
            )
        ),
    )
    proposal = Proposal("t", "a and b", "", 0.9, steps)
    pack = read_pack(Path(__file__).parents[2] / "criteria" / "general_practice.toml")
    changed = with_conditions(proposal, ["age > 80", "code = 'y'", ""], "older", pack)
    assert [condition_text(rule.where) for rule in drafting.rules_of(changed)] == [
        "age > 80",
        "code = 'y'",
        None,
    ]
    assert changed.says == "older"
    with pytest.raises(UserError, match="In the condition"):
        with_conditions(proposal, ["age > 80", "age > 80", ""], "older", pack)


def test_the_supplier_s_own_rules_are_not_confirmed_here(tmp_path: Path) -> None:
    """Nor a list that was not drafted: there is nothing to confirm."""
    path = tmp_path / "p.toml"
    path.write_text(
        '[pack]\ntitle = "t"\nversion = "1"\n[[criterion]]\nid = "A"\narea = "a"\ntitle = "t"\n'
        'find = "f"\n[[criterion.rule]]\nsays = "s"\nwhere = "age > 1"\n',
        "utf-8",
    )
    with pytest.raises(UserError, match="its rules are the supplier's own"):
        change_criterion(path, "A", Decision("AB"))
    with pytest.raises(UserError, match="recordpick criteria draft list.csv"):
        change_criterion(tmp_path / "list.csv", "A", Decision("AB"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("confirmed = { by", "confirmde = { by", "did you mean 'confirmed'?"),
        ('by = "AB"', 'by = ""', "by is empty"),
        ("confidence = 1.0", "confidence = 2", "confidence must be a number from 0 to 1"),
        ("at = 2026-01-01T09:00:00Z", 'at = "today"', "at must be a day and time"),
        ("confirmed = {", "#", "nobody has confirmed them"),
        ('template = "age", edited', 'template = "age", edit', "did you mean 'edited'?"),
        ("params = { age = 75 }", "params = { age = [75] }", "must be a number or a text"),
    ],
)
def test_what_is_wrong_with_a_drafted_pack(old: str, new: str, says: str) -> None:
    """Rules beside proposals that nobody confirmed are refused, and every slip has its line."""
    text = (
        '[pack]\ntitle = "t"\nversion = "1"\n\n[[criterion]]\nid = "A"\narea = "a"\ntitle = "t"\n'
        'find = "f"\n'
        'confirmed = { by = "AB", at = 2026-01-01T09:00:00Z, template = "age", edited = true }\n'
        '[[criterion.rule]]\nsays = "s"\nwhere = "age > 1"\n'
        '[[criterion.proposal]]\ntemplate = "age"\nsays = "s"\nconfidence = 1.0\n'
        'population = "everyone"\nparams = { age = 75 }\n'
        '[[criterion.proposal.rule]]\nsays = "s"\nwhere = "age > 75"\n'
    )
    assert parse_pack({"p.toml": text}).criteria[0].confirmed is not None
    assert old in text
    with pytest.raises(UserError) as refused:
        parse_pack({"p.toml": text.replace(old, new)})
    assert says in str(refused.value)
    assert refused.value.messages[0].startswith("p.toml, criterion A, line ")


def test_words_of_any_length_and_spacing_can_be_decided_on(
    drafted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too long for a pack is cut."""
    long = Proposal("t", "says  " * 800, "why\n" * 900, 0.9, (Step((Rule("r " * 300, "events"),)),))
    monkeypatch.setattr(drafting, "propose", lambda *_: [long])
    path = drafted.with_name("other.toml")
    pack = draft_pack(drafted.with_name("sheet.csv"), path, AS_AT)
    (kept,) = pack.criteria[0].proposals
    assert len(kept.says) == len(kept.reason) == 2000
    own = Rule("  aged \n over  75 ")
    pack = change_criterion(path, "A-1", Decision(" AB ", rule=own, condition="age > 75\n"))
    assert pack.criteria[0].steps[0].says == "aged over 75"
    pack = change_criterion(path, "A-2", Decision("AB", replace(kept, steps=long.steps)))
    assert len(pack.criteria[1].steps[0].says) == 200


# ---------------------------------------------------------------------- round trip

_words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")),
    min_size=1,
    max_size=12,
)
_conditions = st.sampled_from(
    [
        condition_over("patients", text)
        for text in (
            "age > 75",
            "sex = 'F'\n  AND age < 5",
            "family_name LIKE '%''%'",
            "usual_gp = '\"\\\"'",
        )
    ]
)
_events = st.builds(
    Rule,
    _words,
    st.just("events"),
    st.sampled_from([None, condition_over("events", "kind = 'problem'")]),
    distinct=st.sampled_from([None, "date"]),
    at_least=st.integers(1, 3),
)
_rules = st.builds(Rule, _words, where=_conditions) | _events
_steps = st.lists(
    st.lists(_rules, min_size=1, max_size=2).map(lambda rules: Step(tuple(rules))),
    min_size=1,
    max_size=2,
).map(tuple)
_populations = st.sampled_from([None, registered(), condition_over("patients", "age >= 18")])
_values = st.integers(-5, 500) | st.floats(-10, 10).map(lambda x: round(x, 2) + 0.001) | _words
_proposals = st.builds(
    Proposal,
    _words,
    _words,
    _words,
    st.floats(0, 1),
    _steps,
    _populations,
    st.dictionaries(_words, _values, max_size=2),
    st.lists(_words, max_size=2).map(tuple),
)
_moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


@st.composite
def _criteria(draw: st.DrawFn, number: int) -> Criterion:
    proposals = tuple(draw(st.lists(_proposals, max_size=2)))
    decided = draw(st.sampled_from(["no", "rule", "hand"]))
    confirmed, steps = None, ()
    if decided != "no":
        template = draw(_words) if decided == "rule" else ""
        confirmed = Confirmation(draw(_words), draw(_moments), template, bool(template))
        steps = draw(_steps) if decided == "rule" else ()
    return Criterion(
        f"C-{number}",
        draw(_words),
        draw(_words),
        draw(_words),
        tuple(draw(st.lists(_words, max_size=2))),
        draw(st.integers(1, 30)),
        draw(_populations),
        steps,
        draw(st.just("") | _words),
        proposals,
        confirmed,
    )


@st.composite
def _packs(draw: st.DrawFn) -> Pack:
    criteria = tuple(draw(_criteria(number)) for number in range(draw(st.integers(1, 2))))
    population = draw(_populations)
    return Pack(
        draw(_words),
        draw(st.just("") | _words),
        draw(_words),
        draw(st.integers(1, 30)),
        draw(st.integers(0, 30)),
        population,
        draw(_populations),
        criteria,
        {},
        {},
    )


@settings(max_examples=examples(40))
@given(_packs(), st.data())
def test_a_pack_that_is_written_reads_back_the_same(pack: Pack, data: st.DataObject) -> None:
    """All of it; and one criterion written into it changes that one and no other."""
    text = pack_text(pack, ["A comment", ""])
    read = parse_pack({"p.toml": text})
    assert replace(read, files={}) == pack
    place = data.draw(st.integers(0, len(pack.criteria) - 1))
    other = replace(data.draw(_criteria(9)), id=pack.criteria[place].id)
    changed = parse_pack({"p.toml": with_criterion(text, place, other, pack)})
    expected = (*pack.criteria[:place], other, *pack.criteria[place + 1 :])
    assert changed.criteria == expected


# ---------------------------------------------------------------------- command line


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(one) for one in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_draft_and_confirm_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole way without the app, one fact a line."""
    sheet, pack = tmp_path / "sheet.csv", tmp_path / "pack.toml"
    sheet.write_text(SHEET, encoding="utf-8")
    code, out, err = run(capsys, "criteria", "draft", sheet, "--out", pack)
    assert code == 0
    assert "Nothing is used until a person confirms it." in out
    assert 'A column is not used: "Tester".' in err
    code, out, _ = run(capsys, "criteria", "confirm", pack)
    assert "A-1  Pts over 75: not confirmed" in out
    assert "A-3  Patient the receptionists know well: by hand: no rule is proposed." in out
    assert out.endswith("2 criteria left to confirm.\n")
    code, out, _ = run(capsys, "criteria", "confirm", pack, "A-1")
    assert "The supplier's words: Pts over 75" in out
    assert "Proposal 1: aged over 75" in out
    assert "  Condition: patients: age > 75" in out
    code, out, _ = run(capsys, "criteria", "confirm", pack, "A-1", "1", "--by", "AB")
    assert (code, "A-1: confirmed by AB on " in out) == (0, True)
    template = read_pack(pack).criteria[1].proposals[0].template
    code, out, _ = run(
        *(capsys, "criteria", "confirm", pack, "A-2", "--template", template),
        *("--set", "count=3", "--by", "CD"),
    )
    assert ", edited" in out
    assert out.endswith("0 criteria left to confirm.\n")
    code, out, _ = run(capsys, "criteria", "check", pack)
    assert "A-1: confirmed by AB on " in out
    assert "3 criteria, 2 with rules" in out
    code, out, _ = run(capsys, "criteria", "confirm", pack, "A-1", "--withdraw")
    assert out == "A-1: not confirmed\n1 criterion left to confirm.\n"
    code, out, _ = run(
        *(capsys, "criteria", "confirm", pack, "A-3", "--by", "EF", "--everyone"),
        *("--condition", "usual_gp IS NOT NULL", "--says", "with a usual GP"),
    )
    assert "rule: with a usual GP" in out
    code, out, _ = run(capsys, "criteria", "confirm", pack, "A-1", "--by-hand", "--by", "AB")
    assert "A-1: by hand: chosen by AB" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("A-1", "1"), "add --by with your initials"),
        (("A-1", "9", "--by", "AB"), "choose a proposal from 1 to"),
        (("A-1", "--template", "none", "--by", "AB"), "no proposal is made from the template none"),
        (("A-1", "1", "--by-hand", "--by", "AB"), "not both"),
        (("A-1", "1", "--set", "age", "--by", "AB"), "write it as NAME=VALUE"),
        (("A-1", "1", "--set", "age=999", "--by", "AB"), "from 0 to 120, not 999"),
        (("A-1", "--by-hand", "--set", "age=9", "--by", "AB"), "say which with N or --template"),
        (("A-1", "1", "--says", "x", "--by", "AB"), "go with --condition"),
        (("A-3", "1", "--by", "AB"), "no rule is proposed for it. Write one with --condition"),
        (("B-1", "1", "--by", "AB"), "The pack has no criterion B-1"),
    ],
)
def test_what_cannot_be_confirmed_says_why(
    drafted: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    """Exit code 2, a sentence, and the pack as it was."""
    before = drafted.read_bytes()
    code, out, err = run(capsys, "criteria", "confirm", drafted, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert drafted.read_bytes() == before


def test_a_draft_is_never_written_over(drafted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may hold decisions."""
    sheet = drafted.with_name("sheet.csv")
    code, _, err = run(capsys, "criteria", "draft", sheet, "--out", drafted)
    assert (code, "already exists" in err) == (2, True)
    code, _, err = run(capsys, "criteria", "draft", sheet, "--out", drafted.with_suffix(".csv"))
    assert (code, "is a file ending in .toml" in err) == (2, True)
    code, _, err = run(capsys, "criteria", "draft", sheet)
    assert (code, "--out PACK.toml to write a pack" in err) == (2, True)


def test_at_a_terminal_it_asks_which_sheet_is_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number reads it; anything else, or the end of the input, reads nothing."""
    header = ods_row(["Ref", "Test criteria", "Qty"])
    sheets = {"Old": header + ods_row(["A", "x", 5]), "New": header + ods_row(["B", "y", 5])}
    path = write_ods(tmp_path / "s.ods", sheets)
    draft = ("criteria", "draft", path, "--out", tmp_path / "p.toml")
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    for answer, code in (("3", 2), ("", 2), ("2", 0)):
        monkeypatch.setattr("builtins.input", lambda answer=answer: answer or _end())
        assert run(capsys, *draft)[0] == code
    assert [one.id for one in read_pack(tmp_path / "p.toml").criteria] == ["B"]


def _end() -> str:
    raise EOFError


def test_the_practice_s_own_codelists_are_kept(tmp_path: Path) -> None:
    """Those that ship are put beside a draft only where there is none of that name."""
    (tmp_path / "codelists").mkdir()
    own = tmp_path / "codelists" / "pregnancy.csv"
    own.write_text("code,term\nX-9001,Pregnant\n", "utf-8")
    (tmp_path / "s.csv").write_text("Ref,Find\nA,Drug allergy\nB,Pregnant\n", "utf-8")
    pack = draft_pack(tmp_path / "s.csv", tmp_path / "p.toml", AS_AT)
    assert own.read_text("utf-8") == "code,term\nX-9001,Pregnant\n"
    assert pack.codelists["pregnancy"].codes == ("X-9001",)
    assert (tmp_path / "codelists" / "drug_allergies.csv").is_file()
    assert "drug_allergies" in pack.codelists


def test_programs_get_the_patients_of_proposals_that_name_codelists(
    tmp_path: Path, made_demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A draft that is not written has the shipped codelists too; by hand is an empty list."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Ref,What to find\nA1,Controlled drugs on repeat\nA2,Known to reception\n")

    assert (
        main(["criteria", "draft", str(sheet), "--index", str(made_demo / "index"), "--json"]) == 0
    )

    first, second = json.loads(capsys.readouterr().out)
    assert first["ref"] == "A1"
    assert first["proposals"][0]["patients"]
    assert second == {"ref": "A2", "proposals": []}
