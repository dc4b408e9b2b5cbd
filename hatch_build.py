"""Put the handbook into the wheel: the pages of docs/ as one HTML site that needs no network."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NEEDED_TO_READ = ("*.html", "*.js", "_static", "_images")


class Handbook(BuildHookInterface):
    """Makes the handbook while a wheel is built; an editable installation reads docs/ itself."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the site in a temporary folder and add it to the wheel as `recordpick/handbook`."""
        if version != "standard":
            return
        from sphinx.cmd.build import build_main

        self._folder = Path(tempfile.mkdtemp(prefix="recordpick-handbook-"))
        docs, site = Path(self.root) / "docs", self._folder / "site"
        doctrees = str(self._folder / "doctrees")
        if build_main(["-q", "-W", "-b", "html", "-d", doctrees, str(docs), str(site)]):
            raise RuntimeError("the handbook could not be made: see the messages above")
        wanted = {path for pattern in NEEDED_TO_READ for path in site.glob(pattern)}
        for path in sorted(set(site.iterdir()) - wanted):
            if path.is_file():
                path.unlink()
            elif not any(path.rglob("*.html")):
                shutil.rmtree(path)
        build_data["force_include"][str(site)] = "recordpick/handbook"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder, ignore_errors=True)
