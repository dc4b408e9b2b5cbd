"""What all boxes over the screen share: their styles, read when the first of them opens."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

T = TypeVar("T")


class Box(ModalScreen[T]):
    """A box over the screen."""

    CSS_PATH: ClassVar[str] = "styles/boxes.tcss"
