"""Reading the rules of a criterion from TOML, checked against the tables and codelists used."""

from __future__ import annotations

from functools import lru_cache

from recordpick.criteria.conditions import parse_condition
from recordpick.criteria.fields import TITLE_LENGTH
from recordpick.criteria.pack import Rule, Step
from recordpick.criteria.pack_codelists import PackCodelists
from recordpick.criteria.tables_of_pack import columns_with, words_of
from recordpick.criteria.toml_values import Values
from recordpick.criteria.wording import did_you_mean, listed, shown
from recordpick.errors import UserError
from recordpick.tables import TABLES, Kind

RULES_AT_MOST = 50
COUNT_AT_MOST = 1_000_000
_RULE_KEYS = ("says", "table", "where", "codes", "distinct", "per", "at_least", "at_most")


class RuleReader:
    """Reads the rules of one pack, given its own tables and codelists."""

    def __init__(self, tables: dict[str, dict[str, Kind]], codelists: PackCodelists) -> None:
        self._tables = tables
        self._codelists = codelists

    def steps(self, criterion: Values, header: str = "[[criterion.rule]]") -> tuple[Step, ...]:
        """Return the steps of a criterion, or of a proposal for one: its rules in order."""
        rules = criterion.tables("rule", header)
        if len(rules) > RULES_AT_MOST:
            criterion.problem(f"A criterion may have {RULES_AT_MOST} rules.", "rule")
            return ()
        return tuple(self._step(rule) for rule in rules)

    def condition(self, values: Values, key: str, table: str) -> str | None:
        """Return the condition of a key, checked against a table; None if missing or invalid."""
        text = values.raw_text(key)
        if text is None:
            return None
        try:
            if table in TABLES:
                _check_condition(text, table)
            else:
                parse_condition(text, columns_with(self._tables, table), words_of(table))
        except UserError as error:
            values.problem(f"In {key}: {error}", key)
        return text

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

    def _rule(self, rule: Values) -> Rule:
        rule.only((*_RULE_KEYS, "any"), "a key of a rule")
        if rule.has("any"):
            rule.problem("any cannot be used inside any.", "any")
        table = rule.raw_text("table") if rule.has("table") else "patients"
        at_most = rule.whole("at_most", 0, COUNT_AT_MOST, -1) if rule.has("at_most") else None
        at_least = rule.whole("at_least", 0, COUNT_AT_MOST, 0 if at_most == 0 else 1)
        columns = self._columns(rule, table)
        parsed = Rule(
            says=rule.text("says", TITLE_LENGTH),
            table=table or "",
            where=None if columns is None else self.condition(rule, "where", str(table)),
            codes=self._codes(rule, columns),
            distinct=_column(rule, "distinct", columns),
            per=_column(rule, "per", columns),
            at_least=at_least,
            at_most=at_most,
        )
        _check_counts(rule, parsed)
        return parsed

    def _columns(self, rule: Values, table: str | None) -> dict[str, Kind] | None:
        if table is None:
            return None
        known = [*TABLES, *self._tables]
        if table in known:
            return columns_with(self._tables, table)
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


@lru_cache(maxsize=5_000)
def _check_condition(text: str, table: str) -> None:
    """Check a condition over one of recordpick's own tables; once for each text.

    A drafted pack is read again for each decision of a person, with the same conditions.
    """
    parse_condition(text, columns_with({}, table), words_of(table))


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
        if not parsed.where and not parsed.codes and parsed.at_least == 1:
            rule.problem("The rule says nothing: give where, or another table.")
