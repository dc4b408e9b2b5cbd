"""Read a pack's datapackage.json without trusting it: it may have been changed as well."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from recordpick.handover.contract import CONTRACT, TABLES
from recordpick.handover.descriptor import NAME, schema
from recordpick.handover.selection_list import SELECTION
from recordpick.identifiers import ODS_CODE
from recordpick.verify.open_pack import shown
from recordpick.verify.verdict import Check

CHECK = "Description"
_LIST_ID = re.compile(SELECTION.column("list_id").pattern)
_MAX_TEXT = 2_000
_MAX_BYTES = 32 * 1024**2
_MAX_DRAWS = 10_000
_MAX_DRAWN = 100_000
_ODS_CODE = re.compile(ODS_CODE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTRACT = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})")
_WORKING_FILE = re.compile(r"RP-[A-Z2-7]{8}")


def is_sha256(text: str) -> bool:
    """Return whether a text is a SHA-256 in hexadecimal."""
    return _SHA256.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class DescribedDraw:
    """One draw as the pack describes it; `drawn` has the place and ticket number of each record."""

    seed: str
    eligible: int
    eligible_sha256: str
    replacement: bool
    drawn: tuple[tuple[int, str], ...]
    strata_sha256: str = ""
    """Of a stratified draw; "" for any other."""


@dataclass(frozen=True)
class Description:
    """What the pack says about itself; "" or None where it does not."""

    version: str = ""
    created: str = ""
    list_id: str = ""
    list_sha256: str = ""
    """The list's fingerprint; "" in packs made before lists had one."""
    working_file: str = ""
    """What names the working file and its copies; "" in packs made before."""
    practice: str = ""
    ods_code: str = ""
    """The practice's ODS code; "" where it was not given, or in packs made before."""
    synthetic: bool = False
    as_at: date | None = None
    index_fingerprint: str = ""
    criteria_pack: str = ""
    criteria_fingerprint: str = ""
    random_population: str | None = None
    says_who_is_eligible: bool = False
    """Whether the pack has `random_population` at all: None then means everybody."""
    lines: int | None = None
    records: int | None = None
    taken_out: int | None = None
    """Random records that were removed or replaced."""
    draws: tuple[DescribedDraw, ...] = ()
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes of each CSV, by file."""

    @property
    def newer(self) -> bool:
        """Whether columns may have been added at the end since this recordpick was written."""
        return self.version != CONTRACT and not self.older

    @property
    def older(self) -> str:
        """The version of the contract, where it is an earlier one with fewer columns; else ""."""
        return older_than(self.version, CONTRACT)


def older_than(version: str, contract: str) -> str:
    """Return a version of a contract, where it is an earlier one with fewer columns; else ""."""
    found = _CONTRACT.fullmatch(version)
    number = (int(found[1]), int(found[2])) if found else (0, 0)
    known = tuple(map(int, contract.split(".")))
    return version if number[0] == known[0] and number < known else ""


def read_descriptor(contents: Mapping[str, bytes]) -> tuple[Description, Check]:
    """Read the descriptor; also return what in it is wrong or does not match contract or files."""
    content = contents.get(NAME)
    if content is None:
        return Description(), Check(CHECK, "", skipped=f"{NAME} is missing")
    if len(content) > _MAX_BYTES:
        return Description(), Check(
            CHECK, "", (f"{NAME} is larger than in any pack: it was not read.",)
        )
    try:
        package = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return Description(), Check(CHECK, "", (f"{NAME} is cut short or is not JSON.",))
    reader = _Reader()
    description = _parse(reader, reader.part({"all": package}, "all"))
    problems = [*reader.problems, *_version(description.version)]
    cautions = []
    if not problems:
        problems += _resources(reader.part({"all": package}, "all"), contents, description)
        if description.newer:
            cautions.append(
                f"The pack follows contract {description.version}, this recordpick {CONTRACT}: "
                "columns added since are not checked."
            )
    says = f"{NAME} describes {len(TABLES)} tables as contract {description.version} does."
    return description, Check(CHECK, says, tuple(problems), tuple(cautions))


def _parse(reader: _Reader, package: dict[str, Any]) -> Description:
    own = reader.part(package, "recordpick")
    pack = reader.part(own, "pack")
    list_id = reader.text(own, "list_id")
    if list_id and not _LIST_ID.fullmatch(list_id):
        reader.problems.append(f"{NAME}: its list_id is not a list number.")
    forms = {"list_sha256": _SHA256, "working_file": _WORKING_FILE, "ods_code": _ODS_CODE}
    for key, form in forms.items():
        value = own.get(key)
        if value and not (isinstance(value, str) and form.fullmatch(value)):
            reader.problems.append(f"{NAME}: its {key} has another form than recordpick writes.")
    return Description(
        version=reader.text(package, "version"),
        created=reader.text(package, "created"),
        list_id=list_id,
        list_sha256=reader.text(own, "list_sha256", optional=True),
        working_file=reader.text(own, "working_file", optional=True),
        practice=reader.text(own, "practice"),
        ods_code=reader.text(own, "ods_code", optional=True),
        synthetic=own.get("synthetic") is True,
        as_at=reader.day(own, "as_at"),
        index_fingerprint=reader.text(own, "index_fingerprint"),
        criteria_pack=f"{reader.text(pack, 'title')}, version {reader.text(pack, 'version')}",
        criteria_fingerprint=reader.text(pack, "fingerprint"),
        random_population=reader.text(pack, "random_population", optional=True) or None,
        says_who_is_eligible="random_population" in pack,
        lines=reader.number(own, "lines"),
        records=reader.number(own, "records"),
        taken_out=reader.number(own, "random_taken_out", optional=True),
        draws=tuple(_draw(reader, one) for one in reader.rows(own, "draws", _MAX_DRAWS)),
        sizes=_sizes(package),
    )


def _draw(reader: _Reader, one: object) -> DescribedDraw:
    draw = reader.part({"draws": one}, "draws")
    drawn = []
    for row in reader.rows(draw, "drawn", _MAX_DRAWN):
        ticket = reader.part({"drawn": row}, "drawn")
        drawn.append((reader.number(ticket, "place") or 0, reader.text(ticket, "ticket_number")))
    return DescribedDraw(
        seed=reader.text(draw, "seed"),
        eligible=reader.number(draw, "eligible") or 0,
        eligible_sha256=reader.text(draw, "eligible_sha256"),
        replacement=draw.get("replacement") is True,
        drawn=tuple(drawn),
        strata_sha256=reader.text(draw, "strata_sha256", optional=True),
    )


def _version(version: str) -> list[str]:
    """Return a problem where the contract is a different one, and not only a longer one."""
    if version.partition(".")[0] == CONTRACT.partition(".")[0]:
        return []
    says = f"the pack follows contract {shown(version)!r}, and this recordpick knows {CONTRACT}"
    return [f"{NAME}: {says}. Use a version of recordpick that knows it."]


def _resources(
    package: dict[str, Any], contents: Mapping[str, bytes], description: Description
) -> list[str]:
    problems: list[str] = []
    by_path = {one["path"]: one for one in _described_files(package)}
    for table in TABLES:
        resource = by_path.pop(table.file, None)
        if resource is None:
            problems.append(f"{NAME} does not describe {table.file}.")
            continue
        content = contents.get(table.file)
        if content is not None and (
            resource.get("hash") != f"sha256:{hashlib.sha256(content).hexdigest()}"
        ):
            problems.append(f"{NAME} describes another {table.file}: the checksum differs.")
        known = table.of_version(description.older) if description.older else table
        if not description.newer and resource.get("schema") != schema(known):
            problems.append(
                f"{NAME} describes the columns of {table.file} differently from contract "
                f"{description.version}."
            )
    problems += [f"{NAME} describes {shown(str(path))}, which no pack has." for path in by_path]
    return problems


def _sizes(package: dict[str, Any]) -> dict[str, int]:
    return {
        one["path"]: one["bytes"]
        for one in _described_files(package)
        if isinstance(one.get("bytes"), int)
    }


def _described_files(package: dict[str, Any]) -> list[dict[str, Any]]:
    resources = package.get("resources")
    return [
        one
        for one in (resources if isinstance(resources, list) else [])
        if isinstance(one, dict) and isinstance(one.get("path"), str)
    ]


class _Reader:
    """Reads values from JSON that may hold anything, and collects what is not as it should be."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def _wrong(self, key: str, what: str) -> None:
        problem = f"{NAME}: {key!r} is missing or is not {what}."
        if problem not in self.problems:
            self.problems.append(problem)

    def part(self, of: dict[str, Any], key: str) -> dict[str, Any]:
        value = of.get(key)
        if isinstance(value, dict):
            return value
        self._wrong(key, "an object")
        return {}

    def rows(self, of: dict[str, Any], key: str, most: int) -> list[object]:
        value = of.get(key)
        if isinstance(value, list) and len(value) <= most:
            return value
        self._wrong(key, "a list")
        return []

    def text(self, of: dict[str, Any], key: str, *, optional: bool = False) -> str:
        value = of.get(key)
        if isinstance(value, str) and len(value) <= _MAX_TEXT and _is_text(value):
            return shown(value) if key in _SHOWN else value
        if value is not None or not optional:
            self._wrong(key, "text")
        return ""

    def number(self, of: dict[str, Any], key: str, *, optional: bool = False) -> int | None:
        value = of.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32:
            return value
        if value is not None or not optional:
            self._wrong(key, "a whole number")
        return None

    def day(self, of: dict[str, Any], key: str) -> date | None:
        try:
            return date.fromisoformat(self.text(of, key))
        except ValueError:
            self._wrong(key, "a date")
            return None


def _is_text(value: str) -> bool:
    """Return whether it can be written as UTF-8: JSON may hold unpaired surrogates."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


_SHOWN = {"version", "created", "title"}
"""Texts that are printed and not compared with anything, so made safe to print."""
