"""The CSV-injection guard: text cells that no spreadsheet runs or changes.

When it opens a CSV, a spreadsheet runs cells that begin with `=` and the like, cuts leading zeros,
rounds long numbers, and turns `1E5`, `3-4` or `MAR1` into numbers and dates. A changed identifier
may be another patient's. So:

- A cell that a spreadsheet would run or change gets one apostrophe (`'`) in front, and so does a
  cell that begins with an apostrophe. A reader removes one apostrophe where there is one: what
  remains is exactly the original text.
- A character that would break a line, or a terminal, is written as its symbol (a line feed as
  `␊`), or as `�` where it has none: one line of the file is one row.

Plain whole numbers of up to eleven digits without a leading zero (NHS numbers, most systems'
patient numbers) and ordinary words need neither, and stay unchanged.
"""

from __future__ import annotations

import polars as pl

GUARD = "'"

_RUN = r"^['=+\-@\t\r\n＝＋－＠]"  # noqa: RUF001 - full-width signs start a formula too
_SPACE = r"^\s|\s$"
_PLAIN_NUMBER = r"^(0|[1-9][0-9]{0,10})$"
# Numbers in every notation, dates, times, fractions, percentages, amounts of money.
_LIKE_A_NUMBER = r"^[.,(£$€]*[0-9][0-9.,:;/ eE%£$€()+\-]*(\s?[AaPp][Mm]?)?$"
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY_FIRST = rf"[0-9]{{1,4}}[ ./,\-]*{_MONTH}[ ./,\-]*[0-9]{{0,4}}"
_MONTH_FIRST = rf"{_MONTH}[ ./,\-]*[0-9][0-9 ./,\-]*"
_LIKE_A_DATE = rf"(?i)^({_DAY_FIRST}|{_MONTH_FIRST})$"
_YES_NO = r"(?i)^(true|false)$"

_NO_SYMBOL = "\N{REPLACEMENT CHARACTER}"
_SYMBOLS: dict[str, str] = (
    {chr(code): chr(0x2400 + code) for code in range(0x20)}
    | {"\x7f": "\N{SYMBOL FOR DELETE}"}
    | {chr(code): _NO_SYMBOL for code in range(0x80, 0xA0)}
    | {"\N{LINE SEPARATOR}": _NO_SYMBOL, "\N{PARAGRAPH SEPARATOR}": _NO_SYMBOL}
)


def safe(text: pl.Expr) -> pl.Expr:
    """Return a text column as it is safe in a CSV; empty text becomes null, null stays null."""
    shown = text.str.replace_many(list(_SYMBOLS), list(_SYMBOLS.values()))
    changed = (
        text.str.contains(_RUN)
        | text.str.contains(_SPACE)
        | (text.str.contains(_LIKE_A_NUMBER) & ~text.str.contains(_PLAIN_NUMBER))
        | text.str.contains(_LIKE_A_DATE)
        | text.str.contains(_YES_NO)
    )
    guarded = pl.when(~changed).then(shown).otherwise(pl.lit(GUARD) + shown)
    return pl.when(text.str.len_bytes() > 0).then(guarded)


def plain(text: pl.Expr) -> pl.Expr:
    """Return the text without the guard: as it was before `safe`, except for symbols."""
    return text.str.strip_prefix(GUARD)


def one_line(text: str) -> str:
    """Return a text as one line of a text file: line breaks and the like become symbols."""
    return text.translate({ord(character): shown for character, shown in _SYMBOLS.items()})


def as_csv(frame: pl.DataFrame) -> bytes:
    """Write a frame as RFC 4180 text in UTF-8: header, commas, CRLF, no byte-order mark.

    Text columns are made `safe`; dates are `YYYY-MM-DD`; fractions have up to two decimals without
    trailing zeros; a missing value is an empty cell.
    """
    written = [
        safe(pl.col(name)) if kind == pl.String else _number(pl.col(name))
        for name, kind in frame.schema.items()
        if kind == pl.String or kind.is_float()
    ]
    text = frame.with_columns(written).write_csv(
        line_terminator="\r\n", include_bom=False, date_format="%Y-%m-%d"
    )
    return text.encode("utf-8")


def _number(number: pl.Expr) -> pl.Expr:
    whole = number.round(0) == number.round(2)
    return (
        pl.when(whole)
        .then(number.round(0).cast(pl.Int64).cast(pl.String))
        .otherwise(number.round(2).cast(pl.String))
    )
