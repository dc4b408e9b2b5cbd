"""How GUIDs become ids: a GUID is unique only together with its organisation's.

Where one organisation has patients, an id is the GUID without its braces. Where several have, the
organisation's ODS code (or its GUID) stands before it. The same in every version of an extract.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recordpick.index.extract_files import ExtractFile
from recordpick.index.parts import ORDER
from recordpick.index.quick_typing import Quick
from recordpick.index.small_tables import SmallTable

_FILES = 4096
"""More than there are files of one table."""


@dataclass(frozen=True)
class Keys:
    """The organisations that have patients: what stands before their ids, by their GUID."""

    prefixes: dict[str, str]

    def key(self, guid: pl.Expr, organisation: pl.Expr) -> pl.Expr:
        """Make what rows of different files are joined by; null for another organisation's."""
        if len(self.prefixes) == 1:
            return pl.when(organisation == next(iter(self.prefixes))).then(guid)
        known = pl.when(organisation.is_in(list(self.prefixes))).then(organisation)
        return pl.concat_str(guid, known)

    def place(self, table: SmallTable, guid: pl.Expr, organisation: pl.Expr) -> pl.Expr:
        """Give the place of a key in a table that is asked by keys; null if it is not there."""
        if len(self.prefixes) == 1:  # to leave out places costs less than to leave out texts
            own = organisation == next(iter(self.prefixes))
            return pl.when(own).then(table.place(guid))
        return table.place(self.key(guid, organisation))

    def id(self, guid: pl.Expr, organisation: pl.Expr) -> pl.Expr:
        """Make the id of a row; null where there is no GUID, empty where that is only blanks."""
        bare = guid.str.strip_chars("{} ")
        if len(self.prefixes) == 1:
            return bare
        prefix = organisation.replace_strict(
            self.prefixes, default=organisation.str.strip_chars("{} "), return_dtype=pl.String
        )
        return pl.concat_str(prefix, pl.lit("-"), bare)


def order_of(file: ExtractFile) -> pl.Expr | Quick:
    """Give what tells the order in which rows were given (parts.py): the ProcessingId."""
    if not file.has("ProcessingId"):
        return pl.lit(None, pl.Int64)
    text = file.raw("ProcessingId")
    return Quick(text.cast(pl.Int64, strict=False), text, _run, pl.Int64())


def _run(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().cast(pl.Int64, strict=False)


def run_of(file: ExtractFile) -> pl.Expr:
    """Give the same as one number, for files that are read whole: the ProcessingId, the place."""
    place = pl.lit(file.number, pl.Int64)
    if not file.has("ProcessingId"):
        return place.alias(ORDER)
    run = _run(file.raw("ProcessingId")).fill_null(0)
    return (run * _FILES + place).alias(ORDER)
