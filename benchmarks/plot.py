"""The growth as a picture (SVG) without a chart library: time and memory beside a straight line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 420, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 78, 36, 44
COLOURS = ("#0b6e99", "#b5532a", "#5f7d1e", "#7a4b9c", "#8a6d00")
"""Distinguishable on white and on black; each line is also labelled at its end."""


def growth_plot(result: dict[str, Any]) -> str:
    """Return a chart of seconds and memory of every step by size, both scales logarithmic."""
    rows = result["times"]
    seconds = _Panel("seconds", rows, "median_s", result["line_from"])
    known = any(row["gib"] is not None for row in rows)
    memory = _Panel("peak memory, GiB", rows, "gib", None).drawn() if known else ""
    paper = f'viewBox="0 0 {2 * WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {paper} role="img">',
        "<title>How time and memory of each step grow with the practice</title>",
        f'<rect width="{2 * WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        seconds.drawn(),
        f'<g transform="translate({WIDTH} 0)">{memory}</g>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Panel:
    def __init__(
        self, title: str, rows: Sequence[dict[str, Any]], value: str, line_from: int | None
    ) -> None:
        self.title = title
        self.line_from = line_from
        self.lines: dict[str, list[tuple[float, float]]] = {}
        for row in rows:
            if row[value] is None:
                continue
            point = (row["patients"], max(row[value], 1e-3))
            self.lines.setdefault(row["step"], []).append(point)
        points = [point for line in self.lines.values() for point in line]
        self.x = _Scale([x for x, _ in points], LEFT, WIDTH - RIGHT)
        self.y = _Scale([y for _, y in points], HEIGHT - BOTTOM, TOP)

    def drawn(self) -> str:
        parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(self.title)}</text>']
        parts += [self._rule(power) for power in self.y.powers]
        parts += [
            f'<text x="{self.x.at(10**power):.1f}" y="{HEIGHT - BOTTOM + 18}" '
            f'text-anchor="middle">{10**power:,}</text>'
            for power in self.x.powers
        ]
        middle = (LEFT + WIDTH - RIGHT) / 2
        parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">patients</text>')
        if self.line_from is not None:
            parts += [self._straight(line) for line in self.lines.values()]
        taken: list[float] = []
        for (name, line), colour in zip(self.lines.items(), COLOURS, strict=False):
            parts += self._line(name, line, colour, taken)
        return "\n".join(parts)

    def _rule(self, power: int) -> str:
        y = self.y.at(10.0**power)
        return (
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:,g}</text>'
        )

    def _straight(self, line: Sequence[tuple[float, float]]) -> str:
        """Return a straight line from the step's time at `line_from`."""
        start = next((point for point in line if point[0] == self.line_from), None)
        if start is None or line[-1][0] <= start[0]:
            return ""
        end = (line[-1][0], min(start[1] * line[-1][0] / start[0], self.y.most))
        reached = (start[0] * end[1] / start[1], end[1])
        return (
            f'<line x1="{self.x.at(start[0]):.1f}" y1="{self.y.at(start[1]):.1f}" '
            f'x2="{self.x.at(reached[0]):.1f}" y2="{self.y.at(reached[1]):.1f}" '
            'stroke="#888888" stroke-dasharray="3 4"/>'
        )

    def _line(
        self, name: str, line: Sequence[tuple[float, float]], colour: str, taken: list[float]
    ) -> list[str]:
        places = [(self.x.at(x), self.y.at(y)) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        label = places[-1][1]
        while any(abs(label - other) < 13 for other in taken):
            label += 1
        taken.append(label)
        dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        at = f'x="{places[-1][0] + 8:.1f}" y="{label + 4:.1f}"'
        return [
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
            *dots,
            f'<text {at} fill="{colour}">{escape(name)}</text>',
        ]


class _Scale:
    """A logarithmic scale between two positions, over whole powers of ten."""

    def __init__(self, values: Sequence[float], first: float, last: float) -> None:
        low = math.floor(math.log10(min(values)))
        high = max(low + 1, math.ceil(math.log10(max(values))))
        self.powers = range(low, high + 1)
        self.most = 10.0**high
        self._first, self._last, self._low, self._high = first, last, low, high

    def at(self, value: float) -> float:
        """Return the position of a value."""
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._first + share * (self._last - self._first)
