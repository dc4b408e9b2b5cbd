"""What the app remembers between two runs: recent files, who works here, how it looks.

It holds paths, a person's name and choices of the screen; nothing of any patient. Losing it loses
nothing: a file that cannot be read or written is as good as none.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from recordpick.tui.roles import Role, as_role
from recordpick.user_folder import own_folder

RECENT = 9


@dataclass
class Settings:
    """The choices, and where they are kept (None: nowhere)."""

    place: Path | None = None
    recent: list[str] = field(default_factory=list)
    name: str = ""
    role: Role = "practice"
    theme: str = ""
    tour_seen: bool = False
    last_criterion: dict[str, str] = field(default_factory=dict)
    """By path of the working file: the criterion that was looked at last."""

    @classmethod
    def load(cls, place: Path | None) -> Settings:
        """Read what was kept there; whatever is missing or strange is left as new."""
        settings = cls(place)
        if place is None:
            return settings
        try:
            kept = json.loads(place.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return settings
        if not isinstance(kept, dict):
            return settings
        for name in ("name", "theme"):
            if isinstance(kept.get(name), str):
                setattr(settings, name, kept[name])
        settings.role = as_role(kept.get("role"))
        settings.tour_seen = kept.get("tour_seen") is True
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
        """Keep it, whole or not at all; if that cannot be done, go on without."""
        if self.place is None:
            return
        kept = asdict(self)
        del kept["place"]
        made = self.place.with_name(f"{self.place.name}.{os.getpid()}.new")
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            made.touch(mode=0o600)  # names of files may say more than others need to know
            made.write_text(json.dumps(kept, indent=1), encoding="utf-8")
            made.replace(self.place)
        except OSError:
            with suppress(OSError):
                made.unlink(missing_ok=True)

    def opened(self, path: Path) -> None:
        """Put a working file at the head of the recent ones."""
        text = str(path)
        self.recent = [text, *(other for other in self.recent if other != text)][:RECENT]
        self.last_criterion = {
            known: criterion
            for known, criterion in self.last_criterion.items()
            if known in self.recent
        }
        self.save()


def usual_place() -> Path | None:
    """Where settings are kept on this machine; None where the person has no home."""
    own = own_folder()
    return None if own is None else own / "app.json"
