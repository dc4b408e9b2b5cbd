"""What the keys of the work screen do. Each change is on the disk before the screen says so.

Many records at once: suggested, drawn, picked from a list, handed over.

The parts of the screen where records are picked, and the words around them.

The screens that open over the work screen: pictures, what to put right, figures, the tour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from recordpick.errors import UserError
from recordpick.selection.trouble import NotSavedError
from recordpick.tui.background import Asides, Waiting, opens_box
from recordpick.tui.dialogs import Ask, Confirm, SortDialog, Tell
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.flows.draw import DrawDialog
from recordpick.tui.flows.export import ExportDialog, PassphraseBox
from recordpick.tui.flows.pick_list import PatientDialog
from recordpick.tui.flows.suggest import SuggestDialog
from recordpick.tui.masking import PrivateInput, Secret, follow, is_hiding, without
from recordpick.tui.screens.clean_up import CleanUpScreen
from recordpick.tui.screens.reports import ReportsScreen
from recordpick.tui.screens.start import StartScreen
from recordpick.tui.text import content, counted
from recordpick.tui.tour import Tour
from recordpick.tui.view_models import CriterionLine, Offer
from recordpick.tui.widgets.criteria_list import CriteriaList
from recordpick.tui.widgets.fields import LONGEST_FILTER
from recordpick.tui.widgets.lines import KeysLine, Words
from recordpick.tui.widgets.patient_list import Shows
from recordpick.tui.widgets.record_view import RecordView
from recordpick.tui.widgets.records_table import PatientChosen, RecordsTable
from recordpick.tui.widgets.shared_file_banner import WorkWatching

if TYPE_CHECKING:
    from recordpick.tui.screens.clean_up import CleanUp
    from recordpick.tui.screens.reports import Reports
    from recordpick.tui.session import Session


class WorkScreens(WorkWatching):
    """Opens them, and keeps what was found for the next time."""

    def __init__(self, session: Session, start_at: str | None = None) -> None:
        """Take what the work screen takes."""
        super().__init__(session, start_at)
        self._clean_up: CleanUp | None = None
        self.reports: Reports | None = None

    @opens_box
    async def action_pictures(self) -> None:
        """Show the selection in pictures, with the numbers beside them."""
        from recordpick.tui.screens.charts import Pictures

        shown = await self.aside(self.session.pictures)
        if shown is not None:
            await self.app.push_screen_wait(Pictures(shown, self.session.criteria()))

    @opens_box
    async def action_tour(self) -> None:
        """Show the four steps again."""
        await self.app.push_screen_wait(Tour())

    @opens_box
    async def action_clean_up(self) -> None:
        """Show what to put right before the first extract."""
        from recordpick.tui.screens.clean_up import look

        if self._clean_up is None:
            self._clean_up = await self.waited(
                "Looking for what to put right", lambda progress: look(self.session, progress)
            )
        if self._clean_up is not None:
            self._clean_up = await self.app.push_screen_wait(
                CleanUpScreen(self.session, self._clean_up)
            )

    @opens_box
    async def action_reports(self) -> None:
        """Show the reports, to load or type both systems' figures and see the differences."""
        from recordpick.tui.screens.reports import count

        if self.reports is None:
            self.reports = await self.waited(
                "Counting for the reports", lambda progress: count(self.session, progress)
            )
        if self.reports is not None:
            self.reports = await self.app.push_screen_wait(
                ReportsScreen(self.session, self.reports)
            )


_NAMES = (
    "They will stand in tick_sheets.xlsx, and nowhere else in the pack. That makes checking "
    "easier; but whoever gets the pack gets the names too."
)
_NOT_FOUND = "The lines of the list that are nobody are hidden with the names. p shows them."


class WorkMany(WorkScreens):
    """Whatever changes many picks is shown, or asked for, before it is done."""

    def change(self, doing: Callable[[], str]) -> bool:
        """Change the working file, then paint what it holds now; or say why it was not changed."""
        warnings = self.session.file.warnings
        try:
            says = doing()
        except UserError as error:
            self.say(" ".join(error.messages), warns=True)
            if isinstance(error, NotSavedError) and error.at_risk:
                self.offer_copy(error.messages)
            return False
        self.show_changes(says)
        if self.session.file.warnings != warnings:
            for warning in self.session.file.warnings:
                self.say(warning, warns=True)
        return True

    def action_save_copy(self) -> None:
        """Save all that is held here as a new working file."""
        self.offer_copy(())

    @opens_box
    async def offer_copy(self, why: Sequence[str]) -> None:
        """Ask where to save a copy of what is held here, until it is saved or not wanted."""
        from recordpick.tui.flows.save_copy import SaveCopyDialog, free_place

        file = self.session.file
        place = free_place(file.path)
        while True:
            chosen = await self.app.push_screen_wait(SaveCopyDialog(why, place))
            if chosen is None:
                return
            place = chosen
            saved = await self.aside(partial(file.save_copy, place))
            if saved is not None:
                break
        self.say(f"Saved as {saved}.")
        go_on = await self.app.push_screen_wait(
            Confirm(
                "A copy was saved",
                [f"{saved} holds everything up to the last change that was shown."],
                "Go on with the copy",
                "Stay here",
            )
        )
        if go_on:
            app = self.app
            self.dismiss(None)
            app.post_message(StartScreen.Asked("recent", saved))

    @opens_box
    async def action_suggest(self) -> None:
        """Complete this criterion, or all of them: each way is shown before it is done."""
        here = self.criterion.id

        def offers() -> tuple[tuple[Offer, ...], tuple[Offer, ...]]:
            return self.session.offers(None), self.session.offers(here) if here else ()

        done = await self.app.push_screen_wait(
            Waiting("Working out suggestions", lambda _: offers(), can_stop=False)
        )
        if done.error is not None:
            await self.app.push_screen_wait(Tell.error(done.error))
        if done.result is None:
            return
        every, only_here = done.result
        chosen = await self.app.push_screen_wait(
            SuggestDialog(every, here, only_here, self.session.criteria())
        )
        if chosen is not None:
            self.change(lambda: self.session.apply(chosen))

    @opens_box
    async def action_draw(self) -> None:
        """Draw random records."""
        eligible = await self.aside(self.session.eligible)
        if eligible is None:
            return
        overview, seed = self.session.overview(), self.session.selection.seed
        asked = await self.app.push_screen_wait(
            DrawDialog(
                eligible=eligible.len(),
                drawn=overview.random,
                wanted=overview.random_wanted,
                seed=seed.seed if seed else "",
                begun=self.session.selection.drawn_with_the_seed > 0,
            )
        )
        if asked is None:
            return
        from recordpick.tui.flows.draw import draw

        drawn = self.change(
            lambda: draw(
                self.session,
                eligible,
                asked.seed,
                asked.number,
                asked.reason,
                by_strata=asked.by_strata,
            )
        )
        if drawn:
            self.query_one(CriteriaList).go_to(None)

    @opens_box
    async def action_from_list(self) -> None:
        """Pick for this criterion from a list of numbers that staff exported."""
        from recordpick.tui.flows.pick_list import plan_from_list

        line = self.criterion
        if line.id is None:
            self.say("Choose a criterion first: random records are drawn, not picked.")
            return
        criterion_id = line.id
        path = await self.app.push_screen_wait(
            FilePicker(
                f"A list of NHS or patient numbers for {criterion_id}",
                self.session.file.path.parent,
                endings=(".csv", ".txt", ".tsv", ".xlsx"),
            )
        )
        if path is None:
            return
        plan = await self.aside(lambda: plan_from_list(self.session, criterion_id, path))
        if plan is None:
            return
        told = [Secret("\n".join(plan.not_found), _NOT_FOUND)] if plan.not_found else []
        if not plan.patient_ids:
            await self.app.push_screen_wait(
                Tell("Nobody to pick from this list", [*plan.says, *told])
            )
            return
        number = counted(len(plan.patient_ids), "record")
        if await self.app.push_screen_wait(
            Confirm(f"Pick {number} for {criterion_id}?", [*plan.says, *told], f"Pick {number}")
        ):
            self.change(lambda: self.session.pick(criterion_id, plan.patient_ids))

    @opens_box
    async def action_export(self) -> None:
        """Write the hand-over pack: a folder, or one encrypted file."""
        from recordpick.tui.flows.export import export, free_place

        asked = await self.app.push_screen_wait(
            ExportDialog(self.session.overview().in_words + ".", str(free_place(self.session)))
        )
        if asked is None or (asked.with_names and not await self._wants_names()):
            return
        done = await self.waited(
            "Exporting",
            lambda progress: export(self.session, asked, progress),
            "Nothing was exported",
        )
        if done is None:
            return
        self.show_changes(f"Exported to {done.out}.")
        if done.passphrase:
            await self.app.push_screen_wait(PassphraseBox(done))
        else:
            await self.app.push_screen_wait(Tell("Exported", done.says))

    async def _wants_names(self) -> bool:
        """Ask once more before patients' names are written."""
        wants = await self.app.push_screen_wait(
            Confirm("Write patients' names?", [_NAMES], "Write with names", "Write nothing")
        )
        return wants is True


_ABOUT_NOTES = (
    "It stays in the working file. An empty note hides the old one; the file still holds it."
)


class WorkScreen(WorkMany):
    """Left the criteria, right the patients, below the record; and what the keys do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Find", key_display="/", priority=True),
        Binding("u", "undo", "Undo"),
        Binding("w", "whole", "All"),
        Binding("s", "suggest", "Suggest"),
        Binding("r", "draw", "Draw", show=False),
        Binding("n", "no_more", "No more"),
        Binding("e", "export", "Export"),
        # Textual's own Ctrl+P is never on the line of keys: this one is, and can be clicked
        Binding("colon", "app.command_palette", "More", key_display=":"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("f1", "app.help", "Help", show=False),
        Binding("q", "app.quit", "Quit"),
        Binding("U", "redo", "Redo", show=False),
        Binding("l", "from_list", "Pick from a list", show=False),
        Binding("p", "app.mask", "Hide names", show=False),
        Binding("a", "note", "Note on the patient", show=False),
        Binding("c", "copy", "Copy the patient's number", show=False),
        Binding("f", "find", "Find a patient", show=False, priority=True),
        Binding("o", "patient", "This patient's criteria", show=False),
        Binding("m", "most", "Most useful patients", show=False),
        Binding("A", "area", "The whole area", show=False),
        Binding("b", "sort", "Sort by", show=False),
        Binding("f5", "refresh", "Read the file again", show=False),
        Binding("v", "pictures", "Pictures", show=False),
        Binding("t", "clean_up", "To put right", show=False),
        Binding("i", "reports", "Reports", show=False),
        Binding("ctrl+o", "close_file", "Another file", show=False),
        Binding("g", "next_unfilled", "Next criterion to fill", show=False),
        Binding("escape", "back", "Back", show=False),
        Binding("tab", "app.focus_next", "Next part", show=False),
        Binding("shift+tab", "app.focus_previous", "Part before", show=False),
    ]

    # ------------------------------------------------------------------ picking

    @on(PatientChosen)
    def _patient_chosen(self, message: PatientChosen) -> None:
        if self.is_active and not self.awaits_box:
            self.toggle(message.patient_ids)

    def toggle(self, patient_ids: Sequence[str]) -> None:
        """Pick these patients, or take them out if all of them are picked."""
        line = self.criterion
        if self.shows in {"most", "area"}:
            self.action_patient()
        elif line.id is None:
            if self.whole:
                self.say("Random records are drawn, not picked: press r.")
            else:
                self.take_out_random(patient_ids[0])
        elif self.toggled(line.id, patient_ids):
            self.table.select_none()

    def toggled(self, criterion_id: str, patient_ids: Sequence[str]) -> bool:
        """Pick or take out for one criterion; False where that was not done, now said."""
        return self.change(lambda: self.session.toggle(criterion_id, patient_ids))

    @opens_box
    async def take_out_random(self, patient_id: str) -> None:
        """Replace a random record by the next ticket: only with a reason."""
        if patient_id not in {pick.patient_id for pick in self.session.selection.random()}:
            return
        reason = await self.app.push_screen_wait(
            Ask(
                "Replace this random record?",
                ["The next ticket of the draw takes its place. Your reason stays in the file."],
                placeholder="Why this record cannot be checked",
                yes="Replace",
                private=True,
            )
        )
        if reason is None:
            return
        eligible = await self.aside(self.session.eligible)
        if eligible is not None:
            self.change(lambda: self.session.replace_random(patient_id, reason, eligible))

    def action_undo(self) -> None:
        """Take back the last thing that was done."""
        words = self.session.selection.can_undo
        if words is None:
            self.say("There is nothing to undo.")
            return
        self.change(self.session.undo)

    def action_redo(self) -> None:
        """Do again what was undone."""
        if self.session.selection.can_redo is None:
            self.say("There is nothing to do again.")
            return
        self.change(self.session.redo)

    @opens_box
    async def action_no_more(self) -> None:
        """Say that no more records are to be found, or that they are looked for again."""
        line = self.criterion
        if line.id is None:
            return
        criterion_id = line.id
        if line.state == "closed":
            self.change(lambda: self.session.reopen(criterion_id))
            return
        known = ""
        if line.matches is not None and line.picked >= line.matches:
            known = "Every patient who meets it is picked."
        reason = await self.app.push_screen_wait(
            Ask(
                f"No more records to be found for {criterion_id}?",
                [f"{line.picked} of {line.wanted} are picked. Your reason stays in the file."],
                value=known,
                placeholder="Why there are no more",
                yes="No more",
                private=True,
            )
        )
        if reason is not None:
            self.change(lambda: self.session.close_criterion(criterion_id, reason))

    @opens_box
    async def action_note(self) -> None:
        """Note something about the patient under the cursor."""
        patient_id = self.table.patient_id
        if patient_id is None:
            return
        offered = self.session.selection.notes.get(patient_id, "").replace("\n", " ")
        text = await self.app.push_screen_wait(
            Ask(
                "Note on this patient",
                [_ABOUT_NOTES],
                value=offered,
                yes="Keep",
                required=False,
                private=True,
            )
        )
        if text is not None and text != offered.strip():  # what was not touched stays as it is
            self.change(lambda: self.session.note(patient_id, text))

    # ------------------------------------------------------------------ looking

    def action_whole(self) -> None:
        """The whole list, or those who meet the criterion."""
        self._list("matches" if self.whole else "whole")
        self.say("Whole list: space picks here too." if self.whole else "")

    def action_most(self) -> None:
        """Those who meet the most criteria that still want records, or those of the criterion."""
        self._list("matches" if self.shows == "most" else "most")
        self.say("Space shows which criteria a patient meets." if self.shows == "most" else "")

    def action_area(self) -> None:
        """Those who meet any criterion of the area, or those of the criterion."""
        if self.criterion.id is None:
            self.say("The random records are of no area: choose a criterion.")
            return
        self._list("matches" if self.shows == "area" else "area")
        self.say("Space shows which criteria a patient meets." if self.shows == "area" else "")

    @on(CriteriaList.AreaChosen)
    def _area_chosen(self) -> None:
        if self.shows != "area":
            self.action_area()

    def _list(self, shows: Shows) -> None:
        self.change_list(shows)
        self.show_head()
        self.show_candidates()
        if shows in {"most", "area"}:
            self.table.action_jump(0)
        self.set_focus(self.table)

    def action_find(self) -> None:
        """Look for a patient in the whole list."""
        if not self.whole:
            self.action_whole()
        self.action_filter()

    @opens_box
    async def action_patient(self) -> None:
        """Show the criteria that the patient under the cursor meets, to pick for several."""
        patient_id = self.table.patient_id
        if patient_id is None:
            return

        def toggle(criterion_id: str) -> str:
            self.toggled(criterion_id, [patient_id])
            return str(self.query_one("#says", Words).visual)

        name = self.session.name_of(patient_id)
        await self.app.push_screen_wait(
            PatientDialog(name, lambda: self.session.criteria_of_patient(patient_id), toggle)
        )

    def action_close_file(self) -> None:
        """Back to the first screen."""
        self.dismiss(None)

    def action_next_unfilled(self) -> None:
        """Go to the next criterion that wants records."""
        if not self.query_one(CriteriaList).next_unfilled():
            self.say("No other criterion has patients left to pick.")

    @opens_box
    async def action_sort(self) -> None:
        """Sort the patients by any column, or not at all."""
        table = self.table
        name = await self.app.push_screen_wait(SortDialog(table.columns, table.sort))
        if name:
            table.sort_by(name)
        while name == "" and table.sort is not None:
            table.sort_by(table.sort.column)
        self.set_focus(table)

    def action_copy(self) -> None:
        """Copy the NHS number, or the patient number where there is none."""
        patient_id = self.table.patient_id
        if patient_id is not None:
            what, number = self.session.number_to_copy(patient_id)
            self.app.copy_to_clipboard(number)
            self.say(f"{what} copied.")


class WorkParts(Asides[None]):
    """Left the criteria, right the patients, below the record; above and below them words."""

    CSS_PATH = "../styles/work.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared by Textual
        (0, "-narrow"),
        (110, "-middle"),
        (160, "-wide"),
    ]

    def __init__(self, session: Session) -> None:
        """Take the open session."""
        super().__init__()
        self.session = session
        self._said = ("", False)
        self._masked = False

    def compose(self) -> ComposeResult:
        """Top line, who else has the file, three parts, a line of words, the keys."""
        yield Horizontal(
            Words("top--practice"),
            Words("top--banner"),
            Words("top--progress"),
            id="top",
        )
        yield Words("held")
        with Horizontal(id="body"):
            yield CriteriaList(id="criteria")
            with Vertical(id="right"):
                yield Words("head")
                yield PrivateInput(id="filter", longest=LONGEST_FILTER, compact=True)
                yield RecordsTable(id="candidates")
                yield RecordView(id="record")
        yield Horizontal(
            Words("says"),
            Words("rows"),
            id="status",
        )
        yield KeysLine()

    def begin(self) -> None:
        """Show what is known before anything is looked at."""
        self.query_one("#filter").display = False
        self.query_one("#held").display = False
        self.show_progress()
        follow(self, self.hide_or_show)

    @property
    def table(self) -> RecordsTable:
        """The candidates."""
        return self.query_one(RecordsTable)

    @property
    def criterion(self) -> CriterionLine:
        """The criterion at hand."""
        return self.query_one(CriteriaList).current or self.session.criterion(None)

    def words(self, part: str, words: Content) -> None:
        """Put words into a part of the screen."""
        self.query_one(part, Words).say(words)

    def say(self, text: str, *, warns: bool = False) -> None:
        """Say what was done, or (`warns`) why it was not, at the foot of the screen."""
        self._said = (text, warns)
        if self._masked:
            text = without(self.session.numbers, text)
        self.words("#says", content(f"! {text}" if warns else text))
        self.query_one("#says").set_class(warns, "-warns")

    def show_progress(self) -> None:
        """Paint the top line and the criteria."""
        overview = self.session.overview()
        banner = " SYNTHETIC DATA " if overview.synthetic else ""
        if overview.read_only:
            banner += " READ ONLY "
        self.words("#top--practice", content(f" {overview.practice}"))
        self.words("#top--banner", content(banner))
        self.query_one("#top--banner").display = bool(banner)
        words = overview.in_words if self.size.width >= 110 else overview.in_short
        self.words("#top--progress", content(f"{words} "))
        self.query_one(CriteriaList).show(self.session.criteria())

    def hide_or_show(self) -> None:
        """Hide names and numbers, or show them, in every part at once."""
        masks = is_hiding(self.app)
        before, self._masked = self._masked, masks
        self.table.masks = masks
        self.query_one(RecordView).masks = masks
        if masks:
            self.words("#says", content("Names and numbers are hidden. p shows them."))
        elif before:
            text, warns = self._said
            self.say(text, warns=warns)
