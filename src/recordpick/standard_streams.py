"""Standard input, output and error as they were given to the program: open, closed or full.

A command finishes its work even if its output cannot be printed: that is reported once, at the end.
If a stream is closed, the next file that is opened, such as a database, would get its number. So
`/dev/null` is opened in its place first.
"""

from __future__ import annotations

import errno
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself is too slow to import for nothing
    from collections.abc import Iterator
    from typing import Any, Self, TextIO

_WHY = {
    errno.EBADF: "it is closed",
    errno.ENOSPC: "there is no room left where it goes to",
    errno.EDQUOT: "there is no room left where it goes to",
    errno.EIO: "the terminal is gone",
}

_READER_GONE = {errno.EPIPE, *([errno.EINVAL] if os.name == "nt" else [])}
"""What a pipe says whose reader has gone: on Windows that its argument is invalid."""


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is a terminal: of NUL, too, the C library of Windows says so."""
    return stream.isatty() and not is_null_device(stream)


def is_null_device(stream: TextIO) -> bool:
    """Return whether what is written is discarded, and nothing can be read (`/dev/null`, NUL)."""
    try:
        number = stream.fileno()
        return stat.S_ISCHR(os.fstat(number).st_mode) and not is_console(number)
    except (OSError, ValueError, AttributeError):
        return False  # not a stream of the operating system


def is_console(number: int) -> bool:
    """Return whether an open file is a terminal, by its number."""
    if sys.platform == "win32":
        import ctypes
        import msvcrt
        from ctypes import wintypes

        handle = wintypes.HANDLE(msvcrt.get_osfhandle(number))
        mode = wintypes.DWORD()
        return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(mode)))
    return os.isatty(number)


class Output:
    """An output stream. The first failure is kept in `failed`, and later writes are ignored."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.failed: OSError | None = None

    def write(self, text: str) -> int:
        """Write text; after a failure, do nothing."""
        if self.failed is None:
            try:
                if self._stream is None or self._stream.closed:
                    self._fail(OSError(errno.EBADF, os.strerror(errno.EBADF)))
                else:
                    self._stream.write(text)
            except OSError as error:
                self._fail(error)
        return len(text)

    def flush(self) -> None:
        """Flush the stream; after a failure, do nothing."""
        if self.failed is None and self._stream is not None and not self._stream.closed:
            try:
                self._stream.flush()
            except OSError as error:
                self._fail(error)

    def isatty(self) -> bool:
        """Return whether the stream is a terminal."""
        return self._stream is not None and not self._stream.closed and is_terminal(self._stream)

    def _fail(self, error: OSError) -> None:
        self.failed = error
        if self._stream is None or self._stream.closed:
            return
        # What is left in its buffer would fail again when Python ends, and change the exit code.
        try:
            number = self._stream.fileno()
        except (OSError, ValueError):
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class StandardStreams:
    """The standard streams, guarded while the `with` block runs."""

    def __enter__(self) -> Self:
        _replace_closed()
        self._before = (sys.stdin, sys.stdout, sys.stderr)
        self.out = Output(sys.stdout)
        self.error = Output(sys.stderr)
        self._nothing = None if sys.stdin is not None else open(os.devnull)  # noqa: PTH123
        sys.stdin = sys.stdin or self._nothing
        sys.stdout = self.out  # it has the methods that are used
        sys.stderr = self.error
        return self

    def __exit__(self, *_: object) -> None:
        self.out.flush()
        self.error.flush()
        sys.stdin, sys.stdout, sys.stderr = self._before
        if self._nothing is not None:
            self._nothing.close()

    def why_not_printed(self) -> str:
        """Return why results could not be printed; "" if they were, or their reader has gone.

        A reader that has gone has read what it wanted, as `| head -1` does.
        """
        self.out.flush()
        failed = self.out.failed
        if failed is None or failed.errno in _READER_GONE:
            return ""
        why = _WHY.get(failed.errno or 0, f"the system says: {failed.strerror or failed}")
        return (
            f"What the command had to say could not be printed on standard output: {why}. Anything "
            "that it writes elsewhere was written."
        )


def _replace_closed() -> None:
    """Open `/dev/null` under the number of each standard stream that is closed."""
    if os.name == "nt":
        return
    for number in _closed():
        taken = os.open(os.devnull, os.O_RDWR)
        if taken != number:
            os.dup2(taken, number)
            os.close(taken)


def _closed() -> Iterator[int]:
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            yield number
