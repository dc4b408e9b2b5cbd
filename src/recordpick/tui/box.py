"""What all boxes over the screen share: their styles, read when the first of them opens."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

T = TypeVar("T")


class Box(ModalScreen[T]):
    """A box over the screen. F1 explains it, p hides names in it as everywhere."""

    # Absolute: a relative path is looked for beside the module of each subclass.
    CSS_PATH: ClassVar[str] = str(Path(__file__).parent / "styles" / "boxes.tcss")
    TOPIC: ClassVar[str] = "box"
    """What F1 says of it: see help.py."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "app.help", "Help", show=False),
        Binding("p", "app.mask", "Hide names", show=False),
    ]
