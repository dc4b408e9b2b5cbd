"""The app: from the first paint to an open working file. It imports polars in threads only."""

from __future__ import annotations

import gc
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.reactive import reactive

from recordpick.crash_report import crash_report
from recordpick.polars_env import NOT_ENOUGH, is_out_of_memory
from recordpick.progress import Progress
from recordpick.sanitize import visible
from recordpick.tui.actions import (
    ALL_COMMANDS,
    FILE,
    HELP_GROUP,
    HIDE_NAMES,
    QUIT,
    THIS_PART,
    VIEW,
    command,
    commands_of,
    key,
)
from recordpick.tui.flow_screen import is_opening_modal
from recordpick.tui.openings import Openings
from recordpick.tui.screens.start import StartScreen
from recordpick.tui.scrollbars import use_whole_cells
from recordpick.tui.settings import Settings, settings_path
from recordpick.tui.signals import ShutdownWatcher
from recordpick.tui.themes import DEFAULT_THEME, THEMES

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.screen import Screen

    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session
    from recordpick.tui.settings import Role

DEMO_FILE = "demonstration.recordpick"
DEMO_PATIENTS = 1500
_DEMO_FOLDERS = frozenset({"practice", "index"})


class DemoFolder:
    """The folder of the demonstration, deleted at the end if nobody named it or wrote into it."""

    def __init__(self, named: Path | None = None) -> None:
        """Take the folder that was named; None: one is created for this run when it is needed."""
        self._named = named
        self._created: Path | None = None

    @property
    def path(self) -> Path:
        """The folder; created now, if need be."""
        if self._named is not None:
            return self._named
        if self._created is None:
            self._created = Path(tempfile.mkdtemp(prefix="recordpick-demo-"))
        return self._created

    @property
    def notice(self) -> str:
        """The message when the demonstration opens."""
        if self._named is not None:
            return f"All patients are made up. The demonstration is kept in {self._named}."
        return "All patients are made up. The demonstration is deleted when you quit."

    def clean_up(self) -> str:
        """Delete a folder that was created for this run; return where it is if it stays.

        It stays where somebody wrote something beside it: an export is their work.
        """
        folder = self._created
        if folder is None or not folder.is_dir():
            return ""
        theirs = [path for path in folder.iterdir() if not self._is_ours(path)]
        if theirs:
            return (
                f"What you wrote from the demonstration is in {folder}. All patients in it are "
                "made up; delete the folder when you no longer need it."
            )
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            return f"The demonstration in {folder} could not be deleted: you can delete it."
        return ""

    def _is_ours(self, path: Path) -> bool:
        ours = (DEMO_FILE, Path(DEMO_FILE).stem + ".", ".")
        return path.name in _DEMO_FOLDERS or path.name.startswith(ours)


class RecordpickApp(App[None]):
    """Opens on the start screen, on a working file (`path`), or on the demonstration."""

    TITLE = "recordpick"
    CSS_PATH = "styles/app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "f10"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("ctrl+t", "next_theme", "Other colours: dark, light, high contrast", VIEW),
        key("f9", "mask", HIDE_NAMES, VIEW, priority=True),
        key("colon", "app.command_palette", ALL_COMMANDS, label="More"),
    ]
    COMMANDS_WITHOUT_KEY = (
        command("help", THIS_PART, HELP_GROUP),
        command("quit", QUIT, FILE),
    )

    masks: reactive[bool] = reactive(default=False)
    """Whether names and numbers of patients are hidden, on every screen: see `masking`."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        demo: bool = False,
        demo_folder: Path | None = None,
        demo_patients: int = DEMO_PATIENTS,
        demo_seed: int = 1,
        settings: Settings | None = None,
    ) -> None:
        """Take what to open. `settings` is what the app remembers, by default for this person."""
        super().__init__()
        self.settings = Settings.load(settings_path()) if settings is None else settings
        self._path = path
        self._demo = demo
        self._demo_folder = DemoFolder(demo_folder)
        self.exit_message = ""
        """The message to print after the app has closed."""
        self._demo_size = (demo_patients, demo_seed)
        self._session: Session | None = None
        self.typed_form: dict[str, str] = {}
        """What was in the form for a new working file when it was left."""
        self._openings = Openings()
        use_whole_cells()
        for theme in THEMES:
            self.register_theme(theme)
        known = self.settings.theme in self.available_themes
        self.theme = self.settings.theme if known else DEFAULT_THEME

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours that our styles use beyond Textual's, for themes that lack them."""
        return {"cursor": "#274b63", "cursor-text": "#ffffff", "quiet": "#8b98a3"}

    def get_default_screen(self) -> Screen[None]:
        """Return the start screen: everything else opens over it."""
        return StartScreen(self.settings.recent)

    def _load_screen_css(self, screen: Screen[Any]) -> None:
        """Parse the styles of a screen when it is first shown, and no others.

        Textual then parses all styles again, and applies them to everything that is there already.
        Our files have styles of their own screens only.
        """
        new = [path for path in screen.css_path if not self.stylesheet.has_source(str(path), "")]
        for path in new:
            self.stylesheet.read(path)
        if new:
            self.stylesheet.parse()
        super()._load_screen_css(screen)

    def on_mount(self) -> None:
        """Open the file named on the command line, over the start screen."""
        if self._path is not None and not self._demo:
            self.open_file(self._path)
            return
        gc.enable()
        if self._demo:
            self.open_demo()

    async def on_event(self, event: events.Event) -> None:
        """Sanitise what is pasted into the palette's field, which shows its text unchanged."""
        if isinstance(event, events.Paste):
            from textual.widgets import Input

            from recordpick.tui.widgets.fields import Field

            focused = self.focused
            if isinstance(focused, Input) and not isinstance(focused, Field):
                event.text = visible(event.text)
        await super().on_event(event)

    def on_unmount(self) -> None:
        """Close the working file, and delete a demonstration that nobody wants to keep."""
        self._close_all_sessions()
        self.exit_message = self._demo_folder.clean_up()

    def run_on_terminal(self) -> int:
        """Run until the person quits, the terminal goes or a signal ends the app.

        Returns the exit code.
        """
        watcher = ShutdownWatcher(
            sys.stdin.fileno(), self._exit_from_thread, self._close_all_sessions
        )
        with watcher.watching():
            self.run()
        return self.return_code or 0

    def get_driver_class(self) -> type[Driver]:
        """Return the driver for this system's terminals."""
        default = super().get_driver_class()
        if default.__name__ != "LinuxDriver":
            return default
        from recordpick.tui.terminal_driver import TerminalDriver

        return TerminalDriver

    def _exit_from_thread(self, code: int) -> None:
        """Exit, from another thread: the terminal has gone, or a signal was sent."""
        while True:
            with suppress(RuntimeError):  # it does not run yet, or has ended already
                self.call_from_thread(self._exit_now, code)
                return
            time.sleep(0.1)

    def _exit_now(self, code: int) -> None:
        self._close_all_sessions()
        self.exit(return_code=code)

    def _close_all_sessions(self) -> None:
        """Close the working file, and one that a thread is just opening."""
        self._close_session()
        self._openings.end()

    def _close_session(self) -> None:
        if self._session is not None:
            path = str(self._session.file.path)
            if path in self.settings.recent and self._session.last_criterion:
                self.settings.last_criterion[path] = self._session.last_criterion
                self.settings.save()
            self._session.close()
            self._session = None

    # ------------------------------------------------------------------ opening

    @on(StartScreen.Chosen)
    def _start_chosen(self, message: StartScreen.Chosen) -> None:
        if message.choice == "demo":
            self.open_demo()
        elif message.choice == "new":
            self.create_file()
        elif message.choice == "rules":
            self.rules_from_words()
        elif message.choice == "recent" and message.path is not None:
            self.open_file(message.path)
        else:
            self.choose_file()

    @on(StartScreen.Forgotten)
    def _recent_forgotten(self, message: StartScreen.Forgotten) -> None:
        self.settings.forget_recent(message.path)
        if isinstance(self.screen, StartScreen):
            self.screen.show_recent(self.settings.recent)

    @work
    async def choose_file(self) -> None:
        """Ask for a working file, and open it."""
        from recordpick.tui.file_picker import FilePicker

        recent = Path(self.settings.recent[0]) if self.settings.recent else None
        path = await self.push_screen_wait(
            FilePicker("Open a working file", recent, endings=(".recordpick",))
        )
        if path is not None:
            self.open_file(path)

    @work
    async def rules_from_words(self) -> None:
        """Turn a supplier's sheet into a pack; then offer to start a working file with it."""
        from recordpick.tui.dialogs import Confirm
        from recordpick.tui.flows.rules_from_words import rules_from_words

        drafted = await rules_from_words(self, self.settings.name)
        if drafted is None:
            return
        message = f"The criteria are in {drafted.pack}. Start a working file with them now?"
        if await self.push_screen_wait(Confirm("Criteria", [message], "Start it", "Later")):
            self.create_file(drafted.pack, drafted.records)

    @work
    async def create_file(self, pack: Path | None = None, records: Path | None = None) -> None:
        """Create a working file from a form, and open it.

        `pack` and `records` are in the form at first, where they are known.
        """
        from recordpick.tui.creating import create_from_form

        path = await create_from_form(self, pack, records)
        if path is not None:
            self.open_file(path)

    @work
    async def open_demo(self) -> None:
        """Create the demonstration, unless it exists, and open it."""
        from recordpick.tui.background import run_with_progress

        folder = self._demo_folder.path
        patients, seed = self._demo_size

        def create(progress: Progress) -> tuple[Path, str, Role]:
            from recordpick.demo import PERSON, make_demo

            path = folder / DEMO_FILE
            if not path.exists():
                path = make_demo(folder, patients, seed, progress)
            return path, PERSON.name, PERSON.role

        title = "Creating the demonstration"
        created = await run_with_progress(self, title, create, failed="No demonstration")
        if created is not None:
            path, name, role = created
            await self._open(path, name, role, remember=False, notice=self._demo_folder.notice)

    @work
    async def open_file(self, path: Path) -> None:
        """Open a working file."""
        if await self.knows_person():
            await self._open(path, self.settings.name, self.settings.role, remember=True)

    async def knows_person(self) -> bool:
        """Ask who is working, unless that is known; return whether it is known now."""
        from recordpick.tui.dialogs import PersonDialog

        settings = self.settings
        if not settings.name:
            gc.enable()
            answer = await self.push_screen_wait(PersonDialog(settings.name, settings.role))
            if answer is None:
                return False
            settings.name, settings.role = answer
            settings.save()
        return True

    async def _open(
        self, path: Path, name: str, role: Role, *, remember: bool, notice: str = ""
    ) -> None:
        from recordpick.tui.opening import OpenRequest, notices_of, open_with_questions
        from recordpick.tui.tour import Tour

        self._close_session()
        request = OpenRequest(path, name, role, self._criterion_shown_last(path))
        opened = await open_with_questions(self, request, self._openings)
        if opened is None:
            return
        self._session, screen = opened
        if remember:
            self.settings.add_recent(self._session.file.path)
        await self.push_screen(screen, self._file_closed)
        if notice:
            screen.show_message(notice)
        for modal in notices_of(self._session):
            await self.push_screen_wait(modal)
        if remember:
            await self._offer_merge(screen)
        if not self.settings.tour_seen:
            self.settings.tour_seen = True
            self.settings.save()
            await self.push_screen_wait(Tour())

    async def _offer_merge(self, screen: PickingScreen) -> None:
        """Offer to merge copies that have changed; look for others among recent files."""
        from recordpick.tui.screens.merge import offer_to_merge, report_recent_copies

        file = screen.session.file
        report_recent_copies(screen, file, self.settings.recent)
        self._open_instead(await offer_to_merge(self, file))

    @work
    async def action_merge(self) -> None:
        """Merge two copies of a working file: the open one and another, or any two."""
        from recordpick.tui.screens.merge import merge_copies, person_to_merge

        first = self._session.file.path if self._session is not None else None
        person = await person_to_merge(self)
        if person is not None:
            self._open_instead(await merge_copies(self, person, first))

    def _open_instead(self, path: Path | None) -> None:
        """Open a working file in place of the one that is open."""
        if path is None:
            return
        if not isinstance(self.screen, StartScreen):
            self.screen.dismiss(None)
        self.open_file(path)

    def _criterion_shown_last(self, path: Path) -> str | None:
        return self.settings.last_criterion.get(str(path.absolute()))

    def _file_closed(self, _: object) -> None:
        self._close_session()
        if isinstance(self.screen, StartScreen):
            self.screen.show_recent(self.settings.recent)

    def _fatal_error(self) -> None:
        """Exit after a bug of ours, without the data that Textual's own report would show."""
        error = sys.exception() or self._exception or RuntimeError()
        self.panic(Text(NOT_ENOUGH if is_out_of_memory(error) else crash_report(error)))

    # ------------------------------------------------------------------ on every screen

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return everything that a key does here, for the command palette."""
        for one in commands_of(screen):
            key_name = f" ({one.key})" if one.key else ""
            run = partial(one.node.run_action, one.action)
            yield SystemCommand(one.title, f"{one.explanation}{key_name}", run)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the keys while a modal is opening (see `flow_screen`)."""
        return None if is_opening_modal(self.screen) else super().check_action(action, parameters)

    @property
    def moves_on(self) -> bool:
        """Whether Space goes to the next patient after it picked one."""
        return self.settings.moves_on

    @moves_on.setter
    def moves_on(self, value: bool) -> None:
        self.settings.moves_on = value
        self.settings.save()

    def action_mask(self) -> None:
        """Hide names and numbers of patients everywhere at once, or show them."""
        self.masks = not self.masks

    def action_help(self) -> None:
        """Explain the part of the screen that has the focus."""
        from recordpick.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_next_theme(self) -> None:
        """Switch to the next theme, and remember it."""
        names = [theme.name for theme in THEMES]
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]
        self.settings.theme = self.theme
        self.settings.save()
