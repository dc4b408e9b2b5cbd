"""Damaging a pack, and making its sums fit again as somebody would who knows how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recordpick.verify.open_pack import open_pack
from recordpick.verify.verdict import Verdict
from recordpick.verify.verify import verify

SUMS, DESCRIPTOR = "SHA256SUMS", "datapackage.json"


def no_passphrase() -> str:
    raise AssertionError("a passphrase was asked for")


def verdict_of(path: Path, index: Any = None, passphrase: str | None = None) -> Verdict:
    ask = no_passphrase if passphrase is None else lambda: passphrase
    return verify(open_pack(path, ask), index)


def change(path: Path, how: Callable[[str], str]) -> None:
    text = path.read_bytes().decode("utf-8")
    changed = how(text)
    assert changed != text
    path.write_bytes(changed.encode("utf-8"))


def change_descriptor(folder: Path, how: Callable[[dict[str, Any]], object]) -> None:
    path = folder / DESCRIPTOR
    package = json.loads(path.read_text(encoding="utf-8"))
    how(package)
    path.write_text(json.dumps(package), encoding="utf-8")


def make_sums_fit(folder: Path) -> None:
    """Write sizes and sums again, so that only the content of the files can show the damage."""

    def fit(package: dict[str, Any]) -> None:
        for resource in package["resources"]:
            if (folder / resource["path"]).is_file():
                content = (folder / resource["path"]).read_bytes()
                resource["bytes"] = len(content)
                resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"

    change_descriptor(folder, fit)
    (folder / SUMS).unlink(missing_ok=True)
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
    ]
    (folder / SUMS).write_text("".join(sums), encoding="ascii", newline="")
