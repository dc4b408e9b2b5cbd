"""The columns in which patients are listed: their headings, widths, and which leave first."""

from __future__ import annotations

from dataclasses import replace

from recordpick.tui.widgets.records_render import Column

_NAME = Column("name", "Name", least=14, most=28, private=True)
_BORN = Column("date_of_birth", "Born", least=11, most=11, rank=6, private=True)
_AGE = Column("age", "Age", least=3, most=4, rank=3, right=True)
_SEX = Column("sex", "Sex", least=3, most=4, rank=7, spare=True)
_STATUS = Column("unusual_status", "Status", least=8, most=12, rank=5)
_NHS = Column("nhs_number", "NHS number", least=12, most=12, rank=8, private=True)
_ALSO = Column("meets", "Also", least=4, most=5, rank=2, right=True)
_GP = Column("usual_gp", "GP", least=10, most=22, rank=9, spare=True)
_KIND = Column("kind", "Kind", least=12, most=28)
_EVIDENCE = Column("evidence", "Evidence", least=12, most=200, rank=1)


def columns(*, evidence_is_private: bool, whole: bool) -> tuple[Column, ...]:
    """Return the columns of a criterion's patients, or of the whole list, with identity first."""
    evidence = replace(_EVIDENCE, private=evidence_is_private)
    if whole:
        evidence = replace(evidence, spare=True, rank=10)
        born, number = replace(_BORN, rank=1), replace(_NHS, rank=4)
        return (_NAME, born, _AGE, _SEX, number, _STATUS, _KIND, _ALSO, _GP, evidence)
    number = replace(_NHS, spare=True)
    return (_NAME, _BORN, _AGE, _SEX, _STATUS, _KIND, number, _ALSO, _GP, evidence)


def area_columns() -> tuple[Column, ...]:
    """Return the columns of an area's patients: how many of its criteria each meets, and which."""
    meets = replace(_ALSO, title="Meets", least=5, most=6, rank=0)
    named = replace(_EVIDENCE, title="Criteria of this area")
    return (_NAME, _BORN, _AGE, _SEX, _STATUS, replace(_NHS, spare=True), meets, _GP, named)


def most_useful_columns() -> tuple[Column, ...]:
    """Return the columns where patients are listed by how many unfilled criteria they meet."""
    meets = replace(_ALSO, title="Meets", least=5, most=6, rank=0)
    named = replace(_EVIDENCE, title="Criteria that need records")
    return (_NAME, _BORN, _AGE, _SEX, _STATUS, replace(_NHS, spare=True), meets, _GP, named)
