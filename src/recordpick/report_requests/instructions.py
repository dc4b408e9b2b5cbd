"""How to make a report in each clinical system: data (`report_requests.toml`), read when needed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from recordpick.resources import data_file

DATA = "report_requests.toml"
LIST = "list"
"""The kind that is the list of all patients."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a kind of request is called, and what it must cover."""

    title: str
    file: str
    entries: str
    all_of: str
    words: tuple[str, ...] = ()
    """Beginnings of words in a rule that belongs to this kind."""


@dataclass(frozen=True, slots=True)
class Howto:
    """How to make one kind of request in one system.

    `report` makes the export with its columns, `search` finds the patients of one criterion.
    """

    system: str
    basis: str
    columns: tuple[str, ...]
    report: tuple[str, ...]
    search: tuple[str, ...]
    beware: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A clinical system: its name, its steps, and what its reports call columns by kind."""

    name: str
    basis: str
    identity: tuple[str, ...]
    search: tuple[str, ...]
    report: tuple[str, ...]
    list: tuple[str, ...]
    beware: tuple[str, ...]
    features: Mapping[str, str]
    notes: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def wordings() -> Mapping[str, Wording]:
    """Return each kind of request with its words, in the order of the data."""
    return {
        name: Wording(**{**said, "words": tuple(said.get("words", ()))})
        for name, said in _data()["kinds"].items()
    }


def systems() -> Mapping[str, System]:
    """Return the clinical systems by their word on the command line."""
    found = {}
    for word, said in _data()["systems"].items():
        kinds: Mapping[str, Any] = said["kinds"]
        found[word] = System(
            name=said["name"],
            basis=said["basis"],
            identity=tuple(said["identity"]),
            search=tuple(said["search"]),
            report=tuple(said["report"]),
            list=tuple(said["list"]),
            beware=tuple(said["beware"]),
            features={kind: own["feature"] for kind, own in kinds.items()},
            notes={kind: own.get("note", "") for kind, own in kinds.items()},
            columns={kind: own.get("columns", {}) for kind, own in kinds.items()},
        )
    return found


def howto(word: str, kind: str, labels: Mapping[str, str], roles: Iterable[str]) -> Howto:
    """Return how to make a kind of request with these columns in a system.

    `labels` are what columns are called where the system has no name of its own for them.
    """
    system, wording = systems()[word], wordings()[kind]
    own = system.columns[kind]
    named = dict.fromkeys(own.get(role) or labels[role] for role in roles)
    identity = {name.casefold() for name in system.identity}
    columns = tuple(name for name in named if name.casefold() not in identity)
    values = {
        "feature": system.features[kind],
        "entries": wording.entries,
        "columns": ", ".join(columns),
        "identity": ", ".join(system.identity),
        "file": wording.file,
    }
    steps = system.list if kind == LIST else system.report
    return Howto(
        system=system.name,
        basis=system.basis,
        columns=(*system.identity, *columns),
        report=tuple(step.format_map(values) for step in steps),
        search=tuple(step.format_map(values) for step in system.search),
        beware=system.beware,
        note=system.notes[kind],
    )


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(data_file(DATA).read_text(encoding="utf-8"))
