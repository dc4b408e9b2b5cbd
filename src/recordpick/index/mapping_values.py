"""What a mapping file may say about one column of a table, and the expression that it stands for.

Each is a value of TOML: a string is a column of the file; a table has one key that says what it
does, such as `{ join = ["ADDRESS", "CITY"], with = ", " }`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from recordpick.index.parts import ROW
from recordpick.index.values import to_number, trimmed

FORMS = {
    "column": {"date_format"},
    "value": set(),
    "first_of": {"date_format"},
    "join": {"with"},
    "map": {"values", "otherwise"},
    "number": set(),
    "not_number": set(),
    "if_empty": {"then", "else"},
    "row_number": set(),
}
"""What a column may be made of, and what else may be said with it."""


@dataclass(frozen=True)
class ColumnValue:
    """One column of a table: the file's columns that it needs, and how it is made of them."""

    form: str
    said: Mapping[str, Any]
    needs: tuple[str, ...]

    @property
    def date_format(self) -> str | None:
        """How the date is written, where the mapping says so for this column."""
        return self.said.get("date_format")

    def expression(self) -> pl.Expr:
        """Give the value as text, of the file's columns (text) and `ROW`."""
        own = [trimmed(pl.col(name)) for name in self.needs]
        if not own:
            return self._of_nothing()
        if self.form == "join":
            return pl.concat_str(own, separator=self.said.get("with", " "), ignore_nulls=True)
        if self.form == "map":
            return self._mapped(own[0])
        if self.form == "if_empty":
            then, otherwise = (pl.lit(_text(self.said[key])) for key in ("then", "else"))
            return pl.when(own[0].is_null()).then(then).otherwise(otherwise)
        if self.form in {"number", "not_number"}:
            is_number = to_number(own[0]).is_not_null()
            return pl.when(is_number if self.form == "number" else ~is_number).then(own[0])
        return pl.coalesce(own)

    def _of_nothing(self) -> pl.Expr:
        if self.form == "value":
            return pl.lit(_text(self.said["value"]))
        return pl.format("{}{}", pl.lit(self.said["row_number"]), pl.col(ROW).cast(pl.Int64) + 1)

    def _mapped(self, own: pl.Expr) -> pl.Expr:
        others = self.said.get("otherwise")
        values = {str(key): _text(value) for key, value in self.said["values"].items()}
        default = own if others is None else pl.lit(_text(others))
        return own.replace_strict(values, default=default, return_dtype=pl.String)


def read_value(said: object) -> ColumnValue | str:
    """Read what the mapping says of a column; a sentence if it cannot be understood."""
    if isinstance(said, str):
        return ColumnValue("column", {"column": said}, (said,))
    if not isinstance(said, dict):
        return "must be the name of a column in quotation marks, or a table such as { value = 1 }"
    forms = [form for form in FORMS if form in said]
    if len(forms) != 1:
        return f"must have exactly one of {', '.join(FORMS)}"
    form = forms[0]
    unknown = [key for key in said if key != form and key not in FORMS[form]]
    if unknown:
        return f"has {unknown[0]}, which does not go with {form}"
    wrong = next(_wrong(form, said), None)
    return wrong or ColumnValue(form, said, _needs(form, said))


def _wrong(form: str, said: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with the values of the keys."""
    yield from _wrong_own(form, said[form])
    if form == "map":
        values = said.get("values")
        if not isinstance(values, dict) or not values or not all(map(_is_single, values.values())):
            yield 'map needs values, such as { map = "GENDER", values = { Male = "M" } }'
    if form == "if_empty" and not {"then", "else"} <= set(said):
        yield "if_empty needs then and else"
    for key, value in said.items():
        if key in {"with", "date_format"} and not isinstance(value, str):
            yield f"{key} must be text"
        elif key in {"value", "then", "else", "otherwise"} and not _is_single(value):
            yield f"{key} must be text, a number, a date, true or false"


def _wrong_own(form: str, own: object) -> Iterator[str]:
    if form in {"first_of", "join"}:
        if not isinstance(own, list) or not own or not _all_text(own):
            yield f"{form} must be a list of columns"
    elif form != "value" and not isinstance(own, str):
        yield f"{form} must be text"


def _is_single(value: object) -> bool:
    return not isinstance(value, list | dict)


def _needs(form: str, said: Mapping[str, Any]) -> tuple[str, ...]:
    if form in {"value", "row_number"}:
        return ()
    names = said[form]
    return tuple(names) if isinstance(names, list) else (names,)


def _all_text(names: list[object]) -> bool:
    return all(isinstance(name, str) for name in names)


def _text(value: object) -> str:
    """Write a value of TOML as the text that `conform.py` reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
