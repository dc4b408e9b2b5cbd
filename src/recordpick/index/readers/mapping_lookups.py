"""Look-up files of a mapping: columns added to the rows of a table's file, joined by a key.

For example the concept of a code (OMOP), a medical dictionary (CPRD), or who has died. A row of the
table remains one row: a key that is twice in the look-up file with different values is an error,
and rows without a match have empty columns, and are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.csvio.scan import TableFile
from recordpick.errors import UserError
from recordpick.index.readers.mapping_values import ColumnValue
from recordpick.index.source import LookUp
from recordpick.index.values import trimmed
from recordpick.sanitize import visible

_KEY, _MATCH = "__key", "__match"
_SOME = 3


@dataclass(frozen=True)
class MappedLookUp:
    """One `[[table.look_up]]`: a file, its column with the key, and what matches it."""

    location: str
    name: str
    file: str
    key: str
    match: ColumnValue
    delimiter: str | None = None
    headers: tuple[tuple[str, ...], ...] = ()
    has_header: bool = True

    def own(self, names: Sequence[str]) -> dict[str, str]:
        """Return the columns of the look-up file among some names: "concept.term" is its "term"."""
        start = f"{self.name}."
        return {name: name.removeprefix(start) for name in names if name.startswith(start)}


@dataclass
class LookedUp:
    """A table's file with the columns of its look-up files, and the row counts of those."""

    frame: pl.LazyFrame
    columns: list[str]
    notes: list[str] = field(default_factory=list)
    accounts: list[LookUp] = field(default_factory=list)

    def join(self, file: str, look_up: MappedLookUp, files: Sequence[TableFile]) -> None:
        """Join with the files of a look-up; UserError where a key has two meanings."""
        _check_columns(look_up, self.columns, files)
        match = look_up.match.expression()
        wanted = (
            self.frame.select(match.alias(_KEY))
            .drop_nulls()
            .group_by(_KEY)
            .len()
            .collect(engine="streaming")
        )
        names = {f"{look_up.name}.{name}": name for name in files[0].columns}
        found = pl.concat(
            [
                one.frame.select(
                    trimmed(pl.col(look_up.key)).alias(_KEY),
                    *(trimmed(pl.col(own)).alias(name) for name, own in names.items()),
                )
                .join(wanted.lazy().select(_KEY), on=_KEY, how="semi")
                .collect(engine="streaming")
                for one in files
            ]
        ).unique(maintain_order=True)
        _check_once(look_up, found, files)
        missing = wanted.join(found, on=_KEY, how="anti")
        if missing.height:
            some = ", ".join(visible(key) for key in missing[_KEY].sort().head(_SOME))
            self.notes.append(
                f"{file}: {missing['len'].sum():,} rows have a key that {look_up.file} does not "
                f"have (such as {some}): its columns are empty there."
            )
        self.frame = (
            self.frame.with_columns(match.alias(_MATCH))
            .join(found.lazy(), left_on=_MATCH, right_on=_KEY, how="left", maintain_order="left")
            .drop(_MATCH)
        )
        self.columns += names

    def account(self, look_up: MappedLookUp, files: Sequence[TableFile]) -> None:
        """Count the rows of a look-up's files."""
        self.accounts += [
            LookUp(
                what=look_up.name,
                file=one.path.name,
                path=one.path,
                rows=one.rows + one.rejects.height,
                rejects=one.rejects,
                notes=one.notes,
            )
            for one in files
        ]


def _check_columns(look_up: MappedLookUp, known: Sequence[str], files: Sequence[TableFile]) -> None:
    wrong = [
        f"{look_up.location}, match: there is no column {name}. Known are {', '.join(known[:30])}."
        for name in look_up.match.needs
        if name not in known
    ]
    for one in files:
        if look_up.key not in one.columns:
            wrong.append(
                f"{look_up.location}, key: {one.path.name} has no column {look_up.key}. Its "
                f"columns are {', '.join(one.columns[:30])}."
            )
        elif one.doubled:
            wrong.append(
                f"{look_up.location}: {one.path.name} has {min(one.doubled)} twice in its header. "
                "Name the columns with headers = [...]."
            )
        if one.columns != files[0].columns:
            wrong.append(
                f"{look_up.location}, file: {files[0].path.name} and {one.path.name} have "
                "different columns."
            )
    if any(name.startswith(f"{look_up.name}.") for name in known):
        wrong.append(
            f"{look_up.location}, name: there already are columns called {look_up.name}.…."
        )
    if wrong:
        raise UserError.of(wrong)


def _check_once(look_up: MappedLookUp, found: pl.DataFrame, files: Sequence[TableFile]) -> None:
    """Raise UserError for a key with several meanings: it is unknown which is right."""
    twice = found.filter(pl.col(_KEY).is_duplicated())
    if twice.is_empty():
        return
    key = twice[_KEY][0]
    where = []
    for one in files:
        rows = one.frame.filter(trimmed(pl.col(look_up.key)) == key).select(ROW).collect()[ROW]
        where += [f"{one.path.name}, line {line:,}" for line in one.line_of(rows.to_list())]
    raise UserError(
        f"{look_up.location}, key: {look_up.key} {visible(key)} is repeated with "
        f"different values ({'; '.join(where[:_SOME])}), as are {twice[_KEY].n_unique() - 1:,} "
        "others. It is unknown which is right: remove the others."
    )
