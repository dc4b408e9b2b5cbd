"""The results as a page for people (Markdown) beside the JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

INTRODUCTION = """# Measured, beside what people would use instead

Made by `python -m benchmarks`; the figures are those of one run on the machine named below, turn by
turn, medians. Ratios say more than seconds, since machines differ and were not alone. Where answers
can be compared they were, and the run fails if two contenders disagree.
"""


def page(results: Sequence[dict[str, Any]], machine: dict[str, Any], remarks: str) -> str:
    """Lay out all results, in the order measured."""
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    today = datetime.now(UTC).date().isoformat()
    where = (
        f"{today}; {machine['system']} on {machine['processor']}, {machine['cores']} cores, "
        f"Python {machine['python']}; {packages}.\n"
    )
    parts = [INTRODUCTION, where]
    parts += [_section(result) for result in results]
    if remarks:
        parts.append(remarks)
    return "\n".join(parts)


def _section(result: dict[str, Any]) -> str:
    title = result["work"][0].upper() + result["work"][1:]
    facts = [
        f"{name.replace('_', ' ')}: {_said(value)}"
        for name, value in result.items()
        if name != "work" and value not in ("", None) and not _is_table(value)
    ]
    lines = [f"## {title}\n"]
    if facts:
        lines.append("; ".join(facts) + "\n")
    for name, value in result.items():
        if _is_table(value):
            if name != "times":
                lines.append(f"### {name}\n")
            lines.append(table(value))
    return "\n".join(lines)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Lay out rows of one form as a Markdown table."""
    names = list(rows[0])
    head = "| " + " | ".join(name.replace("_", " ") for name in names) + " |"
    rule = "|" + " --- |" * len(names)
    body = ["| " + " | ".join(_said(row.get(name)) for name in names) + " |" for row in rows]
    return "\n".join([head, rule, *body]) + "\n"


def _said(value: Any) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.3g}" if value < 100 else f"{value:,.0f}"
        case dict():
            return ", ".join(f"{name} {_said(one)}" for name, one in value.items())
        case _:
            return str(value)
