"""The columns in which patients are listed: their headings, widths, and which leave first.

Name and age never leave, nor does what a criterion tells apart. Where there is no room the others
leave whole, in this order: the GP, NHS number, born, sex, status, also, and the evidence last.
"""

from __future__ import annotations

from dataclasses import replace

from recordpick.tui.widgets.records_render import Column

_NAME = Column("name", "Name", private=True)
_AGE = Column("age", "Age", most=4, right=True)
_GP = Column("usual_gp", "GP", least=10, most=22, rank=9, spare=True)
_NHS = Column("nhs_number", "NHS number", most=12, rank=8, private=True, spare=True)
_BORN = Column("date_of_birth", "Born", most=11, rank=7, private=True, spare=True)
_SEX = Column("sex", "Sex", most=4, rank=6)
_STATUS = Column("unusual_status", "Status", least=8, most=12, rank=5)
_ALSO = Column("meets", "Also", most=5, rank=4, right=True)
_KIND = Column("kind", "Kind", least=12, most=28)
_EVIDENCE = Column("evidence", "Evidence", least=12, most=200, rank=3)


def columns(*, evidence_is_private: bool, whole: bool) -> tuple[Column, ...]:
    """Return the columns of a criterion's patients, or of the whole list, with identity first."""
    evidence = replace(_EVIDENCE, private=evidence_is_private)
    if whole:
        born, number = replace(_BORN, rank=2, spare=False), replace(_NHS, rank=3, spare=False)
        return (
            *(_NAME, _AGE, _SEX, _KIND, born, number, _STATUS, _ALSO, _GP),
            replace(evidence, spare=True, rank=10),
        )
    return (_NAME, _AGE, _SEX, _KIND, _BORN, _NHS, _STATUS, _ALSO, _GP, evidence)


def area_columns() -> tuple[Column, ...]:
    """Return the columns of an area's patients: how many of its criteria each meets, and which."""
    return _with_criteria("Criteria of this area")


def most_useful_columns() -> tuple[Column, ...]:
    """Return the columns where patients are listed by how many unfilled criteria they meet."""
    return _with_criteria("Criteria that need records")


def all_picked_columns() -> tuple[Column, ...]:
    """Return the columns of everything that is picked: what each record is to be opened for."""
    number, born = replace(_NHS, spare=False), replace(_BORN, spare=True)
    lines = Column("lines", "Lines", most=5, right=True)
    chosen = Column("chosen", "Chosen", most=10, rank=4)
    picked_for = replace(_EVIDENCE, title="For")
    return (_NAME, _AGE, _SEX, born, number, _STATUS, lines, chosen, picked_for)


def _with_criteria(title: str) -> tuple[Column, ...]:
    meets = replace(_ALSO, title="Meets", most=6, rank=0)
    named = replace(_EVIDENCE, title=title)
    return (_NAME, _AGE, _SEX, _BORN, _NHS, _STATUS, meets, _GP, named)
