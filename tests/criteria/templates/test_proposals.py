"""Proposing rules for criteria in words: what a person can rely on, whatever the words are."""

from __future__ import annotations

from datetime import date

import pytest
from draft_collections import AS_AT, collection, shipped
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from recordpick.criteria.templates import CriterionText, Proposal, propose, why_by_hand
from recordpick.criteria.templates.library import library
from recordpick.criteria.templates.propose import LEAST_CONFIDENCE, PROPOSALS_AT_MOST

EVERY = [*collection("development.toml"), *collection("held_out.toml"), *shipped()]


def proposed(text: str, **more: str) -> list[Proposal]:
    """Return what is proposed for a text."""
    return propose(
        CriterionText("1", more.get("area", ""), text, title=more.get("title", "")), AS_AT
    )


def says(text: str, **more: str) -> str:
    """Return the first proposal in words; "" for by hand."""
    return next((one.says for one in proposed(text, **more)), "")


WORDS = sorted(library().lexicon.words)


@given(
    st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
)
@settings(max_examples=examples(60))
def test_no_text_stops_it_and_the_same_text_has_the_same_proposals(text: str) -> None:
    """Whatever stands in a cell: best first, within the limits, and the same again."""
    first = proposed(text)

    assert first == proposed(text)
    assert len(first) <= PROPOSALS_AT_MOST
    assert [one.confidence for one in first] == sorted(
        (one.confidence for one in first), reverse=True
    )
    assert all(0 < one.confidence <= 1 for one in first)
    assert all(one.reason and one.says and one.steps for one in first)
    assert (why_by_hand(CriterionText("1", "", text)) == "") == bool(first)


def test_the_order_of_rows_and_the_day_change_nothing() -> None:
    """A criterion has the proposals of its own words, whatever was read before it."""
    from recordpick.criteria.templates.propose import _proposals

    some = EVERY[::6]
    there = [proposed(one.text) for one in some]
    _proposals.cache_clear()
    back = [proposed(one.text) for one in reversed(some)][::-1]

    assert there == back
    assert proposed("over 75") == propose(CriterionText("9", "", "over 75"), date(1999, 1, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pt over 75 on eight rpts", "aged over 75, and at least 8 current repeat medicines"),
        ("diabetic not on metformin", "a problem: diabetes, and no current medicine: metformin"),
        ("no longer taking warfarin", "a past medicine: warfarin"),
        ("never had a flu jab", "no influenza vaccination given"),
        ("NHS number missing", "no NHS number"),
        ("e-mail but not verified", "an e-mail address that is not verified"),
        ("no mobile or e-mail", "no mobile number, and no e-mail address"),
        ("smear never done, aged 30-40", "no adequate cervical screening test, and aged 30 to 40"),
        ("asthma without a review in 1 yr", "a problem: asthma, and no asthma review in the last year"),  # noqa: E501
        ("Not been seen for over 3 years", "no entry in the last 3 years"),
        ("registered for more than 20 years", "registered 20 years ago or more"),
        ("allergic to eggs or latex", "an allergy to egg or an allergy to latex"),
        ("women over 50 or men over 65", "female and aged over 50 or male and aged over 65"),
        ("children over 5", "under 16, and aged over 5"),
        ("pt on warfrin", "a current medicine: warfarin"),
        ("HbA1c result above 75 mmol/mol", "HbA1c over 75"),
        ("BP over 150/90", "blood pressure over 150 systolic or 90 diastolic"),
        ("born before 1 January 1930", "born before 1930"),
        ("born before 31 March 1948", "born before 1948-03-31"),
        ("registered since 29th February 2024", "registered since 2024-02-29"),
        ("born after 31 December 1999", "born since 2000-01-01"),
        ("born after 1999", "born since 2000-01-01"),
        ("registered later than 31/01/2024", "registered since 2024-02-01"),
        ("registered after 29/02/2024", "registered since 2024-03-01"),
        ("registered after 31/04/2024", ""),
        ("born after 31/12/9999", ""),
        ("registered on or after 1 April 2024", "registered since 2024-04-01"),
        ("registered after March 2024", "registered since 2024-04-01"),
        ("born on or before 31 March 1948", "born before 1948-04-01"),
        ("born up to 31 March 1948", "born before 1948-04-01"),
        ("Multiple 2ww", "at least 2 two-week-wait referrals"),
        ("over 65 no pneumococcal", "aged over 65, and no pneumococcal vaccination given"),
        ("used to be on HRT", "a past medicine: HRT"),
        ("referred but not attended", "a referral, and an appointment not attended"),
        ("no HbA1c or BP in 1 yr", "no HbA1c result in the last year, and no blood pressure reading in the last year"),  # noqa: E501
        ("without asthma on inhalers", "no problem: asthma, and a current medicine: an inhaler"),
        ("AF or stroke, on warfarin", "a problem: atrial fibrillation or a problem: stroke, and a current medicine: warfarin"),  # noqa: E501
        ("up to 20 patients on warfarin", "a current medicine: warfarin"),
    ],
)  # fmt: skip
def test_numbers_names_and_negations_become_the_rule(text: str, expected: str) -> None:
    """Digits and words, abbreviations, periods, drugs and conditions; "not" turns what it is of."""
    assert says(text) == expected


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Child with 2 or 3 doses of MMR", ["exactly 2 doses", "exactly 3 doses"]),
        ("over 75", ["aged 75 or over"]),
        ("5 repeat items", ["exactly 5 current repeat medicines"]),
        ("diabetes and CKD", ["a problem: diabetes or a problem: chronic kidney disease"]),
    ],
)
def test_a_text_that_can_be_read_in_several_ways_offers_them(text: str, others: list[str]) -> None:
    """Two numbers, a limit that may be counted in, "and" that may mean either."""
    texts = [one.says for one in proposed(text)]

    assert all(any(other in one for one in texts) for other in others), texts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "Patient the receptionists know well",
        "Asthma diagnosed before age 10",
        "Prednisolone 5mg",
        "diabetes but no eye disease",
        "allergies other than penicillin",
        "dermatology referral not yet seen",
        "Hb <100 and no unobtainium prescribed",
        "patients with blue eyes",
        "not",
        "over 900",
        "men and women over 50 or over 60",
    ],
)
def test_what_is_not_understood_stays_by_hand_and_says_why(text: str) -> None:
    """Better nothing than a rule that leaves out a drug's strength, a negation or what matters."""
    assert proposed(text) == []
    assert why_by_hand(CriterionText("1", "", text)).endswith(".") or "understood" in (
        why_by_hand(CriterionText("1", "", text))
    )


def test_words_that_no_rule_uses_are_named_and_make_it_less_sure() -> None:
    """A qualifier that is not understood is never dropped in silence."""
    (whole, *_), (part, *_) = proposed("asthma"), proposed("asthma in Ruritania")

    assert part.unused == ("ruritania",)
    assert "not used: “ruritania”" in part.reason
    assert 0.9 * LEAST_CONFIDENCE <= part.confidence < 0.6 * whole.confidence


def test_a_corrected_spelling_is_said() -> None:
    """What was read as another word stands in the reason."""
    assert "“warfrin” read as warfarin" in proposed("on warfrin")[0].reason


def test_drugs_are_not_corrected_into_other_drugs() -> None:
    """Hydralazine is not hydroxyzine, and an unknown drug is no drug."""
    assert says("on hydralazine") == "a current medicine: hydralazine"
    assert says("on prednisone") == "a current medicine: prednisone"
    assert proposed("on folinic acid") == []


def test_the_title_and_the_area_help_where_the_text_leaves_something_out() -> None:
    """A title names the condition, an area what it is about; each is in the reason."""
    titled = proposed("No review in the last year", title="Asthma")
    assert titled[0].says == "a problem: asthma, and no asthma review in the last year"
    assert "title “Asthma”" in titled[0].reason
    assert says("Degraded in transfer", area="Allergies") == "a degraded allergy"
    assert proposed("Works as before", title="Printing of prescriptions") == []


def test_what_to_check_and_examples_are_no_part_of_the_rule() -> None:
    """After "check", "compare" and "such as" nothing is asked for, and the reason shows it."""
    (first, *_) = proposed("DMARDs such as methotrexate – check the day for weekly doses")

    assert first.says == "a current disease-modifying drug (DMARD)"
    assert "only explains" in first.reason


def test_an_area_completes_a_text_and_adds_nothing_to_it() -> None:
    """ "Confidentiality" beside "confidential entries" is no second condition."""
    for area, words, template in (
        ("Confidentiality", "Patients with confidential entries", "confidential.entry"),
        ("Safeguarding", "Child on CP plan", "safeguarding.child_protection"),
    ):
        text = CriterionText(ref="1", area=area, text=words, check="")
        assert propose(text, AS_AT)[0].template == template
