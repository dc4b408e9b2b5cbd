"""Split a criterion's text into words: small letters, no plurals, signs and figures written out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

YEARS = (1850, 2100)
"""The first and last year that is read as one."""
TEXT_AT_MOST = 4_000
"""Characters of a text that are read; a longer one is not a criterion in a sentence or two."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z(\"'])|[\r\n]+|•|;\s+(?=[A-Z])")
_ABBREVIATIONS = (
    (re.compile(r"\be\.\s?g\.?,?", re.IGNORECASE), " such as "),
    (re.compile(r"\bi\.\s?e\.?,?", re.IGNORECASE), " , "),
    (re.compile(r"\bincl?\.", re.IGNORECASE), " including "),
    (re.compile(r"\betc\.?", re.IGNORECASE), " etc "),
    (
        re.compile(
            r"\b(pts?|no|nos|nr|yrs?|mths?|wks?|hrs?|approx|min|max|appts?|meds?|dr|st)\.(?=\s|$)",
            re.IGNORECASE,
        ),
        r"\1 ",
    ),
    (re.compile(r"\bn\s*/\s*a\b", re.IGNORECASE), " "),
    (re.compile(r"\bw\s*/\s*o\b", re.IGNORECASE), " without "),
    (re.compile(r"\bw\s*/(?=\s|[a-z])", re.IGNORECASE), " with "),
    (re.compile(r"\by\s*/\s*o\b", re.IGNORECASE), " year old "),
    (re.compile(r"\bh\s*/\s*o\b", re.IGNORECASE), " history of "),
    (re.compile(r"\bf\s*/\s*h(x)?\b", re.IGNORECASE), " family history "),
    (re.compile(r"\bo\s*/\s*e\b", re.IGNORECASE), " "),
    (re.compile(r"\ba\s*&\s*e\b", re.IGNORECASE), " a and e "),
    (re.compile(r"\bu\s*(?:&|/)\s*es?\b", re.IGNORECASE), " u and e "),
    (re.compile(r"\bdm\s*\+\s*d\b", re.IGNORECASE), " dmd "),
    (re.compile(r"\bdm\s+and\s+d\b", re.IGNORECASE), " dmd "),
    (re.compile(r"(?<![\d/])(\d{1,3})\s*/\s*12(?![\d/])"), r" \1 month "),
    (re.compile(r"(?<![\d/])(\d{1,3})\s*/\s*52(?![\d/])"), r" \1 week "),
    (re.compile(r"(?<![\d/])(\d{1,3})\s*/\s*7(?![\d/])"), r" \1 day "),
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),
    (re.compile(r"≥|>=|=>"), " at least "),
    (re.compile(r"≤|<=|=<"), " at most "),
    (re.compile(r">"), " over "),
    (re.compile(r"<"), " under "),
    (re.compile(r"(?<=\d)\s*\+(?!\d)"), " or more "),
    (re.compile(r"(?<=\d)\s*%"), " percent "),
    (re.compile(r"&"), " and "),
    (re.compile(r"\+"), " and "),
    (re.compile(r"\b(can|won|shan)'t\b", re.IGNORECASE), r"\1 not "),
    (re.compile(r"(?<=[a-z])n't\b", re.IGNORECASE), " not "),
    (re.compile(r"(?<=[a-z])n'?t\b(?=\s+(?:have|got|been|had|want|attend))", re.IGNORECASE), "nt"),
)
_DATE = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})[/.](?P<m2>\d{1,2})[/.](?P<y2>\d{4}|\d{2}))(?!\d)"
)
_PRESSURE = re.compile(r"(?<![\d/])(\d{2,3})\s*/\s*(\d{2,3})(?![\d/])")
_RANGE = re.compile(r"(?<=\d)\s*[-–—]\s*(?=\d)")
_STUCK = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)(mg|mcg|ml|kg|mmol|months?|mths?|yrs?|years?|yo|y|wks?|weeks?|w|days?|s|st|nd|rd|th|k|mb|kb|cm|chars?|m|d)\b",
    re.IGNORECASE,
)
_QUOTES = str.maketrans(dict.fromkeys('\u2019\u2018`"', "'"))
_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[,:;()/–—?!.\"-]")
_NO_PLURAL = frozenset(
    {
        "is",
        "as",
        "us",
        "his",
        "this",
        "has",
        "was",
        "yes",
        "gas",
        "does",
        "less",
        "its",
        "plus",
        "bus",
        "ms",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: as written in small letters, its stem, and what stands around it."""

    word: str
    stem: str
    sentence: int
    mark: str
    """Punctuation between the word before and this one: "", ",", ";", "-", "/" or ":"."""
    parenthetical: bool
    """Within brackets."""
    capital: bool
    number: float | None = None
    day: str = ""
    """The date as YYYY-MM-DD where the word is one."""
    pressure: tuple[int, int] | None = None


def stem(word: str) -> str:
    """Return a word without the s of its plural; the same for words and phrases."""
    if len(word) < 3 or word in _NO_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s"):
        return word[:-1]
    return word


def tokenise(text: str) -> list[Token]:
    """Return the words of a text; of a very long one the first 4,000 characters are read."""
    tokens: list[Token] = []
    for number, sentence in enumerate(_sentences(plain(text[:TEXT_AT_MOST]))):
        tokens += _words(sentence, number)
    return tokens


def plain(text: str) -> str:
    """Return the text with one kind of quotes, dashes and spaces, abbreviations written out."""
    text = unicodedata.normalize("NFKC", text)
    text = text.translate(_QUOTES)
    text = re.sub(r"(?<=\w)'s\b", "", text)
    text = re.sub(r"(?<=\w)s'(?=\s)", "s", text)
    for pattern, replacement in _ABBREVIATIONS:
        text = pattern.sub(replacement, text)
    text = re.sub(r"\bx(\d{1,3})\b", r"x \1", text, flags=re.IGNORECASE)
    return text.replace("'", " ")


def _sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE.split(text) if part and part.strip()]


def _words(sentence: str, number: int) -> list[Token]:
    days: list[str] = []
    pressures: list[tuple[int, int]] = []
    sentence = _DATE.sub(lambda found: _date_word(found, days), sentence)
    sentence = _PRESSURE.sub(lambda found: _pressure_word(found, pressures), sentence)
    sentence = _RANGE.sub(" to ", sentence)
    sentence = _STUCK.sub(_unstuck, sentence)
    capitals = {
        found.start(): found.group()[0].isupper() for found in re.finditer(r"\w+", sentence)
    }
    lowered = _without_accents(sentence.lower())
    tokens: list[Token] = []
    mark, depth = "", 0
    for found in _WORD.finditer(lowered):
        word = found.group()
        if not word[0].isalnum():
            depth += {"(": 1, ")": -1}.get(word, 0)
            mark = _mark(mark, word)
            continue
        day = pressure = None
        if word.startswith("xdate"):
            day = days[int(word[5:])]
        elif word.startswith("xpressure"):
            pressure = pressures[int(word[9:])]
        value = float(word) if re.fullmatch(r"\d{1,12}(\.\d+)?", word) else None
        capital = capitals.get(found.start(), False)
        tokens.append(
            Token(word, stem(word), number, mark, depth > 0, capital, value, day or "", pressure)
        )
        mark = ""
    return tokens


def _mark(before: str, sign: str) -> str:
    """Keep the strongest of several signs between two words."""
    if sign in '()"':
        return before
    sign = {"–": "-", "—": "-", "?": ";", "!": ";", ".": ";"}.get(sign, sign)
    order = ["", "-", "/", ",", ":", ";"]
    return sign if order.index(sign) > order.index(before) else before


def _without_accents(text: str) -> str:
    """Return a text of the same length without accents, so that positions stay."""
    return "".join(
        base if len(base := unicodedata.normalize("NFD", character)[0]) == 1 else character
        for character in text
    )


def _date_word(found: re.Match[str], days: list[str]) -> str:
    year = found["y"] or found["y2"]
    month, day = found["m"] or found["m2"], found["d"] or found["d2"]
    whole = int(year) + (0 if len(year) == 4 else 2000)
    try:
        day_of_it = date(whole, int(month), int(day))
    except ValueError:  # 31/04/2024
        return found.group()
    if not YEARS[0] <= whole <= YEARS[1]:
        return found.group()
    days.append(day_of_it.isoformat())
    return f" xdate{len(days) - 1} "


def _pressure_word(found: re.Match[str], pressures: list[tuple[int, int]]) -> str:
    systolic, diastolic = int(found[1]), int(found[2])
    if not (60 <= systolic <= 300 and 30 <= diastolic <= 200 and systolic > diastolic):
        return found.group()
    pressures.append((systolic, diastolic))
    return f" xpressure{len(pressures) - 1} "


def _unstuck(found: re.Match[str]) -> str:
    unit = found[2].lower()
    if unit in {"s", "st", "nd", "rd", "th"}:
        return f"{found[1]} " if unit == "s" else found.group()
    if unit == "k":
        return f"{float(found[1]) * 1000:g} "
    return f"{found[1]} {unit} "
