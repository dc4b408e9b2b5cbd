"""Which attacks there are. Each is a function that tries once and says in a word how it ended.

It gets an empty folder and a source of chance, and raises AssertionError where recordpick did what
it must not: lost or invented something, touched another file, hung, or raised anything but a
UserError. All chance comes from the source, so that a seed tells what was tried.
"""

from __future__ import annotations

import importlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MODULES = (
    *("stale_journals", "damage_in_place", "forged_journals", "odd_files", "hostile_toml"),
    *("mutated_extracts", "crosswise_merges"),
    *(() if os.name == "nt" else ("at_a_terminal",)),  # a terminal and signals of POSIX
)
Try = Callable[[Path, random.Random], str]


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: `quick` is how often the suite tries it, in a second or two."""

    name: str
    says: str
    quick: int
    run: Try


ATTACKS: dict[str, Attack] = {}


def attack(name: str, says: str, quick: int) -> Callable[[Try], Try]:
    """Register a function as an attack."""

    def register(run: Try) -> Try:
        ATTACKS[name] = Attack(name, says, quick, run)
        return run

    return register


def all_attacks() -> dict[str, Attack]:
    """Import every module, and return the attacks by name."""
    for module in MODULES:
        importlib.import_module(f"{__package__}.{module}")
    return ATTACKS
