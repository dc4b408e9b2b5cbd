"""`recordpick codelists`: the commands for codelists from official files."""

from __future__ import annotations

import argparse

from recordpick.cli.arguments import add_commands

HELP = "fill codelists from official files, and check them"
COMMANDS = {
    "import": "codelists_import",
    "show": "codelists_show",
    "check": "codelists_check",
    "cover": "codelists_cover",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the commands of the group."""
    add_commands(parser, COMMANDS)
