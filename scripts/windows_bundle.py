"""Make the zip for Windows: Python, recordpick and what it needs, to be unpacked and started.

    python scripts/windows_bundle.py --python EMBEDDABLE.zip --wheels FOLDER --out recordpick.zip

EMBEDDABLE.zip is python.org's "Windows embeddable package (64-bit)". FOLDER gets the wheels: those
that are missing there are fetched by pip. `pip download --platform` asks each library's
requirements as on the system that it runs on, and so leaves out what only Windows needs; here each
is asked again as Windows would answer, until nothing is missing. The folder serves
`py -m pip install --no-index --find-links FOLDER recordpick` as well.

The same Python and wheels give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

TOP = Path(__file__).resolve().parents[1]
DAY = (2026, 1, 1, 0, 0, 0)
"""The time of every file in the zip: a real one would give other bytes each time."""
LARGEST = 100 * 1000**2
TOP_FOLDER = "recordpick"
LEVEL = 6
"""Of compression: 9 takes three times as long, for 0.6 MB."""
NOT_NEEDED = (".pyi", ".pxd", ".h", ".lib", ".a")
"""Endings of files for those who build on a library; so are its own tests."""
OTHER_PICTURES = ("PIL/_avif.", "PIL/_webp.")
"""Formats that pillow reads if it can: reportlab, which needs it, is given no such pictures."""
LICENCES = ("licen", "copying", "notice", "authors", "third_party", "copyright")
MAKER = "cyclonedx-bom>=7,<8"

COMMAND = """\
@echo off
rem recordpick without arguments opens the app, in Windows Terminal where there is one.
setlocal
set "HERE=%~dp0"
set "PYTHONUTF8=1"
if not "%~1"=="" goto run
rem A double click starts here, or in Windows where this folder is on a share: files go elsewhere.
if /i "%CD%\\"=="%HERE%" goto elsewhere
if /i not "%CD%"=="%SystemRoot%" goto here
:elsewhere
cd /d "%USERPROFILE%"
if exist "%USERPROFILE%\\Documents\\" cd /d "%USERPROFILE%\\Documents"
:here
if defined WT_SESSION goto run
where wt.exe >nul 2>nul
if errorlevel 1 goto run
start "" wt.exe -d "%CD%\\." "%HERE%python\\python.exe" -m recordpick
exit /b 0
:run
"%HERE%python\\python.exe" -m recordpick %*
set "CODE=%ERRORLEVEL%"
if "%~1"=="" if not "%CODE%"=="0" pause
exit /b %CODE%
"""
HANDBOOK = """\
<!doctype html><meta charset="utf-8"><title>recordpick handbook</title>
<meta http-equiv="refresh" content="0; url=lib/recordpick/handbook/README.html">
<p><a href="lib/recordpick/handbook/README.html">The handbook</a></p>
"""
START_HERE = """\
recordpick {version} for Windows (64-bit)

Double-click recordpick.cmd to start. Handbook.html explains everything; begin with its page
"On Windows". Nothing is installed, and nothing leaves this computer. To remove recordpick, delete
this folder; your working files are where you put them.
"""


@dataclass(frozen=True)
class Wheel:
    """A wheel: its file, the library's name and version, what it requires, and its licence."""

    path: Path
    name: str
    version: str
    requires: tuple[str, ...]
    licence: str

    @property
    def sha256(self) -> str:
        """The digest of the file."""
        return sha256_of(self.path)


def sha256_of(path: Path) -> str:
    """Return the digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_wheel(path: Path) -> Wheel:
    """Read what a wheel says about itself."""
    name, version, _, _ = parse_wheel_filename(path.name)
    with zipfile.ZipFile(path) as file:
        metadata = next(
            one
            for one in file.namelist()
            if one.endswith(".dist-info/METADATA") and one.count("/") == 1
        )
        headers = HeaderParser().parsestr(file.read(metadata).decode("utf-8"))
    requires = tuple(headers.get_all("Requires-Dist") or ())
    return Wheel(path, str(name), str(version), requires, licence_of(headers))


def licence_of(headers: Message) -> str:
    """Return the name of a licence as a library's metadata give it, in their newest form."""
    if expression := headers.get("License-Expression"):
        return str(expression)
    classifiers = [str(one) for one in headers.get_all("Classifier") or ()]
    names = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    return " and ".join(names) or str(headers.get("License") or "").partition("\n")[0]


def windows_environment(python: str) -> dict[str, str]:
    """Return what the markers of requirements mean on Windows; `python` is a version as 3.13."""
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "platform_python_implementation": "CPython",
        "platform_release": "10",
        "platform_system": "Windows",
        "platform_version": "10.0.19045",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "win32",
    }


def name_and_extras(requirement: str) -> tuple[str, tuple[str, ...]]:
    """Return what a requirement as "recordpick[test]>=1" names: the library, its extras."""
    wanted = Requirement(requirement)
    return canonicalize_name(wanted.name), tuple(sorted(wanted.extras))


def missing(wheels: list[Wheel], python: str, first: str = "recordpick") -> list[str]:
    """Return the requirements that no wheel meets, followed from `first` as Windows would.

    ValueError where a wheel of the library is there in a version that is not wanted.
    """
    by_name = {wheel.name: wheel for wheel in wheels}
    environment = windows_environment(python)
    found: dict[str, str] = {}
    pending = [name_and_extras(first)]
    seen = set()
    while pending:
        name, extras = pending.pop()
        wheel = by_name.get(name)
        if wheel is None or (name, extras) in seen:
            continue
        seen.add((name, extras))
        for text in wheel.requires:
            wanted = Requirement(text)
            marker = wanted.marker
            if marker and not any(
                marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)
            ):
                continue
            there = by_name.get(canonicalize_name(wanted.name))
            if there is None:
                found[canonicalize_name(wanted.name)] = f"{wanted.name}{wanted.specifier}"
            elif not wanted.specifier.contains(there.version, prereleases=True):
                raise ValueError(f"{wheel.name} needs {text}, and {there.path.name} is there")
            pending.append(name_and_extras(text))
    return sorted(found.values())


def used(wheels: list[Wheel], python: str, first: str = "recordpick") -> list[Wheel]:
    """Return the wheels that recordpick needs on Windows, by name; others are left out."""
    environment = windows_environment(python)
    by_name = {wheel.name: wheel for wheel in wheels}
    kept: dict[str, Wheel] = {}
    seen = set()
    pending = [name_and_extras(first)]
    while pending:
        name, extras = pending.pop()
        wheel = by_name[name]
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        kept[wheel.name] = wheel
        for text in wheel.requires:
            wanted = Requirement(text)
            marker = wanted.marker
            if marker is None or any(
                marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)
            ):
                pending.append(name_and_extras(text))
    return [kept[name] for name in sorted(kept)]


def run(*words: str | Path) -> None:
    """Run a program; its messages go to the terminal."""
    subprocess.run([str(word) for word in words], check=True)


def fetch(folder: Path, python: str, own: Path | None, first: str = "recordpick") -> list[Wheel]:
    """Fetch what `first` (our own, with extras or without) needs on Windows; return all wheels.

    Our own wheel is made, where `own` does not name one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("recordpick-*.whl"):
        old.unlink()
    pip = (sys.executable, "-m", "pip")
    if own is None:
        run(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, TOP)
    else:
        shutil.copy(own, folder)
    download = (
        *(*pip, "download", "--quiet", "--dest", folder, "--platform", "win_amd64"),
        *("--python-version", python, "--only-binary", ":all:", "--find-links", folder),
    )
    run(*download, next(folder.glob("recordpick-*.whl")))
    while True:
        wheels = [read_wheel(path) for path in sorted(folder.glob("*.whl"))]
        more = missing(wheels, python, first)
        if not more:
            return wheels
        run(*download, *more)


def python_component(python_zip: Path) -> dict[str, object]:
    """Return the bill's component for Python itself; its exact version is in python.exe."""
    with zipfile.ZipFile(python_zip) as file:
        words = file.read("python.exe").decode("utf-16-le", "replace")
    version = words.partition("ProductVersion\0")[2].partition("\0")[0]
    return {
        "bom-ref": "python",
        "hashes": [{"alg": "SHA-256", "content": sha256_of(python_zip)}],
        "licenses": [{"license": {"name": "PSF-2.0"}}],
        "name": "CPython, the embeddable package for Windows",
        "type": "application",
        "version": version,
    }


def bill_of_materials(wheels: list[Wheel], python_zip: Path) -> bytes:
    """Return a CycloneDX bill of materials in JSON, made by cyclonedx-bom.

    The tool knows libraries by name; digests, licences and Python itself are added.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        run(sys.executable, "-m", "venv", folder / "maker")
        maker = (
            folder / "maker" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        )
        run(maker, "-m", "pip", "install", "--quiet", MAKER)
        pinned = folder / "requirements.txt"
        lines = [f"{one.name}=={one.version} --hash=sha256:{one.sha256}" for one in wheels]
        pinned.write_text("\n".join(lines) + "\n", encoding="utf-8")
        out = folder / "bill.json"
        run(
            *(maker, "-m", "cyclonedx_py", "requirements", "--of", "JSON", "--sv", "1.6"),
            *("--output-reproducible", "-o", out, pinned),
        )
        bill = json.loads(out.read_text(encoding="utf-8"))
    by_name = {wheel.name: wheel for wheel in wheels}
    for component in bill["components"]:
        wheel = by_name[component["name"]]
        component.pop("externalReferences", None)  # addresses of registries
        component.pop("description", None)  # a line of a file that nobody has
        component["hashes"] = [{"alg": "SHA-256", "content": wheel.sha256}]
        component["licenses"] = [{"license": {"name": wheel.licence}}]
    bill["components"].append(python_component(python_zip))
    return (json.dumps(bill, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def files_of_wheel(wheel: Wheel) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a wheel as they are installed, with their paths below `lib`."""
    with zipfile.ZipFile(wheel.path) as file:
        for name in file.namelist():
            if name.endswith("/"):
                continue
            first, _, rest = name.partition("/")
            if first.endswith(".data"):
                kind, _, rest = rest.partition("/")
                if kind not in {"purelib", "platlib"}:
                    continue  # scripts and manual pages: nothing starts them here
            else:
                rest = name
            if rest.endswith(NOT_NEEDED) or "/tests/" in rest or rest.startswith(OTHER_PICTURES):
                continue
            if PurePosixPath(rest).is_absolute() or ".." in PurePosixPath(rest).parts:
                raise ValueError(f"{wheel.path.name} has a file outside its folder: {rest}")
            yield rest, file.read(name)


def contents(python_zip: Path, wheels: list[Wheel], bill: bytes) -> dict[str, bytes]:
    """Return every file of the bundle by its path."""
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(python_zip) as python:
        names = python.namelist()
        paths = next(one for one in names if one.endswith("._pth"))
        for name in names:
            if name != paths and not name.endswith("/"):
                files[f"python/{name}"] = python.read(name)
        stem = paths.removesuffix("._pth")
        files[f"python/{paths}"] = f"{stem}.zip\r\n.\r\n..\\lib\r\n".encode()
        licence = next((one for one in names if one.upper().startswith("LICENSE")), None)
        if licence is not None:
            files["licences/python/LICENSE.txt"] = python.read(licence)
    for wheel in wheels:
        for name, content in files_of_wheel(wheel):
            files[f"lib/{name}"] = content
            parts = PurePosixPath(name).parts
            if parts[0].endswith(".dist-info") and parts[-1].lower().startswith(LICENCES):
                files[f"licences/{wheel.name}/{'-'.join(parts[1:])}"] = content
    version = next(one.version for one in wheels if one.name == "recordpick")
    files["recordpick.cmd"] = COMMAND.replace("\n", "\r\n").encode("ascii")
    files["Handbook.html"] = HANDBOOK.encode("ascii")
    files["START-HERE.txt"] = START_HERE.format(version=version).replace("\n", "\r\n").encode()
    files["bill-of-materials.cdx.json"] = bill
    return {f"{TOP_FOLDER}/{name}": content for name, content in files.items()}


def write_zip(out: Path, files: dict[str, bytes]) -> None:
    """Write the files in the order of their names, each with the same time."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as bundle:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            bundle.writestr(entry, files[name], compresslevel=LEVEL)


def main(arguments: list[str] | None = None) -> int:
    """Make the bundle; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="the embeddable package, a zip")
    parser.add_argument("--wheels", type=Path, required=True, help="a folder for the wheels")
    parser.add_argument("--out", type=Path, required=True, help="the zip to write")
    parser.add_argument("--wheel", type=Path, help="our own wheel; made where it is not given")
    parser.add_argument("--version", default="3.13", help="of the embeddable Python")
    parser.add_argument("--offline", action="store_true", help="use the wheels as they are")
    options = parser.parse_args(arguments)
    if options.offline:
        wheels = [read_wheel(path) for path in sorted(options.wheels.glob("*.whl"))]
        if more := missing(wheels, options.version):
            print(f"These are missing in {options.wheels}: {', '.join(more)}", file=sys.stderr)
            return 1
    else:
        wheels = fetch(options.wheels, options.version, options.wheel)
    wheels = used(wheels, options.version)
    write_zip(
        options.out, contents(options.python, wheels, bill_of_materials(wheels, options.python))
    )
    size = options.out.stat().st_size
    digest = sha256_of(options.out)
    print(f"{options.out}: {len(wheels)} libraries, {size / 1000**2:.1f} MB, SHA-256 {digest}")
    if size > LARGEST:
        print(f"It is larger than {LARGEST // 1000**2} MB.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
