"""The app paints before polars is loaded."""

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


def test_what_is_painted_first_does_not_need_polars():
    """Neither importing the app nor its start screen, form and boxes loads polars."""
    code = (
        "import sys\n"
        "import recordpick.cli.open, recordpick.cli.demo\n"
        "import recordpick.tui.app, recordpick.tui.screens.new_file, recordpick.tui.background\n"
        "sys.exit(any(name in sys.modules for name in ('polars', 'faker')))"
    )
    path = os.pathsep.join(filter(None, [str(SOURCE), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert done.returncode == 0
