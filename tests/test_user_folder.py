"""Recent files and choices are found where an earlier version kept them."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs
import pytest

from recordpick.user_folder import own_folder


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="those have their own places")
def test_the_place_is_that_of_the_desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """XDG_CONFIG_HOME where it is set, .config in the home otherwise, as before."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    assert own_folder() == tmp_path / "settings" / "recordpick"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert own_folder() == tmp_path / ".config" / "recordpick"


@pytest.mark.parametrize("system", ["win32", "darwin"])
@pytest.mark.parametrize("used_before", [True, False])
def test_choices_of_an_earlier_version_are_not_lost(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str, used_before: bool
) -> None:
    """Its folder stays in use where there is one; a new person gets what the system says."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platformdirs, "user_config_path", lambda name, **_: tmp_path / "new" / name)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("APPDATA", str(tmp_path / "Roaming"))
    places = {"win32": tmp_path / "Roaming", "darwin": tmp_path / "Library/Application Support"}
    earlier = places[system] / "recordpick"
    if used_before:
        earlier.mkdir(parents=True)
    assert own_folder() == (earlier if used_before else tmp_path / "new" / "recordpick")


def test_without_a_home_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path would depend on the folder in which recordpick was started."""
    monkeypatch.setattr(platformdirs, "user_config_path", lambda *_, **__: Path("~/.config"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert own_folder() is None
