"""`recordpick criteria`: the commands for criteria packs."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_commands

HELP = "work with criteria packs"
COMMANDS = {
    "check": "criteria_check",
    "draft": "criteria_draft",
    "confirm": "criteria_confirm",
    "ask": "criteria_ask",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the commands of the group."""
    add_commands(parser, COMMANDS)
