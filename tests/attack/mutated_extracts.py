"""Extracts and lists that were damaged on the way: no value of one patient reaches another.

The check is independent of the readers. Every value in the sources of small_sources.py says whose
it is, so a row of the index must hold values of one patient only. Where a row has values of two,
there must be a line in the damaged files that itself has both, with the patient's number at its
place: two lines that were joined into one which nobody can tell from another row. That the number
is at its place is certain where the line has as many fields as a row, or where all values up to the
number are those of a line as it was.
"""

from __future__ import annotations

import codecs
import csv
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path

import polars as pl

from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import PracticeIndex

from .registry import attack
from .small_sources import NUMBERS, SOURCES, Source, nhs_number, patient_number

PIECES = (
    *(b'"', b'""', b'",', b',"', b"\x00", b"\n", b"\r", b"\r\n", b",", b",,", b";", b"\t", b"|"),
    *(b"\xff", b"\x81", b"\xc3\xa9", b"\xef\xbb\xbf", b"\xe2\x80\x8b", b"\xc2\xa0", b"'", b" "),
    *(b"2020-02-30", b"9" * 40, b"NaN", b"TRUE", b"{", b"=", b"E+06", b".0", b"x" * 3_000, b"\\"),
)
DRESSES = (
    *('="{}"', "'{}", "{}.0", " {} ", "{}\u200b", "\u202a{}", "00{}", '"{}', "{}\n", "({})"),
    *("{}E+06", "{},000", "#REF!", "NULL", "{}\r\n", "\ufeff{}", "{}\x00"),
)
_MARK = re.compile(r"zq(\d)z\d")
Files = dict[str, bytes]
Rows = list[list[str]]


@cache
def source_named(name: str) -> Source:
    """Return a source, made once."""
    return SOURCES[name]()


# ------------------------------------------------------------------ damage to rows and bytes


def dressed(rows: Rows, chance: random.Random) -> None:
    """Write a value as a spreadsheet or a copying program might."""
    row = chance.choice(rows)
    at = chance.randrange(len(row))
    row[at] = chance.choice(DRESSES).format(row[at])


def cell_lost(rows: Rows, chance: random.Random) -> None:
    """Leave a value out of a row, so that all behind it slip."""
    row = chance.choice(rows)
    del row[chance.randrange(len(row))]


def cell_added(rows: Rows, chance: random.Random) -> None:
    """Put one in, or a value twice."""
    row = chance.choice(rows)
    at = chance.randrange(len(row))
    row.insert(at, chance.choice([row[at], "", "x"]))


def cells_slip(rows: Rows, chance: random.Random) -> None:
    """Leave one out and put one in elsewhere: the row is as wide as before."""
    row = chance.choice(rows)
    lost = row.pop(chance.randrange(len(row)))
    row.insert(chance.randrange(len(row) + 1), chance.choice(["", lost]))


def cells_emptied(rows: Rows, chance: random.Random) -> None:
    """Empty some values of a row."""
    row = chance.choice(rows)
    for at in range(len(row)):
        if chance.random() < 0.3:
            row[at] = ""


def column_lost(rows: Rows, chance: random.Random) -> None:
    """Leave a column out of every row."""
    at = chance.randrange(len(rows[0]))
    for row in rows:
        del row[at : at + 1]


def column_twice(rows: Rows, chance: random.Random) -> None:
    """Write a column twice."""
    at = chance.randrange(len(rows[0]))
    for row in rows:
        row[at:at] = row[at : at + 1]


def columns_reversed(rows: Rows, chance: random.Random) -> None:
    """Write the columns in another order."""
    order = list(range(len(rows[0])))
    if chance.random() < 0.5:
        chance.shuffle(order)
    else:
        order.reverse()
    for row in rows:
        if len(row) == len(order):
            row[:] = [row[at] for at in order]


def header_cell_lost(rows: Rows, chance: random.Random) -> None:
    """Leave a name out of the header (in a file without one: a value of the first row)."""
    del rows[0][chance.randrange(len(rows[0]))]


def header_again(rows: Rows, chance: random.Random) -> None:
    """Write the first line again somewhere, as where files were put one behind the other."""
    rows.insert(chance.randrange(1, len(rows) + 1), list(rows[0]))


def header_gone(rows: Rows, chance: random.Random) -> None:
    """Leave the first line out."""
    del rows[0]


def row_again(rows: Rows, chance: random.Random) -> None:
    """Write a row twice, the second time perhaps with an empty value."""
    row = list(chance.choice(rows))
    if chance.random() < 0.5:
        row[chance.randrange(len(row))] = ""
    rows.insert(chance.randrange(len(rows) + 1), row)


def rows_shuffled(rows: Rows, chance: random.Random) -> None:
    """Write the rows in another order, the header where it was."""
    rest = rows[1:]
    chance.shuffle(rest)
    rows[1:] = rest


ROW_DAMAGE: tuple[Callable[[Rows, random.Random], None], ...] = (
    *(dressed, dressed, cell_lost, cell_lost, cell_added, cell_added, cells_slip, cells_emptied),
    *(column_lost, column_twice, columns_reversed, header_cell_lost, header_again, header_gone),
    *(row_again, rows_shuffled),
)


def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def cut_out(data: bytes, chance: random.Random) -> bytes:
    """Leave a part out: a line may go on with the end of another."""
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice([1, 2, 10, 60, 400]) :]


def inserted(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(PIECES) + data[at:]


def replaced(data: bytes, chance: random.Random) -> bytes:
    at, piece = chance.randrange(len(data)), chance.choice(PIECES)
    return data[:at] + piece + data[at + len(piece) :]


def twice(data: bytes, chance: random.Random) -> bytes:
    return data + data


def another_delimiter(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b",", chance.choice([b";", b"\t", b"|", b", ", b" ,"]))


def other_line_ends(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\r\n", chance.choice([b"\n", b"\r", b"\r\r\n", b"\n\n", b"\r\n\r\n"]))


def another_encoding(data: bytes, chance: random.Random) -> bytes:
    decoded = data.decode("cp1252", "replace")
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    encoding = chance.choice(["utf-16-le", "utf-16-be", "utf-8-sig", "utf-16-le"])
    return marks.get(encoding, b"") + decoded.encode(encoding)


BYTE_DAMAGE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(cut_off, cut_out, cut_out, inserted, inserted, inserted, replaced, replaced, twice),
    *(another_delimiter, other_line_ends, another_encoding),
)


def damaged(source: Source, chance: random.Random) -> tuple[Files, str]:
    """Return the files of a source with one to three kinds of damage, and what the first was."""
    files = {one.name: one.content() for one in source.files}
    names = []
    for _ in range(chance.choice([1, 1, 2, 3])):
        one = chance.choice(source.files)
        if one.name not in files or not files[one.name]:
            continue
        if chance.random() < 0.5 and not names:
            damage = chance.choice(ROW_DAMAGE)
            rows = [list(row) for row in one.rows]
            damage(rows, chance)
            files[one.name] = one.content(rows)
        elif chance.random() < 0.06 and not source.is_list:
            damage = misplaced
            misplaced(files, one.name, chance)
        else:
            damage = chance.choice(BYTE_DAMAGE)
            files[one.name] = damage(files[one.name], chance)
        names.append(damage.__name__.replace("_", " "))
    return files, names[0] if names else "nothing"


def misplaced(files: Files, name: str, chance: random.Random) -> None:
    """Lose a file, or exchange the contents of two."""
    if chance.random() < 0.5:
        del files[name]
    else:
        other = chance.choice(sorted(files))
        files[name], files[other] = files[other], files[name]


# ------------------------------------------------------------------ the check


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a damaged file as it is by itself: its text, and whose its number is."""

    text: str
    owner: int | None


def _lines(source: Source, files: Files) -> Iterator[Line]:
    """Give each line that is as wide as a row, or begins as a whole one, with its own owner."""
    for one in source.files:
        if one.owner < 0 or one.name not in files:
            continue
        lines = _decoded(files[one.name]).splitlines()
        for delimiter in ",;\t|":
            width, at = len(one.rows[-1]), one.owner
            for raw in lines:
                fields = next(csv.reader([raw.replace("\0", "")], delimiter=delimiter), [])
                if one.owner_name and fields.count(one.owner_name) == 1:
                    # A header: the columns may be in another order than they were.
                    width, at = len(fields), fields.index(one.owner_name)
                elif len(fields) == width or (at == one.owner and one.begins(fields)):
                    yield Line(raw, _owner(source, fields[at]))


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _owner(source: Source, value: str) -> int | None:
    digits = re.sub(r"[^0-9A-Fa-f-]", "", value.removesuffix(".0"))
    return source.owners.get(digits, source.owners.get(digits.lstrip("0")))


def _evidence(row: dict[str, object], day: str) -> Iterator[tuple[int, str]]:
    """Give whose each value of a row is, and how a file writes it."""
    for column, value in row.items():
        if column == "nhs_number" and value is not None:
            yield from ((k, str(value)) for k in NUMBERS if nhs_number(k) == value)
        elif isinstance(value, date) and (1950 <= value.year < 1958 or 2010 <= value.year < 2018):
            yield value.year % 10, value.strftime(day)
        elif isinstance(value, str) and (found := _MARK.search(value)):
            yield int(found[1]), found[0]


def check(source: Source, files: Files, index: PracticeIndex) -> int:
    """Fail if a row has another patient's value; return how many rows were looked at."""
    by_number = {patient_number(k): k for k in NUMBERS}
    lines: list[Line] | None = None
    rows = 0
    for table in index.manifest.tables:
        frame = index.scan(table).collect()
        if "patient_id" not in frame.columns:
            continue
        words = [name for name, kind in frame.schema.items() if kind not in {pl.String, pl.Date}]
        for row in frame.cast(dict.fromkeys(words, pl.String)).iter_rows(named=True):
            rows += 1
            evidence = list(_evidence(row, source.day))
            # A number that is nobody's is a damaged one: then its values must be of one patient.
            owner = by_number.get(row["patient_id"], evidence[0][0] if evidence else None)
            for k, written in evidence:
                if k == owner:
                    continue
                if lines is None:
                    lines = list(_lines(source, files))
                assert any(line.owner == owner and written in line.text for line in lines), (
                    f"{table}: patient {row['patient_id']} has {written!r} of patient {k}: {row}"
                )
    return rows


def check_counts(index: PracticeIndex) -> None:
    """Fail unless every row read is indexed, rejected or deleted."""
    for one in index.manifest.files:
        found = one.rows_indexed + one.rows_rejected + one.rows_deleted
        assert one.rows_read == found, f"{one.file}: {one.rows_read} read, {found} accounted for"


def mutate(name: str, folder: Path, chance: random.Random) -> str:
    """No row reaches another patient, every row is accounted for, or it is refused in words."""
    source = source_named(name)
    files, what = damaged(source, chance)
    place = folder / "source"
    place.mkdir()
    for file, content in files.items():
        (place / file).write_bytes(content)
    path = place / source.files[0].name if source.is_list else place
    try:
        index = build_index([path], folder / "index")
    except UserError:
        return "refused"
    check_counts(index)
    return f"indexed after: {what}" if check(source, files, index) else "indexed, with no rows"


for _name in SOURCES:
    attack(
        f"mutated-{_name}",
        f"{_name}: files damaged by chance; no value may reach another patient",
        quick=3,
    )(partial(mutate, _name))
