"""Who a patient is, in the few facts by which staff know that they have the right record open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from recordpick.data_checking.evidence import day_in_words
from recordpick.index.practice_index import PracticeIndex

_SEXES = {"F": "female", "M": "male", "I": "indeterminate", "U": "unknown"}


@dataclass(frozen=True, slots=True)
class Identity:
    """One patient; "" for what is not recorded. `age` is None where it is not known."""

    patient_id: str
    name: str = ""
    born: str = ""
    age: int | None = None
    sex: str = ""
    nhs_number: str = ""

    @property
    def nhs(self) -> str:
        """The NHS number as it is printed, 943 476 5919."""
        number = self.nhs_number
        if len(number) == 10 and number.isascii() and number.isdigit():
            return f"{number[:3]} {number[3:6]} {number[6:]}"
        return number


def identities(
    index: PracticeIndex, as_at: dt.date, patient_ids: Iterable[str]
) -> dict[str, Identity]:
    """Return who these patients are; one whom the index lacks has only the patient number."""
    wanted = list(dict.fromkeys(patient_ids))
    rows = index.patients(as_at).filter(pl.col("patient_id").is_in(wanted)).collect()
    found = {one: Identity(one) for one in wanted}
    for row in rows.iter_rows(named=True):
        given = " ".join(str(row[name]) for name in ("given_name", "middle_names") if row.get(name))
        parts = [str(row.get("family_name") or ""), given]
        name = ", ".join(part for part in parts if part)
        title = f" ({row['title']})" if row.get("title") else ""
        born = row.get("date_of_birth")
        precision = str(row.get("date_of_birth_precision") or "")
        day = day_in_words(born) if isinstance(born, dt.date) else ""
        age = row.get("age")
        found[row["patient_id"]] = Identity(
            patient_id=row["patient_id"],
            name=f"{name}{title}",
            born={"month": day[3:], "year": day[7:]}.get(precision, day),
            age=age if isinstance(age, int) else None,
            sex=_SEXES.get(str(row.get("sex") or ""), ""),
            nhs_number=str(row.get("nhs_number") or ""),
        )
    return found
