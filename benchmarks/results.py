"""The results, kept as JSON part by part, so that parts can be measured on different days.

`benchmarks.json` has `parts`: by name, when it was measured, on what machine, and the result. A
part that is measured again replaces the earlier one; the page is written from all of them.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.contenders import versions
from benchmarks.page import page
from benchmarks.plot import growth_plot

Parts = dict[str, dict[str, Any]]

FILE = "benchmarks.json"
PAGE = "benchmarks.md"
PLOT = "benchmarks-growth.svg"
REMARKS = Path(__file__).with_name("remarks.md")


def machine() -> dict[str, Any]:
    """Describe the machine, without its name or its owner's."""
    return {
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": _memory(),
        "python": sys.version.split()[0],
        "packages": versions(),
    }


def _processor() -> str:
    """Return the processor's own name where the system reports it."""
    reported = Path("/proc/cpuinfo")
    if reported.exists():
        for line in reported.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return f"{platform.machine()} ({line.partition(':')[2].strip()})"
    return platform.machine()


def _memory() -> int | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3)


def dated(result: dict[str, Any], took: float) -> dict[str, Any]:
    """Return a result with when and on what it was measured, and how long that took in all."""
    now = datetime.now(UTC).isoformat(timespec="minutes")
    return {
        "measured_at": now,
        "measuring_took_s": round(took),
        "machine": machine(),
        "result": result,
    }


def keep(folder: Path, new: Parts, order: Sequence[str]) -> None:
    """Add new parts to those kept in the folder, and write JSON, plot and page again."""
    folder.mkdir(parents=True, exist_ok=True)
    merged = kept(folder) | new
    names = [name for name in order if name in merged]
    names += [name for name in merged if name not in order]
    parts = {name: merged[name] for name in names}
    _write(folder / FILE, json.dumps({"parts": parts}, indent=1, ensure_ascii=False) + "\n")
    plots = {}
    for name, part in parts.items():
        if part["result"]["work"] == "growth":
            _write(folder / PLOT, growth_plot(part["result"]))
            plots[name] = PLOT
    remarks = REMARKS.read_text(encoding="utf-8") if REMARKS.exists() else ""
    _write(folder / PAGE, page(parts, plots, remarks))


def kept(folder: Path) -> Parts:
    """Return the parts that were measured before; none if there is no file."""
    path = folder / FILE
    if not path.exists():
        return {}
    parts: Parts = json.loads(path.read_text(encoding="utf-8"))["parts"]
    return parts


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
