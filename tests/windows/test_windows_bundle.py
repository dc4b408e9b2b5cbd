"""What goes into the zip for Windows: everything that Windows needs, the same bytes each time."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "windows_bundle.py"


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    spec = importlib.util.spec_from_file_location("windows_bundle", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["windows_bundle"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path, name: str, version: str, *requires: str, **files: str) -> Path:
    """Write a wheel that holds what is needed here."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {one}" for one in requires]
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{info}/METADATA", "\n".join(lines) + "\n\n")
        file.writestr(f"{info}/licenses/LICENSE", f"licence of {name}")
        file.writestr(f"{name}/__init__.py", "")
        for inside, text in files.items():
            file.writestr(inside.replace("__", "/"), text)
    return path


def read(bundle: ModuleType, folder: Path) -> list:
    return [bundle.read_wheel(path) for path in sorted(folder.glob("*.whl"))]


def test_what_only_windows_needs_is_missed(bundle, tmp_path):
    """pip on Linux leaves tzdata and colorama out, without which the program would not start."""
    wheel(
        tmp_path,
        "recordpick",
        "1.0",
        "faker>=30",
        'posixthing; os_name == "posix"',
        'extra-of-ours; extra == "test"',
    )
    wheel(tmp_path, "faker", "40.0", "tzdata; platform_system == 'Windows'", "rich[jupyter]")
    wheel(tmp_path, "rich", "15.0", "ipywidgets>=7; extra == 'jupyter'", 'new; python_version<"3"')
    found = bundle.missing(read(bundle, tmp_path), "3.13")
    assert found == ["ipywidgets>=7", "tzdata"]


def test_a_version_that_is_not_wanted_is_refused(bundle, tmp_path):
    """A folder with an old wheel does not make a bundle that fails at the practice."""
    wheel(tmp_path, "recordpick", "1.0", "polars>=2.1,<3")
    wheel(tmp_path, "polars", "1.9")
    with pytest.raises(ValueError, match=r"recordpick needs polars.*polars-1.9"):
        bundle.missing(read(bundle, tmp_path), "3.13")


def test_the_same_wheels_give_the_same_bytes(bundle, tmp_path):
    """Whoever has the wheels can check the zip; what nobody needs is left out."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheel(folder, "recordpick", "1.0", "faker", recordpick__handbook__README_html="<p>")
    wheel(folder, "faker", "40.0", faker__tests__test_x="", **{"faker.data__purelib__y.py": "1"})
    wheel(folder, "stray", "1.0")
    python = tmp_path / "python.zip"
    with zipfile.ZipFile(python, "w") as file:
        for name in ("python.exe", "python313._pth", "python313.zip", "LICENSE.txt"):
            file.writestr(name, name)
    wheels = bundle.used(read(bundle, folder), "3.13")
    assert [one.name for one in wheels] == ["faker", "recordpick"]
    made = []
    for name in ("a.zip", "b.zip"):
        bundle.write_zip(tmp_path / name, bundle.contents(python, wheels, b"{}"))
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        names = set(file.namelist())
        paths = file.read("recordpick/python/python313._pth")
        command = file.read("recordpick/recordpick.cmd")
    assert paths == b"python313.zip\r\n.\r\n..\\lib\r\n"
    assert b"\n" not in command.replace(b"\r\n", b"")
    assert "recordpick/licences/faker/licenses-LICENSE" in names
    assert "recordpick/licences/python/LICENSE.txt" in names
    assert not any("/tests/" in name for name in names)
