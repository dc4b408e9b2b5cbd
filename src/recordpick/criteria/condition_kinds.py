"""What may be compared with what in a condition, and how a person is told if it may not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from recordpick.criteria import condition_nodes as n
from recordpick.criteria.wording import did_you_mean, listed, shown
from recordpick.errors import UserError
from recordpick.tables import KIND_WORDS, Kind

PATTERN_LENGTH = 200
"""How many characters a LIKE pattern may have."""
_NUMBERS = ("integer", "number")
_CHANGES: dict[str, Callable[[str], str]] = {
    "LOWER": str.lower,
    "UPPER": str.upper,
    "TRIM": lambda word: word.strip(" "),
}
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_number(node: n.Node) -> bool:
    """Whether a node is a number, whole or not."""
    return node.kind in _NUMBERS


def said(node: n.Node) -> str:
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


def need(right: bool, what: str, node: n.Node) -> None:  # noqa: FBT001 - reads as a sentence
    """Refuse a node of the wrong kind: `what` says what is right."""
    if not right:
        raise UserError(f"{what}, and here stands {said(node)}.")


def as_comparable(node: n.Node, kind: Kind, *, beside: n.Node | None = None) -> n.Node:
    """Give the node as something comparable with `kind`: a text constant beside a date as a date.

    UserError if it is not comparable; `beside` is what it is compared with, for the message.
    """
    if isinstance(node, n.Constant) and node.kind == "text" and kind == "date":
        return n.Constant("date", _date(str(node.value)))
    if node.kind == kind or (node.kind in _NUMBERS and kind in _NUMBERS):
        return node
    if (
        beside is not None
        and isinstance(beside, n.Constant)
        and beside.kind == "text"
        and node.kind == "date"
    ):
        return node  # the other side becomes the date
    raise _mismatch(node, beside)


def _date(text: str) -> date:
    if _ISO_DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise UserError(
        f"'{shown(text)}' is not a date; a date is written DATE 'YYYY-MM-DD', such as "
        "DATE '2024-03-31'."
    )


def _mismatch(node: n.Node, beside: n.Node | None) -> UserError:
    if beside is None:
        return UserError(f"{_capital(said(node))} cannot stand here.")
    constant, other = (node, beside) if isinstance(node, n.Constant) else (beside, node)
    hint = ""
    if isinstance(constant, n.Constant):
        if other.kind == "text" and constant.kind in _NUMBERS:
            hint = f"; identifiers and codes are text, so write '{constant.value}' in quotes"
        elif other.kind in _NUMBERS and constant.kind == "text":
            hint = "; numbers stand without quotes"
        elif other.kind == "yes_no":
            name = other.name if isinstance(other, n.Column) else "the condition"
            hint = f"; write {name} or NOT {name} alone, or compare it with TRUE or FALSE"
        elif other.kind == "date":
            hint = "; a date is written DATE 'YYYY-MM-DD'"
    return UserError(f"{_capital(said(node))} cannot be compared with {said(beside)}{hint}.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# Closed vocabularies: a word that a column never holds would silently match nobody.


def check_words(
    node: n.Node,
    asked: n.Node,
    words: Mapping[str, Sequence[str]],
    *,
    unequal: bool = False,
) -> None:
    """Refuse to ask a column for a text that it can never hold.

    What is empty is NULL in an index, so `= ''` finds nobody; `<> ''` (`unequal`) does no harm.
    """
    if isinstance(asked, n.Constant) and asked.kind == "text":
        text = str(asked.value)
        if text == "" and isinstance(node, n.Column):
            if unequal:
                return
            raise UserError(
                f"'{node.name}' never holds an empty text: what is missing is NULL, so write "
                f"{node.name} IS NULL."
            )
        held = _words_of(node, words) if n.columns_in(node) else None
        if held is not None and text not in held:
            raise UserError(
                f"{_capital(said(node))} is never '{shown(text)}': its words are "
                f"{listed(held)}{did_you_mean(text, held) or '.'}"
            )
    elif isinstance(asked, n.Like):
        held = _words_of(node, words) if n.columns_in(node) else None
        if held is not None and not any(_like(word, asked.parts) for word in held):
            raise UserError(
                f"{_capital(said(node))} never fits this LIKE pattern: its words are "
                f"{listed(held)}."
            )


def _words_of(node: n.Node, words: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
    """The only texts that a value can be, or None where it may be any."""
    if isinstance(node, n.Column):
        return tuple(words[node.name]) if words.get(node.name) else None
    if isinstance(node, n.Constant) and node.kind == "text":
        return (str(node.value),)
    if isinstance(node, n.Function) and node.kind == "text":
        held: list[str] = []
        for part in node.arguments:
            of_part = _words_of(part, words)
            if of_part is None:
                return None
            held.extend(of_part)
        if node.name in _CHANGES:
            held = [_CHANGES[node.name](word) for word in held]
        return tuple(dict.fromkeys(held))
    return None


def _like(word: str, parts: tuple[str | int | None, ...]) -> bool:
    pattern = "".join(
        ".*" if part is None else f".{{{part}}}" if isinstance(part, int) else re.escape(part)
        for part in parts
    )
    return re.fullmatch(pattern, word, re.DOTALL) is not None


def pattern_parts(pattern: str, escape: str | None) -> tuple[str | int | None, ...]:
    """Cut a LIKE pattern into texts, counts of any character, and None for any number of them.

    Runs of % and _ are put in one order, so that `%_%_%` asks the same as `__%` and no slower.
    """
    if len(pattern) > PATTERN_LENGTH:
        raise UserError(
            f"The pattern after LIKE has {len(pattern):,} characters and may have {PATTERN_LENGTH}."
        )
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
    """Give the characters of a pattern, each with whether it is a wildcard."""
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            literal = next(characters, "")
            if literal not in {"%", "_", escape}:
                raise UserError(
                    f"In the pattern after LIKE, {shown(escape)} stands before %, _ or itself only."
                )
            yield False, literal
        else:
            yield character in "%_", character
