"""What several formats do not tell apart, in the manifest's form."""

from __future__ import annotations

from collections.abc import Iterable

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


CHANGES_ONLY = "the source holds changes only, not the whole practice: most of it is missing"


def changes_only(tables: Iterable[str]) -> tuple[Conflated, ...]:
    """Give the caution for every answer from these tables of a source that holds changes only."""
    return tuple(
        Conflated(table, "", "", "", CHANGES_ONLY, always=False) for table in dict.fromkeys(tables)
    )


def delta_warning(source: str, sign: str) -> str:
    """Return the warning that a source holds changes only; `sign` is what says so."""
    return (
        f"{source} holds changes only, not the whole practice ({sign}). Patients and entries that "
        "did not change in that time are missing, so nearly every answer is wrong. Ask for a full "
        "extract, and index that instead."
    )


def patients_are(count: int) -> str:
    """Return "1 patient is" or "12 patients are"."""
    return "1 patient is" if count == 1 else f"{count:,} patients are"


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
