"""Read a criterion's text: which signs, numbers and negations it has, and which words are left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from recordpick.criteria.templates.lexicon import Found, Meaning
from recordpick.criteria.templates.library import Library, library
from recordpick.criteria.templates.quantities import Quantities, Quantity
from recordpick.criteria.templates.tokens import Token, stem, tokenise

COUNTABLE = frozenset(
    {
        "medicine",
        "repeat",
        "acute",
        "problem",
        "allergy",
        "dose",
        "document",
        "attachment",
        "appointment",
        "missed",
    }
    | {
        "recall",
        "referral",
        "entry",
        "result",
        "address",
        "phone",
        "mobile",
        "home_phone",
        "email",
        "file_type_word",
    }
    | {
        "character",
        "consultation",
        "vaccine",
        "@vaccine",
        "@drug",
        "drug_allergy",
        "non_drug_allergy",
        "@document_kind",
    }
    | {
        "@file_type",
        "controlled",
        "appliance",
        "next_of_kin",
        "middle_name",
        "local_code",
        "qof_register",
        "text_word",
    }
    | {
        "long_term_condition",
        "scanned_document",
        "authorised_issues",
        "contact_details",
        "review",
        "med_review",
        "degraded",
    }
    | {
        "procedure",
        "attended",
        "blood_pressure",
        "different_types",
        "two_week_wait",
        "codelist_word",
        "cancelled",
        "current",
    }
    | {
        "different",
        "past",
        "open",
        "overdue",
        "future",
        "significant",
        "minor",
        "abnormal",
        "repeat_dispensing",
        "coded",
    }
    | {
        "letter_word",
        "contact_word",
        "booked",
        "pending",
        "schedule",
        "surname",
        "name",
        "carer",
        "childhood_vaccine",
    }
    | {
        "test_word",
        "@test",
        "seen",
        "contact_event",
        "issue_word",
        "future_appointment",
        "cervical_test",
        "pregnancy",
        "unmapped",
    }
)
"""Signs of what can be counted: "more than 8" before one of them is no age."""
_NO_BRIDGE = frozenset(
    {
        "on",
        "with",
        "who",
        "and",
        "having",
        "or",
        "in",
        "under",
        "taking",
        "whose",
        "that",
        "has",
        "have",
        "for",
        "at",
        "plus",
    }
)
"""Between a number and a noun these words part the two: "over 75 on warfarin"."""
_OF_RESULT = frozenset(
    {"result", "test_word", "recorded", "measured", "coded", "value_word", "entry"}
)
_MEASURED = frozenset({"@test", "systolic", "diastolic", "blood_pressure", "test_word"})
_REACH = 3


@dataclass(frozen=True, slots=True)
class Sign:
    """A recognised word or number of the text."""

    name: str
    start: int
    end: int
    value: str = ""
    quantity: Quantity | None = None
    aside: bool = False


@dataclass(slots=True)
class Reading:
    """A text as signs, in order; `unknown` are words that are in no list."""

    tokens: list[Token]
    signs: list[Sign] = field(default_factory=list)
    nots: list[Sign] = field(default_factory=list)
    joins: list[Sign] = field(default_factory=list)
    unknown: list[Sign] = field(default_factory=list)
    corrections: list[str] = field(default_factory=list)
    commentary: list[str] = field(default_factory=list)
    by_hand: str = ""
    takes_each: bool = False

    def words(self, start: int, end: int) -> str:
        """Return the words of the text from one place to another."""
        return " ".join(_shown(token) for token in self.tokens[start:end])


def _shown(token: Token) -> str:
    if token.pressure:
        return f"{token.pressure[0]}/{token.pressure[1]}"
    return token.day or token.word


def read(text: str) -> Reading:
    """Return the reading of a text."""
    words = library()
    reading = _without_commentary(_bracketed(tokenise(text)), words)
    _correct_spelling(reading, words)
    _scan(reading, words)
    reading.signs = [_settled(reading, sign) for sign in reading.signs]
    return reading


# what explains and asks for nothing


def _bracketed(tokens: list[Token]) -> list[Token]:
    """Treat ", also a suspected or past one," as if it were in brackets."""
    result = list(tokens)
    for start, token in enumerate(tokens):
        if token.word != "also" or token.mark != ",":
            continue
        end = start + 1
        while end < len(tokens) and not tokens[end].mark and tokens[end].sentence == token.sentence:
            end += 1
        if "one" in {one.word for one in tokens[start:end]} and end < len(tokens):
            result[start:end] = [replace(one, aside=True) for one in tokens[start:end]]
    return result


def _without_commentary(tokens: list[Token], words: Library) -> Reading:
    """Leave out sentences that explain, examples, and what to check: they add no condition."""
    reading = Reading([])
    sentences: dict[int, list[Token]] = {}
    for token in tokens:
        sentences.setdefault(token.sentence, []).append(token)
    for number, sentence in enumerate(sentences.values()):
        reading.takes_each = reading.takes_each or _takes_each(sentence)
        if number and _is_commentary(sentence, words):
            reading.commentary.append(" ".join(token.word for token in sentence))
            continue
        kept = _before_check(_without_examples(sentence, words, reading), words, reading)
        reading.tokens += kept
    return reading


def _takes_each(sentence: Sequence[Token]) -> bool:
    stems = [token.stem for token in sentence]
    return "each" in stems and any(
        word in stems for word in ("some", "one", "few", "mix", "example")
    )


def _is_commentary(sentence: Sequence[Token], words: Library) -> bool:
    said = [token.word for token in sentence]
    begins = words.commentary["begins"]
    if any(tuple(said[: len(phrase)]) == phrase for phrase in begins):
        return True
    return any(_has(said, phrase) for phrase in words.commentary["has"])


def _has(said: Sequence[str], phrase: tuple[str, ...]) -> bool:
    return any(tuple(said[place : place + len(phrase)]) == phrase for place in range(len(said)))


def _without_examples(sentence: list[Token], words: Library, reading: Reading) -> list[Token]:
    """Leave out "such as …" up to the next comma, if something stands before it."""
    kept: list[Token] = []
    place = 0
    while place < len(sentence):
        length = _begins(sentence, place, words.commentary["examples"])
        if not length or not kept:
            kept.append(sentence[place])
            place += 1
            continue
        end = place + length
        inside = sentence[place].aside
        while end < len(sentence) and not _ends_example(sentence, end, inside=inside):
            end += 1
        reading.commentary.append(" ".join(token.word for token in sentence[place:end]))
        place = end
    return kept


def _ends_example(sentence: Sequence[Token], place: int, *, inside: bool) -> bool:
    if inside:
        return not sentence[place].aside
    if sentence[place].mark == ";":
        return True
    return (
        sentence[place].mark in {",", "-"}
        and sentence[place].word not in {"or", "and"}
        and (
            place + 1 < len(sentence)
            and sentence[place].word
            in {"in", "with", "who", "on", "from", "within", "aged", "check"}
        )
    )


def _before_check(sentence: list[Token], words: Library, reading: Reading) -> list[Token]:
    """Leave out what follows a word such as "check" within the sentence."""
    for place in range(2, len(sentence)):
        token = sentence[place]
        if not token.mark and token.word not in {"to", "whatever", "so"}:
            continue
        if _begins(sentence, place, words.commentary["check"]):
            reading.commentary.append(" ".join(one.word for one in sentence[place:]))
            return sentence[:place]
    return sentence


def _begins(sentence: Sequence[Token], place: int, phrases: Sequence[tuple[str, ...]]) -> int:
    for phrase in phrases:
        said = tuple(token.word for token in sentence[place : place + len(phrase)])
        if said == phrase:
            return len(phrase)
    return 0


# words to signs


def _correct_spelling(reading: Reading, words: Library) -> None:
    lexicon = words.lexicon
    for place, token in enumerate(reading.tokens):
        if token.number is not None or token.day or token.pressure or lexicon.knows(token):
            continue
        right = lexicon.spelled(token.stem)
        if right:
            reading.corrections.append(f"“{token.word}” read as {right}")
            reading.tokens[place] = Token(
                right, stem(right), token.sentence, token.mark, token.aside, token.capital
            )


def _scan(reading: Reading, words: Library) -> None:
    quantities = Quantities(reading.tokens)
    place = 0
    while place < len(reading.tokens):
        found = words.lexicon.at(reading.tokens, place)
        quantity = None
        if found is None or not _has_number(reading.tokens, found):
            quantity = quantities.at(place)
        if quantity is not None and _covers(quantity, found, reading, words):
            sign = Sign(
                "#number", place, quantity.end, quantity=quantity, aside=reading.tokens[place].aside
            )
            reading.signs.append(sign)
            place = quantity.end
        elif found is not None:
            _add(reading, found, words)
            place = found.end
        else:
            _add_unknown(reading, place)
            place += 1


def _add_unknown(reading: Reading, place: int) -> None:
    """Keep a word that is in no list: a name after Dr, a postcode, or not understood."""
    token = reading.tokens[place]
    before = reading.tokens[place - 1] if place else token
    named = {sign.name for sign in reading.signs if place - 3 <= sign.end - 1 < place}
    name = "unknown"
    if token.capital and before.word in {"dr", "doctor", "nurse"}:
        name = "@person"
    elif "postcode" in named and re.fullmatch(r"[a-z]{1,2}\d[\da-z]?", token.word):
        name = "@postcode"
    elif token.capital and "address_in" in named:
        name = "@place"
    sign = Sign(name, place, place + 1, token.word, aside=token.aside)
    (reading.unknown if name == "unknown" else reading.signs).append(sign)


def _covers(quantity: Quantity, found: Found | None, reading: Reading, words: Library) -> bool:
    """Return whether a quantity is meant and not a phrase: "two week wait" is no two weeks."""
    if found is not None and quantity.end < found.end and found.end - found.start > 1:
        return False
    for place in range(quantity.start + 1, quantity.end):
        inner = words.lexicon.at(reading.tokens, place)
        if inner and inner.end > quantity.end and _has_number(reading.tokens, inner):
            return False
    return True


def _has_number(tokens: Sequence[Token], found: Found) -> bool:
    if {meaning.kind for meaning in found.meanings} <= {"filler"} or found.end - found.start < 2:
        return False
    numbers = library().numbers["words"]
    return any(
        token.number is not None or token.word in numbers
        for token in tokens[found.start : found.end]
    )


def _add(reading: Reading, found: Found, words: Library) -> None:
    kinds = {meaning.kind for meaning in found.meanings}
    aside = reading.tokens[found.start].aside
    if "by hand" in kinds and not any(kind for kind in kinds if kind not in {"by hand", "filler"}):
        number = next(int(one.value) for one in found.meanings if one.kind == "by hand")
        reading.by_hand = reading.by_hand or (
            f"“{reading.words(found.start, found.end)}”: {words.by_hand[number]}"
        )
        return
    if "connect not" in kinds or "connect never" in kinds:
        name = "never" if "connect never" in kinds else "not"
        reading.nots.append(Sign(name, found.start, found.end, aside=aside))
        return
    joining = [kind for kind in kinds if kind.startswith("connect ")]
    if joining and not any(_is_sign(one) for one in found.meanings):
        name = next(
            name for name in ("union", "or", "each", "and", "with") if f"connect {name}" in joining
        )
        reading.joins.append(Sign(name, found.start, found.end, aside=aside))
        reading.takes_each = reading.takes_each or name == "each"
        return
    for meaning in found.meanings:
        if _is_sign(meaning):
            reading.signs.append(
                Sign(meaning.kind, found.start, found.end, meaning.value, aside=aside)
            )


def _is_sign(meaning: Meaning) -> bool:
    return meaning.kind not in {"filler", "by hand"} and not meaning.kind.startswith("connect ")


# what a number is of


def _settled(reading: Reading, sign: Sign) -> Sign:
    """Return the sign of a quantity under the name of what it is: #age, #count, #period …"""
    quantity = sign.quantity
    if quantity is None:
        return sign
    name = f"#{quantity.kind}"
    if quantity.kind == "number":
        name = _kind_of_number(reading, sign, quantity)
    of = ""
    if name == "#count":
        after, before = _next_sign(reading, sign), _previous_sign(reading, sign)
        owner = after if after is not None and after.name in COUNTABLE else before
        of = owner.name if owner is not None else ""
    if name == "#period" and sign.start and reading.tokens[sign.start - 1].word == "or":
        name = "#period_or" if quantity.direction in {"before", "ago"} else name
    return Sign(name, sign.start, sign.end, of, quantity, sign.aside)


def _kind_of_number(reading: Reading, sign: Sign, quantity: Quantity) -> str:
    after, before = _next_sign(reading, sign), _previous_sign(reading, sign)
    if quantity.has_measure:
        return "#measure" if before is not None and before.name in _MEASURED else "#strength"
    if quantity.unit:
        return "#age" if _is_of_person(reading, sign, quantity) else "#period"
    if before is not None and before.name in _MEASURED:
        return "#measure"
    if after is not None and after.name in COUNTABLE:
        return "#count"
    if (
        before is not None
        and _counts_back(reading, sign, before)
        and (not (quantity.compare and before.name in {"current"}) or after is None)
    ):
        return "#count"
    if quantity.low <= 120 and (quantity.compare or quantity.high):
        return "#age"
    return "#count" if any(one.name in COUNTABLE for one in reading.signs) else "#number"


def _counts_back(reading: Reading, sign: Sign, before: Sign) -> bool:
    """Return whether a number is of the things named before it: "DNAs, more than 3"."""
    if before.name not in COUNTABLE or before.name.startswith("@"):
        return False
    if reading.tokens[sign.start].mark not in {",", ";"}:
        return True
    assert sign.quantity is not None
    last = reading.tokens[before.end - 1]
    return sign.quantity.low < 16 or last.word != last.stem


def _is_of_person(reading: Reading, sign: Sign, quantity: Quantity) -> bool:
    """Return whether "under 8 weeks" or "over 2 years" is an age: it follows a person, or begins."""
    before = _previous_sign(reading, sign)
    persons = {
        "patient_word",
        "child",
        "baby",
        "newborn",
        "female",
        "male",
        "adult",
        "toddler",
        "youngest",
        "oldest",
        "age_word",
        "teenager",
        "elderly",
    }
    if before is not None:
        return before.name in persons
    after = _next_sign(reading, sign)
    return bool(quantity.compare) and (after is None or after.name in persons)


def _next_sign(reading: Reading, sign: Sign) -> Sign | None:
    place, seen = sign.end, 0
    while place < len(reading.tokens) and seen <= _REACH:
        token = reading.tokens[place]
        if token.sentence != reading.tokens[sign.start].sentence or token.mark in {",", ";", ":"}:
            return None
        near = [one for one in reading.signs if one.start == place and one.quantity is None]
        if near and token.word in _NO_BRIDGE:
            return None
        if near:
            return next((one for one in near if one.name in COUNTABLE), near[0])
        if token.word in _NO_BRIDGE or any(one.start == place for one in reading.signs):
            return None
        place, seen = place + 1, seen + 1
    return None


def _test_before(reading: Reading, sign: Sign) -> Sign | None:
    """Return the test whose result it is: "HbA1c result above 75"."""
    return next(
        (
            one
            for one in reading.signs
            if one.name in {"@test", "systolic", "diastolic", "blood_pressure"}
            and 0 <= sign.start - one.end <= 1
        ),
        None,
    )


def _previous_sign(reading: Reading, sign: Sign) -> Sign | None:
    place, seen = sign.start - 1, 0
    while place >= 0 and seen <= _REACH:
        token = reading.tokens[place]
        if token.sentence != reading.tokens[sign.start].sentence:
            return None
        near = [one for one in reading.signs if one.end == place + 1 and one.quantity is None]
        if near and near[0].name in _OF_RESULT and (test := _test_before(reading, near[0])):
            return test
        if near:
            return next(
                (one for one in near if one.name in COUNTABLE or one.name == "@test"), near[0]
            )
        if token.word in {"and", "or", "who", "with"} or reading.tokens[place + 1].mark in {
            ";",
            ",",
        }:
            return None
        place, seen = place - 1, seen + 1
    return None
