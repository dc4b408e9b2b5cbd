"""A criteria pack as SQL for DuckDB, written from the rules independently of recordpick's plan.

The conditions are standard SQL but for three things: `:as_at`, OCTET_LENGTH (DuckDB: STRLEN) and
the ages, which a view calculates.
"""

from __future__ import annotations

import re
from datetime import date

from recordpick.criteria.conditions import Condition
from recordpick.criteria.pack import Criterion, Pack, Rule
from recordpick.index.practice_index import PracticeIndex

EVERYBODY = "TRUE"


def views(index: PracticeIndex, as_at: date) -> list[str]:
    """Return the statements that create the views, read again from Parquet at each query."""
    made = []
    for name in index.manifest.tables:
        path = str(index.folder / f"{name}.parquet").replace("'", "''")
        columns = "*"
        if name == "patients":
            day = f"DATE '{as_at}'"
            columns += (
                f", CAST(date_diff('year', date_of_birth, {day}) - CASE WHEN "
                f"month(date_of_birth) * 100 + day(date_of_birth) > {as_at.month * 100 + as_at.day}"
                " THEN 1 ELSE 0 END AS BIGINT) AS age"
            )
        made.append(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet('{path}')")
    return made


def code_table(pack: Pack) -> tuple[str, list[tuple[str, str]]]:
    """Return the statement that creates the table of codelists, and its rows."""
    rows = [(name, code) for name, listed in pack.codelists.items() for code in listed.codes]
    return "CREATE TABLE codelists (name VARCHAR, code VARCHAR)", rows


def condition(parsed: Condition | None, as_at: date) -> str:
    """Return a condition in DuckDB's SQL; unknown counts as not satisfied."""
    if parsed is None:
        return EVERYBODY
    sql = re.sub(r":as_at\b", f"DATE '{as_at}'", parsed.text)
    sql = re.sub(r"\bOCTET_LENGTH\b", "STRLEN", sql, flags=re.IGNORECASE)
    return f"COALESCE(({sql}), FALSE)"


def one_query(criterion: Criterion, as_at: date) -> str:
    """Return the query that counts the patients who meet one criterion, by itself."""
    steps = [
        "(" + " OR ".join(_rule(rule, as_at) for rule in step.rules) + ")"
        for step in criterion.steps
    ]
    where = " AND ".join([condition(criterion.population, as_at), *steps])
    return f"SELECT count(*) FROM patients WHERE {where}"


def _rule(rule: Rule, as_at: date) -> str:
    if rule.table == "patients":
        held = f"CASE WHEN {_row(rule, as_at)} THEN 1 ELSE 0 END"
        return f"({held} {_threshold(rule)})"
    if rule.at_least == 0:
        return f"patient_id NOT IN ({_counted(rule, as_at, f'> {rule.at_most}')})"
    return f"patient_id IN ({_counted(rule, as_at, _threshold(rule))})"


def _row(rule: Rule, as_at: date) -> str:
    parts = [condition(rule.where, as_at)]
    if rule.codes is not None:
        parts.append(f"code IN (SELECT code FROM codelists WHERE name = '{rule.codes}')")
    parts += [f'"{name}" IS NOT NULL' for name in (rule.distinct, rule.per) if name]
    return " AND ".join(parts)


def _threshold(rule: Rule) -> str:
    return (
        f">= {rule.at_least}"
        if rule.at_most is None
        else (f"BETWEEN {rule.at_least} AND {rule.at_most}")
    )


def _counted(rule: Rule, as_at: date, having: str) -> str:
    number = f'count(DISTINCT "{rule.distinct}")' if rule.distinct else "count(*)"
    per = f', "{rule.per}"' if rule.per else ""
    return (
        f"SELECT patient_id FROM {rule.table} WHERE {_row(rule, as_at)} "
        f"GROUP BY patient_id{per} HAVING {number} {having}"
    )


def one_join(pack: Pack, as_at: date) -> str:
    """Return one query that counts patients for all criteria, with one scan and join per table.

    Rules that count distinct values, or within groups, keep their own sub-query: they cannot be
    answered by the shared sums.
    """
    numbered: dict[Rule, int] = {}
    for criterion in pack.criteria:
        for step in criterion.steps:
            for rule in step.rules:
                numbered.setdefault(rule, len(numbered))
    shared = {
        rule: n
        for rule, n in numbered.items()
        if rule.table != "patients" and not rule.distinct and not rule.per
    }
    tables: dict[str, list[tuple[Rule, int]]] = {}
    for rule, n in shared.items():
        tables.setdefault(rule.table, []).append((rule, n))
    with_, joins = [], []
    for table, rules in tables.items():
        with_.append(f"{table}_n AS ({_sums(table, rules, as_at)})")
        joins.append(f"LEFT JOIN {table}_n USING (patient_id)")

    def held(rule: Rule) -> str:
        if rule in shared:
            return f"(COALESCE(r{shared[rule]}, 0) {_threshold(rule)})"
        return _rule(rule, as_at)

    counts = [
        "count(*) FILTER (WHERE "
        + " AND ".join(
            [
                condition(criterion.population, as_at),
                *("(" + " OR ".join(map(held, step.rules)) + ")" for step in criterion.steps),
            ]
        )
        + ")"
        for criterion in pack.criteria
    ]
    return f"WITH {', '.join(with_)} SELECT {', '.join(counts)} FROM patients {' '.join(joins)}"


def _sums(table: str, rules: list[tuple[Rule, int]], as_at: date) -> str:
    """Return the row counts of each patient for each rule of a table, in one pass and one join."""
    lists = sorted({rule.codes for rule, _ in rules if rule.codes})
    flags = ", ".join(f"bool_or(name = '{name}') AS in_{place}" for place, name in enumerate(lists))
    place_of = {name: place for place, name in enumerate(lists)}
    parts = []
    for rule, n in rules:
        met = condition(rule.where, as_at)
        if rule.codes:
            met += f" AND COALESCE(in_{place_of[rule.codes]}, FALSE)"
        parts.append(f"count(*) FILTER (WHERE {met}) AS r{n}")
    join = (
        f" LEFT JOIN (SELECT code, {flags} FROM codelists GROUP BY code) USING (code)"
        if lists
        else ""
    )
    return f"SELECT patient_id, {', '.join(parts)} FROM {table}{join} GROUP BY patient_id"
