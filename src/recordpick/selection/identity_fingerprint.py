"""Whether a patient number is still the same person's in a newer extract.

A working file knows patients by their number. Where a list numbers its rows, or a system reuses
a number, a newer extract may have another person under it, and every pick would silently be
theirs. So the file keeps, of each index that it used, a few bits of the date of birth and the NHS
number of every patient: enough to see that they changed, far too few to find out what they were (a
date of birth shares its bits with some 150 others, an NHS number with some 15,000).

The text is base64 of nine bytes a patient, sorted: six that stand for the patient number, one for
the date of birth, two for the NHS number; zeros where there is none. They are the first bytes of
SHA-256 over the file's suggestion seed, a word for what it is, and the value, with a unit
separator (U+001F) between them; a value whose bytes would be zeros has a last byte of one.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recordpick.index.practice_index import PracticeIndex

_PATIENT, _BORN, _NUMBER = 6, 1, 2
_SIZE = _PATIENT + _BORN + _NUMBER
_MANY, _SHARE = 3, 0.1


def people_of(index: PracticeIndex, seed: str) -> str:
    """Return the text for the patients of an index; "" where it has neither date nor number.

    As with tickets, each patient is hashed by Python: polars' own hashes differ from version to
    version (0.06 s for 15,000 patients).
    """
    there = index.columns("patients")
    known = [name for name in ("date_of_birth", "nhs_number") if name in there]
    if not known:
        return ""
    import polars as pl

    texts = [pl.col(name).cast(pl.String) for name in known]
    patients = (
        index.scan("patients").select("patient_id", *texts).collect().to_dict(as_series=False)
    )
    nothing = [None] * len(patients["patient_id"])
    rows = zip(
        patients["patient_id"],
        patients.get("date_of_birth", nothing),
        patients.get("nhs_number", nothing),
        strict=True,
    )
    return b64encode(b"".join(sorted(_row(seed, *row) for row in rows))).decode("ascii")


def _row(seed: str, patient_id: str, born: str | None, number: str | None) -> bytes:
    return (
        _bits(seed, "patient", patient_id, _PATIENT)
        + _bits(seed, "born", born, _BORN)
        + _bits(seed, "number", number, _NUMBER)
    )


def _bits(seed: str, what: str, value: str | None, size: int) -> bytes:
    if value is None:
        return bytes(size)
    bits = sha256(f"{seed}\x1f{what}\x1f{value}".encode()).digest()[:size]
    return bits if any(bits) else bytes(size - 1) + b"\x01"


@dataclass(frozen=True)
class Changed:
    """The patient numbers that two indexes share and that look like other people's in the second.

    Where only one of the two has a date of birth or NHS number, that is not a change.
    """

    seed: str
    changed: frozenset[bytes]
    common: int

    @classmethod
    def between(cls, before: str, now: str, seed: str) -> Changed:
        """Compare the fingerprints of two indexes; "" or an invalid text has no changes."""
        old, new = _read(before), _read(now)
        common = old.keys() & new.keys()
        changed = frozenset(key for key in common if _differ(old[key], new[key]))
        return cls(seed, changed, len(common))

    def of(self, patient_ids: Iterable[str]) -> frozenset[str]:
        """Return those of the patients whose number looks like another person's."""
        if not self.changed:
            return frozenset()
        return frozenset(
            patient_id
            for patient_id in patient_ids
            if _bits(self.seed, "patient", patient_id, _PATIENT) in self.changed
        )

    @property
    def too_many(self) -> bool:
        """Whether they are too many for corrections: a tenth, and more than three."""
        return len(self.changed) > max(_MANY, self.common * _SHARE)


class KnownNumbers:
    """What a file knows about the NHS numbers of an index: enough to notice another one."""

    def __init__(self, people: str, seed: str) -> None:
        """Take the text of an index (`people_of`), and the seed that it was made with."""
        self._seed = seed
        self._people = _read(people)

    def is_of(self, patient_id: str, number: str) -> bool | None:
        """Return whether an NHS number (ten digits) is that of a patient.

        None where the file does not know the patient's. Of all wrong numbers one in 65,536 is not
        noticed.
        """
        row = self._people.get(_bits(self._seed, "patient", patient_id, _PATIENT))
        if row is None or not any(row[_BORN:]):
            return None
        return row[_BORN:] == _bits(self._seed, "number", number, _NUMBER)


def _read(text: str) -> dict[bytes, bytes]:
    try:
        content = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return {}
    return {
        content[at : at + _PATIENT]: content[at + _PATIENT : at + _SIZE]
        for at in range(0, len(content) - _SIZE + 1, _SIZE)
    }


def _differ(old: bytes, new: bytes) -> bool:
    parts = (slice(0, _BORN), slice(_BORN, None))
    return any(any(old[part]) and any(new[part]) and old[part] != new[part] for part in parts)
