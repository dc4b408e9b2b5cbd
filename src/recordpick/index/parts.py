"""The interface between the readers of sources and the index builder.

A reader (a folder of tables, a patient list, a mapping, a system's extract) turns a path into a
`Source`. A new kind of source is one new module with a function `Path -> Source`, and a line in
`reading.py` that recognises it. A reader only assigns rows and columns to tables: what a value must
look like is enforced afterwards, in the same way for all sources, in `conform.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from recordpick.index.manifest import Conflated, Gap, Restriction
from recordpick.index.questions import Question
from recordpick.index.set_aside import NOTHING, SetAside
from recordpick.tables import Kind

PATIENT = "patient_id"

ROW = "__row"
"""Column (UInt32, unique in a part) that identifies a row of the source file."""

DELETED = "__deleted"
"""Optional Boolean column: the source itself flags the row as deleted."""

ORDER = "__order"
"""Optional Int64 column, the version of a row: of several rows with one id the highest stays.

Among equals, the row of the later part. The others count as deleted. A deleted row supersedes
others too: so a later file may withdraw a row of an earlier one.
"""

FOLDED = "__folded"
"""Optional String column, set for a detail row: not a row of the table, but details of another row.

Such as an issue of a drug record. The row's id in the table is then that of its parent, and this
column is its own id. It counts as indexed if the parent is there.
"""

HOSTED = "__hosted"
"""Optional Boolean column: whether the parent row of this one (`Part.host`) exists.

If a part has it, the parent is not looked up again.
"""

Lines = Callable[[Sequence[int]], list[int]]
"""Returns the line in the file of each row, given the rows' numbers (`ROW`)."""

Announce = Callable[[Path], None]
"""Called with a large file that will be read, as soon as that is known: hashing needs it too."""

Finish = Callable[["Part", Mapping[str, pl.LazyFrame]], "Part"]
"""Returns a part enriched with details from other parts; each row once, as before."""


def row_is_line(rows: Sequence[int]) -> list[int]:
    """Return lines from 1 for rows from 0: a file without a header, such as Parquet."""
    return [row + 1 for row in rows]


@dataclass(frozen=True)
class Told:
    """Dictionary-encoded columns: the values are in a lookup table, a part has only the index.

    Codes and their terms, for example. So their texts are not written and read again for every row
    while the index is made.
    """

    place: str
    """A column of the part's frame (UInt32), the row number in `table`; null for no value."""
    table: pl.DataFrame
    """Columns named as in tables.py, of its types, and already clean (`Part.made`)."""


@dataclass(frozen=True)
class Met:
    """Which detail rows (FOLDED) of other parts found a parent in this part.

    So the parents of those rows are not looked up again.
    """

    feeds: str
    """The name under which those rows are provided."""
    place: str
    """A column of the part's frame (UInt32): the index in `ids` of a row's details, or null."""
    ids: pl.Series
    """The ids of the parents, each once."""


@dataclass(frozen=True)
class Part:
    """The rows that one file of a source supplies to one table.

    `frame` has `ROW` and columns named as in tables.py, as text or already typed; `DELETED` if the
    format has such a flag. `raw` has `ROW` and the file's own columns as they were read: what is
    kept of a rejected row. Both are scans, read when the index is built, and hold each
    row once. `rows` is the number of rows in the file (None if only a scan can count them),
    `set_aside` the rows that are not in `frame` because the file is damaged there.
    """

    table: str
    file: str
    path: Path
    frame: pl.LazyFrame
    raw: pl.LazyFrame
    rows: int | None = None
    set_aside: SetAside = NOTHING
    dropped: int = 0
    """Rows in neither, because the source itself excludes them (a mapping's `where`)."""
    line_of: Lines = row_is_line
    date_formats: Mapping[str, str] = field(default_factory=dict)
    """Date formats (strptime's codes) by column of the table; ISO where not given."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Kinds of columns that tables.py does not define; by their type in `frame` if not given."""
    feeds: str = ""
    """The name under which this part provides its typed rows to others (see `finish`)."""
    takes: tuple[str, ...] = ()
    """What `finish` requires: names that parts provide, or tables before this one."""
    finish: Finish | None = None
    """Enriches this part with what it requires, given as scans of valid rows."""
    told: tuple[Told, ...] = ()
    """Dictionary-encoded columns of the table, which `frame` has only as indexes."""
    met: Met | None = None
    """The matched keys of detail rows, if `finish` knows them."""
    host: str = ""
    """The parent table, before this one: each row here belongs to the row there with its id."""
    made: frozenset[str] = frozenset()
    """Columns that the reader has already cleaned (ids, words, decoded codes).

    They are neither trimmed nor checked again, except for missing ids.
    """
    again: Callable[[], Part] | None = None
    """Returns the part again, from the strict reader. If set, a null `ROW` requests that."""
    source: int = 0
    """The number of its source, counted from 0 by the builder."""
    notes: tuple[str, ...] = ()
    """Sentences for people: which lines of the file were not read as they appear."""


@dataclass(frozen=True)
class LookUp:
    """The row counts of a lookup file, which describes codes or people that other files use.

    The file has `rows`; of them `replaced` were superseded later, and `set_aside` were unusable.
    """

    what: str
    file: str
    path: Path
    rows: int
    replaced: int = 0
    set_aside: SetAside = NOTHING
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Everything that a reader found. `notes` say to people how the source was interpreted."""

    parts: tuple[Part, ...]
    practice: str = ""
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
