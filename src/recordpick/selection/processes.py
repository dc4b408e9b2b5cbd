"""Whether a program is still running on this computer, and since when the computer is."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def started_at() -> float:
    """Return when this computer was started, in seconds as `datetime.timestamp` has them.

    It is reckoned back from the clock, so it moves when the clock is set.
    """
    import psutil

    return float(psutil.boot_time())


@cache
def boot_id() -> str:
    """Return what names this start of the computer (Linux); "" where it has no name."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def is_running(pid: int) -> bool:
    """Tell whether a process of that number runs. Where nobody can know, it is taken to run."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _is_running_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


if sys.platform == "win32":
    _MAY_BE_ASKED = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
    _STILL_ACTIVE = 259
    _NO_SUCH_PROCESS = 87  # ERROR_INVALID_PARAMETER

    def _is_running_on_windows(pid: int) -> bool:
        # os.kill(pid, 0) would send Ctrl+C to the process there.
        import ctypes
        from ctypes import wintypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        process = kernel.OpenProcess(_MAY_BE_ASKED, 0, pid)
        if not process:
            return ctypes.get_last_error() != _NO_SUCH_PROCESS
        try:
            code = wintypes.DWORD()
            asked = kernel.GetExitCodeProcess(wintypes.HANDLE(process), ctypes.byref(code))
            return not asked or code.value == _STILL_ACTIVE
        finally:
            kernel.CloseHandle(wintypes.HANDLE(process))
