"""A criteria pack: the supplier's test criteria and their rules, as plain values.

Its rules may use recordpick's own tables, and those that the pack declares.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from recordpick.criteria.conditions import Condition, parse_condition
from recordpick.schema import TABLES, Kind


@dataclass(frozen=True, slots=True)
class Codelist:
    """A set of clinical or drug codes: `codes` in file order, each once; `terms` by code."""

    name: str
    codes: tuple[str, ...]
    terms: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition that a patient must meet.

    Rows of `table` that satisfy `where` (all rows if None) and have a code of the codelist
    `codes` (any code if None) are counted: rows, or distinct values of the column `distinct`;
    with `per`, within each value of that column, and the largest count is used. Rows whose `per`
    or `distinct` value is missing are then not counted. The rule holds if the count is from
    `at_least` to `at_most` (no upper limit if None).
    """

    says: str
    table: str = "patients"
    where: Condition | None = None
    codes: str | None = None
    distinct: str | None = None
    per: str | None = None
    at_least: int = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a criterion: it holds if any of its rules (usually one) holds."""

    rules: tuple[Rule, ...]

    @property
    def says(self) -> str:
        """The step in words."""
        return " or ".join(rule.says for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One test criterion. Without `steps`, staff pick for it by browsing or from a list."""

    id: str
    area: str
    title: str
    find: str
    compare: tuple[str, ...] = ()
    records: int = 20
    """The most records wanted: the criterion's own number, or the pack's."""
    population: Condition | None = None
    """Condition over patients: the criterion's own, or the pack's; None is everybody."""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A supplier's criteria pack.

    `files` holds the full text of the files it was read from (the pack first, then its codelists,
    by file name), so that a working file can store it and read it again without the originals.
    """

    title: str
    supplier: str
    version: str
    records_per_criterion: int
    random_records: int
    population: Condition | None
    random_population: Condition | None
    """Who may be drawn at random: a condition over patients; the pack's population by default."""
    criteria: tuple[Criterion, ...]
    codelists: dict[str, Codelist]
    files: dict[str, str]
    tables: dict[str, dict[str, Kind]] = field(default_factory=dict)
    """The pack's own tables, in addition to recordpick's: their columns, without `patient_id`."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What was not used or understood in its files: sentences for people, with the place."""

    def criterion(self, criterion_id: str) -> Criterion:
        """Return the criterion of that id; KeyError if there is none."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas in the order in which the pack first names them."""
        return tuple(dict.fromkeys(criterion.area for criterion in self.criteria))

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the names and texts of its files: the same for the same pack."""
        digest = hashlib.sha256()
        for name, text in self.files.items():
            for part in (name, text):
                data = part.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "big"))
                digest.update(data)
        return digest.hexdigest()


def columns_of(pack: Pack, table: str) -> dict[str, Kind]:
    """Return the columns of a table with their kinds; KeyError if the pack knows no such table."""
    return columns_with(pack.tables, table)


def columns_with(extra: dict[str, dict[str, Kind]], table: str) -> dict[str, Kind]:
    """Return the columns of a table of recordpick or of `extra`; KeyError if there is none."""
    if table in TABLES:
        return {column.name: column.kind for column in TABLES[table].columns}
    return {"patient_id": "text", **extra[table]}


def words_of(table: str) -> dict[str, tuple[str, ...]]:
    """Return the closed vocabularies of a table's columns; none for a table of the pack's own."""
    if table not in TABLES:
        return {}
    return {column.name: column.words for column in TABLES[table].columns if column.words}


def condition_over(
    table: str, text: str, extra: dict[str, dict[str, Kind]] | None = None
) -> Condition:
    """Return a text parsed as a condition over a table of recordpick or of `extra`.

    The UserError says what is wrong, without file and line.
    """
    if table in TABLES:
        return _over_own_table(table, text)
    return parse_condition(text, columns_with(extra or {}, table), words_of(table))


@lru_cache(maxsize=4096)
def _over_own_table(table: str, text: str) -> Condition:
    """Parse once: many rules of a pack have the same condition."""
    return parse_condition(text, columns_with({}, table), words_of(table))
