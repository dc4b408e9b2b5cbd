"""A criteria pack in TOML: from its text to checked values.

The rules of a criterion are checked against the tables and codelists that they use: recordpick's
tables, and the pack's own (`[tables.NAME]` with a kind for each column).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from recordpick.criteria.codelists import FindCodelist, PackCodelists, is_safe_name
from recordpick.criteria.conditions import Condition
from recordpick.criteria.conditions.lexer import RESERVED
from recordpick.criteria.pack import (
    Criterion,
    Pack,
    PatientDate,
    PatientKind,
    Rule,
    Step,
    columns_with,
    condition_over,
)
from recordpick.criteria.problems import Problems, did_you_mean, listed, shown
from recordpick.criteria.toml_dates import read_dates
from recordpick.criteria.toml_positions import lines_of
from recordpick.criteria.toml_proposals import (
    check_confirmed,
    confirmation_of,
    note_undecided,
    population_of,
    proposals_of,
)
from recordpick.criteria.toml_reading import parse_toml
from recordpick.criteria.toml_values import (
    CRITERIA_AT_MOST,
    RECORDS_AT_MOST,
    RECORDS_BY_DEFAULT,
    TEXT_LENGTH,
    TITLE_LENGTH,
    VERSION_LENGTH,
    Values,
    checked_id,
)
from recordpick.errors import UserError
from recordpick.schema import KIND_WORDS, TABLES, Kind

RULES_AT_MOST = 50
COUNT_AT_MOST = 1_000_000
KINDS_AT_MOST = 10
_RULE_KEYS = ("says", "table", "where", "codes", "distinct", "per", "at_least", "at_most")


class RuleReader:
    """Reads the rules of one pack, given its own tables and codelists.

    `dates` are the dates of patients that rules can use, as far as they were read.
    """

    def __init__(self, tables: dict[str, dict[str, Kind]], codelists: PackCodelists) -> None:
        self.tables = tables
        self.dates: dict[str, PatientDate] = {}
        self._codelists = codelists

    def steps(self, criterion: Values, header: str = "[[criterion.rule]]") -> tuple[Step, ...]:
        """Return the steps of a criterion, or of a proposal for one: its rules in order."""
        rules = criterion.tables("rule", header)
        if len(rules) > RULES_AT_MOST:
            criterion.problem(f"A criterion may have {RULES_AT_MOST} rules.", "rule")
            return ()
        return tuple(self._step(rule) for rule in rules)

    def kinds(self, criterion: Values, steps: tuple[Step, ...]) -> tuple[PatientKind, ...]:
        """Return the kinds of patients of which a criterion with these steps takes some."""
        tables = criterion.tables("each", "[[criterion.each]]")
        if len(tables) > KINDS_AT_MOST:
            criterion.problem(f"A criterion may name {KINDS_AT_MOST} kinds of patients.", "each")
            return ()
        own = {rule.says: rule for step in steps for rule in step.rules}
        kinds = tuple(self._kind(table, own) for table in tables)
        for place, kind in enumerate(kinds):
            if kind.says and kind.says.casefold() in {k.says.casefold() for k in kinds[:place]}:
                criterion.problem("Another kind has the same words.", "each", place)
        if kinds and not criterion.has("rule"):
            criterion.problem("It names kinds of patients, but has no rule.", "each")
        return kinds

    def _kind(self, kind: Values, own: dict[str, Rule]) -> PatientKind:
        """Return one kind; `own` has the rules of its criterion, which it may name, by words."""
        says = kind.text("says", TITLE_LENGTH)
        if ";" in says:  # it separates the kinds of a patient who is of several
            kind.problem("The words of a kind may not have a semicolon.", "says")
        if kind.has("any"):
            kind.only(("says", "least", "any"), "allowed beside any: put its rules inside it")
            choices = kind.tables("any", "any = [ { says = … }, { says = … } ]")
            if not 2 <= len(choices) <= RULES_AT_MOST:
                kind.problem(
                    f"any holds from 2 to {RULES_AT_MOST} rules, one of which must hold.", "any"
                )
            rules = tuple(self._rule(choice) for choice in choices)
        elif set(kind.items()) <= {"says", "least"}:
            rules = (own[says],) if says in own else ()
            if says and says not in own:
                kind.problem(
                    "It has no rule of its own, and no rule of the criterion has these words"
                    f"{did_you_mean(says, own) or '.'}",
                    "says",
                )
        else:
            rules = (self._rule(kind, "least"),)
        return PatientKind(says, kind.whole("least", 1, RECORDS_AT_MOST, 1), rules)

    def condition(
        self, values: Values, key: str, table: str, dates: Collection[str] = ()
    ) -> Condition | None:
        """Return the parsed condition of a key over a table; None if missing or invalid.

        `dates` are names of dates of patients that it may use.
        """
        text = values.raw_text(key)
        if text is None:
            return None
        try:
            return condition_over(table, text, self.tables, dates)
        except UserError as error:
            values.problem(f"In {key}: {error}", key)
        return None

    def _step(self, rule: Values) -> Step:
        if not rule.has("any"):
            return Step((self._rule(rule),))
        rule.only(("any",), "allowed beside any: put its rules inside its brackets")
        choices = rule.tables("any", "any = [ { says = … }, { says = … } ]")
        if not 2 <= len(choices) <= RULES_AT_MOST:
            rule.problem(
                f"any holds from 2 to {RULES_AT_MOST} rules, one of which must hold.", "any"
            )
        return Step(tuple(self._rule(choice) for choice in choices))

    def _rule(self, rule: Values, *more_keys: str) -> Rule:
        rule.only((*_RULE_KEYS, "any", *more_keys), "a key of a rule")
        if rule.has("any"):
            rule.problem("any cannot be used inside any.", "any")
        at_most = rule.whole("at_most", 0, COUNT_AT_MOST, -1) if rule.has("at_most") else None
        at_least = rule.whole("at_least", 0, COUNT_AT_MOST, 0 if at_most == 0 else 1)
        rows = self.rows_of(rule, says=rule.text("says", TITLE_LENGTH), default_table="patients")
        columns = self.columns_of(rows.table)
        parsed = replace(
            rows,
            distinct=_column(rule, "distinct", columns),
            per=_column(rule, "per", columns),
            at_least=at_least,
            at_most=at_most,
        )
        _check_counts(rule, parsed)
        return parsed

    def rows_of(self, values: Values, says: str, default_table: str) -> Rule:
        """Return a rule with the keys that say which rows are meant: table, where, codes."""
        table = values.raw_text("table") if values.has("table") else default_table
        columns = self._columns(values, table)
        where = None
        if columns is not None:
            where = self.condition(values, "where", str(table), self.dates)
        return Rule(says, table or "", where, self._codes(values, columns))

    def columns_of(self, table: str) -> dict[str, Kind] | None:
        """Return the columns of a table with their kinds; None if there is no such table."""
        if table in TABLES or table in self.tables:
            return columns_with(self.tables, table)
        return None

    def _columns(self, rule: Values, table: str | None) -> dict[str, Kind] | None:
        if table is None:
            return None
        known = [*TABLES, *self.tables]
        if table in known:
            return columns_with(self.tables, table)
        rule.problem(
            f"There is no table '{shown(table)}'{did_you_mean(table, known) or '.'} "
            f"Tables are {listed(known, last='and')}; a pack declares others with [tables.NAME].",
            "table",
        )
        return None

    def _codes(self, rule: Values, columns: dict[str, Kind] | None) -> str | None:
        name = rule.raw_text("codes")
        if name is None:
            return None
        if columns is not None and columns.get("code") != "text":
            rule.problem(
                "codes cannot be used with a table that has no text column 'code'.", "codes"
            )
        self._codelists.ask(name, rule.path("codes"), rule.criterion)
        return name


def _column(rule: Values, key: str, columns: dict[str, Kind] | None) -> str | None:
    name = rule.raw_text(key)
    if name is not None and columns is not None and name not in columns:
        guess = did_you_mean(name, columns)
        rule.problem(f"{key}: there is no column '{shown(name)}' in this table{guess or '.'}", key)
    return name


def _check_counts(rule: Values, parsed: Rule) -> None:
    """Record counts that contradict each other, or that every patient or nobody can meet."""
    if parsed.at_most is not None and parsed.per:
        rule.problem(
            "at_most cannot be used with per, which counts the value with the most rows.", "at_most"
        )
    if parsed.at_most is not None and 0 <= parsed.at_most < parsed.at_least:
        rule.problem(
            f"at_least is {parsed.at_least} and at_most is {parsed.at_most}: nobody can meet both.",
            "at_most",
        )
    if parsed.distinct and parsed.distinct == parsed.per:
        rule.problem("distinct and per name the same column, so the count is always 1.", "per")
    if parsed.at_most is None and parsed.at_least == 0:
        rule.problem("at_least = 0 without at_most is met by everyone.", "at_least")
    if parsed.table == "patients":
        if parsed.at_least > 1:
            rule.problem("A patient has one row in patients: at_least cannot be more.", "at_least")
        where = rule.items().get("where")
        has_where = isinstance(where, str) and where != ""
        if not has_where and not parsed.codes and parsed.at_least == 1:
            rule.problem("The rule says nothing: give where, or another table.")


COLUMNS_AT_MOST = 300
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COLUMN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def own_tables(tables: Values) -> dict[str, dict[str, Kind]]:
    """Return the tables that a pack declares, without `patient_id`; problems are recorded."""
    found: dict[str, dict[str, Kind]] = {}
    for name in tables.items():
        if name in TABLES:
            tables.problem(f"'{name}' is one of recordpick's own tables and needs no entry.", name)
        elif not _TABLE_NAME.fullmatch(name) or not is_safe_name(name):
            tables.problem(
                f"'{shown(name)}' cannot be a table's name, which has up to 40 small letters, "
                "digits and '_' and begins with a letter.",
                name,
            )
        else:
            found[name] = _columns(tables.table(name))
    return found


def _columns(columns: Values) -> dict[str, Kind]:
    if len(columns.items()) > COLUMNS_AT_MOST:
        columns.problem(f"A table may have {COLUMNS_AT_MOST} columns.")
        return {}
    found: dict[str, Kind] = {}
    for name, kind in columns.items().items():
        problem = _problem_with(name, kind)
        if problem:
            columns.problem(problem, name)
        elif name != "patient_id":
            found[name] = kind
    return found


def _problem_with(name: str, kind: object) -> str:
    if not _COLUMN_NAME.fullmatch(name) or name.upper() in RESERVED:
        return (
            f"'{shown(name)}' cannot be a column's name, which has up to 63 letters without "
            "accents, digits and '_', and is not a word of the condition language."
        )
    if not isinstance(kind, str) or kind not in KIND_WORDS:
        guess = did_you_mean(kind, KIND_WORDS) if isinstance(kind, str) else ""
        return f"'{name}' is {shown(kind)}; a column is {listed(KIND_WORDS)}{guess or '.'}"
    if name == "patient_id" and kind != "text":
        return "patient_id is text in every table."
    return ""


COMPARE_AT_MOST = 50
NOTES_AT_MOST = 200
NOTE_LENGTH = 10_000
LISTS_AT_MOST = 1_000

_PARTS = ("pack", "criterion", "codelist", "tables", "date")
_QOF_YEAR = re.compile(r"20[0-9]{2}/[0-9]{2}")
_PACK_KEYS = (
    "title",
    "supplier",
    "version",
    "records_per_criterion",
    "random_records",
    "population",
    "random_population",
    "notes",
    "qof_years",
    "may_be_absent",
)
_CRITERION_KEYS = (
    *("id", "area", "title", "find", "compare", "records", "population", "rule", "each"),
    *("source", "proposal", "confirmed"),
)


def pack_from_toml(name: str, text: str, find_codelist: FindCodelist) -> Pack:
    """Read a pack whose file has this name; UserError with one message a problem."""
    document = parse_toml(name, text)
    problems = Problems(name)
    top = Values(document, (), problems)
    top.only(_PARTS, "a part of a pack")
    codelists = PackCodelists(top.table("codelist"), find_codelist, problems)
    tables = own_tables(top.table("tables"))
    rules = RuleReader(tables, codelists)
    if top.has("pack"):
        head = _head(top.table("pack"), rules)
    else:
        problems.add("The pack has no [pack] with its title and version.")
        head = _head(Values({"title": "-", "version": "-"}, (), problems), rules)
    notes = head.pop("notes")
    dates = read_dates(top.table("date"), rules)
    criteria = _criteria(top, head, rules)
    note_undecided(criteria, problems)
    for unused in sorted(head["may_be_absent"] - codelists.loaded.keys()):
        problems.note(f"No rule uses the codelist '{shown(unused)}', which may_be_absent names.")
    problems.raise_any(lambda: lines_of(text))
    return Pack(
        **head,
        criteria=criteria,
        codelists=codelists.loaded,
        files={name: text, **codelists.files},
        tables=tables,
        dates=dates,
        notes=(*notes, *problems.notes),
    )


def _head(head: Values, rules: RuleReader) -> dict[str, Any]:
    head.only(_PACK_KEYS, "a key of [pack]")
    population = population_of(head, "population", None, rules)
    return {
        "title": head.text("title", TITLE_LENGTH),
        "supplier": head.text("supplier", TITLE_LENGTH, default=""),
        "version": head.text("version", VERSION_LENGTH),
        "records_per_criterion": head.whole(
            "records_per_criterion", 1, RECORDS_AT_MOST, RECORDS_BY_DEFAULT
        ),
        "random_records": head.whole("random_records", 0, RECORDS_AT_MOST, RECORDS_BY_DEFAULT),
        "population": population,
        "random_population": population_of(head, "random_population", population, rules),
        "notes": head.texts("notes", NOTE_LENGTH, NOTES_AT_MOST),
        "qof_years": _qof_years(head),
        "may_be_absent": frozenset(head.texts("may_be_absent", TITLE_LENGTH, LISTS_AT_MOST)),
    }


def _qof_years(head: Values) -> tuple[str, ...]:
    years = head.texts("qof_years", VERSION_LENGTH, NOTES_AT_MOST)
    for place, year in enumerate(years):
        if not _QOF_YEAR.fullmatch(year):
            head.problem(
                f"'{shown(year)}' is not a QOF year, which is written 2026/27.", "qof_years", place
            )
    return years


def _criteria(top: Values, head: dict[str, Any], rules: RuleReader) -> tuple[Criterion, ...]:
    tables = top.tables("criterion", "[[criterion]]")
    if not tables and not top.has("criterion"):
        top.problem("The pack has no criteria; each begins with [[criterion]].")
    if len(tables) > CRITERIA_AT_MOST:
        top.problem(
            f"The pack has {len(tables):,} criteria and may have {CRITERIA_AT_MOST:,}.", "criterion"
        )
        return ()
    seen: dict[str, str] = {}
    return tuple(_criterion(table, place, seen, head, rules) for place, table in enumerate(tables))


def _criterion(
    values: Values, place: int, seen: dict[str, str], head: dict[str, Any], rules: RuleReader
) -> Criterion:
    values.criterion = f"number {place + 1}"
    criterion_id = _id(values, seen)
    if criterion_id:
        values.criterion = criterion_id
    values.only(_CRITERION_KEYS, "a key of a criterion")
    steps = rules.steps(values)
    criterion = Criterion(
        id=criterion_id,
        area=values.text("area", TITLE_LENGTH),
        title=values.text("title", TITLE_LENGTH),
        find=values.text("find", TEXT_LENGTH),
        compare=values.texts("compare", TITLE_LENGTH, COMPARE_AT_MOST),
        records=values.whole("records", 1, RECORDS_AT_MOST, head["records_per_criterion"]),
        population=population_of(values, "population", head["population"], rules),
        steps=steps,
        source=values.text("source", TEXT_LENGTH, default=""),
        proposals=proposals_of(values, rules),
        confirmed=confirmation_of(values),
        kinds=rules.kinds(values, steps),
    )
    check_confirmed(values, criterion)
    return criterion


def _id(values: Values, seen: dict[str, str]) -> str:
    """The id of a criterion, "" if it has none that is fit and its own."""
    text = values.raw_text("id")
    if text is None:
        if not values.has("id"):
            values.problem("id is missing.")
        return ""
    try:
        checked_id(text)
    except UserError as error:
        values.problem(str(error), "id")
        return ""
    # Ids that differ only in capitals are one on a screen, on paper and in a file name.
    if text.casefold() in seen:
        values.criterion = text
        values.problem(
            f"The id is already that of another criterion, {seen[text.casefold()]}.", "id"
        )
    seen.setdefault(text.casefold(), text)
    return text
