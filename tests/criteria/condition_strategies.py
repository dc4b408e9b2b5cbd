"""Hypothesis strategies: conditions of the language beside the same for SQLite, and rows for both.

Every strategy gives a pair (ours, SQLite's). They are written side by side as two texts, so that
neither is made from the other by what is tested; precedence is left to each reader wherever the
standard tells it.
"""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from recordpick.schema import Kind

AS_AT = date(2026, 3, 31)
COLUMNS: dict[str, Kind] = {
    "t1": "text",
    "t2": "text",
    "d1": "date",
    "d2": "date",
    "i1": "integer",
    "n1": "number",
    "b1": "yes_no",
    "b2": "yes_no",
}
Pair = tuple[str, str]

_LETTERS = "aAbBéÉß %_'!\n"
_texts = st.text(_LETTERS, min_size=1, max_size=4)
_dates = st.dates(date(2023, 12, 1), date(2024, 3, 31))
_numbers = st.sampled_from(["0", "1", "2", "3", "10", "0.5", "2.25"])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _same(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[Pair]:
    return strategy.map(lambda text: (text, text))


_constants: dict[str, st.SearchStrategy[Pair]] = {
    "text": _same(_texts.map(_quoted)),
    "date": _dates.map(lambda day: (f"DATE '{day.isoformat()}'", f"'{day.isoformat()}'")),
    "number": _numbers.map(lambda number: (number, f"CAST({number} AS REAL)")),
}


def _joined(template: str, *parts: Pair, sqlite: str | None = None) -> Pair:
    ours, theirs = zip(*parts, strict=True)
    return template.format(*ours), (sqlite or template).format(*theirs)


@st.composite
def text_values(draw: st.DrawFn, deep: int = 2) -> Pair:
    form = draw(
        st.sampled_from(["column", "column", "literal", "call", "coalesce"][: 5 if deep else 3])
    )
    if form == "column":
        return draw(_same(st.sampled_from(["t1", "t2"])))
    if form == "literal":
        return draw(_constants["text"])
    inner = draw(text_values(deep=deep - 1))
    if form == "coalesce":
        return _joined("COALESCE({}, {})", inner, draw(text_values(deep=deep - 1)))
    return _joined(draw(st.sampled_from(["LOWER({})", "upper({})", "TRIM({})"])), inner)


@st.composite
def date_values(draw: st.DrawFn, deep: int = 2) -> Pair:
    form = draw(
        st.sampled_from(
            ["column", "column", "column", "literal", "as at", "shift", "coalesce"][
                : 7 if deep else 5
            ]
        )
    )
    if form == "column":
        return draw(_same(st.sampled_from(["d1", "d2"])))
    if form == "literal":
        return draw(_constants["date"])
    if form == "as at":
        return ":as_at", f"'{AS_AT.isoformat()}'"
    inner = draw(date_values(deep=deep - 1))
    if form == "coalesce":
        return _joined("COALESCE({}, {})", inner, draw(date_values(deep=deep - 1)))
    sign = draw(st.sampled_from("+-"))
    count = draw(st.integers(0, 40))
    unit, months, days = draw(
        st.sampled_from([("year", 12, 0), ("month", 1, 0), ("week", 0, 7), ("day", 0, 1)])
    )
    written = draw(
        st.sampled_from([f"'{count} {unit}s'", f"'{count}' {unit.upper()}", f"{count} {unit}"])
    )
    moved = f"{sign}{months * count}, {sign}{days * count}"
    return f"{inner[0]} {sign} INTERVAL {written}", f"shifted({inner[1]}, {moved})"


@st.composite
def number_values(draw: st.DrawFn, deep: int = 2) -> Pair:  # noqa: PLR0911 - a form each
    forms = [
        "column",
        "column",
        "literal",
        "chain",
        "brackets",
        "minus",
        "call",
        "coalesce",
        "length",
        "part",
    ]
    form = draw(st.sampled_from(forms[: 10 if deep else 3]))
    if form == "column":
        name = draw(st.sampled_from(["i1", "n1"]))
        return name, f"CAST({name} AS REAL)"
    if form == "literal":
        return draw(_constants["number"])
    if form == "length":
        inner = draw(text_values(deep=deep - 1))
        if draw(st.booleans()):
            return _joined("LENGTH({})", inner, sqlite="CAST(LENGTH({}) AS REAL)")
        return _joined("OCTET_LENGTH({})", inner, sqlite="CAST(LENGTH(CAST({} AS BLOB)) AS REAL)")
    if form == "part":
        part, sign = draw(st.sampled_from([("YEAR", "Y"), ("MONTH", "m"), ("DAY", "d")]))
        inner = draw(date_values(deep=deep - 1))
        return _joined(
            f"EXTRACT({part} FROM {{}})", inner, sqlite=f"CAST(strftime('%{sign}', {{}}) AS REAL)"
        )
    inner = draw(number_values(deep=deep - 1))
    if form == "brackets":
        return _joined("({})", inner)
    if form == "minus":
        return _joined("-({})", inner)
    if form == "call":
        return _joined("ABS({})", inner)
    other = draw(number_values(deep=deep - 1))
    if form == "coalesce":
        return _joined("COALESCE({}, {})", inner, other)
    return _joined(f"{{}} {draw(st.sampled_from('+-*/'))} {{}}", inner, other)


_VALUES = {"text": text_values, "date": date_values, "number": number_values}


@st.composite
def simple_conditions(draw: st.DrawFn) -> Pair:  # noqa: PLR0911 - a form each
    form = draw(st.sampled_from(["yes", "compare", "range", "list", "null", "like", "yes is"]))
    if form == "yes":
        return draw(_same(st.sampled_from(["b1", "b2"])))
    if form == "yes is":
        column = draw(st.sampled_from(["b1", "b2"]))
        ending = draw(
            st.sampled_from(
                ["IS TRUE", "IS FALSE", "IS NOT TRUE", "IS NOT FALSE", "IS NULL", "= b1", "<> TRUE"]
            )
        )
        return f"{column} {ending}", f"{column} {ending}"
    if form == "like":
        value = draw(text_values())
        pattern = _quoted(draw(st.text("aAé%_b", max_size=5)))
        wanted = draw(st.sampled_from(["LIKE", "NOT LIKE"]))
        if draw(st.booleans()):
            pattern = pattern[:-1] + draw(st.sampled_from(["!%", "!_", "!!"])) + "' ESCAPE '!'"
        return _joined(f"{{}} {wanted} {pattern}", value)
    kind = draw(st.sampled_from(list(_VALUES)))
    values = _VALUES[kind]
    first = draw(values())
    if form == "null":
        return _joined(draw(st.sampled_from(["{} IS NULL", "{} IS NOT NULL"])), first)
    if form == "list":
        items = draw(st.lists(_constants[kind], min_size=1, max_size=4))
        wanted = draw(st.sampled_from(["IN", "NOT IN"]))
        holes = ", ".join(["{}"] * len(items))
        return _joined(f"{{}} {wanted} ({holes})", first, *items)
    if form == "range":
        wanted = draw(st.sampled_from(["BETWEEN", "NOT BETWEEN"]))
        return _joined(f"{{}} {wanted} {{}} AND {{}}", first, draw(values()), draw(values()))
    sign = draw(st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="]))
    return _joined(f"{{}} {sign} {{}}", first, draw(values()))


def _combined(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    two = st.tuples(inner, st.sampled_from(["AND", "OR", "and", "Or"]), inner)
    return st.one_of(
        two.map(lambda it: _joined(f"{{}} {it[1]} {{}}", it[0], it[2])),
        inner.map(lambda it: _joined("({})", it)),
        inner.map(lambda it: _joined("NOT ({})", it)),
        st.tuples(inner, st.sampled_from(["IS NULL", "IS NOT TRUE", "IS FALSE", "= b2"])).map(
            lambda it: _joined(f"({{}}) {it[1]}", it[0])
        ),
        simple_conditions().map(lambda it: _joined("NOT {}", it)),
    )


conditions = st.recursive(simple_conditions(), _combined, max_leaves=6)

rows = st.lists(
    st.fixed_dictionaries(
        {
            "t1": st.none() | st.text(_LETTERS, max_size=4),
            "t2": st.none() | st.sampled_from(["a", "Ab", "", "é%", "A"]),
            "d1": st.none() | _dates,
            "d2": st.none() | st.sampled_from([date(2024, 2, 29), date(2024, 1, 31), AS_AT]),
            "i1": st.none() | st.integers(-3, 12),
            "n1": st.none() | st.sampled_from([0.0, -0.0, 1.0, 2.25, -2.25, 10.0, float("nan")]),
            "b1": st.none() | st.booleans(),
            "b2": st.none() | st.booleans(),
        }
    ),
    min_size=1,
    max_size=8,
)
