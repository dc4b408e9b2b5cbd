"""What the columns of an export mean: who the patient is, and which groups of columns are entries.

An export has one group of columns, or several side by side: an EMIS report names them in a row
above the header, and wide reports name each in its columns ("Latest HbA1c date", "Latest HbA1c
value"). Groups on one row share the patient, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from recordpick.errors import UserError
from recordpick.index.readers.report_exports import vocabulary
from recordpick.index.readers.report_exports.grid import Grid
from recordpick.index.readers.report_exports.vocabulary import Kind

_WIDE = (
    ("date", ("date",)),
    ("value", ("value", "result", "reading", "score")),
    ("unit", ("unit", "units")),
    ("code", ("code",)),
    ("term", ("term", "description")),
    ("text", ("text", "comment", "comments", "notes")),
)
"""How the columns of a group in a wide report end, and what they hold then."""


@dataclass(frozen=True)
class Group:
    """Columns that together hold an entry: places by what they hold.

    Any filled cell of them makes an entry.
    """

    name: str
    kind: Kind
    columns: Mapping[str, int]
    own_number: int | None = None
    """Where a joined report gives the patient's number again, for the entry."""


@dataclass(frozen=True)
class Layout:
    """The columns of an export. `details` are names of columns about the patient that are not used.

    `ignored` are groups that no table can hold. Where `is_first_row_only`, the layout itself says
    that a patient is named on the first of several rows.
    """

    identity: Mapping[str, int]
    groups: tuple[Group, ...]
    details: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    patient_count: int | None = None
    is_first_row_only: bool = False


def layout_of(grid: Grid, said: Kind | None = None) -> Layout | None:
    """Return what the columns mean; None where there are no entries: a list of patients.

    `said` is the kind that a person named for the file. UserError where it could be several kinds,
    or one column could be two of ours.
    """
    names = [vocabulary.plain(vocabulary.bare_name(name)) for name in grid.header]
    places = list(range(len(names)))
    patient = _patient_places(grid, names)
    identity = _identity(grid, names, patient)
    numbers = [at for at in places if names[at] in vocabulary.identity()["number"]]
    own_number = next((at for at in numbers if at != identity.get("number")), None)
    taken = {*identity.values(), *numbers}
    details = [at for at in patient if at not in taken]
    if not grid.groups:
        details = [at for at in places if names[at] in vocabulary.detail_names()]
    counts = [at for at in places if names[at] in vocabulary.patient_count_names()]
    rest = [at for at in places if at not in {*taken, *details, *counts} and names[at]]
    groups, ignored = _groups(grid, names, rest, said)
    if own_number is not None:
        groups = [_with_own_number(group, own_number) for group in groups]
    if not groups and not ignored:
        return None
    return Layout(
        identity=identity,
        groups=tuple(groups),
        details=tuple(grid.header[at] for at in details),
        ignored=tuple(ignored),
        patient_count=counts[-1] if counts else None,
        is_first_row_only=bool(grid.groups),
    )


def _with_own_number(group: Group, place: int) -> Group:
    return replace(group, own_number=place)


def _patient_places(grid: Grid, names: Sequence[str]) -> list[int]:
    """Return the places of the columns about the patient, as far as the layout says them."""
    if grid.groups:
        return [at for at, name in enumerate(grid.groups) if vocabulary.is_patient_group(name)]
    return [at for at in range(len(names)) if names[at] in vocabulary.detail_names()]


def _identity(grid: Grid, names: Sequence[str], patient: Sequence[int]) -> dict[str, int]:
    """Return where the columns are that say who the patient is."""
    within = list(patient) if grid.groups else list(range(len(names)))
    found: dict[str, int] = {}
    for role, known in vocabulary.identity().items():
        places = [at for at in within if names[at] in known]
        if not places:
            continue
        found[role] = places[0]
        is_joined = role == "number" and any(": " in grid.header[at] for at in places)
        if len(places) > 1 and not is_joined:
            same = ", ".join(grid.header[at] for at in places)
            raise UserError(
                f"{grid.place}: {same} could each be the patient's "
                f"{_SAYS[role]}. Take out, or rename, all but the right one."
            )
    return found


_SAYS = {
    "number": "number",
    "nhs_number": "NHS number",
    "full_name": "name",
    "family_name": "surname",
    "given_name": "first name",
    "date_of_birth": "date of birth",
}


def _groups(
    grid: Grid, names: Sequence[str], rest: Sequence[int], said: Kind | None
) -> tuple[list[Group], list[str]]:
    """Return the groups of columns, and the names of those that no table can hold."""
    if grid.groups:
        return _read_parts(grid, names, _named_parts(grid, rest), said)
    groups, ignored = _read_parts(grid, names, [("", list(rest))] if rest else [], said)
    if groups or ignored:
        return groups, ignored
    wide = _wide_parts(grid, rest)
    return [_wide_group(grid, name, list(places.values())) for name, places in wide.items()], []


def _read_parts(
    grid: Grid, names: Sequence[str], parts: Iterable[tuple[str, list[int]]], said: Kind | None
) -> tuple[list[Group], list[str]]:
    groups: list[Group] = []
    ignored: list[str] = []
    for name, places in parts:
        kind = _kind_of(grid, name, places, names, said)
        if kind is None:
            if name and grid.groups:
                ignored.append(name)
            continue
        if not kind.table:
            ignored.append(name or kind.says)
            continue
        groups.append(_group(grid, name, kind, places, names))
    return groups, ignored


def _named_parts(grid: Grid, rest: Sequence[int]) -> list[tuple[str, list[int]]]:
    """Return the places under each name of the row above the header, side by side."""
    parts: list[tuple[str, list[int]]] = []
    for place in rest:
        name = grid.groups[place]
        if parts and parts[-1][0] == name and parts[-1][1][-1] == place - 1:
            parts[-1][1].append(place)
        else:
            parts.append((name, [place]))
    return parts


def _wide_parts(grid: Grid, rest: Sequence[int]) -> dict[str, dict[str, int]]:
    """Return groups that the names of their columns make, by their common beginning."""
    found: dict[str, dict[str, int]] = {}
    for place in rest:
        start, role = _start_and_role(vocabulary.bare_name(grid.header[place]))
        if role and role not in found.setdefault(start, {}):
            found[start][role] = place
    for place in rest:
        whole = vocabulary.bare_name(grid.header[place]).casefold()
        if whole in found and "value" not in found[whole]:
            found[whole]["value"] = place
    return {
        start: places for start, places in found.items() if len(places) > 1 and "date" in places
    }


def _start_and_role(header: str) -> tuple[str, str]:
    words = header.casefold().replace("(", " ").replace(")", " ").split()
    for role, ends in _WIDE:
        for end in ends:
            if len(words) > 1 and words[-1] == end:
                return " ".join(words[:-1]).strip(" -:"), role
            if len(words) > 2 and words[0] == end and words[1] == "of":
                return " ".join(words[2:]), role
    return "", ""


def _wide_group(grid: Grid, start: str, places: Sequence[int]) -> Group:
    columns: dict[str, int] = {}
    for place in places:
        role = _start_and_role(vocabulary.bare_name(grid.header[place]))[1] or "value"
        columns.setdefault(role, place)
    date_header = grid.header[columns["date"]]
    name = " ".join(
        word for word in vocabulary.bare_name(date_header).split() if word.casefold() != "date"
    )
    return Group(name or start, vocabulary.kinds()["entries"], columns)


def _kind_of(
    grid: Grid, name: str, places: Sequence[int], names: Sequence[str], said: Kind | None
) -> Kind | None:
    """Return the kind of a group; None where nothing in it is an entry of any kind."""
    headers = [names[at] for at in places]
    if said is not None:
        if not grid.groups:
            _check_has_any(grid, said, headers)
        if _has_any(said, headers):
            return said
    named = vocabulary.kind_of_group(name)
    every = list(vocabulary.kinds().values())
    marked = {
        kind.name: [at for at in places if names[at] in kind.marks]
        for kind in every
        if not kind.is_rest
    }
    marked = {kind: found for kind, found in marked.items() if found}
    if named is not None and (not marked or named.name in marked):
        return named if _has_any(named, headers) or not named.table else None
    decisive = {at for found in marked.values() for at in found}
    explain = [kind for kind in marked if all(_knows(kind, names[at]) for at in decisive)]
    if len(explain) == 1 or (explain and not grid.groups and len(marked) == 1):
        kind = vocabulary.kinds()[explain[0]]
        return kind if not kind.table or _has_any(kind, headers) else None
    if marked:
        raise UserError(_could_be(grid, marked))
    rest = vocabulary.kinds()["entries"]
    return rest if _is_of_rest(rest, headers, name) else None


def _knows(kind: str, header: str) -> bool:
    return vocabulary.kinds()[kind].knows(header)


def _could_be(grid: Grid, marked: Mapping[str, Sequence[int]]) -> str:
    each = " or ".join(
        f"{vocabulary.kinds()[kind].says} ({', '.join(grid.header[at] for at in found)})"
        for kind, found in marked.items()
    )
    first = next(iter(marked))
    return (
        f"{grid.place}: by its columns this could be {each}. Say which it is, as in "
        f"{grid.path.name}={first}, or {grid.path.name}=list where it is the list of patients."
    )


def _has_any(kind: Kind, headers: Sequence[str]) -> bool:
    return any(header in kind.columns.get(role, ()) for role in kind.any_of for header in headers)


def _is_of_rest(rest: Kind, headers: Sequence[str], name: str) -> bool:
    """Return whether columns are a coded entry: what it is, and when or how much."""
    has = {role for role, known in rest.columns.items() if {*known} & {*headers}}
    if not has & {"date", "value"}:
        return False
    return bool(has & {*rest.any_of}) or (bool(name) and {"date", "value"} <= has)


def _check_has_any(grid: Grid, kind: Kind, headers: Sequence[str]) -> None:
    if not _has_any(kind, headers):
        wanted = " or ".join(role.replace("_", " ") for role in kind.any_of)
        raise UserError(
            f"{grid.place}: no column of {kind.says} is known here ({wanted}). The columns "
            f"are {', '.join(filter(None, grid.header[:12]))}."
        )


def _group(grid: Grid, name: str, kind: Kind, places: Sequence[int], names: Sequence[str]) -> Group:
    """Return a group with what each column holds; UserError where two could be the same."""
    columns: dict[str, int] = {}
    used: set[int] = set()
    for role, known in kind.columns.items():
        order = {word: rank for rank, word in reversed(list(enumerate(known)))}
        found = sorted(
            (order[names[at]], at) for at in places if names[at] in order and at not in used
        )
        if not found:
            continue
        columns[role] = found[0][1]
        used.add(found[0][1])
        again = [
            at
            for at in places
            if at != found[0][1]
            and vocabulary.plain(vocabulary.without_number(vocabulary.bare_name(grid.header[at])))
            == names[found[0][1]]
        ]
        if again:
            same = ", ".join(grid.header[at] for at in (found[0][1], *again))
            raise UserError(
                f"{grid.place}: nothing says which of the columns {same} belong "
                "together. Export the report with its header (the row above that names the groups "
                "of columns), or with one kind of entry a file."
            )
    return Group(name, kind, columns)
