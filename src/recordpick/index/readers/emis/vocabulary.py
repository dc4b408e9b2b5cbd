"""The words of EMIS's closed vocabularies, and our words for them."""

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
"""EmisCodeCategoryDescription in lower case; any other is "other". Problems have their own file."""

REGISTRATION = {
    "regular": "regular",
    "temporary": "temporary",
    "immediately necessary": "immediately_necessary",
    "private": "private",
    "dummy": "dummy",
}
"""PatientTypeDescription in lower case; any other is "other"."""

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
"""EffectiveDatePrecision in lower case."""

COURSE = {
    "acute": "acute",
    "repeat": "repeat",
    "repeat dispensing": "repeat_dispensing",
    "automatic": "automatic",
}
"""PrescriptionType in lower case."""

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
"""ReferralUrgency in lower case; any other is "other"."""

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
"""SlotStatus in lower case; any other is "other"."""


def to_word(text: pl.Expr, words: dict[str, str], other: str | None = None) -> FastCast:
    """Return our word for a text; for an unknown one `other`, or the text itself.

    Such a text is rejected later, with a message about the table's words and its row.
    """
    ways: dict[str, list[str]] = {}
    for theirs, ours in words.items():
        ways.setdefault(ours, []).append(theirs)

    def fallback(text: pl.Expr) -> pl.Expr:
        default = pl.lit(other) if other is not None else text
        return pl.when(text.is_not_null()).then(first_match(text.str.to_lowercase(), ways, default))

    # Nearly all words have one of these spellings.
    spelt = {
        way: ours
        for one, ours in words.items()
        for way in (one, one.upper(), one.capitalize(), one.title())
    }
    table = LookupTable(
        pl.DataFrame({"theirs": list(spelt), "ours": list(spelt.values())}), "theirs"
    )
    return FastCast(table.index_of(text), text, fallback, pl.String(), table.frame["ours"])
