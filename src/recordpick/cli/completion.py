"""`recordpick completion`: print a script with which a shell completes commands and options."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "print a script for your shell, which then completes commands and options with Tab"
EXAMPLE = "recordpick completion powershell"
SHELLS = ("powershell", "bash", "zsh", "fish", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("shell", choices=SHELLS, help="the shell that you use")


def run(options: argparse.Namespace) -> int:
    """Print the script; it is only text, and nothing is installed."""
    import shtab

    from recordpick.cli.main import make_parser

    parser = make_parser()
    _complete_paths(parser)
    sys.stdout.write(f"{shtab.complete(parser, options.shell)}\n")
    return 0


def _complete_paths(parser: argparse.ArgumentParser) -> None:
    """Say of each argument that names a file or folder that it does, in all commands."""
    import shtab

    for action in parser._actions:  # noqa: SLF001 - argparse has no public name for it
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - likewise
            for command in action.choices.values():
                _complete_paths(command)
        elif action.type is Path:
            kind = shtab.DIRECTORY if action.metavar == "DIR" else shtab.FILE
            action.complete = kind  # type: ignore[attr-defined] # which shtab looks for
