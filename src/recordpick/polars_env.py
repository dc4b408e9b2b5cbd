"""Memory: how much is available, how polars keeps it, and what is reported when it runs out."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

_SETTING = "_RJEM_MALLOC_CONF"
"""The setting of polars' allocator (jemalloc), read when it loads; the one on Windows has none."""

_DECAY = "dirty_decay_ms:3000,muzzy_decay_ms:0,oversize_threshold:0"


def keep_memory() -> None:
    """Let polars keep freed memory, large blocks too, for three seconds before it is returned.

    Batches of rows need blocks of the same sizes over and over; getting each from the system again
    takes some 3 % of the time of making an index (docs/benchmarks.md). Has no effect once polars
    has been imported; an existing setting stays.
    """
    os.environ.setdefault(_SETTING, _DECAY)


NOT_ENOUGH = (
    "There is not enough memory for this on this computer. Nothing was left half-written. Close "
    "other programs, or use a computer (or a container) with more memory."
)
_OUT_OF_MEMORY = re.compile(
    r"out of memory|memory allocation|cannot allocate memory|not enough memory|os error 12\b",
    re.IGNORECASE,
)
_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")
_NO_LIMIT = 1 << 60
"""Without a limit, version 1 of control groups reports a number larger than this."""


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error, or one of its causes, says that there was not enough memory."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        if isinstance(one, MemoryError) or getattr(one, "errno", None) == errno.ENOMEM:
            return True
        # polars has no exception type for this, and says it in the text of others
        if type(one).__module__.startswith("polars") and _OUT_OF_MEMORY.search(str(one)):
            return True
        one = one.__cause__ or one.__context__
    return False


def free_memory(groups: Path = _GROUPS, own: Path = _OWN_GROUPS) -> int:
    """Return the bytes of memory that this program may still use.

    That is what is free on this computer, or what a container leaves (control groups of Linux,
    versions 1 and 2, whichever allows least).
    """
    import psutil

    free = int(psutil.virtual_memory().available)
    return max(0, min([free, *_left_by_groups(groups, own)]))


def _left_by_groups(groups: Path, own: Path) -> list[int]:
    """Return what each control group over this program leaves of its limit."""
    found: list[int] = []
    for folder, limit_name, used_name in _folders(groups, own):
        limit = _number(folder / limit_name)
        used = _number(folder / used_name)
        if limit is not None and used is not None and limit < _NO_LIMIT:
            # Cached pages of files count as used, but are released when memory is needed.
            found.append(limit - used + _reclaimable(folder / "memory.stat"))
    return found


def _folders(groups: Path, own: Path) -> list[tuple[Path, str, str]]:
    """Return the folders of the groups over this program, and the names of limit and use."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    folders: list[tuple[Path, str, str]] = []
    for line in lines:
        _, _, rest = line.partition(":")
        kinds, _, name = rest.partition(":")
        if not kinds:
            root, names = groups, ("memory.max", "memory.current")
        elif "memory" in kinds.split(","):
            root = groups / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
        else:
            continue
        parts = [part for part in name.split("/") if part not in {"", ".."}]
        # A container sees its own group as the root, though its name may be a longer one.
        folders += [(root.joinpath(*parts[:depth]), *names) for depth in range(len(parts), -1, -1)]
    return folders


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # missing, or "max"
        return None


def _reclaimable(stat: Path) -> int:
    try:
        lines = stat.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return 0
    known = dict(line.split(" ", 1) for line in lines if " " in line)
    for name in ("total_inactive_file", "inactive_file"):
        if known.get(name, "").isdigit():
            return int(known[name])
    return 0
