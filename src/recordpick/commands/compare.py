"""`recordpick compare`: how the new system's report figures differ from the current ones'."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from recordpick.cells import as_csv
from recordpick.commands.common import say, table, tell
from recordpick.commands.packs import ask_passphrase
from recordpick.handover.compare import STATES, Comparison, compare
from recordpick.handover.one_file import check_new, write_file
from recordpick.handover.system_figures import REPORTS
from recordpick.handover.verifying.opening import open_pack

_STATES_SHOWN = {
    "only_before": "the new system has none",
    "only_after": "the current system has none",
}


def run(options: argparse.Namespace) -> int:
    """Print the differences, largest first, and write all figures as CSV where that is asked."""
    if options.out is not None:
        check_new(options.out)
    with _unpacked(options.before) as before, _unpacked(options.after) as after:
        compared = compare(before, after)
    for sentence in compared.told:
        tell(sentence)
    _say(compared, everything=options.all)
    if options.out is not None:
        write_file(options.out, as_csv(compared.rows))
        say(f"All {compared.rows.height:,} figures written to {options.out}.")
    return 0


def _say(compared: Comparison, *, everything: bool) -> None:
    rows = compared.rows if everything else compared.rows.filter(pl.col("state") != "same")
    shown: list[tuple[str, ...]] = [
        ("", "figure", "before", "after", "difference", "%", "in the records", "")
    ]
    shown += [
        (
            row["name"],
            row["figure"],
            _number(row["before"]),
            _number(row["after"]),
            _number(row["difference"], "+"),
            _number(row["percent"], "+", 1),
            _number(row["counted_before"]),
            row["says"] or _STATES_SHOWN.get(row["state"], ""),
        )
        for row in rows.iter_rows(named=True)
    ]
    if rows.height:
        for line in table(shown, right=frozenset(range(2, 7))):
            say(line)
        say()
    counts = [
        f"{compared.count(state):,} {state.replace('_', ' ')}"
        for state in STATES
        if compared.count(state)
    ]
    say(f"{compared.rows.height:,} figures: {', '.join(counts)}.")


def _number(value: float | None, sign: str = "", decimals: int = 2) -> str:
    """Write a figure without trailing zeros; an empty text where there is none."""
    if value is None:
        return ""
    text = f"{value:{sign},.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Give a folder or a CSV as it is; of a zip the reports, in a folder that goes away again.

    Reports hold numbers of patients, and nothing that says who they are.
    """
    if not path.is_file() or path.suffix.casefold() != ".zip":
        yield path
        return
    files = open_pack(path, ask_passphrase(path))
    with TemporaryDirectory(prefix="recordpick-") as folder:
        for name in REPORTS:
            if name in files.contents:
                (Path(folder) / name).write_bytes(files.contents[name])
        yield Path(folder)
