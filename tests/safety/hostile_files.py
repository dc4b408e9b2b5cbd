"""Reads files in a process with little memory, and says what came of it (POSIX only).

    python tests/safety/hostile_files.py KIND PATH [KIND PATH …]

KIND is source, sheet, pack or index: how it is read. Prints what the person was told of each, as
a JSON list; "" where a file was read after all.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from recordpick.criteria.load import read_pack
from recordpick.errors import UserError
from recordpick.index.build.build_index import build_index
from recordpick.index.practice_index import open_index
from recordpick.spreadsheets import read_rows

SECONDS = 30
MEMORY = 2 * 1024**3  # polars reserves some 0.7 GB of addresses before it has read a byte


def _index(source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build_index([source], Path(folder) / "index")


READERS: dict[str, Callable[[Path], object]] = {
    "source": _index,
    "sheet": read_rows,
    "pack": read_pack,
    "index": open_index,
}


def main(*kinds_and_paths: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    message = []
    for kind, path in zip(kinds_and_paths[::2], kinds_and_paths[1::2], strict=True):
        try:
            READERS[kind](Path(path))
        except UserError as error:
            message.append(str(error))
        else:
            message.append("")
    print(json.dumps(message))  # noqa: T201 - a command


if __name__ == "__main__":
    main(*sys.argv[1:])
