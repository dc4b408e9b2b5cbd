"""No pause in the middle of the work: what is loaded once is not looked through again and again.

Python looks for garbage now and then by going through everything that is loaded. With polars,
Textual and a screen that takes 40 ms, in which no key is answered: the slowest key in a hundred was
one that met it. What stays loaded as long as a file is open is set aside.
"""

from __future__ import annotations

import gc


def set_aside() -> None:
    """Set aside all that is loaded now; what was before and is no longer used goes first."""
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.freeze()
