"""Many records at once: suggested, drawn, picked from a list, handed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from recordpick.errors import UserError
from recordpick.selection.database_errors import NotSavedError
from recordpick.tui.asides import opens_box
from recordpick.tui.criteria_list import CriteriaList
from recordpick.tui.dialogs import Confirm, Tell
from recordpick.tui.draw_dialog import DrawDialog
from recordpick.tui.export_dialog import ExportDialog, with_passphrase
from recordpick.tui.file_picker import FilePicker
from recordpick.tui.hiding import Secret
from recordpick.tui.start import StartScreen
from recordpick.tui.suggest_dialog import Offer, SuggestDialog
from recordpick.tui.visible import counted
from recordpick.tui.waiting import Waiting
from recordpick.tui.work_screens import WorkScreens

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
        from recordpick.tui.save_copy import SaveCopyDialog, free_place

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
                begun=self.session.selection.drawn_with_seed > 0,
            )
        )
        if asked is None:
            return
        from recordpick.tui.draw_session import draw

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
        from recordpick.tui.list_plan import plan_from_list

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
        from recordpick.tui.export_session import export, free_place

        asked = await self.app.push_screen_wait(
            ExportDialog(self.session.overview().in_words + ".", str(free_place(self.session)))
        )
        if asked is None or (asked.with_names and not await self._wants_names()):
            return
        if asked.encrypted:
            asked = await with_passphrase(self, asked)
            if asked is None:
                return
        done = await self.waited(
            "Exporting",
            partial(export, self.session, asked),
            "Nothing was exported",
        )
        if done is None:
            return
        self.show_changes(f"Exported to {done.out}.")
        await self.app.push_screen_wait(Tell("Exported", done.says))

    async def _wants_names(self) -> bool:
        """Ask once more before patients' names are written."""
        wants = await self.app.push_screen_wait(
            Confirm("Write patients' names?", [_NAMES], "Write with names", "Write nothing")
        )
        return wants is True
