"""The values of a table's columns in a mapping file, and the polars expressions that they mean.

Each is a TOML value: a string is a column of the file; a table has one key for what it does, such
as `{ join = ["ADDRESS", "CITY"], with = ", " }`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.date_parsing import PLACEHOLDERS
from recordpick.identifiers import ERROR
from recordpick.index.values import to_number, trimmed
from recordpick.sanitize import visible

_PARTIAL = r"^[0-9]{4}(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ].*)?)?)?$"
_DIRECTIVE = re.compile(r"%(%|(?:\.[369]?|[369])?[dmbBYHMSTRFzIpfe])")

_NULLS = ("null", "<null>", "(null)", "\\n", "nan", "nat")
_PLACEHOLDERS = tuple(
    f"{day:%Y}".zfill(4).join(parts)
    for day in PLACEHOLDERS
    for parts in (
        ("", f"-{day:%m-%d}"),
        ("", f"{day:%m%d}"),
        (f"{day:%d/%m/}", ""),
        (f"{day:%d-%m-}", ""),
        (f"{day:%d-%b-}".lower(), ""),
        (f"{day:%d %b }".lower(), ""),
    )
)

FORMS = {
    "column": {"date_format", "without"},
    "value": set(),
    "first_of": {"date_format"},
    "join": {"with"},
    "map": {"values", "otherwise"},
    "number": set(),
    "not_number": set(),
    "if_empty": {"then", "else"},
    "row_number": set(),
    "year": {"month", "day"},
    "partial_date": set(),
}
"""The forms of a column's value, and the other keys that each form allows."""


@dataclass(frozen=True)
class ColumnValue:
    """One column of a table: the file's columns that it needs, and how it is derived from them."""

    form: str
    settings: Mapping[str, Any]
    needs: tuple[str, ...]

    @property
    def is_iso_date(self) -> bool:
        """Whether the value is a date in ISO format, whatever the file's format is."""
        return self.form in {"year", "partial_date"}

    @property
    def date_format(self) -> str | None:
        """The date format, if the mapping has one for this column."""
        return self.settings.get("date_format")

    def expression(self, file_number: int = 0) -> pl.Expr:
        """Return the value as text, from the file's columns (text) and `ROW`.

        `file_number` is that of the file among several of one table (0 if it is the only one).
        """
        own = [trimmed(pl.col(name)) for name in self.needs]
        if not own:
            return self._of_nothing(file_number)
        match self.form:
            case "year" | "partial_date":
                value = self._date()
            case "join":
                between = self.settings.get("with", " ")
                value = pl.concat_str(own, separator=between, ignore_nulls=True)
            case "map":
                value = self._mapped(own[0])
            case "if_empty":
                then, otherwise = (pl.lit(text_of(self.settings[key])) for key in ("then", "else"))
                is_known = ~own[0].str.contains(ERROR).fill_null(value=False)
                chosen = pl.when(_is_none(own[0])).then(then).otherwise(otherwise)
                value = pl.when(is_known).then(chosen)
            case "number":
                value = pl.when(to_number(own[0]).is_not_null()).then(own[0])
            case "not_number":
                value = pl.when(to_number(own[0]).is_null()).then(own[0])
            case _:
                value = pl.coalesce(own)
        if "without" in self.settings:
            value = trimmed(value.str.strip_prefix(self.settings["without"]))
        return value

    def precision(self) -> pl.Expr:
        """Return the precision of a date with separate parts: day, month, year or unknown."""
        year, month, day = self._parts()
        return (
            pl.when(year.is_null())
            .then(pl.lit("unknown"))
            .when(month.is_null())
            .then(pl.lit("year"))
            .when(day.is_null())
            .then(pl.lit("month"))
            .otherwise(pl.lit("day"))
        )

    def _date(self) -> pl.Expr:
        """Return the first day of what is known of a date: an unknown month or day is 1.

        Parts that are not numbers are unchanged, so that the result is not a date.
        """
        year, month, day = self._parts()
        day = pl.when(month.is_not_null()).then(day)
        parts = [year, *(part.fill_null("1").str.zfill(2) for part in (month, day))]
        return pl.concat_str(parts, separator="-", ignore_nulls=False)

    def _parts(self) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        """Return year, month and day as text; null if missing (or 0, as in CPRD's files)."""
        if self.form == "partial_date":
            text = trimmed(pl.col(self.needs[0]))
            is_partial = text.str.contains(_PARTIAL)
            whole = pl.when(is_partial).then(text.str.head(4)).otherwise(text)
            return whole, text.str.extract(_PARTIAL, 1), text.str.extract(_PARTIAL, 2)
        year, month, day = (
            _number_or_nothing(self.settings[key])
            if key in self.settings
            else pl.lit(None, pl.String)
            for key in ("year", "month", "day")
        )
        return year, month, day

    def _of_nothing(self, file_number: int) -> pl.Expr:
        if self.form == "value":
            return pl.lit(text_of(self.settings["value"]))
        start = self.settings["row_number"] + (f"{file_number}-" if file_number else "")
        return pl.format("{}{}", pl.lit(start), pl.col(ROW).cast(pl.Int64) + 1)

    def _mapped(self, own: pl.Expr) -> pl.Expr:
        others = self.settings.get("otherwise")
        values = {str(key): text_of(value) for key, value in self.settings["values"].items()}
        default = own if others is None else pl.lit(text_of(others))
        nothing = values.pop("", None)
        if not values:
            mapped = default
        else:
            mapped = own.replace_strict(values, default=default, return_dtype=pl.String)
        if nothing is None:
            return mapped
        return pl.when(own.is_null()).then(pl.lit(nothing)).otherwise(mapped)


def read_value(settings: object) -> ColumnValue | str:
    """Read a column's value in the mapping; return a sentence if it is not valid."""
    if isinstance(settings, str):
        return ColumnValue("column", {"column": settings}, (settings,))
    if not isinstance(settings, dict):
        return "must be the name of a column in quotation marks, or a table such as { value = 1 }"
    forms = [form for form in FORMS if form in settings]
    if len(forms) != 1:
        return f"must have exactly one of {', '.join(FORMS)}"
    form = forms[0]
    unknown = [key for key in settings if key != form and key not in FORMS[form]]
    if unknown:
        return f"has {unknown[0]}, which {form} does not allow"
    wrong = next(_wrong(form, settings), None)
    return wrong or ColumnValue(form, settings, _needs(form, settings))


def _wrong(form: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the values of the keys."""
    yield from _wrong_own(form, settings[form])
    if form == "map":
        yield from _wrong_map(settings.get("values"))
    if form == "year" and "day" in settings and "month" not in settings:
        yield "year with a day also needs the month"
    if form == "if_empty" and not {"then", "else"} <= set(settings):
        yield "if_empty needs then and else"
    for key, value in settings.items():
        if key in {"with", "date_format", "without", "month", "day"} and not isinstance(value, str):
            yield f"{key} must be text"
        elif key in {"value", "then", "else", "otherwise"} and not _is_single(value):
            yield f"{key} must be text, a number, a date, true or false"
        elif key == "date_format" and (problem := problem_with_format(value)):
            yield f"date_format {problem}"
        elif key == "without" and not value.strip():
            yield "without must not be empty"


def _wrong_map(values: object) -> Iterator[str]:
    if not isinstance(values, dict) or not values or not all(map(_is_single, values.values())):
        yield 'map needs values, such as { map = "GENDER", values = { Male = "M" } }'
        return
    for key in values:
        if key != key.strip():
            yield (
                f'values has "{visible(key)}", with a blank at one end: cells are compared '
                'without. For an empty cell write ""'
            )


def _wrong_own(form: str, own: object) -> Iterator[str]:
    if form in {"first_of", "join"}:
        if not isinstance(own, list) or not own or not _all_text(own):
            yield f"{form} must be a list of columns"
    elif form != "value" and not isinstance(own, str):
        yield f"{form} must be text"


def problem_with_format(written: str) -> str:
    """Return why a text is not a usable date format; "" if it is."""
    parts = _DIRECTIVE.findall(written)
    names = ["m" if part[-1] in "bB" else part[-1] for part in parts]
    if re.search(r"(?<!%)(?:%%)*%y", written):
        return (
            "has %y, a year of two digits, which could be in either century: export the file again "
            "with years of four digits (%Y)"
        )
    if "%" in _DIRECTIVE.sub("", written):
        return "has an unknown code: a date is written with %d, %m (or %b, %B) and %Y"
    if "F" not in names and not {"d", "m", "Y"} <= set(names):
        return "must have the day (%d), the month (%m, %b or %B) and the year of four digits (%Y)"
    return ""


def _is_none(text: pl.Expr) -> pl.Expr:
    """Return whether a cell is empty, a database's word for empty, or a placeholder day."""
    day = text.str.replace(r"[T ][0-9:.]+Z?$", "").str.to_lowercase()
    return text.is_null() | day.is_in([*_NULLS, *_PLACEHOLDERS])


def _is_single(value: object) -> bool:
    return not isinstance(value, list | dict)


def _needs(form: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    if form in {"value", "row_number"}:
        return ()
    if form == "year":
        return tuple(settings[key] for key in ("year", "month", "day") if key in settings)
    names = settings[form]
    return tuple(names) if isinstance(names, list) else (names,)


def _number_or_nothing(name: str) -> pl.Expr:
    """Return a whole number as text, without ".0" after it; null for 0."""
    text = trimmed(pl.col(name)).str.replace(r"^([0-9]+)\.0+$", "${1}")
    return pl.when(~text.str.contains("^0+$")).then(text)


def _all_text(names: list[object]) -> bool:
    return all(isinstance(name, str) for name in names)


def text_of(value: object) -> str:
    """Return a TOML value as the text that `build/cast.py` reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
