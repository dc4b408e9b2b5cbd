"""What a person starts from the picking screen, by the name that its keys use.

A flow is an async function of the screen and its session. Its module is imported when it is first
started, so that a working file is on the screen sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session

    Flow = Callable[[PickingScreen, Session], Coroutine[Any, Any, None]]

FLOWS: dict[str, tuple[str, str]] = {
    "suggest": ("suggest", "suggest"),
    "draw": ("draw", "draw"),
    "export": ("export", "export"),
    "check": ("checking", "check_records"),
    "pick_list": ("pick_list", "pick_from_list"),
    "patient_criteria": ("patient_criteria", "pick_for_criteria"),
    "close": ("edits", "close_or_reopen"),
    "note": ("edits", "note"),
    "sort": ("edits", "sort_patients"),
    "save_copy": ("save_copy", "save_copy"),
    "finish": ("finish", "finish"),
    "print_picked": ("all_picked", "print_picked"),
    "charts": ("views", "show_charts"),
    "clean_up": ("views", "show_clean_up"),
    "comparison": ("comparison", "show_comparison"),
    "reports": ("views", "show_reports"),
    "tour": ("views", "show_tour"),
    "what_was_read": ("views", "show_what_was_read"),
    "what_to_ask": ("views", "show_what_to_ask"),
}
"""The module in this package and the function of each flow."""

NEED_ALL_MATCHES = frozenset({"suggest", "patient_criteria", "finish", "export", "charts"})
"""Flows that need to know who meets every criterion."""


def load_flow(name: str) -> Flow:
    """Return the flow of that name; KeyError if there is none."""
    module, function = FLOWS[name]
    flow: Flow = getattr(import_module(f"recordpick.tui.flows.{module}"), function)
    return flow
