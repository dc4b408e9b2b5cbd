"""Everything that is picked: take a record out of all its criteria, and print the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recordpick.text import plural
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Confirm, Notice, TextPrompt
from recordpick.tui.file_picker import free_path, parse_path
from recordpick.tui.flows.edits import replace_random
from recordpick.tui.masking import PrivateText, is_masking

if TYPE_CHECKING:
    from pathlib import Path

    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

_STAYS = "It stays a random record: those are replaced, for a reason."
_WITH_NAMES = "It has names and NHS numbers: it is for the practice's own use."
_WITHOUT_NAMES = "Names are hidden now, so it has patient numbers only."


async def take_out_of_all(screen: PickingScreen, session: Session, patient_id: str) -> None:
    """Ask, and take a record out of every criterion; a record that is only random is replaced."""
    picked = session.selection.criteria_of(patient_id)
    number = sum(one is not None for one in picked)
    if not number:
        await replace_random(screen, session, patient_id)
        return
    criteria = plural(number, "criterion", "criteria")
    every = f"all {criteria}" if number > 1 else criteria
    asks = PrivateText(
        f"Take {session.name_of(patient_id)} out of {every}?", f"Take this record out of {every}?"
    )
    messages: list[str | PrivateText] = [asks, *([_STAYS] if None in picked else [])]
    if await screen.app.push_screen_wait(Confirm("Take out", messages, "Take out")):
        screen.change(lambda: session.take_out_of_all(patient_id))


async def print_picked(screen: PickingScreen, session: Session) -> None:
    """Write everything that is picked, by record, as a page to print from a browser."""
    with_names = not is_masking(screen.app)
    file = session.file.path
    said = await screen.app.push_screen_wait(
        TextPrompt(
            "Print all picked",
            [
                "A page (HTML) by record. Open it in a browser, and print it there.",
                _WITH_NAMES if with_names else _WITHOUT_NAMES,
            ],
            value=str(free_path(file.with_name(f"{file.stem}-picked"), ".html")),
            yes="Write the page",
        )
    )
    if said is None:
        return
    out = parse_path(said)
    written = await run_in_background(screen, lambda: _write(session, out, with_names=with_names))
    if written is not None:
        await screen.app.push_screen_wait(Notice("Written", [f"Written to {written}."]))


def _write(session: Session, out: Path, *, with_names: bool) -> Path:
    from recordpick.atomic import write_file
    from recordpick.document import as_html
    from recordpick.handover.picked_page import picked_page

    page = picked_page(session.file, session.index, with_names=with_names)
    write_file(out, as_html(page).encode())
    return out
