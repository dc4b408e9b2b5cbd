"""The words of EMIS's closed vocabularies, and those of ours that they become."""

from __future__ import annotations

import polars as pl

from recordpick.index.fast_cast import FastCast
from recordpick.index.lookup import LookupTable
from recordpick.index.values import first_match

KIND_OF_CATEGORY = {
    "allergy and adverse drug reactions": "allergy",
    "allergy and adverse reactions": "allergy",
    "allergy": "allergy",
    "immunisations": "immunisation",
    "immunisation": "immunisation",
    "family history": "family_history",
    "biochemistry": "investigation",
    "cytology/histology": "investigation",
    "haematology": "investigation",
    "immunology": "investigation",
    "investigation requests": "investigation",
    "microbiology": "investigation",
    "pathology specimen": "investigation",
    "radiology": "investigation",
    "conditions, operations and procedures": "procedure",
    "administration, documents and attachments": "administration",
    "health management, screening and monitoring": "observation",
    "biological values": "observation",
    "obstetrics and birth": "observation",
    "personal health and social": "observation",
    "symptoms and findings": "observation",
    "referral": "administration",
}
"""EmisCodeCategoryDescription, in small letters; any other is "other". A problem is a problem."""

REGISTRATION = {
    "regular": "regular",
    "temporary": "temporary",
    "immediately necessary": "immediately_necessary",
    "private": "private",
    "dummy": "dummy",
}
"""PatientTypeDescription, in small letters; any other is "other"."""

SEX = {
    "f": "F",
    "female": "F",
    "m": "M",
    "male": "M",
    "i": "I",
    "indeterminate": "I",
    "indeterminant": "I",
    "u": "U",
    "unknown": "U",
    "not known": "U",
    "not specified": "U",
    "x": "U",
    "n": "U",
}

PRECISION = {"u": "unknown", "y": "year", "ym": "month", "ymd": "day", "ymdt": "day"}
"""EffectiveDatePrecision, in small letters."""

COURSE = {
    "acute": "acute",
    "repeat": "repeat",
    "repeat dispensing": "repeat_dispensing",
    "automatic": "automatic",
}
"""PrescriptionType, in small letters."""

PROBLEM_STATUS = {"active problem": "active", "past problem": "past"}
SIGNIFICANCE = {"significant problem": "significant", "minor problem": "minor"}

URGENCY = {
    "routine": "routine",
    "urgent": "urgent",
    "2 week wait": "two_week_wait",
    "two week wait": "two_week_wait",
    "soon": "soon",
    "dated": "dated",
}
"""ReferralUrgency, in small letters; any other is "other"."""

SLOT_STATUS = {
    "booked": "booked",
    "arrived": "attended",
    "sent in": "attended",
    "left": "attended",
    "seen": "attended",
    "did not attend": "did_not_attend",
    "dna": "did_not_attend",
    "cancelled": "cancelled",
    "cancelled by patient": "cancelled",
    "cancelled by unit": "cancelled",
}
"""SlotStatus, in small letters; any other is "other"."""


def known(text: pl.Expr, words: dict[str, str], other: str | None = None) -> FastCast:
    """Return the word for a text; `other` for one that is not known, or the text as it stands.

    A text as it stands is refused later, in the words of the table, with the row it is on.
    """
    ways: dict[str, list[str]] = {}
    for theirs, ours in words.items():
        ways.setdefault(ours, []).append(theirs)

    def by_rule(text: pl.Expr) -> pl.Expr:
        default = pl.lit(other) if other is not None else text
        return pl.when(text.is_not_null()).then(first_match(text.str.to_lowercase(), ways, default))

    # Nearly all words are spelt in one of these ways.
    spelt = {
        way: ours
        for one, ours in words.items()
        for way in (one, one.upper(), one.capitalize(), one.title())
    }
    table = LookupTable(
        pl.DataFrame({"theirs": list(spelt), "ours": list(spelt.values())}), "theirs"
    )
    return FastCast(table.index_of(text), text, by_rule, pl.String(), table.frame["ours"])
