"""What the readers of systems' extracts have in common: a file, and rules for terms.

Spellings of column names change between versions of an extract: a reader asks for a column by one
name, and gets it under any name that it has had.

A record transferred over GP2GP has what could not be coded as an entry with a special code, such as
"Transfer-degraded record entry" or "Transfer-degraded drug allergy", and the original wording as
text. No system's export has a column for that, so it is recognised by the entry's term. So is the
kind of an entry (allergy, immunisation, family history) where the export has no column for it.
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
from recordpick.text import plural

_YES = tuple(sorted({spelt for word in YES for spelt in (word, word.upper(), word.title())}))

Drifts = Mapping[str, Sequence[str]]
"""Other spellings of a column, by the name that a reader uses."""


@dataclass(frozen=True)
class ExtractFile:
    """A file whose format is known. `names` are the file's own column names, by a reader's name in
    lower case; `number` is its position among the files of its table, later ones higher.
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
                f"{self.file.path}: column {column} is twice in the header, so it is unknown which "
                "of the two to use. Export the file again."
            )
        return column.lower() in self.names

    def text(self, column: str) -> pl.Expr:
        """Return a column as text, trimmed, null if empty; UserError if it is missing."""
        return trimmed(self._column(column))

    def texts(self, *columns: str) -> list[pl.Expr]:
        """Return those of the columns that exist, as text; UserError if none does."""
        return [self.text(name) for name in columns if self.has(name)] or [self.text(columns[0])]

    def raw(self, column: str) -> pl.Expr:
        """Return a column unchanged, null if empty; UserError if it is missing."""
        value = self._column(column)
        return pl.when(value != "").then(value) if self.file.has_empty_texts else value

    def _column(self, column: str) -> pl.Expr:
        """Return a column as it was read; UserError if it is missing."""
        if not self.has(column):
            found = ", ".join(self.file.columns[:12]) + (" …" * (len(self.file.columns) > 12))
            raise UserError(
                f"{self.file.path}: column {column} is missing. The columns found are: {found}."
            )
        return pl.col(self.names[column.lower()])

    def yes(self, column: str) -> pl.Expr:
        """Return whether a column is yes; no where it is empty or missing."""
        if not self.has(column):
            return pl.lit(value=False)
        return self._column(column).is_in(_YES).fill_null(value=False)

    def renamed(self, columns: Mapping[str, str]) -> dict[str, pl.Expr]:
        """Return the columns that exist, unchanged, under new names (new: old)."""
        return {new: self.raw(old) for new, old in columns.items() if self.has(old)}

    def part(
        self,
        table: str,
        frame: pl.LazyFrame,
        reread: Callable[[ExtractFile], SourcePart] | None = None,
        **more: Any,
    ) -> SourcePart:
        """Return the file's rows for a table; `more` are fields of SourcePart.

        `reread` makes the part from the same file again: required for an optimistic scan.
        """
        optimistic = self.file.read_strict is not None
        assert reread is not None or not optimistic, "odd lines would not be noticed"
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
        if reread is not None and optimistic:
            fields["reread_strict"] = lambda: reread(self.strict())
        return SourcePart(**(fields | more))

    def collected(
        self, columns_of: Callable[[ExtractFile], Mapping[str, pl.Expr]]
    ) -> tuple[ExtractFile, pl.DataFrame]:
        """Return the file and columns of all its rows, for a file that is not itself a part.

        The file is that of the strict reader where its lines turn out to need that.
        """
        rows = self.frame.select(ROW, **columns_of(self))
        try:
            found = rows.collect(engine="streaming")
        except pl.exceptions.PolarsError as error:
            refused = as_system_error(error, self.file.path.parent)
            if refused is not None:
                raise refused from error
            if self.file.read_strict is None:
                raise
            return self.strict().collected(columns_of)
        if found.height != self.file.rows or found[ROW].null_count():
            assert self.file.read_strict is not None, self.file.path
            return self.strict().collected(columns_of)
        return self, found.drop(ROW)

    def strict(self) -> ExtractFile:
        """Return the same file from the strict reader."""
        return (
            self if self.file.read_strict is None else replace(self, file=self.file.read_strict())
        )

    def look_up(self, what: str, replaced: int, unusable: pl.DataFrame | None = None) -> LookUp:
        """Return the row counts of a file that is only looked things up in."""
        rejects = self.file.rejects
        if unusable is not None:
            rejects = rejects.with_more(unusable)
        return LookUp(
            what=what,
            file=self.name,
            path=self.file.path,
            rows=self.file.rows + self.file.rejects.height,
            replaced=replaced,
            rejects=rejects,
            notes=self.file.notes,
        )


def open_extract_file(
    path: Path, work: Path, drifts: Drifts, *, number: int = 0, **how: Any
) -> ExtractFile:
    """Open a file; `how` are arguments of `open_table_file`, `work` a folder that may be new."""
    work.mkdir(parents=True, exist_ok=True)
    file = open_table_file(path, work, **how)
    names: dict[str, str] = {}
    twice = {name.lower() for name in file.doubled}
    for name in file.columns:
        if name.lower() in names:
            twice.add(name.lower())
        names.setdefault(name.lower(), name)
    for wanted, spellings in drifts.items():
        for spelling in spellings:
            if spelling.lower() in names:
                if wanted.lower() in names:
                    twice.add(wanted.lower())
                names.setdefault(wanted.lower(), names[spelling.lower()])
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
"""Of sources that do not have the whole record."""

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
    """Return the warning that a source holds changes only; `sign` is how that is known."""
    return (
        f"{source} holds changes only, not the whole practice ({sign}). Patients and entries that "
        "did not change in that time are missing, so nearly every answer is wrong. Ask for a full "
        "extract, and index that instead."
    )


def patients_are(count: int) -> str:
    """Return "1 patient is" or "12 patients are"."""
    return plural(count, "patient is", "patients are")


def one_kind_of_repeat(system: str) -> tuple[Conflated, ...]:
    """Return that repeat dispensing and automatic issue appear as any other repeat."""
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
    """Return whether an entry replaces one that a transfer could not code, by its term."""
    return term.str.contains(_TERM).fill_null(value=False)


_KINDS = (
    (r"^fh\b|\bfamily history\b", "family_history"),
    (r"\ballerg|\badverse (drug )?reaction\b|\bhypersensitivity\b", "allergy"),
    (r"\bvaccin|\bimmunis", "immunisation"),
)

_BY_WORDS = (
    "the kind of coded entries is recognised by the words of the term, so some may be missed"
)
_NO_KINDS = "the extract has no kinds of entries"

KINDS_BY_TERM = (
    Conflated("events", "kind", "allergy", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "immunisation", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "family_history", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "administration", "other", _BY_WORDS, always=False),
    Conflated("events", "kind", "procedure", "other", _NO_KINDS),
)
"""The distinctions that are lost where a kind is recognised by the term."""


def kind_by_term(term: pl.Expr, is_number: pl.Expr) -> pl.Expr:
    """Return the kind of an entry by the words of its term; a number is an observation."""
    kind = pl.when(is_number).then(pl.lit("observation")).otherwise(pl.lit("other"))
    for words, name in reversed(_KINDS):
        kind = pl.when(term.str.contains(f"(?i){words}")).then(pl.lit(name)).otherwise(kind)
    return kind
