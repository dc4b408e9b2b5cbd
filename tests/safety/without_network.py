"""Does the whole work, command line and app, and writes down every socket and process it asks for.

    python tests/safety/without_network.py FOLDER

Prints a JSON list of what Python's audit hook saw beyond the app's own event loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile
from pathlib import Path

SEEN: list[str] = []
WATCHED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "urllib.", "http.")
THEIR_OWN = {"socket.__new__"}  # asyncio wakes itself up by a pair of sockets without any address


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "subprocess.Popen" and arguments[0] == "file":
        # Python's own platform.architecture(), which the library of the encrypted pack asks where
        # cffi is not installed: it looks at the Python executable, and at nothing of ours.
        command = arguments[1]
        assert isinstance(command, list)
        assert command[:2] == ["file", "-b"]
        assert Path(command[2]).samefile(sys.executable)
        return
    if os.name == "nt" and (event == "socket.gethostname" or _is_for_the_pair(event, arguments)):
        return
    if event.startswith(WATCHED) and event not in THEIR_OWN:
        SEEN.append(f"{event} {arguments!r:.200}")


def _is_for_the_pair(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether asyncio makes its pair of sockets, which Windows connects through 127.0.0.1.

    (The name of the computer, above, is what Python's own platform.machine() asks there for polars:
    it is not looked up anywhere.)
    """
    if event not in {"socket.bind", "socket.connect"}:
        return False
    own, callers = "127.0.0.1", []
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename == socket.__file__:
        callers.append(frame.f_code.co_name)
        frame = frame.f_back
    assert isinstance(arguments[1], tuple)
    return "socketpair" in "".join(callers) and arguments[1][0] == own


async def use_the_app(folder: Path) -> None:
    from recordpick.tui.app import RecordpickApp
    from recordpick.tui.settings import Settings

    settings = Settings(folder / "app.json", name="Kim", tour_seen=True)
    app = RecordpickApp(folder / "demo" / "demonstration.recordpick", settings=settings)
    async with app.run_test(size=(100, 30)) as pilot:
        for _ in range(200):
            await pilot.pause(0.05)
            if type(app.screen).__name__ == "PickingScreen":
                break
        await pilot.press("enter", "down", "w", "slash", *"smith", "escape", "p", "q")


def main(folder: str) -> None:
    sys.addaudithook(watch)
    from recordpick.cli.main import main as recordpick

    top = Path(folder)
    # What wanted the system's folder for temporary files would now fail: others may read there.
    tempfile.tempdir = os.environ["POLARS_TEMP_DIR"] = str(top / "nowhere")
    work = str(top / "demo" / "demonstration.recordpick")
    commands = [
        ["demo", "--headless", "--patients", "60", "--out", str(top / "demo")],
        ["match", work, "--json"],
        ["export", work, "--out", str(top / "again.zip"), "--encrypt", "--name", "Kim"],
    ]
    sys.stdout = (top / "printed.txt").open("w", encoding="utf-8")
    for command in commands:
        assert recordpick(command) == 0, command
    asyncio.run(use_the_app(top))
    sys.stdout = sys.__stdout__
    print(json.dumps(SEEN))  # noqa: T201 - a command


if __name__ == "__main__":
    main(*sys.argv[1:])
