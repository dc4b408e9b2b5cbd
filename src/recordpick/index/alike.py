"""What several formats do not tell apart, in the manifest's form."""

from __future__ import annotations

from recordpick.index.manifest import Conflated

SOME_TABLES = (
    Conflated(
        "patients",
        "entries",
        "",
        "",
        "only rows of the tables that the source has are counted",
        always=False,
    ),
    Conflated(
        "patients",
        "entries_percentile",
        "",
        "",
        "only rows of the tables that the source has are counted",
        always=False,
    ),
)
"""Of sources that do not carry the whole record."""

PAST_WITHOUT_END = Conflated(
    "events",
    "problem_status",
    "past",
    "active",
    "a past problem without an end date counts as active",
    always=False,
)


def one_kind_of_repeat(system: str) -> tuple[Conflated, ...]:
    """Say that repeat dispensing and automatic issue look like any other repeat in an extract."""
    return tuple(
        Conflated(
            "medications", "course", word, "repeat", f"a {system} extract has no mark of {it}"
        )
        for word, it in (
            ("repeat_dispensing", "repeat dispensing"),
            ("automatic", "repeats that are issued automatically"),
        )
    )
