"""The error for people: something that they supplied cannot be used.

There is one class. Its messages are one or two sentences each: where (file, line, key), what is
wrong, and what to do. The command line prints them to stderr and exits with 2; the app shows them
in a dialog. Any other exception is our own bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable


class UserError(Exception):
    """Something that a person can correct: bad input, a missing file, a missing folder.

    `messages` holds one text per problem, in the order of the input.
    """

    def __init__(self, *messages: str) -> None:
        super().__init__(*messages)
        self.messages: tuple[str, ...] = messages

    @classmethod
    def of(cls, messages: Iterable[str]) -> UserError:
        """Return one error with many messages."""
        return cls(*messages)

    def __str__(self) -> str:
        return "\n".join(self.messages)
