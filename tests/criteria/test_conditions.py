"""What each part of the condition language means, one small table of rows at a time."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from recordpick.criteria.conditions import parse_condition
from recordpick.schema import Kind

AS_AT = date(2026, 3, 31)
COLUMNS: dict[str, Kind] = {
    "row": "integer",
    "term": "text",
    "other": "text",
    "date": "date",
    "ended": "date",
    "issues": "integer",
    "value": "number",
    "is_active": "yes_no",
    "is_degraded": "yes_no",
}
ROWS = pl.DataFrame(
    [
        (1, "Asthma", "asthma", date(2020, 2, 29), None, 3, 7.5, True, False),
        (2, "Zoë O'Brien", " Zoë ", date(2026, 3, 31), date(2025, 1, 1), 0, 0.0, False, None),
        (3, "50% done_", None, date(1949, 12, 31), date(1949, 12, 31), -2, -7.5, None, True),
        (4, None, "x", None, date(2026, 4, 1), None, None, None, None),
        (5, "two\nlines", "two", date(2021, 3, 31), None, 12, float("nan"), True, True),
    ],
    schema={
        "row": pl.Int64,
        "term": pl.String,
        "other": pl.String,
        "date": pl.Date,
        "ended": pl.Date,
        "issues": pl.Int64,
        "value": pl.Float64,
        "is_active": pl.Boolean,
        "is_degraded": pl.Boolean,
    },
    orient="row",
)


def rows_that_meet(condition: str) -> list[int]:
    met = parse_condition(condition, COLUMNS).expression(AS_AT)
    return ROWS.filter(met)["row"].to_list()


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        # comparisons of each kind
        ("term = 'Asthma'", [1]),
        ("term <> 'Asthma'", [2, 3, 5]),
        ("term != 'Asthma'", [2, 3, 5]),
        ("term > 'B'", [2, 5]),
        ("term = 'Zoë O''Brien'", [2]),
        ("issues = 3", [1]),
        ("issues >= 0", [1, 2, 5]),
        ("issues < 0", [3]),
        ("issues = -2", [3]),
        ("issues > 2.5", [1, 5]),
        ("value > 0", [1]),
        ("value <= -7.5", [3]),
        ("value < issues", [3]),
        ("date = DATE '2020-02-29'", [1]),
        ("date = '2020-02-29'", [1]),
        ("'2020-02-29' <= date", [1, 2, 5]),
        ("date < DATE '1950-01-01'", [3]),
        ("date >= :as_at", [2]),
        ("ended > :as_at", [4]),
        ("date > ended", [2]),
        ("is_active = TRUE", [1, 5]),
        ("is_active <> TRUE", [2]),
        ("is_active = is_degraded", [5]),
        # yes or no alone
        ("is_active", [1, 5]),
        ("NOT is_active", [2]),
        ("is_active IS TRUE", [1, 5]),
        ("is_active IS NOT TRUE", [2, 3, 4]),
        ("is_active IS FALSE", [2]),
        ("is_active IS NOT FALSE", [1, 3, 4, 5]),
        ("(issues > 1) IS NOT TRUE", [2, 3, 4]),
        # missing values
        ("term IS NULL", [4]),
        ("term IS NOT NULL", [1, 2, 3, 5]),
        ("ended IS NULL OR ended > date", [1, 5]),
        ("(value > 0) IS NULL", [4, 5]),
        ("term <> ''", [1, 2, 3, 5]),
        # three-valued logic
        ("is_active OR is_degraded", [1, 3, 5]),
        ("is_active AND is_degraded", [5]),
        ("NOT (is_active AND is_degraded)", [1, 2]),
        ("NOT (is_active OR is_degraded)", []),
        ("NOT NOT is_active", [1, 5]),
        ("is_active AND NOT is_degraded OR issues = 0", [1, 2]),
        ("is_active AND (NOT is_degraded OR issues = 12)", [1, 5]),
        ("NOT is_active OR is_active", [1, 2, 5]),
        # lists and ranges
        ("term IN ('Asthma', 'nothing')", [1]),
        ("term NOT IN ('Asthma', 'nothing')", [2, 3, 5]),
        ("issues IN (3, -2)", [1, 3]),
        ("issues IN (3, 0.5)", [1]),
        ("value IN (0, 7.5)", [1, 2]),
        ("date IN ('2020-02-29', DATE '2021-03-31')", [1, 5]),
        ("issues BETWEEN 0 AND 3", [1, 2]),
        ("issues NOT BETWEEN 0 AND 3", [3, 5]),
        ("date BETWEEN '2020-01-01' AND :as_at", [1, 2, 5]),
        ("term BETWEEN 'A' AND 'B'", [1]),
        ("2 BETWEEN issues AND value", []),
        # patterns: capitals count, % crosses lines, the apostrophe is doubled
        ("term LIKE 'A%'", [1]),
        ("term LIKE 'a%'", []),
        ("LOWER(term) LIKE 'a%'", [1]),
        ("term LIKE '%a'", [1]),
        ("term LIKE '%th%'", [1]),
        ("term LIKE '%''%'", [2]),
        ("term LIKE '_sthma'", [1]),
        ("term LIKE 'Zo_ %'", [2]),
        ("term LIKE 'two%lines'", [5]),
        ("term LIKE '_________'", [3, 5]),
        ("term LIKE '%_%_%'", [1, 2, 3, 5]),
        ("term LIKE '%'", [1, 2, 3, 5]),
        ("term LIKE '50!%%' ESCAPE '!'", [3]),
        ("term LIKE '%!_' ESCAPE '!'", [3]),
        ("term NOT LIKE '%!_' ESCAPE '!'", [1, 2, 5]),
        ("term NOT LIKE '%s%'", [2, 3]),
        ("term LIKE ''", []),
        (r"term LIKE '\%'", []),
        # functions
        ("UPPER(term) = 'ASTHMA'", [1]),
        ("TRIM(other) = 'Zoë'", [2]),
        ("LENGTH(term) = 11", [2]),
        ("OCTET_LENGTH(term) = 12", [2]),
        ("OCTET_LENGTH(term) > LENGTH(term)", [2]),
        ("COALESCE(term, other) = 'x'", [4]),
        ("COALESCE(value, issues, 0) = 12", [5]),
        ("COALESCE(is_active, FALSE) = FALSE", [2, 3, 4]),
        ("COALESCE(date, '1900-01-01') < '1949-01-01'", [4]),
        ("ABS(issues) = 2", [3]),
        ("ABS(value) = 7.5", [1, 3]),
        ("EXTRACT(YEAR FROM date) = 2020", [1]),
        ("EXTRACT(month FROM date) = 3 AND EXTRACT(DAY FROM date) = 31", [2, 5]),
        # arithmetic in floating point; no finite result is unknown
        ("issues / 2 = 1.5", [1]),
        ("issues * 2 + 1 = 7", [1]),
        ("issues - 1 - 1 = 1", [1]),
        ("12 / issues > 0", [1, 5]),
        ("12 / issues IS NULL", [2, 4]),
        ("issues / 0 IS NULL", [1, 2, 3, 4, 5]),
        ("1 / (12 / issues) = 0", []),
        ("-issues = 2", [3]),
        ("issues - -2 = 5", [1]),
        ("value IS NULL", [4, 5]),
        # dates moved by the calendar: the last day of a shorter month
        ("date > :as_at - INTERVAL '5 years'", [2]),
        ("date >= :as_at - INTERVAL '5 years'", [2, 5]),
        ("date >= :as_at - INTERVAL '5' YEAR", [2, 5]),
        ("date >= :as_at - INTERVAL 60 MONTHS", [2, 5]),
        ("date + INTERVAL '1 year' = '2021-02-28'", [1]),
        ("date + INTERVAL '1 month' = '2026-04-30'", [2]),
        ("date + INTERVAL '2 weeks' = '2020-03-14'", [1]),
        ("date - INTERVAL '366 days' = '2019-02-28'", [1]),
        ("date + INTERVAL '1 year' + INTERVAL '1 day' = '2021-03-01'", [1]),
        ("ended BETWEEN :as_at AND :as_at + INTERVAL '1 week'", [4]),
    ],
)
def test_a_condition_is_met_by_these_rows(condition: str, rows: list[int]) -> None:
    """Each part of the language, on rows with missing values among them."""
    assert rows_that_meet(condition) == rows


def test_words_of_the_language_are_read_in_any_case_and_over_several_lines() -> None:
    """Keywords and functions are SQL's; only names of columns keep their spelling."""
    assert rows_that_meet("lower(term) like 'a%'\n  or issues\tbetween 11 and 13") == [1, 5]


def test_a_condition_is_never_unknown() -> None:
    """What cannot be known counts as not met, also where the answer is counted or negated."""
    met = ROWS.select(parse_condition("value > 0", COLUMNS).expression(AS_AT))
    assert met.to_series().to_list() == [True, False, False, False, False]


def test_a_condition_tells_which_columns_it_needs() -> None:
    """So that an index without one of them can be said not to answer."""
    condition = parse_condition(
        "COALESCE(value, 1) > 0 AND (NOT is_active OR term LIKE '%x') AND date <= :as_at", COLUMNS
    )
    assert condition.columns == {"value", "is_active", "term", "date"}


@pytest.mark.parametrize("joined", [" AND ", " OR "])
def test_long_chains_are_not_deep(joined: str) -> None:
    """A hundred alternatives side by side are one level of nesting."""
    assert rows_that_meet(joined.join(["issues = 3"] * 130)) == [1]


def test_brackets_may_nest_fifty_deep() -> None:
    """And read the same as without."""
    assert rows_that_meet("(" * 50 + "issues = 3" + ")" * 50) == [1]
    assert rows_that_meet("ABS(" * 48 + "issues" + ")" * 48 + " = 3") == [1]


def test_columns_may_be_called_as_keywords_of_sql_are() -> None:
    """A table of the pack's own may have the columns that a source gave it."""
    columns: dict[str, Kind] = {"end": "date", "order": "integer", "select": "text", "Date": "date"}
    condition = parse_condition(
        "end < :as_at AND order = 1 AND select LIKE 'x%' AND Date > DATE '2020-01-01'", columns
    )
    assert condition.columns == {"end", "order", "select", "Date"}


def test_a_pattern_at_its_longest_still_runs() -> None:
    """Two hundred signs, on a text of a hundred thousand characters."""
    frame = pl.DataFrame({"term": ["é" * 200, "a" * 100_000 + "b", None]})
    columns: dict[str, Kind] = {"term": "text"}
    for pattern, met in [("_" * 200, [0]), ("%a" * 99 + "%c", []), ("%a" + "_" * 90 + "b", [1])]:
        condition = parse_condition(f"term LIKE '{pattern}'", columns)
        found = frame.with_row_index().filter(condition.expression(AS_AT))["index"].to_list()
        assert found == met


def test_what_is_too_large_for_a_number_is_unknown() -> None:
    """Never infinite, so that nothing is greater than everything."""
    frame = pl.DataFrame({"value": [1e308, -1e308, 5e-324]})
    columns: dict[str, Kind] = {"value": "number"}
    for condition, met in [
        ("value * value > 0", [False, False, False]),
        ("value * value IS NULL", [True, True, False]),
        ("value / 0.1 IS NULL", [True, True, False]),
        ("value + value IS NULL", [True, True, False]),
    ]:
        asked = parse_condition(condition, columns).expression(AS_AT)
        assert frame.select(asked).to_series().to_list() == met
