"""The pack that ships: it covers the page it follows, and a made-up practice meets all of it."""

from __future__ import annotations

import csv

import pytest

from recordpick.criteria.load import read_pack
from recordpick.criteria.pack import Criterion, Pack
from recordpick.index.build.build_index import build_index
from recordpick.matching import Matches, match
from recordpick.resources import criteria_folder, general_practice_pack
from recordpick.synthetic.codelists import CODELISTS
from recordpick.synthetic.extract_writing import write_tables
from recordpick.synthetic.practice import make_practice

AREAS = (
    "Demographics and registration",
    "Problems and observations",
    "Allergies",
    "Medication",
    "Prevention and workflow",
)
EACH_AREA = (15, 10, 3, 6, 12)
FOLDER = criteria_folder()
PACK = read_pack(general_practice_pack())


@pytest.fixture
def pack() -> Pack:
    return PACK


@pytest.fixture(scope="module")
def matches(tmp_path_factory: pytest.TempPathFactory) -> Matches:
    """The pack's matches in a made-up practice of 1,000 patients."""
    folder = tmp_path_factory.mktemp("practice")
    practice = make_practice(1_000, 21)
    write_tables(practice, folder / "tables")
    index = build_index([folder / "tables"], folder / "index")
    return match(PACK, index, practice.as_at)


def test_every_area_of_the_page_is_covered_in_full(pack: Pack) -> None:
    """46 criteria in the page's five areas."""
    counts = [sum(c.area == area for c in pack.criteria) for area in AREAS]

    assert pack.areas == AREAS
    assert tuple(counts) == EACH_AREA
    assert sum(counts) == 46


@pytest.mark.parametrize("criterion", PACK.criteria, ids=lambda criterion: criterion.id)
def test_every_criterion_says_what_to_find_and_compare_and_has_rules(criterion: Criterion) -> None:
    """In whole sentences, and with words for each rule."""
    assert criterion.title
    assert len(criterion.title) < 60
    assert criterion.find.endswith(".")
    assert len(criterion.find) > 20
    assert len(criterion.compare) >= 2
    assert all(len(point) >= 4 for point in criterion.compare)
    assert criterion.steps
    assert all(rule.says for step in criterion.steps for rule in step.rules)


def test_words_are_for_practice_staff(pack: Pack) -> None:
    """No SQL and no column names in what staff read."""
    for criterion in pack.criteria:
        words = " ".join((criterion.title, criterion.find, *criterion.compare))
        assert "_" not in words, criterion.id
        assert "NULL" not in words, criterion.id


def test_those_who_left_or_died_are_looked_for_among_everybody(pack: Pack) -> None:
    """All other criteria ask among those registered."""
    everybody = [c.id for c in pack.criteria if c.population is None]

    assert everybody == ["DEM-08", "DEM-09"]
    assert pack.population.text == "status = 'registered'"


def test_codelists_hold_just_the_codes_of_the_made_up_practice(pack: Pack) -> None:
    """A few well-known codes and invented ones: no licensed content slips in."""
    assert set(pack.codelists) == set(CODELISTS)
    for name, codes in CODELISTS.items():
        found = pack.codelists[name]
        assert tuple(code for code, _ in codes) == found.codes, name
        assert dict(codes) == found.terms, name


def test_no_codelist_file_is_left_over() -> None:
    """Each file of the folder is asked for by a rule."""
    assert {path.stem for path in (FOLDER / "codelists").iterdir()} == set(CODELISTS)


def test_codelists_are_short() -> None:
    """A handful of codes each: a demonstration, not a release."""
    assert max(len(codes) for codes in CODELISTS.values()) <= 25
    real = {code for codes in CODELISTS.values() for code, _ in codes if code.isdigit()}
    assert len(real) <= 35


def verhoeff_holds(code: str) -> bool:
    """Check the last digit of a SNOMED CT identifier (Verhoeff's scheme)."""
    turned = ((1, 5, 7, 6, 2, 8, 3, 0, 9, 4),)
    permutations = [tuple(range(10))]
    for _ in range(7):
        permutations.append(tuple(turned[0][digit] for digit in permutations[-1]))

    def product(a: int, b: int) -> int:
        if a < 5:
            return (a + b) % 5 if b < 5 else (a + b - 5) % 5 + 5
        return (a - b - 5) % 5 + 5 if b < 5 else (a - b) % 5

    check = 0
    for place, digit in enumerate(reversed(code)):
        check = product(check, permutations[place % 8][int(digit)])
    return check == 0


def test_codes_are_snomed_ct_or_plainly_invented() -> None:
    """A SNOMED CT code has a true check digit; an invented one says that it is."""
    for name, codes in CODELISTS.items():
        for code, term in codes:
            if code.isdigit():
                assert verhoeff_holds(code), (name, code, term)
            else:
                assert code.startswith(("X-", "LOC")), (name, code, term)


def test_the_readme_names_every_codelist_and_who_uses_it(pack: Pack) -> None:
    """And the warning that the lists are to be replaced stands in both."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for criterion in pack.criteria:
        for step in criterion.steps:
            for rule in step.rules:
                if rule.codes is not None:
                    line = next(x for x in readme.splitlines() if f"| `{rule.codes}`" in x)
                    assert criterion.id in line, rule.codes
    assert "only for demonstration" in readme
    assert "ONLY FOR DEMONSTRATION" in general_practice_pack().read_text(encoding="utf-8")


def test_codelist_files_are_plain_csv() -> None:
    """`code,term`, UTF-8, no code twice."""
    for path in sorted((FOLDER / "codelists").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows, path
        assert list(rows[0]) == ["code", "term"], path
        assert len({row["code"] for row in rows}) == len(rows), path


@pytest.mark.parametrize("criterion", PACK.criteria, ids=lambda criterion: criterion.id)
def test_somebody_in_a_made_up_practice_meets_each_criterion(
    matches: Matches, criterion: Criterion
) -> None:
    """Of 1,000 patients at least one, and never everybody."""
    answer = matches.answers[criterion.id]

    assert answer.answered, answer.why_not
    assert not answer.cautions
    assert 0 < answer.matches < answer.population


def test_some_criteria_are_met_by_fewer_than_wanted(matches: Matches, pack: Pack) -> None:
    """As in every real practice, so that staff can close a criterion."""
    short = [c.id for c in pack.criteria if matches.answers[c.id].matches < c.records]

    assert 8 <= len(short) <= 20


def test_every_step_narrows_or_keeps(matches: Matches) -> None:
    """No step of a criterion with several lets everybody through."""
    for answer in matches.answers.values():
        left = [answer.population, *(step.left for step in answer.left)]
        assert left == sorted(left, reverse=True), answer.criterion_id
        assert all(step.holds < answer.population for step in answer.left), answer.criterion_id
