"""Where a call of `recordpick` begins and ends: the commands, their dispatch and the exit codes.

Nothing heavy is imported before it is known which command is wanted: `--version` answers in about
the time that Python itself takes to start.
"""

from __future__ import annotations

import sys

from recordpick import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:  # the module typing is too slow to import for nothing
    import argparse
    from collections.abc import Callable, Sequence

BAD_INPUT = 2
INTERRUPTED = 130

COMMANDS = {
    "open": "open",
    "demo": "demo",
    "index": "index",
    "read-report": "read_report",
    "clean-up": "clean_up",
    "new": "new",
    "status": "status",
    "match": "match",
    "find": "find",
    "record": "record",
    "explain": "explain",
    "pick": "pick",
    "unpick": "unpick",
    "note": "note",
    "close": "close",
    "reopen": "reopen",
    "suggest": "suggest",
    "draw": "draw",
    "replace": "replace",
    "picks": "picks",
    "undo": "undo",
    "redo": "redo",
    "history": "history",
    "rematch": "rematch",
    "reports": "reports",
    "reports explain": "reports_explain",
    "export": "export",
    "hand-over": "hand_over",
    "issues": "issues",
    "merge": "merge",
    "compare": "compare",
    "compare-records": "compare_records",
    "verify": "verify",
    "receive": "receive",
    "synthesise": "synthesise",
    "criteria": "criteria",
    "codelists": "codelists",
    "completion": "completion",
    "guide": "guide",
}
"""Each command with its module in this package, in the order of the work.

A module describes its command: `HELP`, `add_arguments(parser)` and `run(options)`.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 2 bad input, 130 stopped by the person.

    Messages go to stderr, results to stdout. The code is 2 also where the results could not be
    printed, and 128 plus the signal's number where a signal ended the command.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    from recordpick.standard_streams import StandardStreams

    with StandardStreams() as streams:
        left: SystemExit | None = None
        try:
            code = _code(arguments)
        except SystemExit as done:  # an option is wrong, or help was printed
            left, code = done, done.code if isinstance(done.code, int) else BAD_INPUT
        why = streams.why_not_printed()
        if why:
            print(f"recordpick: {why}", file=sys.stderr)
            return code or BAD_INPUT
        if left is not None:
            raise left
    return code


def _code(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        print(f"recordpick {__version__}")
        return 0
    _use_utf8()
    from recordpick.crash_report import report_crashes

    report_crashes()
    return _run(parse(arguments))


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the arguments; a first word that is not a command is the working file for the app."""
    if " ".join(arguments[:2]) in COMMANDS:  # a command of two words beside one of the first
        arguments = [" ".join(arguments[:2]), *arguments[2:]]
    parser = make_parser()
    first = next((word for word in arguments if not word.startswith("-")), None)
    if not arguments or (first is not None and first not in COMMANDS):
        if first is not None and len(arguments) > 1:
            _check_is_file(first, parser)
        return parser.parse_args(["open", *arguments])
    return parser.parse_args(arguments)


def _check_is_file(word: str, parser: argparse.ArgumentParser) -> None:
    """Exit with a message where a word with others after it is neither a command nor a file."""
    import os

    from recordpick.text import similar_hint

    if not os.path.lexists(word):
        hint = similar_hint(word, COMMANDS) or " See recordpick --help."
        parser.error(f"there is no command {word!r}.{hint}")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    from recordpick.cli.arguments import Parser, add_commands

    parser = Parser(
        prog="recordpick",
        description="Pick the patient records that a GP practice checks by hand when it moves to "
        "another clinical system. Without a command it opens the app; with a working file "
        "(recordpick FILE) it opens that.",
        epilog="Everything stays on this machine. Messages go to stderr; the exit code is 0 when "
        "the work is done, 2 when something given cannot be used.",
    )
    parser.add_argument("--version", action="version", version=f"recordpick {__version__}")
    add_commands(parser, COMMANDS)
    return parser


def _run(options: argparse.Namespace) -> int:
    from recordpick.errors import UserError
    from recordpick.sanitize import visible
    from recordpick.stopping import Stopped, raised_as_exceptions

    try:
        with raised_as_exceptions():
            _check_current_folder()
            run: Callable[[argparse.Namespace], int] = options.run
            return run(options)
    except UserError as error:
        for message in error.messages:
            print(f"recordpick: {visible(message)}", file=sys.stderr)
        return BAD_INPUT
    except Stopped as stopped:
        print("recordpick: stopped.", file=sys.stderr)
        return stopped.exit_code
    except KeyboardInterrupt:
        print("recordpick: stopped.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # our own bugs are raised again
        message = _what_the_computer_refused(error)
        if not message:
            raise
        print(f"recordpick: {message}", file=sys.stderr)
        return BAD_INPUT


def _what_the_computer_refused(error: Exception) -> str:
    """Return a message where memory or the current folder is missing; "" for any other error."""
    from recordpick.polars_env import NOT_ENOUGH, is_out_of_memory

    if is_out_of_memory(error):
        return NOT_ENOUGH
    return _why_no_current_folder() if isinstance(error, FileNotFoundError) else ""


def _check_current_folder() -> None:
    from recordpick.errors import UserError

    why = _why_no_current_folder()
    if why:
        raise UserError(why)


def _why_no_current_folder() -> str:
    import os

    try:
        os.getcwd()  # noqa: PTH109 - cheaper
    except OSError:
        return (
            "The folder that recordpick was started in no longer exists: change to another folder "
            "and start it again."
        )
    return ""


def _use_utf8() -> None:
    """Let names with accents be printed on a console that is set to an old code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
