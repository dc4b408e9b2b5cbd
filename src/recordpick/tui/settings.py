"""What the app remembers between two runs: recent files, who works here, the colours.

It has paths, a person's name and choices for the screen; nothing about any patient. Losing it loses
nothing: a file that cannot be read or written is ignored.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from recordpick.user_folder import own_folder

Role = Literal["practice", "supplier", "partner"]

ROLES: dict[Role, str] = {
    "practice": "The practice",
    "supplier": "The new supplier",
    "partner": "A delivery partner",
}
"""For whom a person works, in words; known before the core is loaded."""


def as_role(value: object) -> Role:
    """Return the role of that name; the practice for anything else."""
    return next((role for role in ROLES if role == value), "practice")


RECENT = 9


@dataclass
class Settings:
    """The choices, and where they are saved (None: nowhere)."""

    path: Path | None = None
    recent: list[str] = field(default_factory=list)
    name: str = ""
    role: Role = "practice"
    theme: str = ""
    tour_seen: bool = False
    moves_on: bool = True
    """Whether Space goes to the next patient after it picked one."""
    last_criterion: dict[str, str] = field(default_factory=dict)
    """By path of the working file: the criterion that was shown last."""

    @classmethod
    def load(cls, path: Path | None) -> Settings:
        """Read what was saved there; whatever is missing or invalid keeps its default."""
        settings = cls(path)
        if path is None:
            return settings
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return settings
        if not isinstance(kept, dict):
            return settings
        for name in ("name", "theme"):
            if isinstance(kept.get(name), str):
                setattr(settings, name, kept[name])
        settings.role = as_role(kept.get("role"))
        settings.tour_seen = kept.get("tour_seen") is True
        settings.moves_on = kept.get("moves_on") is not False
        if isinstance(kept.get("recent"), list):
            settings.recent = [path for path in kept["recent"] if isinstance(path, str)][:RECENT]
        if isinstance(kept.get("last_criterion"), dict):
            settings.last_criterion = {
                str(path): criterion
                for path, criterion in kept["last_criterion"].items()
                if isinstance(criterion, str)
            }
        return settings

    def save(self) -> None:
        """Save it, whole or not at all; if that cannot be done, carry on without."""
        if self.path is None:
            return
        kept = asdict(self)
        del kept["path"]
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch(mode=0o600)  # names of files may reveal more than others need to know
            temporary.write_text(json.dumps(kept, indent=1), encoding="utf-8", newline="\n")
            temporary.replace(self.path)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def add_recent(self, path: Path) -> None:
        """Put a working file first among the recent ones."""
        text = str(path)
        self.recent = [text, *(other for other in self.recent if other != text)][:RECENT]
        self.last_criterion = {
            known: criterion
            for known, criterion in self.last_criterion.items()
            if known in self.recent
        }
        self.save()

    def forget_recent(self, path: str) -> None:
        """Leave a working file out of the recent ones."""
        self.recent = [other for other in self.recent if other != path]
        self.last_criterion.pop(path, None)
        self.save()


def settings_path() -> Path | None:
    """Return where settings are saved on this computer; None where there is no home folder."""
    own = own_folder()
    return None if own is None else own / "app.json"
