"""The colours: light, dark, and both in high contrast. Meaning never depends on them alone."""

from __future__ import annotations

from textual.theme import Theme

_PLAIN = {"block-cursor-text-style": "none"}

THEMES: tuple[Theme, ...] = (
    Theme(
        name="recordpick-dark",
        primary="#7fb4d6",
        secondary="#8fa3b0",
        accent="#7fb4d6",
        warning="#d9b36c",
        error="#d98c8c",
        success="#8fbf9f",
        foreground="#d5dbe0",
        background="#14181c",
        surface="#14181c",
        panel="#1d242a",
        dark=True,
        variables={**_PLAIN, "cursor": "#274b63", "cursor-text": "#ffffff", "quiet": "#8b98a3"},
    ),
    Theme(
        name="recordpick-light",
        primary="#1f5f8b",
        secondary="#546673",
        accent="#1f5f8b",
        warning="#8a5a00",
        error="#9c2f2f",
        success="#2c6b45",
        foreground="#1d2429",
        background="#fbfbf9",
        surface="#fbfbf9",
        panel="#ecefee",
        dark=False,
        variables={**_PLAIN, "cursor": "#cfe3f1", "cursor-text": "#0b1b26", "quiet": "#5b6a75"},
    ),
    Theme(
        name="recordpick-contrast-dark",
        primary="#ffff00",
        secondary="#ffffff",
        accent="#ffff00",
        warning="#ffff00",
        error="#ff9999",
        success="#ffffff",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        dark=True,
        variables={**_PLAIN, "cursor": "#ffff00", "cursor-text": "#000000", "quiet": "#ffffff"},
    ),
    Theme(
        name="recordpick-contrast-light",
        primary="#00008b",
        secondary="#000000",
        accent="#00008b",
        warning="#6b2f00",
        error="#8b0000",
        success="#000000",
        foreground="#000000",
        background="#ffffff",
        surface="#ffffff",
        panel="#ffffff",
        dark=False,
        variables={**_PLAIN, "cursor": "#000000", "cursor-text": "#ffffff", "quiet": "#000000"},
    ),
)
DEFAULT_THEME = THEMES[0].name
