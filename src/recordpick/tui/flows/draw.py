"""The random draw: from how many, how many, with which seed; and what the records would show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Checkbox, Input, Static

from recordpick.text import plural
from recordpick.tui.actions import HelpPage, key
from recordpick.tui.background import run_in_background
from recordpick.tui.dialogs import Modal, ModalFrame, ProblemLine, yes_no
from recordpick.tui.text import amount
from recordpick.tui.widgets.fields import LONGEST_NUMBER, Field, TickBox

if TYPE_CHECKING:
    import polars as pl

    from recordpick.tui.screens.picking import PickingScreen
    from recordpick.tui.session import Session


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """What to draw. An empty seed: the one that is fixed, or a new one is generated."""

    seed: str
    number: int
    reason: str = ""
    by_strata: bool = False


async def draw(screen: PickingScreen, session: Session) -> None:
    """Draw random records."""
    eligible = await run_in_background(screen, session.eligible)
    if eligible is None:
        return
    overview, seed = session.overview(), session.selection.seed
    request = await screen.app.push_screen_wait(
        DrawDialog(
            eligible=eligible.len(),
            drawn=overview.random,
            wanted=overview.random_wanted,
            seed=seed.seed if seed else "",
            has_drawn=session.selection.drawn_with_seed > 0,
        )
    )
    if request is not None and screen.change(lambda: draw_records(session, eligible, request)):
        screen.criteria.go_to(None)


class DrawDialog(Modal[DrawRequest | None]):
    """Asks for the number and the seed, and for a reason where the seed is a different one."""

    HELP_PAGE = HelpPage(
        "Random records",
        "The seed is the number that decides the draw: anyone who knows it can check the draw. "
        "Throw dice for it, or agree it with the supplier. If you leave it empty, a seed is "
        "generated and kept.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "cancel", "Back; no record is drawn", label="Cancel")
    ]

    def __init__(
        self, *, eligible: int, drawn: int, wanted: int, seed: str, has_drawn: bool
    ) -> None:
        """Take how many may be drawn, are drawn, are wanted; the seed, and if it was used."""
        super().__init__()
        self._eligible = eligible
        self._drawn = drawn
        self._number = max(1, wanted - drawn)
        self._wanted = wanted
        self._seed = seed
        self._has_drawn = has_drawn

    def compose(self) -> ComposeResult:
        """Show the counts, three fields and a tick box."""
        message = (
            f"{plural(self._eligible, 'patient')} may be drawn. {self._drawn} of "
            f"{amount(self._wanted)} are drawn. Anyone with the seed can check the draw."
        )
        with ModalFrame("Random records", [message], buttons=yes_no("Draw")):
            yield Static("How many", classes="label")
            yield Field(
                str(self._number), longest=LONGEST_NUMBER, id="number", type="integer", compact=True
            )
            if self._seed:
                yield Static(
                    "Seed (fixed before; further records continue with it)", classes="label"
                )
            else:
                yield Static(
                    "Seed (dice, a lottery result; empty: one is generated)", classes="label"
                )
            yield Field(self._seed, id="seed", compact=True)
            yield Static(
                "Why another seed: all random records are drawn again", classes="label reason"
            )
            yield Field(id="reason", classes="reason", compact=True)
            yield TickBox("Same mix of ages and sexes as the whole list", id="strata")
            yield ProblemLine()

    def on_mount(self) -> None:
        """Start at the seed, or at the number where the seed is fixed."""
        self._show_reason()
        self.query_one("#number" if self._seed else "#seed").focus()

    @property
    def _is_other_seed(self) -> bool:
        return bool(self._seed) and self.query_one("#seed", Input).value.strip() != self._seed

    @on(Input.Changed, "#seed")
    def _show_reason(self) -> None:
        for widget in self.query(".reason"):
            widget.display = self._is_other_seed
        # a seed continues as it began: only a first draw with it can be chosen to be even
        self.query_one("#strata").display = not self._has_drawn or self._is_other_seed

    def submit(self) -> None:
        """Answer with what to draw, unless something is missing."""
        text = self.query_one("#number", Input).value.strip()
        seed = self.query_one("#seed", Input).value.strip()
        reason = self.query_one("#reason", Input).value.strip()
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            self.show_problem("Say how many, in figures.")
        elif self._is_other_seed and not seed:
            self.show_problem("Write the new seed.")
        elif self._is_other_seed and not reason:
            self.show_problem("Say why another seed is used.")
        else:
            strata = self.query_one("#strata", Checkbox)
            by_strata = bool(strata.display) and strata.value
            new_seed = seed if seed != self._seed else ""
            self.dismiss(DrawRequest(new_seed, int(text), reason, by_strata))


def draw_records(session: Session, eligible: pl.Series, request: DrawRequest) -> str:
    """Fix the seed (generated, if empty) unless it is fixed, draw, and return what was done.

    `by_strata` gives a first draw the mix of age bands and sexes that the list has; a seed that was
    used before continues as it began.
    """
    from recordpick.picking.strata import strata_of
    from recordpick.picking.tickets import new_seed

    if request.seed:
        session.file.fix_seed(request.seed, "entered", request.reason)
    elif session.selection.seed is None:
        session.file.fix_seed(new_seed(), "made", request.reason)
    has_drawn = session.selection.drawn_with_seed > 0
    is_even = session.selection.by_strata if has_drawn else request.by_strata
    strata = strata_of(session.index.patients(session.file.as_at), eligible) if is_even else None
    drawn = session.file.draw(eligible, request.number, strata).draws[-1]
    records = plural(len(drawn.drawn), "record")
    over = ", in the same mix of ages and sexes" if is_even else ""
    sentences = [f"{records} drawn at random from {drawn.eligible:,}{over}."]
    if drawn.short:
        sentences.append(f"{drawn.short} fewer than requested.")
    sentences.append(_assurance_text(session, eligible, strata))
    return " ".join(sentences)


def _assurance_text(session: Session, eligible: pl.Series, strata: pl.DataFrame | None) -> str:
    """Return what all random records that are still eligible would show together."""
    from recordpick.picking.assurance import assurance, assurance_by_strata

    drawn = {pick.patient_id for pick in session.selection.random()}
    if strata is None:
        sample = int(eligible.is_in(list(drawn)).sum())
        return assurance(eligible.len(), sample).beforehand
    marked = strata.with_columns(strata["patient_id"].is_in(list(drawn)).alias("drawn"))
    groups = marked.partition_by("stratum")
    sizes = [(group.height, int(group["drawn"].sum())) for group in groups]
    return assurance_by_strata(sizes).beforehand
