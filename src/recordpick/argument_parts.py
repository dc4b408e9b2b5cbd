"""What the parsers of several commands have in common. Nothing is imported here but argparse."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - no public name


def command(commands: Parsers, name: str, says: str, module: str = "") -> argparse.ArgumentParser:
    """Add a command, whose work is done in that module of `recordpick.commands`."""
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=says, description=says[0].upper() + says[1:] + "."
    )
    made.set_defaults(module=module or name.replace("-", "_"))
    return made


def working_file(parser: argparse.ArgumentParser) -> None:
    """Take the working file, and where its index is now."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the working file (.recordpick)")
    parser.add_argument(
        "--index",
        type=Path,
        metavar="DIR",
        help="the practice index, where it is no longer where the working file was made with it",
    )


def person(parser: argparse.ArgumentParser) -> None:
    """Take who does it."""
    parser.add_argument("--name", help="who does this (else the name your computer knows you by)")
    parser.add_argument(
        "--role",
        choices=("practice", "supplier", "partner"),
        default="practice",
        help="for whom you do it: the practice, the new supplier or a delivery partner",
    )


def take_over(parser: argparse.ArgumentParser) -> None:
    """Take that the file is to be taken from whoever has it open."""
    parser.add_argument(
        "--take-over",
        action="store_true",
        help="write even if somebody else has the file open, once you know that nobody works on "
        "it; says from whom",
    )


def as_at(parser: argparse.ArgumentParser, says: str) -> None:
    """Take a day."""
    parser.add_argument("--as-at", metavar="DATE", help=f"{says}, as 2026-10-01")
