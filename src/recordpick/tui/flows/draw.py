"""The box for the random draw: from how many, how many, with which seed.

The random draw of an open working file: plain or even over groups, and what it would show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Checkbox, Input, Static

from recordpick.tui.dialogs import Box, TickBox
from recordpick.tui.text import amount, content, counted
from recordpick.tui.widgets.fields import LONGEST_NUMBER, Field

if TYPE_CHECKING:
    import polars as pl

    from recordpick.tui.session import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """What to draw. An empty seed: the one that is fixed, or a new one is made."""

    seed: str
    number: int
    reason: str
    by_strata: bool = False


class DrawDialog(Box[Asked | None]):
    """Asks for the number and the seed, and for a reason where the seed is another than before."""

    TOPIC = "draw"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, *, eligible: int, drawn: int, wanted: int, seed: str, begun: bool) -> None:
        """Take how many may be drawn, are drawn, are wanted; the seed, and if it has drawn."""
        super().__init__()
        self._eligible = eligible
        self._drawn = drawn
        self._number = max(1, wanted - drawn)
        self._wanted = wanted
        self._seed = seed
        self._begun = begun

    def compose(self) -> ComposeResult:
        """The words, three fields, two buttons."""
        with Vertical(classes="box"):
            yield Static("Random records", classes="box--title")
            yield Static(
                content(
                    f"{counted(self._eligible, 'patient')} may be drawn. {self._drawn} of "
                    f"{amount(self._wanted)} are drawn. Anyone with the seed can check the draw."
                ),
                classes="box--message",
            )
            yield Static("How many", classes="label")
            yield Field(
                str(self._number), longest=LONGEST_NUMBER, id="number", type="integer", compact=True
            )
            if self._seed:
                yield Static("Seed (fixed before; further records go on with it)", classes="label")
            else:
                yield Static("Seed (dice, a lottery result; empty: one is made)", classes="label")
            yield Field(self._seed, id="seed", compact=True)
            yield Static("Why another seed: all random records are drawn anew", classes="label why")
            yield Field(id="reason", classes="why", compact=True)
            yield TickBox("Even over age bands and sexes", id="strata")
            yield Static("", id="wanting", classes="wanting", markup=False)
            with Horizontal(classes="box--buttons"):
                yield Button("Draw", id="yes", variant="primary")
                yield Button("Cancel", id="no")

    def on_mount(self) -> None:
        """The seed is what is decided here."""
        self._show_reason()
        self.query_one("#number" if self._seed else "#seed").focus()

    @property
    def _is_other_seed(self) -> bool:
        return bool(self._seed) and self.query_one("#seed", Input).value.strip() != self._seed

    @on(Input.Changed, "#seed")
    def _show_reason(self) -> None:
        for widget in self.query(".why"):
            widget.display = self._is_other_seed
        # a seed goes on as it began: only a first draw with it can be chosen to be even
        self.query_one("#strata").display = not self._begun or self._is_other_seed

    @on(Input.Submitted)
    def _submit(self) -> None:
        text = self.query_one("#number", Input).value.strip()
        seed = self.query_one("#seed", Input).value.strip()
        reason = self.query_one("#reason", Input).value.strip()
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            self._want("Say how many, in figures.")
        elif self._is_other_seed and not seed:
            self._want("Write the new seed.")
        elif self._is_other_seed and not reason:
            self._want("Say why another seed is used.")
        else:
            strata = self.query_one("#strata", Checkbox)
            even = bool(strata.display) and strata.value
            self.dismiss(Asked(seed if seed != self._seed else "", int(text), reason, even))

    def _want(self, says: str) -> None:
        self.query_one("#wanting", Static).update(says)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._submit()
        else:
            self.dismiss(None)

    def action_cancel(self) -> None:
        """Draw nobody."""
        self.dismiss(None)


def draw(
    session: Session,
    eligible: pl.Series,
    seed: str,
    number: int | None,
    reason: str = "",
    *,
    by_strata: bool = False,
) -> str:
    """Fix the seed (made, if empty) unless it is fixed already, draw, and say what that gives.

    `by_strata` makes a first draw even over age bands and sexes; a seed that has drawn goes on as
    it began.
    """
    from recordpick.picking.strata import strata_of
    from recordpick.picking.tickets import new_seed

    if seed:
        session.file.fix_seed(seed, "entered", reason)
    elif session.selection.seed is None:
        session.file.fix_seed(new_seed(), "made", reason)
    begun = session.selection.drawn_with_the_seed > 0
    even = session.selection.by_strata if begun else by_strata
    strata = strata_of(session.index.patients(session.file.as_at), eligible) if even else None
    drawn = session.file.draw(eligible, number, strata).draws[-1]
    records = "1 record" if len(drawn.drawn) == 1 else f"{len(drawn.drawn):,} records"
    over = ", even over age bands and sexes" if even else ""
    says = [f"{records} drawn at random from {drawn.eligible:,}{over}."]
    if drawn.short:
        says.append(f"{drawn.short} fewer than asked for.")
    says.append(_shown(session, eligible, strata))
    return " ".join(says)


def _shown(session: Session, eligible: pl.Series, strata: pl.DataFrame | None) -> str:
    """Say what all random records that are still eligible would show together."""
    from recordpick.picking.assurance import assurance, assurance_by_strata

    drawn = {pick.patient_id for pick in session.selection.random()}
    if strata is None:
        sample = int(eligible.is_in(list(drawn)).sum())
        return assurance(eligible.len(), sample).beforehand
    marked = strata.with_columns(strata["patient_id"].is_in(list(drawn)).alias("drawn"))
    groups = marked.partition_by("stratum")
    sizes = [(group.height, int(group["drawn"].sum())) for group in groups]
    return assurance_by_strata(sizes).beforehand
