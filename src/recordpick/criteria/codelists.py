"""Codelists: CSV files with the columns code and term, or a few codes within a pack.

The codelists that a pack's rules use: from the pack itself, or from files beside it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from recordpick.criteria.list_columns import is_total
from recordpick.criteria.pack import CODELISTS_FOLDER, Codelist
from recordpick.criteria.problems import (
    Problems,
    did_you_mean,
    first_invisible,
    listed,
    name_of_character,
    shown,
)
from recordpick.criteria.snomed_codes import looks_rounded
from recordpick.criteria.toml_positions import TomlPath
from recordpick.criteria.toml_values import Values
from recordpick.csvio.records import DELIMITERS, Row, UnreadableRowError, rows_of
from recordpick.errors import UserError
from recordpick.identifiers import ERROR, INVISIBLE
from recordpick.resources import criteria_folder

FILE_AT_MOST = 20 * 1024 * 1024
CODES_AT_MOST = 500_000
CODE_LENGTH = 100

_NAME = re.compile(r"[a-z0-9_-]{1,60}")
# What programs and people put around codes, or into them.
_DRESSED = re.compile(
    r"""\A[='\u2018\u2019]               # '59621000, ="59621000"
      | ["|;\s]                         # 59621000 |Hypertension|, 5962 1000
      | \A[0-9]{6,}\.0+\Z               # 59621000.0
      | \A[1-9][0-9]{0,2}(,[0-9]{3})+\Z # 59,621,000
      | \A[?_]+[0-9]{6} | [0-9]{6}[?_]+\Z  # what an old encoding made of an invisible character
    """,
    re.VERBOSE,
)
_USED = ("code", "term")
_LIKE_A_CODE = re.compile(r"[0-9]{6,18}")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


def is_safe_name(name: str) -> bool:
    """Whether a name can be a file's, here and on Windows, and cannot be a path."""
    return _NAME.fullmatch(name) is not None and name not in _DEVICES


def file_name(name: str) -> str:
    """The name under which a codelist's file stands in `Pack.files`."""
    return f"{CODELISTS_FOLDER}/{name}.csv"


def codelist_from_csv(name: str, text: str, problems: Problems) -> Codelist | None:
    """Read the text of a codelist's file; None, and its problems noted, if it is not sound."""
    file = file_name(name)
    if (reason := reason_not_filled(text)) is not None:
        problems.note(f"The codelist is not filled: {reason}.", file=file)
        return Codelist(name, (), not_filled=reason)
    try:
        read = _with_header(text)
    except UnreadableRowError as error:
        problems.add(str(error), at=error.line, file=file)
        return None
    if read.unused:
        columns = "A column is" if len(read.unused) == 1 else f"{len(read.unused)} columns are"
        problems.note(
            f"{columns} not used: {listed(read.unused, last='and')}.", at=read.line, file=file
        )
    terms: dict[str, str] = {}
    sound = True
    for line, cells in read.rows:
        code, term = read.code_of(cells), read.term_of(cells)
        problem = read.problem_with_row(cells) or problem_with(code, term)
        if problem:
            sound = False
            problems.add(problem, at=line, file=file)
            continue
        if len(cells) < read.width:
            problems.note(
                f"The row has fewer cells ({len(cells)}) than the header has columns "
                f"({read.width}): check that {shown(code)} is its code.",
                at=line,
                file=file,
            )
        known = terms.get(code, "")
        if term and known and term.casefold() != known.casefold():
            problems.note(
                f"The code {code} is there with another term before: '{shown(known)}' and "
                f"'{shown(term)}'. If it is not one thing with two names, one of the codes is "
                "wrong.",
                at=line,
                file=file,
            )
        terms[code] = known or term
    if sound and not terms:
        problems.add("The codelist is empty; a rule with it would find nobody.", file=file)
    elif len(terms) > CODES_AT_MOST:
        problems.add(f"There are {len(terms):,} codes and may be {CODES_AT_MOST:,}.", file=file)
    else:
        return codelist_of(name, terms) if sound else None
    return None


NOT_FILLED = "not_filled"
"""The header of the file of a list that has no codes because no source had them."""


def not_filled_csv(reason: str) -> str:
    """Return the text of the file of a list that could not be filled, and why."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[NOT_FILLED], [" ".join(reason.split())]])
    return out.getvalue()


def reason_not_filled(text: str) -> str | None:
    """Return why a list was not filled; None for the text of a list with codes."""
    if not text.startswith(NOT_FILLED):
        return None
    rows = [row for row in csv.reader(text.splitlines()) if row]
    if rows[:1] != [[NOT_FILLED]] or len(rows) > 2:
        return None
    return (rows[1][0].strip() if len(rows) == 2 else "") or "its source had no codes for it"


def codelist_of(name: str, terms: Mapping[str, str]) -> Codelist:
    """Make a codelist of codes and their terms, some of which may be empty."""
    return Codelist(name, tuple(terms), {code: term for code, term in terms.items() if term})


@dataclass(frozen=True)
class _Rows:
    """The rows of a codelist's file below its header, which is on `line`.

    `width` counts the columns up to the last that has a name; a row has `cells` at the most.
    """

    line: int
    names: list[str]
    rows: list[Row]
    cells: int

    @cached_property
    def width(self) -> int:
        return max(place for place, name in enumerate(self.names, 1) if name)

    @cached_property
    def needed(self) -> int:
        """How many cells a row has at least: those up to its code and its term."""
        return max(place for place, name in enumerate(self.names, 1) if name in _USED)

    @property
    def unused(self) -> list[str]:
        return [f'"{shown(name)}"' for name in self.names if name and name not in _USED]

    def code_of(self, cells: Sequence[str]) -> str:
        return _cell(cells, self.names.index("code"))

    def term_of(self, cells: Sequence[str]) -> str:
        return _cell(cells, self.names.index("term")) if "term" in self.names else ""

    def problem_with_row(self, cells: Sequence[str]) -> str:
        """Return why the cells of a row cannot be told apart; "" if they can."""
        beyond = [place for place, cell in enumerate(cells, 1) if cell and place > self.width]
        if beyond or len(cells) > self.cells or len(cells) < self.needed:
            compared = "fewer" if len(cells) < self.needed else "more"
            return (
                f"The row has {compared} cells ({max(beyond, default=len(cells))}) than the "
                f"header has columns ({self.width}), so that its code may be something else: put a "
                "text with the delimiter in it into double quotes."
            )
        code = self.code_of(cells)
        if code.casefold() in _USED:
            return "The header is repeated here, with its columns in another order."
        others = [cell for cell in cells if cell != code and _LIKE_A_CODE.fullmatch(cell)]
        if others and not re.search("[0-9]", code):
            return (
                f"'{shown(code)}' does not look like a code, and '{shown(others[0])}' in another "
                "column does: put a text with the delimiter in it into double quotes."
            )
        return ""


def _with_header(text: str) -> _Rows:
    """Return the rows, by the delimiter under which there is a header."""
    for delimiter in DELIMITERS:
        rows: list[Row] = []
        for row in rows_of(text, delimiter):
            if not rows and "code" not in _names(row[1]):
                break
            rows.append(row)
        if rows:
            return _below(rows)
    raise UnreadableRowError(1, "The first row must name the columns code and term.")


def _below(rows: list[Row]) -> _Rows:
    line, header = rows[0]
    names = _names(header)
    for name in _USED:
        if names.count(name) > 1:
            raise UnreadableRowError(
                line, f"The header names the column {name} twice; leave one of them."
            )
    body = [row for row in rows[1:] if _names(row[1]) != names]
    # a delimiter at the end of every row is one too many, and not one within a text
    sizes = {len(cells) for _, cells in body}
    return _Rows(line, names, body, max(len(header), *sizes) if len(sizes) == 1 else len(header))


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.casefold() for cell in cells]


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _is_no_code(code: str, term: str) -> str:
    """Return why a text can be no code of any system; "" if it can."""
    if re.fullmatch(ERROR, code):
        return f"'{shown(code)}' is an error of a spreadsheet's formula; write the code instead."
    if not code[0].isdecimal() and is_total([code, term]):
        return f"'{shown(code)}' is a total and no code; take the row out."
    if not code.isascii() and re.search("[^\0-~]", re.sub(INVISIBLE, "", code)):
        return (
            f"'{shown(code)}' has digits of full width or letters that no code has, and would find "
            "nobody; type it anew."
        )
    return ""


def problem_with(code: str, term: str) -> str:
    """Return what is wrong with a code or its term; "" if nothing is."""
    if not code:
        return "The row has no code."
    if len(code) > CODE_LENGTH:
        return f"The code {shown(code)} is longer than {CODE_LENGTH} characters."
    if looks_rounded(code):
        return (
            f"'{shown(code)}' is a code that a spreadsheet has rounded; make the list again with "
            "the column as text."
        )
    if _DRESSED.search(code):
        return (
            f"'{shown(code)}' has more in it than a code (an apostrophe, a blank, a decimal, a "
            "term between bars), and would find nobody; leave the code alone in its column."
        )
    return _is_no_code(code, term) or _hides_something(code, term)


def _hides_something(code: str, term: str) -> str:
    """Return which character of a code or term cannot be seen; "" if all can."""
    for what, text in (("code", code), ("term", term)):
        hidden = first_invisible(text)
        if hidden is not None:
            return (
                f"The {what} {shown(text)} has the character {name_of_character(hidden)} in it, "
                "which cannot be seen; take it out."
            )
    return ""


def shipped_codelists(names: Iterable[str]) -> dict[str, Codelist]:
    """Return those of the named codelists that come with recordpick, by name."""
    found: dict[str, Codelist] = {}
    for name in names:
        path = criteria_folder() / CODELISTS_FOLDER / f"{name}.csv"
        if is_safe_name(name) and path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            found[name] = codelist_of(name, {row["code"]: row["term"] for row in rows})
    return found


FindCodelist = Callable[[str], str | None]
"""Returns the text of the codelist file of that name, None if absent; may raise UserError."""


class PackCodelists:
    """Loads each codelist once; `loaded` and `files` hold what was found."""

    def __init__(self, inline: Values, find: FindCodelist, problems: Problems) -> None:
        self._find = find
        self._problems = problems
        self._requested: set[str] = set()
        self.loaded: dict[str, Codelist] = {}
        self.files: dict[str, str] = {}
        for name in inline.items():
            self._requested.add(name)
            if not is_safe_name(name):
                inline.problem(_unsafe(name), name)
            else:
                self._inline(name, inline.table(name))

    def ask(self, name: str, at: TomlPath, criterion: str) -> None:
        """Load the codelist that a rule names; a failure is recorded the first time only."""
        if name in self._requested:
            return
        self._requested.add(name)
        try:
            text = self._find(name) if is_safe_name(name) else None
        except UserError as error:
            self._problems.add(str(error), at=at, criterion=criterion)
            return
        if text is not None:
            self.files[file_name(name)] = text
            codelist = codelist_from_csv(name, text, self._problems)
            if codelist is not None:
                self.loaded[name] = codelist
            return
        message = _unsafe(name) if not is_safe_name(name) else self._missing(name)
        self._problems.add(message, at=at, criterion=criterion)

    def _missing(self, name: str) -> str:
        guess = did_you_mean(name, self.loaded)
        return (
            f"There is no codelist '{name}': neither [codelist.{name}] in the pack nor {name}.csv "
            f"in the folder {CODELISTS_FOLDER} beside it{guess or '.'}"
        )

    def _inline(self, name: str, values: Values) -> None:
        values.only(("codes",), "a key of a codelist")
        terms = _terms(values)
        if not terms:
            if terms is not None:
                values.problem("The codelist is empty; a rule with it would find nobody.")
            return
        problems = [problem_with(code, term) for code, term in terms.items()]
        for problem in filter(None, problems):
            values.problem(problem, "codes")
        if not any(problems):
            self.loaded[name] = codelist_of(name, terms)


def _unsafe(name: str) -> str:
    return (
        f"'{shown(name)}' cannot be a codelist's name, which has up to 60 small letters, digits, "
        "'-' and '_'."
    )


def _terms(values: Values) -> dict[str, str] | None:
    """Return the codes of an inline codelist with their terms; None, and a problem, if invalid."""
    codes: Any = values.items().get("codes")
    if isinstance(codes, list):
        codes = dict.fromkeys(codes, "") if all(isinstance(code, str) for code in codes) else None
    if not isinstance(codes, dict) or not all(isinstance(term, str) for term in codes.values()):
        values.problem(
            'codes must be a list of codes as texts, ["…", "…"], or a table of codes and terms.',
            "codes",
        )
        return None
    return {code.strip(): term.strip() for code, term in codes.items()}
