"""Pools of names, streets and towns: Faker's British ones, with more of England's variety.

Faker is called a few thousand times for a whole practice, never once for each patient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from faker import Faker

from recordpick.synthetic.chance import Chance


def _words(text: str) -> list[str]:
    return text.split()


_SURNAMES_FROM_ELSEWHERE = _words(
    "Patel Khan Hussain Ahmed Begum Ali Singh Kaur Sharma Shah Iqbal Mahmood Rahman Chowdhury "
    "Okafor Adeyemi Mensah Nwosu Boateng Osei Kowalski Nowak Lewandowska Wojcik Popescu Ionescu "
    "Rossi Silva Costa Fernandes Chen Wong Li Zhang Nguyen Tran Haddad Rezaei Kaya Cohen"
)
_WOMEN_FROM_ELSEWHERE = _words(
    "Aisha Fatima Priya Anjali Zainab Amina Chidinma Ngozi Agnieszka Katarzyna Elena Mei Linh Leila"
)
_MEN_FROM_ELSEWHERE = _words(
    "Mohammed Ahmed Imran Ravi Arjun Yusuf Chukwuemeka Kwame Piotr Tomasz Andrei Wei Minh Reza"
)
_STREETS = ("Road", "Street", "Close", "Avenue", "Lane", "Drive", "Gardens", "Crescent")
_TOWNS = ("Great Marling", "Great Marling", "Little Marling", "Ashwick Green", "Netherholt")
"""Invented; most people live in the first. (Faker's do not sound English: "Lake Bruce".)"""

ACCENTED_SURNAMES = _words(
    "Müller Núñez García Lefèvre Šimkus Żukowski Gonçalves Sørensen Öztürk Fernández Brontë Côté"
)
ACCENTED_WOMEN = ("Zoë", "Siân", "Chloé", "Renée", "Łucja", "Inés")
ACCENTED_MEN = ("José", "André", "Łukasz", "Seán", "Björn", "Jesús")
HYPHENATED_WOMEN = ("Anne-Marie", "Mary-Jane", "Emma-Louise", "Sarah-Jane")
HYPHENATED_MEN = ("Jean-Paul", "John-Paul", "Tyler-James", "Abdul-Rahman")
APOSTROPHE_SURNAMES = (
    "O'Brien",
    "O'Connor",
    "O'Neill",
    "O'Sullivan",
    "D'Souza",
    "D'Angelo",
    "N'Diaye",
    "O\N{RIGHT SINGLE QUOTATION MARK}Reilly",
)
"""The last with a typographic apostrophe, as some systems store it."""


@dataclass(frozen=True, slots=True)
class Pools:
    """The pools from which a practice's names are drawn."""

    surnames: pl.Series
    women: pl.Series
    men: pl.Series
    streets: pl.Series
    towns: tuple[str, ...]
    doctors: tuple[str, ...]
    staff: tuple[str, ...]
    care_homes: tuple[str, ...]


def _draw_distinct(generate: Callable[[], str], times: int) -> list[str]:
    return list(dict.fromkeys(generate() for _ in range(times)))


def _doctor(number: int, given: list[str], surnames: list[str]) -> str:
    """Return the name of one doctor; a list that runs out starts again, with other surnames."""
    surname = number + number // len(given)
    return f"Dr {given[number % len(given)]} {surnames[-1 - surname % len(surnames)]}"


def make_pools(seed: int, doctors: int) -> Pools:
    """Return the pools of one practice with that many doctors."""
    faker = Faker("en_GB")
    faker.seed_instance(Chance(seed, "names").key("faker"))
    surnames = _draw_distinct(faker.last_name, 800)
    women = _draw_distinct(faker.first_name_female, 400)
    men = _draw_distinct(faker.first_name_male, 400)
    street_names = _draw_distinct(faker.last_name, 150)
    return Pools(
        surnames=pl.Series(surnames + 3 * _SURNAMES_FROM_ELSEWHERE),
        women=pl.Series(women + 2 * _WOMEN_FROM_ELSEWHERE),
        men=pl.Series(men + 2 * _MEN_FROM_ELSEWHERE),
        streets=pl.Series([f"{name} {kind}" for name in street_names for kind in _STREETS]),
        towns=_TOWNS,
        doctors=tuple(_doctor(i, women if i % 2 else men, surnames) for i in range(doctors)),
        staff=tuple(
            f"{role} {women[-1 - i]} {surnames[-40 - i]}"
            for i, role in enumerate(("Nurse", "Nurse", "Pharmacist", "Reception", "Secretary"))
        ),
        care_homes=tuple(
            f"{name} House Care Home" for name in ("Beechwood", "Larkfield", "Priory")
        ),
    )
