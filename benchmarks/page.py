"""The results as a page for people (Markdown) beside the JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.contenders import NOT_INSTALLED

INTRODUCTION = """# Measurements, compared with what people would use instead

Written by `python -m benchmarks` (extra `bench`), which makes its data, runs recordpick and the
other programs on the same files, alternately and in one run, and writes this page and
[benchmarks.json](benchmarks.json). Seconds are medians; "spread" is half of the difference between
the fastest and the slowest run; "ratio" is to the first line of the table. Ratios say more than
seconds, since machines differ. Where answers can be compared, they were, and a run in which two
contenders disagree fails. Each part says when it was measured, and how long that took, including
its data.
"""

TITLES = {
    "match": "Matching the shipped pack",
    "draft": "Proposing rules for {criteria} criteria in words",
    "codelists": "Filling all codelists from a reference-set file of {rows:,} lines",
    "start": "Starting",
    "opening": "Opening a practice in a terminal, until patients are shown",
    "ready to pick": "From the start of the process until patients can be picked",
    "table": "{rows:,} rows on the screen",
    "index an EMIS extract": "Indexing an EMIS extract",
    "suggest": "Suggesting",
    "compare records": "Two systems' records compared: faults found and wrong flags",
    "compare growth": "Two systems' records compared: growth",
    "growth": "Growth",
    "many practices": "Beyond one machine: {practices} practices as {practices} processes",
}

ABOUT = {
    "match": """All criteria over one practice. The floor is reading the columns that the pack asks
for, with polars, and doing nothing with them. Every contender reads the files again each time and
gives the same counts for all criteria.""",
    "draft": """A supplier's sheet of 100 criteria in words. The command is timed from its start to
its end; with an index it also finds the patients of every proposal.""",
    "codelists": """A made-up file of the published size and form, with generated codes. The command
checks every line's shape and every code that it uses, fills all lists and writes the folder.""",
    "opening": """recordpick opens a working file, checks every byte of the index and shows the
patients who meet the first criterion; VisiData and harlequin show the patients table of that index.
Each starts as its own process.""",
    "table": """Times from mounting to painted, from a key to the next frame, and from filtering to
painted. The other two tables cannot filter: polars selects the rows, and the table gets those
instead.""",
    "index an EMIS extract": """A bare copy takes the values in the files as text. The index also
types and checks every value, joins people, codes and dates to the entries, sorts, and accounts for
every row.""",
    "suggest": """The fewest records that give every criterion its number. CP-SAT gets the whole
problem, a Boolean variable for each patient, in its own process.""",
    "compare records": """A practice and its migration with planted faults of every kind, in tables;
entries (events) are judged. The other programs are given patients joined by NHS number, and are
spared the fields that the migration writes another way (authors, terms, days of entry). A fault is
found if its row, field and result are named; a wrong flag is an entry called changed, missing or
additional without a fault. Harsh rewriting replaces every code. Seconds are of one run, and
recordpick's include every table.""",
    "compare growth": """`recordpick compare-records`, EMIS against SystmOne: {base:,} patients and
their migration with usual rewriting, and larger practices made of copies of these, each with
patients, NHS numbers, names, ids and free text of its own. Each is its own process, with reading,
checking every byte and writing. "Beside a line" is the processor time for each row of both sides,
divided by that of the first line: 1 is linear growth.""",
    "growth": """Each step runs in its own process; memory is the peak of the process. "Beside a
line" is the time for each row, divided by that at {line_from:,} patients: 1 is linear growth
(dashed in the plot), and less is better than linear.""",
    "many practices": """A supplier has hundreds of separate practices: each is one process,
`recordpick match`, from start to answer. When one machine is not enough, the matching plan can be
sent elsewhere: it is a polars LazyFrame without Python functions.""",
}

_WORDS = {
    "median_s": "median, s",
    "spread_s": "spread, s",
    "mount_s": "mount, s",
    "mount_spread_s": "mount: spread, s",
    "mount_ratio": "mount: ratio",
    "keys_painted": "keys that painted a frame",
    "key_ms": "key to frame, ms",
    "key_99_ms": "key to frame, 99th of 100, ms",
    "filter_s": "filter, s",
    "gib": "peak memory, GiB",
    "processor_s": "processor, s",
}


def page(parts: Mapping[str, dict[str, Any]], plots: Mapping[str, str], remarks: str) -> str:
    """Return the page: all parts in order, then the remarks; `plots` has pictures by part."""
    written = [INTRODUCTION, _machines(parts)]
    written += [_section(part, plots.get(name)) for name, part in parts.items()]
    if remarks:
        written.append(remarks)
    return "\n".join(written).rstrip() + "\n"


def _machines(parts: Mapping[str, dict[str, Any]]) -> str:
    """Return the machines on which parts were measured, each once with its parts."""
    groups: dict[str, list[str]] = {}
    for name, part in parts.items():
        groups.setdefault(_machine(part["machine"]), []).append(name)
    if len(groups) == 1:
        return f"Measured on {next(iter(groups))}\n"
    lines = [f"- {', '.join(names)}: {where}" for where, names in groups.items()]
    return "Measured on\n\n" + "\n".join(lines) + "\n"


def _machine(machine: Mapping[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    memory = f", {machine['memory_gib']} GiB of memory" if machine.get("memory_gib") else ""
    return (
        f"{machine['system']}, {machine['processor']}, {machine['cores']} cores{memory}; "
        f"Python {machine['python']}; {packages}."
    )


def _section(part: Mapping[str, Any], plot: str | None) -> str:
    result = part["result"]
    work = result["work"]
    title = TITLES.get(work, work[0].upper() + work[1:]).format(**result)
    if "patients" in result and work != "table":
        title += f", {result['patients']:,} patients"
    lines = [f"## {title}\n"]
    if work in ABOUT:
        lines.append(ABOUT[work].format(**result) + "\n")
    if plot:
        lines.append(f"![Time and memory of each step by size]({plot})\n")
    facts = [
        f"{name.replace('_', ' ')}: {_formatted(value)}"
        for name, value in result.items()
        if name not in {"work", "left_out", "patients", "line_from", "base"}
        and value not in ("", None, {})
        and not _is_table(value)
    ]
    facts.append(f"measured {part['measured_at'].partition('T')[0]}")
    facts.append(f"in {part['measuring_took_s']:,} s")
    said = "; ".join(facts)
    lines.append(f"{said[0].upper()}{said[1:]}.\n")
    for name, value in result.items():
        if _is_table(value):
            if name != "times":
                lines.append(f"### {name[0].upper()}{name[1:]}\n")
            lines.append(table(value))
    lines += [_left_out(result["left_out"])] if result.get("left_out") else []
    return "\n".join(lines)


def _left_out(left_out: str | Mapping[str, str]) -> str:
    if isinstance(left_out, str):
        return f"Not measured: {left_out}.\n"
    said = (f"{name} ({why or NOT_INSTALLED})" for name, why in left_out.items())
    return f"Not measured: {'; '.join(said)}.\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as a Markdown table; a missing cell is a dash."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "| " + " | ".join(_WORDS.get(name, name.replace("_", " ")) for name in names) + " |"
    numeric = {name: all(isinstance(row.get(name), int | float) for row in rows) for name in names}
    rule = "|" + "|".join(" ---: " if numeric[name] else " --- " for name in names) + "|"
    body = ["| " + " | ".join(_formatted(row.get(name)) for name in names) + " |" for row in rows]
    return "\n".join([head, rule, *body]) + "\n"


def _formatted(value: Any) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
        case dict():
            return ", ".join(f"{name} {_formatted(one)}" for name, one in value.items())
        case _:
            return str(value)
