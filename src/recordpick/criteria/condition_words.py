"""What a text can be: the patterns of LIKE, and the closed vocabularies of columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from recordpick.criteria import condition_nodes as n
from recordpick.criteria.condition_kinds import said
from recordpick.criteria.wording import capital, did_you_mean, listed, shown
from recordpick.errors import UserError

PATTERN_LENGTH = 200
"""How many characters a LIKE pattern may have."""

Words = Mapping[str, Sequence[str]]
"""The closed vocabularies among a table's columns: all the words that each can hold."""
_CHANGES: dict[str, Callable[[str], str]] = {
    "LOWER": str.lower,
    "UPPER": str.upper,
    "TRIM": lambda word: word.strip(" "),
}


def check_words(node: n.Compare | n.In | n.Like, words: Words) -> None:
    """Refuse to ask a column for a text that it can never hold: that would match nobody in silence.

    What is empty is NULL in an index, so `= ''` finds nobody too; `<> ''` does no harm.
    """
    if isinstance(node, n.Like):
        _check_pattern(node, words)
    elif isinstance(node, n.In):
        for value in node.values:
            _check_word(node.of, value, words)
    elif node.sign in {"=", "<>"}:
        for of, asked in ((node.left, node.right), (node.right, node.left)):
            _check_word(of, asked, words, unequal=node.sign == "<>")


def _check_word(of: n.Node, asked: n.Node, words: Words, *, unequal: bool = False) -> None:
    if not isinstance(asked, n.Constant) or asked.kind != "text":
        return
    text = str(asked.value)
    if text == "" and isinstance(of, n.Column):
        if unequal:
            return
        raise UserError(
            f"'{of.name}' never holds an empty text: what is missing is NULL, so write "
            f"{of.name} IS NULL."
        )
    held = _words_of(of, words) if n.columns_in(of) else None
    if held is not None and text not in held:
        raise UserError(
            f"{capital(said(of))} is never '{shown(text)}': its words are "
            f"{listed(map(shown, held))}{did_you_mean(text, held) or '.'}"
        )


def _check_pattern(like: n.Like, words: Words) -> None:
    held = _words_of(like.of, words) if n.columns_in(like.of) else None
    if held is not None and not any(_fits(word, like.parts) for word in held):
        raise UserError(
            f"{capital(said(like.of))} never fits this LIKE pattern: its words are "
            f"{listed(map(shown, held))}."
        )


def _words_of(node: n.Node, words: Words) -> tuple[str, ...] | None:
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


def _fits(word: str, parts: tuple[str | int | None, ...]) -> bool:
    """Whether a word has a pattern's form, in time that many % do not multiply."""
    pieces = [""]
    for part in parts:
        if part is None:
            pieces.append("")
        else:
            pieces[-1] += f".{{{part}}}" if isinstance(part, int) else re.escape(part)
    first, *others = pieces
    if not others:
        return re.fullmatch(first, word, re.DOTALL) is not None
    # What stands between two % is taken where it comes first, and not tried again further on: (?>
    middle = "".join(f"(?>.*?{piece})" for piece in others[:-1])
    return re.fullmatch(f"{first}{middle}.*{others[-1]}", word, re.DOTALL) is not None


def pattern_parts(pattern: str, escape: str | None) -> tuple[str | int | None, ...]:
    """Cut a LIKE pattern into texts, counts of any character, and None for any number of them.

    Runs of % and _ are put in one order, so that `%_%_%` asks the same as `__%` and no slower.
    """
    if len(pattern) > PATTERN_LENGTH:
        raise UserError(
            f"The pattern after LIKE has {len(pattern):,} characters and may have {PATTERN_LENGTH}."
        )
    if escape is not None and len(escape) != 1:
        raise UserError("After ESCAPE stands one character in single quotes, such as '!'.")
    if escape in {"%", "_"}:
        raise UserError("After ESCAPE stands another character than % and _, such as '!'.")
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
