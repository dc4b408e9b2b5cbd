"""The entries of one group of columns: a row of one of our tables for each row of the export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from recordpick.csvio.rejects import ROW
from recordpick.index.note_topics import CENTURY, UNPROVEN_ORDER
from recordpick.index.readers.extract_file import is_degraded
from recordpick.index.readers.list_dates import DatesOfColumn
from recordpick.index.readers.report_exports import cell_values, vocabulary
from recordpick.index.readers.report_exports.grid import LINE, Grid
from recordpick.index.readers.report_exports.identity import BORN, PATIENT, WHY
from recordpick.index.readers.report_exports.layout import Group, Layout
from recordpick.index.source import Answers, Question
from recordpick.index.values import date_in_words
from recordpick.schema import TABLES
from recordpick.text import day_in_full

_MAY_BE_AHEAD = {
    ("appointments", "date"),
    ("recalls", "date"),
    ("medications", "review_on"),
    ("medications", "ended_on"),
}
_REPEATS = ("repeat", "repeat_dispensing", "automatic")


@dataclass
class Entries:
    """The entries of a group, as text: ROW, LINE, PATIENT and columns of the group's table.

    `rejected` are (line, reason, row); `without` is the number of rows that list a patient without
    an entry. `columns` are those that the export itself gives.
    """

    grid: Grid
    group: Group
    frame: pl.DataFrame
    rejected: pl.DataFrame
    without: int
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    repeated: int = 0
    """Rows that an earlier file has too, which were counted there."""

    @property
    def lists_only_one(self) -> str:
        """What says that it lists one of several entries, such as the latest; empty if nothing."""
        names = (self.group.name, self.grid.sheet, self.grid.path.stem)
        return next((name for name in names if vocabulary.lists_only_one(name)), "")

    @property
    def columns(self) -> list[str]:
        """The columns of the table that there are."""
        return [name for name in self.frame.columns if name not in {ROW, LINE, PATIENT, BORN}]


REJECTED = {"line": pl.Int64, "reason": pl.String, "row": pl.String}


def entries_of(
    grid: Grid, layout: Layout, rows: pl.DataFrame, as_at: date, answers: Answers
) -> list[Entries]:
    """Return the entries of each group of an export, from its rows with their patients."""
    places = [name for name in rows.columns if name.isdecimal()]
    rows = rows.with_columns(
        pl.concat_str([pl.col(at).fill_null("") for at in places], separator=",").alias("__row")
    )
    filled = [_has_entry(group, places, rows) for group in layout.groups]
    anywhere = rows.select(pl.any_horizontal(filled)).to_series()
    found = []
    for number, (group, has) in enumerate(zip(layout.groups, filled, strict=True)):
        own = rows.with_columns(_own_number_agrees(group, layout))
        is_entry = has & pl.col(WHY).is_null()
        is_rejected = has & pl.col(WHY).is_not_null()
        without = 0
        if number == 0:  # what is of no group is accounted for once
            is_rejected |= ~pl.lit(anywhere) & pl.col(WHY).is_not_null()
            without = own.filter(~pl.lit(anywhere) & pl.col(WHY).is_null()).height
        rejected = own.filter(is_rejected).select(
            pl.col(LINE).alias("line"), pl.col(WHY).alias("reason"), pl.col("__row").alias("row")
        )
        entries = Entries(grid, group, own.filter(is_entry), rejected, without)
        _read(entries, as_at, answers)
        found.append(entries)
    return found


def _has_entry(group: Group, places: list[str], rows: pl.DataFrame) -> pl.Expr:
    """Return where any cell that is read is filled, but for a word that says there is nothing."""
    own = [str(at) for at in group.columns.values() if str(at) in places]
    filled = pl.any_horizontal([pl.col(at).is_not_null() for at in own] or [pl.lit(value=False)])
    term = group.columns.get("term", group.columns.get("drug"))
    if term is None or str(term) not in rows.columns:
        return filled
    others = [pl.col(at).is_null() for at in own if at != str(term)]
    says_nothing = pl.col(str(term)).str.to_lowercase().is_in(vocabulary.nothing_words())
    return filled & ~(pl.all_horizontal(others or [pl.lit(value=True)]) & says_nothing)


def _own_number_agrees(group: Group, layout: Layout) -> pl.Expr:
    """Return WHY, with the reason where a joined row names two patients by their numbers."""
    number = layout.identity.get("number")
    if group.own_number is None or number is None:
        return pl.col(WHY)
    differ = pl.col(str(group.own_number)) != pl.col(str(number))
    return pl.coalesce(WHY, pl.when(differ).then(pl.lit("it has two patient numbers"))).alias(WHY)


def _read(entries: Entries, as_at: date, answers: Answers) -> None:
    """Read the cells of the entries as columns of their table."""
    group, raw = entries.group, entries.frame
    table = TABLES[group.kind.table]
    found: dict[str, pl.Series] = {}
    texts = {
        role: raw[str(at)] if str(at) in raw.columns else _nothing(raw.height)
        for role, at in group.columns.items()
    }
    for column in table.columns:
        if column.kind == "date" and column.name in texts:
            _read_days(entries, column.name, raw, found, as_at, answers)
    for role, text in texts.items():
        if role in found:
            continue
        for name, values in _read_texts(table.name, role, text, texts):
            found.setdefault(name, values)
    frame = raw.select(ROW, LINE, PATIENT, BORN).with_columns(
        values.alias(name) for name, values in found.items()
    )
    frame = _with_words(frame, entries, table.name)
    frame = _with_what_follows(frame, entries, as_at)
    for name, word in group.kind.fixed.items():
        frame = frame.with_columns(pl.lit(word).alias(name))
    order = [
        ROW,
        LINE,
        PATIENT,
        BORN,
        *(n for n in table.names if n in frame.columns and n != PATIENT),
    ]
    entries.frame = frame.select(order)


def _nothing(height: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, height)


def _read_days(
    entries: Entries,
    name: str,
    raw: pl.DataFrame,
    found: dict[str, pl.Series],
    as_at: date,
    answers: Answers,
) -> None:
    group, grid = entries.group, entries.grid
    place = group.columns[name]
    if str(place) not in raw.columns:
        found[name] = _nothing(raw.height)
        return
    theirs = grid.header[place]
    how = cell_values.how_dates_are_written(raw[str(place)])
    written = _order(entries, theirs, how, answers)
    ahead = (group.kind.table, name) in _MAY_BE_AHEAD
    read = cell_values.days(raw, str(place), BORN, written, as_at, may_be_ahead=ahead)
    found[name] = read["text"]
    short = int(read["is_short"].fill_null(value=False).sum())
    if short:
        entries.notes.append(
            f"{theirs}: {CENTURY} {short:,} years of two digits follows from the patients' "
            "dates of birth"
        )
    is_partial = read["precision"].is_in(["month", "year"]).any()
    if group.kind.table == "events" and name == "date" and is_partial:
        found["date_precision"] = read["precision"]
    if group.kind.table == "appointments" and name == "date" and "start_time" not in group.columns:
        times = raw.select(cell_values.time_of(pl.col(str(place)))).to_series()
        if times.count():
            found["start_time"] = times


def _order(entries: Entries, theirs: str, how: DatesOfColumn, answers: Answers) -> str:
    """Return how dates are written, as a person said it where the column does not prove it."""
    file = entries.grid.name
    written = how.written
    if how.example:
        question = _which_first(file, theirs, how)
        said = answers.to(question)
        if said is None:
            entries.questions.append(question)
        elif said is False:
            written = how.months_first().written
    if how.other_order:
        entries.notes.append(
            f"{theirs} mixes two orders of day and month: dates such as {how.other_order} do not "
            "fit the others and were left empty. Export it with one way of writing dates"
        )
    elif how.example:
        entries.notes.append(f"{theirs} was read as {date_in_words(written)}, {UNPROVEN_ORDER}")
    return written


def _which_first(file: str, theirs: str, how: DatesOfColumn) -> Question:
    from recordpick.index.date_columns import to_date

    text = pl.select(text=pl.lit(how.example))
    ways = [how.written, how.months_first().written]
    both = text.select(to_date(pl.col("text"), way).alias(way) for way in ways).row(0)
    first, second = map(day_in_full, both)
    return Question(
        "dates",
        file,
        theirs,
        f"{file}: the dates of {theirs} do not tell whether the day or the month comes first. "
        f"Is {how.example} {first}, or {second}?",
        first,
        second,
    )


def _read_texts(
    table: str, role: str, text: pl.Series, others: Mapping[str, pl.Series]
) -> Iterator[tuple[str, pl.Series]]:
    """Yield the columns that a column of texts gives, with their values."""
    frame = text.to_frame("text")
    cell = pl.col("text")
    if role in _SPLIT:
        yield from _SPLIT[role](frame, others)
    elif role == "unit" and "value" in others:
        return  # with the value
    elif role == "code_and_term" or (
        role == "code" and not _names_entry(others) and _are_mostly_two_words(text)
    ):
        code, term = cell_values.split_code_and_term(cell)
        split = frame.select(code=code, term=term)
        yield "code", split["code"]
        yield "drug" if table == "medications" else "term", split["term"]
    elif role == "term" and "code" not in others and "code_and_term" not in others:
        codes, terms = cell_values.split_certain_code(text)
        yield "term", terms
        if codes.count():
            yield "code", codes
    else:
        yield role, text


_Columns = Iterator[tuple[str, pl.Series]]


def _value(frame: pl.DataFrame, others: Mapping[str, pl.Series]) -> _Columns:
    value, unit, as_text = cell_values.split_value(pl.col("text"))
    split = frame.select(value=value, unit=unit, value_text=as_text)
    yield "value", split["value"]
    yield "value_text", split["value_text"]
    if "unit" in others:
        both = pl.DataFrame({"unit": others["unit"], "of_cell": split["unit"]})
        yield "unit", both.select(pl.coalesce("unit", "of_cell")).to_series()
    elif split["unit"].count():
        yield "unit", split["unit"]


def _quantity(frame: pl.DataFrame, others: Mapping[str, pl.Series]) -> _Columns:
    quantity, unit = cell_values.split_quantity(pl.col("text"))
    split = frame.select(quantity=pl.coalesce(quantity, "text"), unit=unit)
    yield "quantity", split["quantity"]
    if "unit" not in others and split["unit"].count():
        yield "unit", split["unit"]


def _name_dosage_quantity(frame: pl.DataFrame, _: Mapping[str, pl.Series]) -> _Columns:
    split = frame.select(**cell_values.split_name_dosage_quantity(pl.col("text")))
    yield from ((name, split[name]) for name in split.columns)


def _start_time(frame: pl.DataFrame, _: Mapping[str, pl.Series]) -> _Columns:
    time = pl.coalesce(cell_values.time_of(pl.col("text")), "text")
    yield "start_time", frame.select(time).to_series()


def _file_type(frame: pl.DataFrame, _: Mapping[str, pl.Series]) -> _Columns:
    ending = pl.col("text").str.to_lowercase().str.strip_chars(".")
    yield "file_type", frame.select(ending).to_series()


_SPLIT: Mapping[str, Callable[[pl.DataFrame, Mapping[str, pl.Series]], _Columns]] = {
    "value": _value,
    "quantity": _quantity,
    "name_dosage_quantity": _name_dosage_quantity,
    "start_time": _start_time,
    "file_type": _file_type,
}


def _names_entry(others: Mapping[str, pl.Series]) -> bool:
    return bool({"term", "drug", "code_and_term", "name_dosage_quantity"} & {*others})


def _are_mostly_two_words(texts: pl.Series) -> bool:
    """Return whether a column of codes has the terms in the same cells: a code has no blanks."""
    has_blank = texts.drop_nulls().str.contains(r"\S\s+\S")
    return 2 * int(has_blank.sum()) > len(has_blank)


def _with_words(frame: pl.DataFrame, entries: Entries, table: str) -> pl.DataFrame:
    """Put our words for theirs, where the column has words."""
    if "problem_status" in frame.columns and "significance" not in frame.columns:
        words = vocabulary.words_of(table, "significance")
        status = pl.col("problem_status").str.to_lowercase().str.replace_all("[^a-z0-9]", "")
        found = frame.select(
            status.replace_strict(words, default=None, return_dtype=pl.String)
        ).to_series()
        if found.count():
            frame = frame.with_columns(found.alias("significance"))
    for name in frame.columns:
        words = vocabulary.words_of(table, name) if name in TABLES[table].names else {}
        if words:
            frame = frame.with_columns(
                cell_values.our_words(pl.col(name), list(words.items())).alias(name)
            )
            column = TABLES[table].column(name)
            known = {*words.values(), *(column.words if column else ())}
            odd = frame[name].drop_nulls()
            odd = odd.filter(~odd.str.to_lowercase().is_in(list(known)))
            if len(odd):
                entries.notes.append(
                    f"{entries.grid.header[entries.group.columns[name]]}: {len(odd):,} words "
                    f"such as {odd[0]} are not known and were left empty"
                    if name in entries.group.columns
                    else f"{name}: words such as {odd[0]} are not known"
                )
    return frame


def _with_what_follows(frame: pl.DataFrame, entries: Entries, as_at: date) -> pl.DataFrame:
    """Add columns that follow for certain from those of the export."""
    table, group = entries.group.kind.table, entries.group
    columns = frame.columns
    if table == "events":
        if "term" not in columns and "code" not in columns and group.name:
            frame = frame.with_columns(pl.lit(group.name).alias("term"))
        if "term" in frame.columns:
            degraded = is_degraded(pl.col("term"))
            frame = frame.with_columns(degraded.cast(pl.String).alias("is_degraded"))
        if "kind" in group.kind.fixed and "ended_on" in columns and "problem_status" not in columns:
            status = pl.when(_is_over(as_at)).then(pl.lit("past")).otherwise(pl.lit("active"))
            frame = frame.with_columns(status.alias("problem_status"))
    if table == "medications" and "ended_on" in columns and "is_active" not in columns:
        is_repeat = pl.col("course").is_in(_REPEATS) if "course" in columns else pl.lit(value=False)
        has_end = pl.col("ended_on").is_not_null()
        active = (
            pl.when(_is_over(as_at))
            .then(pl.lit("no"))
            .when(has_end | is_repeat)
            .then(pl.lit("yes"))
        )
        frame = frame.with_columns(active.alias("is_active"))
    if table == "documents" and "file_name" in columns and "file_type" not in columns:
        ending = pl.col("file_name").str.extract(r"\.([A-Za-z0-9]{1,8})$", 1).str.to_lowercase()
        frame = frame.with_columns(ending.alias("file_type"))
    if table == "recalls" and "status" in columns and "is_complete" not in columns:
        done = pl.when(pl.col("status").is_not_null()).then(
            pl.when(pl.col("status") == "done").then(pl.lit("yes")).otherwise(pl.lit("no"))
        )
        frame = frame.with_columns(done.alias("is_complete"))
    return frame


def _is_over(as_at: date) -> pl.Expr:
    """Return where the end is on the as-at date or before: an ISO day as text."""
    is_day = pl.col("ended_on").str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    return (is_day & (pl.col("ended_on") <= as_at.isoformat())).fill_null(value=False)
