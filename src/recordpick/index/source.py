"""The interface between the readers of sources and the index builder.

A reader (a folder of tables, a patient list, a mapping, a system's extract) turns a path into a
`Source`. A new kind of source is one new module, and a line in `readers/__init__.py`. A reader only
assigns rows and columns to tables: what a value must look like is enforced afterwards, in the same
way for all sources, in `build/cast.py`.

What a source leaves open is asked before the index is made. For a hand-made list: whether
01/02/2020 is in January or in February, and whether everyone on a list without a column of status
is registered now. Without an answer the day comes first, and who is registered stays unknown; the
index's notes say so. For any source that does not state it: the day on which it was exported.
Without an answer today is used, with a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl

from recordpick.csvio.rejects import NOTHING, Lines, Rejects, row_is_line
from recordpick.index.as_at import FoundDay
from recordpick.index.manifest import Conflated, Gap, Restriction
from recordpick.schema import Kind

About = Literal["dates", "registered", "as_at", "fill_down"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask: `asks` is the sentence, `yes` and `no` the words of the two answers.

    A question about "as_at" is answered with a day instead, and has no such words.
    """

    about: About
    file: str
    column: str
    asks: str
    yes: str = ""
    no: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Identifies the question among those of several lists."""
        return self.about, self.file, self.column


@dataclass(frozen=True)
class Answers:
    """What a person answered: to single questions, or in advance to all of a kind."""

    given: Mapping[tuple[str, str, str], bool] = field(default_factory=dict)
    day_first: bool | None = None
    """Whether the day comes first in dates that could be read either way."""
    registered: bool | None = None
    """Whether everyone on a list without a column of status is registered."""
    as_at: date | None = None
    """The day on which the sources were exported."""
    fill_down: bool | None = None
    """Whether rows of a report without a patient belong to the patient above."""

    def to(self, question: Question) -> bool | None:
        """Return the answer to a question; None where there is none."""
        if question.key in self.given:
            return self.given[question.key]
        if question.about == "fill_down":
            return self.fill_down
        return self.day_first if question.about == "dates" else self.registered


NO_ANSWERS = Answers()


PATIENT = "patient_id"

DELETED = "__deleted"
"""Optional Boolean column: the source itself flags the row as deleted."""

VERSION = "__order"
"""Optional Int64 column, the version of a row: of several rows with one id the highest is kept.

Among equals, the row of the later part. The others count as deleted. A deleted row supersedes
others too: so a later file may withdraw a row of an earlier one.
"""

DETAIL_OF = "__folded"
"""Optional String column, set for a detail row: not a row of the table, but details of another row.

An issue of a drug record, for example. The row's id in the table is then that of its parent, and
this column is its own id. It counts as indexed if the parent exists.
"""

HAS_PARENT = "__hosted"
"""Optional Boolean column: whether the parent row of this one (`SourcePart.parent`) exists.

If a part has it, the parent is not looked up again.
"""

Announce = Callable[[Path], None]
"""Called with a large file that will be read, as soon as that is known: hashing needs it too."""

Finish = Callable[["SourcePart", Mapping[str, pl.LazyFrame]], "SourcePart"]
"""Returns a part enriched with details from other parts; each row once, as before."""


@dataclass(frozen=True)
class LookupColumns:
    """Dictionary-encoded columns: the values are in a lookup table, a part has only the index.

    Codes and their terms, for example. So their texts are not written and read again for every row
    while the index is made.
    """

    index_column: str
    """A column of the part's frame (UInt32), the row number in `table`; null for no value."""
    table: pl.DataFrame
    """Columns named as in schema.py, of its types, and already clean (`SourcePart.precleaned`)."""


@dataclass(frozen=True)
class MatchedKeys:
    """Which detail rows (DETAIL_OF) of other parts found a parent in this part.

    So the parents of those rows are not looked up again.
    """

    provides: str
    """The name under which those rows are provided."""
    index_column: str
    """A column of the part's frame (UInt32): the index in `ids` of a row's details, or null."""
    ids: pl.Series
    """The ids of the parents, each once."""


@dataclass(frozen=True)
class SourcePart:
    """The rows that one file of a source supplies to one table.

    `frame` has `ROW` and columns named as in schema.py, as text or already typed; `DELETED` if the
    format has such a flag. `raw` has `ROW` and the file's own columns as they were read: what is
    kept of a rejected row. Both are scans, read when the index is built, and hold each
    row once. `rows` is the number of rows in the file (None if only a scan can count them),
    `rejects` the rows that are not in `frame` because the file is damaged there.
    """

    table: str
    file: str
    path: Path
    frame: pl.LazyFrame
    raw: pl.LazyFrame
    rows: int | None = None
    rejects: Rejects = NOTHING
    dropped: int = 0
    """Rows in neither, because the source itself excludes them (a mapping's `where`)."""
    line_of: Lines = row_is_line
    date_formats: Mapping[str, str] = field(default_factory=dict)
    """Date formats (strptime's codes) by column of the table; ISO where not given."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Kinds of columns that schema.py does not define; by their type in `frame` if not given."""
    provides: str = ""
    """The name under which this part provides its typed rows to others (see `enrich`)."""
    requires: tuple[str, ...] = ()
    """What `enrich` requires: names that parts provide, or tables before this one."""
    enrich: Finish | None = None
    """Enriches this part with what it requires, given as scans of valid rows."""
    lookups: tuple[LookupColumns, ...] = ()
    """Dictionary-encoded columns of the table, which `frame` has only as indexes."""
    matched: MatchedKeys | None = None
    """The matched keys of detail rows, if `enrich` knows them."""
    parent: str = ""
    """The parent table, before this one: each row here belongs to the row there with its id."""
    precleaned: frozenset[str] = frozenset()
    """Columns that the reader has already cleaned (ids, words, decoded codes).

    They are neither trimmed nor checked again, except for missing ids.
    """
    reread_strict: Callable[[], SourcePart] | None = None
    """Returns the part again, from the strict reader. If set, a null `ROW` requests that."""
    source: int = 0
    """The number of its source, counted from 0 by the builder."""
    notes: tuple[str, ...] = ()
    """Sentences for people: which lines of the file were not read as they appear."""
    called: Mapping[str, str] = field(default_factory=dict)
    """What a hand-made file calls columns of the table."""


@dataclass(frozen=True)
class LookUp:
    """The row counts of a lookup file, which describes codes or people that other files use.

    The file has `rows`; of them `replaced` were superseded later, and `rejects` were unusable.
    """

    what: str
    file: str
    path: Path
    rows: int
    replaced: int = 0
    rejects: Rejects = NOTHING
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Everything that a reader found. `notes` say to people how the source was interpreted."""

    parts: tuple[SourcePart, ...]
    practice: str = ""
    ods_code: str = ""
    """The practice's ODS code; "" where the source does not have exactly one."""
    as_at: date | None = None
    as_at_from: str = ""
    """Where `as_at` was found, in words for people."""
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """Sentences that a person must see before using the index: the source is incomplete."""
    look_ups: tuple[LookUp, ...] = ()
    conflated: tuple[Conflated, ...] = ()
    """Words that the source cannot distinguish from others."""
    gaps: tuple[Gap, ...] = ()
    """Gaps recorded in a source that is an index itself."""
    restrictions: tuple[Restriction, ...] = ()
    """Columns for which the source supplies only rows with one word."""
    questions: tuple[Question, ...] = ()
    """Questions that the source leaves open and nobody has answered."""


@dataclass(frozen=True, slots=True)
class EntryDates:
    """A file's column with the days of entry: by its name, or its position (from 0)."""

    path: Path
    column: str | int


@dataclass(frozen=True, slots=True)
class FolderReader:
    """The reader of a kind of folder; its module has it as `READER` (readers/__init__.py).

    `is_for` recognises a folder by its files' names. `read` takes the folder, an empty folder for
    converted copies, the as-at date, and a function to announce large files. `day_of` returns the
    as-at date that the folder itself states. `entry_dates` are columns for a hint about that date.
    """

    is_for: Callable[[Path], bool]
    read: Callable[[Path, Path, date, Announce], Source]
    day_of: Callable[[Path], FoundDay | None]
    entry_dates: Callable[[Path], Sequence[EntryDates]] = lambda _: ()
