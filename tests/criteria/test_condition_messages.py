"""What a person is told about a condition that cannot be meant: what is wrong and what to do."""

from __future__ import annotations

import pytest

from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.pack import columns_with, words_of
from recordpick.errors import UserError


def error_of(condition: str, table: str = "events") -> str:
    with pytest.raises(UserError) as refused:
        parse_condition(condition, columns_with({}, table), words_of(table))
    assert len(refused.value.messages) == 1
    return str(refused.value)


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        # kinds that do not go together
        ("code = 38341003", ["'code' (text)", "the number 38341003", "write '38341003' in quotes"]),
        (
            "value > '140'",
            ["'value' (a number)", "the text '140'", "numbers are written without"],
        ),
        ("value BETWEEN '1' AND 2", ["'value' (a number)", "the text '1'"]),
        ("value IN (1, '2')", ["the text '2'", "'value' (a number)"]),
        ("date > 2020", ["'date' (a date)", "the number 2020", "DATE 'YYYY-MM-DD'"]),
        ("date > '31/03/2024'", ["'31/03/2024' is not a date", "DATE '2024-03-31'"]),
        ("date > '2024-02-30'", ["'2024-02-30' is not a date"]),
        ("date > DATE '20240330'", ["'20240330' is not a date"]),
        ("'2024-2-3' < date", ["'2024-2-3' is not a date"]),
        ("date = term", ["'date' (a date)", "'term' (text)"]),
        ("is_abnormal = 'yes'", ["'is_abnormal' (yes or no)", "NOT is_abnormal"]),
        ("is_abnormal = 1", ["'is_abnormal' (yes or no)", "TRUE or FALSE"]),
        ("is_abnormal > FALSE", ["Yes and no have no order"]),
        ("is_abnormal BETWEEN FALSE AND TRUE", ["BETWEEN takes numbers, dates or text"]),
        ("LOWER(value) = 'x'", ["LOWER takes text", "'value' (a number)"]),
        ("OCTET_LENGTH(date) = 1", ["OCTET_LENGTH takes text"]),
        ("ABS(term) = 1", ["ABS takes a number", "'term' (text)"]),
        ("-term = 1", ["minus", "'term' (text)"]),
        ("term + 1 = 2", ["'+' goes only between numbers", "'term' (text)"]),
        ("EXTRACT(YEAR FROM term) = 2020", ["EXTRACT takes a date"]),
        ("value LIKE '1%'", ["LIKE takes text"]),
        ("term LIKE value", ["a pattern in single quotes"]),
        ("COALESCE(term, 5) = 'x'", ["'term' (text)", "the number 5"]),
        ("term IS TRUE", ["IS TRUE and IS FALSE ask about a yes or no"]),
        # not a condition
        ("value", ["is 'value' (a number), not a yes or no"]),
        ("NOT value", ["NOT goes before a condition"]),
        ("value AND is_abnormal", ["AND goes between conditions", "'value'"]),
        ("code = 'a' OR 'b'", ["OR goes between conditions", "the text 'b'", "IN with a list"]),
        ("1 = 1", ["names no column"]),
        ("TRUE", ["names no column"]),
        ("", ["empty"]),
        ("   ", ["empty"]),
        # words that a column never holds
        ("kind = 'problm'", ["'problm'", "problem, observation", "did you mean 'problem'?"]),
        ("kind <> 'Problem'", ["never 'Problem'"]),
        ("'problm' = kind", ["never 'problm'"]),
        ("kind IN ('problem', 'obs')", ["never 'obs'"]),
        ("kind LIKE 'prob'", ["never matches this LIKE pattern"]),
        ("COALESCE(kind, 'none') = 'nowt'", ["never 'nowt'", "none"]),
        ("LOWER(kind) = 'Problem'", ["never 'Problem'"]),
        ("term = ''", ["missing values are NULL", "term IS NULL"]),
        # names
        ("trem = 'x'", ["'trem' is not a column of this table", "did you mean 'term'?"]),
        ("Date > :as_at", ["'Date' is not a column of this table", "did you mean 'date'?"]),
        (
            "nhs_no = '1'",
            ["'nhs_no' is not a column of this table, which has patient_id, event_id"],
        ),
        ("LENGHT(term) > 3", ["'LENGHT' is not a function", "did you mean 'LENGTH'?"]),
        ("LENGTH > 3", ["LENGTH needs brackets"]),
        ("events.term = 'x'", ["columns are named without their table"]),
        ('term = "x"', ["text in single quotes"]),
        ("date > :today", [":as_at"]),
        ("date > ?", [":as_at"]),
        # missing values
        ("term = NULL", ["write IS NULL or IS NOT NULL"]),
        ("term IN ('x', NULL)", ["write IS NULL or IS NOT NULL"]),
        ("term IS 'x'", ["at 'x' after 'term IS'", "NULL, TRUE or FALSE"]),
        # intervals
        ("date > :as_at - 365", ["INTERVAL"]),
        ("date - recorded_on > 5", ["compare one with the other moved by that interval"]),
        ("date > :as_at - INTERVAL '1 year 6 months'", ["whole number of years"]),
        ("date > :as_at - INTERVAL '5'", ["whole number of years"]),
        ("date > :as_at - INTERVAL '-5 years'", ["whole number of years"]),
        ("date > :as_at - INTERVAL '1.5 years'", ["interval"]),
        ("date > :as_at - INTERVAL '5 hours'", ["years, months, weeks or days"]),
        ("date > :as_at - INTERVAL '300 years'", ["at most 200 years"]),
        ("date > INTERVAL '5 years'", ["added to or subtracted from a date"]),
        ("date > INTERVAL '5 years' + :as_at", ["added to or subtracted from a date"]),
        ("value + INTERVAL '5 years' > 3", ["here it follows 'value' (a number)"]),
        ("date * INTERVAL '5 years' > date", ["added to or subtracted from a date"]),
        ("EXTRACT(QUARTER FROM date) = 1", ["not"]),
        # patterns
        ("term ILIKE 'x%'", ["LOWER(column) LIKE 'lower case%'"]),
        ("term LIKE '5!x' ESCAPE '!'", ["can only come before %, _ or itself"]),
        ("term LIKE '5!' ESCAPE '!'", ["can only come before %, _ or itself"]),
        ("term LIKE 'x' ESCAPE '!!'", ["one character"]),
        ("term LIKE 'x' ESCAPE '%'", ["a character other than % and _"]),
        ("term = 'x' ESCAPE '!'", ["ESCAPE"]),
        # places where it stops being readable
        ("value > ", ["ends too early", "a column, a value or a bracket"]),
        ("(value > 1", ["ends too early", "the closing bracket"]),
        ("value > 1)", ["at ')' after 'value > 1'", "none is open"]),
        ("value > 1 AND OR value < 3", ["at 'OR' after 'value > 1 AND'"]),
        ("value BETWEEN 1", ["ends too early", "AND and the upper end of BETWEEN"]),
        ("value BETWEEN 1 OR 2", ["at 'OR' after 'value BETWEEN 1'", "upper end of BETWEEN"]),
        ("term 'x'", ["at 'x' after 'term'", "a comparison"]),
        ("EXTRACT(YEAR date) = 1", ["at 'date'", "FROM and a date"]),
        ("LOWER(term", ["ends too early", "closing bracket of LOWER"]),
        ("LOWER(term = 'x'", ["at '=' after 'LOWER(term'", "closing bracket of LOWER"]),
        ("term lik 'x%'", ["at 'lik' after 'term'", "did you mean 'LIKE'?"]),
        ("value > 1 AND (term lik 'x%')", ["at 'lik' after", "did you mean 'LIKE'?"]),
        ("date > :as_at - INTERVAL 5 yrs", ["at 'yrs'", "YEAR, MONTH, WEEK or DAY"]),
        ("term = \u2018x\u2019", ["straight single quotes"]),
        ("term = 'x", ["not closed", "'O''Brien'"]),
        ("term = 'O'Brien'", ["'O''Brien'"]),
        ("term = 'O' 'Brien'", ["'O''Brien'"]),
        ("term IN ()", ["list after IN is empty"]),
        ("term IN term", ["list in brackets"]),
        # which comparison belongs to which is not guessed
        ("value = 1 = is_abnormal", ["put it in brackets"]),
        ("is_abnormal = value > 3", ["put it in brackets"]),
        ("is_abnormal = value IS NULL", ["put it in brackets"]),
        ("is_abnormal = term LIKE 'x%'", ["put it in brackets"]),
        ("value > 3 IS TRUE", ["put it in brackets"]),
        # bounds
        ("value > 1234567890123456", ["more than 15 digits", "single quotes"]),
        ("value > 1e5", ["'1e5' is not a number"]),
        ("value > 1_000", ["not"]),
        ("value BETWEEN 1AND 2", ["'1AND' is not a number"]),
        ("value > 0x1F", ["not"]),
        ("value > .5", ["a digit before its point"]),
        ("term = '" + "x" * 2000 + "'", ["2,009 characters", "may have 2,000", "codelist"]),
        ("term LIKE '" + "x" * 201 + "'", ["201 characters", "may have 200"]),
        ("value IN (" + ",".join("1" * 501) + ")", ["501 items", "may have 500", "codelist"]),
        ("(" * 51 + "value > 1" + ")" * 51, ["nests too deeply", "50 levels"]),
        ("ABS(" * 51 + "value" + ")" * 51 + " > 1", ["nests too deeply", "50 levels"]),
        ("NOT " * 6 + "is_abnormal", ["More than 5 NOT"]),
        ("value > " + "- " * 6 + "1", ["minus signs"]),
        ("value > " + "+".join("1" * 60), ["nests too deeply"]),
        ("term = 'a\u202eb'", ["U+202E", "cannot be seen"]),
        ("term = 'a\x00b'", ["U+0000"]),
    ],
)
def test_messages(condition: str, parts: list[str]) -> None:
    """One sentence or two that name the thing and say what to write."""
    message = error_of(condition)
    assert all(part.casefold() in message.casefold() for part in parts), message
    assert len(message) < 800
    assert "\n" not in message


def test_words_are_checked_only_where_they_are_known() -> None:
    """Without the vocabularies, as for a table of the pack's own, any text may be asked for."""
    assert parse_condition("kind = 'anything'", {"kind": "text"}).columns == {"kind"}


@pytest.mark.parametrize(
    "condition",
    [
        "kind IN ('problem', 'allergy')",
        "kind LIKE '%y'",
        "UPPER(kind) = 'PROBLEM'",
        "COALESCE(problem_status, 'none') = 'none'",
        "COALESCE(kind, term) = 'anything'",
        "kind = term",
    ],
)
def test_words_that_a_column_may_hold_are_let_through(condition: str) -> None:
    """Also after a function changed them, or where the other text is not known."""
    parse_condition(condition, columns_with({}, "events"), words_of("events"))
