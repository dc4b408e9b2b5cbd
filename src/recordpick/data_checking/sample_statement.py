"""What the random records of a phase show about all records, in words for who signs.

A bound is easily read as an estimate. So the words say first what was found, then which number of
differing records the draw speaks against and how strongly, and then what may still be wrong.
"""

from __future__ import annotations

from collections import Counter

from recordpick.data_checking.progress import Progress
from recordpick.picking.assurance import Assurance, assurance, assurance_by_strata
from recordpick.selection.results import Phase
from recordpick.selection.state import Draw, Selection
from recordpick.text import plural, word_for


def sample_statement(selection: Selection, begun: list[Progress]) -> list[str]:
    """Return the sentences on the random records, a paragraph each.

    `begun` are the phases with results. No conclusion is drawn before every random record of the
    latest of them is judged. The recheck covers what was found before, and so shows nothing about
    all records.
    """
    draws = [draw for draw in selection.draws if draw.withdrawn is None]
    counted = [one for one in begun if one.phase != "recheck"]
    if not draws or not counted:
        return [_NONE]
    phase = counted[-1].phase
    total, judged, faulty = counted[-1].random
    if not total:
        return [f"No random records belong to the {phase}."]
    if judged < total:
        judged_of = f"{judged:,} of {total:,} random records were judged {in_phase(phase)}"
        without = counted[-1].random_not_applicable
        if without:
            judged_of += (
                f", and {without:,} called not applicable, which says nothing about a record (one "
                "that cannot be checked is replaced)"
            )
        return [f"{judged_of}: no conclusion is drawn before all of them are judged."]
    return [
        *_shown(selection, draws, in_phase(phase), judged, faulty),
        *replaced(selection),
        _ABOUT,
    ]


_NONE = (
    "No random records were checked, so nothing is known about the records that were not chosen."
)
_AS_IF = (
    "The figure counts the records that were judged as if they had been drawn at once: it is "
    "weaker if the reasons have to do with what differs."
)
_ABOUT = (
    "This is about records that could be drawn, and differences that a person can see who "
    "compares a whole record. Records that a rule or a person chose show nothing about others."
)
_NOT_CALCULATED = (
    "What that shows about all records is not calculated for a draw by age band and sex in which a "
    "difference was found or a record was replaced."
)
_BY_STRATA = (
    "The draw was by age band and sex. The figure holds in whichever of these groups the "
    "differing records are."
)


def _shown(
    selection: Selection, draws: list[Draw], phase: str, judged: int, faulty: int
) -> list[str]:
    strata = draws[-1].strata
    if not strata:
        return in_words(assurance(max(draws[-1].eligible, judged), judged, faulty), phase)
    drawn: Counter[str] = Counter()
    for draw in draws:
        drawn.update({stratum.name: stratum.drawn for stratum in draw.strata})
    if faulty or selection.removed_random or sum(drawn.values()) != judged:
        were = word_for(judged, "was", "were")
        judged_by = f"{plural(judged, 'random record')}, drawn by age band and sex, {were} judged"
        return [f"{judged_by} {phase}: {_found_in(faulty)}.", _NOT_CALCULATED]
    sizes = [(max(one.eligible, drawn[one.name]), drawn[one.name]) for one in strata]
    return [*in_words(assurance_by_strata(sizes), phase), _BY_STRATA]


def in_words(shown: Assurance, phase: str) -> list[str]:
    """Return what a random sample shows, for somebody who knows no statistics.

    `phase` says when it was judged, with its preposition.
    """
    sample, population = shown.sample, shown.population
    found = (
        f"{plural(sample, 'record')} of {population:,} {word_for(sample, 'was', 'were')} drawn at "
        f"random and judged {phase}: {_found_in(shown.faults)}."
    )
    if sample == population:
        return [f"{found} These are all the records that could be drawn."]
    if shown.ruled_out is None:
        return [f"{found} That is too few to say anything about the other records."]
    at_most = shown.ruled_out - 1
    more = "one" if shown.faults == 0 else f"more than {shown.faults:,}"
    shows = (
        f"What this shows: if {shown.ruled_out:,} or more of the {population:,} records differed, "
        f"at least 95 of 100 such draws would have found {more}."
    )
    shows_not = (
        f"What it does not show: that the other {population - sample:,} records are the same. "
        f"As many as {at_most:,} of the {population:,} ({_percent(at_most, population)}) may "
        "differ, and a draw like this would still be nothing unusual."
    )
    return [found, shows, shows_not]


def in_phase(phase: Phase) -> str:
    """Return when a phase was, with its preposition: "in the first check", "at go-live"."""
    return "at go-live" if phase == "go-live" else f"in the {phase}"


def _found_in(faulty: int) -> str:
    if faulty == 0:
        return "no difference was found in any of them"
    return f"a difference was found in {faulty:,}"


def replaced(selection: Selection) -> list[str]:
    """Return the sentence on random records that were taken out or replaced; [] without any."""
    number = len(selection.removed_random)
    if not number:
        return []
    were = word_for(number, "record was", "records were")
    return [f"{number:,} drawn {were} taken out or replaced, with a reason. {_AS_IF}"]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}".removesuffix(".0") + "%"
