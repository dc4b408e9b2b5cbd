"""Driving the app in tests: keys, waiting for threads, what is on the screen."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress

from idle import use_the_event_loop
from kept_frozen import keep_loaded_objects_frozen
from known_styles import remember_styles
from remembered import remember_matches
from textual import events
from textual.worker import WorkerCancelled

from recordpick.tui.app import RecordpickApp
from recordpick.tui.settings import Settings

SMALL = (80, 24)
LARGE = (120, 30)

use_the_event_loop()
remember_matches()
remember_styles()
keep_loaded_objects_frozen()


class Driver:
    """A person at the keyboard."""

    def __init__(self, app, pilot):
        self.app = app
        self.pilot = pilot

    async def settled(self):
        """Wait until no thread is running, everything is painted, and criteria are matched."""
        for _ in range(100):  # matching begins after the first picture, which may be late
            await self._at_rest()
            if not _waits_for_matches(self.app):
                break

    async def _at_rest(self):
        for _ in range(100):
            for _ in range(3):  # what was painted may have begun something
                await self._painted()
            running = [w for w in self.app.workers if w.group == "background" and not w.is_finished]
            if not running:
                break
            # One whose screen was closed meanwhile is cancelled, which is no failure.
            with suppress(WorkerCancelled):
                await self.app.workers.wait_for_complete(running)

    async def _painted(self):
        """Handle what is waiting, and paint all screens, those below a modal too."""
        await self.pilot.pause()
        for screen in self.app.screen_stack:
            screen._on_timer_update()

    async def press(self, *keys):
        """Press keys one after the other, each when the one before has been handled."""
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    async def type_ahead(self, *keys):
        """Press keys at once, faster than the screen follows."""
        for key in keys:
            self.app.post_message(events.Key(key, {"space": " "}.get(key, key)))
        await self.settled()

    async def type(self, text):
        """Type a text."""
        names = {" ": "space", "/": "slash", ".": "full_stop", "-": "minus", "_": "underscore"}
        await self.pilot.press(*(names.get(character, character) for character in text))
        await self.settled()

    async def fill(self, field, text):
        """Put a text into a field, as pasting does."""
        self.app.screen.query_one(field).value = str(text)
        await self.settled()

    @property
    def screen(self):
        return self.app.screen

    @property
    def text(self):
        """All text on the screen, line by line."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in lines)

    def part(self, selector):
        """The text of one part of the screen, without its line breaks."""
        return " ".join(str(self.app.screen.query_one(selector).visual).split())

    @property
    def title(self):
        """The heading of the open modal, or nothing."""
        titles = self.app.screen.query(".modal--title")
        return str(titles.first().visual) if titles else ""


@asynccontextmanager
async def using(app, size=SMALL):
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        await driver.settled()
        yield driver


def _waits_for_matches(app):
    session = getattr(app.screen, "session", None)
    return session is not None and getattr(session, "matches", ()) is None


def app_on(path=None, **settings):
    """The app on a working file, used by Ann, who has used it before and has Space stay."""
    known = Settings(name="Ann Other", tour_seen=True, moves_on=False)
    return RecordpickApp(path, settings=known, **settings)
