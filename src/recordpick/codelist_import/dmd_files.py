"""Read medicines from the XML files of the dm+d release, by what the release says of them.

The release has a file for each kind of product: f_vtm (moieties: the ingredient's name), f_vmp
(generic products), f_amp (branded products), f_ampp (their packs), f_lookup (what codes mean). A
group (`DMD` and its name in the cluster map) has the generic products and their brands:

- a moiety by name: `dm+d: Warfarin`
- controlled drugs of schedules 2 and 3, by what f_lookup says of CONTROL_INFO/CATCD
- what only hospitals get, by what f_lookup says of a brand's AVAIL_RESTRICTCD
- appliances: brands with a pack that has APPLIANCE_PACK_INFO
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from xml.parsers import expat

import polars as pl

from recordpick._safe_xml import CHUNK, UnreadableError, local, new_parser
from recordpick.codelist_import.cluster_map import DMD
from recordpick.codelist_import.source_file import (
    MEMBERS,
    SourceFile,
    sha256_of,
    version_and_day,
)
from recordpick.csvio.rejects import row_is_line
from recordpick.errors import UserError
from recordpick.os_errors import cannot_read

RELEASE = "dm+d release"
"""What the files of a release are, in words."""
CONTROLLED = DMD + "controlled drug, schedules 2 and 3"
HOSPITAL = DMD + "hospital only"
APPLIANCE = DMD + "appliance"

_FILE = re.compile(r"f_(vtm|vmp|amp|ampp|lookup)[0-9]*_.*\.xml", re.IGNORECASE)
_RECORDS = {
    "vtm": ("VTM",),
    "vmp": ("VMP", "CONTROL_INFO"),
    "amp": ("AMP",),
    "ampp": ("AMPP", "PACK_INFO"),
    "lookup": ("INFO",),
}
"""The elements of each file that are records: their children are its values."""
_SCHEDULES = re.compile(r"schedule (2|3)\b", re.IGNORECASE)
_HOSPITAL = re.compile(r"\bhospital\b", re.IGNORECASE)

Record = tuple[str, str, dict[str, str]]
"""A record: its element, that element's parent, and its values."""


def file_of_dmd(path: Path) -> str:
    """Return which file of the dm+d release a path is: "vtm" and so on; "" for another file."""
    found = _FILE.fullmatch(path.name)
    return found[1].lower() if found else ""


def read_dmd(files: Mapping[str, Path], wanted: Collection[str]) -> list[SourceFile]:
    """Return the products of the wanted groups, from the files by what they are (`file_of_dmd`).

    Raise a UserError where a file is damaged or cut off, or one is missing that the others need.
    """
    if "vmp" not in files:
        raise UserError(
            f"{next(iter(files.values()))}: the dm+d's file of generic products (f_vmp…) is not "
            "there. Give the folder of the whole release."
        )
    read = {kind: list(_records(path, kind)) for kind, path in files.items() if kind != "lookup"}
    meanings = _meanings(files.get("lookup"))
    groups = {name: _products(name, read, meanings) for name in sorted(wanted)}
    numbers: dict[str, int] = {}
    rows = [
        (numbers.setdefault(code, len(numbers)), group, code, term, True, False, False)
        for group, products in groups.items()
        for code, term in products.items()
    ]
    vmp = files["vmp"]
    version, day = version_and_day(vmp)
    members = pl.DataFrame(rows, schema=MEMBERS, orient="row")
    total = sum(map(len, read.values()))
    return [
        SourceFile(
            path=vmp,
            kind=RELEASE,
            rows=total,
            members=members,
            groups={name: len(products) for name, products in groups.items()},
            line_of=row_is_line,
            version=version,
            day=day,
            sha256=sha256_of(vmp),
            notes=tuple(_notes(files)),
        )
    ]


def _notes(files: Mapping[str, Path]) -> Iterator[str]:
    lost = {
        "vtm": "no list can be filled by the name of a medicine",
        "amp": "brands are in no list",
        "ampp": "appliances cannot be recognised",
        "lookup": "controlled and hospital drugs cannot be recognised",
    }
    for kind, says in lost.items():
        if kind not in files:
            yield f"The dm+d release has no f_{kind} file here: {says}."


def _products(
    group: str, read: Mapping[str, list[Record]], meanings: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the products of a group with their names: generic ones, then brands."""
    generics = _valid(read, "vmp", "VMP", "VPID")
    brands = _valid(read, "amp", "AMP", "APID")
    chosen: set[str] = set()
    if group == CONTROLLED:
        meant = _meaning(meanings, "CONTROL_DRUG_CATEGORY", _SCHEDULES)
        chosen = {
            values.get("VPID", "")
            for tag, _, values in read["vmp"]
            if tag == "CONTROL_INFO" and values.get("CATCD") in meant
        }
    elif group in (HOSPITAL, APPLIANCE):
        return _brands(group, brands, generics, read, meanings)
    else:
        name = group.removeprefix(DMD).casefold()
        moieties = {
            values.get("VTMID", "")
            for _, _, values in read.get("vtm", [])
            if values.get("NM", "").strip().casefold() == name
        }
        chosen = {vpid for vpid, values in generics.items() if values.get("VTMID") in moieties}
    found = {vpid: _name(generics[vpid]) for vpid in generics if vpid in chosen}
    found |= {apid: _name(v) for apid, v in brands.items() if v.get("VPID") in chosen}
    return found


def _brands(
    group: str,
    brands: Mapping[str, dict[str, str]],
    generics: Mapping[str, dict[str, str]],
    read: Mapping[str, list[Record]],
    meanings: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """Return the brands of a group, and the generic products all of whose brands are in it."""
    if group == HOSPITAL:
        meant = _meaning(meanings, "AVAILABILITY_RESTRICTION", _HOSPITAL)
        chosen = {apid for apid, v in brands.items() if v.get("AVAIL_RESTRICTCD") in meant}
    else:
        packs = read.get("ampp", [])
        appliances = {v.get("APPID") for tag, _, v in packs if tag == "PACK_INFO"}
        chosen = {
            v.get("APID", "")
            for tag, _, v in packs
            if tag == "AMPP" and v.get("APPID") in appliances
        }
    others = {v.get("VPID") for apid, v in brands.items() if apid not in chosen}
    whole = {v.get("VPID") for apid, v in brands.items() if apid in chosen} - others
    found = {vpid: _name(v) for vpid, v in generics.items() if vpid in whole}
    return found | {apid: _name(v) for apid, v in brands.items() if apid in chosen}


def _valid(
    read: Mapping[str, list[Record]], kind: str, tag: str, key: str
) -> dict[str, dict[str, str]]:
    return {
        values[key]: values
        for found, _, values in read.get(kind, [])
        if found == tag and key in values and values.get("INVALID") != "1"
    }


def _name(values: Mapping[str, str]) -> str:
    return " ".join((values.get("DESC") or values.get("NM", "")).split())


def _meanings(lookup: Path | None) -> dict[str, dict[str, str]]:
    """Return what each code of each lookup means."""
    found: dict[str, dict[str, str]] = {}
    for _, parent, values in [] if lookup is None else _records(lookup, "lookup"):
        found.setdefault(parent, {})[values.get("CD", "")] = values.get("DESC", "")
    return found


def _meaning(
    meanings: Mapping[str, Mapping[str, str]], lookup: str, words: re.Pattern[str]
) -> set[str]:
    return {code for code, says in meanings.get(lookup, {}).items() if words.search(says)}


def _records(path: Path, kind: str) -> Iterator[Record]:
    """Yield the records of a file; raise a UserError where it is not whole."""
    wanted = _RECORDS[kind]
    open_elements: list[str] = []
    values: dict[str, str] | None = None
    texts: list[str] = []
    done: list[Record] = []

    def start(name: str, _: object) -> None:
        nonlocal values
        tag = local(name)
        if values is None and tag in wanted:
            values = {}
        open_elements.append(tag)
        texts.clear()

    def end(_: str) -> None:
        nonlocal values
        tag = open_elements.pop()
        if values is not None and tag in wanted and tag not in open_elements:
            done.append((tag, open_elements[-1] if open_elements else "", values))
            values = None
        elif values is not None:
            values[tag] = "".join(texts).strip()
        texts.clear()

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = texts.append
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by position only
                yield from done
                done.clear()
            parser.Parse(b"", True)  # noqa: FBT003
            yield from done
    except expat.ExpatError as error:
        raise UserError(
            f"{path}, line {error.lineno:,}: the file is damaged or ends too early "
            f"({expat.errors.messages[error.code]}). Download it again."
        ) from None
    except UnreadableError as error:
        raise UserError(f"{path}: it {error}") from None
    except OSError as error:
        raise cannot_read(path, error) from error
