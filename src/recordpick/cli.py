"""Where a call of `recordpick` begins and ends.

Nothing heavy is imported before it is known what is asked: `--version` answers in about the time
that Python itself takes to start.
"""

from __future__ import annotations

import sys

from recordpick import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself is too slow to import for nothing
    import argparse
    from collections.abc import Callable, Sequence

BAD_INPUT = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; give its exit code: 0 done, 2 bad input, 130 stopped by the person.

    Messages go to stderr, results to stdout. 2 also where the results could not be printed, and 128
    and its number where a signal has ended it.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    from recordpick.standard_streams import StandardStreams

    with StandardStreams() as streams:
        left: SystemExit | None = None
        try:
            code = _code(arguments)
        except SystemExit as done:  # an option is wrong, or help was asked for: that was printed
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
    _say_utf8()
    from recordpick.crash import report_crashes

    report_crashes()
    from recordpick.arguments import parse

    return _run(parse(arguments))


def _run(options: argparse.Namespace) -> int:
    import importlib

    from recordpick.errors import UserError
    from recordpick.stopping import Stopped, raised_as_exceptions
    from recordpick.visible import visible

    if options.module == "index":
        from recordpick.memory import keep_memory

        keep_memory()  # before anything imports polars
    try:
        with raised_as_exceptions():
            module = importlib.import_module(f"recordpick.commands.{options.module}")
            run: Callable[[argparse.Namespace], int] = module.run
            _check_current_folder()
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
    except Exception as error:  # what is not for people is raised again
        message = _of_the_computer(error)
        if not message:
            raise
        print(f"recordpick: {message}", file=sys.stderr)
        return BAD_INPUT


def _of_the_computer(error: Exception) -> str:
    """Say what the computer refused: memory, or the folder one is in; "" if it is neither."""
    from recordpick.memory import NOT_ENOUGH, is_out_of_memory

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
            "The folder that recordpick was started in is not there any more: change to another "
            "folder and start it again."
        )
    return ""


def _say_utf8() -> None:
    """Let names with accents be printed on a console that is set to an old code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
