"""Textual's driver for POSIX terminals, made to survive one that is suspended, stuck or gone.

Textual's own driver stops and starts itself in signal handlers, whatever the app is doing then: in
the middle of writing it would wait for itself for ever. A process that is continued without having
been suspended (`kill -CONT`) would get a second thread that reads keys, which nothing ends; one
that is continued in the background would have no thread that writes, and wait for it. A terminal
that has gone would end the thread that writes.
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import IO, TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


class _Stream:
    """The stream of the terminal; what cannot be written is dropped."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._gone = False

    def write(self, text: str) -> int:
        if not self._gone:
            try:
                self._stream.write(text)
            except (OSError, ValueError):
                self._gone = True
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._gone = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class TerminalDriver(LinuxDriver):
    """Draws on the terminal, and reads its keys."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        """Take what Textual passes to its drivers."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file: Any = _Stream(self._file)
        self._handles_signals = False
        # Until the app runs, the system suspends and continues it as it does any program.
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.signal(signal.SIGCONT, signal.SIG_DFL)

    @property
    def _is_drawing(self) -> bool:
        return self._writer_thread is not None and self._writer_thread.is_alive()

    def write(self, data: str) -> None:
        """Write to the terminal, while the app has it."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            self._writer_thread.write(data)

    def start_application_mode(self) -> None:
        """Take the terminal, unless the app has it already."""
        if not self._handles_signals:
            self._handles_signals = True
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTSTP, self._suspend)
            loop.add_signal_handler(signal.SIGCONT, self._continue)
        if not self._is_drawing:
            super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Give the terminal back, if the app has it."""
        if self._is_drawing:
            super().stop_application_mode()

    def close(self) -> None:
        """Write what is still to be written."""
        if self._is_drawing:
            super().close()

    def _suspend(self) -> None:
        """Give the terminal back and wait to be continued (Ctrl+Z, `kill -TSTP`)."""
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continue(self) -> None:
        """Take the terminal again, which another program may have used meanwhile."""
        if self._auto_restart:
            if self._is_drawing:  # it was stopped without notice (SIGSTOP)
                self.suspend_application_mode()
                self._must_signal_resume = True
            self.resume_application_mode()
