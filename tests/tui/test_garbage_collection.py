"""What is loaded is not gone through for garbage while somebody works, yet nothing is hoarded."""

import gc
import weakref

from recordpick.tui.opening import freeze_loaded_objects


class Screen:
    """Something that holds on to itself, as screens do."""

    def __init__(self):
        self.own = self


def test_a_file_that_was_closed_is_let_go_when_the_next_is_opened():
    """What is loaded is set aside; what is no longer used goes when the next is loaded."""
    try:
        screen = Screen()
        gone = weakref.ref(screen)
        freeze_loaded_objects()
        assert gc.get_freeze_count() > 0
        del screen
        gc.collect()
        assert gone() is not None
        freeze_loaded_objects()
        assert gone() is None
    finally:
        gc.unfreeze()
