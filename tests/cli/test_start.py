"""Starting: at once, without what is not needed, and with help for everything."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from recordpick import __version__
from recordpick.cli.main import COMMANDS, main, make_parser
from recordpick.polars_env import keep_memory

README = Path(__file__).parents[2] / "README.md"


def modules_after(code: str) -> set[str]:
    """Run Python code in a fresh process; give the modules it has then imported."""
    printed = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}\nimport sys\nprint('\\n'.join(sys.modules), file=sys.stderr)",
        ],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return set(printed.stderr.split())


def test_version_imports_neither_textual_nor_polars():
    """`--version` must answer about as quickly as Python itself starts."""
    modules = modules_after("from recordpick.cli.main import main\nmain(['--version'])")
    assert not {"textual", "polars", "rich", "argparse"} & modules


def test_help_imports_neither_textual_nor_polars():
    """`--help` needs the parser and nothing else."""
    modules = modules_after(
        "from recordpick.cli.main import make_parser\nmake_parser().format_help()"
    )
    assert not {"textual", "polars"} & modules


def test_the_help_of_a_command_does_not_wait_for_polars():
    """A command's module is light: what its work needs is imported when it runs."""
    modules = modules_after(
        "from recordpick.cli.main import COMMANDS, main\n"
        "for name in COMMANDS:\n"
        "    try:\n"
        "        main([name, '--help'])\n"
        "    except SystemExit:\n"
        "        pass"
    )
    assert "recordpick.cli.match" in modules
    assert not {"textual", "polars"} & modules


def test_the_app_can_paint_before_polars_is_loaded():
    """Importing the app loads textual, and leaves polars for a worker."""
    assert "polars" not in modules_after("import recordpick.tui.app")


def test_version_is_the_packages(capsys):
    """The version printed is the one that the package says."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"recordpick {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command, capsys):
    """`recordpick COMMAND --help` says what it is for."""
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert "usage: recordpick" in capsys.readouterr().out


def test_the_readme_names_every_command():
    """No command is left out of the README's table, and none is there that does not exist."""
    of_two_words = "|".join(name for name in COMMANDS if " " in name)
    row = re.compile(rf"^\| `recordpick ({of_two_words}|[a-z-]+)", re.MULTILINE)
    assert set(row.findall(README.read_text("utf-8"))) == set(COMMANDS) - {"open"}


def test_an_unknown_option_is_reported_with_exit_code_2(capsys):
    """A slip in the options is told by the parser, and nothing is done."""
    with pytest.raises(SystemExit) as stopped:
        make_parser().parse_args(["match", "--colour"])
    assert stopped.value.code == 2


def test_memory_is_kept_from_before_polars_is_loaded():
    """While an index is made; the allocator reads what is set only once."""
    said = modules_after(
        "import os, sys\n"
        "from recordpick import polars_env\n"
        "from recordpick.cli.main import main\n"
        "before = []\n"
        "polars_env.os.environ.pop('_RJEM_MALLOC_CONF', None)\n"
        "keep = polars_env.keep_memory\n"
        "polars_env.keep_memory = lambda: (before.append('polars' in sys.modules), keep())\n"
        "assert main(['index', 'no such file', '--out', 'nowhere']) == 2\n"
        "assert before == [False] and 'polars' in sys.modules\n"
        "assert 'dirty_decay_ms' in os.environ['_RJEM_MALLOC_CONF']"
    )
    assert "polars" in said


def test_what_somebody_has_set_stays(monkeypatch):
    """Of the allocator, as of all else."""
    monkeypatch.setenv("_RJEM_MALLOC_CONF", "theirs")
    keep_memory()
    assert os.environ["_RJEM_MALLOC_CONF"] == "theirs"
