"""Attacks on recordpick: each tries, by chance, to make it lose, leak or invent something.

    python -m tests.attack --minutes 5              # all of them, in turn
    python -m tests.attack --minutes 5 --seed 7 --only stale-journals --only odd-files

tests/safety/test_attacks.py runs each of them a few times. To add one, write a module here with a
function that is registered (registry.py), and name it in `MODULES`.
"""

import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
for folder in (_TESTS, _TESTS / "selection", _TESTS / "safety", _TESTS.parent / "src"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
