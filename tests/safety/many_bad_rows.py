"""Index practices with so many damaged rows, and say how much memory each took (Linux only).

    python tests/safety/many_bad_rows.py FOLDER NUMBER [NUMBER …]

Half of the rows have too few fields, and a last one that is no value of its column, so that they
are no rows which lack empty last cells; half are of nobody. The batches that stand in memory are
made small, so that a few hundred thousand rows show what hundreds of millions would.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Self

from recordpick.csvio import rejects
from recordpick.csvio import shape as record_lines
from recordpick.index.build import accounting as accounts
from recordpick.index.build.build_index import build_index

HEADER = "patient_id,event_id,date,kind,code,term\n"
GOOD = "1,e{},2020-01-01,observation,X,t\n"
SHORT = "1,short,2020-01-01 " + "x" * 180 + "\n"
OF_NOBODY = "9,nobody,2020-01-01,observation,X," + "x" * 180 + "\n"


class Memory:
    """The most memory that this program had of its own: pages of files are the system's."""

    def __init__(self) -> None:
        self.most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._over.wait(0.01):
            status = Path("/proc/self/status").read_text(encoding="ascii")
            line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
            self.most = max(self.most, int(line.split()[1]) // 1024)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def main(folder: str, *numbers: str) -> None:
    rejects.BATCH, accounts.AT_ONCE, record_lines.MANY = 5_000, 20_000, 1_000
    print(json.dumps([indexed(Path(folder) / number, int(number)) for number in numbers]))  # noqa: T201 - a command


def indexed(folder: Path, number: int) -> dict[str, int]:
    source = folder / "source"
    source.mkdir(parents=True)
    (source / "patients.csv").write_text("patient_id\n1\n", encoding="utf-8")
    with (source / "events.csv").open("w", encoding="utf-8") as file:
        file.write(HEADER + "".join(GOOD.format(number) for number in range(4)))
        for _ in range(number // 2000):
            file.write(SHORT * 1000 + OF_NOBODY * 1000)
    with Memory() as memory:
        index = build_index([source], folder / "index")
    counts = {count.table: count for count in index.manifest.files}["events"]
    written = (folder / "index" / "rejected_rows.csv").read_bytes().count(b"\n") - 1
    return {
        "megabytes": memory.most,
        "read": counts.rows_read,
        "rejected": counts.rows_rejected,
        "written": written,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
