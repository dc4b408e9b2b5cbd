"""The patterns of LIKE, and the closed vocabularies of columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from recordpick.criteria import condition_nodes as n
from recordpick.criteria.condition_kinds import describe
from recordpick.criteria.wording import capital, did_you_mean, listed, shown
from recordpick.errors import UserError

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
    vocabulary = _words_of(of, words) if n.columns_in(of) else None
    if vocabulary is not None and text not in vocabulary:
        raise UserError(
            f"{capital(describe(of))} is never '{shown(text)}': its words are "
            f"{listed(map(shown, vocabulary))}{did_you_mean(text, vocabulary) or '.'}"
        )


def _check_pattern(like: n.Like, words: Words) -> None:
    vocabulary = _words_of(like.of, words) if n.columns_in(like.of) else None
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
