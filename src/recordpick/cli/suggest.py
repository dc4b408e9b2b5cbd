"""`recordpick suggest`: complete the picks for each criterion."""

from __future__ import annotations

import argparse

from recordpick.cli.common import opened, progress_on_stderr, say, say_row, table, tell, who
from recordpick.errors import UserError
from recordpick.matching import Matches, match
from recordpick.picking.shortfalls import shortfalls
from recordpick.picking.suggestion import WAYS, Basis, Comparison, compare
from recordpick.selection.working_file import WorkingFile


def run(options: argparse.Namespace) -> int:
    """Suggest, print what each way would cost, and pick one way's records unless `--show`."""
    with opened(options, who(options), to_write=not options.show) as (file, index):
        known = {criterion.id for criterion in file.pack.criteria}
        for criterion_id in options.criterion or ():
            if criterion_id not in known:
                raise UserError(f"The pack has no criterion {criterion_id}.")
        with progress_on_stderr() as progress:
            matches = match(file.pack, index, file.as_at, progress)
            progress("comparing ways to suggest", None)
            patients = index.patients(file.as_at)
            seed = file.suggestion_seed
            compared = compare(
                Basis(matches, file.pack, file.selection, seed, patients, options.criterion)
            )
        suggestion = compared.suggestions[options.by]
        _say_costs(compared)
        if suggestion.solver_failed:
            tell(suggestion.in_words)
        if options.show:
            for criterion_id, patient_id in suggestion.picks:
                say_row(criterion_id, patient_id)
        elif suggestion.picks:
            file.suggest(suggestion.picks, suggestion.how)
            say()
            say(f"Picked by {suggestion.how}: {suggestion.in_words}")
            say("One undo in the app reverses them.")
        if not options.show:
            _say_shortfalls(file, matches)
    return 0


def _say_costs(compared: Comparison) -> None:
    say(compared.in_words[0])
    if not any(suggestion.picks for suggestion in compared.suggestions.values()):
        return
    rows: list[tuple[str, ...]] = [("way", "picks", "records to open", "new records")]
    for way in WAYS:
        cost = compared.suggestions[way]
        rows.append(
            (cost.how, f"{len(cost.picks):,}", f"{cost.records:,}", f"{cost.new_records:,}")
        )
    for line in table(rows, right=frozenset({1, 2, 3})):
        say(line)


def _say_shortfalls(file: WorkingFile, matches: Matches) -> None:
    short = [row for row in shortfalls(matches, file.pack, file.selection) if row.state != "full"]
    if short:
        say()
    for row in short:
        say(f"{row.criterion_id} ({row.title}): {row.in_words}")
