"""How polars keeps memory that it was given back, while an index is made."""

from __future__ import annotations

import os

_SETTING = "_RJEM_MALLOC_CONF"
"""What the allocator in polars (jemalloc) reads when it is loaded; that on Windows has none."""

_KEPT = "dirty_decay_ms:3000,muzzy_decay_ms:0,oversize_threshold:0"


def keep_memory() -> None:
    """Let polars keep memory for three seconds, large pieces too, before the system gets it back.

    Batches of rows are asked for in the same sizes over and over; to get each from the system anew
    takes some 3 % of the time of making an index (docs/benchmarks.md). Of no effect once polars was
    imported; what somebody has set stays.
    """
    os.environ.setdefault(_SETTING, _KEPT)
