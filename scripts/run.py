"""Install recordpick for itself and start it: `python scripts/run.py demo`.

One command for every shell and system, which touches none of the packages that are installed: it
makes a virtual environment in this folder (`.recordpick`), unless one is active, installs the
program there when it has changed, and passes on what follows: `test` runs the tests, anything
else is a command of recordpick. It needs Python alone, and the network for the first installation.
"""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
OWN = TOP / ".recordpick"
NEEDED = (3, 11)


def main(arguments):
    """Install what is needed, run the command, and return its exit code."""
    if sys.version_info < NEEDED:
        found = "{}.{}".format(*sys.version_info)
        return failed("recordpick needs Python 3.11 or newer; this is " + found + ".")
    if not arguments:
        arguments = ["open"]
    is_test = arguments[0] == "test"
    python = Path(sys.executable)
    if sys.prefix == sys.base_prefix:
        python = own_python()
        if python is None:
            return 1
    if not install(python, ".[test]" if is_test else "."):
        return 1
    command = ["-m", "pytest", *arguments[1:]] if is_test else ["-m", "recordpick", *arguments]
    try:
        return subprocess.call([str(python), *command], cwd=TOP if is_test else None)
    except KeyboardInterrupt:
        return 130


def own_python():
    """Return the Python of the environment in this folder, which is made if need be."""
    python = OWN / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        import venv

        print("Making an environment for recordpick in " + str(OWN), file=sys.stderr)
        try:
            venv.EnvBuilder(with_pip=True, clear=OWN.exists()).create(OWN)
        except (OSError, subprocess.CalledProcessError):
            failed(
                "A virtual environment could not be made. On Debian and Ubuntu install "
                "python3-venv first (sudo apt install python3-venv)."
            )
            return None
    return python


def install(python, what):
    """Install the program into an environment, unless what is installed is of these sources."""
    mark = Path(sys.prefix if python == Path(sys.executable) else OWN) / "recordpick-installed"
    wanted = what + " " + str(newest_change())
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return True
    print("Installing recordpick (the first time takes a minute or two)", file=sys.stderr)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call([*pip, what], cwd=TOP):
        failed("It could not be installed: see the messages of pip above.")
        return False
    mark.write_text(wanted, encoding="utf-8")
    return True


def newest_change():
    """Return the time of the last change in what is installed."""
    places = [TOP / "pyproject.toml", TOP / "hatch_build.py"]
    for folder in ("src", "criteria", "docs"):
        places += [path for path in (TOP / folder).rglob("*") if path.is_file()]
    return max(path.stat().st_mtime_ns for path in places if path.suffix != ".pyc")


def failed(why):
    """Print why it did not work; return the exit code."""
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
