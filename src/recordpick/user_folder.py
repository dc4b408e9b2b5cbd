"""Where recordpick keeps what it remembers on this computer: choices of the person, no records."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def own_folder() -> Path | None:
    """Return the folder for this person's choices, which may not be there yet; None without a home.

    The places are those that each system has for it: APPDATA, Application Support, XDG_CONFIG_HOME.
    """
    try:
        if sys.platform == "win32":
            home = os.environ.get("APPDATA")
            base = Path(home) if home else Path.home() / "AppData" / "Roaming"
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Application Support"
        else:
            kept = os.environ.get("XDG_CONFIG_HOME")
            base = Path(kept) if kept else Path.home() / ".config"
    except RuntimeError:
        return None
    return base / "recordpick"
