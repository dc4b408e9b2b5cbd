"""`recordpick issues`: the commands of data checking."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_commands

HELP = "data checking: results, the issue log, the sign-off"
COMMANDS = {
    "next": "issues_next",
    "set": "issues_set",
    "copy": "issues_copy",
    "import": "issues_import",
    "resolve": "issues_resolve",
    "sheets": "issues_sheets",
    "log": "issues_log",
    "progress": "issues_progress",
    "pace": "issues_pace",
    "repeated": "issues_repeated",
    "sign-off": "issues_sign_off",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the commands of the group."""
    add_commands(parser, COMMANDS)
