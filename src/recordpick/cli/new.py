"""`recordpick new`: start a working file."""

from __future__ import annotations

import argparse

from recordpick.cli.common import counted, day, must_be_new, say, tell, tell_notes, who
from recordpick.criteria.codelists import is_demonstration
from recordpick.criteria.load import read_pack
from recordpick.index.practice_index import open_index
from recordpick.resources import general_practice_pack
from recordpick.selection.working_file import WorkingFile


def run(options: argparse.Namespace) -> int:
    """Make the working file from an index and a pack."""
    must_be_new(options.file)
    index = open_index(options.index)
    pack = read_pack(options.criteria or general_practice_pack())
    tell_notes(pack)
    as_at = day(options.as_at) or index.manifest.as_at
    practice = options.practice or index.manifest.practice
    with WorkingFile.create(options.file, pack, index, as_at, practice, who(options)):
        pass
    named = f"{pack.title} {pack.version}".strip()
    criteria = counted(len(pack.criteria), "criterion", "criteria")
    say(f"{options.file}: {criteria} of {named},")
    say(f"{counted(index.manifest.tables['patients'].rows, 'patient')}, as at {as_at}.")
    for warning in index.manifest.warnings:
        tell(f"Warning: {warning}")
    if as_at != index.manifest.as_at:
        tell(
            f"The records are as at {index.manifest.as_at}: only ages and periods are calculated "
            f"as at {as_at}, not who is registered or which medicines are current."
        )
    demonstrations = sum(map(is_demonstration, pack.codelists.values()))
    if demonstrations and not index.manifest.synthetic:
        tell(
            f"{demonstrations} of {len(pack.codelists)} codelists are recordpick's own for "
            "demonstration: they hold a few codes, so that criteria that use them find few "
            "patients or nobody. Replace them with the supplier's or the practice's own "
            "(criteria/README.md)."
        )
    say(f"Open it with: recordpick {options.file}")
    return 0
