"""The folder of imported codelists: written as a whole; a list of one's own is never lost.

    codelists.json          what was imported: files, version, day, QOF year, each list's origin
    codelists/NAME.csv      the lists, in the form of every codelist; one without codes says why
    general_practice.toml   the shipped criteria and report rules, which use the lists beside them
    report_rules….toml

A list that a person put there or changed stays as it is. So does one that an earlier import of the
same QOF year filled, where the new files have nothing for it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recordpick.atomic import atomic_folder, check_free
from recordpick.codelist_import.cluster_map import shipped_packs, year_in_words
from recordpick.codelist_import.filled_lists import FilledList, ListImport
from recordpick.codelist_import.source_file import LIST
from recordpick.criteria.codelists import codelist_from_csv, file_name, not_filled_csv
from recordpick.criteria.pack import CODELISTS_FOLDER
from recordpick.criteria.problems import Problems
from recordpick.criteria.toml_values import VERSION_LENGTH
from recordpick.csv_safety import GUARD
from recordpick.csvio.records import decoded, read_bytes
from recordpick.errors import UserError
from recordpick.identifiers import INVISIBLE
from recordpick.os_errors import cannot_read
from recordpick.sanitize import visible
from recordpick.text import plural

ABOUT = "codelists.json"
FORMAT = 1
_LARGEST = 20 * 1024**2
_PLAIN_TERM = re.compile(r"[A-Za-z0-9(\[][!-~]*( [!-~]+)*")


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list of the folder as it was before: its text, and why it stays."""

    name: str
    text: str
    about: Mapping[str, Any]
    why: str


@dataclass(frozen=True)
class ListFolder:
    """A folder that an import wrote: what its account says."""

    folder: Path
    about: Mapping[str, Any]

    @property
    def year(self) -> str:
        """The QOF year of the lists, as people write it."""
        return str(self.about.get("year", ""))

    @property
    def lists(self) -> Mapping[str, Mapping[str, Any]]:
        """What the account says of each list."""
        found: Mapping[str, Mapping[str, Any]] = self.about.get("lists", {})
        return found

    def path_of(self, name: str) -> Path:
        """Return where a list's file is."""
        return self.folder / file_name(name)


def open_lists(folder: Path) -> ListFolder:
    """Open a folder of imported lists; raise a UserError where it is none."""
    path = folder / ABOUT
    if not path.is_file():
        raise UserError(
            f"{folder}: this is not a folder of imported codelists: it has no {ABOUT}. "
            "Make one with recordpick codelists import."
        )
    try:
        about = json.loads(read_bytes(path, _LARGEST))
    except ValueError:
        raise UserError(f"{path}: the file is damaged. Import the lists again.") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise UserError(f"{path}: the file was written by another version of recordpick.")
    return ListFolder(folder, about)


def kept_lists(found: ListImport, folder: Path, *, all_years: bool = False) -> dict[str, KeptList]:
    """Return the lists of the folder that stay as they are, by name.

    Raise a UserError where something else is in the folder, which replacing it would lose, or where
    its lists are of a later QOF year and `all_years` is not given.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file: choose another folder.")
    if not folder.exists() or not any(folder.iterdir()):
        return {}
    before = open_lists(folder)
    _check_nothing_else(before)
    year = year_in_words(found.year)
    if before.year > year and not all_years:
        raise UserError(
            f"{folder}: its lists are those of QOF {before.year}, and the files are for {year}. "
            f"Give --year {year} if that is meant, or another folder."
        )
    kept = {}
    filled = {one.name for one in found.lists if one.is_filled}
    for path in sorted((folder / CODELISTS_FOLDER).glob("*.csv")):
        name, text = path.stem, decoded(read_bytes(path, _LARGEST), str(path))
        about = before.lists.get(name, {})
        is_own = about.get("sha256") != _sha256(text)
        if is_own:
            _check_list(path, name, text)
            kept[name] = KeptList(name, text, _about_own(text, name), "your own list")
        elif name not in filled and about.get("codes") and before.year == year:
            kept[name] = KeptList(name, text, about, f"as imported before from {_origin(about)}")
    return kept


def write_lists(found: ListImport, folder: Path, kept: Mapping[str, KeptList]) -> None:
    """Write the folder as a whole; it replaces one that an import wrote before.

    `kept` are the lists that stay (`kept_lists`). Raise a UserError, and change nothing, where it
    cannot be written.
    """
    texts = {one.name: _text_of(one) for one in found.lists} | {
        name: one.text for name, one in kept.items()
    }
    abouts = {one.name: _about_list(one, texts[one.name]) for one in found.lists} | {
        name: {**one.about, "sha256": _sha256(one.text), "kept": one.why}
        for name, one in kept.items()
    }
    packs = {path.name: _pack_with_release(path, found) for path in shipped_packs()}
    about = {
        "format": FORMAT,
        "year": year_in_words(found.year),
        "release": found.release_in_words,
        "sources": [
            {
                "file": one.path.name,
                "kind": one.kind,
                "version": one.version,
                "date": one.day and one.day.isoformat(),
                "rows": one.rows,
                "sha256": one.sha256,
            }
            for one in found.sources
        ],
        "rows": {"read": found.rows, "used": found.used, "rejected": found.rejected},
        "packs": {name: hashlib.sha256(data).hexdigest() for name, data in packs.items()},
        "lists": {name: abouts[name] for name in sorted(abouts)},
    }

    def check(out: Path) -> None:
        if out.is_dir() and (out / ABOUT).is_file():
            _check_nothing_else(open_lists(out))
        else:
            check_free(out)

    with atomic_folder(folder, check) as new:
        (new / CODELISTS_FOLDER).mkdir()
        for name, text in texts.items():
            (new / file_name(name)).write_bytes(text.encode("utf-8"))
        for name, data in packs.items():
            (new / name).write_bytes(data)
        (new / ABOUT).write_bytes(
            (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()
        )  # all of it is flushed to the disk before the folder gets its name


def _pack_with_release(path: Path, found: ListImport) -> bytes:
    """Return a shipped pack whose version names the lists, which every report then does too."""
    days = sorted(one.day for one in found.sources if one.day)
    of = f" {days[-1]:%Y-%m-%d}" if days else ""
    lists = f", lists{of}, QOF {year_in_words(found.year)}"

    def named(version: re.Match[str]) -> str:
        return f'version = "{version[1][: VERSION_LENGTH - len(lists)]}{lists}"'

    text = path.read_text(encoding="utf-8")
    return re.sub(r'^version = "([^"\n]*)"$', named, text, count=1, flags=re.MULTILINE).encode()


def with_kept(found: ListImport, kept: Mapping[str, KeptList]) -> ListImport:
    """Return the import with the lists that stay in place of what the files give for them."""
    lists = tuple(
        replace(
            one,
            codes=dict.fromkeys(_codes_of(kept[one.name]), ""),
            reason="",
            files=(kept[one.name].why,),
            clusters=(),
            missing=(),
            rejected=0,
        )
        if one.name in kept
        else one
        for one in found.lists
    )
    return replace(found, lists=lists)


def _codes_of(kept: KeptList) -> tuple[str, ...]:
    codelist = codelist_from_csv(kept.name, kept.text, Problems(kept.name))
    return () if codelist is None else codelist.codes


def _check_nothing_else(before: ListFolder) -> None:
    """Raise a UserError where the folder has what the import did not write, or was changed."""
    packs: Mapping[str, str] = before.about.get("packs", {})
    problems = []
    for path in sorted(before.folder.iterdir()):
        if path.name in {ABOUT, CODELISTS_FOLDER}:
            continue
        try:
            is_ours = packs.get(path.name) == hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise cannot_read(path, error) from error
        if not is_ours:
            what = "was changed" if path.name in packs else "is not from an import"
            problems.append(
                f"{path}: this file {what} and would be lost: move it to another folder."
            )
    problems += [
        f"{path}: this is not a list and would be lost: move it to another folder."
        for path in sorted((before.folder / CODELISTS_FOLDER).iterdir())
        if path.suffix != ".csv" or path.is_dir()
    ]
    if problems:
        raise UserError.of(problems)


def _check_list(path: Path, name: str, text: str) -> None:
    problems = Problems(str(path.parent.parent))
    codelist_from_csv(name, text, problems)
    problems.raise_any()


def _text_of(one: FilledList) -> str:
    if not one.is_filled:
        return not_filled_csv(one.reason)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "term"])
    writer.writerows((code, _clean(term)) for code, term in sorted(one.codes.items()))
    return out.getvalue()


def _clean(term: str) -> str:
    """Return a term without what cannot be seen, and that no spreadsheet runs."""
    if _PLAIN_TERM.fullmatch(term):
        return term
    seen = " ".join(re.sub(INVISIBLE, "", visible(term)).split())
    return GUARD + seen if re.match(r"[=+\-@＝＋－＠]", seen) else seen  # noqa: RUF001 - they run too


def _about_list(one: FilledList, text: str) -> dict[str, Any]:
    return {
        "codes": len(one.codes),
        "used_by": list(one.used_by),
        "clusters": [
            {"name": use.cluster.removeprefix(LIST), "codes": use.codes, "says": use.text}
            for use in one.clusters
        ],
        "missing": list(one.missing),
        "rejected": one.rejected,
        "retired": one.retired,
        "files": list(one.files),
        "reason": one.reason,
        "sha256": _sha256(text),
    }


def _about_own(text: str, name: str) -> dict[str, Any]:
    codelist = codelist_from_csv(name, text, Problems(name))
    return {"codes": 0 if codelist is None else len(codelist.codes), "clusters": []}


def _origin(about: Mapping[str, Any]) -> str:
    files = about.get("files", [])
    return ", ".join(map(str, files)) or "no file"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def in_words(found: ListImport) -> str:
    """Return how many lists are filled: "61 of 66 lists filled"."""
    return f"{found.filled:,} of {plural(len(found.lists), 'list')} filled"
