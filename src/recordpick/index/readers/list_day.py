"""The day on which a list was made, where a line above or below the patients says so.

For example "Last Run: 01-Oct-2026 09:14" in an EMIS Web report, or "Report date,01/10/2026".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from recordpick.index.as_at import FoundDay, read_as_at

_LABELS = (
    r"last\s+run",
    r"(?:report|search|list|extract|export)\s+(?:run|created|produced|generated|exported)",
    r"(?:report|search|list|extract|export)\s+date",
    r"(?:date|time)\s+(?:of\s+)?(?:report|run|extract|export|search)",
    r"(?:run|created|produced|printed|exported|extracted|generated)",
    r"as\s+at",
    r"relative\s+(?:run\s+)?date",
)
"""The words before the day, the most certain first."""
_DAY = (
    r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}-\d{1,2}-\d{4}"
    r"|\d{1,2}(?:st|nd|rd|th)?[- ][A-Za-z]{3,9}[- ]\d{4}"
)
_BETWEEN = (
    r"(?:\s+by\s[^0-9:]{1,40}?)?\s*[:=,-]?\s*(?:date|on|at)?\s*[:=,-]?\s*(?:[a-z]{3,9}day,?\s+)?"
)
"""What may be between: not words such as "range from", after which a day has another meaning."""
_LINES = tuple(
    re.compile(rf"^\s*{label}\b{_BETWEEN}(?P<day>{_DAY})", re.IGNORECASE) for label in _LABELS
)


def day_of_list(above: Sequence[Sequence[str]]) -> FoundDay | None:
    """Return the day in rows that are not patients of the list, and the line that has it."""
    lines = [" ".join(filter(None, map(str.strip, row))) for row in above]
    for pattern in _LINES:
        for line in lines:
            found = pattern.search(line)
            if found and (day := read_as_at(found["day"])):
                return FoundDay(day, f"the line “{line[:60]}”")
    return None
