"""Write what a release is made of: `python scripts/supply.py`, in the environment it was tested in.

It writes two files into docs/developers, neither of which contains a network address:

- tested-with.txt: every library that recordpick needs at run time, as NAME==VERSION with the
  SHA-256 of the file that was installed (on this system), for `pip install --require-hashes -r`.
- bill-of-materials.cdx.json: the same as a CycloneDX 1.6 bill of materials, made by cyclonedx-bom
  from an environment into which exactly these files were installed.

The libraries are fetched by pip, in the versions of the environment that runs this script.
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
FOLDER = TOP / "docs" / "developers"
TESTED = FOLDER / "tested-with.txt"
BILL = FOLDER / "bill-of-materials.cdx.json"
MAKER = "cyclonedx-bom>=7,<8"
KEPT = ("type", "bom-ref", "name", "version", "description", "licenses", "purl", "hashes")
"""What is kept of each component, without its links to pages and files of registries."""
_NAME = re.compile(r"[-_.]+")


def normal(name: str) -> str:
    """Return a library's name as registries compare it."""
    return _NAME.sub("-", name).lower()


def needed() -> list[str]:
    """Return the libraries that pyproject.toml requires at run time."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["dependencies"])


def run(*words: str | Path) -> None:
    """Run a program; its messages go to the terminal."""
    subprocess.run([str(word) for word in words], check=True)  # noqa: S603 - words of our own


def environment(folder: Path) -> Path:
    """Create an environment with pip; return its Python."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def resolve(python: Path, folder: Path) -> dict[str, tuple[str, str]]:
    """Return version and SHA-256 of each library, by its normal name."""
    constraints, report = folder / "constraints.txt", folder / "report.json"
    here = {normal(one.metadata["Name"]): one.version for one in distributions()}
    constraints.write_text("".join(f"{name}=={version}\n" for name, version in here.items()))
    run(
        *(python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"),
        *("--only-binary", ":all:", "--report", report, "-c", constraints, *needed()),
    )
    found: dict[str, tuple[str, str]] = {}
    for one in json.loads(report.read_text(encoding="utf-8"))["install"]:
        name, version = one["metadata"]["name"], one["metadata"]["version"]
        found[normal(name)] = (version, one["download_info"]["archive_info"]["hashes"]["sha256"])
    return dict(sorted(found.items()))


def tested_with(libraries: dict[str, tuple[str, str]]) -> str:
    """Return the text of tested-with.txt."""
    lines = [
        "# The libraries that this release was tested with, and the SHA-256 of each file (Linux,",
        f"# x86-64, Python 3.{sys.version_info.minor}). Written by scripts/supply.py.",
    ]
    for name, (version, digest) in libraries.items():
        lines.append(f"{name}=={version} --hash=sha256:{digest}")
    return "\n".join(lines) + "\n"


def bill(made: dict[str, Any], libraries: dict[str, tuple[str, str]], version: str) -> str:
    """Return the bill of materials without addresses and without what differs between runs."""
    own = {
        "type": "application",
        "bom-ref": "recordpick",
        "name": "recordpick",
        "version": version,
        "licenses": [{"license": {"id": "MIT"}}],
    }
    refs: dict[str, str] = {}
    components = []
    for component in sorted(made["components"], key=lambda one: normal(one["name"])):
        name = normal(component["name"])
        if name not in libraries:
            continue
        refs[component["bom-ref"]] = name
        kept = {key: component[key] for key in KEPT if key in component}
        kept["bom-ref"] = name
        kept["hashes"] = [{"alg": "SHA-256", "content": libraries[name][1]}]
        kept["licenses"] = [_licence(one) for one in kept.get("licenses", [])]
        components.append(kept)
    depends = [
        {
            "ref": refs[one["ref"]],
            "dependsOn": sorted(refs[ref] for ref in one.get("dependsOn", []) if ref in refs),
        }
        for one in made.get("dependencies", [])
        if one["ref"] in refs
    ]
    first = sorted({normal(re.split(r"[<>=!~ \[;]", one)[0]) for one in needed()})
    depends.append({"ref": "recordpick", "dependsOn": first})
    written = {
        "bomFormat": "CycloneDX",
        "specVersion": made["specVersion"],
        "version": 1,
        "metadata": {"component": own},
        "components": components,
        "dependencies": sorted(depends, key=lambda one: str(one["ref"])),
    }
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def _licence(given: dict[str, Any]) -> dict[str, Any]:
    """Return a licence's name, without its text and its address."""
    if "expression" in given:
        return {"expression": given["expression"]}
    licence = given["license"]
    kept = {key: licence[key] for key in ("id", "name") if key in licence}
    return {"license": kept}


def main() -> int:
    """Write the files."""
    sys.path.insert(0, str(TOP / "src"))
    from recordpick import __version__

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        python = environment(folder / "with")
        libraries = resolve(python, folder)
        TESTED.write_text(tested_with(libraries), encoding="utf-8")
        run(
            *(python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
            *("-r", TESTED),
        )
        maker = environment(folder / "maker")
        run(maker, "-m", "pip", "install", "--quiet", MAKER)
        out = folder / "bill.json"
        run(
            *(maker, "-m", "cyclonedx_py", "environment", "--sv", "1.6", "--of", "JSON"),
            *("--output-reproducible", "-o", out, python),
        )
        BILL.write_text(
            bill(json.loads(out.read_text(encoding="utf-8")), libraries, __version__),
            encoding="utf-8",
        )
    print(f"{len(libraries)} libraries: {TESTED.name}, {BILL.name}")  # noqa: T201 - a script
    return 0


if __name__ == "__main__":
    sys.exit(main())
