"""Titles for criteria whose list has no column of titles: the beginning of what to find."""

from __future__ import annotations

import re

LENGTH = 100
"""How long a title made of a text is at most; the text itself is kept as what to find."""

_ABBREVIATIONS = frozenset(
    {"i.e", "e.g", "eg", "ie", "etc", "cf", "viz", "vs", "v", "dr", "mr", "mrs", "ms", "prof", "st"}
    | {"approx", "ca", "incl", "excl", "no", "nos", "max", "min", "p", "pp", "fig", "ref", "dept"}
    | {
        "yr",
        "yrs",
        "hr",
        "hrs",
        "mth",
        "mths",
        "wk",
        "wks",
        "inc",
        "ltd",
        "resp",
        "poss",
        "pt",
        "pts",
    }
    | {
        "rev",
        "jr",
        "sr",
        "a.m",
        "p.m",
        "b.d",
        "o.d",
        "t.d.s",
        "q.d.s",
        "p.r.n",
        "n.b",
        "temp",
        "hosp",
    }
)
# A full stop and the like with a blank behind it, and then what may begin a sentence.
_END = re.compile(r"[.!?][\"'\u2019\u201d)]*\s+(?=[^a-z\s])")


def title_of(text: str) -> str:
    """Return a title: the first line's sentences, as many as there is room for.

    It ends where a sentence does, or between two words with " …" where the first is too long.
    Abbreviations, decimals and colons end no sentence.
    """
    first = next((line for line in map(str.strip, text.splitlines()) if line), "")
    line = " ".join(first.split())
    if len(line) <= LENGTH:
        return _without_stop(line)
    ends = [end for end in _sentence_ends(line) if end <= LENGTH]
    if ends:
        return _without_stop(line[: ends[-1]])
    cut = line[: LENGTH - 1]
    return f"{cut.rpartition(' ')[0]} …" if " " in cut else f"{cut}…"


def _sentence_ends(line: str) -> list[int]:
    """Return the places just behind sentences that another follows."""
    return [
        found.end()
        for found in _END.finditer(line)
        if found[0][0] != "." or not _is_abbreviation(line[: found.start()])
    ]


def _is_abbreviation(before: str) -> bool:
    """Return whether the full stop behind this text belongs to its last word."""
    word = re.split(r"[\s(\[\"'/]", before)[-1].casefold()
    is_initial = len(word) == 1 and word.isalpha()
    return word in _ABBREVIATIONS or is_initial or not word


def _without_stop(text: str) -> str:
    text = text.strip()
    is_stop = text.endswith((".", ";", ":")) and not text.endswith("..")
    return text[:-1].rstrip() if is_stop and not _is_abbreviation(text[:-1]) else text
