"""Working files that a thread is opening when the app ends: none stays locked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from recordpick.errors import UserError

if TYPE_CHECKING:
    from recordpick.tui.session import Session


class Openings:
    """Sessions that threads are opening: closed where the app ends before it has them."""

    def __init__(self) -> None:
        """Start with none."""
        self._mutex = threading.Lock()
        self._sessions: list[Session] = []
        self._is_over = False

    def add(self, session: Session) -> None:
        """Keep a session that was opened; where the app has ended, close it and raise UserError."""
        with self._mutex:
            if not self._is_over:
                self._sessions = [session]
                return
        session.close()
        raise UserError("recordpick ended while the file was being opened.")

    def end(self) -> None:
        """Close what was opened, and all that will be, because the app ends."""
        with self._mutex:
            self._is_over = True
            sessions, self._sessions = self._sessions, []
        for session in sessions:
            session.close()
