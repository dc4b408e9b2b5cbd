"""Python's garbage collector: kept out of the way while the app starts and while keys are answered.

The collector now and then goes through every object that there is. While the program loads, that
takes a fifteenth of the time, and nothing is garbage yet. With polars, Textual and a screen loaded
it takes 40 ms, in which no key is answered: the slowest key in a hundred was one that met it.

`recordpick` turns it off before it loads the app, and the app turns it on.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collected_later() -> Iterator[None]:
    """Collect nothing within; then leave all that is loaded out of every collection.

    What is loaded stays as long as a file is open.
    """
    gc.disable()
    try:
        yield
        freeze_loaded_objects()
    finally:
        gc.enable()


def freeze_loaded_objects() -> None:
    """Leave all that is loaded now out of garbage collection.

    Before it is frozen, what an earlier file left behind is collected.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.freeze()
