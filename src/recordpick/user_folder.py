"""Where recordpick keeps what it remembers on this computer: choices of the person, no records."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_NAME = "recordpick"


def own_folder() -> Path | None:
    """Return the folder for this person's choices, which may not exist yet; None without a home.

    It is the folder that each system has for settings: roaming application data on Windows,
    Application Support on macOS, XDG_CONFIG_HOME or .config elsewhere.
    """
    from platformdirs import user_config_path

    try:
        earlier = _earlier_folder()
        if earlier is not None and earlier.is_dir():
            return earlier
        folder = user_config_path(_NAME, appauthor=False, roaming=True)
    except RuntimeError:  # the home folder is unknown
        return None
    return folder if folder.is_absolute() else None


def _earlier_folder() -> Path | None:
    """Return where version 0.1 kept the choices, where platformdirs may name another folder.

    On Windows, version 0.1 believed APPDATA, which may differ from the folder that the system has
    for it; on macOS, platformdirs follows XDG_CONFIG_HOME, and version 0.1 did not.
    """
    if sys.platform == "win32":
        appdata = os.environ.get("APPDATA")
        return (Path(appdata) if appdata else Path.home() / "AppData" / "Roaming") / _NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / _NAME
    return None
