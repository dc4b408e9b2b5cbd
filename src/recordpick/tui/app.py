"""The app: from the first paint to an open working file. It imports polars in threads only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import Input

from recordpick.crash_report import crash_report
from recordpick.polars_env import NOT_ENOUGH, is_out_of_memory
from recordpick.progress import Progress
from recordpick.sanitize import visible
from recordpick.tui.asides import awaits_box
from recordpick.tui.demo_folder import FILE, DemoFolder
from recordpick.tui.fields import Field
from recordpick.tui.hang_up import Ender
from recordpick.tui.openings import Openings
from recordpick.tui.palette import Command, commands_of
from recordpick.tui.settings import Settings, usual_place
from recordpick.tui.start import StartScreen
from recordpick.tui.themes import THEMES, USUAL

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.screen import Screen

    from recordpick.index.source import Answers
    from recordpick.tui.making import Made
    from recordpick.tui.roles import Role
    from recordpick.tui.session import Session
    from recordpick.tui.work import WorkScreen

DEMO_PATIENTS = 1500


class RecordpickApp(App[None]):
    """Opens on the start screen, on a working file (`path`), or on the demonstration."""

    TITLE = "recordpick"
    CSS_PATH = "styles/app.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "next_theme", "Colours", show=False),
        Binding("f9", "mask", "Hide names", show=False, priority=True),
    ]

    masks: reactive[bool] = reactive(default=False)
    """Whether names and numbers of patients are hidden, on every screen: see hiding.py."""

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
        """Take what to open. `settings` is what the app remembers, by default of this person."""
        super().__init__()
        self.settings = Settings.load(usual_place()) if settings is None else settings
        self._path = path
        self._demo = demo
        self._demo_folder = DemoFolder(demo_folder)
        self.last_words = ""
        """What is to be said when the terminal is the person's own again."""
        self._demo_size = (demo_patients, demo_seed)
        self._session: Session | None = None
        self._openings = Openings()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.settings.theme if self.settings.theme in self.available_themes else USUAL

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give the colours that our styles use beyond Textual's, for themes that lack them."""
        return {"cursor": "#274b63", "cursor-text": "#ffffff", "quiet": "#8b98a3"}

    def get_default_screen(self) -> Screen[None]:
        """The start screen is what everything else opens over."""
        return StartScreen(self.settings.recent)

    def on_mount(self) -> None:
        """Open what was asked for, over the start screen."""
        if self._demo:
            self.open_demo()
        elif self._path is not None:
            self.open_file(self._path)

    async def on_event(self, event: events.Event) -> None:
        """Make visible what is pasted into the palette's field, which shows its text raw."""
        if isinstance(event, events.Paste):
            focused = self.focused
            if isinstance(focused, Input) and not isinstance(focused, Field):
                event.text = visible(event.text)
        await super().on_event(event)

    def on_unmount(self) -> None:
        """Let go of the working file, and take a demonstration away that nobody wants to keep."""
        self._let_go_of_all()
        self.last_words = self._demo_folder.leave()

    def run_on_terminal(self) -> int:
        """Run until the person leaves, the terminal goes or a signal asks for the end.

        Returns the exit code.
        """
        ender = Ender(sys.stdin.fileno(), self._have_it_end, self._let_go_of_all)
        with ender.watching():
            self.run()
        return self.return_code or 0

    def get_driver_class(self) -> type[Driver]:
        """Give the driver for this system's terminals."""
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":
            return usual
        from recordpick.tui.terminal_driver import TerminalDriver

        return TerminalDriver

    def _have_it_end(self, code: int) -> None:
        """Leave, from another thread: nobody sees the screen any more, or somebody asked for it."""
        while True:
            with suppress(RuntimeError):  # it does not run yet, or has ended already
                self.call_from_thread(self._leave_at_once, code)
                return
            time.sleep(0.1)

    def _leave_at_once(self, code: int) -> None:
        self._let_go_of_all()
        self.exit(return_code=code)

    def _let_go_of_all(self) -> None:
        """Let go of the working file, also of one that a thread is just opening."""
        self._let_go()
        self._openings.end()

    def _let_go(self) -> None:
        if self._session is not None:
            path = str(self._session.file.path)
            if path in self.settings.recent and self._session.looked_at:
                self.settings.last_criterion[path] = self._session.looked_at
                self.settings.save()
            self._session.close()
            self._session = None

    # ------------------------------------------------------------------ ways in

    @on(StartScreen.Asked)
    def _asked(self, message: StartScreen.Asked) -> None:
        if message.what == "demo":
            self.open_demo()
        elif message.what == "new":
            self.make_file()
        elif message.what == "recent" and message.path is not None:
            self.open_file(message.path)
        else:
            self.choose_file()

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
    async def make_file(self) -> None:
        """Ask what a new working file needs, make it, and open it."""
        from recordpick.tui.asking import ask_about
        from recordpick.tui.dialogs import Tell
        from recordpick.tui.new_file import Filled, NewFileScreen
        from recordpick.tui.waiting import Waiting

        settings = self.settings
        filled: Filled | None = None
        while True:
            screen = NewFileScreen(settings.name, settings.role, filled)
            filled = await self.push_screen_wait(screen)
            if filled is None:
                return
            settings.name, settings.role = filled.name, filled.role
            settings.save()
            form = filled
            answers = await ask_about(self, form)
            if answers is None:
                continue

            def make(progress: Progress, form: Filled = form, answers: Answers = answers) -> Made:
                from recordpick.tui.making import make_working_file

                return make_working_file(form, progress, answers)

            done = await self.push_screen_wait(Waiting("Making the working file", make))
            if done.result is not None:
                if done.result.warnings:
                    await self.push_screen_wait(Tell("Before you begin", done.result.warnings))
                self.open_file(done.result.path)
                return
            if done.error is not None:
                await self.push_screen_wait(Tell.error(done.error, "Nothing was made"))

    @work
    async def open_demo(self) -> None:
        """Make the demonstration, unless it is there, and open it."""
        from recordpick.tui.dialogs import Tell
        from recordpick.tui.waiting import Waiting

        folder = self._demo_folder.path
        patients, seed = self._demo_size

        def make(progress: Progress) -> tuple[Path, str, Role]:
            from recordpick.demo import PERSON, make_demo

            path = folder / FILE
            if not path.exists():
                path = make_demo(folder, patients, seed, progress)
            return path, PERSON.name, PERSON.role

        done = await self.push_screen_wait(Waiting("Making the demonstration", make))
        if done.error is not None:
            await self.push_screen_wait(Tell.error(done.error, "No demonstration"))
        elif done.result is not None:
            path, name, role = done.result
            await self._open(path, name, role, remember=False, says=self._demo_folder.says)

    @work
    async def open_file(self, path: Path) -> None:
        """Open a working file."""
        settings = self.settings
        if not await self.is_signed_in():
            return
        await self._open(path, settings.name, settings.role, remember=True)

    async def is_signed_in(self) -> bool:
        """Ask who works here, unless that is known; return whether it is known now."""
        from recordpick.tui.dialogs import WhoAreYou

        settings = self.settings
        if not settings.name:
            answer = await self.push_screen_wait(WhoAreYou(settings.name, settings.role))
            if answer is None:
                return False
            settings.name, settings.role = answer
            settings.save()
        return True

    async def _open(
        self, path: Path, name: str, role: Role, *, remember: bool, says: str = ""
    ) -> None:
        from recordpick.tui.opening import HowToOpen, open_with_questions
        from recordpick.tui.tour import Tour

        self._let_go()
        how = HowToOpen(path, name, role, self._looked_at(path))
        ready = await open_with_questions(self, how, self._openings)
        if ready is None:
            return
        self._session, work_screen = ready
        if remember:
            self.settings.opened(self._session.file.path)
        await self.push_screen(work_screen, self._file_closed)
        if says:
            work_screen.say(says)
        for box in work_screen.boxes_at_opening():
            await self.push_screen_wait(box)
        if remember:
            await self._offer_merge(work_screen)
        if not self.settings.tour_seen:
            self.settings.tour_seen = True
            self.settings.save()
            await self.push_screen_wait(Tour())

    async def _offer_merge(self, screen: WorkScreen) -> None:
        """Offer to bring copies together that have gone on; look for others among recent files."""
        from recordpick.tui.screens.merge import offer_to_merge, say_copies_used_lately

        file = screen.session.file
        say_copies_used_lately(screen, file, self.settings.recent)
        self._go_on_with(await offer_to_merge(self, file))

    @work
    async def action_merge(self) -> None:
        """Bring two copies of a working file together: the open one and another, or any two."""
        from recordpick.tui.screens.merge import merge_copies, who_merges

        here = self._session.file.path if self._session is not None else None
        person = await who_merges(self)
        if person is not None:
            self._go_on_with(await merge_copies(self, person, here))

    def _go_on_with(self, path: Path | None) -> None:
        """Open a working file in place of the one that is open."""
        if path is None:
            return
        if not isinstance(self.screen, StartScreen):
            self.screen.dismiss(None)
        self.open_file(path)

    def _file_closed(self, _: object) -> None:
        self._let_go()
        if isinstance(self.screen, StartScreen):
            self.screen.show_recent(self.settings.recent)

    def _looked_at(self, path: Path) -> str | None:
        return self.settings.last_criterion.get(str(path.absolute()))

    def _fatal_error(self) -> None:
        """Leave after a mistake of ours, without the data that Textual's own report would show."""
        error = sys.exception() or self._exception or RuntimeError()
        self.panic(Text(NOT_ENOUGH if is_out_of_memory(error) else crash_report(error)))

    # ------------------------------------------------------------------ everywhere

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Give the command palette everything that a key does here."""
        for command in commands_of(screen):
            key = f" ({command.key})" if command.key else ""
            run = partial(self._run_command, screen, command)
            yield SystemCommand(command.title, f"{command.says}{key}", run)

    async def _run_command(self, screen: Screen[object], command: Command) -> None:
        if command.on == "app":
            await self.run_action(command.action)
        elif command.on == "screen":
            await screen.run_action(command.action)
        else:
            await screen.query_one(f"#{command.on}").run_action(command.action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key be a command while a box is on its way (asides.py)."""
        return None if awaits_box(self.screen) else super().check_action(action, parameters)

    def action_mask(self) -> None:
        """Hide names and numbers of patients everywhere at once, or show them."""
        self.masks = not self.masks

    def action_help(self) -> None:
        """Explain the part of the screen the person is in."""
        from recordpick.tui.help import HelpScreen, topic_of

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(topic_of(self.screen)))

    def action_next_theme(self) -> None:
        """Go on to the next set of colours, and remember it."""
        names = [theme.name for theme in THEMES]
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]
        self.settings.theme = self.theme
        self.settings.save()
