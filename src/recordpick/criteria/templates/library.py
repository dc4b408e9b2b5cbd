"""The library of templates: read once from the TOML files beside this module, and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from recordpick.criteria.templates.lexicon import Lexicon, Meaning
from recordpick.criteria.templates.tokens import stem

_FOLDER = Path(__file__).resolve().parent
_TEMPLATE_FILES = ("patients", "problems", "clinical", "medication", "workflow")
_VOCABULARY_FILES = ("conditions", "drugs", "vocabulary")
COLUMNS = {
    "drug": "drug",
    "form": "drug",
    "document_kind": "kind",
    "file_type": "file_type",
    "sender": "author",
    "specialty": "recipient",
    "relation": "relation",
    "title": "title",
}
"""The column in which the words of a vocabulary are looked for; `term` where none is named."""
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)

Need = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a vocabulary, such as a drug: how it is said, and how it is looked for."""

    kind: str
    id: str
    says: str
    like: tuple[str, ...]
    unless: tuple[str, ...] = ()
    term: tuple[str, ...] = ()
    """Patterns of a clinical term, where they differ from those of its own column."""

    def condition(self, column: str = "", *, keep_all: bool = False) -> str:
        """Return the condition that a column holds it; `keep_all` leaves out the exceptions."""
        patterns = self.term if column == "term" and self.term else self.like
        column = column or COLUMNS.get(self.kind, "term")
        held = " OR ".join(_held(column, pattern) for pattern in patterns)
        held = f"({held})" if len(patterns) > 1 else held
        if not self.unless or keep_all:
            return held
        but = " OR ".join(_held(column, pattern) for pattern in self.unless)
        return f"({held} AND NOT ({but}))"


def _held(column: str, pattern: str) -> str:
    pattern = pattern.replace("'", "''")
    if "%" in pattern or "_" in pattern:
        return f"LOWER({column}) LIKE '{pattern}'"
    return f"LOWER({column}) = '{pattern}'"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a template that a person may change, and within which range."""

    name: str
    title: str
    kind: str = "number"
    sign: str = ""
    min: float = 0
    max: float = 1_000_000
    default: float = 0
    compare: str = ""
    """The comparison where the text has none; "" where the parameter is a number without one."""
    count: bool = False
    """The number is how many rows there must be, not part of a condition."""
    decimal: bool = False


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule of a template: its condition with placeholders."""

    says: str
    table: str = "patients"
    where: str = ""
    codes: str | None = None
    distinct: str | None = None
    per: str | None = None
    at_least: int = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """One template of the library."""

    id: str
    area: str
    needs: tuple[Need, ...]
    also: frozenset[str]
    covers: frozenset[str]
    """Signs that need no template of their own beside this one; they are in `also` too."""
    steps: tuple[tuple[RuleText, ...], ...]
    says: str = ""
    says_not: str = ""
    noun: str = ""
    weight: float = 1.0
    counted: int = 0
    """The most rows that may be asked for; 0 where the template takes no number of rows."""
    params: Mapping[str, Parameter] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    readings: tuple[Mapping[str, Any], ...] = ()
    default: tuple[str, ...] = ()
    population: str = ""
    period: str = ""
    needs_refinement: bool = False
    is_tight: bool = False
    """No comma may part its signs."""
    is_weak: bool = False
    """It is used only for signs that nothing else uses, or that have a number of their own."""

    @property
    def tables(self) -> frozenset[str]:
        """The tables that its rules are about."""
        return frozenset(rule.table for step in self.steps for rule in step)


@dataclass(frozen=True, slots=True)
class Refinement:
    """What may be said more exactly of the rows that a template asks for."""

    id: str
    targets: tuple[str, ...]
    needs: tuple[Need, ...]
    where: str = ""
    group: str = ""
    before: str = ""
    after: str = ""
    opposite: str = ""
    replaces: str = ""
    codes: str | None = None

    def fits(self, template: Template) -> bool:
        """Return whether it can be said of a template: of its id, or of its only table."""
        if self.before and not template.noun:
            return False  # the words before a noun need one
        return any(
            fnmatchcase(template.id, target) or template.tables == {target}
            for target in self.targets
        )


@dataclass(frozen=True, slots=True)
class Library:
    """All templates, refinements, vocabularies and words."""

    templates: Mapping[str, Template]
    refinements: Mapping[str, Refinement]
    words: Mapping[tuple[str, str], Word]
    snippets: Mapping[str, str]
    lexicon: Lexicon
    numbers: Mapping[str, Any]
    periods: Mapping[str, tuple[tuple[str, frozenset[tuple[str, ...]]], ...]]
    """What stands before a span of time or a date, as stems, with the direction that it gives."""
    abbreviations: Mapping[str, str]
    classes: Mapping[str, frozenset[str]]
    """Signs and words of one kind, such as those that can be counted."""
    commentary: Mapping[str, tuple[tuple[str, ...], ...]]
    by_hand: tuple[str, ...]


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the library; read at the first call."""
    files = {
        name: _read(name) for name in (*_TEMPLATE_FILES, *_VOCABULARY_FILES, "words", "by_hand")
    }
    templates = {
        one["id"]: _template(one)
        for name in _TEMPLATE_FILES
        for one in files[name].get("template", ())
    }
    refinements = {
        one["id"]: _refinement(one)
        for name in _TEMPLATE_FILES
        for one in files[name].get("refinement", ())
    }
    words = {
        (kind, key): _word(kind, key, one)
        for name in _VOCABULARY_FILES
        for kind, of_kind in files[name].items()
        for key, one in of_kind.items()
    }
    spoken = files["words"]
    return Library(
        templates=templates,
        refinements=refinements,
        words=words,
        snippets=files["clinical"]["snippets"],
        lexicon=_lexicon(files),
        numbers=spoken["numbers"],
        periods={
            name: tuple((one[0], as_stems(one[1:])) for one in of)
            for name, of in spoken["periods"].items()
        },
        abbreviations=spoken["abbreviations"],
        classes={name: frozenset(of) for name, of in spoken["classes"].items()},
        commentary={
            key: tuple(tuple(phrase.split()) for phrase in phrases)
            for key, phrases in spoken["commentary"].items()
        },
        by_hand=tuple(group["why"] for group in files["by_hand"]["group"]),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _needs(texts: list[str]) -> tuple[Need, ...]:
    return tuple(tuple(tuple(part.split("|")) for part in text.split()) for text in texts)


def _template(one: Mapping[str, Any]) -> Template:
    steps = one.get("steps") or [one.get("any") or [one["rule"]]]
    says = one.get("says", "")
    return Template(
        id=one["id"],
        area=one["area"],
        needs=_needs(one["needs"]),
        also=frozenset((*one.get("also", ()), *one.get("covers", ()))),
        covers=frozenset(one.get("covers", ())),
        steps=tuple(tuple(RuleText(**{"says": says, **rule}) for rule in step) for step in steps),
        says=says,
        says_not=one.get("says_not", ""),
        noun=one.get("noun", ""),
        weight=one.get("weight", 1.0),
        counted=one.get("counted", {}).get("max", 0),
        params={key: Parameter(key, **of) for key, of in one.get("params", {}).items()},
        variants=one.get("variants", {}),
        readings=tuple(one.get("readings", ())),
        default=tuple(one.get("default", ())),
        population=one.get("population", ""),
        period=one.get("period", ""),
        needs_refinement=one.get("needs_refinement", False),
        is_tight=one.get("tight", False),
        is_weak=one.get("weak", False),
    )


def _refinement(one: Mapping[str, Any]) -> Refinement:
    known = {key: value for key, value in one.items() if key not in {"for", "needs"}}
    return Refinement(targets=tuple(one["for"]), needs=_needs(one["needs"]), **known)


def _word(kind: str, key: str, one: Mapping[str, Any]) -> Word:
    return Word(
        kind,
        key,
        one.get("says", key.replace("_", " ")),
        tuple(one["like"]),
        tuple(one.get("unless", ())),
        tuple(one.get("term", ())),
    )


def as_stems(phrases: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Return phrases as the stems of their words."""
    return frozenset(tuple(stem(word) for word in phrase.split()) for phrase in phrases)


def _lexicon(files: Mapping[str, dict[str, Any]]) -> Lexicon:
    """Return all phrases with their meanings; words of numbers are never taken for misspellings."""
    lexicon = Lexicon()
    for phrase, meaning in _phrases(files):
        lexicon.add(phrase, meaning)
    for phrases in files["words"]["numbers"].values():
        for phrase in phrases:
            lexicon.words.update(stem(word) for word in phrase.split())
    lexicon.words.update(MONTHS)
    return lexicon


def _phrases(files: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, Meaning]]:
    spoken = files["words"]
    for sign, phrases in spoken["signs"].items():
        yield from ((phrase, Meaning(sign)) for phrase in phrases)
    for name in _VOCABULARY_FILES:
        for kind, of_kind in files[name].items():
            for key, one in of_kind.items():
                own = one.get("words", [key.replace("_", " ")])
                yield from ((phrase, Meaning(f"@{kind}", key)) for phrase in own)
    for group, phrases in spoken["connect"].items():
        yield from ((phrase, Meaning(f"connect {group}")) for phrase in phrases)
    yield from ((phrase, Meaning("filler")) for phrase in spoken["filler"]["words"])
    for number, group in enumerate(files["by_hand"]["group"]):
        yield from ((phrase, Meaning("by hand", str(number))) for phrase in group["words"])
