"""A file of a system's extract, its columns called by name whatever the case and the spelling.

Spellings drift between versions of an extract: a reader asks for a column by one name, and is given
it under any name it has had.

What several formats do not tell apart, in the manifest's form.

Which entries were degraded in an earlier transfer: told by their term, in every system.

A record that comes over GP2GP carries what could not be coded as an entry with a code of its own,
such as "Transfer-degraded record entry" or "Transfer-degraded drug allergy", and the original
wording as text. No system's export has a column for it.

The kind of an entry by the words of its term, for systems whose export has no column for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from recordpick.atomic import as_system_error
from recordpick.csvio.rejects import ROW
from recordpick.csvio.scan import TableFile, open_table_file
from recordpick.errors import UserError
from recordpick.index.manifest import Conflated
from recordpick.index.source import LookUp, SourcePart
from recordpick.index.values import YES, trimmed

_YES = tuple(sorted({spelt for word in YES for spelt in (word, word.upper(), word.title())}))

Drifts = Mapping[str, Sequence[str]]
"""Other spellings of a column, by the name that a reader asks for."""


@dataclass(frozen=True)
class ExtractFile:
    """A file that was looked at. `names` gives the file's own name of each column, by small letters
    of the name it is asked for; `number` its place among the files of its table, later ones higher.
    """

    file: TableFile
    names: Mapping[str, str]
    number: int = 0
    _twice: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.path.name

    @property
    def frame(self) -> pl.LazyFrame:
        """The rows: ROW and the file's columns, as text."""
        return self.file.frame

    def has(self, column: str) -> bool:
        """Return whether the file has that column; UserError if it has it twice."""
        if column.lower() in self._twice:
            raise UserError(
                f"{self.file.path}: column {column} stands twice in the header, and nothing tells "
                "which of them holds. Export the file again."
            )
        return column.lower() in self.names

    def text(self, column: str) -> pl.Expr:
        """Return a column as text, blanks off, nothing as null; UserError if it is not there."""
        return trimmed(self._column(column))

    def texts(self, *columns: str) -> list[pl.Expr]:
        """Return those of the columns that are there, as text; UserError if none is."""
        return [self.text(name) for name in columns if self.has(name)] or [self.text(columns[0])]

    def raw(self, column: str) -> pl.Expr:
        """Return a column as it stands, nothing as null; UserError if it is not there."""
        value = self._column(column)
        return pl.when(value != "").then(value) if self.file.has_empty_texts else value

    def _column(self, column: str) -> pl.Expr:
        """Return a column as it was read; UserError if it is not there."""
        if not self.has(column):
            found = ", ".join(self.file.columns[:12]) + (" …" * (len(self.file.columns) > 12))
            raise UserError(
                f"{self.file.path}: column {column} is missing. The columns found are: {found}."
            )
        return pl.col(self.names[column.lower()])

    def yes(self, column: str) -> pl.Expr:
        """Return where a column says yes; no where it is empty or missing."""
        if not self.has(column):
            return pl.lit(value=False)
        return self._column(column).is_in(_YES).fill_null(value=False)

    def given(self, columns: Mapping[str, str]) -> dict[str, pl.Expr]:
        """Return columns as they stand under new names (new: old), of those that are there."""
        return {new: self.raw(old) for new, old in columns.items() if self.has(old)}

    def part(
        self,
        table: str,
        frame: pl.LazyFrame,
        again: Callable[[ExtractFile], SourcePart] | None = None,
        **more: Any,
    ) -> SourcePart:
        """Return the file's rows to a table; `more` are fields of Part.

        `reread_strict` makes the part of the same file, for one that was opened hastily.
        """
        hasty = self.file.carefully is not None
        assert again is not None or not hasty, "nobody would look for odd lines"
        fields: dict[str, Any] = {
            "table": table,
            "file": self.name,
            "path": self.file.path,
            "frame": frame,
            "raw": self.file.frame,
            "rows": self.file.rows,
            "rejects": self.file.rejects,
            "line_of": self.file.line_of,
            "notes": self.file.notes,
        }
        if again is not None and hasty:
            fields["reread_strict"] = lambda: again(self.with_care())
        return SourcePart(**(fields | more))

    def collected(
        self, what: Callable[[ExtractFile], Mapping[str, pl.Expr]]
    ) -> tuple[ExtractFile, pl.DataFrame]:
        """Return columns of all rows, for a file that gives no part; and the file, maybe read anew.

        With more care, that is, where its lines turn out to ask for that.
        """
        rows = self.frame.select(ROW, **what(self))
        try:
            found = rows.collect(engine="streaming")
        except pl.exceptions.PolarsError as error:
            refused = as_system_error(error, self.file.path.parent)
            if refused is not None:
                raise refused from error
            if self.file.carefully is None:
                raise
            return self.with_care().collected(what)
        if found.height != self.file.rows or found[ROW].null_count():
            assert self.file.carefully is not None, self.file.path
            return self.with_care().collected(what)
        return self, found.drop(ROW)

    def with_care(self) -> ExtractFile:
        """Return the same file, read line by line if it was not yet."""
        return self if self.file.carefully is None else replace(self, file=self.file.carefully())

    def look_up(self, what: str, replaced: int, unusable: pl.DataFrame | None = None) -> LookUp:
        """Account for the rows of a file that others only look things up in."""
        aside = self.file.rejects
        if unusable is not None:
            aside = aside.with_more(unusable)
        return LookUp(
            what=what,
            file=self.name,
            path=self.file.path,
            rows=self.file.rows + self.file.rejects.height,
            replaced=replaced,
            rejects=aside,
            notes=self.file.notes,
        )


def open_extract_file(
    path: Path, work: Path, drifts: Drifts, *, number: int = 0, **how: Any
) -> ExtractFile:
    """Look at a file; `how` as `open_table_file` takes it, `work` a folder that may be new."""
    work.mkdir(parents=True, exist_ok=True)
    file = open_table_file(path, work, **how)
    names: dict[str, str] = {}
    twice = {name.lower() for name in file.doubled}
    for name in file.columns:
        if name.lower() in names:
            twice.add(name.lower())
        names.setdefault(name.lower(), name)
    for asked, spellings in drifts.items():
        for spelling in spellings:
            if spelling.lower() in names:
                if asked.lower() in names:
                    twice.add(asked.lower())
                names.setdefault(asked.lower(), names[spelling.lower()])
    return ExtractFile(file, names, number, frozenset(twice))


def lines_of_rows(file: ExtractFile, rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    """Return rows (ROW and the file's columns) that cannot be used, as `REJECT_COLUMNS`."""
    values = [pl.col(name).fill_null("") for name in rows.columns if name != ROW]
    lines = file.file.line_of(rows[ROW].to_list())
    return rows.select(
        pl.Series("line", lines, pl.Int64),
        pl.lit(reason).alias("reason"),
        pl.concat_str(values, separator=",").alias("row"),
    )


SOME_TABLES = (
    Conflated(
        "patients",
        "entries",
        "",
        "",
        "only rows of the tables that the source has are counted",
        always=False,
    ),
    Conflated(
        "patients",
        "entries_percentile",
        "",
        "",
        "only rows of the tables that the source has are counted",
        always=False,
    ),
)
"""Of sources that do not carry the whole record."""

PAST_WITHOUT_END = Conflated(
    "events",
    "problem_status",
    "past",
    "active",
    "a past problem without an end date counts as active",
    always=False,
)


CHANGES_ONLY = "the source holds changes only, not the whole practice: most of it is missing"


def changes_only(tables: Iterable[str]) -> tuple[Conflated, ...]:
    """Return the caution for every answer from these tables of a source that holds changes only."""
    return tuple(
        Conflated(table, "", "", "", CHANGES_ONLY, always=False) for table in dict.fromkeys(tables)
    )


def delta_warning(source: str, sign: str) -> str:
    """Return the warning that a source holds changes only; `sign` is what says so."""
    return (
        f"{source} holds changes only, not the whole practice ({sign}). Patients and entries that "
        "did not change in that time are missing, so nearly every answer is wrong. Ask for a full "
        "extract, and index that instead."
    )


def patients_are(count: int) -> str:
    """Return "1 patient is" or "12 patients are"."""
    return "1 patient is" if count == 1 else f"{count:,} patients are"


def one_kind_of_repeat(system: str) -> tuple[Conflated, ...]:
    """Say that repeat dispensing and automatic issue look like any other repeat in an extract."""
    return tuple(
        Conflated(
            "medications", "course", word, "repeat", f"a {system} extract has no mark of {it}"
        )
        for word, it in (
            ("repeat_dispensing", "repeat dispensing"),
            ("automatic", "repeats that are issued automatically"),
        )
    )


_TERM = r"(?i)\btransfer[- ]degraded\b|\bdegraded in (record )?transfer\b"


def is_degraded(term: pl.Expr) -> pl.Expr:
    """Tell by its term whether an entry stands for one that a transfer could not carry."""
    return term.str.contains(_TERM).fill_null(value=False)


_KINDS = (
    (r"^fh\b|\bfamily history\b", "family_history"),
    (r"\ballerg|\badverse (drug )?reaction\b|\bhypersensitivity\b", "allergy"),
    (r"\bvaccin|\bimmunis", "immunisation"),
)

_BY_WORDS = "of coded entries the kind is told by the words of the term, so some may be missed"
_NOT_TOLD = "the extract has no kinds of entries"

KINDS_BY_TERM = (
    Conflated("events", "kind", "allergy", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "immunisation", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "family_history", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "administration", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "procedure", "other", _NOT_TOLD),
)
"""What is not told of kinds where terms must tell them."""


def kind_by_term(term: pl.Expr, is_number: pl.Expr) -> pl.Expr:
    """Tell allergy, immunisation and family history by their words; a number is an observation."""
    kind = pl.when(is_number).then(pl.lit("observation")).otherwise(pl.lit("other"))
    for words, name in reversed(_KINDS):
        kind = pl.when(term.str.contains(f"(?i){words}")).then(pl.lit(name)).otherwise(kind)
    return kind
