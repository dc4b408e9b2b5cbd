"""`recordpick verify`: is a hand-over pack whole, unaltered, and does it mean what it says?"""

from __future__ import annotations

import argparse

from recordpick.cli.common import ask_passphrase, say
from recordpick.index.practice_index import open_index
from recordpick.verify.open_pack import open_pack
from recordpick.verify.verify import answer, verify

NOT_RIGHT = 1


def run(options: argparse.Namespace) -> int:
    """Print the verdict on a page; 0 if the pack is right, 1 if it is not."""
    index = None if options.index is None else open_index(options.index)
    verdict = verify(open_pack(options.pack, ask_passphrase(options.pack)), index)
    for line in answer(verdict):
        say(line)
    return 0 if verdict.right else NOT_RIGHT
