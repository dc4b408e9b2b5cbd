"""What a reader of a source gives to the index builder: the interface between the two.

A reader (a folder of tables, a patient list, a mapping, a system's extract) turns a path into a
`Source`. A new kind of source is one new module with a function `Path -> Source`, and a line in
`reading.py` that recognises it. A reader only brings rows and columns to where they belong: what a
value must look like is enforced afterwards, for all sources alike, in `conform.py`.
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
"""Column (UInt32, unique in a part) that names a row of the source file."""

DELETED = "__deleted"
"""Optional Boolean column: the source's own flag says that the row is to be dropped."""

ORDER = "__order"
"""Optional Int64 column: of several rows with one id the one with the highest number stays.

Among equals that of the later part. The others count as deleted. A deleted row replaces others as
well: so a later file may take back what an earlier one gave.
"""

FOLDED = "__folded"
"""Optional String column: set where a row is none of the table, but tells more about another.

Such as an issue of a drug record. The row's id in the table is then that of the other row, and this
column the id of its own. It counts as indexed if the other row is there.
"""

HOSTED = "__hosted"
"""Optional Boolean column: whether the row is there to which this one belongs (`Part.host`).

Where a part has it, nobody needs to look for that row again.
"""

Lines = Callable[[Sequence[int]], list[int]]
"""Gives the line in the file of each row, both counted as the part counts them."""

Announce = Callable[[Path], None]
"""Told of a large file that will be read, as soon as that is known: others may need it as well."""

Finish = Callable[["Part", Mapping[str, pl.LazyFrame]], "Part"]
"""Gives a part with what others tell about its rows; each row once, as before."""


def row_is_line(rows: Sequence[int]) -> list[int]:
    """Count rows from 0, lines from 1: a file without a header, such as Parquet."""
    return [row + 1 for row in rows]


@dataclass(frozen=True)
class Told:
    """Columns that stand in a small table; a part has only each row's place there.

    Codes and their terms, say. So their texts are not written and read again for every row before
    the index is.
    """

    place: str
    """A column of the part's frame (UInt32): null for nothing."""
    table: pl.DataFrame
    """Columns named as in tables.py, and of its types: clean, as they are (`Part.made`)."""


@dataclass(frozen=True)
class Met:
    """The rows of others (FOLDED) that tell more about the rows of a part.

    So nobody needs to look for the rows that they tell about.
    """

    feeds: str
    """The name under which those rows are fed."""
    place: str
    """A column of the part's frame (UInt32): which of `ids` tells about a row; null for none."""
    ids: pl.Series
    """The ids in the table, each once."""


@dataclass(frozen=True)
class Part:
    """The rows that one file of a source gives to one table.

    `frame` has `ROW` and columns named as in tables.py, as text or already typed; `DELETED` if the
    format has such a flag. `raw` has `ROW` and the file's own columns as they were read: what is
    kept of a row that does not fit. Both are scans, read when the index is built, and hold each
    row once. `rows` is how many rows the file has (None if only a scan can tell), `set_aside` those
    of them that have no place in `frame` because the file is damaged there.
    """

    table: str
    file: str
    path: Path
    frame: pl.LazyFrame
    raw: pl.LazyFrame
    rows: int | None = None
    set_aside: SetAside = NOTHING
    dropped: int = 0
    """Rows that are in neither, because the source itself says so (a mapping's `where`)."""
    line_of: Lines = row_is_line
    date_formats: Mapping[str, str] = field(default_factory=dict)
    """How dates are written, by column of the table (strptime's words); ISO where not said."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """What columns hold that tables.py does not know; by their type in `frame` where not said."""
    feeds: str = ""
    """A name under which other parts may take the typed rows of this one (see `finish`)."""
    takes: tuple[str, ...] = ()
    """What `finish` needs: names that parts feed, or tables that come before this one."""
    finish: Finish | None = None
    """Makes the final part of this one and what it takes: each a scan of the rows that fit."""
    told: tuple[Told, ...] = ()
    """Columns of the table that `frame` has only as places."""
    met: Met | None = None
    """What was taken of others, where `finish` knows about which rows it tells."""
    host: str = ""
    """A table before this one: each row here belongs to the row there that has the same id."""
    made: frozenset[str] = frozenset()
    """Columns that the reader made itself (ids, words, what codes stand for): clean, as they are.

    They are neither trimmed nor checked again, but for ids that are missing.
    """
    again: Callable[[], Part] | None = None
    """Makes the part anew, read with more care. Where it is set, a null `ROW` asks for that."""
    source: int = 0
    """Which of the sources it is of, counted from 0 by the builder."""
    notes: tuple[str, ...] = ()
    """Sentences for people: which lines of the file were not read as they seem."""


@dataclass(frozen=True)
class LookUp:
    """What became of the rows of a file that only says what codes or people in others mean.

    `rows` stand in the file; of them `replaced` were given anew later, `set_aside` could not be
    used.
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
    """Everything that a reader found. `notes` are sentences for people: what was taken for what."""

    parts: tuple[Part, ...]
    practice: str = ""
    as_at: date | None = None
    as_at_from: str = ""
    """Where `as_at` was read, in words for people."""
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """Sentences that a person must see before the index is used: the source is not the whole."""
    look_ups: tuple[LookUp, ...] = ()
    conflated: tuple[Conflated, ...] = ()
    """Words that the source cannot tell from others."""
    gaps: tuple[Gap, ...] = ()
    """What an index that is a source itself says was not told."""
    restrictions: tuple[Restriction, ...] = ()
    """Columns of which the source supplies rows with one word only."""
    questions: tuple[Question, ...] = ()
    """What the source leaves open and nobody has answered."""
