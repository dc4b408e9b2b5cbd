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

    Messages go to stderr, results to stdout.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
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
    from recordpick.visible import visible

    if options.module == "index":
        from recordpick.memory import keep_memory

        keep_memory()  # before anything imports polars
    module = importlib.import_module(f"recordpick.commands.{options.module}")
    run: Callable[[argparse.Namespace], int] = module.run
    try:
        return run(options)
    except UserError as error:
        for message in error.messages:
            print(f"recordpick: {visible(message)}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("recordpick: stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has gone, as `| head` does: not an error of ours
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _say_utf8() -> None:
    """Let names with accents be printed on a console that is set to an old code page."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
