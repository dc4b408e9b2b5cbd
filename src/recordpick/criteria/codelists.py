"""Codelists: CSV files with the columns code and term, or a few codes within a pack."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from recordpick.criteria.csv_text import DELIMITERS, Row, UnreadableRowError, rows_of
from recordpick.criteria.pack import Codelist
from recordpick.criteria.problems import Problems
from recordpick.criteria.rounded_codes import looks_rounded
from recordpick.criteria.wording import first_invisible, name_of_character, shown

FOLDER = "codelists"
"""Where codelists lie: a folder of this name beside the pack."""
FILE_AT_MOST = 20 * 1024 * 1024
CODES_AT_MOST = 500_000
CODE_LENGTH = 100

_NAME = re.compile(r"[a-z0-9_-]{1,60}")
# What programs and people put around codes: '59621000, 59621000.0, 59621000 |Hypertension|.
_DRESSED = re.compile(r"\A'|\A[0-9]{6,}\.0+\Z|\|")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


def is_safe_name(name: str) -> bool:
    """Whether a name can be a file's, here and on Windows, and cannot be a path."""
    return _NAME.fullmatch(name) is not None and name not in _DEVICES


def file_name(name: str) -> str:
    """The name under which a codelist's file stands in `Pack.files`."""
    return f"{FOLDER}/{name}.csv"


def codelist_from_csv(name: str, text: str, problems: Problems) -> Codelist | None:
    """Read the text of a codelist's file; None, and its problems noted, if it is not sound."""
    file = file_name(name)
    try:
        rows = _with_header(text)
    except UnreadableRowError as error:
        problems.add(str(error), at=error.line, file=file)
        return None
    terms: dict[str, str] = {}
    sound = True
    for line, code, term in rows:
        problem = problem_with(code, term)
        if problem:
            sound = False
            problems.add(problem, at=line, file=file)
        elif not terms.get(code):
            terms[code] = term
    if sound and not terms:
        problems.add("The codelist is empty; a rule with it would find nobody.", file=file)
    elif len(terms) > CODES_AT_MOST:
        problems.add(f"There are {len(terms):,} codes and may be {CODES_AT_MOST:,}.", file=file)
    else:
        return codelist_of(name, terms) if sound else None
    return None


def codelist_of(name: str, terms: Mapping[str, str]) -> Codelist:
    """Make a codelist of codes and their terms, some of which may be empty."""
    return Codelist(name, tuple(terms), {code: term for code, term in terms.items() if term})


def _with_header(text: str) -> list[tuple[int, str, str]]:
    """The line, code and term of each row, by the delimiter under which there is a header."""
    for delimiter in DELIMITERS:
        rows: list[Row] = []
        for row in rows_of(text, delimiter):
            if not rows and "code" not in _names(row[1]):
                break
            rows.append(row)
        if rows:
            names = _names(rows[0][1])
            code = names.index("code")
            term = names.index("term") if "term" in names else None
            return [
                (line, _cell(cells, code), "" if term is None else _cell(cells, term))
                for line, cells in rows[1:]
            ]
    raise UnreadableRowError(1, "The first row must name the columns code and term.")


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.casefold() for cell in cells]


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def problem_with(code: str, term: str) -> str:
    """Say what is wrong with a code or its term; "" if nothing is."""
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
            f"'{shown(code)}' has more in it than a code (an apostrophe, a decimal, a term between "
            "bars), and would find nobody; leave the code alone in its column."
        )
    for what, text in (("code", code), ("term", term)):
        hidden = first_invisible(text)
        if hidden is not None:
            return (
                f"The {what} {shown(text)} has the character {name_of_character(hidden)} in it, "
                "which cannot be seen; take it out."
            )
    return ""
