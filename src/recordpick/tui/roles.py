"""For whom a person works, in words. Known before the core is loaded."""

from __future__ import annotations

from typing import Literal

Role = Literal["practice", "supplier", "partner"]

ROLES: dict[Role, str] = {
    "practice": "The practice",
    "supplier": "The new supplier",
    "partner": "A delivery partner",
}


def as_role(value: object) -> Role:
    """Give the role of that name; the practice for anything else."""
    return next((role for role in ROLES if role == value), "practice")
