"""A criteria pack in TOML: from its text to checked values."""

from __future__ import annotations

from typing import Any

from recordpick.criteria.fields import (
    CRITERIA_AT_MOST,
    RECORDS_AT_MOST,
    RECORDS_BY_DEFAULT,
    TEXT_LENGTH,
    TITLE_LENGTH,
    VERSION_LENGTH,
    checked_id,
)
from recordpick.criteria.pack import Criterion, Pack
from recordpick.criteria.pack_codelists import FindCodelist, PackCodelists
from recordpick.criteria.pack_rules import RuleReader
from recordpick.criteria.pack_tables import own_tables
from recordpick.criteria.problems import Problems
from recordpick.criteria.toml_lines import lines_of
from recordpick.criteria.toml_proposals import (
    check_confirmed,
    confirmation_of,
    note_undecided,
    population_of,
    proposals_of,
)
from recordpick.criteria.toml_reading import parse_toml
from recordpick.criteria.toml_values import Values
from recordpick.errors import UserError

COMPARE_AT_MOST = 50
NOTES_AT_MOST = 200
NOTE_LENGTH = 10_000

_PARTS = ("pack", "criterion", "codelist", "tables")
_PACK_KEYS = (
    "title",
    "supplier",
    "version",
    "records_per_criterion",
    "random_records",
    "population",
    "random_population",
    "notes",
)
_CRITERION_KEYS = (
    *("id", "area", "title", "find", "compare", "records", "population", "rule"),
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
    criteria = _criteria(top, head, rules)
    note_undecided(criteria, problems)
    problems.raise_any(lambda: lines_of(text))
    return Pack(
        **head,
        criteria=criteria,
        codelists=codelists.loaded,
        files={name: text, **codelists.files},
        tables=tables,
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
    }


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
    criterion = Criterion(
        id=criterion_id,
        area=values.text("area", TITLE_LENGTH),
        title=values.text("title", TITLE_LENGTH),
        find=values.text("find", TEXT_LENGTH),
        compare=values.texts("compare", TITLE_LENGTH, COMPARE_AT_MOST),
        records=values.whole("records", 1, RECORDS_AT_MOST, head["records_per_criterion"]),
        population=population_of(values, "population", head["population"], rules),
        steps=rules.steps(values),
        source=values.text("source", TEXT_LENGTH, default=""),
        proposals=proposals_of(values, rules),
        confirmed=confirmation_of(values),
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
