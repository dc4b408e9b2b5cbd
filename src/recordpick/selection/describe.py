"""What an event did, in words: for undo and redo, and for the history that people read."""

from __future__ import annotations

from recordpick.selection.events import Event
from recordpick.selection.kinds.figures import describe_choice, describe_figures

SHOWN_OF_A_SEED = 24


def describe(event: Event) -> str:
    """Say in a few words what somebody did, with patient_ids and never names."""
    match event.kind:
        case "picked":
            return f"picked {_who(event)} for {event.text('criterion_id')}"
        case "suggested":
            return _suggested(event)
        case "removed":
            criterion_id = event.text_or_none("criterion_id")
            where = "the random records" if criterion_id is None else criterion_id
            return f"removed {_who(event)} from {where}"
        case "noted":
            what = "noted something about" if event.text("text") else "took away the note about"
            return f"{what} {event.text('patient_id')}"
        case "closed" | "reopened":
            return f"{event.kind} {event.text('criterion_id')}"
        case _:
            return _of_draws_and_results(event)


def _of_draws_and_results(event: Event) -> str:
    match event.kind:
        case "checked":
            results = len(event.rows("results"))
            said = "1 result" if results == 1 else f"{results:,} results"
            return f"took in {said} of the {event.text('phase')}"
        case "seed_fixed":
            seed = event.text("seed")
            shown = seed if len(seed) <= SHOWN_OF_A_SEED else f"{seed[: SHOWN_OF_A_SEED - 1]}…"
            return f"fixed the seed {shown}"
        case "drawn":
            return f"drew {_records(len(event.rows('drawn')))} at random"
        case "replaced":
            return f"replaced the random record {event.text('patient_id')}"
        case _:
            return _of_the_file(event)


def _of_the_file(event: Event) -> str:
    match event.kind:
        case "created":
            return "made this working file"
        case "figures":
            return describe_figures(event)
        case "reports_by":
            return describe_choice(event)
        case "index_used":
            return "used another index of the practice"
        case "exported":
            return "wrote a hand-over pack"
        case _:
            return _of_the_journal(event)


def _of_the_journal(event: Event) -> str:
    match event.kind:
        case "merged":
            return f"brought in the copy {event.text('source')}"
        case "undone":
            return f"undid event {event.number('of')}"
        case "redone":
            return f"did event {event.number('of')} again"
        case _:
            return event.kind


def _who(event: Event) -> str:
    patient_ids = event.texts("patient_ids")
    return patient_ids[0] if len(patient_ids) == 1 else _records(len(patient_ids))


def _suggested(event: Event) -> str:
    picks = event.rows("picks")
    criteria = len({str(pick[0]) for pick in picks if pick})
    over = "1 criterion" if criteria == 1 else f"{criteria} criteria"
    return f"suggested {_records(len(picks))} for {over}"


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number:,} records"
