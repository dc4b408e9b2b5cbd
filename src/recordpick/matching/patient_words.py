"""What the row of a patient says, in words that staff use: "no NHS number", "died 01 Jun 2026"."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl


class _Words(NamedTuple):
    """The words for a column with a value ({} stands for it), and without one."""

    value: str
    none: str


_WORDS: dict[str, _Words] = {
    "nhs_number": _Words("NHS number {}", "no NHS number"),
    "title": _Words("title {}", "no title"),
    "family_name": _Words("surname {}", "no surname"),
    "given_name": _Words("first name {}", "no first name"),
    "middle_names": _Words("middle names {}", "no middle names"),
    "previous_name": _Words("previous name {}", "no previous name"),
    "date_of_birth": _Words("born {}", "no date of birth"),
    "date_of_birth_precision": _Words(
        "{} of birth known", "not recorded how much of the date of birth is known"
    ),
    "sex": _Words("{}", "no sex recorded"),
    "registration": _Words("registration: {}", "no kind of registration"),
    "status": _Words("{}", "no status"),
    "registered_on": _Words("registered {}", "no date of registration"),
    "left_on": _Words("left {}", "no date of leaving"),
    "died_on": _Words("died {}", "no date of death"),
    "usual_gp": _Words("usual GP {}", "no usual GP"),
    "address": _Words("address {}", "no address"),
    "postcode": _Words("postcode {}", "no postcode"),
    "institution": _Words("institution {}", "no institution"),
    "email": _Words("e-mail {}", "no e-mail address"),
    "home_phone": _Words("home telephone {}", "no home telephone"),
    "mobile_phone": _Words("mobile {}", "no mobile telephone"),
    "carer": _Words("carer {}", "no next of kin or carer"),
    "age": _Words("aged {}", "no age"),
    "entries": _Words("{} entries", "entries not counted"),
    "entries_percentile": _Words("larger than {}% of records", "size of the record not known"),
}
_YES_NO: dict[str, tuple[str, str, str]] = {
    "email_verified": (
        "e-mail verified",
        "e-mail not verified",
        "not recorded whether the e-mail is verified",
    ),
    "is_dispensing": (
        "dispensing patient",
        "not a dispensing patient",
        "not recorded whether a dispensing patient",
    ),
    "is_sensitive": (
        "marked sensitive on the Spine",
        "not marked sensitive on the Spine",
        "not recorded whether marked sensitive on the Spine",
    ),
    "is_confidential": (
        "record marked confidential",
        "record not marked confidential",
        "not recorded whether the record is confidential",
    ),
    "has_opted_out": (
        "an opt-out recorded",
        "no opt-out recorded",
        "not recorded whether there is an opt-out",
    ),
}
"""The words for yes, for no, and for an empty flag, which is neither."""
_SEXES = {"F": "female", "M": "male", "I": "indeterminate sex", "U": "sex not known"}


def in_words(name: str, kind: str) -> pl.Expr:
    """Return what a column of the table of patients says about each of them, never null.

    `kind` is the column's kind (`schema.Column`). Days are written 03 Apr 1951.
    """
    if name in _YES_NO:
        yes, no, unknown = (pl.lit(words) for words in _YES_NO[name])
        flag = pl.col(name)
        return pl.when(flag.is_null()).then(unknown).when(flag).then(yes).otherwise(no)
    plain = name.replace("_", " ")
    words = _WORDS.get(name, _Words(f"{plain} {{}}", f"no {plain}"))
    return pl.format(words.value, _value(name, kind)).fill_null(words.none)


def _value(name: str, kind: str) -> pl.Expr:
    """Return the value as text, null where there is none."""
    column = pl.col(name)
    if kind == "date":
        return column.dt.strftime("%d %b %Y")
    if kind == "number":
        return column.round(1).cast(pl.String).str.strip_suffix(".0")
    if name == "sex":
        return column.replace_strict(_SEXES, default=column, return_dtype=pl.String)
    text = column.cast(pl.String)
    text = text.str.replace_all("_", " ") if name in {"registration", "status"} else text
    return pl.when(text != "").then(text)
