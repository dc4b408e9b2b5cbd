"""What is said above and in place of the patients: text in, text out."""

from __future__ import annotations

from textual.content import Content

from recordpick.tui.snapshot import SAYS, CriterionLine
from recordpick.tui.visible import amount, content, counted, fit, lines, paragraph

_LOW = 30
"""Rows below which the words about a criterion are kept short."""

MOST = content("Patients who meet the most criteria that want records", "bold") + paragraph(
    "\nSpace shows which, to pick one record for several criteria. m goes back."
)


def criterion_head(line: CriterionLine, width: int, height: int) -> Content:
    """Say what is looked for, and where that stands, on a screen of that height."""
    title = f"{line.id}  {line.title}" if line.id else line.title
    find = lines(line.find, width)
    room = 2 if height < _LOW else 6
    if len(find) > room:
        find = [*find[: room - 1], fit(find[room - 1] + " …", width)]
    parts = [content(fit(title, width).rstrip(), "bold"), *(content(text) for text in find)]
    is_awkward = line.state in {"short", "unanswerable"}
    parts.append(content(_standing(line), "$warning" if is_awkward else "$quiet"))
    if height >= _LOW:
        parts += [content(caution, "$warning") for caution in line.cautions]
    return Content("\n").join(parts)


def _standing(line: CriterionLine) -> str:
    said = f"{line.picked} of {line.wanted} picked"
    if line.matches:
        meet = "patient meets it" if line.matches == 1 else "patients meet it"
        said += f", {amount(line.matches)} {meet}"
    if line.state == "open":
        return said
    if line.state == "unanswerable":
        return line.why
    if line.matches == 0 and line.state == "short":
        return f"{said}. Nobody meets it."
    why = f": {line.why}" if line.why else ""
    return f"{said}. {SAYS[line.state]}{why}"


def area_head(area: str, criteria: int, width: int) -> Content:
    """Say whose patients an area's list holds."""
    says = f"All who meet any of its {counted(criteria, 'criterion', 'criteria')}, or are picked."
    keys = "Space shows which, to pick for them. A goes back."
    told = lines(f"{says} {keys}", width)
    return Content("\n").join(
        [content(fit(area, width).rstrip(), "bold"), *(content(text) for text in told)]
    )


def nobody(line: CriterionLine) -> str:
    """Say what to do where nobody meets a criterion."""
    if line.id is None:
        return "Nobody is drawn yet. Press r to draw."
    if line.state == "unanswerable":
        return "Nobody could be looked for. w shows the whole list."
    if line.state == "by_hand":
        return "No rules: w shows the whole list, l picks from a list of your own."
    return "No patient meets it. n says so to the supplier; w shows the whole list."


NOBODY_USEFUL = "No criterion that wants records has patients left."
NOBODY_IN_THE_AREA = (
    "No patient meets any criterion of this area. A goes back; w shows the whole list."
)
