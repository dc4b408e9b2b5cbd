"""A criteria pack: the supplier's test criteria and their rules, as plain values.

Its rules may use recordpick's own tables, and those that the pack declares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from recordpick.criteria.conditions import Condition, parse_condition, text_of
from recordpick.schema import TABLES, Kind
from recordpick.text import day

CODELISTS_FOLDER = "codelists"
"""Where codelists lie: a folder of this name beside the pack."""


@dataclass(frozen=True, slots=True)
class Codelist:
    """A set of clinical or drug codes: `codes` in file order, each once; `terms` by code.

    A list that an import could not fill has no codes and says why in `not_filled`: a rule that
    names it cannot be answered.
    """

    name: str
    codes: tuple[str, ...]
    terms: dict[str, str] = field(default_factory=dict)
    not_filled: str = ""


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
class PatientDate:
    """A day of each patient that conditions can use by its name: the latest or earliest of rows.

    The rows are those of `rows.table` that satisfy its condition and have a code of its codelist;
    the day is that of `column`. Patients without such a row have none, which is NULL in conditions.
    """

    name: str
    rows: Rule
    column: str
    is_latest: bool
    months: int = 0
    days: int = 0
    """How far the day is moved forward: for the day on which something is due again."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a criterion: it holds if any of its rules (usually one) holds."""

    rules: tuple[Rule, ...]

    @property
    def says(self) -> str:
        """The step in words."""
        return " or ".join(rule.says for rule in self.rules)


ParameterValue = str | int | float
"""A number, a word of a vocabulary (a drug, a condition), or a comparison ("over")."""


def registered() -> Condition:
    """Return the condition over patients that they are registered now."""
    return condition_over("patients", "status = 'registered'")


"""Among whom a proposed rule looks where the criterion says nothing else."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that may be what a criterion means. Nothing uses it until a person confirms it."""

    template: str
    """The templates that it is made from, as `fill` reads them: "age & medicine.drug[repeat]"."""
    says: str
    """The rule in words."""
    reason: str
    """Which words of the text led to which part of the rule, and which were not used."""
    confidence: float
    """From 0 to 1: how much of the text the rule uses, less where the text has other readings."""
    steps: tuple[Step, ...]
    """The rule as packs have it: every step must hold, and of a step's rules any one."""
    population: Condition | None = field(default_factory=registered)
    """The condition over patients that says among whom to look; None is everybody."""
    params: Mapping[str, ParameterValue] = field(default_factory=dict)
    """The numbers and names that a person may change, by name: `fill(template, params)`."""
    unused: tuple[str, ...] = ()
    """Words of the text that no part of the rule uses."""

    @property
    def codelists(self) -> tuple[str, ...]:
        """The codelists that its rules name, each once: a pack with this rule needs them."""
        names = (rule.codes for step in self.steps for rule in step.rules if rule.codes)
        return tuple(dict.fromkeys(names))

    @property
    def where(self) -> str:
        """Its conditions in the condition language, one a line, each with its table."""
        return "\n".join(
            f"{rule.table}: {text_of(rule.where) or 'every row'}"
            for step in self.steps
            for rule in step.rules
        )


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who decided on the rule of a criterion in words, and when."""

    by: str
    """Initials or a name."""
    at: datetime
    template: str = ""
    """The proposal's template; "" where the person wrote the condition, or chose by hand."""
    is_edited: bool = False
    """Whether the person changed the proposed rule."""

    def says(self, criterion: Criterion) -> str:
        """Return a phrase on who confirmed what: "confirmed by AB on 12 Nov 2026 16:05"."""
        who = f"by {self.by} on {day(self.at)} {self.at:%H:%M}"
        if not criterion.steps:
            return f"by hand: chosen {who}"
        if not self.template:
            return f"condition written {who}"
        return f"confirmed {who} from {self.template}{', edited' if self.is_edited else ''}"


@dataclass(frozen=True, slots=True)
class PatientKind:
    """A kind of patients of which a criterion takes some ("take some of each").

    A patient who meets the criterion is of the kind if any of its rules holds; kinds may overlap.
    `least` is how many of the criterion's records must be of this kind, or all there are.
    """

    says: str
    least: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One test criterion. Without `steps`, staff pick for it by browsing or from a list.

    A criterion in words has `proposals` until a person decides, and is by hand meanwhile;
    `confirmed` says who did. `source` is where in the supplier's file its words are.
    """

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
    source: str = ""
    proposals: tuple[Proposal, ...] = ()
    confirmed: Confirmation | None = None
    kinds: tuple[PatientKind, ...] = ()
    """The kinds of patients of which some are wanted, in order."""

    @property
    def is_undecided(self) -> bool:
        """Whether rules are proposed and nobody has decided yet."""
        return bool(self.proposals) and self.confirmed is None


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
    dates: dict[str, PatientDate] = field(default_factory=dict)
    """The dates of patients that its rules can use: a date may use those before it."""
    qof_years: tuple[str, ...] = ()
    """Of report rules: the QOF years ("2026/27") that they are for; () where they name none."""
    may_be_absent: frozenset[str] = frozenset()
    """Codelists of which a practice may well have no entry: no caution says that it has none."""
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
    table: str,
    text: str,
    extra: dict[str, dict[str, Kind]] | None = None,
    dates: Collection[str] = (),
) -> Condition:
    """Return a text parsed as a condition over a table of recordpick or of `extra`.

    `dates` are the names of dates of patients that it may use. The UserError says what is wrong,
    without file and line.
    """
    used = tuple(name for name in dates if name in text)
    if table in TABLES:
        return _over_own_table(table, text, used)
    return parse_condition(text, columns_with(extra or {}, table), words_of(table), used)


@lru_cache(maxsize=4096)
def _over_own_table(table: str, text: str, dates: tuple[str, ...]) -> Condition:
    """Parse once: many rules of a pack have the same condition."""
    return parse_condition(text, columns_with({}, table), words_of(table), dates)


def dates_used(pack: Pack, conditions: Iterable[Condition | None]) -> tuple[PatientDate, ...]:
    """Return the dates of patients that conditions need, and those that these need, in order."""
    wanted = {name for one in conditions if one is not None for name in one.dates}
    for name in reversed(pack.dates):
        where = pack.dates[name].rows.where
        if name in wanted and where is not None:
            wanted |= where.dates
    return tuple(date for name, date in pack.dates.items() if name in wanted)
