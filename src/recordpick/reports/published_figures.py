"""Read one practice's figures from NHS England's published QOF files.

They have a row for each practice, indicator and measure: PRACTICE_CODE, INDICATOR_CODE, MEASURE
(REGISTER, NUMERATOR, DENOMINATOR, PCAS, ACHIEVED_POINTS) and VALUE, for all practices in England: a
million rows and more, of which one practice's are wanted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.csvio.scan import open_table_file
from recordpick.csvio.sniff import Record
from recordpick.errors import UserError

_PRACTICE, _INDICATOR = "practicecode", ("indicatorcode", "indicator")
_MEASURE, _VALUE = "measure", "value"
_NAMED = 3
HEADER = ("indicator", "figure", "value")
"""The columns of the records that `practice_records` returns, as our own reports name them."""


def is_published(fields: Sequence[str]) -> bool:
    """Return whether a first row is the header of such a file."""
    words = {_word(text) for text in fields}
    return {_PRACTICE, _MEASURE, _VALUE} <= words and bool(words & set(_INDICATOR))


def practice_records(path: Path, practice: str = "") -> list[Record]:
    """Return a practice's rows as indicator, measure and value, below a header (`HEADER`).

    `practice` is its code (A81001), needed where the file has several practices. Raise a UserError,
    with what to do, where the file has no rows of it.
    """
    with tempfile.TemporaryDirectory(prefix="recordpick-") as work:
        table = open_table_file(path, Path(work))
        columns = {_word(name): name for name in reversed(table.columns)}
        indicator = next(columns[name] for name in _INDICATOR if name in columns)
        code = pl.col(columns[_PRACTICE]).str.strip_chars().str.to_uppercase()
        codes = table.frame.select(code.unique()).collect().to_series().drop_nulls().sort()
        wanted = practice.strip().upper() or (codes[0] if codes.len() == 1 else "")
        if wanted not in codes:
            raise UserError(_which(path, wanted, codes.to_list()))
        rows = (
            table.frame.filter(code == wanted)
            .select(ROW, indicator, columns[_MEASURE], columns[_VALUE])
            .sort(ROW)
            .collect()
        )
        lines = table.line_of(rows[ROW].to_list())
    records = [Record(1, list(HEADER))]
    for line, (_, *cells) in zip(lines, rows.iter_rows(), strict=True):
        records.append(Record(line, [str(cell or "") for cell in cells]))
    return records


def _which(path: Path, wanted: str, codes: Sequence[str]) -> str:
    if wanted:
        return f"{path.name}: there are no figures of the practice {wanted}. Check its code."
    if not codes:
        return f"{path.name}: no row names a practice."
    return (
        f"{path.name}: there are figures of {len(codes):,} practices ({', '.join(codes[:_NAMED])} "
        "and others). Give --practice with your code, or a file of your practice only."
    )


def _word(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
