"""`recordpick history`: list what was done, by whom and when."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recordpick.cli.arguments import add_file, add_json
from recordpick.cli.common import open_working_file
from recordpick.cli.lookups import parse_date
from recordpick.cli.output import print_json, print_result, print_table
from recordpick.errors import UserError
from recordpick.local_time import local_time
from recordpick.text import day, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recordpick.selection.events import Event

HELP = "list what was done, by whom and when"
EXAMPLE = "recordpick history our-practice.recordpick --since 01/10/2026"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_file(parser)
    parser.add_argument("--last", type=int, metavar="N", help="only the last N")
    parser.add_argument(
        "--since", metavar="DATE", help="only from this day on, as 01/10/2026 or 2026-10-01"
    )
    add_json(parser)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in words, and whether it was undone later."""

    event: Event
    what: str
    is_undone: bool

    @property
    def reason(self) -> str:
        """The reason that somebody gave; "" if none."""
        reason = self.event.body.get("reason", "")
        return reason if isinstance(reason, str) else ""


def run(options: argparse.Namespace) -> int:
    """Print a row for each event, the oldest first."""
    if options.last is not None and options.last < 1:
        raise UserError(f"--last {options.last}: give 1 or more.")
    since = None if options.since is None else parse_date(options.since, "--since")
    with open_working_file(options, to_write=False) as file:
        entries = entries_of(file.events)
    if since is not None:
        entries = [one for one in entries if local_time(one.event.on).date() >= since]
    if options.last is not None:
        entries = entries[-options.last :]
    if options.json:
        print_json([_as_json(one) for one in entries])
    elif entries:
        _print(entries)
    else:
        print_result(f"Nothing was done since {day(since)}.")
    return 0


def entries_of(events: Sequence[Event]) -> list[Entry]:
    """Return each event in words, in order."""
    from recordpick.selection.kinds.registry import describe

    by_number = {event.seq: event for event in events}
    undone: set[int] = set()
    for event in events:
        if event.kind == "undone":
            undone.add(event.number("of"))
        elif event.kind == "redone":
            undone.discard(event.number("of"))

    def words(event: Event) -> str:
        if event.kind in {"undone", "redone"}:
            return f"{describe(event)}: {describe(by_number[event.number('of')])}"
        return describe(event)

    return [Entry(event, words(event), event.seq in undone) for event in events]


def _print(entries: Sequence[Entry]) -> None:
    rows: list[tuple[str, ...]] = [("event", "on", "by", "what")]
    rows += [
        (
            f"{one.event.seq}",
            moment(one.event.on),
            one.event.who,
            one.what + (f" ({one.reason})" if one.reason else "") + " – undone" * one.is_undone,
        )
        for one in entries
    ]
    print_table(rows, right=frozenset({0}))


def _as_json(one: Entry) -> dict[str, object]:
    return {
        "event": one.event.seq,
        "at": one.event.at,
        "by": one.event.who,
        "role": one.event.role,
        "kind": one.event.kind,
        "what": one.what,
        "reason": one.reason or None,
        "undone": one.is_undone,
    }
