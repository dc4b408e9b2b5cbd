"""What tests have loaded, left out of garbage collection whenever the app opens a file.

The app collects what an earlier file left, and for that goes through all that is loaded. In a test
run those are all tests and libraries, and each start of the app took nearly twice as long.
`tests/conftest.py` freezes what is loaded once, after collection.
"""

from __future__ import annotations

from recordpick.tui import garbage_collection


def keep_loaded_objects_frozen() -> None:
    """Let the app leave what is frozen as it is."""
    garbage_collection.freeze_loaded_objects = lambda: None
