"""Type checking of conditions: nodes are built here from parts whose kinds fit together.

Each function returns a node of `ast`, or raises a UserError that names the part which does not fit
and says what to write. The patterns of LIKE, and texts compared with columns that have a closed
vocabulary, are checked too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from recordpick.criteria.conditions import ast as n
from recordpick.criteria.problems import capital, did_you_mean, listed, shown
from recordpick.errors import UserError
from recordpick.schema import KIND_WORDS, Kind

MAX_ITEMS = 500
"""How many items a list after IN may have."""
_MAX_DAYS = 200 * 366
_MONTHS = {"YEAR": 12, "MONTH": 1}
_DAYS = {"WEEK": 7, "DAY": 1}
_NUMBERS: tuple[Kind, ...] = ("integer", "number")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def describe(node: n.Node) -> str:
    """Name a node and its kind for a message: `'age' (a whole number)`."""
    if isinstance(node, n.Column):
        return f"'{node.name}' ({KIND_WORDS[node.kind]})"
    if isinstance(node, n.Constant) and node.kind == "text":
        return f"the text '{shown(node.value)}'"
    if isinstance(node, n.Constant) and node.kind in _NUMBERS:
        return f"the number {node.value}"
    if isinstance(node, n.AsAt):
        return ":as_at (a date)"
    if isinstance(node, n.Function):
        return f"{node.name.split()[0]}(…) ({KIND_WORDS[node.kind]})"
    return KIND_WORDS[node.kind]


def _check_kind(node: n.Node, kinds: tuple[Kind, ...], what: str) -> None:
    """Refuse a node of another kind: `what` says what is right."""
    if node.kind not in kinds:
        raise UserError(f"{what}, not {describe(node)}.")


# Values


def number(digits: str) -> n.Constant:
    """Return a number written in the condition; an integer if it has no point."""
    if "." in digits:
        return n.Constant("number", float(digits))
    return n.Constant("integer", int(digits))


def day(text: str) -> n.Constant:
    """Return a date written in the condition as YYYY-MM-DD."""
    if _ISO_DATE.fullmatch(text):
        try:
            return n.Constant("date", date.fromisoformat(text))
        except ValueError:
            pass
    raise UserError(
        f"'{shown(text)}' is not a date; a date is written DATE 'YYYY-MM-DD', such as "
        "DATE '2024-03-31'."
    )


def minus(of: n.Node) -> n.Node:
    """Return minus a number."""
    _check_kind(of, _NUMBERS, "A minus sign goes only before a number")
    if isinstance(of, n.Constant):
        assert isinstance(of.value, int | float)
        return n.Constant(of.kind, -of.value)
    return n.Negative(of, of.kind)


def arithmetic(sign: n.SumSign | n.ProductSign, left: n.Node, right: n.Node) -> n.Node:
    """Return a sum, difference, product or quotient."""
    for side in (left, right):
        if side.kind == "date":
            raise UserError(
                "Use an INTERVAL to move a date, such as :as_at - INTERVAL '56 days'; to ask how "
                "far apart two dates are, compare one with the other moved by that interval."
            )
        _check_kind(side, _NUMBERS, f"'{sign}' goes only between numbers")
    return n.Arithmetic(sign, left, right)


def shift(of: n.Node, sign: n.SumSign, count: str, unit: str) -> n.Node:
    """Return a date moved by a count of units, singular or plural, in any case: "5" "years"."""
    name = unit.upper().removesuffix("S")
    if not re.fullmatch(r"[0-9]{1,5}", count) or name not in {*_MONTHS, *_DAYS}:
        raise UserError(
            "An interval is a whole number of years, months, weeks or days: INTERVAL '5 years', "
            "INTERVAL '56 days'."
        )
    months, days = int(count) * _MONTHS.get(name, 0), int(count) * _DAYS.get(name, 0)
    if months * 30 + days > _MAX_DAYS:
        raise UserError("An interval is at most 200 years.")
    if of.kind != "date":
        raise UserError(
            "An INTERVAL is added to or subtracted from a date, such as :as_at - INTERVAL "
            f"'5 years'; here it follows {describe(of)}."
        )
    return n.Shift(of, months, days) if sign == "+" else n.Shift(of, -months, -days)


# Functions


def function(name: str, arguments: Sequence[n.Node]) -> n.Node:
    """Return a function other than EXTRACT; all but COALESCE take one argument."""
    of = arguments[0]
    match name:
        case "LOWER" | "UPPER" | "TRIM":
            _check_kind(of, ("text",), f"{name} takes text")
            return n.Function(name, (of,), "text")
        case "LENGTH" | "OCTET_LENGTH":
            _check_kind(of, ("text",), f"{name} takes text")
            return n.Function(name, (of,), "integer")
        case "ABS":
            _check_kind(of, _NUMBERS, "ABS takes a number")
            return n.Function(name, (of,), of.kind)
    return _coalesce(arguments)


def _coalesce(parts: Sequence[n.Node]) -> n.Node:
    if len(parts) < 2:
        raise UserError(
            "COALESCE takes two or more values and returns the first that is not missing."
        )
    if not all(n.has_column(part) for part in parts[:-1]):
        raise UserError(
            "COALESCE returns the first value that is not missing: a value that names no column "
            "is never missing, so it goes last."
        )
    first = parts[0]
    same = tuple(_as_comparable(part, first.kind, beside=first) for part in parts)
    kind = "number" if any(part.kind == "number" for part in same) else same[0].kind
    return n.Function("COALESCE", same, kind)


def extract(part: str, of: n.Node) -> n.Node:
    """Return the YEAR, MONTH or DAY of a date."""
    names: dict[str, n.FunctionName] = {
        "YEAR": "EXTRACT YEAR",
        "MONTH": "EXTRACT MONTH",
        "DAY": "EXTRACT DAY",
    }
    _check_kind(of, ("date",), "EXTRACT takes a date")
    return n.Function(names[part], (of,), "integer")


# Comparisons


def compare(sign: n.Comparison, left: n.Node, right: n.Node) -> n.Compare:
    """Return the comparison of two values of the same kind."""
    left, right = (
        _as_comparable(left, right.kind, beside=right),
        _as_comparable(right, left.kind, beside=left),
    )
    if left.kind == "yes_no" and sign not in {"=", "<>"}:
        raise UserError(f"Yes and no have no order: '{sign}' cannot compare them.")
    return n.Compare(sign, left, right)


def between(of: n.Node, low: n.Node, high: n.Node) -> n.Between:
    """Return the test that a value lies between two others."""
    beside = next((x for x in (of, low, high) if not isinstance(x, n.Constant)), of)
    of, low, high = (_as_comparable(x, beside.kind, beside=beside) for x in (of, low, high))
    _check_kind(of, ("text", "date", *_NUMBERS), "BETWEEN takes numbers, dates or text")
    return n.Between(of, low, high)


def one_of(of: n.Node, items: Sequence[n.Node]) -> n.In:
    """Return the test that a value is one of a list."""
    if len(items) > MAX_ITEMS:
        raise UserError(
            f"The list after IN has {len(items):,} items and may have {MAX_ITEMS}; long lists "
            "of codes belong in a codelist."
        )
    values = []
    for item in items:
        value = _as_comparable(item, of.kind, beside=of)
        if not isinstance(value, n.Constant):
            raise UserError("The list after IN can hold only texts, numbers or dates.")
        values.append(value)
    return n.In(of, tuple(values))


def like(of: n.Node, parts: tuple[str | int | None, ...]) -> n.Like:
    """Return the test that a text matches a pattern."""
    _check_kind(of, ("text",), "LIKE takes text")
    return n.Like(of, parts)


def is_truth(of: n.Node, *, truth: bool) -> n.IsTruth:
    """Return the test that a condition is known and has this truth value."""
    _check_kind(of, ("yes_no",), "IS TRUE and IS FALSE ask about a yes or no")
    return n.IsTruth(of, truth)


def _as_comparable(node: n.Node, kind: Kind, *, beside: n.Node) -> n.Node:
    """Return the node in a form comparable with `kind`: a text constant beside a date as a date.

    `beside` is what it is compared with.
    """
    if isinstance(node, n.Constant) and node.kind == "text" and kind == "date":
        return day(str(node.value))
    if node.kind == kind or (node.kind in _NUMBERS and kind in _NUMBERS):
        return node
    if isinstance(beside, n.Constant) and beside.kind == "text" and node.kind == "date":
        return node  # the other side becomes the date
    raise _mismatch(node, beside)


def _mismatch(node: n.Node, beside: n.Node) -> UserError:
    constant, other = (node, beside) if isinstance(node, n.Constant) else (beside, node)
    hint = ""
    if isinstance(constant, n.Constant):
        if other.kind == "text" and constant.kind in _NUMBERS:
            hint = f"; identifiers and codes are text, so write '{constant.value}' in quotes"
        elif other.kind in _NUMBERS and constant.kind == "text":
            hint = "; numbers are written without quotes"
        elif other.kind == "yes_no":
            name = other.name if isinstance(other, n.Column) else "the condition"
            hint = f"; write {name} or NOT {name} alone, or compare it with TRUE or FALSE"
        elif other.kind == "date":
            hint = "; a date is written DATE 'YYYY-MM-DD'"
    return UserError(f"{capital(describe(node))} cannot be compared with {describe(beside)}{hint}.")


# Conditions of conditions


def negation(of: n.Node) -> n.Not:
    """Return the opposite of a condition."""
    _check_kind(of, ("yes_no",), "NOT goes before a condition")
    return n.Not(of)


def join(word: Literal["AND", "OR"], parts: Sequence[n.Node]) -> n.Node:
    """Return conditions joined by AND or OR; a single one, of any kind, unchanged."""
    if len(parts) == 1:
        return parts[0]
    for part in parts:
        if isinstance(part, n.Constant) and part.kind != "yes_no":
            raise UserError(
                f"{word} goes between conditions, not beside {describe(part)}; "
                "name the column again for each value, or use IN with a list."
            )
        _check_kind(part, ("yes_no",), f"{word} goes between conditions")
        if not n.has_column(part):
            raise UserError(
                f"One side of {word} names no column, so it is the same for every "
                "row; leave it out."
            )
    return n.All(tuple(parts)) if word == "AND" else n.AnyOf(tuple(parts))


MAX_PATTERN = 200
"""How many characters a LIKE pattern may have."""

Words = Mapping[str, Sequence[str]]
"""The closed vocabularies of a table's columns: all the words that each can hold."""
_CHANGES: dict[str, Callable[[str], str]] = {
    "LOWER": str.lower,
    "UPPER": str.upper,
    "TRIM": lambda word: word.strip(" "),
}


def check_words(node: n.Compare | n.In | n.Like, words: Words) -> None:
    """Refuse a text that the column can never hold: it would silently match nobody.

    Empty values are NULL in an index, so `= ''` matches nobody too; `<> ''` does no harm.
    """
    if isinstance(node, n.Like):
        _check_pattern(node, words)
    elif isinstance(node, n.In):
        for value in node.values:
            _check_word(node.of, value, words)
    elif node.sign in {"=", "<>"}:
        for of, other in ((node.left, node.right), (node.right, node.left)):
            _check_word(of, other, words, unequal=node.sign == "<>")


def _check_word(of: n.Node, other: n.Node, words: Words, *, unequal: bool = False) -> None:
    if not isinstance(other, n.Constant) or other.kind != "text":
        return
    text = str(other.value)
    if text == "" and isinstance(of, n.Column):
        if unequal:
            return
        raise UserError(
            f"'{of.name}' never holds an empty text: missing values are NULL, so write "
            f"{of.name} IS NULL."
        )
    vocabulary = _words_of(of, words) if n.has_column(of) else None
    if vocabulary is not None and text not in vocabulary:
        raise UserError(
            f"{capital(describe(of))} is never '{shown(text)}': its words are "
            f"{listed(map(shown, vocabulary))}{did_you_mean(text, vocabulary) or '.'}"
        )


def _check_pattern(like: n.Like, words: Words) -> None:
    vocabulary = _words_of(like.of, words) if n.has_column(like.of) else None
    if vocabulary is not None and not any(_matches(word, like.parts) for word in vocabulary):
        raise UserError(
            f"{capital(describe(like.of))} never matches this LIKE pattern: its words are "
            f"{listed(map(shown, vocabulary))}."
        )


def _words_of(node: n.Node, words: Words) -> tuple[str, ...] | None:
    """Return the only texts that a value can be, or None where it may be any."""
    if isinstance(node, n.Column):
        return tuple(words[node.name]) if words.get(node.name) else None
    if isinstance(node, n.Constant) and node.kind == "text":
        return (str(node.value),)
    if isinstance(node, n.Function) and node.kind == "text":
        vocabulary: list[str] = []
        for part in node.arguments:
            of_part = _words_of(part, words)
            if of_part is None:
                return None
            vocabulary.extend(of_part)
        if node.name in _CHANGES:
            vocabulary = [_CHANGES[node.name](word) for word in vocabulary]
        return tuple(dict.fromkeys(vocabulary))
    return None


def _matches(word: str, parts: tuple[str | int | None, ...]) -> bool:
    """Return whether a word matches a pattern, in time that many % do not multiply."""
    pieces = [""]
    for part in parts:
        if part is None:
            pieces.append("")
        else:
            pieces[-1] += f".{{{part}}}" if isinstance(part, int) else re.escape(part)
    first, *others = pieces
    if not others:
        return re.fullmatch(first, word, re.DOTALL) is not None
    # A piece between two % matches at its first place, without backtracking: (?>
    middle = "".join(f"(?>.*?{piece})" for piece in others[:-1])
    return re.fullmatch(f"{first}{middle}.*{others[-1]}", word, re.DOTALL) is not None


def pattern_parts(pattern: str, escape: str | None) -> tuple[str | int | None, ...]:
    """Split a LIKE pattern into texts, counts of any character, and None for any number of them.

    Runs of % and _ are put in one order, so that `%_%_%` means the same as `__%` and is as quick.
    """
    if len(pattern) > MAX_PATTERN:
        raise UserError(
            f"The pattern after LIKE has {len(pattern):,} characters and may have {MAX_PATTERN}."
        )
    if escape is not None and len(escape) != 1:
        raise UserError("After ESCAPE, write one character in single quotes, such as '!'.")
    if escape in {"%", "_"}:
        raise UserError("After ESCAPE, write a character other than % and _, such as '!'.")
    parts: list[str | int | None] = []
    for is_wildcard, run in itertools.groupby(_unescaped(pattern, escape), lambda item: item[0]):
        signs = "".join(sign for _, sign in run)
        if not is_wildcard:
            parts.append(signs)
            continue
        if "_" in signs:
            parts.append(signs.count("_"))
        if "%" in signs:
            parts.append(None)
    return tuple(parts)


def _unescaped(pattern: str, escape: str | None) -> Iterator[tuple[bool, str]]:
    """Yield each character of a pattern, after whether it is a wildcard."""
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            literal = next(characters, "")
            if literal not in {"%", "_", escape}:
                raise UserError(
                    f"In the pattern after LIKE, {shown(escape)} can only come before %, _ or "
                    "itself."
                )
            yield False, literal
        else:
            yield character in "%_", character
